//! What shells have to do with the program: completions, manual pages, pipes that close, full disks.

mod program;

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use program::*;

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

/// The subcommands that the help names.
fn subcommands(of: &[&str]) -> Vec<String> {
    let help = stdout(&run(&[of, &["--help"]].concat()));
    let (_, list) = help.split_once("Commands:\n").expect("it lists commands");
    list.lines()
        .take_while(|line| line.starts_with("  "))
        // The rest of a long description stands deeper.
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn completions_of_every_shell_know_every_subcommand() {
    let known = [subcommands(&[]), subcommands(&["arm"])].concat();
    assert!(known.len() > 20 && known.contains(&"calibrate".to_owned()));
    for shell in SHELLS {
        let output = run(&["completions", shell]);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let script = stdout(&output);
        for name in known.iter().map(String::as_str).chain(["--json"]) {
            // Long options stand without their dashes in fish's.
            let name = name.trim_start_matches('-');
            assert!(script.contains(name), "{shell} does not know {name}");
        }
    }
    let wrong = run(&["completions", "tcsh"]);
    assert_eq!(status(&wrong), 2);
    assert!(stderr(&wrong).contains("powershell"), "{}", stderr(&wrong));
}

#[test]
fn bash_takes_its_completions() {
    let folder = tempfile::tempdir().unwrap();
    let script = write(folder.path(), "enact", run(&["completions", "bash"]).stdout);
    let tried = Command::new("bash").args(["-n", &script]).output();
    let Ok(tried) = tried else {
        return; // There is no bash.
    };
    assert!(tried.status.success(), "{}", stderr(&tried));
    let line = "source \"$1\"; COMP_WORDS=(enact ar); COMP_CWORD=1; \
                _enact enact ar enact; echo \"${COMPREPLY[@]}\"";
    let tried = Command::new("bash")
        .args(["-c", line, "bash", &script])
        .output()
        .unwrap();
    assert_eq!(stdout(&tried).trim(), "arm", "{}", stderr(&tried));
}

#[test]
fn there_is_a_manual_page_of_every_subcommand() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("share/man1");
    let output = run(&["man", pages.to_str().unwrap()]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    let page = |name: String| fs::read_to_string(pages.join(&name)).expect(&name);
    let all = stdout(&run(&["man"]));
    for name in subcommands(&[]) {
        let text = page(format!("enact-{name}.1"));
        assert!(text.contains(".SH") && text.contains("enact"), "{text}");
        assert!(all.contains(&text));
    }
    for name in subcommands(&["arm"]) {
        page(format!("enact-arm-{name}.1"));
    }
    let first = page("enact.1".to_owned());
    assert!(first.contains("Words in, arm motion out"), "{first}");
    assert!(all.starts_with(&first));
}

/// A manual page that cannot be written is named.
#[test]
fn a_folder_that_is_a_file_takes_no_manual_pages() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "man1", "");
    is_one_clear_error(&run(&["man", &file]), &["man1"]);
}

/// Nobody reads standard output, from before the program prints.
fn with_closed_pipe(arguments: &[&str], input: &str) -> Output {
    let mut child = piped(enact(arguments).stdin(Stdio::piped()));
    drop(child.stdout.take());
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn is_silent(output: &Output) {
    let talk = stderr(output);
    assert_eq!(status(output), 0, "{talk}");
    for word in ["panicked", "Broken pipe", "enact: "] {
        assert!(!talk.contains(word), "{talk}");
    }
}

#[test]
fn whoever_reads_no_further_ends_what_only_prints() {
    let poses = "{\"joints\":[0,0,0,0,0]}\n".repeat(2000);
    for (arguments, input) in [
        (&["robot", "fk", "so101"][..], poses.as_str()),
        (&["robot", "show", "so101"], ""),
        (&["robot", "show", "so101", "--json"], ""),
        (&["scene", "tabletop"], ""),
        (&["scene", "tabletop", "--json"], ""),
        (&["completions", "bash"], ""),
        (&["man"], ""),
        (&["--help"], ""),
        (&["arm", "--help"], ""),
        (&["--version"], ""),
        (&["check", "launch/sim.toml"], ""),
    ] {
        let output = with_closed_pipe(arguments, input);
        is_silent(&output);
    }
}

#[test]
fn a_closed_pipe_does_not_hide_that_something_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let bad = write(folder.path(), "bad.toml", "[table]\n");
    let output = with_closed_pipe(&["check", &bad, "launch/sim.toml"], "");
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("not everything is sound"));
}

