//! Objects on the table: their names, sizes and densities.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Shape of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectShape {
    /// A cube.
    Cube,
    /// An upright cylinder.
    Cylinder,
    /// A ball.
    Ball,
    /// A round bowl, open at the top.
    Bowl,
    /// A flat tray with a low rim.
    Tray,
    /// A flat round plate with a low rim.
    Plate,
    /// A box with edges of different lengths.
    Box,
    /// A mug with a handle along its `x` axis.
    Mug,
    /// A bottle that stands upright.
    Bottle,
    /// A banana: a bent rod that lies on its side.
    Banana,
    /// A screwdriver: a thick handle and a thin shaft along its `x` axis.
    Screwdriver,
    /// Two bars that make an L.
    Bracket,
}

impl ObjectShape {
    /// Every shape.
    pub const ALL_SHAPES: [Self; 12] = [
        Self::Cube,
        Self::Cylinder,
        Self::Ball,
        Self::Bowl,
        Self::Tray,
        Self::Plate,
        Self::Box,
        Self::Mug,
        Self::Bottle,
        Self::Banana,
        Self::Screwdriver,
        Self::Bracket,
    ];

    /// The shapes to choose from where a scene leaves the choice open. The model that ships was
    /// trained on these.
    pub const DEFAULT_SHAPES: [Self; 5] = [
        Self::Cube,
        Self::Cylinder,
        Self::Ball,
        Self::Bowl,
        Self::Tray,
    ];

    /// Returns whether other objects go into it.
    pub fn is_container(self) -> bool {
        matches!(self, Self::Bowl | Self::Tray | Self::Plate)
    }

    /// Returns whether it looks the same however it is turned about the vertical.
    pub fn is_round_from_above(self) -> bool {
        matches!(
            self,
            Self::Cylinder | Self::Ball | Self::Bowl | Self::Plate | Self::Bottle
        )
    }

    /// Returns whether it can stand on another object and carry one itself.
    pub fn is_stackable(self) -> bool {
        matches!(self, Self::Cube | Self::Cylinder | Self::Box)
    }

    /// Returns the smallest and largest randomly drawn extents along x, y, z in meters. Extents of
    /// equal range are drawn together where the shape makes them equal.
    pub fn size_range(self) -> [(f64, f64); 3] {
        match self {
            Self::Cube => [(0.026, 0.034); 3],
            Self::Cylinder => [(0.026, 0.032), (0.026, 0.032), (0.030, 0.045)],
            Self::Ball => [(0.028, 0.034); 3],
            Self::Bowl => [(0.10, 0.12), (0.10, 0.12), (0.038, 0.042)],
            Self::Tray => [(0.105, 0.115), (0.085, 0.095), (0.012, 0.014)],
            Self::Plate => [(0.11, 0.125), (0.11, 0.125), (0.012, 0.015)],
            Self::Box => [(0.045, 0.06), (0.026, 0.036), (0.028, 0.04)],
            Self::Mug => [(0.06, 0.066), (0.042, 0.048), (0.042, 0.05)],
            Self::Bottle => [(0.032, 0.038), (0.032, 0.038), (0.06, 0.075)],
            Self::Banana => [(0.08, 0.088), (0.04, 0.044), (0.026, 0.029)],
            Self::Screwdriver => [(0.085, 0.095), (0.025, 0.028), (0.025, 0.028)],
            Self::Bracket => [(0.055, 0.062), (0.055, 0.062), (0.022, 0.028)],
        }
    }

    /// Returns whether an object of this shape can have these extents (meters).
    pub fn can_have_size(self, [x, y, z]: [f64; 3]) -> bool {
        let alike = |a: f64, b: f64| (a - b).abs() <= 1e-9;
        let sane = |value: f64| (0.008..=0.4).contains(&value);
        let proportions = match self {
            Self::Cube | Self::Ball => alike(x, y) && alike(y, z),
            Self::Cylinder | Self::Bowl | Self::Plate | Self::Bottle => alike(x, y),
            Self::Screwdriver => alike(y, z) && x > 2.0 * y,
            Self::Mug => x > y,
            Self::Banana => x > y && y > z,
            Self::Tray | Self::Box | Self::Bracket => true,
        };
        proportions && sane(x) && sane(y) && sane(z)
    }

    /// Returns the density, kilograms per cubic meter; containers are heavy so that they stay in
    /// place, and things of everyday shapes are as light as toys, which are hollow.
    pub fn density(self) -> f64 {
        match self {
            _ if self.is_container() => 1500.0,
            Self::Cube | Self::Cylinder | Self::Ball | Self::Box | Self::Mug => 800.0,
            _ => 300.0,
        }
    }

    /// Returns the radius in meters of the upright cylinder that encloses an object of this size.
    pub fn footprint_radius(self, [x, y, _]: [f64; 3]) -> f64 {
        if self.is_round_from_above() {
            x / 2.0
        } else {
            x.hypot(y) / 2.0
        }
    }
}

impl fmt::Display for ObjectShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cube => "cube",
            Self::Cylinder => "cylinder",
            Self::Ball => "ball",
            Self::Bowl => "bowl",
            Self::Tray => "tray",
            Self::Plate => "plate",
            Self::Box => "box",
            Self::Mug => "mug",
            Self::Bottle => "bottle",
            Self::Banana => "banana",
            Self::Screwdriver => "screwdriver",
            Self::Bracket => "bracket",
        })
    }
}

/// A color with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    /// Red.
    Red,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Yellow.
    Yellow,
    /// Orange.
    Orange,
    /// Purple.
    Purple,
}

impl Color {
    /// Every color.
    pub const ALL_COLORS: [Self; 6] = [
        Self::Red,
        Self::Green,
        Self::Blue,
        Self::Yellow,
        Self::Orange,
        Self::Purple,
    ];

    /// Returns red, green, blue, linear 0..=1.
    pub fn rgb(self) -> [f32; 3] {
        match self {
            Self::Red => [0.70, 0.04, 0.04],
            Self::Green => [0.06, 0.42, 0.10],
            Self::Blue => [0.05, 0.16, 0.68],
            Self::Yellow => [0.85, 0.62, 0.04],
            Self::Orange => [0.88, 0.26, 0.02],
            Self::Purple => [0.30, 0.07, 0.48],
        }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Red => "red",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Yellow => "yellow",
            Self::Orange => "orange",
            Self::Purple => "purple",
        })
    }
}
