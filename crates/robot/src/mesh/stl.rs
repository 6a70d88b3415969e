//! STL, binary and ASCII.

use enact_types::{Point3, Reason};

use super::Triangle;

/// Bytes before the number of triangles.
const HEADER: usize = 80;
/// Bytes of a triangle: normal, three corners, an attribute.
const RECORD: usize = 50;

/// Returns whether the length of the bytes is that of a binary STL with the announced number of
/// triangles.
pub fn is_binary(bytes: &[u8]) -> bool {
    announced_triangle_count(bytes).is_some_and(|count| bytes.len() == HEADER + 4 + count * RECORD)
}

/// Returns whether the bytes begin as an ASCII STL does.
pub fn begins_like_ascii(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    text.len() >= 5 && text[..5].eq_ignore_ascii_case(b"solid")
}

/// Returns the number of triangles that a binary STL announces.
pub fn announced_triangle_count(bytes: &[u8]) -> Option<usize> {
    let count = bytes.get(HEADER..HEADER + 4)?;
    Some(u32::from_le_bytes(count.try_into().ok()?) as usize)
}

/// Reads either kind. A binary file may begin with "solid" too, so its length decides first.
///
/// # Errors
/// [`Reason`] if the bytes are neither kind or are truncated.
pub fn read(bytes: &[u8]) -> Result<Vec<Triangle>, Reason> {
    if !is_binary(bytes) && begins_like_ascii(bytes) {
        return ascii(bytes);
    }
    let count = announced_triangle_count(bytes).ok_or("it is too short for an STL file")?;
    let records = &bytes[HEADER + 4..];
    if records.len() / RECORD < count {
        return Err(format!(
            "it is cut short: {count} triangles are announced, {} are there",
            records.len() / RECORD
        )
        .into());
    }
    // Some programs announce no triangles, or fewer than they write.
    Ok(records.chunks_exact(RECORD).map(record).collect())
}

fn record(bytes: &[u8]) -> Triangle {
    let number = |index: usize| {
        let at = 12 + 4 * index;
        let bytes = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        f64::from(f32::from_le_bytes(bytes))
    };
    [0, 3, 6].map(|first| Point3::new(number(first), number(first + 1), number(first + 2)))
}

/// Takes the three vertices of each loop; the rest of a line is ignored.
fn ascii(bytes: &[u8]) -> Result<Vec<Triangle>, Reason> {
    let text = String::from_utf8_lossy(bytes);
    let mut triangles = Vec::new();
    let mut corners = Vec::new();
    let mut ended = false;
    for (index, line) in text.lines().enumerate() {
        let wrong = |what: &str| Reason::from(format!("line {}: {what}", index + 1));
        let mut words = line.split_whitespace();
        let Some(keyword) = words.next() else {
            continue;
        };
        match keyword.to_ascii_lowercase().as_str() {
            "vertex" => {
                let mut number = || words.next()?.parse::<f64>().ok();
                let (Some(x), Some(y), Some(z)) = (number(), number(), number()) else {
                    return Err(wrong("`vertex` wants three numbers"));
                };
                corners.push(Point3::new(x, y, z));
            }
            "endloop" => {
                let corners = std::mem::take(&mut corners);
                let triangle = <[Point3; 3]>::try_from(corners)
                    .map_err(|corners| wrong(&format!("a loop has {} corners", corners.len())))?;
                triangles.push(triangle);
            }
            "endsolid" => ended = true,
            "solid" => ended = false,
            "facet" | "outer" | "endfacet" => {}
            _ => return Err(wrong(&format!("`{keyword}` is no part of an STL file"))),
        }
    }
    if ended && corners.is_empty() {
        Ok(triangles)
    } else {
        Err("it is cut short: there is no `endsolid`".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binary(announced: u32, triangles: usize) -> Vec<u8> {
        // Some programs begin a binary file as if it were text.
        let mut bytes = b"solid made by a program".to_vec();
        bytes.resize(HEADER, b' ');
        bytes.extend(announced.to_le_bytes());
        for triangle in 0..triangles {
            for number in 0..12 {
                bytes.extend((triangle as f32 + number as f32).to_le_bytes());
            }
            bytes.extend([0, 0]);
        }
        bytes
    }

    #[test]
    fn a_binary_file_that_begins_with_solid_is_binary() {
        let triangles = read(&binary(2, 2)).unwrap();
        assert_eq!(triangles.len(), 2);
        assert_eq!(triangles[1][0], Point3::new(4.0, 5.0, 6.0));
    }

    #[test]
    fn a_file_that_holds_less_than_it_announces_is_cut_short() {
        let mut whole = binary(3, 3);
        whole[..5].copy_from_slice(b"binar");
        assert_eq!(read(&whole).unwrap().len(), 3);
        for missing in [1, 49, 50, 100, 150] {
            let error = read(&whole[..whole.len() - missing]).unwrap_err();
            assert!(error.text().contains("cut short"), "{error}");
        }
        let mut more = binary(0, 3);
        more[..5].copy_from_slice(b"binar");
        assert_eq!(read(&more).unwrap().len(), 3);
        assert!(read(b"").is_err());
    }

    #[test]
    fn text_is_read_in_any_case_and_must_end() {
        let text = "solid\nfacet normal 0 0 1\n outer loop\n  vertex 0 0 0\n  VERTEX 1e-1 0 0\n\
                    \tvertex 0 +.5 -2\nendloop\nendfacet\nendsolid";
        let triangles = read(text.as_bytes()).unwrap();
        assert_eq!(triangles.len(), 1);
        assert_eq!(triangles[0][2], Point3::new(0.0, 0.5, -2.0));
        let cut = &text[..text.len() - "\nendsolid".len()];
        assert!(
            read(cut.as_bytes())
                .unwrap_err()
                .text()
                .contains("cut short")
        );
        let wrong = text.replace("+.5", "half");
        let error = read(wrong.as_bytes()).unwrap_err();
        assert!(error.text().starts_with("line 6:"), "{error}");
        let quad = text.replace("endloop", "vertex 1 1 1\nendloop");
        assert!(
            read(quad.as_bytes())
                .unwrap_err()
                .text()
                .contains("4 corners")
        );
    }
}