/// The arm is not left in mid-air: the run goes on to its end, which the recording tells.
#[test]
fn a_run_goes_on_when_nobody_reads_what_it_prints() {
    let folder = tempfile::tempdir().unwrap();
    let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
    let event_log = folder.path().join("events.jsonl").display().to_string();
    for json in [&[][..], &["--json"]] {
        let arguments = [
            "run",
            PUT_CUBE_INSTRUCTION,
            "--plan",
            &plan,
            "--perception",
            "ground-truth",
        ];
        let arguments = [&arguments[..], &["--event-log", &event_log], json].concat();
        is_silent(&with_closed_pipe(&arguments, ""));
        let told = fs::read_to_string(&event_log).unwrap();
        assert!(told.lines().last().unwrap().contains("\"ended\""), "{told}");
    }
    // Talk may be lost too.
    let mut child = piped(&mut enact(&[
        "run",
        PUT_CUBE_INSTRUCTION,
        "--plan",
        &plan,
        "--perception",
        "ground-truth",
    ]));
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_run_that_is_not_reached_is_not_reached_when_nobody_reads() {
    let folder = tempfile::tempdir().unwrap();
    let plan = r#"{"steps":[{"skill":"pick","object":"pink hat"}]}"#;
    let plan = write(folder.path(), "plan.json", plan);
    let arguments = [
        "run",
        PUT_CUBE_INSTRUCTION,
        "--plan",
        &plan,
        "--perception",
        "ground-truth",
    ];
    let output = with_closed_pipe(&[&arguments[..], &["--turns", "1"]].concat(), "");
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert!(!stderr(&output).contains("panicked"));
}

#[cfg(target_os = "linux")]
mod full_disks {
    use super::*;

    fn on_a_full_disk(arguments: &[&str], input: &str) -> Output {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut child = enact(arguments)
            .stdin(Stdio::piped())
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    #[test]
    fn a_full_disk_under_standard_output_is_one_clear_error() {
        for (arguments, input) in [
            (&["robot", "fk", "so101"][..], "{\"joints\":[0,0,0,0,0]}\n"),
            (&["robot", "show", "so101"], ""),
            (&["scene", "tabletop", "--json"], ""),
            (&["check", "launch/sim.toml"], ""),
            (&["completions", "zsh"], ""),
            (&["--help"], ""),
        ] {
            let output = on_a_full_disk(arguments, input);
            is_one_clear_error(&output, &["standard output", "No space left"]);
        }
    }

    #[test]
    fn what_came_of_a_run_is_told_where_it_cannot_be_printed() {
        let folder = tempfile::tempdir().unwrap();
        let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
        let arguments = put_arguments(&plan, &["--json"]);
        let output = on_a_full_disk(&arguments, "");
        let talk = stderr(&output);
        assert_eq!(status(&output), 2, "{talk}");
        assert!(!talk.contains("panicked"), "{talk}");
        let mut last = talk.lines().rev();
        let error = last.next().unwrap();
        assert!(
            error.starts_with("enact: cannot write to standard output"),
            "{talk}"
        );
        assert!(last.next().unwrap().starts_with("done ("), "{talk}");
    }

    #[test]
    fn what_cannot_be_kept_is_named_and_costs_no_result() {
        let folder = tempfile::tempdir().unwrap();
        let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
        for option in ["--record", "--event-log"] {
            let file = "/dev/full";
            let output = put(&plan, &["--json", option, file]);
            let talk = stderr(&output);
            assert_eq!(object(&output)["success"], true, "{talk}");
            assert_eq!(status(&output), 2, "{option}: {talk}");
            let error = talk.lines().last().unwrap();
            assert!(error.starts_with("enact: "), "{talk}");
            for part in [file, option, "No space left"] {
                assert!(error.contains(part), "`{part}` is missing from: {error}");
            }
        }
    }
    #[test]
    fn a_view_that_cannot_be_begun_is_one_clear_error() {
        let folder = tempfile::tempdir().unwrap();
        let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
        let view = folder.path().join("view.rrd");
        std::os::unix::fs::symlink("/dev/full", &view).unwrap();
        let view = view.display().to_string();
        let arguments = [
            "run",
            PUT_CUBE_INSTRUCTION,
            "--plan",
            &plan,
            "--perception",
            "ground-truth",
        ];
        let output = run(&[&arguments[..], &["--view", &view]].concat());
        is_one_clear_error(&output, &[&view, "No space left"]);
        let output = run(&[&arguments[..], &["--view", "/dev/full"]].concat());
        is_one_clear_error(&output, &["/dev/full", ".rrd"]);
    }
}
