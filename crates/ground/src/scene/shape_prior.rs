//! What the name of a thing says about its shape: the outlines that it may have, whether it is hollow,
//! and how high things of this name are for their width.
//!
//! Seen from straight above, an outline tells nothing about height. The name then stands in for it, as
//! a usual height and how much things of this name differ from that. A name weighs little where the
//! picture tells more: see [`silhouette`](super::silhouette).

/// The most that a name counts against a height that it does not suggest: a model may have named the
/// thing wrongly, so that much evidence in the picture wins.
const MISNAMED: f64 = 8.0;
/// How thick something flat may be, meters.
const THICKNESS: f64 = 0.003;
/// Cost of an outline that the name does not suggest.
const UNUSUAL: f64 = 9.0;
/// Cost of a side of its own length.
const ONE_MORE: f64 = 1.0;

/// An outline seen from above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FootprintShape {
    /// A rectangle with equal sides.
    Square,
    /// Any rectangle.
    Rectangle,
    /// A disc.
    Disc,
}

/// How high things of a name are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum UsualHeight {
    /// They lie flat on the table.
    Flat,
    /// As a multiple of their width, with the likely error of its logarithm.
    Ratio {
        /// The usual multiple.
        usual: f64,
        /// How much they differ.
        spread: f64,
    },
}

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShapePrior {
    /// Whether it is a ball.
    pub ball: bool,
    /// Whether things can be put in it.
    pub hollow: bool,
    /// The outline to expect; `None`: any.
    pub form: Option<FootprintShape>,
    /// By which share of its radius a wall leans outwards.
    pub flare: f64,
    /// The height to expect.
    pub height: UsualHeight,
}

/// Of what the name does not say: about as high as wide.
const ANYTHING: ShapePrior = solid(None, 1.0, 0.45);
const SHEET: ShapePrior = ShapePrior {
    height: UsualHeight::Flat,
    ..ANYTHING
};
const ROUND_SHEET: ShapePrior = ShapePrior {
    form: Some(FootprintShape::Disc),
    ..SHEET
};
const BALL: ShapePrior = ShapePrior {
    ball: true,
    ..solid(Some(FootprintShape::Disc), 1.0, 0.05)
};

/// Words for things, with what each says.
const WORDS: [(&[&str], ShapePrior); 16] = [
    (
        &["cube", "die", "dice"],
        solid(Some(FootprintShape::Square), 1.0, 0.06),
    ),
    (
        &["block", "brick"],
        solid(Some(FootprintShape::Rectangle), 0.9, 0.4),
    ),
    (&["ball", "sphere", "marble"], BALL),
    (
        &["cylinder", "can", "tin"],
        solid(Some(FootprintShape::Disc), 1.3, 0.35),
    ),
    (&["bottle"], solid(Some(FootprintShape::Disc), 2.3, 0.5)),
    (
        &["bowl"],
        hollow(Some(FootprintShape::Disc), 0.3, 0.38, 0.3),
    ),
    (
        &["dish"],
        hollow(Some(FootprintShape::Disc), 0.3, 0.25, 0.5),
    ),
    (
        &["plate", "saucer"],
        hollow(Some(FootprintShape::Disc), 0.28, 0.12, 0.4),
    ),
    (&["pan"], hollow(Some(FootprintShape::Disc), 0.1, 0.3, 0.5)),
    (&["pot"], hollow(Some(FootprintShape::Disc), 0.0, 0.7, 0.4)),
    (
        &["cup", "mug"],
        hollow(Some(FootprintShape::Disc), 0.1, 1.0, 0.3),
    ),
    (
        &["bucket"],
        hollow(Some(FootprintShape::Disc), 0.15, 0.9, 0.35),
    ),
    (
        &["tray"],
        hollow(Some(FootprintShape::Rectangle), 0.0, 0.15, 0.5),
    ),
    (
        &["box", "crate", "bin", "basket", "container"],
        hollow(Some(FootprintShape::Rectangle), 0.0, 0.5, 0.5),
    ),
    (
        &["disc", "disk", "circle", "coaster", "spot", "dot"],
        ROUND_SHEET,
    ),
    (
        &[
            "mat", "placemat", "paper", "sheet", "page", "card", "envelope", "sticker", "label",
            "mark", "napkin", "cloth", "towel", "pad", "zone", "area",
        ],
        SHEET,
    ),
];

