//! Describes spatial order in words: sorted lists, from which a language model reads “the leftmost
//! cube” or “the ball nearest to the bowl” more reliably than from coordinates. What is asked for
//! comes first in its list.

use enact_types::Vector3;

use crate::situation::ObjectView;
use crate::spatial_words::{self, ReferenceObject, SpatialWord};

/// Maximum distance of an object from the line between two others that it is between, meters.
const BETWEEN: f64 = 0.035;

/// Returns lines on the spatial order of `objects` that bear on `instruction`.
pub fn describe_spatial_order(instruction: &str, objects: &[ObjectView]) -> Vec<String> {
    let mut lines = Vec::new();
    for (spatial, origin) in spatial_words::find(instruction, objects) {
        match (spatial, origin) {
            (SpatialWord::Between, _) => lines.extend(betweens(origin, objects)),
            (SpatialWord::Near | SpatialWord::Far, ReferenceObject::Unknown) => {
                lines.push(from_edge(spatial, objects));
                lines.extend(objects.iter().map(|object| from(object, spatial, objects)));
            }
            (_, ReferenceObject::Object(object)) => lines.push(from(object, spatial, objects)),
            _ => lines.push(from_edge(spatial, objects)),
        }
    }
    lines
}

/// Orders all objects as seen from the arm or from the picture's edge.
fn from_edge(spatial: SpatialWord, objects: &[ObjectView]) -> String {
    let x = |object: &ObjectView| f64::from(object.point.x);
    let y = |object: &ObjectView| f64::from(object.point.y);
    let from_arm = |object: &ObjectView| object.position.coords.xy().norm();
    let everything = objects.iter();
    match spatial {
        SpatialWord::Left => line("leftmost first", everything, x),
        SpatialWord::Right => line("rightmost first", everything, |object| -x(object)),
        SpatialWord::Front => line("front first", everything, |object| -y(object)),
        SpatialWord::Back => line("back first", everything, y),
        SpatialWord::Big => line("biggest first", everything, |object| -object.size),
        SpatialWord::Small => line("smallest first", everything, |object| object.size),
        SpatialWord::Near => line("nearest to the arm", everything, from_arm),
        SpatialWord::Far | SpatialWord::Between => {
            line("farthest from the arm", everything, |object| {
                -from_arm(object)
            })
        }
    }
}

/// Orders the other objects on one side of `origin`, or by their distance from it.
fn from(origin: &ObjectView, spatial: SpatialWord, objects: &[ObjectView]) -> String {
    let name = &origin.name;
    let right = |object: &ObjectView| f64::from(object.point.x) - f64::from(origin.point.x);
    let below = |object: &ObjectView| f64::from(object.point.y) - f64::from(origin.point.y);
    let apart = |object: &ObjectView| (object.position - origin.position).xy().norm();
    let others = objects.iter().filter(|other| other.name != *name);
    let side = |words: &str, key: &dyn Fn(&ObjectView) -> f64| {
        let there = objects.iter().filter(|other| key(other) > 0.0);
        line(&format!("{words} {name}"), there, key)
    };
    match spatial {
        SpatialWord::Left => side("left of", &|object| -right(object)),
        SpatialWord::Right => side("right of", &right),
        SpatialWord::Front => side("in front of", &below),
        SpatialWord::Back => side("behind", &|object| -below(object)),
        SpatialWord::Near => line(&format!("nearest to {name}"), others, apart),
        SpatialWord::Far => line(&format!("farthest from {name}"), others, |object| {
            -apart(object)
        }),
        SpatialWord::Big | SpatialWord::Small | SpatialWord::Between => from_edge(spatial, objects),
    }
}

/// Writes the subject of a line, then the names in ascending order of `key`.
fn line<'a>(
    about: &str,
    objects: impl Iterator<Item = &'a ObjectView>,
    key: impl Fn(&ObjectView) -> f64,
) -> String {
    let mut order: Vec<&ObjectView> = objects.collect();
    order.sort_by(|a, b| key(a).total_cmp(&key(b)));
    format!("{about}: {}", names(&order))
}

