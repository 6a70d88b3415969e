//! Reads triangles from a mesh file, or returns one clear error.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use enact_types::{Reason, Vector3};

use super::{Triangle, collada, obj, stl};

/// Largest file size, bytes.
const MAX_FILE_BYTES: u64 = 512 << 20;
/// Largest number of triangles.
pub const MAX_TRIANGLES: usize = 4_000_000;
/// Largest plausible distance of a point from the mesh origin, meters.
const FARTHEST: f64 = 10.0;

/// A mesh file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Stl,
    Obj,
    Collada,
}

/// Reads the bytes of a mesh file.
///
/// # Errors
/// [`Reason`] that completes a sentence starting with the file name.
pub fn read_mesh_bytes(path: &Path) -> Result<Vec<u8>, Reason> {
    let unreadable = |error: std::io::Error| {
        Reason::from_text_and_source(format!("cannot be read: {error}"), error)
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        return Err("is a folder".into());
    }
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let mib = MAX_FILE_BYTES >> 20;
        return Err(format!("is longer than {mib} MiB; a simpler mesh serves as well").into());
    }
    if bytes.starts_with(b"version https://git-lfs") {
        return Err("is a pointer of Git LFS, not the file itself: run `git lfs pull`".into());
    }
    Ok(bytes)
}

/// Parses the triangles of a mesh file, each number multiplied by `scale`, meters.
///
/// # Errors
/// [`Reason`] that completes a sentence starting with the file name.
pub fn parse_triangles(
    path: &Path,
    bytes: &[u8],
    scale: &Vector3,
) -> Result<Vec<Triangle>, Reason> {
    let named = extension(path);
    let Some(format) = by_content(bytes).or(named) else {
        return Err("is neither STL, OBJ nor COLLADA (.dae)".into());
    };
    let read = match format {
        Format::Stl => stl::read(bytes),
        Format::Obj => obj::read(bytes),
        Format::Collada => collada::read(&String::from_utf8_lossy(bytes), MAX_TRIANGLES),
    };
    let mut triangles =
        read.map_err(|reason| reason.reworded(|what| format!("is broken: {what}")))?;
    if triangles.is_empty() {
        return Err("has no triangles".into());
    }
    if triangles.len() > MAX_TRIANGLES {
        return Err(format!(
            "has more than {MAX_TRIANGLES} triangles; a simpler mesh serves as well"
        )
        .into());
    }
    let corners = triangles.iter_mut().flatten();
    for corner in corners {
        corner.coords.component_mul_assign(scale);
        if !corner.iter().all(|value| value.is_finite()) {
            return Err("is broken: a corner is not finite".into());
        }
        let far = corner.coords.amax();
        if far > FARTHEST {
            return Err(format!(
                "reaches {far:.0} m from its origin: is its unit not the metre? \
                 `scale` in the URDF would say so"
            )
            .into());
        }
    }
    Ok(triangles)
}

fn extension(path: &Path) -> Option<Format> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "stl" | "stlb" | "stla" => Some(Format::Stl),
        "obj" => Some(Format::Obj),
        "dae" => Some(Format::Collada),
        _ => None,
    }
}

/// Detects the format from the content, because a name may be wrong.
fn by_content(bytes: &[u8]) -> Option<Format> {
    if stl::is_binary(bytes) {
        return Some(Format::Stl);
    }
    let head = &bytes[..bytes.len().min(4096)];
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = text.trim_ascii_start();
    if text.starts_with(b"<") {
        let is_collada = text.windows(8).any(|window| window == b"<COLLADA");
        return is_collada.then_some(Format::Collada);
    }
    if stl::begins_like_ascii(text) && text.windows(5).any(|it| it.eq_ignore_ascii_case(b"facet")) {
        return Some(Format::Stl);
    }
    let is_text = head.iter().all(|byte| !matches!(byte, 0..=8 | 14..=31));
    let mut lines = text.split(|byte| *byte == b'\n');
    let is_vertex = lines.any(|line| line.trim_ascii_start().starts_with(b"v "));
    (is_text && is_vertex).then_some(Format::Obj)
}
