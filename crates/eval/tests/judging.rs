//! What comes of a plan is judged by physics and by what is said.

use std::sync::Arc;

use enact_eval::episode::{self, EpisodeAgent, EpisodeResult};
use enact_eval::episode_setup;
use enact_eval::outcome::{EpisodeOutcome, Fault};
use enact_eval::suite::Suite;
use enact_plan::{Plan, ScriptedPlanner};
use enact_runtime::{TaskEnd, TaskOptions};
use enact_testkit::{load_shipped_robot, read_shipped_file};

/// A red cube, a green cube and a blue bowl.
const TABLE: &str = r#"
objects = [
    { role = "red", shape = "cube", color = "red", at = [0.20, -0.10] },
    { role = "green", shape = "cube", color = "green", at = [0.22, 0.02] },
    { role = "bowl", shape = "bowl", color = "blue", at = [0.16, 0.14] },
]
"#;

/// Carries out a plan for a task at that table.
fn judged(task: &str, steps: &str) -> EpisodeResult {
    let head = "about = \"a test\"\nscene = \"mixed\"\nturns = 2\n[[tasks]]\nname = \"test\"\n";
    let suite = Suite::parse(&format!("{head}{task}\n{TABLE}")).unwrap();
    let robot = load_shipped_robot("so101");
    let base = read_shipped_file("scenes/mixed.toml");
    let setup = episode_setup::draw_random_episode(&suite, &base, &robot, 1, 0).unwrap();
    let plan = Plan::parse(&format!("{{\"steps\":[{steps}]}}")).unwrap();
    let mut planner = ScriptedPlanner::new(plan);
    let agent = EpisodeAgent::Planner(&mut planner);
    let options = TaskOptions::from_max_turns(suite.turns);
    episode::run(0, &setup, &Arc::clone(&robot), options, agent, Vec::new())
}

fn outcome(task: &str, steps: &str) -> EpisodeOutcome {
    judged(task, steps).outcome.unwrap()
}

fn put(object: &str, relation: &str, target: &str) -> String {
    format!(
        r#"{{"skill":"pick","object":"{object}"}},{{"skill":"place","object":"{object}","relation":"{relation}","target":"{target}"}}"#
    )
}

