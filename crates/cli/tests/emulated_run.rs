//! The whole program on emulated servos: words, model's place taken by a plan, gate, serial port,
//! servo protocol, physics, camera.
#![allow(clippy::print_stdout, reason = "measurements are for reading")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use enact_testkit::real_time::{repeat_if_held_up, reports_delay};
use enact_testkit::{PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN, repository_root};
use serde_json::Value;

/// What the servos are on.
#[derive(Clone, Copy, PartialEq)]
enum Port {
    /// A pty, in real time.
    Pty,
    /// A line in a time of its own.
    Line,
}

/// Runs the task on servos of a protocol; the report.
fn run(
    port: Port,
    protocol: &str,
    faults: Option<&str>,
    seed: u64,
) -> (Option<i32>, Value, String) {
    run_on("so101", port, protocol, faults, seed)
}

/// Runs the task by one of the robots.
fn run_on(
    robot: &str,
    port: Port,
    protocol: &str,
    faults: Option<&str>,
    seed: u64,
) -> (Option<i32>, Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.json");
    std::fs::write(&plan, PUT_CUBE_PLAN).unwrap();
    let mut launch =
        std::fs::read_to_string(repository_root().join("launch/so101-emulated.toml")).unwrap();
    let pty = port == Port::Pty;
    let mut arm = format!("source = \"emulated\"\nprotocol = \"{protocol}\"\npty = {pty}\n");
    if let Some(faults) = faults {
        std::fs::write(folder.path().join("faults.toml"), faults).unwrap();
        arm += "faults = \"faults.toml\"\n";
    }
    launch = launch.replace("source = \"emulated\"\n", &arm);
    let file = folder.path().join("launch.toml");
    std::fs::write(&file, launch).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_enact"))
        .args([
            "run",
            PUT_CUBE_INSTRUCTION,
            "--perception",
            "ground-truth",
            "--no-record",
            "--json",
            "--robot",
            robot,
            "--launch",
        ])
        .arg(&file)
        .arg("--plan")
        .arg(&plan)
        .args(["--seed", &seed.to_string()])
        .current_dir(repository_root())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code(), report, talk)
}

#[test]
fn an_so100_does_the_same() {
    let (status, report, talk) = run_on("so100", Port::Line, "feetech", None, 11);
    assert_eq!(status, Some(0), "{report} {talk}");
    assert_eq!(report["success"], true, "{report}");
}

#[test]
fn the_cube_ends_in_the_bowl_on_both_protocols() {
    for protocol in ["feetech", "dynamixel"] {
        puts_the_cube_in_the_bowl(Port::Line, protocol);
    }
}

#[test]
fn the_cube_ends_in_the_bowl_through_a_serial_port() {
    repeat_if_held_up(|| puts_the_cube_in_the_bowl(Port::Pty, "feetech"));
}

fn puts_the_cube_in_the_bowl(port: Port, protocol: &str) {
    let (status, report, talk) = run(port, protocol, None, 11);
    assert_eq!(status, Some(0), "{protocol}: {report} {talk}");
    assert_eq!(report["success"], true);
    assert_eq!(report["steps"][0]["verdict"], "yes");
}

#[test]
fn a_servo_that_falls_silent_ends_the_run_with_one_clear_error() {
    let silent = "[[rule]]\nfault = \"silent\"\nservo = 3\nfrom_s = 6.0\n";
    let (status, report, talk) = run(Port::Line, "feetech", Some(silent), 11);
    assert_eq!(status, Some(2), "{report} {talk}");
    let error = talk
        .lines()
        .find(|line| line.starts_with("enact: "))
        .unwrap();
    assert!(
        error.contains("elbow_flex") && error.contains("servo 3"),
        "{talk}"
    );
    assert!(!talk.contains("panicked"), "{talk}");
}

/// Warnings stand on standard error; standard output is one JSON object all the same.
#[test]
fn an_overload_is_logged_beside_the_json() {
    let overload = "[[rule]]\nfault = \"overload\"\nservo = 3\nfrom_s = 6.0\nto_s = 6.3\n";
    let (_, report, talk) = run(Port::Line, "feetech", Some(overload), 11);
    assert!(report.is_object(), "{report} {talk}");
    let warning = "enact: warning: joint `elbow_flex`: overload";
    assert!(talk.lines().any(|line| line == warning), "{talk}");
}

