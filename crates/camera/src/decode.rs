//! Pictures from the bytes of a file: read by their content, turned as their tag says, scaled once.

use std::io::Cursor;

use enact_types::Reason;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

/// Longest side of a picture, pixels; larger ones are scaled down to it, once.
pub const MAX_SIDE_PX: u32 = 1280;
/// Longest side that is decoded at all, pixels.
const DECODED_SIDE: u32 = 16_384;

/// Decodes a PNG or JPEG picture, whatever its file is called. An Exif orientation is carried out, and
/// a picture larger than [`MAX_SIDE_PX`] is scaled down.
///
/// # Errors
/// What is wrong with the bytes.
pub fn decode(bytes: &[u8]) -> Result<RgbImage, Reason> {
    let picture = decode_oriented(bytes)?.into_rgb8();
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= MAX_SIDE_PX {
        return Ok(picture);
    }
    let scaled = |side: u32| {
        let side = u64::from(side) * u64::from(MAX_SIDE_PX) / u64::from(longest);
        (side as u32).max(1)
    };
    Ok(image::imageops::resize(
        &picture,
        scaled(width),
        scaled(height),
        FilterType::Triangle,
    ))
}

/// Decodes a picture in its own size and depth of color, turned as its tag says.
///
/// # Errors
/// What is wrong with the bytes.
pub fn decode_oriented(bytes: &[u8]) -> Result<DynamicImage, Reason> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(Reason::from_error)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(unknown_format(bytes));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(DECODED_SIDE);
    limits.max_image_height = Some(DECODED_SIDE);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(Reason::from_error)?;
    // A tag that cannot be read says nothing.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(Reason::from_error)?;
    picture.apply_orientation(orientation);
    if picture.width() == 0 || picture.height() == 0 {
        return Err("it has no pixels".into());
    }
    Ok(picture)
}

fn unknown_format(bytes: &[u8]) -> Reason {
    let what = match bytes {
        [] => "it is empty",
        [b'<', ..] => "it is a page or another text, no picture",
        _ if bytes.get(4..8) == Some(b"ftyp") => {
            "it is HEIC, AVIF or a film; save it as JPEG or PNG"
        }
        [b'R', b'I', b'F', b'F', ..] => "it is WebP or a film; save it as JPEG or PNG",
        _ => "it is neither PNG nor JPEG",
    };
    what.into()
}

/// Returns whether the beginning of a file is that of a PNG or JPEG picture.
pub(crate) fn is_picture(beginning: &[u8]) -> bool {
    beginning.starts_with(&[0xFF, 0xD8, 0xFF]) || beginning.starts_with(b"\x89PNG\r\n\x1a\n")
}

/// Returns whether a PNG or JPEG file is complete: decoders fill in what is missing. What phones and
/// cameras append to a picture does not matter.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    const PNG_END: &[u8] = b"IEND\xAE\x42\x60\x82";
    if bytes.starts_with(&[0xFF, 0xD8]) {
        return jpeg_ends(bytes).unwrap_or(false);
    }
    bytes.windows(PNG_END.len()).any(|part| part == PNG_END)
}

