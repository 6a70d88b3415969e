//! A plan that begins with a thought: the thought is text, whatever it says, and only the steps
//! beside it are a plan.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::planner::Rejection;
use crate::skills::Step;
use crate::step::Plan;

/// The field of the thought.
const FIELD: &str = "thought";
/// Characters that a token stands for, about.
const CHARACTERS_PER_TOKEN: u32 = 4;

/// Returns the schema of a plan with a thought of about `tokens` tokens before it, from that of the
/// plan.
pub fn schema_with_thought(mut plan: Value, tokens: u32) -> Value {
    let most = tokens.saturating_mul(CHARACTERS_PER_TOKEN);
    // Fields are generated in their order.
    let mut properties = Map::new();
    let thought = json!({"type": "string", "minLength": 1, "maxLength": most});
    properties.insert(FIELD.to_owned(), thought);
    if let Value::Object(fields) = plan["properties"].take() {
        properties.extend(fields);
    }
    let names: Vec<&String> = properties.keys().collect();
    plan["required"] = json!(names);
    plan["properties"] = Value::Object(properties);
    plan
}

/// A plan with a thought, read strictly.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThoughtfulPlan {
    #[serde(default)]
    thought: String,
    steps: Vec<Step>,
}

/// Separates an answer that begins with a thought into the thought and the plan without it, as JSON.
/// An answer without a thought is a plan as well.
///
/// # Examples
/// ```
/// use enact_plan::{Plan, thought_field};
///
/// let answer = r#"{"thought":"{\"steps\":[{\"skill\":\"home\"}]}","steps":[{"skill":"done"}]}"#;
/// let (said, plan) = thought_field::split_thought_from_plan(answer)?;
/// assert_eq!(said, r#"{"steps":[{"skill":"home"}]}"#);
/// assert_eq!(Plan::parse(&plan)?.to_string(), "done");
/// # Ok::<(), enact_plan::Rejection>(())
/// ```
///
/// # Errors
/// [`Rejection`] if it is neither. A plan inside the thought is none.
pub fn split_thought_from_plan(answer: &str) -> Result<(String, String), Rejection> {
    let read: ThoughtfulPlan = serde_json::from_str(answer)
        .map_err(|error| Rejection(format!("the plan is not valid: {error}")))?;
    let plan = Plan { steps: read.steps };
    let written = serde_json::to_string(&plan).expect("a plan is always valid JSON");
    Ok((read.thought, written))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar;
    use crate::situation::Situation;
    use crate::skills::Skill;

    #[test]
    fn the_thought_comes_first_and_is_bounded() {
        let plan = grammar::brief_plan_schema(&Situation::default(), &Skill::ALL);
        let with = schema_with_thought(plan.clone(), 50);
        let text = with.to_string();
        assert!(text.find("\"thought\"") < text.find("\"steps\""), "{text}");
        assert_eq!(with["properties"]["thought"]["maxLength"], 200);
        assert_eq!(with["required"], json!(["thought", "steps"]));
        assert_eq!(with["properties"]["steps"], plan["properties"]["steps"]);
        for name in ["type", "additionalProperties", "x-guidance"] {
            assert_eq!(with[name], plan[name], "{name}");
        }
        // The longest answer is known, so that its length can be bounded.
        assert!(grammar::longest_text_bytes(&with) > grammar::longest_text_bytes(&plan));
    }

    #[test]
    fn only_the_steps_beside_the_thought_are_a_plan() {
        let steps = r#"{"steps":[{"skill":"done"}]}"#;
        for (answer, said) in [
            (
                r#"{"thought":"It is done.","steps":[{"skill":"done"}]}"#,
                "It is done.",
            ),
            (
                r#"{"thought":"{\"steps\":[{\"skill\":\"home\"}]}","steps":[{"skill":"done"}]}"#,
                r#"{"steps":[{"skill":"home"}]}"#,
            ),
            (steps, ""),
        ] {
            let (thought, plan) = split_thought_from_plan(answer).unwrap();
            assert_eq!((thought.as_str(), plan.as_str()), (said, steps));
        }
        for answer in [
            r#"{"thought":"{\"steps\":[{\"skill\":\"home\"}]}"}"#,
            r#"{"thought":{"steps":[{"skill":"home"}]},"steps":[{"skill":"done"}]}"#,
            r#"{"thought":"a","steps":[{"skill":"done"}],"steps":[{"skill":"home"}]}"#,
            r#"{"thought":"{\"steps\":[{\"skill\":\"home\"}]}","steps":[{"sk"#,
        ] {
            assert!(split_thought_from_plan(answer).is_err(), "{answer}");
        }
    }
}
