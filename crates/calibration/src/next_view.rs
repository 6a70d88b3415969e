//! Which view of a board is missing next.

use crate::calibrate::{Calibration, Refused};
use crate::pose::Corner;
use crate::refusal::Refusal;

/// Boards should lean this differently, in degrees: twice what is demanded.
const TILT_SPREAD_DEG: f64 = 25.0;

/// Returns how to hold the board next, or `None` if nothing in particular is missing.
pub fn suggest_next_view(
    views: &[&[Corner]],
    result: &Result<Calibration, Refused>,
) -> Option<&'static str> {
    let evidence = match result {
        Ok(calibration) => Some(&calibration.evidence),
        Err(refused) => refused.evidence.as_ref(),
    };
    let Some(evidence) = evidence else {
        let first = [
            "the board in the middle, facing the camera, filling half of the picture",
            "its left side nearer to the camera, by 30° to 45°",
            "its upper side nearer to the camera, by 30° to 45°",
        ];
        return Some(first.get(views.len()).copied().unwrap_or(first[1]));
    };
    // Each view is asked for in turn, so that no one hunts for a corner that cannot be had.
    if evidence.tilt_spread_deg < TILT_SPREAD_DEG {
        let tilts = [
            "its left side nearer to the camera, by 30° to 45°",
            "its upper side nearer to the camera, by 30° to 45°",
            "its right side nearer to the camera, by 30° to 45°",
            "its lower side nearer to the camera, by 30° to 45°",
        ];
        return Some(tilts[views.len() % 4]);
    }
    if let Some(place) = evidence.coverage.missing.first() {
        return Some(match *place {
            "top left" => "the board at the top left of the picture, up to its edges",
            "top" => "the board at the top of the picture, up to its edge",
            "top right" => "the board at the top right of the picture, up to its edges",
            "left" => "the board at the left of the picture, up to its edge",
            "right" => "the board at the right of the picture, up to its edge",
            "bottom left" => "the board at the bottom left of the picture, up to its edges",
            "bottom" => "the board at the bottom of the picture, up to its edge",
            "bottom right" => "the board at the bottom right of the picture, up to its edges",
            _ => "the board in the middle of the picture",
        });
    }
    let Err(Refused { reasons, .. }) = result else {
        return None;
    };
    Some(match reasons.first() {
        Some(Refusal::FocalLength { .. }) => "the board closer, and leaning more",
        Some(Refusal::PrincipalPoint { .. }) => "the board turned upside down, and leaning",
        Some(Refusal::Residual { .. } | Refusal::HeldOut { .. }) => {
            "the board held quite still; it must be flat, and of the size that was given"
        }
        _ => "the board leaning another way",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::Evidence;
    use crate::coverage::Coverage;

    fn after(tilt_spread_deg: f64, missing: Vec<&'static str>) -> Option<&'static str> {
        let evidence = Evidence {
            rms_px: 0.1,
            view_rms_px: Vec::new(),
            tilt_spread_deg,
            held_out_px: None,
            coverage: Coverage {
                share: 0.5,
                missing,
            },
            reaches_farthest_corner: true,
            reaches_picture_corners: true,
        };
        let refused = Refused {
            reasons: vec![Refusal::FocalLength {
                ratio: 0.1,
                max: 0.01,
            }],
            evidence: Some(evidence),
        };
        suggest_next_view(&[&[], &[], &[]], &Err(refused))
    }

    #[test]
    fn tilts_come_first_then_places_then_what_was_refused() {
        assert!(after(5.0, vec!["top"]).unwrap().contains("lower side"));
        assert!(after(40.0, vec!["top"]).unwrap().contains("at the top of"));
        assert!(after(40.0, vec![]).unwrap().contains("closer"));
    }

    #[test]
    fn the_first_views_are_named_one_by_one() {
        let none = || {
            Err(Refused {
                reasons: vec![Refusal::NoFit],
                evidence: None,
            })
        };
        let first = suggest_next_view(&[], &none()).unwrap();
        let second = suggest_next_view(&[&[]], &none()).unwrap();
        assert!(first.contains("middle") && second.contains("left side"));
    }
}
