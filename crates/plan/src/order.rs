//! Who stands left, near, between, … of whom, as words: sorted lists, from which
//! a language model reads “the leftmost cube” or “the ball nearest to the bowl”
//! more surely than from coordinates.

use enact_types::Vector3;

use crate::situation::ObjectView;

/// An object this near to the line between two others is between them, metres.
const BETWEEN: f64 = 0.035;

/// Lines on the spatial order of `objects` that bear on `task`.
pub fn lines(task: &str, objects: &[ObjectView]) -> Vec<String> {
    let task = task.to_lowercase();
    let mentions = |words: &[&str]| words.iter().any(|word| task.contains(word));
    let mut lines = Vec::new();
    if mentions(&["left", "right", "左", "右"]) {
        let order = sorted(objects, |object| f64::from(object.point.x));
        lines.push(format!("left to right: {order}"));
    }
    if mentions(&["front", "behind", "back", "前", "后"]) {
        let order = sorted(objects, |object| -f64::from(object.point.y));
        lines.push(format!("front to back: {order}"));
    }
    if mentions(&["big", "large", "small", "little", "tiny", "大", "小"]) {
        let order = sorted(objects, |object| object.size);
        lines.push(format!("small to big: {order}"));
    }
    if mentions(&["near", "close", "far", "distant", "近", "远"]) {
        let from_arm = sorted(objects, |object| object.position.coords.xy().norm());
        lines.push(format!("from the arm: {from_arm}"));
        lines.extend(objects.iter().map(|object| neighbours(object, objects)));
    }
    if mentions(&["between", "middle", "间"]) {
        lines.extend(betweens(objects));
    }
    lines
}

fn sorted(objects: &[ObjectView], key: impl Fn(&ObjectView) -> f64) -> String {
    let mut order: Vec<&ObjectView> = objects.iter().collect();
    order.sort_by(|a, b| key(a).total_cmp(&key(b)));
    names(&order)
}

fn names(objects: &[&ObjectView]) -> String {
    let names: Vec<&str> = objects.iter().map(|object| object.name.as_str()).collect();
    names.join(", ")
}

/// The others by their distance from `object`.
fn neighbours(object: &ObjectView, objects: &[ObjectView]) -> String {
    let mut others: Vec<&ObjectView> = objects
        .iter()
        .filter(|other| other.name != object.name)
        .collect();
    others.sort_by(|a, b| apart(a, object).total_cmp(&apart(b, object)));
    format!("from {}: {}", object.name, names(&others))
}

fn apart(a: &ObjectView, b: &ObjectView) -> f64 {
    (a.position - b.position).xy().norm()
}

/// Each pair that has something between it.
fn betweens(objects: &[ObjectView]) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, first) in objects.iter().enumerate() {
        for second in &objects[index + 1..] {
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

/// Whether an object stands near the line from `first` to `second`, between its ends.
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
mod tests {
    use super::*;
    use enact_types::{NormalisedPoint, Point3};

    fn at(name: &str, x: f64, y: f64, size: f64) -> ObjectView {
        ObjectView {
            name: name.to_owned(),
            point: NormalisedPoint {
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
            at("red cube", 0.2, -0.1, 0.03),
            at("green ball", 0.21, 0.0, 0.026),
            at("blue bowl", 0.2, 0.15, 0.1),
        ];
        let told = |task: &str| lines(task, &objects);
        assert!(told("put the red cube in the blue bowl").is_empty());
        assert_eq!(
            told("pick the leftmost cube"),
            ["left to right: red cube, green ball, blue bowl"]
        );
        assert_eq!(
            told("拿起最大的方块"),
            ["small to big: green ball, red cube, blue bowl"]
        );
        assert_eq!(
            told("what is between the cube and the bowl"),
            ["between red cube and blue bowl: green ball"]
        );
        assert_eq!(
            told("the ball nearest to the bowl"),
            [
                "from the arm: green ball, red cube, blue bowl",
                "from red cube: green ball, blue bowl",
                "from green ball: red cube, blue bowl",
                "from blue bowl: green ball, red cube",
            ]
        );
    }
}
