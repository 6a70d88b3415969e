//! The arm's tools against an emulated arm on a serial device, as black boxes.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use enact_recording::message::JointStates;
use enact_recording::{Recording, RunEnd, Topic, verify_by_playback};
use enact_testkit::real_time::repeat_if_held_up;
use enact_testkit::repository_root;
use serde_json::Value;
use tempfile::TempDir;

fn enact(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_enact"));
    command
        .args(arguments)
        .current_dir(repository_root())
        .stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `enact bus emulate`, until dropped.
struct Emulated {
    folder: TempDir,
    process: Child,
    port: String,
}

impl Emulated {
    fn start(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let (port, calibration, log) = (at("port"), at("arm.json"), at("log"));
        let mut arguments = vec!["bus", "emulate", "--link", &port, "--log", &log];
        if !more.contains(&"--uncalibrated") && !more.contains(&"--calibration") {
            arguments.extend(["--calibration", &calibration]);
        }
        arguments.extend(more);
        let mut process = enact(&arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = process.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), port);
        Self {
            folder,
            process,
            port,
        }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn say(&mut self, line: &str) {
        let stdin = self.process.stdin.as_mut().unwrap();
        writeln!(stdin, "{line}").unwrap();
        // It looks at what is typed some fifty times a second.
        std::thread::sleep(Duration::from_millis(100));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let calibration = self.path("arm.json");
        let mut all = vec!["arm"];
        all.extend(arguments);
        all.extend(["--port", &self.port, "--calibration", &calibration]);
        enact(&all)
    }

    fn arm(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a tool that must come out well; what it printed.
    fn well(&self, arguments: &[&str]) -> String {
        let output = self.arm(arguments);
        let talk = text(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {output:?} {talk}");
        text(&output.stdout)
    }

    /// Goals of the first joint as they arrived, in steps.
    fn goals(&self) -> Vec<(f64, i64)> {
        let goal = |packet: Value| {
            let body: Vec<i64> = serde_json::from_value(packet["body"].clone()).ok()?;
            let is_goal = packet["code"] == 0x83 && body[0] == 42;
            is_goal.then(|| (packet["t"].as_f64().unwrap(), body[3] + (body[4] << 8)))
        };
        self.packets().into_iter().filter_map(goal).collect()
    }

    /// How many registers were written, each by a request of its own.
    fn writes(&self) -> usize {
        let packets = self.packets();
        packets.iter().filter(|packet| packet["code"] == 3).count()
    }

    /// What has arrived.
    fn packets(&self) -> Vec<Value> {
        // It is written some fifty times a second.
        std::thread::sleep(Duration::from_millis(200));
        let log = std::fs::read_to_string(self.path("log")).unwrap();
        let packets = log.lines().map(serde_json::from_str);
        packets.map_while(Result::ok).collect()
    }

    /// The present position of a joint's servo, steps.
    fn position(&self, joint: &str) -> i64 {
        let info = self.well(&["info", "--joint", joint]);
        let line = info.lines().find(|line| line.contains("present_position"));
        let number = line.unwrap().split_whitespace().nth(2);
        number.unwrap().parse().unwrap()
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A jog of the first joint by 60°, which is on its way; how many goals came before.
fn jogging(bus: &Emulated, more: &[&str]) -> (Child, usize) {
    let begun = bus.goals().len();
    let child = bus
        .command(&[&["jog", "shoulder_pan", "60"], more].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while bus.goals().len() < begun + 60 {}
    (child, begun)
}

/// No goal is farther from the one before than a joint may move in a control period.
fn check_no_jump(goals: &[(f64, i64)]) {
    for pair in goals.windows(2) {
        let way = (pair[1].1 - pair[0].1).abs();
        assert!(way <= 10, "a goal jumped by {way} steps: {pair:?}");
    }
}

#[test]
fn servos_are_found_described_watched_and_found_well() {
    repeat_if_held_up(|| {
        for protocol in ["feetech", "dynamixel"] {
            let bus = Emulated::start(&["--protocol", protocol]);
            let with = |arguments: &[&str]| {
                let mut all = arguments.to_vec();
                all.extend(["--protocol", protocol]);
                bus.well(&all)
            };
            let list = with(&["list"]);
            assert!(list.contains(&format!("{protocol}: 1 ")), "{list}");
            let scan = with(&["scan"]);
            assert_eq!(scan.matches("1000000 baud").count(), 6, "{scan}");
            let info = with(&["info", "--joint", "elbow_flex"]);
            assert!(info.starts_with("elbow_flex: servo 3"), "{info}");
            assert!(
                info.contains("°C") && info.contains("goal_position"),
                "{info}"
            );
            let lines = with(&["monitor", "--json", "--seconds", "0.3"]);
            assert!(lines.lines().count() >= 3, "{lines}");
            let is_whole = |line: &&str| {
                let reading: Value = serde_json::from_str(line).unwrap();
                let gripper = &reading["joints"]["gripper"];
                gripper["position"].is_f64() && gripper["temperature"].as_i64() > Some(20)
            };
            // On a busy machine an answer may come too late for its line.
            let whole = lines.lines().filter(is_whole).count();
            assert!(2 * whole > lines.lines().count(), "{lines}");
            let doctor = with(&["doctor"]);
            assert!(doctor.ends_with("nothing is wrong\n"), "{doctor}");
        }
    });
}

#[test]
fn a_doctor_says_what_is_wrong() {
    repeat_if_held_up(|| {
        let mut bus = Emulated::start(&[]);
        bus.say("fault heat celsius=68 servo=2");
        bus.say("fault silent servo=5");
        let output = bus.arm(&["doctor"]);
        let told = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(
            told.contains("joint `shoulder_lift`: 68 °C is too hot"),
            "{told}"
        );
        assert!(
            told.contains("joint `wrist_roll`: servo 5 does not answer"),
            "{told}"
        );
        let output = bus.arm(&["torque", "on"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            text(&output.stderr).contains("no servo 5 answers"),
            "{output:?}"
        );
        bus.say("well");
        bus.well(&["doctor"]);
    });
}

/// Fault 15.
#[test]
fn a_servo_that_shut_down_is_rebooted_by_order_alone() {
    repeat_if_held_up(|| {
        const DYNAMIXEL: [&str; 2] = ["--protocol", "dynamixel"];
        let mut bus = Emulated::start(&DYNAMIXEL);
        let arm = |bus: &Emulated, arguments: &[&str]| bus.arm(&[arguments, &DYNAMIXEL].concat());
        bus.say("hand elbow_flex 40");
        bus.say("fault overload servo=3 for=0.05");
        for _ in 0..2 {
            let output = arm(&bus, &["torque", "on"]);
            let talk = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{output:?}");
            assert!(talk.contains("joint `elbow_flex`: overload"), "{talk}");
        }
        let told = text(&arm(&bus, &["doctor"]).stdout);
        assert!(told.contains("`enact arm reboot`"), "{told}");
        let output = arm(&bus, &["reboot", "elbow_flex"]);
        let told = text(&output.stdout);
        assert!(output.status.success(), "{output:?}");
        assert!(told.contains("it reported: overload"), "{told}");
        let info = arm(&bus, &["info", "--joint", "elbow_flex"]);
        assert!(text(&info.stdout).contains("torque_enable                   0"));
        let output = arm(&bus, &["torque", "on"]);
        assert!(output.status.success(), "{output:?}");
        // What ails it is still there.
        bus.say("fault overload servo=3");
        let output = arm(&bus, &["reboot", "elbow_flex"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(text(&output.stdout).contains("still reports: overload"));
    });
}

#[test]
fn a_feetech_servo_is_never_told_to_reboot() {
    repeat_if_held_up(|| {
        let bus = Emulated::start(&[]);
        let output = bus.arm(&["reboot", "elbow_flex"]);
        let talk = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{talk}");
        assert!(talk.contains("switch the arm's power off and on"), "{talk}");
        assert_eq!(bus.packets().len(), 0, "nothing was sent");
    });
}

#[test]
fn joints_are_jogged_and_taken_home_within_limits() {
    repeat_if_held_up(|| {
        let bus = Emulated::start(&[]);
        bus.well(&["home"]);
        let before = bus.position("shoulder_pan");
        bus.well(&["jog", "shoulder_pan", "10"]);
        let after = bus.position("shoulder_pan");
        assert!((after - before - 114).abs() < 12, "{before} to {after}");
        let output = bus.arm(&["jog", "shoulder_pan", "300"]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        let told = text(&output.stdout);
        assert!(told.contains("refused: joint `shoulder_pan`"), "{told}");
        let output = bus.arm(&["jog", "shoulder", "9"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            text(&output.stderr).contains("did you mean `shoulder_"),
            "{output:?}"
        );
        bus.well(&["home"]);
        assert!((bus.position("shoulder_pan") - before).abs() < 8);
        check_no_jump(&bus.goals());
        bus.well(&["torque", "off"]);
        assert!(
            bus.well(&["info"])
                .contains("torque_enable                   0")
        );
    });
}

#[test]
fn a_limp_arm_that_lies_on_itself_is_taken_home() {
    repeat_if_held_up(|| {
        let bus = Emulated::start(&["--limp"]);
        // It sinks from home.
        let (mut before, mut now) = (0, bus.position("shoulder_lift"));
        while now != before {
            std::thread::sleep(Duration::from_millis(300));
            (before, now) = (now, bus.position("shoulder_lift"));
        }
        let told = bus.well(&["home"]);
        assert!(told.lines().count() > 6, "first apart, then home: {told}");
        let home = Emulated::start(&[]).position("shoulder_lift");
        assert!((bus.position("shoulder_lift") - home).abs() < 30);
        check_no_jump(&bus.goals());
    });
}

/// Fault 25.
#[test]
fn a_program_that_is_killed_leaves_the_arm_where_it_was_going_next() {
    repeat_if_held_up(|| {
        let bus = Emulated::start(&[]);
        bus.well(&["home"]);
        let (mut child, _) = jogging(&bus, &[]);
        child.kill().unwrap();
        child.wait().unwrap();
        let goals = bus.goals();
        check_no_jump(&goals);
        std::thread::sleep(Duration::from_millis(500));
        let last = goals.last().unwrap().1;
        let stands = bus.position("shoulder_pan");
        assert!(
            (stands - last).abs() < 12,
            "told {last}, stands at {stands}"
        );
        assert_eq!(
            bus.goals().len(),
            goals.len(),
            "nobody sends goals any more"
        );
        bus.well(&["home"]);
        check_no_jump(&bus.goals());
    });
}

/// Fault 25.
#[test]
fn a_program_that_is_told_to_end_brakes_first() {
    repeat_if_held_up(|| {
        for signal in ["-TERM", "-INT"] {
            let bus = Emulated::start(&[]);
            bus.well(&["home"]);
            let (child, begun) = jogging(&bus, &[]);
            self::signal(&child, signal);
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{output:?}");
            assert!(text(&output.stdout).contains("stopped"), "{output:?}");
            let goals = bus.goals();
            check_no_jump(&goals);
            let [before, last] = [goals[goals.len() - 2].1, goals[goals.len() - 1].1];
            assert!((last - before).abs() <= 1, "it comes to rest");
            let way = last - goals[begun].1;
            assert!((100..600).contains(&way), "it stopped on the way: {way}");
        }
    });
}

/// Fault 25.
#[test]
fn a_program_that_is_told_to_end_while_it_arms_leaves_the_arm_as_chosen() {
    repeat_if_held_up(|| {
        for (arguments, code) in [
            (&["jog", "shoulder_pan", "60"][..], 1),
            (&["home"], 1),
            (&["torque", "on"], 0),
        ] {
            let bus = Emulated::start(&["--limp"]);
            let child = bus
                .command(arguments)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            // Servos are looked at one after the other, for some tenths of a second.
            while std::fs::metadata(bus.path("log")).unwrap().len() == 0 {}
            signal(&child, "-INT");
            let output = child.wait_with_output().unwrap();
            assert_eq!(
                output.status.code(),
                Some(code),
                "{arguments:?}: {output:?}"
            );
            let info = bus.well(&["info"]);
            let held = info.matches("torque_enable                   1").count();
            assert_eq!(held, 6, "{arguments:?}: {output:?}");
            assert_eq!(bus.goals().len(), 0, "{arguments:?}: it does not move");
        }
    });
}

#[test]
fn a_file_stops_every_tool_that_moves_an_arm() {
    repeat_if_held_up(|| {
        let bus = Emulated::start(&[]);
        let file = bus.path("stop");
        std::fs::write(&file, "").unwrap();
        let output = bus.arm(&["home", "--stop-file", &file]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(text(&output.stdout).contains("stopped"), "{output:?}");
        std::fs::remove_file(&file).unwrap();
        bus.well(&["home", "--stop-file", &file]);
        let (child, begun) = jogging(&bus, &["--stop-file", &file]);
        std::fs::write(&file, "").unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(text(&output.stdout).contains("stopped"), "{output:?}");
        let way = bus.goals().last().unwrap().1 - bus.goals()[begun].1;
        assert!((60..600).contains(&way), "it stopped on the way: {way}");
    });
}

#[test]
fn a_file_ends_a_teleoperation() {
    repeat_if_held_up(|| {
        let leader = held_at_home();
        let follower = Emulated::start(&[]);
        let file = follower.path("stop");
        std::fs::write(&file, "").unwrap();
        let more = ["--seconds", "60", "--stop-file", &file];
        let begun = std::time::Instant::now();
        let output = teleop(&leader, &follower, &more).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(begun.elapsed() < Duration::from_secs(30));
        let torque = follower.well(&["info", "--joint", "elbow_flex"]);
        assert!(
            torque.contains("torque_enable                   0"),
            "{torque}"
        );
    });
}

#[test]
fn a_program_that_was_paused_in_mid_move_does_not_go_on() {
    repeat_if_held_up(|| {
        let bus = Emulated::start(&[]);
        bus.well(&["home"]);
        let (child, _) = jogging(&bus, &[]);
        signal(&child, "-STOP");
        let paused = bus.goals().len();
        std::thread::sleep(Duration::from_millis(300));
        signal(&child, "-CONT");
        let output = child.wait_with_output().unwrap();
        let talk = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(talk.contains("late in mid-move"), "{talk}");
        let goals = bus.goals();
        check_no_jump(&goals);
        assert!(
            goals.len() <= paused + 1,
            "one may have been on its way to the port"
        );
        let last = goals.last().unwrap().1;
        assert!((bus.position("shoulder_pan") - last).abs() < 12);
        assert!(
            bus.well(&["info", "--joint", "shoulder_pan"])
                .contains("torque_enable                   1")
        );
        bus.well(&["home"]);
    });
}

/// Joints, and between which angles a hand moves them.
const HANDS: [(&str, f64, f64); 6] = [
    ("shoulder_pan", -80.0, 80.0),
    ("shoulder_lift", -90.0, 0.0),
    ("elbow_flex", -60.0, 20.0),
    ("wrist_flex", -70.0, 40.0),
    ("wrist_roll", -90.0, 90.0),
    ("gripper", -5.0, 80.0),
];

/// Follows the guide of `calibrate`, doing something else to the bus on the way.
fn guide(bus: &mut Emulated, arguments: &[&str], meanwhile: &[&str]) -> Output {
    let mut child = bus
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for (joint, low, high) in HANDS {
        bus.say(&format!("hand {joint} {}", (low + high) / 2.0));
    }
    std::thread::sleep(Duration::from_millis(2500));
    for line in meanwhile {
        bus.say(line);
    }
    writeln!(stdin).unwrap();
    let mut talk = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = String::new();
    // Only now does it look where the joints go.
    while !said.contains("from end to end") {
        let Some(line) = talk.next() else {
            break;
        };
        said += &line.unwrap();
        said.push('\n');
    }
    let rest = std::thread::spawn(move || talk.map_while(Result::ok).collect::<Vec<_>>());
    for end in [0, 1] {
        for (joint, low, high) in HANDS {
            bus.say(&format!("hand {joint} {}", [low, high][end]));
        }
        std::thread::sleep(Duration::from_millis(1000));
        for line in meanwhile {
            bus.say(line);
        }
        std::thread::sleep(Duration::from_millis(1500));
    }
    writeln!(stdin).unwrap();
    let mut output = child.wait_with_output().unwrap();
    said += &rest.join().unwrap().join("\n");
    output.stderr = said.into_bytes();
    output
}

#[test]
fn an_arm_out_of_the_box_is_calibrated_by_hand() {
    repeat_if_held_up(|| {
        let mut bus = Emulated::start(&["--uncalibrated"]);
        let file = bus.path("arm.json");
        let output = bus.arm(&["torque", "on"]);
        assert!(
            text(&output.stderr).contains("calibrate the arm first"),
            "{output:?}"
        );
        let output = guide(&mut bus, &["calibrate"], &[]);
        assert!(output.status.success(), "{output:?}");
        let first = std::fs::read_to_string(&file).unwrap();
        let calibration: Value = serde_json::from_str(&first).unwrap();
        assert_eq!(calibration["gripper"]["id"], 6);
        let range = |joint: &str| {
            let end = |name: &str| calibration[joint][name].as_i64().unwrap();
            end("range_max") - end("range_min")
        };
        let steps = (160.0 / 360.0 * 4096.0) as i64;
        assert!((range("shoulder_pan") - steps).abs() < 40, "{calibration}");
        assert_eq!(range("wrist_roll"), 4095);
        // The servos keep it too.
        let doctor = bus.well(&["doctor"]);
        assert!(
            doctor.contains("the servos keep the calibration"),
            "{doctor}"
        );
        // One joint again: the others stay, and the old file is kept.
        let output = guide(&mut bus, &["calibrate", "--joint", "gripper"], &[]);
        assert!(output.status.success(), "{output:?}");
        let second: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(second["elbow_flex"], calibration["elbow_flex"]);
        let kept = Path::new(&file).with_extension("1.json");
        if second != calibration {
            assert_eq!(std::fs::read_to_string(kept).unwrap(), first);
        }
        for (joint, ..) in HANDS {
            bus.say(&format!("hand {joint} off"));
        }
    });
}

#[test]
fn an_old_calibration_of_no_use_and_a_loose_plug_do_not_stand_in_the_way_of_a_new_one() {
    repeat_if_held_up(|| {
        const OLD: &str = r#"{"homing_offset": [-2050, 3060, -110, -2080, 2880, -1530],
        "drive_mode": [0, 1, 0, 0, 1, 0], "motor_names": ["shoulder_pan"]}"#;
        let mut bus = Emulated::start(&[]);
        let file = bus.path("arm.json");
        let whole = std::fs::read_to_string(&file).unwrap();
        for (old, why) in [
            ("", "it is empty"),
            (&whole[..200], "EOF while parsing"),
            (OLD, "in 2024"),
        ] {
            std::fs::write(&file, old).unwrap();
            // What one joint's calibration would be put into is not there.
            let output = bus.arm(&["calibrate", "--joint", "gripper"]);
            let talk = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{talk}");
            assert!(
                talk.contains("calibrate all") && talk.contains(why),
                "{talk}"
            );
            assert_eq!(std::fs::read_to_string(&file).unwrap(), old);
        }
        let silent = [
            "fault silent servo=5 for=0.6",
            "fault silent servo=2 for=0.6",
        ];
        let output = guide(&mut bus, &["calibrate"], &silent);
        let talk = text(&output.stderr);
        assert!(output.status.success(), "{talk}");
        assert!(talk.contains("in 2024"), "{talk}");
        let kept = Path::new(&file).with_extension("1.json");
        assert!(
            talk.contains(&format!("kept as {}", kept.display())),
            "{talk}"
        );
        assert_eq!(std::fs::read_to_string(kept).unwrap(), OLD);
        bus.well(&["doctor"]);
    });
}

/// Looks again where emulated servos were not served in time, as on a busy machine.
fn heard(mut look: impl FnMut() -> Output) -> Output {
    let mut output = look();
    for _ in 0..5 {
        if !text(&output.stdout).contains("does not answer") {
            break;
        }
        output = look();
    }
    output
}

#[test]
fn an_arm_is_found_by_the_name_that_it_has() {
    repeat_if_held_up(|| {
        let bus = Emulated::start(&[]);
        let folder = tempfile::tempdir().unwrap();
        let arms = folder.path().join("robots/so101_follower");
        std::fs::create_dir_all(&arms).unwrap();
        let doctor = |more: &[&str]| {
            let all = ["arm", "doctor", "--port", &bus.port];
            let mut command = enact(&[&all, more].concat());
            command.env("HF_LEROBOT_CALIBRATION", folder.path());
            let output = heard(|| command.output().unwrap());
            let told = text(&output.stdout) + &text(&output.stderr);
            (output.status.code(), told)
        };
        for name in ["lab2.left", "None", "my arm", "机械臂", "v1.5", "bench.1"] {
            std::fs::copy(bus.path("arm.json"), arms.join(format!("{name}.json"))).unwrap();
            for more in [
                &[][..],
                &["--calibration", name],
                &["--calibration", &format!("{name}.json")],
            ] {
                let (status, told) = doctor(more);
                assert_eq!(status, Some(0), "{name}, {more:?}: {told}");
                assert!(told.contains("the servos keep"), "{told}");
            }
            std::fs::remove_file(arms.join(format!("{name}.json"))).unwrap();
        }
        for name in ["lab2.left", "lab2.left.1", "lab2.right"] {
            std::fs::copy(bus.path("arm.json"), arms.join(format!("{name}.json"))).unwrap();
        }
        let (status, told) = doctor(&[]);
        assert_eq!(status, Some(1), "{told}");
        assert!(
            told.contains("lab2.left, lab2.right"),
            "an old one is no arm: {told}"
        );
        let (_, told) = doctor(&["--calibration", "lab2.middle.json"]);
        assert!(told.contains("no arm called `lab2.middle`"), "{told}");
        assert_eq!(doctor(&["--calibration", "lab2.left.1"]).0, Some(0));
    });
}

#[test]
fn an_emulated_bus_writes_no_file_over() {
    repeat_if_held_up(|| {
        let first = Emulated::start(&[]);
        let own = std::fs::read_to_string(first.path("arm.json")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mine.json");
        let given = file.display().to_string();
        let refused = |text: &str, why: &str| {
            std::fs::write(&file, text).unwrap();
            let output = enact(&["bus", "emulate", "--calibration", &given])
                .output()
                .unwrap();
            let talk = self::text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{talk}");
            assert!(talk.contains(&given) && talk.contains(why), "{talk}");
            assert!(talk.contains("never written over"), "{talk}");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        };
        refused("", "it is empty");
        refused("my notes", "not a calibration");
        refused(
            &own.replace("\"id\": 6", "\"id\": 77"),
            "it is of servo 77, not 6",
        );
        // Another arm's calibration is that of the emulated one.
        let other = own.replacen("\"homing_offset\": -", "\"homing_offset\": ", 1);
        assert_ne!(other, own);
        std::fs::write(&file, &other).unwrap();
        let bus = Emulated::start(&["--calibration", &given]);
        let all = [
            "arm",
            "doctor",
            "--port",
            &bus.port,
            "--calibration",
            &given,
        ];
        let output = heard(|| enact(&all).output().unwrap());
        assert!(output.status.success(), "{output:?}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), other);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    });
}

/// What the servos keep of a calibration, as `info` shows it.
fn settings(bus: &Emulated) -> Vec<String> {
    let names = ["homing_offset", "min_position", "max_position"];
    let info = bus.well(&["info"]);
    let lines = info.lines();
    lines
        .filter(|line| names.iter().any(|name| line.contains(name)))
        .map(str::to_owned)
        .collect()
}

/// `calibrate` of the gripper, when its servo's settings have been overwritten.
fn begun_calibration(bus: &Emulated) -> Child {
    let mut child = bus
        .command(&["calibrate", "--joint", "gripper"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.as_mut().unwrap()).unwrap();
    let mut talk = BufReader::new(child.stderr.as_mut().unwrap()).lines();
    assert!(talk.any(|line| line.unwrap().contains("from end to end")));
    drop(talk);
    child
}

fn signal(child: &Child, signal: &str) {
    let id = child.id().to_string();
    Command::new("kill").args([signal, &id]).status().unwrap();
}

#[test]
fn a_calibration_that_is_given_up_changes_nothing() {
    repeat_if_held_up(|| {
        let bus = Emulated::start(&[]);
        let (file, before) = (bus.path("arm.json"), settings(&bus));
        let kept = std::fs::read_to_string(&file).unwrap();
        let end_of_input = |child: &mut Child| drop(child.stdin.take());
        let interrupt = |child: &mut Child| signal(child, "-INT");
        type GiveUp = fn(&mut Child);
        let ways: [(GiveUp, &str); 2] = [
            (end_of_input, "standard input has ended"),
            (interrupt, "broken off"),
        ];
        for (give_up, why) in ways {
            let mut child = begun_calibration(&bus);
            give_up(&mut child);
            // An interrupt comes while there still is an input.
            let stdin = child.stdin.take();
            let output = child.wait_with_output().unwrap();
            drop(stdin);
            assert_eq!(output.status.code(), Some(2), "{output:?}");
            assert!(text(&output.stderr).contains(why), "{output:?}");
            assert_eq!(settings(&bus), before, "{why}");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), kept);
        }
    });
}

#[test]
fn a_calibration_that_cannot_be_saved_changes_nothing() {
    repeat_if_held_up(|| {
        let mut bus = Emulated::start(&[]);
        let before = settings(&bus);
        // Where the new file would be written first.
        std::fs::create_dir(bus.path("arm.json.new")).unwrap();
        let mut child = begun_calibration(&bus);
        for end in [0, 60] {
            bus.say(&format!("hand gripper {end}"));
            std::thread::sleep(Duration::from_millis(2000));
        }
        writeln!(child.stdin.as_mut().unwrap()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(
            text(&output.stderr).contains("cannot be written"),
            "{output:?}"
        );
        assert_eq!(settings(&bus), before);
    });
}

#[test]
fn a_calibration_that_does_not_serve_is_reported() {
    repeat_if_held_up(|| {
        let bus = Emulated::start(&[]);
        let watch = |more: &[&str]| {
            let mut all = vec!["arm", "monitor", "--seconds", "0.1", "--port", &bus.port];
            all.extend(more);
            let folder = bus.path("no-calibrations");
            let mut command = enact(&all);
            command.env("HF_LEROBOT_CALIBRATION", folder);
            command.output().unwrap()
        };
        let output = watch(&[]);
        let talk = text(&output.stderr);
        assert!(output.status.success(), "{talk}");
        assert!(
            talk.contains("in steps of the servos: no calibration"),
            "{talk}"
        );
        let output = watch(&["--calibration", "mistyped"]);
        let talk = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{talk}");
        assert!(talk.contains("no arm called `mistyped`"), "{talk}");
        // The file of an arm whose gripper has another servo.
        let file = std::fs::read_to_string(bus.path("arm.json")).unwrap();
        let other = bus.path("other.json");
        std::fs::write(&other, file.replace("\"id\": 6", "\"id\": 77")).unwrap();
        let output = watch(&["--calibration", &other]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let doctor = ["arm", "doctor", "--port", &bus.port, "--calibration"];
        let output = enact(&doctor).arg(&other).output().unwrap();
        let told = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("bad  servo 77"), "{told}");
        assert!(!told.contains("the servos keep"), "{told}");
    });
}

/// A copy of the SO-101 whose servos have other ids.
fn renumbered(changes: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["robot.toml", "robot.urdf", "bus.toml"] {
        let from = repository_root().join("robots/so101").join(name);
        let mut text = std::fs::read_to_string(from).unwrap();
        if name == "robot.toml" {
            for (from, to) in changes {
                assert!(text.contains(from));
                text = text.replace(from, to);
            }
        }
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn a_servo_gets_the_id_of_its_joint() {
    repeat_if_held_up(|| {
        let folder = renumbered(&[("servo = 6", "servo = 9")]);
        let robot = folder.path().display().to_string();
        let mut bus = Emulated::start(&[]);
        let output = bus.arm(&["set-id", "gripper", "--robot", &robot]);
        let talk = text(&output.stderr);
        assert!(talk.contains("6 servos answer; connect"), "{talk}");
        for servo in 2..=6 {
            bus.say(&format!("fault silent servo={servo}"));
        }
        let told = bus.well(&["set-id", "gripper", "--robot", &robot]);
        assert!(told.contains("is servo 9 at 1000000 baud now"), "{told}");
        let scan = bus.well(&["scan"]);
        assert_eq!(scan.trim(), "1000000 baud: 9 sts3215");
    });
}

#[test]
fn two_servos_with_one_id_are_told_apart_from_one() {
    repeat_if_held_up(|| {
        let swapped = renumbered(&[
            ("servo = 5", "servo = x"),
            ("servo = 6", "servo = 5"),
            ("servo = x", "servo = 6"),
        ]);
        let swapped = swapped.path().display().to_string();
        let mut bus = Emulated::start(&[]);
        for servo in 1..=5 {
            bus.say(&format!("fault silent servo={servo}"));
        }
        // Whoever has id 5 is silent, so nobody hears that the servo has that id now.
        bus.arm(&["set-id", "gripper", "--robot", &swapped]);
        bus.say("well");
        let told = text(&bus.arm(&["doctor"]).stdout);
        assert!(
            told.contains("bad  joint `wrist_roll`: two servos have id 5"),
            "{told}"
        );
        for servo in 1..=4 {
            bus.say(&format!("fault silent servo={servo}"));
        }
        let before = bus.writes();
        let output = bus.arm(&["set-id", "gripper"]);
        let talk = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{talk}");
        assert!(talk.contains("several servos with id 5"), "{talk}");
        assert_eq!(bus.writes(), before);
    });
}

#[test]
fn a_follower_does_what_the_hand_does_with_the_leader() {
    repeat_if_held_up(|| {
        let mut leader = Emulated::start(&[]);
        let follower = Emulated::start(&[]);
        follower.well(&["home"]);
        leader.say("hand shoulder_pan 30");
        leader.say("hand shoulder_lift -90");
        leader.say("hand elbow_flex 60");
        leader.say("hand wrist_flex 40");
        let record = follower.path("record.jsonl");
        let calibration = leader.path("arm.json");
        follower.well(&[
            "teleop",
            "--leader",
            &leader.port,
            "--leader-calibration",
            &calibration,
            "--seconds",
            "8",
            "--record",
            &record,
        ]);
        let lines = std::fs::read_to_string(record).unwrap();
        let end: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
        for joint in 0..5 {
            let [leader, follower] =
                ["leader", "position"].map(|who| end[who][joint].as_f64().unwrap());
            assert!((leader - follower).abs() < 0.06, "joint {joint}: {end}");
        }
        assert!(end["position"][0].as_f64().unwrap() > 0.45, "{end}");
        check_no_jump(&follower.goals());
        let torque = follower.well(&["info", "--joint", "elbow_flex"]);
        assert!(
            torque.contains("torque_enable                   0"),
            "{torque}"
        );
    });
}

/// A launch file whose camera is what this arm's bus writes pictures of.
fn launch_beside(arm: &Emulated) -> String {
    let text = "robot = \"so101\"\nscene = \"tabletop\"\nmodel = \"models/tabletop\"\nturns = 1\n\
                [camera]\nsource = \"folder\"\npath = \"pictures\"\nlive = true\n\
                [arm]\nsource = \"servos\"\nport = \"auto\"\n";
    let path = arm.path("launch.toml");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_teleoperation_is_kept_with_what_the_camera_sees() {
    repeat_if_held_up(|| {
        let mut leader = held_at_home();
        let follower = Emulated::start(&[]);
        follower.well(&["home"]);
        leader.say("hand shoulder_pan 30");
        let (record, launch) = (follower.path("demo.mcap"), launch_beside(&follower));
        let demonstrate = |leader: &Emulated, more: &[&str]| {
            let mut all = vec!["--seconds", "3", "--record", &record, "--launch", &launch];
            all.extend(more);
            let output = teleop(leader, &follower, &all).output().unwrap();
            (output.status.code(), text(&output.stderr))
        };

        // Without pictures nothing begins, unless none are wanted.
        let goals = follower.goals().len();
        let (status, talk) = demonstrate(&leader, &[]);
        assert_eq!(status, Some(2), "{talk}");
        assert!(
            talk.contains("pictures") && talk.contains("--record-fps 0"),
            "{talk}"
        );
        assert_eq!(follower.goals().len(), goals);
        let (status, talk) = demonstrate(&leader, &["--record-fps", "0"]);
        assert_eq!(status, Some(0), "{talk}");
        let event_log = Recording::open(Path::new(&record)).unwrap();
        assert_eq!(event_log.task_instructions(), ["teleoperation"]);
        assert_eq!(event_log.messages_of_topic(Topic::StreamImage).count(), 0);

        // A camera's program that writes there, ten times a second.
        let folder = PathBuf::from(follower.path("pictures"));
        std::fs::create_dir(&folder).unwrap();
        let (over, films) = (Arc::new(AtomicBool::new(false)), folder.join("view.png"));
        let is_over = Arc::clone(&over);
        let program = std::thread::spawn(move || {
            for brightness in (10..=250_u8).cycle() {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                let new = films.with_extension("new");
                image::RgbImage::from_pixel(16, 12, image::Rgb([brightness; 3]))
                    .save_with_format(&new, image::ImageFormat::Png)
                    .unwrap();
                std::fs::rename(&new, &films).unwrap();
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        let (status, talk) = demonstrate(
            &leader,
            &["--instruction", "put the red cube in the blue bowl"],
        );
        over.store(true, Ordering::Relaxed);
        program.join().unwrap();
        assert_eq!(status, Some(0), "{talk}");
        let event_log = Recording::open(Path::new(&record)).unwrap();
        assert_eq!(
            event_log.task_instructions(),
            ["put the red cube in the blue bowl"]
        );
        assert!(matches!(event_log.run_end(), RunEnd::Ended(_)));
        let readings: Vec<JointStates> = event_log
            .messages_of_topic(Topic::JointStates)
            .map(|record| record.deserialize_message().unwrap())
            .collect();
        assert!(readings.len() > 300, "{}", readings.len());
        let pan = |reading: &JointStates| reading.to_arm_state().commanded.unwrap()[0];
        let last = pan(readings.last().unwrap());
        assert!((last - 30_f64.to_radians()).abs() < 0.05, "{last}");
        let shots: Vec<_> = event_log.messages_of_topic(Topic::StreamImage).collect();
        assert!(shots.len() > 5, "{}", shots.len());
        let (begun, ended) = (
            readings[0].to_arm_state().stamp,
            readings.last().unwrap().to_arm_state().stamp,
        );
        assert!(
            shots
                .iter()
                .all(|shot| shot.at.since(ended).as_secs_f64() < 0.3)
        );
        let early = shots.iter().filter(|shot| shot.at < begun).count();
        assert!(early <= 1, "{early}");
        assert!(verify_by_playback(&event_log).unwrap().difference.is_none());
    });
}

/// An arm that hands hold at home, so that it does not sink without its motors.
fn held_at_home() -> Emulated {
    let mut arm = Emulated::start(&[]);
    for (joint, degrees) in [
        ("shoulder_pan", 0),
        ("shoulder_lift", -95),
        ("elbow_flex", 40),
        ("wrist_flex", 90),
        ("wrist_roll", 0),
        ("gripper", 10),
    ] {
        arm.say(&format!("hand {joint} {degrees}"));
    }
    arm
}

/// A follower, first taken home, that has begun to follow; how many goals it had before.
fn following(leader: &Emulated, follower: &Emulated, seconds: &str) -> (Child, usize) {
    follower.well(&["home"]);
    let before = follower.goals().len();
    let child = teleop(leader, follower, &["--seconds", seconds])
        .spawn()
        .unwrap();
    while follower.goals().len() < before + 50 {}
    (child, before)
}

/// `teleop` of two arms, as it begins.
fn teleop(leader: &Emulated, follower: &Emulated, more: &[&str]) -> Command {
    let calibration = leader.path("arm.json");
    let mut all = vec!["teleop", "--leader", &leader.port];
    all.extend(["--leader-calibration", &calibration]);
    all.extend(more);
    let mut command = follower.command(&all);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn a_leader_is_another_arm_with_a_calibration_of_its_own() {
    repeat_if_held_up(|| {
        let arm = Emulated::start(&[]);
        arm.well(&["torque", "on"]);
        let link = arm.path("other-name");
        std::os::unix::fs::symlink(&arm.port, &link).unwrap();
        let output = arm.arm(&["teleop", "--leader", &link]);
        let talk = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{talk}");
        assert!(talk.contains("on the same port"), "{talk}");
        let torque = arm.well(&["info", "--joint", "elbow_flex"]);
        assert!(
            torque.contains("torque_enable                   1"),
            "{torque}"
        );
        let leader = Emulated::start(&["--uncalibrated"]);
        let before = arm.goals().len();
        std::fs::copy(arm.path("arm.json"), leader.path("arm.json")).unwrap();
        let output = teleop(&leader, &arm, &[]).output().unwrap();
        let talk = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{talk}");
        assert!(talk.contains("--leader-calibration"), "{talk}");
        assert_eq!(arm.goals().len(), before);
    });
}

#[test]
fn a_leader_is_calibrated_where_lerobot_keeps_leaders() {
    repeat_if_held_up(|| {
        let (leader, follower) = (held_at_home(), held_at_home());
        let root = leader.folder.path().join("calibration");
        let keep = |kind: &str, text: &str| {
            std::fs::create_dir_all(root.join(kind)).unwrap();
            std::fs::write(root.join(kind).join("mine.json"), text).unwrap();
        };
        let own = std::fs::read_to_string(leader.path("arm.json")).unwrap();
        let teleop = || {
            let all = ["teleop", "--leader", &leader.port, "--seconds", "0.2"];
            let mut command = follower.command(&all);
            command.env("HF_LEROBOT_CALIBRATION", &root);
            command.output().unwrap()
        };
        let talk = text(&teleop().stderr);
        assert!(talk.contains("--leader-calibration"), "{talk}");
        // The follower may have the same name.
        keep(
            "robots/so_follower",
            &own.replace("\"id\": 6", "\"id\": 77"),
        );
        assert_eq!(teleop().status.code(), Some(2));
        keep("teleoperators/so101_leader", &own);
        let output = teleop();
        assert!(output.status.success(), "{output:?}");
    });
}

#[test]
fn a_leader_that_was_silent_is_approached_gently() {
    repeat_if_held_up(|| {
        let mut leader = held_at_home();
        let follower = Emulated::start(&[]);
        let (child, _) = following(&leader, &follower, "10");
        leader.say("fault silent for=3");
        leader.say("hand shoulder_pan 60");
        let silent = follower.goals().len();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let goals = &follower.goals()[silent..];
        let (first, last) = (goals[0].1, goals[goals.len() - 1].1);
        assert!((last - first).abs() > 400, "{first} to {last}");
        for pair in goals.windows(2) {
            let gentle = (pair[1].1 - pair[0].1).abs() <= 3;
            // Once the arms stand alike it follows at full speed.
            assert!(gentle || (last - pair[0].1).abs() < 100, "{pair:?}");
        }
    });
}

#[test]
fn a_follower_whose_leader_is_unplugged_brakes_and_is_lowered() {
    repeat_if_held_up(|| {
        let mut leader = held_at_home();
        let follower = Emulated::start(&[]);
        let (child, before) = following(&leader, &follower, "30");
        leader.say("hand shoulder_pan 80");
        leader.say("fault unplugged");
        let output = child.wait_with_output().unwrap();
        let talk = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{talk}");
        assert!(talk.contains("the leader: the port is lost"), "{talk}");
        let goals = follower.goals();
        check_no_jump(&goals);
        let steps: Vec<i64> = goals[before..]
            .windows(2)
            .map(|pair| (pair[1].1 - pair[0].1).abs())
            .collect();
        assert!(steps.iter().any(|step| *step > 2), "it was on its way");
        assert!(steps[steps.len() - 1] <= 1, "it comes to rest: {steps:?}");
        let torque = follower.well(&["info", "--joint", "elbow_flex"]);
        assert!(
            torque.contains("torque_enable                   0"),
            "{torque}"
        );
    });
}