fn names(objects: &[&ObjectView]) -> String {
    if objects.is_empty() {
        return "nothing".to_owned();
    }
    let names: Vec<&str> = objects.iter().map(|object| object.name.as_str()).collect();
    names.join(", ")
}

/// Writes each pair with something between it; only the named pair, if one is named.
fn betweens(origin: ReferenceObject<'_>, objects: &[ObjectView]) -> Vec<String> {
    let is_end = |object: &&ObjectView| match origin {
        ReferenceObject::Pair(first, second) => [first, second].contains(object),
        _ => true,
    };
    let ends: Vec<&ObjectView> = objects.iter().filter(is_end).collect();
    let mut lines = Vec::new();
    for (index, first) in ends.iter().enumerate() {
        for second in &ends[index + 1..] {
            let middle: Vec<&ObjectView> = objects
                .iter()
                .filter(|object| is_between(object, first, second))
                .collect();
            if !middle.is_empty() {
                let names = names(&middle);
                lines.push(format!(
                    "between {} and {}: {names}",
                    first.name, second.name
                ));
            }
        }
    }
    lines
}

/// Returns whether an object stands near the line from `first` to `second`, between its ends.
pub fn is_between(object: &ObjectView, first: &ObjectView, second: &ObjectView) -> bool {
    if [&first.name, &second.name].contains(&&object.name) {
        return false;
    }
    let flat = |vector: Vector3| vector.xy();
    let line = flat(second.position - first.position);
    let to = flat(object.position - first.position);
    let Some(way) = line.try_normalize(1e-6) else {
        return false;
    };
    let along = to.dot(&way);
    let aside = (to - way * along).norm();
    aside < BETWEEN && (0.0..=line.norm()).contains(&along)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use enact_types::{NormalizedPoint, Point3};

    pub fn object_at(name: &str, x: f64, y: f64, size: f64) -> ObjectView {
        ObjectView {
            name: name.to_owned(),
            point: NormalizedPoint {
                y: (500.0 + 1000.0 * x) as u16,
                x: (500.0 + 1000.0 * y) as u16,
            },
            position: Point3::new(x, y, 0.0),
            size,
            reachable: true,
            rests: None,
            affords: Vec::new(),
            receives: Vec::new(),
        }
    }

    #[test]
    fn only_orders_that_bear_on_the_task_are_told() {
        let objects = [
            object_at("red cube", 0.2, -0.1, 0.03),
            object_at("green ball", 0.21, 0.0, 0.026),
            object_at("blue bowl", 0.2, 0.15, 0.1),
        ];
        let told = |instruction: &str| describe_spatial_order(instruction, &objects);
        assert!(told("put the red cube in the blue bowl").is_empty());
        assert_eq!(
            told("pick the leftmost cube"),
            ["leftmost first: red cube, green ball, blue bowl"]
        );
        assert_eq!(
            told("pick the cube left of the green ball"),
            ["left of green ball: red cube"]
        );
        assert_eq!(
            told("pick the ball right of the blue bowl"),
            ["right of blue bowl: nothing"]
        );
        assert_eq!(
            told("拿起最大的方块"),
            ["biggest first: blue bowl, red cube, green ball"]
        );
        assert_eq!(
            told("what is between the cube and the bowl"),
            ["between red cube and blue bowl: green ball"]
        );
        assert_eq!(
            told("the ball nearest to the blue bowl"),
            ["nearest to blue bowl: green ball, red cube"]
        );
        assert_eq!(
            told("the farthest ball"),
            ["farthest from the arm: blue bowl, red cube, green ball"]
        );
        assert_eq!(
            told("the ball nearest to the dish"),
            [
                "nearest to the arm: green ball, red cube, blue bowl",
                "nearest to red cube: green ball, blue bowl",
                "nearest to green ball: red cube, blue bowl",
                "nearest to blue bowl: green ball, red cube",
            ]
        );
    }
}
