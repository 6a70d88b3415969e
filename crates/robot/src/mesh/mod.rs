//! Conversion of the meshes of a URDF to convex bodies that the gate can keep clear of.
//!
//! | module | idea |
//! |---|---|
//! | `locate` | the file of a mesh from its name in a URDF |
//! | `read` | triangles from a file, or one clear error |
//! | `stl`, `obj`, `collada` | the formats |
//! | [`hull`] | a convex hull given by its corners |
//! | [`decomposition`] | few convex bodies that contain a mesh tightly |
//! | `measure` | how far convex bodies extend beyond a mesh |
//! | `cache` | cache of decompositions |
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
pub use loader::{MeshDecomposition, MeshFiles, PackageLocations, UnguardedLink};
pub(crate) use loader::{MeshLoader, MeshName};

use std::path::{Path, PathBuf};

use enact_types::{Point3, Reason, Vector3};

/// Returns the file of a mesh from its name in a URDF in `folder`; `None` if it does not exist.
pub fn find_mesh_file(name: &str, folder: &Path, packages: &PackageLocations) -> Option<PathBuf> {
    locate::locate(name, folder, packages).ok()
}

/// A triangle given by its corners, meters.
pub type Triangle = [Point3; 3];

/// Reads the triangles of an STL, OBJ or COLLADA file, each number multiplied by `scale`, meters.
///
/// # Errors
/// [`Reason`] that completes a sentence starting with the file name, if the file cannot be read or
/// is invalid.
pub fn read_triangles(path: &Path, scale: [f64; 3]) -> Result<Vec<Triangle>, Reason> {
    read::parse_triangles(path, &read::read_mesh_bytes(path)?, &Vector3::from(scale))
}
