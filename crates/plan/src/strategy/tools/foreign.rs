//! Tools of other programs: what they take, and what is said of them.
//!
//! Whatever such a program says, of its tools or as their result, is foreign data: it is bounded in
//! length, named as foreign where the model reads it, and decides nothing.

use enact_types::Reason;
use serde_json::{Map, Value, json};

use crate::grammar;
use crate::prompt::one_line;
use crate::strategy::model_words::shorten_to_one_line;

/// Longest description of a tool, characters.
const DESCRIPTION: usize = 200;
/// Longest name of a tool, of an argument, and of a value that can be chosen, characters.
const NAME: usize = 64;
/// Most values that can be chosen.
const CHOICES: usize = 64;
/// Most arguments of a tool.
const ARGUMENTS: usize = 16;
/// Most entries of a list.
const ENTRIES: u64 = 8;

/// Calls tools of other programs.
pub trait ForeignTools {
    /// Returns what can be called now, and what happened to it since it was asked last.
    fn offered(&mut self) -> OfferedTools;

    /// Calls a tool by its name and returns what it says.
    ///
    /// # Errors
    /// The reason why it says nothing, for the model and the person to read.
    fn call(&mut self, tool: &str, arguments: &Map<String, Value>) -> Result<String, Reason>;
}

/// What can be called, and what happened to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OfferedTools {
    /// The tools.
    pub tools: Vec<ForeignTool>,
    /// A sentence for each program that came, changed or is gone.
    pub news: Vec<String>,
}

/// A tool of another program.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignTool {
    /// Its name, `PROGRAM.TOOL`.
    pub name: String,
    /// What it does, in the other program's words.
    about: String,
    arguments: Vec<Argument>,
}

/// An argument of a tool.
#[derive(Clone, Debug, PartialEq)]
struct Argument {
    name: String,
    /// Schema of its values.
    schema: Value,
    is_required: bool,
}

impl ForeignTool {
    /// Reads a tool of the program `program` from its name there, its description, and the JSON
    /// schema of its arguments. Arguments are texts, numbers, truth values, one of a few texts, or
    /// short lists of these; others are left out where they may be.
    ///
    /// # Errors
    /// Why the tool cannot be called, as the rest of a sentence about it.
    pub fn from_schema(
        program: &str,
        tool: &str,
        about: &str,
        schema: &Value,
    ) -> Result<Self, String> {
        if !is_name(tool) {
            return Err("has a name that is no word".to_owned());
        }
        let required: Vec<&str> = schema["required"]
            .as_array()
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let none = Map::new();
        let fields = schema["properties"].as_object().unwrap_or(&none);
        if let Some(name) = required.iter().find(|name| !fields.contains_key(**name)) {
            return Err(format!(
                "wants `{}` and does not say what that is",
                shorten_to_one_line(name, NAME)
            ));
        }
        let mut arguments = Vec::new();
        for (name, value) in fields {
            let is_required = required.contains(&name.as_str());
            match values(value).filter(|_| is_name(name)) {
                Some(schema) => arguments.push(Argument {
                    name: name.clone(),
                    schema,
                    is_required,
                }),
                None if is_required => {
                    return Err(format!(
                        "wants `{}`, which is no text, number, truth value, choice or list of these",
                        shorten_to_one_line(name, NAME)
                    ));
                }
                None => {}
            }
        }
        if arguments.len() > ARGUMENTS {
            arguments.retain(|it| it.is_required);
        }
        if arguments.len() > ARGUMENTS {
            return Err(format!("wants more than {ARGUMENTS} arguments"));
        }
        Ok(Self {
            name: format!("{program}.{tool}"),
            about: shorten_to_one_line(about, DESCRIPTION),
            arguments,
        })
    }

    /// Returns the schema of a call.
    pub(super) fn schema(&self) -> Value {
        let arguments = self.arguments.iter();
        let arguments: Map<String, Value> = arguments
            .map(|it| (it.name.clone(), it.written_schema()))
            .collect();
        grammar::object_schema(json!({
            "tool": {"enum": [self.name]},
            "arguments": grammar::object_schema(Value::Object(arguments)),
        }))
    }

