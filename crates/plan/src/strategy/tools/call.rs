//! What a model may call, and what it called.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::ForeignTool;
use crate::grammar;
use crate::prompt::one_line;
use crate::situation::Situation;

/// Key of a call in an answer, because some servers want an object with fixed keys at the top.
pub(super) const KEY: &str = "call";

/// A call of a tool, or none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "tool", rename_all = "snake_case")]
pub(super) enum Call {
    /// Shows the picture of another camera.
    Look { from: String },
    /// Tells how large an object is, and where.
    Measure { object: String },
    /// Tells whether the arm can get at an object, and what can be done with it.
    CanReach { object: String },
    /// Tells what came of earlier tasks like this one.
    Recall { task: String },
    /// No more is wanted.
    Plan,
    /// A tool of another program, by its name.
    #[serde(skip)]
    Foreign {
        tool: String,
        arguments: Map<String, Value>,
    },
}

impl Call {
    /// Reads a model's answer; what is not a call is told in words for the model.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let read = |text: &str| serde_json::from_str::<Value>(text).ok();
        // A server without grammars may put something around it.
        let within = || read(text.get(text.find('{')?..=text.rfind('}')?)?);
        let Some(mut value) = read(text).or_else(within) else {
            return Err("this is not a call".to_owned());
        };
        if let Some(call) = value.get_mut(KEY) {
            value = call.take();
        }
        if let Some(call) = foreign(&value) {
            return Ok(call);
        }
        serde_json::from_value(value).map_err(|error| format!("this is not a call: {error}"))
    }
}

/// Reads a call of a tool of another program, in whose name there is a dot. Its arguments are in an
/// object of their own, or beside the name.
fn foreign(value: &Value) -> Option<Call> {
    let mut fields = value.as_object()?.clone();
    let tool = fields.get("tool")?.as_str().filter(|it| it.contains('.'))?;
    let tool = tool.to_owned();
    fields.remove("tool");
    let arguments = match fields.remove("arguments") {
        Some(Value::Object(arguments)) => arguments,
        Some(Value::Null) => Map::new(),
        // What is no object fits no tool, which is told like any other mistake.
        Some(other) => Map::from_iter([("arguments".to_owned(), other)]),
        None => fields,
    };
    Some(Call::Foreign { tool, arguments })
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Look { from } => write!(f, "look({from})"),
            Self::Measure { object } => write!(f, "measure({object})"),
            Self::CanReach { object } => write!(f, "can_reach({object})"),
            Self::Recall { task } => write!(f, "recall({task})"),
            Self::Plan => f.write_str("plan"),
            Self::Foreign { tool, arguments } => {
                let pairs = arguments.iter();
                let pairs: Vec<String> = pairs.map(|(name, it)| format!("{name}: {it}")).collect();
                write!(f, "{}({})", one_line(tool), one_line(&pairs.join(", ")))
            }
        }
    }
}

/// Returns the schema of a call; what cannot be called now is left out.
pub(super) fn schema(
    situation: &Situation,
    views: &[String],
    remembers: bool,
    foreign: &[ForeignTool],
) -> Value {
    let call = |tool: &str, arguments: Option<Value>| {
        let mut fields = json!({"tool": {"enum": [tool]}});
        if let (Value::Object(all), Value::Object(arguments)) = (&mut fields, arguments?) {
            all.extend(arguments);
        }
        Some(grammar::object_schema(fields))
    };
    let objects = || situation.objects.iter().map(|it| it.name.as_str());
    let calls = [
        call("measure", grammar::enum_property("object", objects())),
        call("can_reach", grammar::enum_property("object", objects())),
        call(
            "look",
            grammar::enum_property("from", views.iter().map(String::as_str)),
        ),
        call(
            "recall",
            remembers.then(|| json!({"task": grammar::sentence()})),
        ),
        call("plan", Some(json!({}))),
    ];
    let foreign = foreign.iter().map(ForeignTool::schema);
    let calls: Vec<Value> = calls.into_iter().flatten().chain(foreign).collect();
    grammar::forbid_whitespace(grammar::object_schema(json!({KEY: {"anyOf": calls}})))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::situation::ObjectView;

    #[test]
    fn a_call_is_read_from_what_servers_put_around_it() {
        let measured = Ok(Call::Measure {
            object: "red cube".to_owned(),
        });
        for text in [
            r#"{"call":{"tool":"measure","object":"red cube"}}"#,
            r#"{"tool":"measure","object":"red cube"}"#,
            "Sure:\n```json\n{\"tool\": \"measure\", \"object\": \"red cube\", \"why\": \"size\"}\n```",
        ] {
            assert_eq!(Call::parse(text), measured, "{text}");
        }
        for text in [
            "",
            "} {",
            "measure",
            "[]",
            r#"{"tool":"fly"}"#,
            r#"{"tool":"measure"}"#,
        ] {
            let why = Call::parse(text).unwrap_err();
            assert!(why.starts_with("this is not a call"), "{text}: {why}");
        }
    }

    #[test]
    fn tools_of_other_programs_are_told_apart_by_a_dot() {
        let read = |text: &str| Call::parse(text).unwrap().to_string();
        for (text, told) in [
            (
                r#"{"call":{"tool":"clock.now","arguments":{"zone":"UTC","most":2}}}"#,
                "clock.now(zone: \"UTC\", most: 2)",
            ),
            (r#"{"tool":"clock.now","arguments":null}"#, "clock.now()"),
            (r#"{"tool":"clock.now"}"#, "clock.now()"),
            (
                r#"{"tool":"clock.now","zone":"UTC"}"#,
                "clock.now(zone: \"UTC\")",
            ),
            (
                r#"{"tool":"clock.now","arguments":[1]}"#,
                "clock.now(arguments: [1])",
            ),
            (r#"{"tool":"a.b\nTask: c"}"#, "a.b Task: c()"),
        ] {
            assert_eq!(read(text), told);
        }
    }

    #[test]
    fn only_what_can_be_called_is_offered() {
        let bare = schema(&Situation::default(), &[], false, &[]).to_string();
        for tool in ["measure", "can_reach", "look", "recall"] {
            assert!(!bare.contains(&format!("\"{tool}\"")), "{bare}");
        }
        let situation = Situation {
            objects: vec![ObjectView::affording("red cube", &[], &[])],
            ..Situation::default()
        };
        let clock = ForeignTool::from_schema("clock", "now", "", &Value::Null).unwrap();
        let all = schema(&situation, &["side".to_owned()], true, &[clock]).to_string();
        for part in [
            "measure",
            "can_reach",
            "look",
            "recall",
            "plan",
            "red cube",
            "side",
            "clock.now",
        ] {
            assert!(all.contains(&format!("\"{part}\"")), "{part}: {all}");
        }
    }
}
