//! Boards drawn at true scale, with a ruler to check the printer by.

use std::fmt::Write as _;

use calib_targets_aruco::Dictionary;
use font8x8::{BASIC_FONTS, UnicodeFonts};
use image::{GrayImage, Luma};

use crate::board::{Board, TagBoard};

/// White around the board, in millimeters: detectors want it, and printers leave some.
const MARGIN: f64 = 10.0;
/// Between the board and the ruler below it, in millimeters.
const GAP: f64 = 8.0;
/// Height of ruler and words, in millimeters.
const FOOT: f64 = 16.0;
/// Height of letters, in millimeters.
const LETTER: f64 = 3.0;

/// A drawing of black shapes on white paper, in millimeters from the top left.
#[derive(Clone, Debug)]
pub struct Sheet {
    width: f64,
    height: f64,
    /// Where the board's origin is.
    origin: (f64, f64),
    /// `x`, `y`, width, height.
    bars: Vec<[f64; 4]>,
    /// `x`, `y` of the baseline, the words.
    words: Vec<(f64, f64, String)>,
}

impl Sheet {
    /// Draws a board, and below it a ruler and the words that tell `enact` about the board.
    pub fn new(board: &Board) -> Self {
        let mut bars = Vec::new();
        let mut words = Vec::new();
        let mut origin = (MARGIN, MARGIN);
        let (width, height) = match board {
            Board::Chessboard(b) => {
                origin = (MARGIN + b.square * 1e3, MARGIN + b.square * 1e3);
                checkered(&mut bars, b.columns + 1, b.rows + 1, b.square, 0);
                (
                    (b.columns + 1) as f64 * b.square,
                    (b.rows + 1) as f64 * b.square,
                )
            }
            Board::Charuco(b) => {
                let squares = b.marker_squares();
                let white_first = squares.first() == Some(&(0, 0));
                checkered(
                    &mut bars,
                    b.columns,
                    b.rows,
                    b.square,
                    usize::from(white_first),
                );
                let inset = (b.square - b.marker) / 2.0;
                for (id, (x, y)) in squares.into_iter().enumerate() {
                    let at = (x as f64 * b.square + inset, y as f64 * b.square + inset);
                    marker(&mut bars, &b.dictionary, id, at, b.marker);
                }
                (b.columns as f64 * b.square, b.rows as f64 * b.square)
            }
            Board::Tags(b) => {
                let size = (b.columns as f64 * b.pitch, b.rows as f64 * b.pitch);
                origin.0 += size.0 * 1e3 / 2.0;
                tags(&mut bars, &mut words, b, size.0 / 2.0);
                size
            }
        };
        let bars = bars
            .into_iter()
            .map(|[x, y, w, h]| [x * 1e3 + MARGIN, y * 1e3 + MARGIN, w * 1e3, h * 1e3])
            .collect();
        let mut sheet = Self {
            width: width * 1e3 + 2.0 * MARGIN,
            height: height * 1e3 + 2.0 * MARGIN + GAP + FOOT,
            origin,
            bars,
            words,
        };
        sheet.add_ruler(board);
        sheet
    }

    /// Size of the paper in millimeters.
    pub fn size_mm(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    /// Returns where on the paper the board's origin is, in millimeters from the top left.
    pub fn origin_mm(&self) -> (f64, f64) {
        self.origin
    }

    fn add_ruler(&mut self, board: &Board) {
        let top = self.height - MARGIN - FOOT;
        let length = ((self.width - 2.0 * MARGIN) / 10.0)
            .floor()
            .min(100.0 / 10.0)
            * 10.0;
        for mm in 0..=length as usize {
            let tick = if mm % 10 == 0 {
                4.0
            } else if mm % 5 == 0 {
                3.0
            } else {
                2.0
            };
            self.bars.push([MARGIN + mm as f64 - 0.1, top, 0.2, tick]);
            if mm % 10 == 0 {
                let number = mm.to_string();
                let half = number.len() as f64 * LETTER / 4.0;
                self.words
                    .push((MARGIN + mm as f64 - half, top + 7.5, number));
            }
        }
        let ruler = format!("{length} mm: measure it; print at 100 %, not fitted to the page");
        self.words.push((MARGIN, top + 11.5, ruler));
        self.words
            .push((MARGIN, top + 15.5, format!("--board {board}")));
    }

    /// Returns the drawing as SVG.
    pub fn to_svg(&self) -> String {
        let (w, h) = (self.width, self.height);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w:.3}mm\" height=\"{h:.3}mm\" viewBox=\"0 0 {w:.3} {h:.3}\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<path fill=\"black\" shape-rendering=\"crispEdges\" d=\""
        );
        for [x, y, w, h] in &self.bars {
            let _ = write!(out, "M{x:.4} {y:.4}h{w:.4}v{h:.4}h-{w:.4}z");
        }
        out.push_str("\"/>\n");
        for (x, y, words) in &self.words {
            let _ = writeln!(
                out,
                "<text x=\"{x:.3}\" y=\"{y:.3}\" font-family=\"sans-serif\" font-size=\"{LETTER}\">{words}</text>"
            );
        }
        out.push_str("</svg>\n");
        out
    }

    /// Returns the drawing as a PDF of one page of the drawing's size.
    pub fn to_pdf(&self) -> Vec<u8> {
        const POINT: f64 = 72.0 / 25.4;
        let mut content = format!("{POINT:.8} 0 0 {POINT:.8} 0 0 cm 0 g\n");
        for [x, y, w, h] in &self.bars {
            let _ = writeln!(
                content,
                "{x:.4} {:.4} {w:.4} {h:.4} re",
                self.height - y - h
            );
        }
        content.push_str("f\n");
        for (x, y, words) in &self.words {
            let _ = writeln!(
                content,
                "BT /F {LETTER} Tf {x:.3} {:.3} Td ({words}) Tj ET",
                self.height - y
            );
        }
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {:.4} {:.4}] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
                self.width * POINT,
                self.height * POINT
            ),
            format!(
                "<< /Length {} >>\nstream\n{content}endstream",
                content.len()
            ),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        ];
        let mut out = String::from("%PDF-1.4\n");
        let mut offsets = Vec::new();
        for (number, object) in objects.iter().enumerate() {
            offsets.push(out.len());
            let _ = writeln!(out, "{} 0 obj\n{object}\nendobj", number + 1);
        }
        let start = out.len();
        let _ = writeln!(out, "xref\n0 {}\n0000000000 65535 f ", objects.len() + 1);
        for offset in offsets {
            let _ = writeln!(out, "{offset:010} 00000 n ");
        }
        let _ = write!(
            out,
            "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
            objects.len() + 1
        );
        out.into_bytes()
    }

    /// Returns the drawing as a picture with so many pixels a millimeter, edges smoothed.
    pub fn to_picture(&self, pixels_per_mm: f64) -> GrayImage {
        let side = |mm: f64| (mm * pixels_per_mm).ceil() as u32;
        let (width, height) = (side(self.width), side(self.height));
        let mut ink = vec![0f32; width as usize * height as usize];
        let letters = self.words.iter().flat_map(letters);
        for bar in self.bars.iter().copied().chain(letters) {
            let [x, y, w, h] = bar.map(|mm| mm * pixels_per_mm);
            for row in y.floor() as u32..((y + h).ceil() as u32).min(height) {
                let tall = (y + h).min(f64::from(row) + 1.0) - y.max(f64::from(row));
                for column in x.floor() as u32..((x + w).ceil() as u32).min(width) {
                    let wide = (x + w).min(f64::from(column) + 1.0) - x.max(f64::from(column));
                    ink[(row * width + column) as usize] += (tall * wide) as f32;
                }
            }
        }
        GrayImage::from_fn(width, height, |x, y| {
            let white = 1.0 - ink[(y * width + x) as usize].min(1.0);
            Luma([(255.0 * white).round() as u8])
        })
    }
}

