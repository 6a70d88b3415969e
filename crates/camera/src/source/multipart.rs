//! The pictures in a multipart stream (`multipart/x-mixed-replace`), as cameras send them.
//!
//! There is no input here: bytes go in, pictures come out. Servers differ: some say how long a picture
//! is and some do not, some are wrong about it, and boundaries have dashes or not.

use std::time::Instant;

use enact_types::Reason;

/// Longest picture, bytes.
const MAX_PICTURE_BYTES: usize = 32 << 20;
/// Longest header of a part, bytes.
const MAX_HEADER_BYTES: usize = 16 << 10;

/// A part of the stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// When its header arrived.
    pub begun: Instant,
    /// Time on the camera's clock, seconds.
    pub stamp: Option<f64>,
}

/// Splits a stream into its parts.
#[derive(Debug)]
pub struct Multipart {
    separator: Vec<u8>,
    buffer: Vec<u8>,
    /// Where the search for a separator goes on.
    searched: usize,
    part: Option<Header>,
}

/// The header of the part that is arriving.
#[derive(Clone, Debug)]
struct Header {
    begun: Instant,
    length: Option<usize>,
    stamp: Option<f64>,
}

impl Multipart {
    /// Creates a splitter at the boundary that the header `Content-Type` of a response names.
    ///
    /// # Errors
    /// If it names none.
    pub fn from_content_type(content_type: &str) -> Result<Self, Reason> {
        let boundary = content_type.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_boundary = name.trim().eq_ignore_ascii_case("boundary");
            is_boundary.then(|| value.trim().trim_matches('"'))
        });
        // Some servers write the dashes of the separator into its name.
        let boundary = boundary.map_or("", |boundary| boundary.trim_start_matches('-'));
        if boundary.is_empty() {
            return Err(format!("it does not say what separates pictures: {content_type}").into());
        }
        Ok(Self {
            separator: format!("--{boundary}").into_bytes(),
            buffer: Vec::new(),
            searched: 0,
            part: None,
        })
    }

    /// Takes bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns the next part, if it is complete, or ends with the separator of the next. `now` is when
    /// the newest bytes arrived.
    ///
    /// # Errors
    /// If this is no stream of pictures.
    pub fn next(&mut self, now: Instant) -> Result<Option<Part>, Reason> {
        loop {
            let Some(header) = self.part.clone() else {
                match self.header(now)? {
                    Some(header) => self.part = Some(header),
                    None => return Ok(None),
                }
                continue;
            };
            let Some(end) = self.end(&header)? else {
                return Ok(None);
            };
            let mut bytes: Vec<u8> = self.buffer.drain(..end).collect();
            if header.length != Some(end) {
                trim_line_end(&mut bytes);
            }
            (self.part, self.searched) = (None, 0);
            if !bytes.is_empty() {
                let Header { begun, stamp, .. } = header;
                return Ok(Some(Part {
                    bytes,
                    begun,
                    stamp,
                }));
            }
        }
    }

    /// Takes the separator and the header of a part from the buffer.
    fn header(&mut self, now: Instant) -> Result<Option<Header>, Reason> {
        let Some(at) = find(&self.buffer, &self.separator, 0) else {
            if self.buffer.len() > MAX_HEADER_BYTES {
                let separator = String::from_utf8_lossy(&self.separator);
                let reason = format!("pictures are not separated by `{separator}`, as it says");
                return Err(reason.into());
            }
            return Ok(None);
        };
        let after = at + self.separator.len();
        let ends = [b"\r\n\r\n".as_slice(), b"\n\n"]
            .into_iter()
            .filter_map(|end| Some((find(&self.buffer, end, after)?, end.len())));
        let Some((end, length)) = ends.min() else {
            if self.buffer.len() - after > MAX_HEADER_BYTES {
                return Err("the header of a picture does not end".into());
            }
            return Ok(None);
        };
        let lines = String::from_utf8_lossy(&self.buffer[after..end]).into_owned();
        self.buffer.drain(..end + length);
        self.searched = 0;
        let value = |name: &str| {
            lines.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.trim()
                    .eq_ignore_ascii_case(name)
                    .then(|| value.trim().to_owned())
            })
        };
        let length = value("content-length").and_then(|length| length.parse().ok());
        if length.is_some_and(|length: usize| length > MAX_PICTURE_BYTES) {
            return Err(too_long());
        }
        Ok(Some(Header {
            begun: now,
            length,
            stamp: value("x-timestamp").and_then(|stamp| seconds(&stamp)),
        }))
    }

    /// Returns where the part ends, once that is known.
    fn end(&mut self, header: &Header) -> Result<Option<usize>, Reason> {
        let lasts = header.length.unwrap_or(0);
        // A length is believed if the separator follows it, or nothing yet.
        if let Some(length) = header.length
            && self.buffer.len() >= length
        {
            let rest = &self.buffer[length..];
            let line_end = rest.iter().take_while(|b| b"\r\n".contains(b)).count();
            let rest = &rest[line_end.min(4)..];
            let overlap = rest.len().min(self.separator.len());
            if rest[..overlap] == self.separator[..overlap] {
                return Ok(Some(length));
            }
        }
        let from = self.searched.saturating_sub(self.separator.len());
        if let Some(at) = find(&self.buffer, &self.separator, from) {
            return Ok(Some(at));
        }
        self.searched = self.buffer.len();
        if self.buffer.len() > MAX_PICTURE_BYTES.max(lasts) + MAX_HEADER_BYTES {
            return Err(too_long());
        }
        Ok(None)
    }
}

