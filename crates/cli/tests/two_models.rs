//! One model sees and another plans, by the command line and by launch files; who did what is kept,
//! and either can be asked again.

use std::fs;
use std::sync::mpsc::Receiver;

use enact_recording::Recording;
use serde_json::json;

mod program;

use program::chat_server::{Asked, chat_server};
use program::{enact, object, repository_root, run, status, stderr, stdout};

const TASK: &str = "point to the red cube";
const PLAN: &str = r#"{"steps":[{"skill":"point","object":"red cube"},{"skill":"done"}]}"#;

/// A server whose model answers a request of these words and perhaps a picture.
fn server(answer: fn(&str, Option<Vec<u8>>) -> String) -> (String, Receiver<Asked>) {
    chat_server(move |asked| answer(&asked.words, asked.pictures.first().cloned()))
}

/// Points at what is red, and at nothing else.
fn eyes(_: &str, picture: Option<Vec<u8>>) -> String {
    let picture = picture.expect("whoever is asked to look gets a picture");
    let picture = image::load_from_memory(&picture).unwrap().to_rgb8();
    let is_red = |[r, g, b]: [u8; 3]| r > 100 && u16::from(r) > 2 * u16::from(g.max(b));
    let red = picture.enumerate_pixels().filter(|it| is_red(it.2.0));
    let (mut x, mut y, mut count) = (0, 0, 0);
    for (column, row, _) in red {
        (x, y, count) = (x + column, y + row, count + 1);
    }
    let thousandths = |sum: u32, side: u32| 1000 * sum / (count * side);
    let point = [
        thousandths(y, picture.height()),
        thousandths(x, picture.width()),
    ];
    json!([{"point": point, "label": "red cube"}]).to_string()
}

fn plans(words: &str, _: Option<Vec<u8>>) -> String {
    assert!(words.starts_with("You plan for a robot arm"), "{words}");
    PLAN.to_owned()
}

fn never(words: &str, _: Option<Vec<u8>>) -> String {
    panic!("nobody is to be asked: {words}")
}

fn all(asked: &Receiver<Asked>) -> Vec<Asked> {
    asked.try_iter().collect()
}

#[test]
fn one_model_sees_and_another_plans() {
    let (eyes, seen) = server(eyes);
    let (planner, planned) = server(plans);
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("run.mcap").display().to_string();
    let models = ["--perceive", &eyes, "--plan-with", &planner];
    let more = [
        "--record",
        &record,
        "--json",
        "--key-env",
        "ONE",
        "--plan-key-env",
        "OTHER",
    ];
    let mut command = enact(&[&["run", TASK][..], &models, &more].concat());
    let output = command.env("ONE", "1").env("OTHER", "2").output().unwrap();
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let told = &object(&output)["model"];
    assert_eq!(
        (&told["name"], &told["planner"]),
        (&json!(eyes), &json!(planner))
    );
    let (seen, planned) = (all(&seen), all(&planned));
    assert!(
        !seen.is_empty()
            && seen
                .iter()
                .all(|it| !it.pictures.is_empty() && it.key == "Bearer 1")
    );
    assert!(!planned.is_empty() && planned.iter().all(|it| it.key == "Bearer 2"));
    assert!(
        seen.iter().all(|it| !it.words.contains("Task:")),
        "{seen:?}"
    );

    let info = Recording::open(record.as_ref())
        .unwrap()
        .run_info()
        .unwrap()
        .model;
    assert_eq!(info.name, eyes);
    assert_eq!(info.planner.unwrap().name, planner);
    let shown = run(&["runs", "show", &record]);
    assert!(
        stdout(&shown).contains(&format!("planner  {planner}")),
        "{shown:?}"
    );
}

