//! An evaluation that is split among machines, and put together again.

mod program;

use std::fs;
use std::path::Path;
use std::process::Output;

use program::{is_one_clear_error, repository_root, run, status, stderr, stdout};

/// Runs episodes of a suite with the planner that knows the goal.
fn eval(suite: &str, more: &[&str]) -> Output {
    let fixed = ["eval", suite, "--planner", "scripted"];
    let output = run(&[&fixed[..], more].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    output
}

/// Runs a shard into the folder of this name.
fn shard(root: &Path, name: &str, more: &[&str]) -> String {
    let folder = root.join(name).display().to_string();
    eval("core", &[&["--out", &folder][..], more].concat());
    folder
}

fn merge(folders: &[&str], more: &[&str]) -> Output {
    run(&[&["eval", "merge"][..], folders, more].concat())
}

/// What does not depend on how fast the machine is, byte for byte.
fn without_wall_times(json: &str) -> String {
    let (before, rest) = json.split_once("\"wall\":").unwrap();
    let (_, after) = rest.split_once('}').unwrap();
    format!("{before}{after}")
}

/// With one turn whatever is moved is lost, so that there are failures to show.
#[test]
fn an_evaluation_split_in_seven_is_the_one_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let fixed = ["--set", "turns=1", "--seed", "5", "--episodes", "10"];
    let eval = |more: &[&str]| eval("disturbed", &[&fixed[..], more].concat());
    let whole = eval(&["--out", &at("whole"), "--report", &at("page")]);
    let json = eval(&["--json"]);

    let mut folders = Vec::new();
    for index in [3, 1, 7, 2, 6, 5, 4] {
        let folder = at(&format!("shard {index}"));
        let part = eval(&["--shard", &format!("{index}/7"), "--out", &folder]);
        let talk = stderr(&part);
        assert!(talk.contains(&format!("{index}/7, ")), "{talk}");
        folders.push(folder);
    }
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    let merged = merge(
        &folders,
        &["--out", &at("merged"), "--report", &at("merged page")],
    );
    assert_eq!(status(&merged), 0, "{}", stderr(&merged));
    assert_eq!(stdout(&merged), stdout(&whole));
    assert!(stdout(&merged).contains("| **all** |"), "{merged:?}");
    let merged_json = merge(&folders, &["--json"]);
    assert_eq!(
        without_wall_times(&stdout(&merged_json)),
        without_wall_times(&stdout(&json))
    );
    let markdown = merge(&folders, &["--md"]);
    assert_eq!(stdout(&markdown), stdout(&eval(&["--md"])));
    let page =
        |name: &str| fs::read_to_string(folder.path().join(name).join("index.html")).unwrap();
    assert_eq!(page("merged page"), page("page"));
    assert!(page("page").contains("data:image/jpeg"));

    // What is merged is a whole evaluation in every respect: nothing is left to be run.
    let settings = |name: &str| fs::read(folder.path().join(name).join("settings.txt")).unwrap();
    assert_eq!(settings("merged"), settings("whole"));
    let lines = |name: &str| {
        let text = fs::read_to_string(folder.path().join(name).join("episodes.jsonl")).unwrap();
        text.lines().count()
    };
    assert_eq!(lines("merged"), 10);
    let again = eval(&["--out", &at("merged")]);
    assert_eq!(stdout(&again), stdout(&whole));
    assert_eq!(lines("merged"), 10);
    let floor = merge(&folders, &["--floor", "100"]);
    assert_eq!(status(&floor), 1, "{}", stdout(&floor));
}

