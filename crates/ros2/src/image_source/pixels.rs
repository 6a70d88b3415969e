//! What the bytes of an image mean, by the encodings of `sensor_msgs/image_encodings.hpp`.

use image::RgbImage;

use crate::messages::sensor::Image;

/// Greatest width and height, pixels.
const GREATEST: u32 = 16_384;

/// Returns the picture.
///
/// # Errors
/// What is wrong with it, or that its encoding is not known.
pub fn decode_rgb(image: Image) -> Result<RgbImage, String> {
    let Image {
        width,
        height,
        encoding,
        step,
        data,
        ..
    } = image;
    // Places of red, green and blue in a pixel, and its bytes.
    let (order, bytes): ([usize; 3], u32) = match encoding.as_str() {
        "rgb8" | "8UC3" => ([0, 1, 2], 3),
        "bgr8" => ([2, 1, 0], 3),
        "rgba8" => ([0, 1, 2], 4),
        "bgra8" | "8UC4" => ([2, 1, 0], 4),
        "mono8" | "8UC1" => ([0, 0, 0], 1),
        other => {
            return Err(format!(
                "pictures in encoding `{other}` are not read: publish rgb8, bgr8, rgba8, bgra8, mono8 or compressed ones"
            ));
        }
    };
    if !(1..=GREATEST).contains(&width) || !(1..=GREATEST).contains(&height) {
        return Err(format!("a picture of {width} × {height} pixels"));
    }
    let row = width * bytes;
    if step < row || (data.len() as u64) < u64::from(step) * u64::from(height) {
        return Err(format!(
            "a picture of {width} × {height} pixels in {encoding} has {} bytes in rows of {step}",
            data.len()
        ));
    }
    if order == [0, 1, 2] && bytes == 3 && step == row {
        let mut data = data;
        data.truncate(row as usize * height as usize);
        return RgbImage::from_raw(width, height, data)
            .ok_or_else(|| "a picture with too few bytes".to_owned());
    }
    let mut pixels = Vec::with_capacity(3 * width as usize * height as usize);
    for line in data.chunks_exact(step as usize).take(height as usize) {
        for pixel in line[..row as usize].chunks_exact(bytes as usize) {
            pixels.extend(order.map(|place| pixel[place]));
        }
    }
    RgbImage::from_raw(width, height, pixels)
        .ok_or_else(|| "a picture with too few bytes".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::std_msgs::Header;

    fn image(encoding: &str, step: u32, data: &[u8]) -> Image {
        Image {
            header: Header::untimed("camera"),
            height: 2,
            width: 1,
            encoding: encoding.to_owned(),
            is_bigendian: 0,
            step,
            data: data.to_vec(),
        }
    }

    #[test]
    fn encodings_give_the_same_colors() {
        let red_and_blue = [255, 0, 0, 0, 0, 255];
        for (encoding, step, data) in [
            ("rgb8", 3, vec![255, 0, 0, 0, 0, 255]),
            ("bgr8", 3, vec![0, 0, 255, 255, 0, 0]),
            ("rgb8", 5, vec![255, 0, 0, 9, 9, 0, 0, 255, 9, 9]),
            ("rgba8", 4, vec![255, 0, 0, 7, 0, 0, 255, 7]),
            ("bgra8", 4, vec![0, 0, 255, 7, 255, 0, 0, 7]),
        ] {
            let picture = decode_rgb(image(encoding, step, &data)).unwrap();
            assert_eq!(picture.as_raw(), &red_and_blue, "{encoding}");
        }
        let gray = decode_rgb(image("mono8", 1, &[3, 200])).unwrap();
        assert_eq!(gray.as_raw(), &[3, 3, 3, 200, 200, 200]);
    }

    #[test]
    fn what_is_no_picture_is_refused_with_the_reason() {
        for (encoding, step, data, what) in [
            ("16UC1", 2, vec![0; 4], "16UC1"),
            ("rgb8", 2, vec![0; 6], "rows of 2"),
            ("rgb8", 3, vec![0; 5], "5 bytes"),
            ("rgb8", u32::MAX, vec![0; 6], "rows of"),
        ] {
            let why = decode_rgb(image(encoding, step, &data)).unwrap_err();
            assert!(why.contains(what), "{why}");
        }
        let mut huge = image("rgb8", u32::MAX, &[]);
        huge.width = u32::MAX;
        decode_rgb(huge).unwrap_err();
    }
}