const fn solid(form: Option<FootprintShape>, usual: f64, spread: f64) -> ShapePrior {
    ShapePrior {
        ball: false,
        hollow: false,
        form,
        flare: 0.0,
        height: UsualHeight::Ratio { usual, spread },
    }
}

const fn hollow(form: Option<FootprintShape>, flare: f64, usual: f64, spread: f64) -> ShapePrior {
    ShapePrior {
        hollow: true,
        flare,
        ..solid(form, usual, spread)
    }
}

impl ShapePrior {
    /// What the last word says that says anything: a salad bowl is a bowl.
    pub fn from_label(label: &str) -> Self {
        let label = label.to_lowercase();
        let mut words = label.rsplit(|letter: char| !letter.is_alphanumeric());
        let says = |word: &str| {
            let mut all = WORDS.iter();
            let (_, says) = all.find(|(words, _)| words.contains(&word))?;
            Some(*says)
        };
        words.find_map(says).unwrap_or(ANYTHING)
    }

    /// Whether things of this name lie flat on the table.
    pub fn is_flat(&self) -> bool {
        self.height == UsualHeight::Flat
    }

    /// The outlines that it may have, with the cost of each: minus the logarithm of its likelihood.
    pub fn forms_with_costs(&self) -> [(FootprintShape, f64); 3] {
        [
            FootprintShape::Square,
            FootprintShape::Rectangle,
            FootprintShape::Disc,
        ]
        .map(|form| {
            let sides = if form == FootprintShape::Rectangle {
                ONE_MORE
            } else {
                0.0
            };
            let is_usual = match self.form {
                None => true,
                // A square is a rectangle, and a name for rectangular things is loosely meant.
                Some(FootprintShape::Rectangle) => form != FootprintShape::Disc,
                Some(usual) => form == usual,
            };
            (form, if is_usual { sides } else { sides + UNUSUAL })
        })
    }

    /// The cost of a height of something so wide, meters: minus the logarithm of its likelihood.
    pub fn height_cost(&self, height: f64, width: f64) -> f64 {
        let off = match self.height {
            UsualHeight::Flat => height / THICKNESS,
            UsualHeight::Ratio { usual, spread } => {
                (height / (usual * width)).max(f64::MIN_POSITIVE).ln() / spread
            }
        };
        (off * off / 2.0).min(MISNAMED)
    }

    /// The height to expect of something so wide, and its likely error, meters.
    pub fn expected_height(&self, width: f64) -> (f64, f64) {
        match self.height {
            UsualHeight::Flat => (0.0, THICKNESS),
            UsualHeight::Ratio { usual, spread } => (usual * width, spread * usual * width),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_that_says_anything_decides() {
        assert!(ShapePrior::from_label("Salad bowl").hollow);
        assert!(ShapePrior::from_label("ball").ball && !ShapePrior::from_label("ball bowl").ball);
        assert!(ShapePrior::from_label("blue circle").is_flat());
        assert_eq!(ShapePrior::from_label("thing"), ANYTHING);
        // A part of a word says nothing.
        assert!(!ShapePrior::from_label("boxer").hollow);
    }

    #[test]
    fn a_height_costs_the_more_the_less_usual_it_is_but_not_without_end() {
        for (label, width, usual) in [
            ("cube", 0.03, 0.03),
            ("bowl", 0.1, 0.038),
            ("mug", 0.08, 0.08),
        ] {
            let prior = ShapePrior::from_label(label);
            assert!(
                (prior.expected_height(width).0 - usual).abs() < 1e-9,
                "{label}"
            );
            let cost = |share: f64| prior.height_cost(share * usual, width);
            assert!(
                cost(1.0) < 1e-9 && cost(1.1) < cost(1.3) && cost(0.9) < cost(0.7),
                "{label}"
            );
            assert!(cost(9.0) == cost(20.0), "{label}");
        }
        assert!(
            ShapePrior::from_label("mat").height_cost(0.0, 0.1)
                < ShapePrior::from_label("mat").height_cost(0.005, 0.1)
        );
    }
}
