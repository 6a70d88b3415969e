//! Goals on tables of a line each, and a hand that carries steps out as they are meant.

use enact_types::NormalizedPoint;

use super::*;
use crate::meaning::tests::parse_table;
use crate::outcome::{Outcome, Verdict};
use crate::replies::Language;
use crate::situation::{Infeasibility, ObjectView};
use crate::skills::{Skill, Step};
use crate::spatial_relations::Relation;
use crate::step::Plan;
use crate::veto::Veto;

/// A table such as `red cube; yellow ball in blue bowl`, and what is wanted of it.
pub(crate) fn situation(line: &str, instruction: &str) -> Situation {
    Situation {
        instruction: instruction.to_owned(),
        objects: parse_table(line),
        ..Situation::default()
    }
}

/// Carries steps out as they are meant; what is put beside something stands a hand's breadth away.
pub(crate) fn carry_out(situation: &mut Situation, steps: &[Step]) {
    for step in steps {
        let named = |name: &str| situation.objects.iter().position(|it| it.name == name);
        match step {
            Step::Pick(pick) => {
                let at = named(&pick.object).expect("what is picked up is seen");
                HELD.with_borrow_mut(|held| *held = Some(situation.objects.remove(at)));
                situation.holding = Some(pick.object.clone());
            }
            Step::Place(place) => {
                let target = situation.objects[named(&place.target).unwrap()].clone();
                let thing = HELD
                    .take()
                    .unwrap_or_else(|| parse_table(&place.object).remove(0));
                situation.objects.push(put(thing, place.relation, &target));
                situation.holding = None;
            }
            _ => {}
        }
        situation.history.push(Outcome {
            step: step.clone(),
            verdict: Verdict::Yes,
            reason: String::new(),
        });
    }
}

thread_local! {
    static HELD: std::cell::RefCell<Option<ObjectView>> = const { std::cell::RefCell::new(None) };
}

fn put(thing: ObjectView, relation: Relation, target: &ObjectView) -> ObjectView {
    let (mut point, mut position) = (target.point, target.position);
    let step = |from: u16, by: i32| u16::try_from(i32::from(from) + by).unwrap_or(0);
    let (right, closer) = match relation {
        Relation::LeftOf => (-60, 0),
        Relation::RightOf | Relation::NextTo => (60, 0),
        Relation::InFrontOf => (0, 60),
        Relation::Behind => (0, -60),
        Relation::In | Relation::On => (0, 0),
    };
    point = NormalizedPoint {
        x: step(point.x, right),
        y: step(point.y, closer),
    };
    position.y -= 0.001 * f64::from(right);
    position.x -= 0.001 * f64::from(closer);
    ObjectView {
        point,
        position,
        rests: (!relation.is_beside()).then(|| (relation, target.name.clone())),
        ..thing
    }
}

fn goal(text: &str, situation: &Situation) -> Goal {
    Goal::parse(&format!("{{\"goal\":[{text}]}}"), situation).unwrap()
}

/// The steps to a goal, in words.
fn found(situation: &Situation, goal: &Goal) -> String {
    let steps = find_steps(goal, &Table::from_situation(situation)).unwrap();
    Plan { steps }.to_string()
}

/// Searches, carries the steps out, and expects the goal to be seen.
fn reached(line: &str, text: &str) -> String {
    let mut situation = situation(line, "");
    let goal = goal(text, &situation);
    assert!(
        !Table::from_situation(&situation).satisfies_goal(&goal),
        "{line}: {goal}"
    );
    let words = found(&situation, &goal);
    let steps = find_steps(&goal, &Table::from_situation(&situation)).unwrap();
    carry_out(&mut situation, &steps);
    assert!(
        Table::from_situation(&situation).satisfies_goal(&goal),
        "{line}: {words}"
    );
    words
}

fn why_not(situation: &Situation, goal: &Goal) -> String {
    let table = Table::from_situation(situation);
    let stuck = find_steps(goal, &table).unwrap_err();
    obstacle::explain_unreachable_goal(goal, &table, stuck, Language::English)
}

const EMPTY: &str =
    r#"{"fact":"nothing","kind":"thing","except":[],"relation":"in","other":"blue bowl"}"#;

