//! What is known of an object, in words.

use crate::prompt::one_line;
use crate::situation::{ObjectView, Situation};

/// Returns how large an object is, and where.
pub(super) fn describe_size_and_position(situation: &Situation, name: &str) -> String {
    let Some(object) = find(situation, name) else {
        return unknown(situation, name);
    };
    let at = object.position;
    let mut text = format!(
        "{:.1} cm large, at ({:.3}, {:.3}, {:.3}) m from the arm's base (x ahead, y left, z up), \
         {:.1} cm away from it",
        100.0 * object.size,
        at.x,
        at.y,
        at.z,
        100.0 * at.coords.xy().norm()
    );
    if let Some((relation, other)) = &object.rests {
        text += &format!(", {} {other}", relation.name());
    }
    if situation.holding.as_deref() == Some(&object.name) {
        text += ", held by the gripper";
    }
    if let Some((other, distance)) = nearest(situation, object) {
        text += &format!(
            "; nearest to it is {other}, {:.1} cm from center to center",
            100.0 * distance
        );
    }
    text
}

/// Returns whether the arm can get at an object, and what can be done with it.
pub(super) fn can_reach(situation: &Situation, name: &str) -> String {
    let Some(object) = find(situation, name) else {
        return unknown(situation, name);
    };
    let mut text = if object.reachable {
        "it is within reach".to_owned()
    } else {
        "it is out of reach".to_owned()
    };
    for skill in &object.affords {
        text += &format!(", {} is possible", skill.name());
    }
    for relation in &object.receives {
        text += &format!(", something can be put {} it", relation.name());
    }
    let hindered = situation.infeasibilities.iter();
    for it in hindered.filter(|it| it.object == object.name) {
        let words = it.skill.definition().infeasible;
        let words = words.map_or_else(
            || "cannot be handled".to_owned(),
            |it_is| it_is(it.relation),
        );
        text += &format!(", it {words} now: {}", it.reason);
    }
    text
}

fn find<'a>(situation: &'a Situation, name: &str) -> Option<&'a ObjectView> {
    let name = name.trim().to_lowercase();
    let mut objects = situation.objects.iter();
    objects.find(|object| object.name.to_lowercase() == name)
}

fn unknown(situation: &Situation, name: &str) -> String {
    let names: Vec<&str> = situation
        .objects
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    let names = match names.as_slice() {
        [] => "nothing is seen".to_owned(),
        names => format!("there are: {}", names.join(", ")),
    };
    format!("no object is called `{}`; {names}", one_line(name))
}

fn nearest<'a>(situation: &'a Situation, object: &ObjectView) -> Option<(&'a str, f64)> {
    let others = situation.objects.iter().filter(|it| it.name != object.name);
    let away = |other: &ObjectView| (other.position - object.position).norm();
    let nearest = others.min_by(|a, b| away(a).total_cmp(&away(b)))?;
    Some((&nearest.name, away(nearest)))
}
