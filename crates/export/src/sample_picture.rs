//! A picture to be stored in a data set.

use std::cell::OnceCell;
use std::io::Cursor;
use std::sync::atomic::{AtomicU64, Ordering};

use enact_types::DepthImage;
use image::{ImageFormat, RgbImage};

use crate::error::ExportError;
use crate::histogram::Histogram;

/// A picture, or depth. Derived data is computed once, however many samples it is held for.
#[derive(Debug)]
pub struct SamplePicture {
    id: u64,
    pixels: Pixels,
    histograms: OnceCell<Vec<Histogram>>,
    file: OnceCell<Vec<u8>>,
}

/// The measured pixels.
#[derive(Debug)]
pub enum Pixels {
    /// Colors.
    Rgb(RgbImage),
    /// Depth in meters.
    Depth(DepthImage),
}

impl SamplePicture {
    /// Creates a picture of these pixels.
    pub fn new(pixels: Pixels) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            pixels,
            histograms: OnceCell::new(),
            file: OnceCell::new(),
        }
    }

    /// Returns a unique number.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Returns the measured pixels.
    pub fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// Returns width and height, pixels.
    pub fn size(&self) -> (u32, u32) {
        match &self.pixels {
            Pixels::Rgb(rgb) => rgb.dimensions(),
            Pixels::Depth(depth) => (depth.width, depth.height),
        }
    }

    /// Returns a histogram per channel: colors from 0 to 1, depth in meters where there is a
    /// reading.
    pub fn histograms(&self) -> &[Histogram] {
        self.histograms.get_or_init(|| match &self.pixels {
            Pixels::Rgb(rgb) => Histogram::of_colors(rgb),
            Pixels::Depth(depth) => vec![Histogram::of_depth(&depth.meters)],
        })
    }

    /// Encodes it as a file: colors as PNG, depth as TIFF with 32-bit floats in meters.
    ///
    /// # Errors
    /// If encoding fails, which does not happen in memory in practice.
    pub fn encode_as_file(&self) -> Result<&[u8], ExportError> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let file = match &self.pixels {
            Pixels::Rgb(rgb) => {
                let mut png = Vec::new();
                rgb.write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
                    .map_err(|error| ExportError::Unfit(error.to_string()))?;
                png
            }
            Pixels::Depth(depth) => tiff(depth),
        };
        Ok(self.file.get_or_init(|| file))
    }
}

/// Encodes a gray TIFF of 32-bit floats in a single strip (TIFF 6.0, sections 2 and 3).
fn tiff(depth: &DepthImage) -> Vec<u8> {
    const LONG: u16 = 4;
    const SHORT: u16 = 3;
    let data: Vec<u8> = depth
        .meters
        .iter()
        .flat_map(|meters| meters.to_le_bytes())
        .collect();
    let header = 8;
    let tags: [(u16, u16, u32); 10] = [
        (256, LONG, depth.width),
        (257, LONG, depth.height),
        // Bits per sample, no compression, black is zero.
        (258, SHORT, 32),
        (259, SHORT, 1),
        (262, SHORT, 1),
        // One strip, of one sample per pixel.
        (273, LONG, header),
        (277, SHORT, 1),
        (278, LONG, depth.height),
        (279, LONG, data.len() as u32),
        // IEEE floats.
        (339, SHORT, 3),
    ];
    let mut file = Vec::with_capacity(data.len() + 256);
    file.extend(b"II\x2a\0");
    file.extend((header + data.len() as u32).to_le_bytes());
    file.extend(data);
    file.extend((tags.len() as u16).to_le_bytes());
    for (tag, kind, value) in tags {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(1_u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend(0_u32.to_le_bytes());
    file
}