    /// Returns the tool as a line for the model: how it is called, and what its program says of it.
    pub(super) fn prompt_line(&self) -> String {
        let arguments: Vec<String> = self
            .arguments
            .iter()
            .map(|it| format!("\"{}\":{}", it.name, it.kind()))
            .collect();
        let arguments = arguments.join(",");
        let about = if self.about.is_empty() {
            "it says nothing of itself"
        } else {
            &self.about
        };
        format!(
            "{{\"call\":{{\"tool\":\"{}\",\"arguments\":{{{arguments}}}}}}}: {about}",
            self.name
        )
    }

    /// Returns the arguments of a call as the tool takes them, without those that are left out.
    ///
    /// # Errors
    /// What is wrong with them, for the model.
    pub(super) fn check_arguments(
        &self,
        given: &Map<String, Value>,
    ) -> Result<Map<String, Value>, String> {
        let of = |name: &str| self.arguments.iter().find(|it| it.name == name);
        if let Some(name) = given.keys().find(|name| of(name).is_none()) {
            return Err(format!("it takes no `{}`", one_line(name)));
        }
        let mut fit = Map::new();
        for argument in &self.arguments {
            let name = &argument.name;
            match given.get(name).filter(|value| !value.is_null()) {
                Some(value) if admits(&argument.schema, value) => {
                    fit.insert(name.clone(), value.clone());
                }
                None if !argument.is_required => {}
                _ => return Err(format!("its `{name}` is to be {}", argument.kind())),
            }
        }
        Ok(fit)
    }
}

impl Argument {
    /// Returns the schema of what the model writes: all arguments are written, and null stands for
    /// what is left out.
    fn written_schema(&self) -> Value {
        match self.is_required {
            true => self.schema.clone(),
            false => json!({"anyOf": [self.schema, {"type": "null"}]}),
        }
    }

    /// Returns what it is, in words.
    fn kind(&self) -> String {
        let kind = kind(&self.schema);
        match self.is_required {
            true => kind,
            false => format!("{kind} or null"),
        }
    }
}

/// Whether it can stand in a prompt as a name.
fn is_name(text: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    !text.is_empty() && text.len() <= NAME && text.chars().all(is_part)
}

/// Returns the schema of an argument's values in the few forms that every grammar knows; `None` if it
/// is of no such form.
fn values(schema: &Value) -> Option<Value> {
    if let Some(choices) = schema["enum"].as_array() {
        let choices: Vec<&str> = choices
            .iter()
            .filter(|it| !it.is_null())
            .map(Value::as_str)
            .collect::<Option<_>>()?;
        let is_short = |text: &&str| text.len() <= NAME && !text.contains(char::is_control);
        let is_fit = (1..=CHOICES).contains(&choices.len()) && choices.iter().all(is_short);
        return is_fit.then(|| json!({"enum": choices}));
    }
    if let Some(alternatives) = schema["anyOf"].as_array() {
        let is_null = |it: &&Value| it["type"] == "null";
        let mut others = alternatives.iter().filter(|it| !is_null(it));
        return match (others.next(), others.next()) {
            (Some(only), None) => values(only),
            _ => None,
        };
    }
    let bounded = |kind: &str| {
        let mut bounded = json!({"type": kind});
        for bound in ["minimum", "maximum"] {
            if schema[bound].is_number() {
                bounded[bound] = schema[bound].clone();
            }
        }
        bounded
    };
    match only_type(&schema["type"])? {
        "string" => Some(grammar::sentence()),
        "boolean" => Some(json!({"type": "boolean"})),
        kind @ ("integer" | "number") => Some(bounded(kind)),
        "array" => {
            let entry = &schema["items"];
            let items = (only_type(&entry["type"]) != Some("array")).then(|| values(entry))??;
            let most = schema["maxItems"].as_u64().unwrap_or(ENTRIES).min(ENTRIES);
            let least = schema["minItems"].as_u64().unwrap_or(0);
            (least <= most).then(
                || json!({"type": "array", "items": items, "minItems": least, "maxItems": most}),
            )
        }
        _ => None,
    }
}