fn say(text: &str) -> String {
    format!(r#"{{"skill":"say","text":"{text}"}}"#)
}

const DONE: &str = r#"{"skill":"done"}"#;
const ASK: &str = r#"{"skill":"ask","question":"Which cube do you mean?"}"#;
const POINT: &str = r#"{"skill":"point","object":"red cube"}"#;

const WRONG_MOVE: EpisodeOutcome = EpisodeOutcome::Wrong(Fault::Moved);

#[test]
fn what_is_moved_is_right_in_part_or_wrong() {
    let both = "instructions = [\"put the cubes in the bowl\"]\n\
        goal = { and = [{ inside = [\"red\", \"bowl\"] }, { inside = [\"green\", \"bowl\"] }] }";
    let red = put("red cube", "in", "blue bowl");
    let half = judged(both, &format!("{red},{DONE}"));
    assert_eq!(half.outcome, Some(EpisodeOutcome::Wrong(Fault::InPart)));
    assert_eq!(
        (half.moved, half.ending),
        (vec!["red".to_owned()], Some(TaskEnd::Done))
    );
    assert_eq!(half.verdicts.len(), 2);
    assert!(half.pictures.is_some());
    let elsewhere = put("red cube", "on", "green cube");
    assert_eq!(outcome(both, &format!("{elsewhere},{DONE}")), WRONG_MOVE);
    let one = "instructions = [\"put the red cube in the bowl\"]\ngoal = { inside = [\"red\", \"bowl\"] }";
    let right = judged(one, &format!("{red},{DONE}"));
    assert_eq!(right.outcome, Some(EpisodeOutcome::Right));
    assert!(right.pictures.is_none());
    let green = put("green cube", "in", "blue bowl");
    assert_eq!(outcome(one, &format!("{green},{DONE}")), WRONG_MOVE);
    assert_eq!(outcome(one, DONE), EpisodeOutcome::Wrong(Fault::IdleDone));
    assert_eq!(outcome(one, ASK), EpisodeOutcome::Honest);
    assert_eq!(outcome(one, POINT), EpisodeOutcome::Wrong(Fault::Pointed));
}

#[test]
fn doing_it_or_asking_may_both_do() {
    let task = "instructions = [\"put a cube in the bowl\"]\nanswer = \"asked\"\n\
        goal = { or = [{ inside = [\"red\", \"bowl\"] }, { inside = [\"green\", \"bowl\"] }] }";
    assert_eq!(outcome(task, ASK), EpisodeOutcome::Right);
    let red = put("red cube", "in", "blue bowl");
    assert_eq!(
        outcome(task, &format!("{red},{DONE}")),
        EpisodeOutcome::Right
    );
    let not_asked = say("I cannot do that.");
    assert_eq!(outcome(task, &not_asked), EpisodeOutcome::Honest);
}

#[test]
fn states_on_the_way_count() {
    let task = "instructions = [\"put the red cube in the bowl and out again\"]\n\
        during = [{ inside = [\"red\", \"bowl\"] }]\ngoal = { on_table = \"red\" }";
    let (into, out) = (
        put("red cube", "in", "blue bowl"),
        put("red cube", "next to", "blue bowl"),
    );
    assert_eq!(
        outcome(task, &format!("{into},{out},{DONE}")),
        EpisodeOutcome::Right
    );
    assert_eq!(
        outcome(task, &format!("{out},{DONE}")),
        EpisodeOutcome::Wrong(Fault::InPart)
    );
    let never = "instructions = [\"put the red cube beside the bowl\"]\n\
        never = [{ inside = [\"red\", \"bowl\"] }]\ngoal = { near = [\"red\", \"bowl\"] }";
    assert_eq!(
        outcome(never, &format!("{out},{DONE}")),
        EpisodeOutcome::Right
    );
    assert_ne!(
        outcome(never, &format!("{into},{out},{DONE}")),
        EpisodeOutcome::Right
    );
}

#[test]
fn a_turn_in_place_is_a_motion() {
    let turn = r#"{"skill":"rotate","object":"red cube","degrees":45}"#;
    let wanted =
        "instructions = [\"turn the red cube by 45 degrees\"]\ngoal = { turned = [\"red\", 45] }";
    assert_eq!(
        outcome(wanted, &format!("{turn},{DONE}")),
        EpisodeOutcome::Right
    );
    let other = wanted.replace("45", "-45");
    assert_ne!(
        outcome(&other, &format!("{turn},{DONE}")),
        EpisodeOutcome::Right
    );
    let unwanted = "instructions = [\"go home\"]\nanswer = \"nothing\"";
    assert_eq!(outcome(unwanted, &format!("{turn},{DONE}")), WRONG_MOVE);
}

#[test]
fn pointing_beside_a_goal_is_judged_by_the_fingertips() {
    let task = "instructions = [\"put the green cube in the bowl and show me the red one\"]\n\
        goal = { inside = [\"green\", \"bowl\"] }\npointed = \"red\"";
    let green = put("green cube", "in", "blue bowl");
    let both = judged(task, &format!("{green},{POINT},{DONE}"));
    assert_eq!(
        both.outcome,
        Some(EpisodeOutcome::Right),
        "{:?}",
        both.pointed
    );
    assert_eq!(both.pointed, [["red"]]);
    assert_eq!(
        outcome(task, &format!("{green},{DONE}")),
        EpisodeOutcome::Wrong(Fault::InPart)
    );
    let other = task
        .replace("pointed = \"red\"", "pointed = \"green\"")
        .replace("goal", "# goal");
    assert_eq!(
        outcome(&other, &format!("{POINT},{DONE}")),
        EpisodeOutcome::Wrong(Fault::Pointed)
    );
}

#[test]
fn words_are_held_against_the_table() {
    let task = "instructions = [\"number the cubes\"]\nanswer = \"said\"\n\
        says = \"{count.cube}\"\nnever_says = \"{other_count.cube}\"";
    assert_eq!(
        outcome(task, &say("I see two cubes.")),
        EpisodeOutcome::Right
    );
    assert_eq!(
        outcome(task, &say("I see some cubes.")),
        EpisodeOutcome::Honest
    );
    let false_words = EpisodeOutcome::Wrong(Fault::FalseWords);
    for said in [
        "There are 3 cubes.",
        "I do not see any cube.",
        "I see 2 cubes and a green ball.",
    ] {
        assert_eq!(outcome(task, &say(said)), false_words, "{said}");
    }
    let kinds = task.replace(
        "says = \"{count.cube}\"",
        "reply = [\"cannot\", \"missing ball\"]",
    );
    assert_eq!(
        outcome(&kinds, &say("I cannot count.")),
        EpisodeOutcome::Right
    );
    assert_eq!(outcome(&kinds, &say("Hello.")), EpisodeOutcome::Honest);
}
