//! Conventions for positions in a picture.
//!
//! Vision-language models are trained on different conventions: row or column first, on a scale of
//! 0 to 1000, in pixels, in percent, as JSON or between tags. What one means by `[250, 500]`, the
//! next would write as `[500, 250]`, and nothing in the text tells which.
//!
//! | module | idea |
//! |---|---|
//! | [`yx_1000`] | `[y, x]` on 0 to 1000: Gemini Robotics-ER, Gemma 4, the model that ships |
//! | [`xy_1000`] | `[x, y]` on 0 to 1000: Qwen3-VL, InternVL, GLM |
//! | [`xy_pixels`] | `[x, y]` in pixels: Qwen2.5-VL, RoboBrain 2.0, Claude |
//! | [`xy_percent`] | `<point x= y=>` in percent: Molmo |
//! | [`molmo2`] | `<points coords=>` on 0 to 1000: Molmo 2 |
//! | [`xy_unit`] | `x` and `y` on 0 to 1: Moondream, RoboPoint |
//! | [`loc`] | location tokens: PaliGemma, Florence-2 |
//! | [`resize`] | the size at which a model sees a picture |
//! | [`family`] | which model speaks which convention |
//! | [`reading`] | the same answer read by other conventions |
//! | `entry` | an entry of an answer, and what its numbers mean |
//! | `json` | entries written as JSON |
//! | `schema` | lists of places as JSON schemas |
//! | `tags` | entries written between tags and in brackets |

mod entry;
pub mod family;
mod json;
pub mod loc;
pub mod molmo2;
pub mod reading;
pub mod resize;
mod schema;
mod tags;
pub mod xy_1000;
pub mod xy_percent;
pub mod xy_pixels;
pub mod xy_unit;
pub mod yx_1000;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::detection::Detection;
use crate::planner::Rejection;
use entry::{Axes, Entry};
pub use reading::{Reading, read_in_all_conventions};
pub use resize::Resize;

/// A way to write positions in a picture. `picture` is width and height in pixels of the picture as
/// the model sees it, which matters only for conventions in pixels.
pub trait PointingConvention: Send + Sync {
    /// Returns the request for a list of the objects in a picture, in the words of the models that
    /// use this convention.
    fn prompt(&self, picture: [u32; 2]) -> String;

    /// Returns the JSON schema of such a list; `None` if it is not JSON.
    fn schema(&self, picture: [u32; 2]) -> Option<Value>;

    /// Reads a list entry by entry: one that makes no sense is left out, and why is told.
    ///
    /// # Errors
    /// If it is no list, or none of its entries makes sense.
    fn parse(&self, text: &str, picture: [u32; 2]) -> Result<ParsedDetections, Rejection>;

    /// Writes a list in reading order.
    fn write(&self, list: &[Detection], picture: [u32; 2]) -> String;
}

/// The objects of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParsedDetections {
    /// Entries that were understood.
    pub detections: Vec<Detection>,
    /// Reasons for the entries that were left out.
    pub dropped: Vec<String>,
}

impl ParsedDetections {
    /// Rejects a list with no valid entry.
    pub(crate) fn unless_all_dropped(self) -> Result<Self, Rejection> {
        match (self.detections.is_empty(), self.dropped.as_slice()) {
            (true, [only]) => Err(Rejection(format!("the list has no valid entry: {only}"))),
            (true, [first, ..]) => Err(Rejection(format!(
                "none of the {} entries in the list is valid: {first}",
                self.dropped.len()
            ))),
            _ => Ok(self),
        }
    }
}

/// The known conventions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Convention {
    /// Points `[y, x]` on 0 to 1000.
    #[default]
    #[serde(rename = "yx-1000")]
    Yx1000,
    /// Boxes `[y_min, x_min, y_max, x_max]` on 0 to 1000.
    #[serde(rename = "yx-1000-box")]
    Yx1000Box,
    /// Points `[x, y]` on 0 to 1000.
    #[serde(rename = "xy-1000")]
    Xy1000,
    /// Boxes `[x_min, y_min, x_max, y_max]` on 0 to 1000.
    #[serde(rename = "xy-1000-box")]
    Xy1000Box,
    /// Points `[x, y]` in pixels.
    XyPixels,
    /// Boxes `[x_min, y_min, x_max, y_max]` in pixels.
    XyPixelsBox,
    /// Tags with `x` and `y` in percent.
    XyPercent,
    /// Tags with coordinates on 0 to 1000.
    Molmo2,
    /// Points `x`, `y` on 0 to 1.
    XyUnit,
    /// Boxes `x_min`, `y_min`, `x_max`, `y_max` on 0 to 1.
    XyUnitBox,
    /// Tokens `<loc0000>`: boxes, rows first, on 0 to 1024.
    #[serde(rename = "loc-yx-1024")]
    LocYx1024,
    /// Tokens `<loc_0>`: boxes, columns first, on 0 to 1000.
    #[serde(rename = "loc-xy-1000")]
    LocXy1000,
}