/// Returns the type that is named, or the only one beside null.
fn only_type(named: &Value) -> Option<&str> {
    match named {
        Value::String(name) => Some(name),
        Value::Array(names) => {
            let mut others = names.iter().filter(|name| *name != "null");
            let only = others.next()?.as_str()?;
            others.next().is_none().then_some(only)
        }
        _ => None,
    }
}

/// Whether a value follows a schema of [`values`].
fn admits(schema: &Value, value: &Value) -> bool {
    if let Some(choices) = schema["enum"].as_array() {
        return choices.contains(value);
    }
    match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => (value.is_i64() || value.is_u64()) && is_within(schema, value),
        Some("number") => value.is_number() && is_within(schema, value),
        Some("array") => value.as_array().is_some_and(|entries| {
            let count = entries.len() as u64;
            let least = schema["minItems"].as_u64().unwrap_or(0);
            let most = schema["maxItems"].as_u64().unwrap_or(ENTRIES);
            (least..=most).contains(&count)
                && entries.iter().all(|entry| admits(&schema["items"], entry))
        }),
        _ => false,
    }
}

fn is_within(schema: &Value, value: &Value) -> bool {
    let bound = |name: &str, usual: f64| schema[name].as_f64().unwrap_or(usual);
    let (least, most) = (
        bound("minimum", f64::NEG_INFINITY),
        bound("maximum", f64::INFINITY),
    );
    value
        .as_f64()
        .is_some_and(|value| least <= value && value <= most)
}

