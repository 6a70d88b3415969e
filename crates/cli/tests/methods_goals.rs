//! `--goal-first` and `--decompose` through the program, on a simulated table.

use serde_json::json;

mod program;

use program::planner_server::serve;
use program::{PUT_CUBE_INSTRUCTION, object, run, status, stderr};

const GOAL: &str = r#"[{"fact":"is","object":"red cube","relation":"in","other":"blue bowl"}]"#;

fn is_about_the_goal(words: &str) -> bool {
    words.starts_with("You say what shall be true")
}

fn arguments<'a>(place: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let set_up = [
        "run",
        PUT_CUBE_INSTRUCTION,
        "--perception",
        "ground-truth",
        "--model",
        place,
        "--json",
    ];
    [&set_up[..], more].concat()
}

#[test]
fn a_goal_is_reached_by_search_and_seen_to_be_reached() {
    let (place, asked) = serve(|words| {
        assert!(is_about_the_goal(words), "no plan is asked for: {words}");
        Some(format!("{{\"goal\":{GOAL}}}"))
    });
    let output = run(&arguments(&place, &["--goal-first"]));
    let talk = stderr(&output);
    assert_eq!(status(&output), 0, "{talk}");
    let report = object(&output);
    assert_eq!(report["success"], true, "{talk}");
    // One turn for the deed, and one to see that it is done.
    assert!(report["turns"].as_u64().unwrap() >= 2, "{report}");
    assert!(
        talk.contains("goal-first  the red cube is in the blue bowl"),
        "{talk}"
    );
    assert_eq!(asked.try_iter().count(), 1);
}

/// Vetoes the steps of these words by rule 7, and allows all others.
fn judging(words: &str, forbidden: &[&str]) -> String {
    let steps = words.split("The plan:\n").nth(1).unwrap().lines();
    let steps = steps.map_while(|line| {
        let (number, step) = line.split_once(". ")?;
        Some((number.parse::<u32>().ok()?, step))
    });
    let verdicts: Vec<_> = steps
        .filter(|(_, step)| *step != "done")
        .map(|(number, step)| match forbidden.contains(&step) {
            true => json!({"step": number, "verdict": "veto", "rule": 7, "reason": "it may spill"}),
            false => json!({"step": number, "verdict": "allow", "rule": 0, "reason": ""}),
        })
        .collect();
    json!({"verdicts": verdicts, "revision": ""}).to_string()
}

#[test]
fn what_a_critic_forbids_the_search_does_in_no_other_words() {
    let told = |forbidden: &'static [&'static str]| {
        let (place, asked) = serve(move |words| {
            Some(match words.starts_with("You judge the plan") {
                true => judging(words, forbidden),
                false => {
                    assert!(is_about_the_goal(words), "no plan is asked for: {words}");
                    format!("{{\"goal\":{GOAL}}}")
                }
            })
        });
        let output = run(&arguments(&place, &["--goal-first", "--critic", "self"]));
        let goals = asked.try_iter().filter(|it| is_about_the_goal(it)).count();
        assert_eq!(goals, 1, "{}", stderr(&output));
        output
    };
    // On it is no way around: the arm would do the same.
    let output = told(&["place red cube in blue bowl"]);
    let report = object(&output);
    assert_eq!(status(&output), 1, "{report}");
    assert_eq!(report["steps"], json!([]));

    let output = told(&["pick red cube"]);
    let report = object(&output);
    assert_eq!(status(&output), 1, "{report}");
    assert_eq!(report["steps"], json!([]));
    assert_eq!(
        report["said"],
        json!(["Rule 7 stands in the way of “pick red cube”: it may spill."])
    );
}

#[test]
fn what_is_no_goal_leaves_the_plan_to_the_model() {
    let (place, _asked) = serve(|words| match is_about_the_goal(words) {
        true => Some("I would rather not say.".to_owned()),
        false => Some(program::PUT_CUBE_PLAN.to_owned()),
    });
    let output = run(&arguments(&place, &["--goal-first"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(
        stderr(&output).contains("planned without a goal"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_task_is_done_in_parts() {
    let (place, asked) = serve(|words| {
        Some(if words.starts_with("You take a task") {
            json!({"outline": [PUT_CUBE_INSTRUCTION, "point to the blue bowl"]}).to_string()
        } else if words.contains("What shall be true after part 1?") {
            format!("{{\"lasts\":true,\"goal\":{GOAL}}}")
        } else if words.contains("What shall be true after part 2?") {
            r#"{"lasts":true,"goal":[{"fact":"pointed","object":"blue bowl"}]}"#.to_owned()
        } else if words.contains("(part 1 of 2)") {
            program::PUT_CUBE_PLAN.to_owned()
        } else {
            assert!(words.contains("(part 2 of 2)"), "{words}");
            r#"{"steps":[{"skill":"point","object":"blue bowl"},{"skill":"done"}]}"#.to_owned()
        })
    });
    let output = run(&arguments(&place, &["--decompose"]));
    let talk = stderr(&output);
    assert_eq!(status(&output), 0, "{talk}");
    let report = object(&output);
    let skills: Vec<&str> = report["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["skill"].as_str())
        .collect();
    assert_eq!(skills, ["pick", "place", "point"], "{talk}");
    assert!(talk.contains("part 1 is done"), "{talk}");
    assert_eq!(asked.try_iter().count(), 5);

    // With a search for the steps, no plan is asked for.
    let (place, asked) = (place, asked);
    let output = run(&arguments(&place, &["--decompose", "--goal-first"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(asked.try_iter().count(), 3);
}
