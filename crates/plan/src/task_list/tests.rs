use super::rules::{RemainingWork, find_remaining_tasks};
use super::*;
use crate::goal::tests::{carry_out, situation};
use crate::situation::Situation;
use crate::skills::Step;
use crate::spatial_relations::Relation;

fn list(instructions: &[&str]) -> TaskList {
    let mut list = TaskList::new("tidy up");
    let instructions = instructions.iter().map(|it| (*it).to_owned()).collect();
    assert!(list.replace_open_tasks(instructions).is_empty());
    list
}

fn open(list: &TaskList) -> Vec<&str> {
    let open = list.tasks_in_state(TaskState::Open);
    open.map(|task| task.instruction.as_str()).collect()
}

#[test]
fn a_task_that_failed_twice_is_set_aside_and_stays_so() {
    let mut list = list(&["a", "b"]);
    let first = list.next_task_index().unwrap();
    list.mark_begun(first);
    assert!(!list.mark_failed(first, "it slipped"));
    assert_eq!(
        list.replace_open_tasks(vec!["a".to_owned(), "b".to_owned()]),
        []
    );
    let again = list.next_task_index().unwrap();
    assert_eq!(list.tasks[again].failures, 1);
    assert!(list.mark_failed(again, "it slipped"));
    let dropped = list.replace_open_tasks(vec!["a".to_owned(), "b".to_owned()]);
    assert_eq!(dropped.len(), 1);
    assert_eq!(open(&list), ["b"]);
    let aside: Vec<&Task> = list.tasks_in_state(TaskState::SetAside).collect();
    assert_eq!((aside.len(), aside[0].feedback.as_str()), (1, "it slipped"));
}

#[test]
fn what_was_begun_is_next_and_what_was_done_is_done_again_only_so_often() {
    let mut list = list(&["a", "b"]);
    list.mark_begun(1);
    let text = serde_json::to_string(&list).unwrap();
    assert_eq!(serde_json::from_str::<TaskList>(&text).unwrap(), list);
    assert_eq!(list.next_task_index(), Some(1));
    list.mark_done(1);
    assert_eq!(list.next_task_index(), Some(0));
    for times in 2..=TaskList::SUCCESSES_BEFORE_SET_ASIDE {
        list.replace_open_tasks(vec!["b".to_owned()]);
        assert_eq!(open(&list), ["b"]);
        let next = list.next_task_index().unwrap();
        list.mark_done(next);
        assert_eq!(
            list.tasks_in_state(TaskState::Done)
                .next()
                .unwrap()
                .successes,
            times
        );
    }
    assert_eq!(list.replace_open_tasks(vec!["b".to_owned()]).len(), 1);
    assert_eq!(list.next_task_index(), None);
}

#[test]
fn a_revised_list_keeps_to_the_new_order_and_to_its_length() {
    let mut list = list(&["a", "b"]);
    list.replace_open_tasks(vec!["c".to_owned(), "a".to_owned(), "c".to_owned()]);
    assert_eq!(open(&list), ["c", "a"]);
    let many: Vec<String> = (0..20).map(|number| format!("task {number}")).collect();
    assert_eq!(
        list.replace_open_tasks(many).len(),
        20 - TaskList::MAX_OPEN_TASKS
    );
}

#[test]
fn a_model_is_told_what_came_of_its_tasks_and_only_requests_are_taken() {
    let mut list = list(&["put the red cube in the blue bowl", "point to the ball"]);
    list.mark_failed(0, "the gripper closed\non nothing");
    list.mark_done(1);
    let text = request::prompt(&list, &situation("red cube; blue bowl", ""));
    for part in [
        "Goal: tidy up\n",
        "Failed: put the red cube in the blue bowl (the gripper closed on nothing)\n",
        "Done: point to the ball\n",
        "- blue bowl at (",
    ] {
        assert!(text.contains(part), "{part} is missing from {text}");
    }
    let answer =
        r#"{"tasks":["put the red cube\nin the bowl","what is red?","do not move"," … "]}"#;
    let (tasks, dropped) = request::parse_answer(answer).unwrap();
    assert_eq!(tasks, ["put the red cube in the bowl"]);
    assert_eq!(dropped.len(), 3, "{dropped:?}");
    assert!(request::parse_answer("I would tidy up.").is_err());
}

#[test]
fn rules_make_tasks_until_nothing_is_left() {
    let mut table = situation(
        "red cube in blue bowl; yellow ball in blue bowl; green tray",
        "",
    );
    let mut list = TaskList::new("keep the bowl empty");
    let RemainingWork::Tasks(tasks) = find_remaining_tasks(&mut list, &table) else {
        panic!("there is something to do");
    };
    assert_eq!(
        tasks,
        [
            "put the red cube next to the blue bowl",
            "put the yellow ball next to the blue bowl"
        ]
    );
    let steps = [
        Step::pick_step("red cube"),
        Step::place_step("red cube", Relation::NextTo, "blue bowl"),
    ];
    carry_out(&mut table, &steps);
    assert_eq!(
        find_remaining_tasks(&mut list, &table),
        RemainingWork::Tasks(vec![tasks[1].clone()])
    );
    // What was set aside is left where it is.
    list.replace_open_tasks(vec![tasks[1].clone()]);
    list.set_aside(0, "you said no");
    assert_eq!(
        find_remaining_tasks(&mut list, &table),
        RemainingWork::Tasks(Vec::new())
    );
}

#[test]
fn what_rules_do_not_understand_or_cannot_do_is_said() {
    let table = situation("red cube in blue bowl", "");
    let mut list = TaskList::new("make everything nice");
    assert!(matches!(
        find_remaining_tasks(&mut list, &table),
        RemainingWork::Unclear(_)
    ));
    let mut far: Situation = table;
    far.objects[1].reachable = false;
    let mut list = TaskList::new("keep the blue bowl empty");
    let name = far.objects[1].name.clone();
    assert_eq!(
        find_remaining_tasks(&mut list, &far),
        RemainingWork::Stuck(format!("I cannot reach the {name}."))
    );
}