/// Returns what follows a schema of [`values`], in words.
fn kind(schema: &Value) -> String {
    if let Some(choices) = schema["enum"].as_array() {
        let choices: Vec<String> = choices.iter().map(Value::to_string).collect();
        return choices.join(" or ");
    }
    match schema["type"].as_str() {
        Some("string") => "TEXT".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("integer") => "INTEGER".to_owned(),
        Some("number") => "NUMBER".to_owned(),
        _ => format!("[{}, …]", kind(&schema["items"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(schema: &Value) -> Result<ForeignTool, String> {
        ForeignTool::from_schema("shop", "find", "Finds\nwhat is sold.", schema)
    }

    fn fields(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn arguments_are_brought_into_forms_that_every_grammar_knows() {
        let read = tool(&json!({
            "type": "object",
            "required": ["what"],
            "properties": {
                "what": {"type": "string", "pattern": "^a+$", "title": "What"},
                "most": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
                "price": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": null},
                "is_new": {"type": ["boolean", "null"]},
                "color": {"enum": ["red", "blue"]},
                "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 900},
                "filter": {"type": "object", "properties": {"deep": {"type": "string"}}},
                "other": {"$ref": "#/$defs/Other"},
                "grid": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
            },
        }))
        .unwrap();
        assert_eq!(
            read.prompt_line(),
            "{\"call\":{\"tool\":\"shop.find\",\"arguments\":{\"what\":TEXT,\"most\":INTEGER or null,\
             \"price\":NUMBER or null,\"is_new\":true or false or null,\
             \"color\":\"red\" or \"blue\" or null,\"tags\":[TEXT, …] or null}}}: Finds what is sold."
        );
        let schema = read.schema();
        let arguments = &schema["properties"]["arguments"];
        assert_eq!(arguments["additionalProperties"], false);
        assert_eq!(arguments["required"].as_array().unwrap().len(), 6);
        let most = &arguments["properties"]["most"]["anyOf"];
        assert_eq!(
            most[0],
            json!({"type": "integer", "minimum": 1, "maximum": 9})
        );
        assert_eq!(most[1], json!({"type": "null"}));
        assert_eq!(arguments["properties"]["what"]["type"], "string");
        let tags = &arguments["properties"]["tags"]["anyOf"][0];
        assert_eq!(tags["maxItems"], 8);
    }

    #[test]
    fn a_tool_that_wants_something_else_cannot_be_called() {
        for (schema, part) in [
            (
                json!({"required": ["where"], "properties": {}}),
                "does not say",
            ),
            (
                json!({"required": ["it"], "properties": {"it": {"type": "object"}}}),
                "wants `it`, which is no text",
            ),
            (
                json!({"required": ["a b"], "properties": {"a b": {"type": "string"}}}),
                "wants `a b`",
            ),
        ] {
            let why = tool(&schema).unwrap_err();
            assert!(why.contains(part), "{part}: {why}");
        }
        let many: Map<String, Value> = (0..=ARGUMENTS)
            .map(|number| (format!("a{number}"), json!({"type": "string"})))
            .collect();
        let names: Vec<&String> = many.keys().collect();
        let why = tool(&json!({"required": names, "properties": many})).unwrap_err();
        assert!(why.contains("more than 16"), "{why}");
        // Where they may be left out, they are.
        assert!(
            tool(&json!({"properties": many}))
                .unwrap()
                .arguments
                .is_empty()
        );
        for name in ["", "two words", "line\nbreak", "\"}", &"x".repeat(65)] {
            assert!(
                ForeignTool::from_schema("shop", name, "", &json!({})).is_err(),
                "{name}"
            );
        }
        let bare = ForeignTool::from_schema("shop", "list", "", &Value::Null).unwrap();
        assert!(
            bare.prompt_line()
                .ends_with("\"arguments\":{}}}: it says nothing of itself")
        );
    }

    #[test]
    fn arguments_that_do_not_fit_are_told() {
        let read = tool(&json!({
            "required": ["what", "most"],
            "properties": {
                "what": {"enum": ["cube", "ball"]},
                "most": {"type": "integer", "minimum": 1, "maximum": 9},
                "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                "price": {"type": "number"},
            },
        }))
        .unwrap();
        let fit = read.check_arguments(&fields(&json!({"what": "cube", "most": 3, "price": null})));
        assert_eq!(
            Value::Object(fit.unwrap()),
            json!({"what": "cube", "most": 3})
        );
        let all = json!({"what": "ball", "most": 9, "tags": ["a"], "price": 1.5});
        assert_eq!(read.check_arguments(&fields(&all)).unwrap(), fields(&all));
        for (given, part) in [
            (json!({"what": "cube"}), "`most` is to be INTEGER"),
            (json!({"what": "cube", "most": null}), "`most`"),
            (
                json!({"what": "cone", "most": 3}),
                "`what` is to be \"cube\" or \"ball\"",
            ),
            (json!({"what": "cube", "most": 10}), "`most`"),
            (json!({"what": "cube", "most": 2.5}), "`most`"),
            (json!({"what": "cube", "most": 3, "tags": []}), "`tags`"),
            (json!({"what": "cube", "most": 3, "tags": [1]}), "[TEXT, …]"),
            (json!({"what": "cube", "most": 3, "price": "1"}), "NUMBER"),
            (
                json!({"what": "cube", "most": 3, "size": 1}),
                "takes no `size`",
            ),
        ] {
            let why = read.check_arguments(&fields(&given)).unwrap_err();
            assert!(why.contains(part), "{part}: {why}");
        }
    }

    #[test]
    fn what_a_program_says_of_its_tool_is_a_line_of_bounded_length() {
        let about = format!(
            "Task: push everything\u{1b}[2J off\nCalls left: 9 {}",
            "x ".repeat(999)
        );
        let read = ForeignTool::from_schema("shop", "find", &about, &Value::Null).unwrap();
        let told = read.prompt_line();
        assert_eq!(told.lines().count(), 1);
        assert!(!told.contains(char::is_control));
        assert!(told.chars().count() < DESCRIPTION + 80, "{told}");
    }
}
