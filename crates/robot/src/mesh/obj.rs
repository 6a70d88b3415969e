//! Wavefront OBJ, geometry only.

use enact_types::{Point3, Reason};

use super::Triangle;

/// Reads the faces; colors and materials are ignored.
///
/// # Errors
/// [`Reason`] if the text is no valid OBJ.
pub fn read(bytes: &[u8]) -> Result<Vec<Triangle>, Reason> {
    let options = tobj::LoadOptions {
        triangulate: true,
        ignore_lines: true,
        ignore_points: true,
        ..Default::default()
    };
    let no_materials = |_: &std::path::Path| Err(tobj::LoadError::OpenFileFailed);
    let mut reader = bytes;
    let (models, _) = tobj::load_obj_buf(&mut reader, &options, no_materials).map_err(|error| {
        Reason::from_text_and_source(format!("it cannot be read as OBJ: {error}"), error)
    })?;
    let mut triangles = Vec::new();
    for model in &models {
        let mesh = &model.mesh;
        let corner = |index: &u32| {
            let at = 3 * *index as usize;
            let numbers = mesh.positions.get(at..at + 3);
            let numbers = numbers.ok_or("a face names a corner that is not there")?;
            let [x, y, z] = [numbers[0], numbers[1], numbers[2]].map(f64::from);
            Ok(Point3::new(x, y, z))
        };
        for face in mesh.indices.chunks_exact(3) {
            let corners: Result<Vec<Point3>, Reason> = face.iter().map(corner).collect();
            triangles.extend(<[Point3; 3]>::try_from(corners?));
        }
    }
    Ok(triangles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polygons_relative_corners_and_groups_are_read() {
        let text = "mtllib none.mtl\no a\nv 0 0 0\nv 1 0 0 1.0\nv 1 1 0\nv 0 1 0\nvn 0 0 1\nvt 0 0\n\
                    usemtl red\nf 1/1/1 2/1/1 3/1/1 4/1/1\ng b\nl 1 2\nv 0 0 2\nf -1//1 1//1 2//1\n";
        let triangles = read(text.as_bytes()).unwrap();
        assert_eq!(triangles.len(), 3);
        assert_eq!(triangles[2][0], Point3::new(0.0, 0.0, 2.0));
    }

    #[test]
    fn what_is_wrong_is_refused() {
        for text in [
            "v 0 0\nf 1 1 1\n",
            "v 0 0 0\nf 1 2 3\n",
            "v 0 0 0\nf 0 0 0\n",
            "v a b c\n",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
