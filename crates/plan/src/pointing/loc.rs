//! Location tokens: PaliGemma, and Florence-2. Both give boxes.

use serde_json::Value;

use super::entry::Axes;
use super::xy_1000;
use super::xy_percent::strip_tag_characters;
use super::yx_1000::round;
use super::{ParsedDetections, PointingConvention, sorted};
use crate::detection::Detection;
use crate::planner::Rejection;

pub(super) const AXES_1024: Axes = Axes {
    rows_first: true,
    full: [1024.0, 1024.0],
};

/// PaliGemma: `<loc0123><loc0456><loc0789><loc0900> red cube ; …`, rows first, of 1024.
#[derive(Clone, Copy, Debug)]
pub struct LocYx1024;

/// Florence-2: `red cube<loc_52><loc_332><loc_932><loc_774>…`, columns first, of 1000.
#[derive(Clone, Copy, Debug)]
pub struct LocXy1000;

impl PointingConvention for LocYx1024 {
    fn prompt(&self, _: [u32; 2]) -> String {
        "detect all objects on the table".to_owned()
    }

    fn schema(&self, _: [u32; 2]) -> Option<Value> {
        None
    }

    fn parse(&self, text: &str, _: [u32; 2]) -> Result<ParsedDetections, Rejection> {
        super::parse(text, &AXES_1024)
    }

    fn write(&self, list: &[Detection], _: [u32; 2]) -> String {
        let one = |one: &Detection| {
            // There is no token for the far edge itself.
            let tokens =
                round(AXES_1024.corner_numbers(one)).map(|at| format!("<loc{:04}>", at.min(1023)));
            format!("{} {}", tokens.concat(), strip_tag_characters(&one.label))
        };
        sorted(list).iter().map(one).collect::<Vec<_>>().join(" ; ")
    }
}

impl PointingConvention for LocXy1000 {
    fn prompt(&self, _: [u32; 2]) -> String {
        "<OD>".to_owned()
    }

    fn schema(&self, _: [u32; 2]) -> Option<Value> {
        None
    }

    fn parse(&self, text: &str, _: [u32; 2]) -> Result<ParsedDetections, Rejection> {
        super::parse(text, &xy_1000::AXES)
    }

    fn write(&self, list: &[Detection], _: [u32; 2]) -> String {
        let one = |one: &Detection| {
            let tokens =
                round(xy_1000::AXES.corner_numbers(one)).map(|at| format!("<loc_{}>", at.min(999)));
            format!("{}{}", strip_tag_characters(&one.label), tokens.concat())
        };
        sorted(list).iter().map(one).collect()
    }
}
