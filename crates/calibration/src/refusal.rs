//! Why a calibration is not to be trusted, and what to do about it.

/// A reason to refuse a fit, worded with what would mend it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Too few pictures show the board.
    #[error(
        "the board was found in {views} pictures, at least {needed} are needed, 10 to 20 are better"
    )]
    TooFewViews {
        /// Pictures that show it.
        views: usize,
        /// Fewest that are taken.
        needed: usize,
    },
    /// Too few corners for so many unknowns.
    #[error(
        "{corners} corners are too few for a lens and the places of the board: show more of the board"
    )]
    TooFewCorners {
        /// Corners in all views.
        corners: usize,
    },
    /// No lens fits at all.
    #[error(
        "no lens explains these pictures: are they of one camera, and is the board as described?"
    )]
    NoFit,
    /// All views show the board from the same side.
    #[error(
        "the board leans the same way within {deg:.1}° in all pictures, which fits any focal length: tilt it by 20° to 45° in \
         several directions (at least {needed_deg}° between two views)"
    )]
    TiltSpread {
        /// The largest angle between two boards.
        deg: f64,
        /// The smallest that is taken.
        needed_deg: f64,
    },
    /// Parameters can be exchanged for each other.
    #[error(
        "the pictures leave parameters of the lens open: tilt and turn the board more, and bring it closer"
    )]
    Undetermined,
    /// The focal length may be far off.
    #[error(
        "the focal length is known to {:.1} % only (1 σ), at most {:.0} % is taken: tilt the board more, and bring it closer",
        100.0 * ratio, 100.0 * max
    )]
    FocalLength {
        /// Standard deviation by focal length.
        ratio: f64,
        /// The largest that is taken.
        max: f64,
    },
    /// The principal point may be far off.
    #[error(
        "the principal point is known to {std_px:.1} px only (1 σ), at most {max_px:.1} px is taken: tilt the board in several \
         directions"
    )]
    PrincipalPoint {
        /// Standard deviation.
        std_px: f64,
        /// The largest that is taken.
        max_px: f64,
    },
    /// Most of the picture was never covered by the board.
    #[error(
        "the board covered {:.0} % of the picture, at least {:.0} % is needed: bring it to the {}",
        100.0 * share, 100.0 * needed, missing.join(", the ")
    )]
    Coverage {
        /// Covered part, 0 to 1.
        share: f64,
        /// The smallest that is taken.
        needed: f64,
        /// Where hardly anything was seen.
        missing: Vec<&'static str>,
    },
    /// The fit is bad.
    #[error(
        "the best fit is off by {rms_px:.2} px, at most {max_px:.2} px is taken: is the board flat and as described, are all \
         pictures sharp and of one camera, is the lens of this kind?"
    )]
    Residual {
        /// Root mean square error.
        rms_px: f64,
        /// The largest that is taken.
        max_px: f64,
    },
    /// Views that were left out do not fit.
    #[error(
        "a view that the lens was not fitted to is off by {held_out_px:.2} px, at most {max_px:.2} px is taken: take more \
         pictures, with the board in all parts of them"
    )]
    HeldOut {
        /// Root mean square error of views left out.
        held_out_px: f64,
        /// The largest that is taken.
        max_px: f64,
    },
    /// The distortion folds the picture.
    #[error(
        "the distortion folds back within the picture: show the board near the picture's edges and corners"
    )]
    Fold,
}