impl Convention {
    /// Every convention.
    pub const ALL: [Self; 12] = [
        Self::Yx1000,
        Self::Yx1000Box,
        Self::Xy1000,
        Self::Xy1000Box,
        Self::XyPixels,
        Self::XyPixelsBox,
        Self::XyPercent,
        Self::Molmo2,
        Self::XyUnit,
        Self::XyUnitBox,
        Self::LocYx1024,
        Self::LocXy1000,
    ];

    /// Returns its name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yx1000 => "yx-1000",
            Self::Yx1000Box => "yx-1000-box",
            Self::Xy1000 => "xy-1000",
            Self::Xy1000Box => "xy-1000-box",
            Self::XyPixels => "xy-pixels",
            Self::XyPixelsBox => "xy-pixels-box",
            Self::XyPercent => "xy-percent",
            Self::Molmo2 => "molmo2",
            Self::XyUnit => "xy-unit",
            Self::XyUnitBox => "xy-unit-box",
            Self::LocYx1024 => "loc-yx-1024",
            Self::LocXy1000 => "loc-xy-1000",
        }
    }

    fn implementation(self) -> &'static dyn PointingConvention {
        match self {
            Self::Yx1000 => &yx_1000::Yx1000 { boxes: false },
            Self::Yx1000Box => &yx_1000::Yx1000 { boxes: true },
            Self::Xy1000 => &xy_1000::Xy1000 { boxes: false },
            Self::Xy1000Box => &xy_1000::Xy1000 { boxes: true },
            Self::XyPixels => &xy_pixels::XyPixels { boxes: false },
            Self::XyPixelsBox => &xy_pixels::XyPixels { boxes: true },
            Self::XyPercent => &xy_percent::XyPercent,
            Self::Molmo2 => &molmo2::Molmo2,
            Self::XyUnit => &xy_unit::XyUnit { boxes: false },
            Self::XyUnitBox => &xy_unit::XyUnit { boxes: true },
            Self::LocYx1024 => &loc::LocYx1024,
            Self::LocXy1000 => &loc::LocXy1000,
        }
    }

    /// Returns the meaning of its numbers in a picture of this size, whatever syntax surrounds
    /// them.
    fn axes(self, picture: [u32; 2]) -> Axes {
        match self {
            Self::Yx1000 | Self::Yx1000Box => yx_1000::AXES,
            Self::Xy1000 | Self::Xy1000Box | Self::Molmo2 | Self::LocXy1000 => xy_1000::AXES,
            Self::XyPixels | Self::XyPixelsBox => xy_pixels::axes(picture),
            Self::XyPercent => xy_percent::AXES,
            Self::XyUnit | Self::XyUnitBox => xy_unit::AXES,
            Self::LocYx1024 => loc::AXES_1024,
        }
    }
}

impl fmt::Display for Convention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no convention of pointing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no convention of pointing; {known}", known = known())]
pub struct UnknownConvention(pub String);

impl FromStr for Convention {
    type Err = UnknownConvention;

    fn from_str(text: &str) -> Result<Self, UnknownConvention> {
        let found = Self::ALL.into_iter().find(|one| one.name() == text);
        found.ok_or_else(|| UnknownConvention(text.to_owned()))
    }
}

fn known() -> String {
    let names = Convention::ALL.map(|one| one.name());
    format!(
        "there are {}, and of the pixels also xy-pixels-qwen and xy-pixels-claude, each with -box",
        names.join(", ")
    )
}

/// Pointing convention of a model; one word in settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Pointing {
    /// Convention in which it writes positions.
    pub convention: Convention,
    /// Resizing of pictures before the model sees them.
    pub resize: Resize,
}

