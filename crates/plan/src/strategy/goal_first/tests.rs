//! Whole tasks with a model that writes only a goal, on tables that change as steps are carried out.

use super::*;
use crate::goal::tests::{carry_out, situation};
use crate::planner::Planner;
use crate::situation::Situation;
use crate::spatial_relations::Relation;
use crate::strategy::mock::{self, MockModel};
use crate::strategy::{EndedTask, LayeredPlanner};

const DO_NOTHING: &str = r#"{"steps":[{"skill":"done"}]}"#;
const EMPTY: &str = r#"{"goal":[{"fact":"nothing","kind":"thing","except":[],"relation":"in","other":"blue bowl"}]}"#;

/// A model that writes these goals, and whose own plans would do nothing.
fn planner(goals: &[&str]) -> LayeredPlanner<MockModel> {
    let model = MockModel::planning(&[DO_NOTHING]).replying(goals);
    mock::planner_with_method(model, GoalFirst::default())
}

/// Plans once and carries that out; returns the plan.
fn turn(planner: &mut LayeredPlanner<MockModel>, situation: &mut Situation) -> String {
    let response = mock::ask_for_plan(planner, situation);
    let plan = response.parsed.unwrap();
    assert_eq!(Plan::parse(&response.completion).unwrap(), plan);
    carry_out(situation, &plan.steps);
    plan.to_string()
}

#[test]
fn the_bowl_is_emptied_and_done_is_said_only_when_that_is_seen() {
    let mut table = situation(
        "red cube in blue bowl; yellow ball in blue bowl",
        "empty the bowl",
    );
    let mut planner = planner(&[EMPTY]);
    let first = turn(&mut planner, &mut table);
    assert_eq!(first.matches("place").count(), 2, "{first}");
    assert!(!first.contains("done"), "{first}");
    assert_eq!(turn(&mut planner, &mut table), "done");
    // The model was asked for the goal once, and never for a plan.
    assert_eq!(planner.model().asked.len(), 1);
    assert!(planner.model().asked[0].contains("Task: empty the bowl"));
    assert!(planner.model().situations.is_empty());
}

#[test]
fn everything_but_the_red_cube_goes_in_the_tray() {
    let task = "put everything but the red cube in the tray";
    let mut table = situation("red cube; blue cube; yellow ball; green tray", task);
    let mut planner = planner(&[
        r#"{"goal":[{"fact":"every","kind":"thing","except":["red cube"],"relation":"in","other":"green tray"}]}"#,
    ]);
    let plan = turn(&mut planner, &mut table);
    assert_eq!(plan.matches("green tray").count(), 2, "{plan}");
    assert!(!plan.contains("red cube"), "{plan}");
    assert_eq!(turn(&mut planner, &mut table), "done");
}

#[test]
fn what_comes_undone_in_between_is_noticed() {
    let mut table = situation(
        "red cube in blue bowl; yellow ball in blue bowl",
        "empty the bowl",
    );
    let mut planner = planner(&[EMPTY]);
    turn(&mut planner, &mut table);
    // Someone puts the cube back before the robot looks again.
    let cube = table.objects.iter_mut().find(|it| it.name == "red cube");
    cube.unwrap().rests = Some((Relation::In, "blue bowl".to_owned()));
    let response = mock::ask_for_plan(&mut planner, &table);
    let plan = response.parsed.unwrap();
    assert_eq!(
        plan.to_string(),
        "pick red cube, then place red cube next to blue bowl"
    );
    carry_out(&mut table, &plan.steps);
    assert_eq!(turn(&mut planner, &mut table), "done");

    // Once it was seen to hold, that it does not any more is said.
    let cube = table.objects.iter_mut().find(|it| it.name == "red cube");
    cube.unwrap().rests = Some((Relation::In, "blue bowl".to_owned()));
    let response = mock::ask_for_plan(&mut planner, &table);
    let told = response.exchanges.iter().map(|it| it.text.as_str());
    assert!(told.into_iter().any(|text| text.starts_with("came undone")));
}

#[test]
fn what_cannot_be_reached_is_said_and_nothing_moves() {
    let mut table = situation("red cube in blue bowl", "empty the bowl");
    let cube = table.objects.iter_mut().find(|it| it.name == "red cube");
    cube.unwrap().reachable = false;
    let plan = turn(&mut planner(&[EMPTY]), &mut table);
    assert_eq!(plan, "say “I cannot reach the red cube.”");
}

#[test]
fn what_was_meant_by_everything_is_not_forgotten_when_it_is_out_of_sight() {
    let mut table = situation("red cube; green tray", "put everything on the tray");
    let mut planner = planner(&[
        r#"{"goal":[{"fact":"every","kind":"thing","except":[],"relation":"on","other":"green tray"}]}"#,
    ]);
    turn(&mut planner, &mut table);
    table.objects.retain(|it| it.name != "red cube");
    let plan = turn(&mut planner, &mut table);
    assert_eq!(
        plan,
        "say “I lost sight of the red cube, so I cannot go on.”"
    );
}

#[test]
fn without_a_goal_the_model_plans_itself() {
    for reply in [
        r#"{"goal":[]}"#,
        "I would empty it.",
        r#"{"goal":[{"fact":"held","object":"cat"}]}"#,
    ] {
        let mut table = situation("red cube in blue bowl", "empty the bowl");
        let mut planner = planner(&[reply]);
        assert_eq!(turn(&mut planner, &mut table), "done", "{reply}");
        turn(&mut planner, &mut table);
        let model = planner.model();
        assert_eq!(
            (model.asked.len(), model.situations.len()),
            (1, 2),
            "{reply}"
        );
    }
}