#[test]
fn either_model_can_be_replaced_when_a_run_is_put_to_them_again() {
    let (eyes, seen) = server(eyes);
    let (planner, planned) = server(plans);
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("run.mcap").display().to_string();
    let models = ["--perceive", &eyes, "--plan-with", &planner];
    let output = run(&[&["run", TASK, "--record", &record][..], &models].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let (looks, plans_then) = (all(&seen).len(), all(&planned).len());
    let reask = |more: &[&str]| {
        let output = run(&[&["replay", &record, "--reask", "--json"][..], more].concat());
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        object(&output)
    };
    let told = reask(&[]);
    assert_eq!(told["looks"], looks);
    assert_eq!(told["same_plans"], plans_then);
    assert_eq!((all(&seen).len(), all(&planned).len()), (looks, plans_then));

    let (other, asked) = server(plans);
    let told = reask(&["--plan-with", &other]);
    assert_eq!(told["model"], format!("{eyes} and {other}"));
    assert_eq!(all(&asked).len(), plans_then);
    assert_eq!((all(&seen).len(), all(&planned).len()), (looks, 0));

    let (other, asked) = server(self::eyes);
    reask(&["--perceive", &other]);
    assert_eq!(all(&asked).len(), looks);
    assert_eq!((all(&seen).len(), all(&planned).len()), (0, plans_then));

    for unasked in [
        &["--plan-with", &other][..],
        &["--tools"],
        &["--think", "64"],
    ] {
        let output = run(&[&["replay", &record][..], unasked].concat());
        assert_eq!(status(&output), 2);
        assert!(stderr(&output).contains("--reask"), "{}", stderr(&output));
    }
    assert_eq!(all(&asked).len(), 0);
}

#[test]
fn a_launch_file_chooses_both() {
    let (eyes, seen) = server(eyes);
    let (planner, planned) = server(plans);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let launch = |model: &str, more: &str, arguments: &[&str]| {
        let text = fs::read_to_string(repository_root().join("launch/sim.toml")).unwrap();
        let text = text.replace("model = \"models/tabletop\"\n", model);
        fs::write(&file, format!("{text}\n{more}\n")).unwrap();
        let all = ["run", TASK, "--launch", file.to_str().unwrap()];
        let mut command = enact(&[&all[..], arguments].concat());
        command.env("MINE", "3").output().unwrap()
    };
    let roles = format!(
        "[perception]\nmodel = \"{eyes}\"\n[planning]\nmodel = \"{planner}\"\n\
         [planning.server]\nkey_env = \"MINE\"\ntime_limit_s = 60"
    );
    let output = launch("", &roles, &[]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(all(&seen).iter().all(|it| it.key.is_empty()));
    let asked = all(&planned);
    assert!(!asked.is_empty() && asked.iter().all(|it| it.key == "Bearer 3"));

    // The command line has the last word, for one of them or for both.
    let (other, instead) = server(plans);
    let output = launch("", &roles, &["--plan-with", &other]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(!all(&seen).is_empty() && all(&planned).is_empty());
    assert!(!all(&instead).is_empty());

    let output = launch("", "[planning]\nmodel = \"m:1\"", &[]);
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains("no model looks at pictures"),
        "{}",
        stderr(&output)
    );
    for (wrong, named) in [
        ("", "no `model` is chosen"),
        ("[perception]\nscore_steps = true", "belong into [planning]"),
        (
            "[planning.local]\ntime_limit_s = 0",
            "[planning.local] time_limit_s",
        ),
        ("[local]\nisq = \"Q9\"", "Q4K"),
        ("[local]\ndevice = \"tpu\"", "tpu"),
    ] {
        let output = launch("", wrong, &[]);
        assert_eq!(status(&output), 2, "{wrong}");
        assert!(
            stderr(&output).contains(named),
            "{wrong}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_file_plans_for_a_model_that_sees_and_a_model_plans_on_the_truth() {
    let (eyes, seen) = server(eyes);
    let (nobody, unasked) = server(never);
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.json");
    fs::write(&plan, PLAN).unwrap();
    let output = run(&[
        "run",
        TASK,
        "--plan",
        plan.to_str().unwrap(),
        "--perceive",
        &eyes,
        "--plan-with",
        &nobody,
    ]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(!all(&seen).is_empty() && all(&unasked).is_empty());

    let (planner, planned) = server(plans);
    let output = run(&[
        "run",
        TASK,
        "--perception",
        "ground-truth",
        "--perceive",
        &nobody,
        "--plan-with",
        &planner,
    ]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(!all(&planned).is_empty() && all(&unasked).is_empty());
}

#[test]
fn the_model_that_ships_sees_for_a_server_that_plans() {
    let (planner, planned) = server(plans);
    let output = run(&[
        "run",
        TASK,
        "--model",
        "models/tabletop",
        "--plan-with",
        &planner,
    ]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let asked = all(&planned);
    assert!(!asked.is_empty() && asked.iter().all(|it| it.words.contains("red cube at (")));
}

#[test]
fn steps_are_scored_in_process_only_and_on_devices_that_are_there() {
    let (planner, planned) = server(plans);
    let truth = ["run", TASK, "--perception", "ground-truth"];
    let output = run(&[&truth[..], &["--plan-with", &planner, "--score-steps"]].concat());
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains("in this process"),
        "{}",
        stderr(&output)
    );
    assert!(all(&planned).is_empty());
    if !cfg!(feature = "cuda") {
        let output = run(&[&truth[..], &["--device", "cuda"]].concat());
        assert_eq!(status(&output), 2);
        assert!(
            stderr(&output).contains("--features cuda"),
            "{}",
            stderr(&output)
        );
    }
}