/// Draws the words of a picture, which has no fonts: each pixel of a letter is a bar.
fn letters((x, y, words): &(f64, f64, String)) -> Vec<[f64; 4]> {
    // Glyphs are 8 × 8, with the baseline below their seventh row; letters are half as wide as high.
    let (wide, tall) = (LETTER / 2.0 / 8.0, LETTER / 8.0);
    let mut bars = Vec::new();
    for (place, letter) in words.chars().enumerate() {
        let glyph = BASIC_FONTS.get(letter).unwrap_or_default();
        for (row, bits) in glyph.iter().enumerate() {
            for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                let left = x + (place * 8 + column) as f64 * wide;
                bars.push([left, y + (row as f64 - 7.0) * tall, wide, tall]);
            }
        }
    }
    bars
}

/// Draws a sheet of markers: the edge to lay against the base with a tick in its middle, the markers, and crosses with numbers.
fn tags(bars: &mut Vec<[f64; 4]>, words: &mut Vec<(f64, f64, String)>, b: &TagBoard, half: f64) {
    // Bars are in meters from the board's top left, whose origin is in the middle; words are in millimeters on the paper.
    const LINE: f64 = 3e-4;
    bars.push([0.0, 0.0, 2.0 * half, LINE]);
    bars.push([half - LINE / 2.0, 0.0, LINE, 5e-3]);
    for id in 0..b.columns * b.rows {
        let corner = b.marker_corners(id)[0];
        marker(bars, &b.dictionary, id, (corner.x + half, corner.y), b.side);
    }
    let arm = (b.pitch - b.side) / 4.0;
    for (number, mark) in b.fingertip_marks().into_iter().enumerate() {
        let (x, y) = (mark.x + half, mark.y);
        bars.push([x - arm, y - LINE / 2.0, 2.0 * arm, LINE]);
        bars.push([x - LINE / 2.0, y - arm, LINE, 2.0 * arm]);
        let at = (x * 1e3 + MARGIN + 1.0, y * 1e3 + MARGIN - 1.0);
        words.push((at.0, at.1, (number + 1).to_string()));
    }
    let line = "lay this line along the front of the arm's base, its tick in the middle";
    words.push((MARGIN, MARGIN - 1.5, line.to_owned()));
}

fn checkered(
    bars: &mut Vec<[f64; 4]>,
    columns: usize,
    rows: usize,
    square: f64,
    black_parity: usize,
) {
    for y in 0..rows {
        for x in (0..columns).filter(|x| (x + y) % 2 == black_parity) {
            bars.push([x as f64 * square, y as f64 * square, square, square]);
        }
    }
}

/// Draws a marker as runs of black cells.
fn marker(
    bars: &mut Vec<[f64; 4]>,
    dictionary: &Dictionary,
    id: usize,
    (x, y): (f64, f64),
    side: f64,
) {
    let bits = dictionary.marker_size();
    let cell = side / (bits + 2) as f64;
    let code = dictionary.codes()[id];
    for row in 0..bits + 2 {
        let is_black = |column: usize| {
            let border = row == 0 || column == 0 || row > bits || column > bits;
            border || code >> ((row - 1) * bits + column - 1) & 1 == 1
        };
        let mut column = 0;
        while column < bits + 2 {
            let run = (column..bits + 2).take_while(|c| is_black(*c)).count();
            if run > 0 {
                bars.push([
                    x + column as f64 * cell,
                    y + row as f64 * cell,
                    run as f64 * cell,
                    cell,
                ]);
            }
            column += run.max(1);
        }
    }
}
