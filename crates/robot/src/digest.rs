//! The digest of a robot's description, by which two programs tell that they mean the same arm.

use sha2::{Digest, Sha256};

use crate::error::LoadError;
use crate::mesh::MeshDecomposition;
use crate::source_text::SourceText;

/// Returns the SHA-256 of everything that a robot is loaded from: the texts of its URDF and its
/// `robot.toml`, and the convex bodies of its meshes. Its name and its place on disk do not count.
///
/// # Errors
/// [`LoadError`] if a body cannot be written down.
pub fn digest(
    urdf: &SourceText,
    toml: Option<&SourceText>,
    meshes: &[MeshDecomposition],
) -> Result<[u8; 32], LoadError> {
    let mut hasher = Sha256::new();
    // With its length before it, no text can pass for the end of another.
    let mut add = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    add(urdf.text().as_bytes());
    add(toml.map_or("", SourceText::text).as_bytes());
    let mut bodies = meshes
        .iter()
        .map(|mesh| serde_json::to_string(&(&mesh.mesh, mesh.scale, &mesh.cover)))
        .collect::<Result<Vec<String>, _>>()
        .map_err(|error| urdf.error_about_file(format!("its meshes have no digest: {error}")))?;
    // Meshes are in no particular order.
    bodies.sort_unstable();
    for body in bodies {
        add(body.as_bytes());
    }
    Ok(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use crate::Robot;
    use crate::testing::robots_folder;

    #[test]
    fn the_digest_changes_with_each_text_and_not_with_the_name() {
        let folder = robots_folder().join("so101");
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        let (urdf, toml) = (read("robot.urdf"), read("robot.toml"));
        let digest = |name: &str, urdf: &str, toml: &str| {
            let robot = Robot::parse(name, urdf, Some(toml)).unwrap();
            *robot.digest()
        };
        let usual = digest("so101", &urdf, &toml);
        assert_eq!(usual, digest("another", &urdf, &toml));
        assert_eq!(usual, *Robot::load(&folder).unwrap().digest());
        assert_ne!(
            usual,
            digest("so101", &urdf, &format!("{toml}\n# edited\n"))
        );
        assert_ne!(usual, digest("so101", &format!("{urdf}\n"), &toml));
    }
}
