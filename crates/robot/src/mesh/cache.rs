//! Cache of convex decompositions, one file each.
//!
//! The cache is a convenience: what cannot be read is computed, and what cannot be written is
//! skipped.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::decomposition::{ConvexDecomposition, DecompositionOptions};
use enact_types::Vector3;

/// Version of the decomposition; increase it when the same mesh is decomposed differently.
const VERSION: u32 = 1;

/// Location of the cached decomposition of one mesh.
pub struct CacheEntry {
    path: PathBuf,
    key: String,
}

impl CacheEntry {
    /// Returns the entry for a mesh with these bytes.
    pub fn new(
        folder: &Path,
        bytes: &[u8],
        mesh: &Path,
        scale: &Vector3,
        fineness: &DecompositionOptions,
    ) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(VERSION.to_le_bytes());
        // The file name extension can determine the format of the bytes.
        let end = mesh.extension().unwrap_or_default().to_ascii_lowercase();
        hasher.update(end.as_encoded_bytes());
        hasher.update([0]);
        let pieces = fineness.pieces as f64;
        for number in [scale.x, scale.y, scale.z, fineness.tolerance, pieces] {
            hasher.update(number.to_le_bytes());
        }
        hasher.update(bytes);
        let key = hex(&hasher.finalize());
        Self {
            path: folder.join(format!("{key}.json")),
            key,
        }
    }

    /// Returns the cached decomposition, if it is intact.
    pub fn read(&self) -> Option<ConvexDecomposition> {
        let text = fs::read_to_string(&self.path).ok()?;
        let (sum, body) = text.split_once('\n')?;
        if sum != self.sum(body) {
            return None;
        }
        serde_json::from_str(body).ok()
    }

    /// Writes a decomposition, if possible.
    pub fn write(&self, cover: &ConvexDecomposition) {
        let (Ok(body), Some(folder)) = (serde_json::to_string(cover), self.path.parent()) else {
            return;
        };
        let text = format!("{}\n{body}", self.sum(&body));
        // Atomic, whoever else writes the file at the same time.
        let beside = self.path.with_extension(format!("{}", std::process::id()));
        let kept = fs::create_dir_all(folder)
            .and_then(|()| fs::write(&beside, text))
            .and_then(|()| fs::rename(&beside, &self.path));
        if kept.is_err() {
            let _ = fs::remove_file(&beside);
        }
    }

    fn sum(&self, body: &str) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.key.as_bytes());
        hasher.update(body.as_bytes());
        hex(&hasher.finalize())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