/// Starts a run, waits until the arm picks, does something, and says how it ended.
fn interrupted(more: &[&str], act: impl FnOnce(&mut Child)) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.json");
    std::fs::write(&plan, PUT_CUBE_PLAN).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_enact"))
        .args([
            "run",
            PUT_CUBE_INSTRUCTION,
            "--perception",
            "ground-truth",
            "--no-record",
            "--plan",
        ])
        .arg(&plan)
        .args(["--launch", "so101-emulated", "--seed", "11"])
        .args(more)
        .current_dir(repository_root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut talk = BufReader::new(child.stderr.take().unwrap()).lines();
    let picks = talk.any(|line| line.unwrap().contains("doing  pick"));
    assert!(picks, "it never picked");
    std::thread::sleep(Duration::from_millis(500));
    act(&mut child);
    // Whoever talks is heard to the end.
    let rest = std::thread::spawn(move || talk.map_while(Result::ok).collect::<Vec<_>>());
    let output = child.wait_with_output().unwrap();
    let talk = rest.join().unwrap().join("\n");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), told + &talk)
}

#[test]
fn enter_the_end_of_input_and_a_pipe_stop_a_run_in_mid_motion() {
    repeat_if_held_up(|| {
        let enter = |child: &mut Child| child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        let (status, told) = interrupted(&["--stop-on-enter"], enter);
        assert_eq!(status, Some(1), "{told}");
        assert!(told.starts_with("stopped"), "{told}");
        let (status, told) = interrupted(&["--stop-on-enter"], |child| drop(child.stdin.take()));
        assert_eq!(status, Some(1), "{told}");
        assert!(told.starts_with("stopped"), "{told}");
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("stop");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        let path = pipe.display().to_string();
        let (status, told) = interrupted(&["--stop-file", &path], |_| {
            std::fs::write(&pipe, "stop").unwrap();
        });
        assert_eq!(status, Some(1), "{told}");
        assert!(told.starts_with("stopped"), "{told}");
    });
}

#[test]
fn a_stop_button_that_is_not_there_lets_nothing_begin() {
    let output = Command::new(env!("CARGO_BIN_EXE_enact"))
        .args([
            "run",
            PUT_CUBE_INSTRUCTION,
            "--perception",
            "ground-truth",
            "--no-record",
        ])
        .args([
            "--launch",
            "so101-emulated",
            "--stop-pin",
            "/dev/no-such-button:cts",
        ])
        .current_dir(repository_root())
        .output()
        .unwrap();
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{talk}");
    assert!(
        talk.contains("/dev/no-such-button") && talk.contains("no such port"),
        "{talk}"
    );
}

/// `cargo test --test emulated_run -- --ignored --nocapture` prints what done means.
#[test]
#[ignore = "takes half an hour: an arm moves in real time"]
fn success_through_the_port_on_fifty_seeds() {
    for protocol in ["feetech", "dynamixel"] {
        let seeds: Vec<u64> = (9001..=9050).collect();
        let failed: Vec<u64> = seeds
            .iter()
            .copied()
            .filter(|seed| run(Port::Pty, protocol, None, *seed).0 != Some(0))
            .collect();
        println!("{protocol}: failed {failed:?} of {}", seeds.len());
        assert!(failed.len() <= 2, "{protocol}: {failed:?}");
    }
}

/// Processes that do nothing but keep the cores busy, until dropped.
struct Load(Vec<Child>);

impl Load {
    fn start(count: usize) -> Self {
        let one = |_| {
            let mut command = Command::new("sh");
            command.args(["-c", "while :; do :; done"]).spawn().unwrap()
        };
        Self((0..count).map(one).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |text| text.parse().expect("it is a number"))
}

/// `ENACT_RUNS=200 ENACT_LOAD=12 cargo test --test emulated_run -- --ignored --nocapture busy`;
/// `ENACT_SEED` is the first seed, so that several can run beside one another.
#[test]
#[ignore = "takes an hour, and every core"]
fn beside_a_busy_computer_no_register_is_taken_for_another() {
    let (runs, load) = (number("ENACT_RUNS", 200), number("ENACT_LOAD", 12));
    let first = number("ENACT_SEED", 9001) as u64;
    let load = Load::start(load);
    let (mut reached, mut too_late, mut other) = (0, 0, Vec::new());
    for index in 0..runs {
        let protocol = ["feetech", "dynamixel"][index % 2];
        let seed = first + index as u64;
        match run(Port::Pty, protocol, None, seed) {
            (Some(0), ..) => reached += 1,
            // It says so, and leaves the arm alone.
            (_, _, talk) if reports_delay(&talk) => too_late += 1,
            (status, report, talk) => {
                println!("{protocol}, seed {seed}: {status:?} {report} {talk}");
                other.push(seed);
            }
        }
    }
    println!(
        "{runs} runs beside {} processes: {reached} reached, {too_late} not served in time, others: {other:?}",
        load.0.len()
    );
    assert!(other.is_empty());
}
