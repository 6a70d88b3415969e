//! The shipped robots, scenes, launch files and suites, embedded in the program: an installed program
//! uses them if it finds no folder of them.
//!
//! Everything else reads files, and robots name meshes relative to their own folder, so the tree is
//! unpacked into the user's cache folder, once per content.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

/// The embedded folders by their names in the repository. `build.rs` makes cargo embed them again
/// when files are added or removed.
static FOLDERS: [(&str, Dir<'static>); 4] = [
    ("robots", include_dir!("$CARGO_MANIFEST_DIR/../../robots")),
    ("scenes", include_dir!("$CARGO_MANIFEST_DIR/../../scenes")),
    ("launch", include_dir!("$CARGO_MANIFEST_DIR/../../launch")),
    ("suites", include_dir!("$CARGO_MANIFEST_DIR/../../suites")),
];

/// Unpacks the embedded tree below `cache` and returns its folder. Files that are already there
/// are compared with what is embedded, so a damaged or changed copy is never used.
///
/// # Errors
/// If the folder cannot be written.
pub fn unpack(cache: &Path) -> Result<PathBuf> {
    let folder = cache.join(format!("enact/data-{}", fingerprint()));
    for (path, contents) in files() {
        let path = folder.join(path);
        restore(&path, contents).map_err(|error| {
            anyhow!(
                "cannot unpack the robots and scenes that are in the program: {}: {error}\n\
                 hint: set ENACT_HOME to enact's source tree, or XDG_CACHE_HOME to a folder \
                 that you may write to",
                path.display()
            )
        })?;
    }
    Ok(folder)
}

/// Writes a file unless it holds `contents` already; whoever reads it meanwhile sees all or nothing.
fn restore(path: &Path, contents: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|there| there == contents) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(contents)?;
    file.persist(path)?;
    Ok(())
}

/// Returns every embedded file with its path in the repository.
fn files() -> Vec<(PathBuf, &'static [u8])> {
    let mut files = Vec::new();
    for (name, root) in &FOLDERS {
        let mut rest = vec![root];
        while let Some(folder) = rest.pop() {
            rest.extend(folder.dirs());
            let found = folder.files();
            files.extend(found.map(|file| (Path::new(name).join(file.path()), file.contents())));
        }
    }
    files.sort();
    files
}

/// Returns the start of a checksum of all paths and contents.
fn fingerprint() -> String {
    let mut hasher = Sha256::new();
    for (path, contents) in files() {
        for part in [path.as_os_str().as_encoded_bytes(), contents] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    let digest = hasher.finalize();
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_ships_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for (path, contents) in files() {
            assert!(fs::read(root.join(&path)).unwrap() == contents, "{path:?}");
        }
        let embedded: Vec<PathBuf> = files().into_iter().map(|(path, _)| path).collect();
        for file in [
            "robots/so101/robot.urdf",
            "robots/so101/bus.toml",
            "robots/panda/robot.toml",
            "scenes/tabletop.toml",
            "launch/sim.toml",
            "suites/core.toml",
        ] {
            assert!(
                embedded.iter().any(|path| path == Path::new(file)),
                "{file}"
            );
        }
    }

    #[test]
    fn a_damaged_copy_is_replaced() {
        let cache = tempfile::tempdir().unwrap();
        let folder = unpack(cache.path()).unwrap();
        let file = folder.join("scenes/tabletop.toml");
        let whole = fs::read(&file).unwrap();
        fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        fs::remove_dir_all(folder.join("robots/so101")).unwrap();
        assert_eq!(unpack(cache.path()).unwrap(), folder);
        assert_eq!(fs::read(&file).unwrap(), whole);
        assert!(folder.join("robots/so101/robot.urdf").is_file());
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_one_clear_error() {
        let cache = tempfile::tempdir().unwrap();
        let file = cache.path().join("file");
        fs::write(&file, "").unwrap();
        let error = format!("{:#}", unpack(&file).unwrap_err());
        assert!(error.contains("XDG_CACHE_HOME"), "{error}");
    }
}