#[test]
fn a_bowl_is_emptied_and_what_comes_out_stands_beside_it() {
    assert_eq!(
        reached("red cube in blue bowl; green tray", EMPTY),
        "pick red cube, then place red cube next to blue bowl"
    );
    let words = reached(
        "red cube in blue bowl; yellow ball in blue bowl; pink bowl",
        EMPTY,
    );
    assert_eq!(words.matches("next to blue bowl").count(), 2, "{words}");
}

#[test]
fn what_is_in_the_hand_does_not_lie_elsewhere_yet() {
    let mut situation = situation("red ball in blue bowl; green tray", "");
    let goal = goal(EMPTY, &situation);
    carry_out(&mut situation, &[Step::pick_step("red ball")]);
    assert!(!Table::from_situation(&situation).satisfies_goal(&goal));
    assert!(found(&situation, &goal).starts_with("place red ball next to"));
}

#[test]
fn everything_but_one_goes_on_the_tray() {
    let text = r#"{"fact":"every","kind":"thing","except":["red cube"],"relation":"on","other":"green tray"}"#;
    let words = reached(
        "red cube; blue cube; yellow ball; green tray; pink bowl",
        text,
    );
    assert_eq!(
        words,
        "pick blue cube, then place blue cube on green tray, \
         then pick yellow ball, then place yellow ball on green tray"
    );
}

#[test]
fn many_things_are_found_without_a_long_search() {
    let line: Vec<String> = (2..14).map(|number| format!("red cube {number}")).collect();
    let text = r#"{"fact":"every","kind":"cube","except":[],"relation":"on","other":"green tray"}"#;
    let words = reached(&format!("{}; green tray", line.join("; ")), text);
    assert_eq!(words.matches("place").count(), 12);
}

#[test]
fn what_lies_on_top_goes_first() {
    let mut situation = situation("red cube; blue cube; blue bowl", "");
    situation.objects[1].rests = Some((Relation::On, "red cube".to_owned()));
    let goal = goal(
        r#"{"fact":"is","object":"red cube","relation":"in","other":"blue bowl"}"#,
        &situation,
    );
    let words = found(&situation, &goal);
    assert!(
        words.starts_with("pick blue cube, then place blue cube next to"),
        "{words}"
    );
    assert!(words.ends_with("place red cube in blue bowl"), "{words}");
}

