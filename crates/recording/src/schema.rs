//! JSON schema of the messages of each topic; those of our own messages are derived from their
//! types.
//!
//! Names and fields of the `foxglove.` schemas are those of
//! <https://docs.foxglove.dev/docs/visualization/message-schemas>.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::collision_world::CollisionWorldMessage;
use crate::message::{
    ApprovalMessage, FrameMessage, MotionEndMessage, MotionMessage, ObjectsMessage, OutcomeMessage,
    ResponseMessage, RunFailureMessage, RunInfo, RunStartMessage, SpeechMessage, StepStartMessage,
    TaskMessage, TurnMessage, UsageMessage, UserCommandMessage,
};
use crate::topic::Topic;

/// The fields of a message, by name.
type Fields = Vec<(&'static str, Value)>;

/// Returns name and text of the schema of a topic.
pub(crate) fn for_topic(topic: Topic) -> (&'static str, String) {
    let (name, mut schema) = match topic {
        Topic::Image | Topic::StreamImage => {
            ("foxglove.CompressedImage", object(compressed_image()))
        }
        Topic::Depth | Topic::StreamDepth => ("foxglove.RawImage", object(raw_image())),
        Topic::Calibration | Topic::StreamCalibration => {
            ("foxglove.CameraCalibration", object(calibration()))
        }
        Topic::Transforms => ("foxglove.FrameTransforms", object(transforms())),
        Topic::Path => ("foxglove.PosesInFrame", object(poses())),
        Topic::Log => ("foxglove.Log", object(log())),
        Topic::JointStates => ("foxglove.JointStates", object(joint_states())),
        Topic::Scene => ("foxglove.SceneUpdate", object(scene_update())),
        // The type in which viewers expect a URDF.
        Topic::Description => ("std_msgs/String", object(vec![("data", text())])),
        Topic::Run => ("enact.Run", derived::<RunInfo>()),
        Topic::Wall => ("enact.Wall", derived::<RunStartMessage>()),
        Topic::CollisionWorld => ("enact.Surroundings", derived::<CollisionWorldMessage>()),
        Topic::Approval => ("enact.Approval", derived::<ApprovalMessage>()),
        Topic::Task => ("enact.Task", derived::<TaskMessage>()),
        Topic::UserCommand => ("enact.Order", derived::<UserCommandMessage>()),
        Topic::Turn => ("enact.Turn", derived::<TurnMessage>()),
        Topic::Frame => ("enact.Frame", derived::<FrameMessage>()),
        Topic::Perception => ("enact.Answer", derived::<ResponseMessage>()),
        Topic::Plan => ("enact.Plan", derived::<ResponseMessage>()),
        Topic::Objects => ("enact.Objects", derived::<ObjectsMessage>()),
        Topic::Timing => ("enact.Timing", derived::<UsageMessage>()),
        Topic::Step => ("enact.Step", derived::<StepStartMessage>()),
        Topic::Motion => ("enact.Motion", derived::<MotionMessage>()),
        Topic::MotionEnd => ("enact.MotionEnd", derived::<MotionEndMessage>()),
        Topic::Speech => ("enact.Said", derived::<SpeechMessage>()),
        Topic::Failure => ("enact.Broke", derived::<RunFailureMessage>()),
        Topic::Outcome => ("enact.Outcome", derived::<OutcomeMessage>()),
        // Types of the loop; viewers need no further fields.
        Topic::Verdict => {
            let fields = ["skill", "verdict", "reason"].map(|name| (name, text()));
            ("enact.Verdict", object(fields.to_vec()))
        }
        Topic::Report => ("enact.Report", object(vec![("ending", text())])),
    };
    schema["title"] = json!(name);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    (name, schema.to_string())
}

/// Returns the schema of one of our types. Viewers support neither references nor nullable types.
fn derived<T: JsonSchema>() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    without_null(&mut schema);
    schema
}

/// Replaces a nullable schema by the non-null one, and the schema of any value by `{}`.
fn without_null(schema: &mut Value) {
    if let Value::Bool(true) = schema {
        *schema = json!({});
    }
    let is_null = |kind: &Value| kind == "null" || kind["type"] == "null";
    if let Some(some) = schema.get_mut("anyOf").and_then(Value::as_array_mut)
        && some.iter().any(is_null)
        && let Some(other) = some.iter().find(|kind| !is_null(kind)).cloned()
    {
        *schema = other;
    }
    if let Some(some) = schema["type"].as_array()
        && let Some(other) = some.iter().find(|kind| !is_null(kind)).cloned()
    {
        schema["type"] = other;
    }
    if let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        fields.values_mut().for_each(without_null);
    }
    if let Some(items) = schema.get_mut("items") {
        without_null(items);
    }
}

/// `load` is the effort as a fraction of the limit, `commanded` is the command that the reading
/// responds to.
fn joint_states() -> Fields {
    let mut joint = vec![("name", text())];
    let numbers = ["position", "velocity", "effort", "load", "commanded"];
    joint.extend(numbers.map(|name| (name, number())));
    vec![
        ("timestamp", time()),
        ("joints", list(object(joint))),
        ("alarm", text()),
    ]
}

fn compressed_image() -> Fields {
    vec![
        ("timestamp", time()),
        ("frame_id", text()),
        ("data", bytes()),
        ("format", text()),
    ]
}

fn raw_image() -> Fields {
    vec![
        ("timestamp", time()),
        ("frame_id", text()),
        ("width", integer()),
        ("height", integer()),
        ("encoding", text()),
        ("step", integer()),
        ("data", bytes()),
    ]
}

