//! Whole tasks in parts, on tables that change as steps are carried out.

use super::*;
use crate::goal::tests::{carry_out, situation};
use crate::situation::Situation;
use crate::strategy::goal_first::GoalFirst;
use crate::strategy::mock::{self, MockModel};
use crate::strategy::{LayeredPlanner, Strategy};

const TASK: &str = "put the cube in the bowl and the ball in the tray";
const OUTLINE: &str = r#"{"outline":["put the cube in the bowl","put the ball in the tray"]}"#;
const CUBE: &str = r#"{"lasts":true,"goal":[{"fact":"is","object":"red cube","relation":"in","other":"blue bowl"}]}"#;
const BALL: &str = r#"{"lasts":true,"goal":[{"fact":"is","object":"yellow ball","relation":"in","other":"green tray"}]}"#;
const PUT_CUBE: &str = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"place","object":"red cube","relation":"in","target":"blue bowl"},{"skill":"done"}]}"#;
const PUT_BALL: &str = r#"{"steps":[{"skill":"pick","object":"yellow ball"},{"skill":"place","object":"yellow ball","relation":"in","target":"green tray"},{"skill":"done"}]}"#;

fn table() -> Situation {
    situation("red cube; yellow ball; blue bowl; green tray", TASK)
}

fn planner(plans: &[&str], replies: &[&str]) -> LayeredPlanner<MockModel> {
    let model = MockModel::planning(plans).replying(replies);
    mock::planner_with_method(model, Decompose::default())
}

fn turn(planner: &mut LayeredPlanner<MockModel>, situation: &mut Situation) -> String {
    let response = mock::ask_for_plan(planner, situation);
    let plan = match response.parsed {
        Ok(plan) => plan,
        Err(rejection) => return format!("rejected: {rejection}"),
    };
    assert_eq!(Plan::parse(&response.completion).unwrap(), plan);
    carry_out(situation, &plan.steps);
    plan.to_string()
}

#[test]
fn parts_are_done_in_order_and_only_the_end_says_so() {
    let mut table = table();
    let mut planner = planner(&[PUT_CUBE, PUT_BALL], &[OUTLINE, CUBE, BALL]);
    let put = |what: &str, where_to: &str| format!("pick {what}, then place {what} in {where_to}");
    assert_eq!(turn(&mut planner, &mut table), put("red cube", "blue bowl"));
    // What a part needs is asked for when its turn has come.
    assert_eq!(planner.model().asked.len(), 2);
    assert_eq!(
        turn(&mut planner, &mut table),
        put("yellow ball", "green tray")
    );
    assert_eq!(turn(&mut planner, &mut table), "done");
    let model = planner.model();
    assert_eq!((model.asked.len(), model.situations.len()), (3, 2));
    let note = &model.situations[1].notes[0].text;
    assert!(
        note.contains("put the ball in the tray (part 2 of 2)"),
        "{note}"
    );
    assert!(
        note.contains("the yellow ball is in the green tray"),
        "{note}"
    );
}

#[test]
fn what_is_done_already_is_not_done_again() {
    let mut table = situation("red cube in blue bowl; yellow ball; green tray", TASK);
    let mut planner = planner(&[PUT_BALL], &[OUTLINE, CUBE, BALL]);
    let plan = turn(&mut planner, &mut table);
    assert!(!plan.contains("red cube"), "{plan}");
    assert_eq!(turn(&mut planner, &mut table), "done");
    assert_eq!(planner.model().situations.len(), 1);
}

#[test]
fn what_came_undone_is_noticed_and_done_again() {
    let mut table = table();
    let mut planner = planner(&[PUT_CUBE, PUT_CUBE, PUT_BALL], &[OUTLINE, CUBE, BALL]);
    turn(&mut planner, &mut table);
    // It is seen to be done once.
    let mut meanwhile = table.clone();
    let cube = meanwhile
        .objects
        .iter()
        .position(|it| it.name == "red cube")
        .unwrap();
    assert!(meanwhile.objects[cube].rests.is_some());
    let response = mock::ask_for_plan(&mut planner, &meanwhile);
    let told: Vec<&str> = response
        .exchanges
        .iter()
        .map(|it| it.text.as_str())
        .collect();
    assert!(
        told.iter().any(|text| text.starts_with("part 1 is done")),
        "{told:?}"
    );
    // Then somebody takes it out again.
    meanwhile.objects[cube].rests = None;
    let response = mock::ask_for_plan(&mut planner, &meanwhile);
    let told: Vec<&str> = response
        .exchanges
        .iter()
        .map(|it| it.text.as_str())
        .collect();
    assert!(
        told.iter()
            .any(|text| text.starts_with("part 1 came undone")),
        "{told:?}"
    );
    let note = &planner.model().situations[2].notes[0].text;
    assert!(note.contains("part 1 of 2"), "{note}");
}