#[test]
fn what_is_held_is_put_down_first() {
    let mut situation = situation("red cube; blue bowl", "");
    situation.holding = Some("green ball".to_owned());
    let goal = goal(
        r#"{"fact":"is","object":"red cube","relation":"in","other":"blue bowl"}"#,
        &situation,
    );
    let words = found(&situation, &goal);
    assert!(words.starts_with("place green ball next to"), "{words}");
    let held = super::tests::goal(r#"{"fact":"held","object":"green ball"}"#, &situation);
    assert!(Table::from_situation(&situation).satisfies_goal(&held));
    let free = super::tests::goal(r#"{"fact":"hand_empty"}"#, &situation);
    assert_eq!(found(&situation, &free).matches("place").count(), 1);
}

#[test]
fn sides_are_seen_and_a_thing_that_cannot_move_is_moved_around() {
    let left = r#"{"fact":"is","object":"red cube","relation":"left of","other":"blue bowl"}"#;
    let words = reached("green tray; blue bowl; red cube", left);
    assert_eq!(
        words,
        "pick red cube, then place red cube left of blue bowl"
    );
    let around = r#"{"fact":"is","object":"blue bowl","relation":"left of","other":"red cube"}"#;
    let words = reached("red cube; blue bowl", around);
    assert_eq!(
        words,
        "pick red cube, then place red cube right of blue bowl"
    );
    let seen = situation("red cube; blue bowl", "");
    assert!(Table::from_situation(&seen).satisfies_goal(&goal(left, &seen)));
    let apart = r#"{"fact":"is_not","object":"red cube","relation":"next to","other":"blue bowl"}"#;
    let words = reached("red cube; blue bowl; green tray", apart);
    assert_eq!(
        words,
        "pick red cube, then place red cube next to green tray"
    );
}

#[test]
fn counts_are_met_by_as_few_as_it_takes() {
    let line = "red ball; blue ball; green ball; pink bowl; blue bowl";
    let two = r#"{"fact":"count","bound":"exactly","number":2,"kind":"ball","relation":"in","other":"pink bowl"}"#;
    assert_eq!(reached(line, two).matches("pick").count(), 2);
    let line = "red ball in pink bowl; blue ball in pink bowl; green ball; blue bowl";
    let most = two.replace("exactly", "at_most").replace('2', "1");
    assert_eq!(reached(line, &most).matches("pick").count(), 1);
}

#[test]
fn things_are_pointed_at_and_picked_up() {
    let both = r#"{"fact":"pointed","object":"blue bowl"},{"fact":"held","object":"red cube"}"#;
    let mut situation = situation("red cube; blue bowl", "");
    let goal = goal(both, &situation);
    let steps = find_steps(&goal, &Table::from_situation(&situation)).unwrap();
    carry_out(&mut situation, &steps);
    assert!(Table::from_situation(&situation).satisfies_goal(&goal));
    assert_eq!(steps.len(), 2);
}

#[test]
fn what_stands_in_the_way_is_said() {
    let put = r#"{"fact":"is","object":"red cube","relation":"in","other":"blue bowl"}"#;
    let mut far = situation("red cube; blue bowl", "");
    far.objects[0].reachable = false;
    assert_eq!(
        why_not(&far, &goal(put, &far)),
        "I cannot reach the red cube."
    );
    let mut full = situation("red cube; blue bowl", "");
    for relation in [Relation::In, Relation::On] {
        full.infeasibilities.push(Infeasibility {
            object: "blue bowl".to_owned(),
            skill: Skill::Place,
            relation: Some(relation),
            reason: "no place is free".to_owned(),
        });
    }
    assert_eq!(
        why_not(&full, &goal(put, &full)),
        "I cannot put anything in the blue bowl: no place is free."
    );
    let mut big = situation("red cube; blue bowl", "");
    big.objects[0].size = 0.2;
    assert_eq!(
        why_not(&big, &goal(put, &big)),
        "The red cube does not fit in the blue bowl."
    );
    let left_alone = situation(
        "red cube; blue bowl",
        "empty it but leave the red cube alone",
    );
    assert_eq!(
        why_not(&left_alone, &goal(put, &left_alone)),
        "The red cube is to be left alone."
    );
    let both = situation("red cube; blue cube", "");
    let knot = goal(
        r#"{"fact":"is","object":"red cube","relation":"on","other":"blue cube"},
           {"fact":"is","object":"blue cube","relation":"on","other":"red cube"}"#,
        &both,
    );
    assert!(why_not(&both, &knot).starts_with("I found no way"));
    let ball = situation("red cube; yellow ball", "");
    let on_ball = goal(
        r#"{"fact":"is","object":"red cube","relation":"on","other":"yellow ball"}"#,
        &ball,
    );
    assert_eq!(
        why_not(&ball, &on_ball),
        "I cannot put anything on the yellow ball."
    );
}

#[test]
fn a_step_that_was_refused_twice_is_not_proposed_again() {
    let put = r#"{"fact":"is","object":"red cube","relation":"in","other":"blue bowl"}"#;
    let mut situation = situation("red cube; blue bowl", "");
    let goal = goal(put, &situation);
    for _ in 0..2 {
        assert!(find_steps(&goal, &Table::from_situation(&situation)).is_ok());
        situation.history.push(Outcome {
            step: Step::pick_step("red cube"),
            verdict: Verdict::Refused,
            reason: String::new(),
        });
    }
    assert_eq!(why_not(&situation, &goal), "I cannot pick up the red cube.");
}

#[test]
fn what_a_rule_forbids_is_not_proposed_and_the_rule_is_named() {
    let veto = |step| Veto {
        step,
        rule: 6,
        reason: "it may roll away.".to_owned(),
    };
    let put = r#"{"fact":"is","object":"red cube","relation":"in","other":"blue bowl"}"#;
    let mut table = situation("red cube; blue bowl", "");
    let goal = super::tests::goal(put, &table);
    let way = found(&table, &goal);
    assert!(way.ends_with("in blue bowl"), "{way}");
    // On it is no other way: the arm would do the same.
    table.vetoes = vec![veto(Step::place_step(
        "Red cube",
        Relation::On,
        "blue bowl",
    ))];
    let why = why_not(&table, &goal);
    let way = "Rule 6 stands in the way of “place red cube";
    assert!(why.starts_with(way) && why.ends_with("blue bowl”: it may roll away."));
    // What is to be moved out of the way first may not be.
    let mut covered = situation("red cube; blue cube; blue bowl", "");
    covered.objects[1].rests = Some((Relation::On, "red cube".to_owned()));
    assert!(found(&covered, &goal).starts_with("pick blue cube"));
    covered.vetoes = vec![veto(Step::pick_step("blue cube"))];
    assert_eq!(
        why_not(&covered, &goal),
        "Rule 6 stands in the way of “pick blue cube”: it may roll away."
    );
    let seen = Table::from_situation(&covered);
    let stuck = find_steps(&goal, &seen).unwrap_err();
    let chinese = obstacle::explain_unreachable_goal(&goal, &seen, stuck, Language::Chinese);
    assert!(chinese.starts_with("规则6不允许"), "{chinese}");
    // Something else stands in the way, whatever the rule says.
    covered.objects[2].receives.clear();
    assert_eq!(
        why_not(&covered, &goal),
        "I cannot put anything in the blue bowl."
    );
}

#[test]
fn only_what_is_seen_can_be_written() {
    let situation = situation("red cube; blue bowl", "");
    for wrong in [
        r#"{"fact":"is","object":"red cube","relation":"in","other":"pink bowl"}"#,
        r#"{"fact":"is","object":"red cube","relation":"under","other":"blue bowl"}"#,
        r#"{"fact":"is","object":"red cube","relation":"in","other":"red cube"}"#,
        r#"{"fact":"is","object":"red cube","relation":"in","other":"blue bowl","speed":9}"#,
        r#"{"fact":"every","kind":"ball","except":[],"relation":"in","other":"blue bowl"}"#,
        r#"{"fact":"every","kind":"thing","except":["cat"],"relation":"in","other":"blue bowl"}"#,
        r#"{"fact":"thrown","object":"red cube"}"#,
    ] {
        let text = format!("{{\"goal\":[{wrong}]}}");
        assert!(Goal::parse(&text, &situation).is_err(), "{wrong}");
    }
    let schema = request::goal_schema(&situation).to_string();
    assert!(
        schema.contains(r#""enum":["red cube","blue bowl"]"#),
        "{schema}"
    );
    let nothing = request::goal_schema(&Situation::default()).to_string();
    assert!(
        !nothing.contains("\"is\"") && nothing.contains("hand_empty"),
        "{nothing}"
    );
    assert!(crate::grammar::longest_text_bytes(&request::goal_schema(&situation)).is_some());
}

#[test]
fn standing_goals_are_read_by_rules() {
    let read =
        |line: &str, words: &str| match StandingGoal::from_instruction(&situation(line, words)) {
            StandingGoal::Goal(goal) => goal.to_string(),
            StandingGoal::Unclear(text) => format!("“{text}”"),
        };
    let line = "red cube in blue bowl; yellow ball; green tray";
    for words in [
        "keep the blue bowl empty",
        "Empty the bowl!",
        "please keep the bowl clear",
    ] {
        assert_eq!(read(line, words), "no thing is in the blue bowl", "{words}");
    }
    assert_eq!(
        read(line, "keep the yellow ball on the green tray"),
        "the yellow ball is on the green tray"
    );
    assert_eq!(
        read(line, "put the cube in the tray, then the ball in the bowl"),
        "the red cube is on the green tray; the yellow ball is in the blue bowl"
    );
    assert!(read(line, "keep the red bowl empty").starts_with("“I do not see"));
    assert!(read("blue bowl; pink bowl", "keep the bowl empty").starts_with("“Which bowl"));
    assert!(read(line, "push the ball away").starts_with('“'));
    assert!(read(line, "do not touch anything").starts_with('“'));
    assert!(read(line, "be quiet").starts_with('“'));
}