fn calibration() -> Fields {
    vec![
        ("timestamp", time()),
        ("frame_id", text()),
        ("width", integer()),
        ("height", integer()),
        ("distortion_model", text()),
        ("D", list(number())),
        ("K", numbers(9)),
        ("R", numbers(9)),
        ("P", numbers(12)),
    ]
}

fn transforms() -> Fields {
    let transform = object(vec![
        ("timestamp", time()),
        ("parent_frame_id", text()),
        ("child_frame_id", text()),
        ("translation", vector()),
        ("rotation", quaternion()),
    ]);
    vec![("transforms", list(transform))]
}

fn poses() -> Fields {
    vec![
        ("timestamp", time()),
        ("frame_id", text()),
        ("poses", list(pose())),
    ]
}

fn scene_update() -> Fields {
    let deletion = object(vec![
        ("timestamp", time()),
        ("type", integer()),
        ("id", text()),
    ]);
    let with = |more: Fields| {
        let mut fields = vec![("pose", pose()), ("color", color())];
        fields.extend(more);
        list(object(fields))
    };
    let cylinder = vec![
        ("size", vector()),
        ("bottom_scale", number()),
        ("top_scale", number()),
    ];
    let line = vec![
        ("type", integer()),
        ("thickness", number()),
        ("scale_invariant", boolean()),
        ("points", list(vector())),
        ("colors", list(color())),
        ("indices", list(integer())),
    ];
    let triangles = vec![
        ("points", list(vector())),
        ("colors", list(color())),
        ("indices", list(integer())),
    ];
    let letters = vec![
        ("billboard", boolean()),
        ("font_size", number()),
        ("scale_invariant", boolean()),
        ("text", text()),
    ];
    let entity = object(vec![
        ("timestamp", time()),
        ("frame_id", text()),
        ("id", text()),
        ("lifetime", time()),
        ("frame_locked", boolean()),
        ("metadata", list(anything())),
        ("arrows", list(anything())),
        ("cubes", with(vec![("size", vector())])),
        ("spheres", with(vec![("size", vector())])),
        ("cylinders", with(cylinder)),
        ("lines", with(line)),
        ("triangles", with(triangles)),
        ("texts", with(letters)),
        ("models", list(anything())),
    ]);
    vec![("deletions", list(deletion)), ("entities", list(entity))]
}

fn log() -> Fields {
    vec![
        ("timestamp", time()),
        ("level", integer()),
        ("message", text()),
        ("name", text()),
        ("file", text()),
        ("line", integer()),
    ]
}

fn object(fields: Fields) -> Value {
    let fields: Map<String, Value> = fields
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect();
    json!({"type": "object", "properties": fields})
}

fn time() -> Value {
    let mut time = object(vec![("sec", integer()), ("nsec", integer())]);
    time["title"] = json!("time");
    time
}

fn vector() -> Value {
    object(["x", "y", "z"].map(|axis| (axis, number())).to_vec())
}

fn quaternion() -> Value {
    object(["x", "y", "z", "w"].map(|part| (part, number())).to_vec())
}

fn pose() -> Value {
    object(vec![("position", vector()), ("orientation", quaternion())])
}

fn color() -> Value {
    object(["r", "g", "b", "a"].map(|part| (part, number())).to_vec())
}

fn numbers(count: usize) -> Value {
    let mut numbers = list(number());
    numbers["minItems"] = json!(count);
    numbers["maxItems"] = json!(count);
    numbers
}

fn bytes() -> Value {
    json!({"type": "string", "contentEncoding": "base64"})
}

fn list(of: Value) -> Value {
    json!({"type": "array", "items": of})
}

fn text() -> Value {
    json!({"type": "string"})
}

fn number() -> Value {
    json!({"type": "number"})
}

fn boolean() -> Value {
    json!({"type": "boolean"})
}

fn integer() -> Value {
    json!({"type": "integer"})
}

/// Returns the schema of any JSON value.
fn anything() -> Value {
    json!({})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns whether everything that viewers read of a schema is in a form that they support.
    fn is_plain(schema: &Value) -> bool {
        let fields = schema["properties"].as_object();
        schema.is_object()
            && !schema["type"].is_array()
            && schema.get("$ref").is_none()
            && fields.is_none_or(|fields| fields.values().all(is_plain))
            && schema.get("items").is_none_or(is_plain)
    }

    #[test]
    fn every_schema_is_an_object_that_viewers_can_read() {
        for topic in Topic::SINGLE_CHANNEL
            .into_iter()
            .chain(Topic::STREAM_TOPICS)
        {
            let (name, text) = for_topic(topic);
            let schema: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(schema["title"], name);
            assert_eq!(schema["type"], "object", "{text}");
            assert!(is_plain(&schema), "{text}");
        }
    }

    #[test]
    fn our_messages_have_the_fields_of_their_types() {
        let (_, text) = for_topic(Topic::Motion);
        let schema: Value = serde_json::from_str(&text).unwrap();
        let fields = &schema["properties"];
        assert_eq!(fields["contact_limit"]["type"], "number");
        assert_eq!(fields["positions"]["items"]["items"]["type"], "number");
        let (_, text) = for_topic(Topic::Run);
        let schema: Value = serde_json::from_str(&text).unwrap();
        let robot = &schema["properties"]["robot"];
        assert_eq!(robot["properties"]["urdf"]["type"], "string");
        assert_eq!(
            schema["properties"]["scene"]["properties"]["toml"]["type"],
            "string"
        );
    }
}
