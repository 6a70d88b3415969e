//! Prompts and grammars are pinned byte for byte: the model that ships was trained on them.
//!
//! Each pin is a file in `tests/pins/`. After an intended change, `UPDATE_PINS=1 cargo test` writes
//! them anew; prompts in the compact style and grammars change only with a newly trained model.

use std::path::Path;

use enact_plan::{PromptStyle, Situation, Skill, grammar, prompt};
use serde_json::{Value, json};

/// The skills that the model that ships was trained on, in the order in which it was.
const TRAINED: [Skill; 8] = [
    Skill::Pick,
    Skill::Place,
    Skill::Push,
    Skill::Point,
    Skill::Home,
    Skill::Say,
    Skill::Ask,
    Skill::Done,
];
const BESIDE: [&str; 5] = ["left of", "right of", "in front of", "behind", "next to"];

/// Compares a text with its pin, or writes that.
fn pin(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/pins")
        .join(name);
    if std::env::var_os("UPDATE_PINS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let pinned = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(text, pinned, "`{name}` is not as it was");
}

/// Pins everything that is made of a situation.
fn pin_plan(name: &str, situation: Value) {
    let situation: Situation = serde_json::from_value(situation).unwrap();
    let compact = prompt::plan_prompt(PromptStyle::Compact, &situation, &TRAINED);
    pin(&format!("{name}.compact.txt"), &compact);
    let full = prompt::plan_prompt(PromptStyle::Full, &situation, &TRAINED);
    pin(&format!("{name}.full.txt"), &full);
    let schema = grammar::plan_schema(&situation, &TRAINED).to_string();
    pin(&format!("{name}.schema.json"), &schema);
}

fn situation(task: &str, objects: &[Value]) -> Value {
    json!({
        "task": task,
        "conversation": [],
        "objects": objects,
        "holding": null,
        "history": [],
        "rejection": null,
        "must_act": false,
    })
}

/// The same with some of its fields changed.
fn with(mut situation: Value, fields: Value) -> Value {
    let (Value::Object(all), Value::Object(fields)) = (&mut situation, fields) else {
        unreachable!("both are objects");
    };
    all.extend(fields);
    situation
}

fn receiving(relations: &[&str]) -> Vec<String> {
    let all = relations.iter().chain(&BESIDE);
    all.map(|relation| (*relation).to_owned()).collect()
}

fn cube(name: &str, x: u16) -> Value {
    json!({
        "name": name,
        "point": [512, x],
        "position": [0.2, -0.05, 0.015],
        "size": 0.03,
        "reachable": true,
        "rests": null,
        "affords": ["pick", "push", "point"],
        "receives": receiving(&["on"]),
    })
}

fn bowl() -> Value {
    json!({
        "name": "blue bowl",
        "point": [430, 702],
        "position": [0.21, 0.12, 0.02],
        "size": 0.11,
        "reachable": true,
        "rests": null,
        "affords": ["push", "point"],
        "receives": receiving(&["in", "on"]),
    })
}

fn far_ball() -> Value {
    json!({
        "name": "green ball",
        "point": [301, 115],
        "position": [0.42, -0.2, 0.016],
        "size": 0.032,
        "reachable": false,
        "rests": null,
        "affords": [],
        "receives": [],
    })
}

fn table() -> Vec<Value> {
    vec![bowl(), cube("red cube", 340)]
}

#[test]
fn what_is_asked_of_a_picture() {
    pin(
        "perceive.compact.txt",
        &prompt::perception_prompt(PromptStyle::Compact),
    );
    pin(
        "perceive.full.txt",
        &prompt::perception_prompt(PromptStyle::Full),
    );
    pin(
        "perceive.schema.json",
        &grammar::detections_schema().to_string(),
    );
    pin("marks.txt", &prompt::marked_perception_prompt(3));
    pin(
        "marks.schema.json",
        &grammar::marked_objects_schema(3).to_string(),
    );
}

#[test]
fn nothing_is_held() {
    pin_plan(
        "nothing_held",
        situation("Put the red cube in the blue bowl.", &table()),
    );
}

#[test]
fn something_is_held() {
    let seen = situation("put the red cube in the blue bowl", &[bowl(), far_ball()]);
    let picked = json!({"skill": "pick", "object": "red cube", "verdict": "yes", "reason": ""});
    pin_plan(
        "held",
        with(seen, json!({"holding": "red cube", "history": [picked]})),
    );
}

#[test]
fn something_cannot_be_reached_and_something_is_barred() {
    let objects = [far_ball(), bowl(), cube("red cube", 340)];
    let infeasibilities = json!([
        {"object": "red cube", "skill": "pick", "reason": "the shelf is in the way"},
        {"object": "red cube", "skill": "push", "reason": "the shelf is in the way"},
        {"object": "red cube", "skill": "point", "reason": "the lid is in the way"},
        {"object": "blue bowl", "skill": "place", "relation": "in", "reason": "the lid is in the way"},
    ]);
    pin_plan(
        "unreachable",
        with(
            situation("put the green ball on the red cube", &objects),
            json!({"hindrances": infeasibilities}),
        ),
    );
}

#[test]
fn steps_have_failed_and_an_answer_was_rejected() {
    let outcome = |skill: &str, fields: Value, verdict: &str, reason: &str| {
        let outcome = json!({"skill": skill, "verdict": verdict, "reason": reason});
        with(outcome, fields)
    };
    let history = [
        outcome("home", json!({}), "yes", ""),
        outcome("point", json!({"object": "blue bowl"}), "yes", ""),
        outcome(
            "pick",
            json!({"object": "red cube"}),
            "no",
            "the gripper closed on nothing",
        ),
        outcome("pick", json!({"object": "red cube"}), "yes", ""),
        outcome(
            "place",
            json!({"object": "red cube", "relation": "in", "target": "blue bowl"}),
            "no",
            "it is not in the blue bowl",
        ),
        outcome(
            "push",
            json!({"object": "red cube", "direction": "closer"}),
            "refused",
            "no way to push the red cube",
        ),
        outcome(
            "pick",
            json!({"object": "red cube"}),
            "unknown",
            "nobody can see it",
        ),
    ];
    let fields = json!({
        "history": history,
        "rejection": "the plan has no steps",
        "changes": ["the blue bowl was moved 4 cm by someone else"],
        "must_act": true,
    });
    let seen = situation("put the red cube in the blue bowl", &table());
    pin_plan("feedback", with(seen, fields));
}

#[test]
fn the_instruction_is_chinese() {
    pin_plan("chinese", situation("把红色方块放到蓝色碗里。", &table()));
    pin_plan("chinese_spatial", situation("拿起最左边的方块", &table()));
}

#[test]
fn an_earlier_task_is_referred_to() {
    let fields = json!({
        "conversation": [
            {"task": "Point to the red cube!", "replies": ["There."]},
            {"task": "which\nbowl?", "replies": []},
        ],
    });
    let seen = situation("now put it in the bowl", &table());
    pin_plan("chat", with(seen, fields));
}

#[test]
fn a_question_is_asked() {
    pin_plan("question", situation("is there a red cube?", &table()));
    pin_plan("location", situation("Where is the red cube?", &table()));
}

#[test]
fn spatial_words_are_used() {
    let mut inside = cube("green cube", 710);
    inside["rests"] = json!(["in", "blue bowl"]);
    let objects = [bowl(), cube("red cube", 340), inside];
    pin_plan(
        "spatial",
        situation(
            "take the cube nearest to the blue bowl and put it left of the red cube",
            &objects,
        ),
    );
}

#[test]
fn nothing_is_seen() {
    pin_plan("nothing_seen", situation("tidy up", &[]));
}