#[test]
fn rules_come_first_and_questions_have_no_goal() {
    let table = situation("red cube in blue bowl", "empty the bowl");
    let mut model = MockModel::planning(&[DO_NOTHING]);
    model.understands = true;
    let mut planner = mock::planner_with_method(model, GoalFirst::default());
    mock::ask_for_plan(&mut planner, &table);
    assert!(planner.model().asked.is_empty());
    let mut planner =
        mock::planner_with_method(MockModel::planning(&[DO_NOTHING]), GoalFirst::default());
    mock::ask_for_plan(
        &mut planner,
        &situation("red cube", "what is on the table?"),
    );
    assert!(planner.model().asked.is_empty());
}

#[test]
fn a_plan_that_was_rejected_has_the_goal_asked_for_again() {
    let mut table = situation("red cube in blue bowl; pink bowl", "empty the bowl");
    let mut planner = planner(&[
        r#"{"goal":[{"fact":"is","object":"red cube","relation":"in","other":"pink bowl"}]}"#,
        EMPTY,
    ]);
    let first = mock::ask_for_plan(&mut planner, &table).parsed.unwrap();
    assert!(first.to_string().ends_with("in pink bowl"), "{first}");
    table.rejection = Some("the pink bowl is not to be used".to_owned());
    let second = mock::ask_for_plan(&mut planner, &table).parsed.unwrap();
    assert!(
        second.to_string().ends_with("next to blue bowl"),
        "{second}"
    );
    assert!(planner.model().asked[1].contains("the pink bowl is not to be used"));
}

/// The same with a critic around it that forbids these steps.
fn criticized(goal: &str, forbidden: &'static [&'static str]) -> LayeredPlanner<MockModel> {
    let model = MockModel::planning(&[DO_NOTHING]).replying(&[goal]);
    let layers: Vec<Box<dyn Strategy>> = vec![
        Box::new(mock::critic_forbidding(forbidden)),
        Box::new(GoalFirst::default()),
    ];
    LayeredPlanner::new(model, layers)
}

#[test]
fn the_search_goes_around_what_a_critic_forbids() {
    let goal = r#"{"goal":[{"fact":"count","bound":"at_least","number":1,"kind":"ball","relation":"in","other":"pink bowl"}]}"#;
    let balls = ["red ball", "blue ball"];
    for (forbidden, other) in [
        (&["pick red ball"], "blue ball"),
        (&["pick blue ball"], "red ball"),
    ] {
        let mut table = situation(
            "red ball; blue ball; pink bowl",
            "put a ball in the pink bowl",
        );
        let mut planner = criticized(goal, forbidden);
        let plan = turn(&mut planner, &mut table);
        assert!(plan.starts_with(&format!("pick {other}")), "{plan}");
        assert_eq!(turn(&mut planner, &mut table), "done");
        // It is another way to the same goal, and none of the model's.
        let model = planner.model();
        assert_eq!((model.asked.len(), model.situations.len()), (1, 0));
    }
    let mut table = situation(
        "red ball; blue ball; pink bowl",
        "put a ball in the pink bowl",
    );
    let plan = turn(&mut criticized(goal, &[]), &mut table);
    assert!(balls.iter().any(|it| plan.contains(it)), "{plan}");
}

#[test]
fn without_another_way_the_rule_is_named() {
    let goal =
        r#"{"goal":[{"fact":"is","object":"red cube","relation":"in","other":"blue bowl"}]}"#;
    let mut table = situation("red cube; blue bowl", "put the red cube in the blue bowl");
    let mut planner = criticized(goal, &["pick red cube"]);
    let plan = turn(&mut planner, &mut table);
    assert_eq!(
        plan,
        "say “Rule 1 stands in the way of “pick red cube”: it is fragile.”"
    );
    assert_eq!(planner.model().asked.len(), 1);
}

#[test]
fn the_same_words_after_a_task_that_is_over_are_another_task() {
    let table = situation("red cube in blue bowl; pink bowl", "empty the bowl");
    let mut planner = planner(&[EMPTY]);
    mock::ask_for_plan(&mut planner, &table);
    mock::ask_for_plan(&mut planner, &table);
    assert_eq!(planner.model().asked.len(), 1);
    let task = EndedTask {
        instruction: "empty the bowl",
        history: &[],
        rejection: None,
        said: &[],
        is_done: false,
    };
    planner.task_ended(&task).unwrap();
    mock::ask_for_plan(&mut planner, &table);
    assert_eq!(planner.model().asked.len(), 2);
}

#[test]
fn the_next_task_has_a_goal_of_its_own() {
    let mut table = situation("red cube in blue bowl; pink bowl", "empty the bowl");
    let mut planner = planner(&[EMPTY]);
    turn(&mut planner, &mut table);
    turn(&mut planner, &mut table);
    let mut next = situation("red cube in blue bowl; pink bowl", "empty the bowl");
    next.conversation.push(crate::ConversationTurn::default());
    mock::ask_for_plan(&mut planner, &next);
    assert_eq!(planner.model().asked.len(), 2);
}