#[test]
fn what_comes_undone_on_purpose_stays_done() {
    let mut table = table();
    let passing = CUBE.replace("true", "false");
    let mut planner = planner(&[PUT_CUBE, PUT_BALL], &[OUTLINE, &passing, BALL]);
    turn(&mut planner, &mut table);
    turn(&mut planner, &mut table);
    let cube = table.objects.iter_mut().find(|it| it.name == "red cube");
    cube.unwrap().rests = None;
    assert_eq!(turn(&mut planner, &mut table), "done");
}

#[test]
fn a_part_is_not_done_because_the_model_says_so() {
    let mut table = table();
    let mut planner = planner(&[r#"{"steps":[{"skill":"done"}]}"#], &[OUTLINE, CUBE, BALL]);
    let plan = turn(&mut planner, &mut table);
    assert!(
        plan.starts_with("rejected") && plan.contains("the red cube is in the blue bowl"),
        "{plan}"
    );
}

#[test]
fn a_part_that_cannot_be_seen_is_done_when_its_steps_are() {
    let mut table = situation(
        "red cube; yellow ball",
        "push the cube away, point to the ball",
    );
    let outline = r#"{"outline":["push the cube away","point to the ball"]}"#;
    let nothing = r#"{"lasts":false,"goal":[]}"#;
    let pushes =
        r#"{"steps":[{"skill":"push","object":"red cube","direction":"away"},{"skill":"done"}]}"#;
    let points = r#"{"steps":[{"skill":"point","object":"yellow ball"},{"skill":"done"}]}"#;
    let mut planner = planner(&[pushes, points], &[outline, nothing, "no idea"]);
    assert_eq!(turn(&mut planner, &mut table), "push red cube away");
    assert_eq!(turn(&mut planner, &mut table), "point to yellow ball");
    assert_eq!(turn(&mut planner, &mut table), "done");
}

#[test]
fn without_an_outline_the_task_is_planned_as_a_whole() {
    for reply in [
        "First the cube.",
        r#"{"outline":[]}"#,
        r#"{"outline":["  "]}"#,
    ] {
        let mut table = table();
        let mut planner = planner(&[PUT_CUBE], &[reply]);
        assert!(turn(&mut planner, &mut table).ends_with("done"), "{reply}");
        assert!(planner.model().situations[0].notes.is_empty());
        turn(&mut planner, &mut table);
        assert_eq!(planner.model().asked.len(), 1, "{reply}");
    }
}

#[test]
fn a_search_finds_the_steps_of_a_part() {
    let mut table = table();
    let model =
        MockModel::planning(&[r#"{"steps":[{"skill":"done"}]}"#]).replying(&[OUTLINE, CUBE, BALL]);
    let layers: Vec<Box<dyn Strategy>> = vec![
        Box::new(Decompose::default()),
        Box::new(GoalFirst::default()),
    ];
    let mut planner = LayeredPlanner::new(model, layers);
    let first = turn(&mut planner, &mut table);
    assert_eq!(first, "pick red cube, then place red cube in blue bowl");
    let second = turn(&mut planner, &mut table);
    assert_eq!(
        second,
        "pick yellow ball, then place yellow ball in green tray"
    );
    assert_eq!(turn(&mut planner, &mut table), "done");
    assert!(planner.model().situations.is_empty());
}

#[test]
fn a_part_that_a_critic_forbids_names_the_rule() {
    let model = MockModel::planning(&[PUT_CUBE]).replying(&[OUTLINE, CUBE, BALL]);
    let layers: Vec<Box<dyn Strategy>> = vec![
        Box::new(mock::critic_forbidding(&["pick red cube"])),
        Box::new(Decompose::default()),
        Box::new(GoalFirst::default()),
    ];
    let mut planner = LayeredPlanner::new(model, layers);
    let said = turn(&mut planner, &mut self::table());
    assert_eq!(
        said,
        "say “Rule 1 stands in the way of “pick red cube”: it is fragile.”"
    );
}
