//! Converts the meshes of one URDF to convex bodies.

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
pub use super::locate::PackageLocations;
use super::locate::{NotFound, locate};
use super::read;

/// Location of the mesh files and of the decomposition cache.
#[derive(Clone, Debug, Default)]
pub struct MeshFiles {
    /// Location of packages.
    pub packages: PackageLocations,
    /// Folder of the cache; nothing is cached without one.
    pub cache: Option<PathBuf>,
}

/// The convex decomposition of a mesh.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeshDecomposition {
    /// Name in the URDF.
    pub mesh: String,
    /// Scale in the URDF.
    pub scale: [f64; 3],
    /// The bodies that contain the mesh.
    pub cover: ConvexDecomposition,
}

/// A link whose geometry is partly unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnguardedLink {
    /// Name of the link.
    pub link: String,
    /// Mesh as named in the URDF; `None` if the link has a mass but no shape.
    pub mesh: Option<String>,
    /// Reason that the geometry is unknown.
    pub why: String,
    /// Package that `--package` could name, if that may help.
    pub package: Option<String>,
}

impl fmt::Display for UnguardedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "link `{}`: ", self.link)?;
        if let Some(mesh) = &self.mesh {
            write!(f, "mesh `{mesh}`: ")?;
        }
        f.write_str(&self.why)
    }
}

/// A mesh as named in a URDF.
#[derive(Clone, Debug, PartialEq)]
pub struct MeshName {
    name: String,
    scale: [f64; 3],
}

impl MeshName {
    /// Returns the mesh of a geometry, if it is one.
    pub fn from_geometry(geometry: &Geometry) -> Option<Self> {
        match geometry {
            Geometry::Mesh { filename, scale } => Some(Self {
                name: filename.clone(),
                scale: scale.map_or([1.0; 3], |scale| scale.0),
            }),
            _ => None,
        }
    }
}

/// A problem with a mesh.
struct MeshProblem {
    why: String,
    package: Option<String>,
}

/// The meshes of one URDF, each read and decomposed once.
pub struct MeshLoader {
    fineness: DecompositionOptions,
    done: Vec<(MeshName, Result<ConvexDecomposition, MeshProblem>)>,
}

impl MeshLoader {
    /// Reads and decomposes all meshes that give a link its shape. `folder` is that of the URDF;
    /// `known` holds decompositions made earlier.
    pub fn new(
        urdf: &urdf_rs::Robot,
        folder: Option<&Path>,
        files: &MeshFiles,
        known: &[MeshDecomposition],
        fineness: DecompositionOptions,
    ) -> Self {
        let mut wanted: Vec<MeshName> = Vec::new();
        for link in &urdf.links {
            for (_, geometry) in crate::shapes::collision_or_visual_geometries(link) {
                wanted.extend(
                    MeshName::from_geometry(geometry).filter(|named| !wanted.contains(named)),
                );
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
        // A few large meshes take the longest, so whichever thread is free takes the next one.
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

    /// Returns the bodies that contain a mesh, or what `link` lacks.
    ///
    /// # Errors
    /// [`UnguardedLink`] if the file is missing or invalid.
    pub fn find_decomposition(
        &self,
        link: &str,
        named: &MeshName,
    ) -> Result<&ConvexDecomposition, UnguardedLink> {
        let mut done = self.done.iter();
        let made = done.find(|(known, _)| known == named).map(|(_, made)| made);
        let unguarded = |why: &str, package: Option<String>| UnguardedLink {
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

    /// Returns one sentence for each mesh whose bodies extend farther beyond it than they should.
    pub fn warnings(&self) -> impl Iterator<Item = String> + '_ {
        let tolerance = self.fineness.tolerance;
        self.done.iter().filter_map(move |(named, made)| {
            let cover = made
                .as_ref()
                .ok()
                .filter(|cover| cover.max_distance_from_mesh() > tolerance)?;
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
                cover.max_distance_from_mesh() * 1e3,
                tolerance * 1e3,
            ))
        })
    }

    /// Returns the decompositions of all meshes that could be read.
    pub fn into_decompositions(self) -> Vec<MeshDecomposition> {
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
    let bytes = read::read_mesh_bytes(&path).map_err(wrong)?;
    let entry = files.cache.as_deref();
    // The format is detected from the content first, but the name can decide.
    let entry = entry.map(|folder| cache::CacheEntry::new(folder, &bytes, &path, &scale, fineness));
    if let Some(cover) = entry.as_ref().and_then(cache::CacheEntry::read) {
        return Ok(cover);
    }
    let triangles = read::parse_triangles(&path, &bytes, &scale).map_err(wrong)?;
    let cover = ConvexDecomposition::from_triangles(&triangles, fineness);
    if let Some(entry) = &entry {
        entry.write(&cover);
    }
    Ok(cover)
}
