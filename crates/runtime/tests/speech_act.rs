//! Instructions that ask for no action, with a planner that tries to move all the same.

use enact_plan::{CompositeAgent, ModelResponse, Plan, Planner, PlannerError, Situation};
use enact_runtime::{Event, Observer, TaskEnd, TaskOptions, TaskReport};
use enact_testkit::SimulatedTable;
use enact_types::Frame;

/// Number of motions of the arm.
#[derive(Default)]
struct Moves(u32);

impl Observer for Moves {
    fn observe(&mut self, event: &Event<'_>) {
        if matches!(event, Event::MotionStarted { .. }) {
            self.0 += 1;
        }
    }
}

/// Asks before it picks anything up.
struct Asking;

impl Planner for Asking {
    fn plan(
        &mut self,
        _: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        let text = match situation.conversation.is_empty() {
            true => ASK,
            false => PICK,
        };
        Ok(ModelResponse::from_parsed(
            text.to_owned(),
            Plan::parse(text).unwrap(),
        ))
    }
}

/// Runs an instruction on a table with a red cube and a blue bowl, with a planner that follows
/// `plan`.
fn run(instruction: &str, plan: &str) -> (TaskReport, u32) {
    let table = SimulatedTable::new(3);
    let mut moves = Moves::default();
    let mut session = table.session(
        table.ground_truth_agent_with_plan(plan),
        vec![Box::new(&mut moves)],
    );
    let report = session
        .run_task(instruction, TaskOptions::from_max_turns(3))
        .unwrap();
    drop(session);
    (report, moves.0)
}

const PICK: &str = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"done"}]}"#;
const ASK: &str = r#"{"steps":[{"skill":"ask","question":"Shall I pick up the red cube?"}]}"#;
const POINT: &str = r#"{"steps":[{"skill":"point","object":"red cube"},{"skill":"done"}]}"#;
const DENY: &str = r#"{"steps":[{"skill":"say","text":"I do not see a cube."},{"skill":"done"}]}"#;
const SILENT: &str = r#"{"steps":[{"skill":"done"}]}"#;

#[test]
fn what_is_forbidden_is_not_done_though_the_planner_insists() {
    for instruction in [
        "do not pick up the red cube",
        "leave the red cube alone",
        "I already picked up the red cube",
        "never mind, forget it",
        "不要拿红色方块",
    ] {
        let (report, moves) = run(instruction, PICK);
        assert_eq!(moves, 0, "{instruction}");
        assert!(!report.reports_success(), "{instruction}: {report:?}");
        assert_eq!(report.said.len(), 1, "{instruction}: {report:?}");
    }
}

#[test]
fn a_question_is_answered_in_words_that_are_true() {
    for plan in [PICK, POINT, DENY, SILENT] {
        let (report, moves) = run("is there a red cube on the table?", plan);
        assert_eq!((report.ending, moves), (TaskEnd::Answered, 0), "{plan}");
        let said = report.said.join(" ");
        assert!(
            said.contains("I see:") && said.contains("red cube"),
            "{said}"
        );
    }
}

#[test]
fn small_talk_is_answered_and_moves_nothing() {
    for (instruction, begins) in [
        ("hello there!", "Hello."),
        ("thanks, good job", "You are welcome."),
        ("ok", "All right."),
        ("谢谢", "不客气"),
    ] {
        let (report, moves) = run(instruction, PICK);
        assert_eq!((&report.ending, moves), (&TaskEnd::Answered, 0));
        assert!(report.said[0].starts_with(begins), "{report:?}");
    }
    let (report, moves) = run("hello, pick up the red cube", PICK);
    assert!(report.reports_success() && moves > 0, "{report:?}");
}

#[test]
fn ok_answers_a_question_of_the_robot() {
    let table = SimulatedTable::new(3);
    let agent = CompositeAgent {
        perceiver: table.ground_truth_agent_with_plan(PICK).perceiver,
        planner: Asking,
    };
    let mut session = table.session(agent, Vec::new());
    let options = TaskOptions::from_max_turns(3);
    let asked = session
        .run_task("help me a bit with the cube", options)
        .unwrap();
    assert_eq!(asked.ending, TaskEnd::Asked, "{asked:?}");
    let done = session.run_task("ok", options).unwrap();
    assert!(done.reports_success(), "{done:?}");
    assert_eq!(done.steps.len(), 1);
}

#[test]
fn pointing_answers_where_something_is() {
    let (report, moves) = run("where is the red cube?", POINT);
    assert!(report.reports_success() && moves > 0, "{report:?}");
    let (report, moves) = run("where is the red cube?", PICK);
    assert_eq!((report.ending, moves), (TaskEnd::Answered, 0));
}

#[test]
fn a_request_is_carried_out() {
    let (report, moves) = run("don't forget to pick up the red cube", PICK);
    assert!(report.reports_success() && moves > 0, "{report:?}");
}

#[test]
fn what_a_request_leaves_out_is_not_handled() {
    let instruction = "put everything in the bowl, but don't touch the red cube";
    let (report, _) = run(instruction, PICK);
    assert_eq!(report.steps, []);
    assert!(!report.reports_success());
    let said = report.said.join(" ");
    assert!(said.contains("red cube is not to be touched"), "{said}");
}
