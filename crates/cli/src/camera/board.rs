//! `enact camera board`: a board to print.

use std::fs;
use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, Result, bail};
use enact_calibration::Sheet;
use image::ImageEncoder;
use image::codecs::png::PngEncoder;

use super::args::BoardArgs;

/// Draws the board into a file.
///
/// # Errors
/// If the file's name does not say what kind it is, or it cannot be written.
pub fn draw(args: &BoardArgs) -> Result<()> {
    let sheet = Sheet::new(&args.board);
    let kind = args
        .out
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let written = match kind.as_str() {
        "svg" => fs::write(&args.out, sheet.to_svg()).map_err(anyhow::Error::from),
        "pdf" => fs::write(&args.out, sheet.to_pdf()).map_err(anyhow::Error::from),
        "png" => png(&sheet, args),
        _ => bail!(
            "{}: expected a file that ends in .pdf, .svg or .png",
            args.out.display()
        ),
    };
    written.with_context(|| format!("cannot write {}", args.out.display()))?;
    let (width, height) = sheet.size_mm();
    errln!(
        "{}: {width:.0} x {height:.0} mm; print it at 100 %, measure its ruler, and glue it on something flat",
        args.out.display()
    );
    Ok(())
}

fn png(sheet: &Sheet, args: &BoardArgs) -> Result<()> {
    let picture = sheet.to_picture(f64::from(args.dpi) / 25.4);
    let (width, height) = picture.dimensions();
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(
        &picture,
        width,
        height,
        image::ExtendedColorType::L8,
    )?;
    let mut file = BufWriter::new(File::create(&args.out)?);
    // Without a resolution, printers choose a scale of their own: the chunk `pHYs` follows the header, of 33 bytes.
    file.write_all(&bytes[..33])?;
    file.write_all(&physical_size(args.dpi))?;
    file.write_all(&bytes[33..])?;
    file.flush()?;
    Ok(())
}

/// Returns PNG's chunk that says how many pixels there are to the meter.
fn physical_size(dpi: u32) -> Vec<u8> {
    let per_meter = (f64::from(dpi) / 0.0254).round() as u32;
    let mut chunk = b"pHYs".to_vec();
    chunk.extend(per_meter.to_be_bytes());
    chunk.extend(per_meter.to_be_bytes());
    chunk.push(1);
    let checksum = crc32fast::hash(&chunk);
    let mut out = 9u32.to_be_bytes().to_vec();
    out.extend(chunk);
    out.extend(checksum.to_be_bytes());
    out
}
