//! Meshes of a URDF as convex bodies that the gate can keep clear of.
//!
//! | module | idea |
//! |---|---|
//! | `locate` | from a name as a URDF writes it to a file |
//! | `read` | from a file to triangles, or one clear sentence |
//! | `stl`, `obj`, `collada` | the formats |
//! | [`hull`] | a convex body by its corners |
//! | [`decomposition`] | few convex bodies that hold all of a mesh and little else |
//! | `measure` | how far convex bodies reach beyond a mesh |
//! | `cache` | covers that were computed before |
//! | [`loader`] | all of this for one robot |

mod cache;
mod collada;
pub mod decomposition;
pub mod hull;
pub mod loader;
mod locate;
mod measure;
mod obj;
mod piece;
mod read;
mod stl;

pub use decomposition::{ConvexDecomposition, ConvexPiece, DecompositionOptions};
pub use hull::Hull;
pub use loader::{MeshDecomposition, MeshFiles, Packages, Unguarded};
pub(crate) use loader::{MeshLoader, MeshName};

use std::path::{Path, PathBuf};

use enact_types::{Point3, Reason, Vector3};

/// The file of a mesh by the name that a URDF in `folder` gives it; `None` if it is not there.
pub fn find(name: &str, folder: &Path, packages: &Packages) -> Option<PathBuf> {
    locate::locate(name, folder, packages).ok()
}

/// A triangle by its corners, meters.
pub type Triangle = [Point3; 3];

/// The triangles of an STL, OBJ or COLLADA file, each number times `scale`, meters.
///
/// # Errors
/// What is wrong, to be read after the name of the file.
pub fn triangles(path: &Path, scale: [f64; 3]) -> Result<Vec<Triangle>, Reason> {
    read::triangles(path, &read::bytes(path)?, &Vector3::from(scale))
}
