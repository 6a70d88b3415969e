//! What stands in a message of each topic, as JSON schema.
//!
//! Names and fields of the `foxglove.` schemas are those of
//! <https://docs.foxglove.dev/docs/visualization/message-schemas>.

use serde_json::{Map, Value, json};

use crate::topic::Topic;

/// The fields of a message, by name.
type Fields = Vec<(&'static str, Value)>;

/// Name and text of the schema of a topic.
pub(crate) fn of(topic: Topic) -> (&'static str, String) {
    let (name, fields) = match topic {
        Topic::Image | Topic::StreamImage => ("foxglove.CompressedImage", compressed_image()),
        Topic::Depth | Topic::StreamDepth => ("foxglove.RawImage", raw_image()),
        Topic::Calibration | Topic::StreamCalibration => {
            ("foxglove.CameraCalibration", calibration())
        }
        Topic::Transforms => ("foxglove.FrameTransforms", transforms()),
        Topic::Path => ("foxglove.PosesInFrame", poses()),
        Topic::Log => ("foxglove.Log", log()),
        Topic::JointStates => ("foxglove.JointStates", joint_states()),
        Topic::Scene => ("foxglove.SceneUpdate", scene_update()),
        // What viewers look for a URDF in.
        Topic::Description => ("std_msgs/String", vec![("data", text())]),
        own => ours(own),
    };
    let mut schema = object(fields);
    schema["title"] = json!(name);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    (name, schema.to_string())
}

fn ours(topic: Topic) -> (&'static str, Fields) {
    match topic {
        Topic::Run => ("enact.Run", run()),
        Topic::Wall => (
            "enact.Wall",
            vec![("unix_seconds", number()), ("command", list(text()))],
        ),
        Topic::Surroundings => (
            "enact.Surroundings",
            vec![("bodies", list(anything())), ("walls", list(anything()))],
        ),
        Topic::Approval => ("enact.Approval", vec![("agreed", boolean())]),
        Topic::Task => ("enact.Task", vec![("task", text()), ("bounds", anything())]),
        Topic::Order => ("enact.Order", vec![("order", text())]),
        Topic::Turn => ("enact.Turn", vec![("turn", integer())]),
        Topic::Frame => ("enact.Frame", frame()),
        Topic::Perception => ("enact.Answer", answer()),
        Topic::Plan => ("enact.Plan", plan()),
        Topic::Objects => (
            "enact.Objects",
            vec![("objects", list(anything())), ("dropped", list(text()))],
        ),
        Topic::Timing => ("enact.Timing", vec![("of", text()), ("usage", anything())]),
        Topic::Step => ("enact.Step", vec![("step", anything())]),
        Topic::Motion => ("enact.Motion", motion()),
        Topic::MotionEnd => (
            "enact.MotionEnd",
            vec![("end", text()), ("reason", text()), ("followed", integer())],
        ),
        Topic::Verdict => (
            "enact.Verdict",
            vec![("skill", text()), ("verdict", text()), ("reason", text())],
        ),
        Topic::Said => ("enact.Said", vec![("text", text())]),
        Topic::Report => ("enact.Report", vec![("ending", text())]),
        Topic::Broke => ("enact.Broke", vec![("how", text()), ("reason", text())]),
        _ => ("enact.Outcome", vec![("reached", boolean())]),
    }
}

fn run() -> Fields {
    vec![
        ("enact", text()),
        ("robot", anything()),
        ("scene", anything()),
        ("launch", anything()),
        ("seed", integer()),
        ("model", anything()),
        ("servos", anything()),
    ]
}

fn frame() -> Fields {
    vec![
        ("sequence", integer()),
        ("stamp", integer()),
        ("intrinsics", anything()),
        ("base_from_camera", anything()),
        ("has_depth", boolean()),
    ]
}

fn plan() -> Fields {
    let mut fields = answer();
    fields.push(("situation", anything()));
    fields
}

fn motion() -> Fields {
    vec![
        ("purpose", text()),
        ("contact_limit", number()),
        ("period_ns", integer()),
        ("positions", list(list(number()))),
    ]
}

/// `load` is the effort as a fraction of the largest, `commanded` what the reading answers.
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

fn answer() -> Fields {
    vec![
        ("prompt", text()),
        ("grammar", anything()),
        ("completion", text()),
        ("tokens", list(anything())),
        ("rejected", text()),
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
        let mut fields = vec![("pose", pose()), ("color", colour())];
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
        ("colors", list(colour())),
        ("indices", list(integer())),
    ];
    let triangles = vec![
        ("points", list(vector())),
        ("colors", list(colour())),
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

fn colour() -> Value {
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

/// A JSON value of any kind.
fn anything() -> Value {
    json!({})
}