/// Returns whether a JPEG file has the end of its picture (ITU-T T.81, B.1); `None` if the file ends
/// before. A thumbnail in a header has an end of its own, which does not count.
fn jpeg_ends(bytes: &[u8]) -> Option<bool> {
    const END: u8 = 0xD9;
    const SCAN: u8 = 0xDA;
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return Some(false);
        }
        let kind = *bytes.get(at + 1)?;
        if kind == END {
            return Some(true);
        }
        if kind == 0xFF {
            at += 1;
            continue;
        }
        let length = u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]);
        at += 2 + usize::from(length);
        if kind == SCAN {
            // In what is coded, 0xFF is followed by 0, or by the number of a restart.
            let is_marker = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xD0..=0xD7);
            at += bytes.get(at..)?.windows(2).position(is_marker)?;
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use image::{ExtendedColorType, ImageEncoder, Rgb};

    use super::*;

    /// Encodes a picture of one color.
    pub(crate) fn encoded(color: [u8; 3], format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_pixel(64, 48, Rgb(color))
            .write_to(&mut bytes, format)
            .unwrap();
        bytes.into_inner()
    }

    /// Encodes a picture of 8 × 4 blocks, of which the one at the top left is white, with an Exif
    /// orientation.
    fn tagged(orientation: u8) -> Vec<u8> {
        let mut picture = RgbImage::new(64, 32);
        for y in 0..8 {
            for x in 0..8 {
                picture.put_pixel(x, y, Rgb([255; 3]));
            }
        }
        // A TIFF header and one entry: tag 0x0112, a short.
        let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95);
        encoder.set_exif_metadata(exif).unwrap();
        encoder
            .write_image(picture.as_raw(), 64, 32, ExtendedColorType::Rgb8)
            .unwrap();
        bytes
    }

    #[test]
    fn a_picture_is_turned_as_its_tag_says() {
        // Where the corner at the top left belongs, for each orientation.
        let places = [
            (1, (64, 32), (2, 2)),
            (2, (64, 32), (61, 2)),
            (3, (64, 32), (61, 29)),
            (4, (64, 32), (2, 29)),
            (5, (32, 64), (2, 2)),
            (6, (32, 64), (29, 2)),
            (7, (32, 64), (29, 61)),
            (8, (32, 64), (2, 61)),
        ];
        for (orientation, size, (x, y)) in places {
            let picture = decode(&tagged(orientation)).unwrap();
            assert_eq!(picture.dimensions(), size, "orientation {orientation}");
            assert!(
                picture.get_pixel(x, y)[0] > 200,
                "orientation {orientation}"
            );
            let bright = picture.pixels().filter(|pixel| pixel[0] > 200).count();
            assert!((50..80).contains(&bright), "{bright}");
        }
    }

    #[test]
    fn a_large_picture_is_scaled_once_and_a_small_one_never() {
        let mut picture = RgbImage::new(4000, 3000);
        for (x, _, pixel) in picture.enumerate_pixels_mut() {
            *pixel = Rgb([if x < 2000 { 0 } else { 255 }; 3]);
        }
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        let picture = decode(bytes.get_ref()).unwrap();
        assert_eq!(picture.dimensions(), (1280, 960));
        assert_eq!(
            [630, 650].map(|x| picture.get_pixel(x, 500)[0]),
            [0, 255],
            "the edge stays in the middle"
        );
        let small = decode(&encoded([9; 3], ImageFormat::Png)).unwrap();
        assert_eq!(small.dimensions(), (64, 48));
    }

    #[test]
    fn what_is_no_picture_is_named() {
        let said = |bytes: &[u8]| decode(bytes).unwrap_err().to_string();
        assert!(said(b"").contains("empty"));
        assert!(said(b"<html>").contains("page"));
        assert!(said(b"\0\0\0\x18ftypheic").contains("HEIC"));
        assert!(said(b"RIFF....WEBPVP8 ").contains("WebP"));
        assert!(said(b"hello").contains("neither PNG nor JPEG"));
        let mut cut = encoded([9; 3], ImageFormat::Png);
        cut.truncate(30);
        assert!(decode(&cut).is_err());
    }

    #[test]
    fn a_file_without_its_end_is_not_whole() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let mut bytes = encoded([80; 3], format);
            assert!(is_whole(&bytes) && is_picture(&bytes));
            bytes.extend([0; 7]);
            assert!(is_whole(&bytes), "padding is no damage");
            bytes.truncate(bytes.len() - 20);
            assert!(!is_whole(&bytes));
            let mut photo = encoded([80; 3], format);
            photo.extend(b"SEFT\xFF\xDA and a film");
            assert!(is_whole(&photo), "what a phone appends is no damage");
        }
        assert!(!is_whole(&[]) && !is_picture(b"RIFF"));
        // A thumbnail in its header is whole, the picture is not.
        let picture = encoded([80; 3], ImageFormat::Jpeg);
        let mut thumbnail = vec![0xFF, 0xD8, 0xFF, 0xE1];
        thumbnail.extend(((picture.len() + 2) as u16).to_be_bytes());
        thumbnail.extend(&picture);
        thumbnail.extend(&picture[2..picture.len() - 30]);
        assert!(!is_whole(&thumbnail));
        thumbnail.extend(&picture[picture.len() - 30..]);
        assert!(is_whole(&thumbnail));
    }
}