impl Pointing {
    /// Applies the convention to a picture of `sent` pixels, width and height, as it is sent to the
    /// model.
    pub fn for_picture_size(self, sent: [u32; 2]) -> PictureConvention {
        PictureConvention {
            convention: self.convention,
            picture: self.resize.resized_size(sent),
        }
    }
}

impl From<Convention> for Pointing {
    fn from(convention: Convention) -> Self {
        Self {
            convention,
            resize: Resize::AsSent,
        }
    }
}

impl fmt::Display for Pointing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = match self.convention {
            Convention::XyPixels => "",
            Convention::XyPixelsBox => "-box",
            other => return other.fmt(f),
        };
        let resize = match self.resize {
            Resize::AsSent => "",
            Resize::Qwen { .. } => "-qwen",
            Resize::Claude => "-claude",
        };
        write!(f, "xy-pixels{resize}{end}")
    }
}

impl FromStr for Pointing {
    type Err = UnknownConvention;

    fn from_str(text: &str) -> Result<Self, UnknownConvention> {
        let (start, end) = match text.strip_suffix("-box") {
            Some(start) => (start, "-box"),
            None => (text, ""),
        };
        let (start, resize) = match start {
            "xy-pixels-qwen" => ("xy-pixels", Resize::QWEN),
            "xy-pixels-claude" => ("xy-pixels", Resize::Claude),
            other => (other, Resize::AsSent),
        };
        Ok(Self {
            convention: format!("{start}{end}")
                .parse()
                .map_err(|_| UnknownConvention(text.to_owned()))?,
            resize,
        })
    }
}

impl From<Pointing> for String {
    fn from(pointing: Pointing) -> Self {
        pointing.to_string()
    }
}

impl TryFrom<String> for Pointing {
    type Error = UnknownConvention;

    fn try_from(text: String) -> Result<Self, UnknownConvention> {
        text.parse()
    }
}

/// A convention, and the size of the picture to which it refers: what is needed to read an answer
/// again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureConvention {
    /// Convention in which positions are written.
    pub convention: Convention,
    /// Width and height in pixels of the picture as the model sees it.
    pub picture: [u32; 2],
}

impl PictureConvention {
    /// See [`PointingConvention::prompt`].
    pub fn prompt(&self) -> String {
        self.convention.implementation().prompt(self.picture)
    }

    /// See [`PointingConvention::schema`].
    pub fn schema(&self) -> Option<Value> {
        self.convention.implementation().schema(self.picture)
    }

    /// See [`PointingConvention::parse`].
    ///
    /// # Errors
    /// If it is no list, or none of its entries makes sense.
    pub fn parse(&self, text: &str) -> Result<ParsedDetections, Rejection> {
        self.convention.implementation().parse(text, self.picture)
    }

    /// See [`PointingConvention::write`].
    pub fn write_detections(&self, list: &[Detection]) -> String {
        self.convention.implementation().write(list, self.picture)
    }
}

/// Returns the entries of an answer in any syntax; an invalid entry gives its reason.
fn entries(text: &str) -> Result<Vec<Result<Entry, String>>, Rejection> {
    let answer = text
        .rsplit_once("</think>")
        .map_or(text, |(_, after)| after);
    match tags::entries(answer) {
        Some(entries) => Ok(entries),
        None => json::entries(answer),
    }
}

/// Reads an answer whose numbers mean what `axes` say.
fn parse(text: &str, axes: &Axes) -> Result<ParsedDetections, Rejection> {
    let mut parsed = ParsedDetections::default();
    for (index, entry) in entries(text)?.into_iter().enumerate() {
        let read = entry.and_then(|entry| entry.to_detection(axes, index));
        match read {
            Ok(_) if parsed.detections.len() == Detection::MAX_COUNT => {
                parsed.dropped.push(format!(
                    "entry {}: at most {} objects are taken",
                    index + 1,
                    Detection::MAX_COUNT
                ))
            }
            Ok(detection) => parsed.detections.push(detection),
            Err(reason) => parsed
                .dropped
                .push(format!("entry {}: {reason}", index + 1)),
        }
    }
    parsed.unless_all_dropped()
}

/// Sorts a list in reading order.
fn sorted(list: &[Detection]) -> Vec<Detection> {
    let mut list = list.to_vec();
    list.sort_by_key(|detection| (detection.point.y, detection.point.x));
    list
}

#[cfg(test)]
mod tests;
