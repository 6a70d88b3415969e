//! From the meshes of one URDF to convex bodies.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use enact_types::{Reason, Vector3};
use serde::{Deserialize, Serialize};
use urdf_rs::Geometry;

use super::cache;
use super::decomposition::{ConvexDecomposition, DecompositionOptions};
pub use super::locate::Packages;
use super::locate::{NotFound, locate};
use super::read;

/// Where mesh files are, and where what was made of them is kept.
#[derive(Clone, Debug, Default)]
pub struct MeshFiles {
    /// Where packages are.
    pub packages: Packages,
    /// Folder for what was computed before; nothing is kept without one.
    pub cache: Option<PathBuf>,
}

/// What was made of a mesh.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeshDecomposition {
    /// Its name as the URDF writes it.
    pub mesh: String,
    /// Its scale as the URDF writes it.
    pub scale: [f64; 3],
    /// The bodies that hold it.
    pub cover: ConvexDecomposition,
}

/// A link of which something is not known that could run into things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unguarded {
    /// The link.
    pub link: String,
    /// The mesh as the URDF writes it; `None` where the link has a mass but no shape.
    pub mesh: Option<String>,
    /// Why nothing is known of it.
    pub why: String,
    /// A package that `--package` could name, where that may help.
    pub package: Option<String>,
}

impl fmt::Display for Unguarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "link `{}`: ", self.link)?;
        if let Some(mesh) = &self.mesh {
            write!(f, "mesh `{mesh}`: ")?;
        }
        f.write_str(&self.why)
    }
}

/// A mesh as a URDF names it.
#[derive(Clone, Debug, PartialEq)]
pub struct MeshName {
    name: String,
    scale: [f64; 3],
}

impl MeshName {
    /// The mesh of a geometry, if it is one.
    pub fn of(geometry: &Geometry) -> Option<Self> {
        match geometry {
            Geometry::Mesh { filename, scale } => Some(Self {
                name: filename.clone(),
                scale: scale.map_or([1.0; 3], |scale| scale.0),
            }),
            _ => None,
        }
    }
}

/// What went wrong with a mesh.
struct MeshProblem {
    why: String,
    package: Option<String>,
}

/// The meshes of one URDF, each read and covered once.
pub struct MeshLoader {
    fineness: DecompositionOptions,
    done: Vec<(MeshName, Result<ConvexDecomposition, MeshProblem>)>,
}

impl MeshLoader {
    /// Reads and covers all meshes that give a link its shape. `folder` is the URDF's own;
    /// `known` is what was made of meshes before.
    pub fn new(
        urdf: &urdf_rs::Robot,
        folder: Option<&Path>,
        files: &MeshFiles,
        known: &[MeshDecomposition],
        fineness: DecompositionOptions,
    ) -> Self {
        let mut wanted: Vec<MeshName> = Vec::new();
        for link in &urdf.links {
            for (_, geometry) in crate::shapes::placed(link) {
                wanted.extend(MeshName::of(geometry).filter(|named| !wanted.contains(named)));
            }
        }
        let make = |named: &MeshName| -> Result<ConvexDecomposition, MeshProblem> {
            let same =
                |known: &&MeshDecomposition| known.mesh == named.name && known.scale == named.scale;
            if let Some(known) = known.iter().find(same) {
                return Ok(known.cover.clone());
            }
            let folder = folder.ok_or_else(|| MeshProblem {
                why: "the file is not at hand".to_owned(),
                package: None,
            })?;
            cover(named, folder, files, &fineness)
        };
        // A few large meshes take longest, so whoever is free takes the next.
        let next = AtomicUsize::new(0);
        let found = Mutex::new(BTreeMap::new());
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..workers.min(wanted.len()) {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(named) = wanted.get(index) else {
                            return;
                        };
                        let made = make(named);
                        let mut found = found.lock().expect("nobody panics with it");
                        found.insert(index, made);
                    }
                });
            }
        });
        let found = found.into_inner().expect("nobody panics with it");
        Self {
            fineness,
            done: wanted.into_iter().zip(found.into_values()).collect(),
        }
    }

    /// The bodies that hold a mesh, or what `link` lacks.
    ///
    /// # Errors
    /// If the file is not there or not sound.
    pub fn cover(&self, link: &str, named: &MeshName) -> Result<&ConvexDecomposition, Unguarded> {
        let mut done = self.done.iter();
        let made = done.find(|(known, _)| known == named).map(|(_, made)| made);
        let unguarded = |why: &str, package: Option<String>| Unguarded {
            link: link.to_owned(),
            mesh: Some(named.name.clone()),
            why: why.to_owned(),
            package,
        };
        match made {
            Some(Ok(cover)) => Ok(cover),
            Some(Err(trouble)) => Err(unguarded(&trouble.why, trouble.package.clone())),
            None => Err(unguarded("it was not read", None)),
        }
    }

    /// One sentence for each mesh that its bodies reach farther beyond than they should.
    pub fn warnings(&self) -> impl Iterator<Item = String> + '_ {
        let tolerance = self.fineness.tolerance;
        self.done.iter().filter_map(move |(named, made)| {
            let cover = made
                .as_ref()
                .ok()
                .filter(|cover| cover.excess() > tolerance)?;
            Some(format!(
                "mesh `{}` is kept clear as {} convex {} up to {:.1} mm beyond it; [meshes] \
                 tolerance is {:.1} mm",
                named.name,
                cover.pieces.len(),
                if cover.pieces.len() == 1 {
                    "body that reaches"
                } else {
                    "bodies that reach"
                },
                cover.excess() * 1e3,
                tolerance * 1e3,
            ))
        })
    }

    /// What was made of every mesh that could be read.
    pub fn covers(self) -> Vec<MeshDecomposition> {
        let made = self.done.into_iter();
        made.filter_map(|(named, made)| {
            Some(MeshDecomposition {
                mesh: named.name,
                scale: named.scale,
                cover: made.ok()?,
            })
        })
        .collect()
    }
}

fn cover(
    named: &MeshName,
    folder: &Path,
    files: &MeshFiles,
    fineness: &DecompositionOptions,
) -> Result<ConvexDecomposition, MeshProblem> {
    let path = locate(&named.name, folder, &files.packages)
        .map_err(|NotFound { what, package }| MeshProblem { why: what, package })?;
    let wrong = |what: Reason| MeshProblem {
        why: format!("{} {what}", path.display()),
        package: None,
    };
    let scale = Vector3::from(named.scale);
    if !scale.iter().all(|value| value.is_finite() && *value != 0.0) {
        let why = format!("its scale is {:?}", named.scale);
        return Err(MeshProblem { why, package: None });
    }
    let bytes = read::bytes(&path).map_err(wrong)?;
    let entry = files.cache.as_deref();
    // The format is told by content first, but the name can decide.
    let entry = entry.map(|folder| cache::CacheEntry::new(folder, &bytes, &path, &scale, fineness));
    if let Some(cover) = entry.as_ref().and_then(cache::CacheEntry::read) {
        return Ok(cover);
    }
    let triangles = read::triangles(&path, &bytes, &scale).map_err(wrong)?;
    let cover = ConvexDecomposition::of(&triangles, fineness);
    if let Some(entry) = &entry {
        entry.write(&cover);
    }
    Ok(cover)
}
