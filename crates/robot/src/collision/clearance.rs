//! How far things must stay apart.

use serde::Deserialize;

/// Smallest distances, meters, as `[clearance]` of `robot.toml` gives them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clearance {
    /// Between two links.
    pub links: f64,
    /// To the table, a wall of the workspace or a keep-out box.
    pub table: f64,
    /// To objects, while moving freely.
    pub objects: f64,
    /// To objects beside the one that is worked on.
    pub beside: f64,
    /// What holds for two bodies by name instead: links, objects, boxes, `table`.
    pub pairs: Vec<PairClearance>,
}

/// The smallest distance between two bodies.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairClearance {
    /// Their names in either order.
    pub between: [String; 2],
    /// Meters.
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
    /// The distance that two bodies must keep: the pair's own, or else `usual`.
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

    /// The distance that two links must keep.
    pub fn between_links(&self, first: &str, second: &str) -> f64 {
        self.between(first, second, self.links)
    }

    /// The first number that makes no sense.
    pub fn fault(&self) -> Option<String> {
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
