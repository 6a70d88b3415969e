//! Turn an object about the vertical where it stands.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::{Category, Definition, Skill, Step, StepFields};
use crate::grammar;
use crate::situation::Situation;

pub(super) const DEFINITION: Definition = Definition {
    name: "rotate",
    description: r#"{"skill":"rotate","object":NAME,"degrees":INTEGER}: turn an object where it stands; positive is counterclockwise from above"#,
    verb: "rotate",
    category: Category::Action,
    schema,
    phrases,
    infeasible: Some(|_| "cannot be rotated".to_owned()),
};

/// Turn `object` about the vertical where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotate {
    /// Name of a seen object.
    pub object: String,
    /// By how many degrees, counterclockwise as seen from above.
    #[serde(deserialize_with = "angle")]
    pub degrees: i16,
}

impl Rotate {
    /// Largest turn of a step, degrees.
    pub const MAX_DEGREES: i16 = 360;
}

impl Step {
    /// Returns the step that turns `object` counterclockwise, seen from above, by `degrees`.
    pub fn rotate_step(object: impl Into<String>, degrees: i16) -> Self {
        Self::Rotate(Rotate {
            object: object.into(),
            degrees,
        })
    }
}

impl StepFields for Rotate {
    fn objects(&self) -> Vec<&str> {
        vec![&self.object]
    }

    fn displaced(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn fill_in_from_text(&mut self, text: &str) -> bool {
        let said = said_angle(text).filter(|degrees| is_angle(*degrees));
        self.degrees = said.unwrap_or_default();
        said.is_some()
    }
}

impl fmt::Display for Rotate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rotate {} by {} degrees", self.object, self.degrees)
    }
}

/// Offers every object that can be picked up. How far it can be turned depends on the arm's wrist.
fn schema(situation: &Situation) -> Vec<Value> {
    let most = Rotate::MAX_DEGREES;
    grammar::enum_property("object", situation.objects_affording(Skill::Pick))
        .map(|mut fields| {
            fields["degrees"] = json!({"type": "integer", "minimum": -most, "maximum": most});
            fields
        })
        .into_iter()
        .collect()
}

/// Leaves the angle open.
fn phrases(situation: &Situation) -> Vec<(String, Step)> {
    let graspable = situation.objects_affording(Skill::Pick);
    graspable
        .flat_map(|name| {
            ["rotate", "turn"].map(|verb| {
                let words = format!("{verb} the {name} by degrees");
                (words, Step::rotate_step(name, 0))
            })
        })
        .collect()
}

fn is_angle(degrees: i16) -> bool {
    degrees != 0 && (-Rotate::MAX_DEGREES..=Rotate::MAX_DEGREES).contains(&degrees)
}

fn angle<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i16, D::Error> {
    let degrees = i16::deserialize(deserializer)?;
    if is_angle(degrees) {
        return Ok(degrees);
    }
    let most = Rotate::MAX_DEGREES;
    Err(D::Error::custom(format!(
        "`degrees` is {degrees}, which is not within -{most} to {most} or is 0"
    )))
}

/// Returns the angle that a text names, counterclockwise, degrees.
fn said_angle(text: &str) -> Option<i16> {
    /// Matches a number of degrees, but not the number in an object's name.
    static ANGLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"by (-?\d+)|(-?\d+) ?(?:°|deg)").expect("the expression is valid")
    });
    let text = text.to_lowercase().replace('−', "-");
    let found = ANGLE.captures(&text)?;
    let number = found.get(1).or_else(|| found.get(2))?;
    let degrees: i16 = number.as_str().parse().ok()?;
    let counterclockwise = ["counterclockwise", "counter-clockwise", "anticlockwise"];
    let is_clockwise = text.contains("clockwise")
        && !counterclockwise.iter().any(|word| text.contains(word))
        && !text.contains("anti-clockwise");
    Some(if is_clockwise { -degrees } else { degrees })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ObjectView, Plan, free_text::read_plan};

    #[test]
    fn the_angle_is_a_whole_number_of_degrees_up_to_a_turn() {
        let read = |degrees: &str| {
            let step = format!(r#"{{"skill":"rotate","object":"red cube","degrees":{degrees}}}"#);
            Plan::parse(&format!(r#"{{"steps":[{step}]}}"#))
        };
        let plan = read("-60").unwrap();
        assert_eq!(plan.steps, [Step::rotate_step("red cube", -60)]);
        assert_eq!(plan.to_string(), "rotate red cube by -60 degrees");
        for wrong in ["0", "361", "-400", "1e9", "45.5", "\"45\"", "null"] {
            assert!(read(wrong).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn free_text_says_by_how_much() {
        let situation = Situation {
            objects: vec![
                ObjectView::affording("red cube", &[Skill::Pick, Skill::Push, Skill::Point], &[]),
                ObjectView::affording("red cube 2", &[Skill::Pick], &[]),
                ObjectView::affording("blue bowl", &[Skill::Push], &[]),
            ],
            ..Situation::default()
        };
        let read = |text: &str| read_plan(text, &situation, &Skill::ALL);
        for (text, object, degrees) in [
            ("rotate the red cube by 45 degrees", "red cube", 45),
            ("1. Turn the red cube by 45°", "red cube", 45),
            ("turn the red cube 90 degrees clockwise", "red cube", -90),
            (
                "rotate the red cube 2 by 30 degrees counterclockwise",
                "red cube 2",
                30,
            ),
            ("Rotate the red cube by -60 degrees.", "red cube", -60),
        ] {
            let plan = read(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(plan.steps, [Step::rotate_step(object, degrees)], "{text}");
        }
        assert!(read("rotate the red cube").is_err());
        assert!(read("rotate the red cube by 1000 degrees").is_err());
    }

    #[test]
    fn what_can_be_picked_up_can_be_rotated() {
        let situation = Situation {
            objects: vec![ObjectView::affording("red cube", &[Skill::Pick], &[])],
            ..Situation::default()
        };
        let schema = grammar::plan_schema(&situation, &[Skill::Rotate]).to_string();
        let fields = r#""object":{"enum":["red cube"]},"degrees":{"type":"integer","minimum":-360,"maximum":360}"#;
        assert!(schema.contains(fields), "{schema}");
    }
}