fn too_long() -> Reason {
    let most = MAX_PICTURE_BYTES >> 20;
    format!("a picture of more than {most} MiB comes, which is none").into()
}

/// Removes the end of the line before a separator, and dashes that belong to it.
fn trim_line_end(bytes: &mut Vec<u8>) {
    let dashes = bytes.iter().rev().take_while(|b| **b == b'-').count();
    if dashes > 0 && bytes[..bytes.len() - dashes].ends_with(b"\n") {
        bytes.truncate(bytes.len() - dashes);
    }
    for end in [b'\n', b'\r'] {
        if bytes.last() == Some(&end) {
            bytes.pop();
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let bytes = bytes.get(from..)?;
    bytes
        .windows(wanted.len())
        .position(|part| part == wanted)
        .map(|at| from + at)
}

/// Reads a time in seconds; some cameras write it in milliseconds or microseconds.
fn seconds(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let value = match value {
        v if v > 1e14 => v * 1e-6,
        v if v > 1e11 => v * 1e-3,
        v => v,
    };
    (value.is_finite() && value >= 0.0).then_some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPE: &str = "multipart/x-mixed-replace; boundary=frame";

    fn parts_of(content_type: &str, stream: &[u8], chunk: usize) -> Vec<Vec<u8>> {
        let mut parser = Multipart::from_content_type(content_type).unwrap();
        let mut parts = Vec::new();
        for bytes in stream.chunks(chunk) {
            parser.push(bytes);
            while let Some(part) = parser.next(Instant::now()).unwrap() {
                parts.push(part.bytes);
            }
        }
        parts
    }

    fn part(header: &str, bytes: &[u8]) -> Vec<u8> {
        [header.as_bytes(), bytes, b"\r\n"].concat()
    }

    #[test]
    fn servers_write_it_in_many_ways() {
        let with_length = "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\n";
        let without = "--frame\r\nContent-Type: image/jpeg\r\n\r\n";
        let bare = "--frame\nContent-type: image/jpeg\n\n";
        let dashed = "----frame\r\nContent-Type: image/jpeg\r\n\r\n";
        for header in [with_length, without, bare, dashed] {
            let stream = [
                part(header, b"abcd"),
                part(header, b"ef\r\n"),
                b"--frame--\r\n".into(),
            ];
            for chunk in [1, 3, 1000] {
                let parts = parts_of(TYPE, &stream.concat(), chunk);
                assert_eq!(parts[0], b"abcd", "{header:?} {chunk}");
                assert_eq!(parts.len(), 2, "{header:?} {chunk}");
            }
        }
        for content_type in [
            "multipart/x-mixed-replace;boundary=\"frame\"",
            "multipart/x-mixed-replace; BOUNDARY=--frame; charset=x",
        ] {
            let stream = [part(with_length, b"abcd"), b"--frame".into()].concat();
            assert_eq!(parts_of(content_type, &stream, 5), [b"abcd"]);
        }
        assert!(Multipart::from_content_type("multipart/x-mixed-replace").is_err());
    }

    #[test]
    fn a_picture_with_a_length_need_not_wait_for_the_next() {
        let stream = part("--frame\r\nContent-Length: 4\r\n\r\n", b"abcd");
        assert_eq!(parts_of(TYPE, &stream[..stream.len() - 2], 1000), [b"abcd"]);
    }

    #[test]
    fn a_wrong_length_costs_one_picture_at_most() {
        let right = "--frame\r\nContent-Length: 4\r\n\r\n";
        for wrong in ["2", "9", "4000", "-1", "x"] {
            let header = format!("--frame\r\nContent-Length: {wrong}\r\n\r\n");
            let stream = [
                part(&header, b"abcd"),
                part(right, b"efgh"),
                part(right, b"ijkl"),
                b"--frame".into(),
            ]
            .concat();
            let parts = parts_of(TYPE, &stream, 7);
            assert_eq!(parts.len(), 3, "{wrong}: {parts:?}");
            assert_eq!(parts[1..], [b"efgh", b"ijkl"], "{wrong}");
        }
    }

    #[test]
    fn the_cameras_clock_is_read() {
        let stamp = |text: &str| {
            let mut parser = Multipart::from_content_type(TYPE).unwrap();
            let header = format!("--frame\r\nX-Timestamp: {text}\r\nContent-Length: 1\r\n\r\n");
            parser.push(&part(&header, b"a"));
            parser.next(Instant::now()).unwrap().unwrap().stamp
        };
        assert_eq!(stamp("12.5"), Some(12.5));
        assert_eq!(stamp("1764547200.25"), Some(1_764_547_200.25));
        assert_eq!(stamp("1764547200250"), Some(1_764_547_200.25));
        assert_eq!(stamp("NaN"), None);
        assert_eq!(stamp("yesterday"), None);
    }

    #[test]
    fn what_does_not_end_is_given_up() {
        let mut parser = Multipart::from_content_type(TYPE).unwrap();
        parser.push(&[b'x'; MAX_HEADER_BYTES + 1]);
        assert!(parser.next(Instant::now()).is_err());
        let mut parser = Multipart::from_content_type(TYPE).unwrap();
        parser.push(b"--frame\r\nContent-Length: 99999999\r\n\r\n");
        let error = parser.next(Instant::now()).unwrap_err().to_string();
        assert!(error.contains("32 MiB"), "{error}");
        let mut parser = Multipart::from_content_type(TYPE).unwrap();
        parser.push(b"--frame\r\n\r\n");
        parser.push(&vec![b'x'; MAX_PICTURE_BYTES + MAX_HEADER_BYTES + 1]);
        assert!(parser.next(Instant::now()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_are_survived(bytes: Vec<u8>, chunk in 1_usize..50) {
            let mut stream = b"--frame\r\n\r\n".to_vec();
            stream.extend(&bytes);
            stream.extend(b"\r\n--frame\r\n\r\nlast\r\n--frame");
            let parts = parts_of(TYPE, &stream, chunk);
            prop_assert_eq!(parts.last().unwrap(), b"last");
        }
    }
}
