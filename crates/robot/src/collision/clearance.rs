//! Minimum distances between bodies.

use serde::Deserialize;

/// Minimum distances, meters, from `[clearance]` of `robot.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clearance {
    /// Between two links, meters.
    pub links: f64,
    /// To the table, a workspace wall or a keep-out box, meters.
    pub table: f64,
    /// To objects while moving freely, meters.
    pub objects: f64,
    /// To objects next to the one that is being manipulated, meters.
    pub beside: f64,
    /// Overrides for pairs of bodies by name: links, objects, boxes, `table`.
    pub pairs: Vec<PairClearance>,
}

/// Minimum distance between two named bodies.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairClearance {
    /// Names of the two bodies, in either order.
    pub between: [String; 2],
    /// Minimum distance, meters.
    pub margin: f64,
}

impl Default for Clearance {
    fn default() -> Self {
        Self {
            links: 0.001,
            table: 0.003,
            objects: 0.005,
            beside: 0.0015,
            pairs: Vec::new(),
        }
    }
}

impl Clearance {
    /// Returns the minimum distance between two bodies: the override for this pair if there is one,
    /// else `usual`.
    pub fn between(&self, first: &str, second: &str, usual: f64) -> f64 {
        let names = |pair: &&PairClearance| {
            let [a, b] = &pair.between;
            (a == first && b == second) || (a == second && b == first)
        };
        self.pairs
            .iter()
            .find(names)
            .map_or(usual, |pair| pair.margin)
    }

    /// Returns the minimum distance between two links.
    pub fn between_links(&self, first: &str, second: &str) -> f64 {
        self.between(first, second, self.links)
    }

    /// Returns a description of the first invalid value, if any.
    pub fn find_invalid_value(&self) -> Option<String> {
        let named = [
            ("links", self.links),
            ("table", self.table),
            ("objects", self.objects),
            ("beside", self.beside),
        ];
        let pairs = self.pairs.iter().map(|pair| ("margin", pair.margin));
        let mut all = named.into_iter().chain(pairs);
        all.find(|(_, value)| !(0.0..=1.0).contains(value))
            .map(|(key, value)| format!("{key} = {value} is outside 0 to 1 m"))
    }
}