#[test]
fn lost_doubled_foreign_and_unfinished_shards_are_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let run_shard = |name: &str, seed: &str, of: &str| {
        let words = ["--episodes", "4", "--seed", seed, "--shard", of];
        shard(folder.path(), name, &words)
    };
    let one = run_shard("one", "5", "1/3");
    let two = run_shard("two", "5", "2/3");
    let three = run_shard("three", "5", "3/3");
    assert_eq!(status(&merge(&[&three, &two, &one], &[])), 0);

    is_one_clear_error(
        &merge(&[&one, &three], &[]),
        &["shard 2/3 is missing", "--shard 2/3 --out DIR"],
    );
    let copy = run_shard("copy", "5", "2/3");
    is_one_clear_error(
        &merge(&[&one, &two, &three, &copy], &[]),
        &["two and ", "copy both hold shard 2/3"],
    );
    let foreign = run_shard("foreign", "6", "3/3");
    is_one_clear_error(
        &merge(&[&one, &two, &foreign], &[]),
        &["foreign is of another", "seed 6 instead of seed 5"],
    );
    let other_split = run_shard("split", "5", "3/4");
    is_one_clear_error(
        &merge(&[&one, &two, &other_split], &[]),
        &["split in 4 instead of split in 3"],
    );
    let whole = shard(folder.path(), "whole", &["--episodes", "1", "--seed", "5"]);
    is_one_clear_error(&merge(&[&whole], &[]), &["whole holds no shard"]);
    is_one_clear_error(&merge(&["nowhere"], &[]), &["nowhere holds no shard"]);

    // As if it had been killed while it wrote its second episode.
    let kept = Path::new(&one).join("episodes.jsonl");
    let text = fs::read_to_string(&kept).unwrap();
    fs::write(&kept, &text[..text.len() - 20]).unwrap();
    is_one_clear_error(
        &merge(&[&one, &two, &three], &[]),
        &["shard 1/3 in ", "one lacks episode 3", "--shard 1/3 --out "],
    );
    run_shard("one", "5", "1/3");
    assert_eq!(status(&merge(&[&one, &two, &three], &[])), 0);
}

#[test]
fn a_folder_holds_one_shard() {
    let folder = tempfile::tempdir().unwrap();
    let words = |of| ["--episodes", "2", "--seed", "5", "--shard", of];
    let here = shard(folder.path(), "here", &words("1/2"));
    let fixed = ["eval", "core", "--planner", "scripted", "--out", &here];
    let other = run(&[&fixed[..], &words("2/2")].concat());
    is_one_clear_error(&other, &["other settings", "shard 1/2 of 2 episodes"]);
    let longer = ["--episodes", "3", "--seed", "5", "--shard", "1/2"];
    let longer = run(&[&fixed[..], &longer].concat());
    is_one_clear_error(&longer, &["other settings"]);
    let whole = run(&[&fixed[..], &["--episodes", "2", "--seed", "5"]].concat());
    is_one_clear_error(&whole, &["other settings"]);
}

#[test]
fn what_is_no_shard_or_does_not_go_with_one_is_told() {
    let refused = |words: &[&str], part: &str| {
        let output = run(&[&["eval", "core", "--planner", "scripted"][..], words].concat());
        assert_eq!(status(&output), 2, "{words:?}");
        assert!(stdout(&output).is_empty(), "{words:?}");
        let talk = stderr(&output);
        assert!(talk.contains(part), "{words:?}: {talk}");
    };
    for (shard, part) in [
        ("8/7", "the first of 7 shards is 1/7, the last 7/7"),
        ("0/7", "the first of 7 shards is 1/7"),
        ("1/0", "at least one shard"),
        ("7", "such as 2/7"),
        ("a/b", "such as 2/7"),
    ] {
        refused(&["--shard", shard, "--out", "never"], part);
    }
    refused(&["--shard", "1/7"], "--out");
    for other in [
        &["--ablate"][..],
        &["--episode", "3"],
        &["--report", "never"],
        &["--floor", "50"],
        &["--most-wrong", "0"],
    ] {
        let words = [&["--shard", "1/7", "--out", "never"][..], other].concat();
        refused(&words, "cannot be used with");
    }
    refused(&["merge", "never"], "cannot be used with");
    let nothing = run(&["eval", "merge"]);
    assert_eq!(status(&nothing), 2);
    assert!(stderr(&nothing).contains("<DIR>"), "{}", stderr(&nothing));
    assert!(!repository_root().join("never").exists());
}
