//! Many arms of emulated servos on this machine, each with a node and a driver of its own, through one
//! router: how late their control periods end, what is sent, and what each part costs. Beside them, what
//! as many arms cost that are driven within one process.
//!
//! `cargo run --release -p enact-network --features zenoh --example fleet -- [ARMS] [SECONDS] [RATE]`
//!
//! 50 arms for 60 seconds at 20 control periods a second, unless said otherwise. The router, the nodes
//! and the drivers are a process each, and every node and driver has a link of its own. Servos answer
//! byte for byte, but their wire takes no time. Linux only: it reads `/proc`.

#![allow(clippy::print_stdout, reason = "it is what this is for")]

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use enact_arm::calibration::Calibration;
use enact_arm::driver::arming::ArmingOptions;
use enact_arm::driver::shutdown::ShutdownMode;
use enact_arm::driver::{BusConfig, ServoArm};
use enact_arm::{
    Arm, ArmError, ArmState, ArmThread, ContactPolicy, ExecutionEnd, StopSwitch, TrajectoryExecutor,
};
use enact_emulator::{BusBuilder, Faults, make_plausible_calibration};
use enact_network::arm_node::{DEFAULT_LEASE_DURATION, DEFAULT_MAX_SILENCE};
use enact_network::{ArmNode, ArmNodeSetup, Link, NetworkConfig, RemoteArm, RemoteArmSetup};
use enact_robot::{CollisionWorld, Gate, Robot, Trajectory};
use enact_types::{JointVector, Refusal};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Where the router listens.
const ROUTER: &str = "tcp/127.0.0.1:17447";
/// Zenoh's settings for nodes and drivers.
const CLIENT: &str = "client.json5";
/// Seconds before it is measured.
const WARM_UP: u64 = 3;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["router"] => route(),
        ["local", arms, folder] => drive_here(arms.parse()?, Path::new(folder)),
        ["nodes", arms, folder] => offer(arms.parse()?, Path::new(folder)),
        ["drivers", arms, folder] => drive(arms.parse()?, Path::new(folder)),
        told => {
            let number =
                |at: usize, usual: u32| told.get(at).map_or(Ok(usual), |told| told.parse());
            measure(
                number(0, 50)? as usize,
                number(1, 60)?.into(),
                number(2, 20)?,
            )
        }
    }
}

/// Tells what it takes without a network, then with one.
fn measure(arms: usize, seconds: u64, rate: u32) -> Outcome<()> {
    let folder = slow_robot(rate)?;
    let place = folder.path().to_str().ok_or("a folder's name")?;
    fs::write(folder.path().join(CLIENT), "{ mode: \"client\" }")?;
    let count = arms.to_string();
    println!("{arms} arms, {rate} control periods a second, {seconds} s each");
    watch(vec![Part::start("local", &[&count, place])?], arms, seconds)?;
    let parts = vec![
        Part::start("router", &[])?,
        Part::start("nodes", &[&count, place])?,
        Part::start("drivers", &[&count, place])?,
    ];
    let (bytes, packets) = watch(parts, arms, seconds)?;
    // Each is sent to the router and on from there.
    println!(
        "an arm's traffic: {:.1} kB/s in {:.0} packets/s",
        bytes / 2e3,
        packets / 2.0
    );
    Ok(())
}

/// Tells what these processes do and what it takes; returns the bytes and packets a second and arm.
fn watch(mut parts: Vec<Part>, arms: usize, seconds: u64) -> Outcome<(f64, f64)> {
    thread::sleep(Duration::from_secs(WARM_UP));
    for part in &mut parts {
        part.tell()?;
    }
    let begun = Instant::now();
    let (before, earlier) = (times(&parts)?, sent()?);
    thread::sleep(Duration::from_secs(seconds));
    let passed = begun.elapsed().as_secs_f64();
    let (after, later) = (times(&parts)?, sent()?);
    for (index, part) in parts.iter_mut().enumerate() {
        let share = 100.0 * (after[index] - before[index]) / passed;
        let each = share / arms as f64;
        let said = part.tell()?;
        println!(
            "{}: {share:.1} % of a core, {each:.2} % an arm; {said}",
            part.name
        );
    }
    // Drivers end before their nodes, and those before the router.
    while parts.pop().is_some() {}
    let each = |from: u64, to: u64| (to - from) as f64 / passed / arms as f64;
    Ok((each(earlier.0, later.0), each(earlier.1, later.1)))
}

/// Returns the SO-101 with another control rate.
fn slow_robot(rate: u32) -> Outcome<tempfile::TempDir> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../robots/so101");
    let folder = tempfile::tempdir()?;
    copy(&from, folder.path())?;
    let file = folder.path().join("robot.toml");
    let text = fs::read_to_string(&file)?;
    let other = text.replace(
        "control_rate_hz = 200",
        &format!("control_rate_hz = {rate}"),
    );
    fs::write(file, other)?;
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// A process of this example. A line to it is answered by a line of what it has counted.
struct Part {
    name: &'static str,
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Part {
    fn start(name: &'static str, arguments: &[&str]) -> Outcome<Self> {
        let mut child = Command::new(env::current_exe()?)
            .arg(name)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let said = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut part = Self { name, child, said };
        part.hear()?;
        Ok(part)
    }

    fn hear(&mut self) -> Outcome<String> {
        let mut line = String::new();
        match self.said.read_line(&mut line)? {
            0 => Err(format!("the {} ended", self.name).into()),
            _ => Ok(line.trim().to_owned()),
        }
    }

    fn tell(&mut self) -> Outcome<String> {
        let input = self.child.stdin.as_mut().ok_or("no input")?;
        input.write_all(b"\n")?;
        self.hear()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It is gone already if it failed, which was said.
        let _ = self.child.wait();
    }
}

/// Returns the bytes and packets that went over loopback.
fn sent() -> Outcome<(u64, u64)> {
    let text = fs::read_to_string("/proc/net/dev")?;
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("lo:"));
    let mut numbers = line
        .ok_or("no loopback")?
        .split_whitespace()
        .map(str::parse);
    let mut next = || numbers.next().ok_or("no number");
    Ok((next()??, next()??))
}

/// Returns the processor time of each part, seconds.
fn times(parts: &[Part]) -> Outcome<Vec<f64>> {
    /// Ticks of `/proc/PID/stat` a second, which are the same on all systems today.
    const TICKS: f64 = 100.0;
    let time = |part: &Part| -> Outcome<f64> {
        let text = fs::read_to_string(format!("/proc/{}/stat", part.child.id()))?;
        let (_, numbers) = text.rsplit_once(')').ok_or("no name")?;
        // User and system time are the 14th and 15th field; the third one is the first here.
        let ticks: Result<Vec<f64>, _> = numbers
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(str::parse)
            .collect();
        Ok(ticks?.iter().sum::<f64>() / TICKS)
    };
    parts.iter().map(time).collect()
}

/// Says that it is ready, then answers each line by what is counted, until there are no more.
fn answer(mut counted: impl FnMut() -> String) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready")?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        line?;
        writeln!(out, "{}", counted())?;
        out.flush()?;
    }
    Ok(())
}

fn route() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("router.json5");
    fs::write(&file, "{ mode: \"router\" }")?;
    let config = NetworkConfig {
        listen: vec![ROUTER.to_owned()],
        file: Some(file),
        ..NetworkConfig::default()
    };
    let _router = Link::open(&config)?;
    answer(|| "passes messages on".to_owned())
}

/// Returns a link of a client, which knows nobody but the router.
fn client(folder: &Path) -> Outcome<Arc<Link>> {
    let config = NetworkConfig {
        connect: vec![ROUTER.to_owned()],
        file: Some(folder.join(CLIENT)),
        ..NetworkConfig::default()
    };
    Ok(Link::open(&config)?)
}

/// How late the periods of motions began, and those that were over too late, seconds.
type Lateness = Arc<Mutex<Vec<f64>>>;

/// An arm whose bus has a clock of its own, in real time.
struct PacedArm {
    arm: ServoArm,
    period: Duration,
    due: Option<Instant>,
    late: Lateness,
}

impl Arm for PacedArm {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.arm.state()
    }

    fn admits(&self, trajectory: &Trajectory) -> Result<(), Refusal> {
        self.arm.admits(trajectory)
    }

    fn cycle(&mut self, command: &enact_robot::Command) -> Result<ArmState, ArmError> {
        let begun = Instant::now();
        // A motion begins when it begins; after that each period follows upon the last.
        let is_new = |due: &Instant| begun > *due + 4 * self.period;
        let due = self.due.filter(|due| !is_new(due)).unwrap_or(begun);
        thread::sleep(due.saturating_duration_since(begun));
        let state = self.arm.cycle(command);
        let late = due.elapsed().as_secs_f64();
        if let Ok(mut times) = self.late.lock() {
            times.push(late);
        }
        self.due = Some(due + self.period);
        state
    }

    fn idle(&mut self) -> Result<(), ArmError> {
        self.arm.idle()
    }
}

/// Returns an arm on a thread of its own.
fn paced(robot: &Robot, folder: &Path, late: &Lateness) -> Outcome<ArmThread> {
    let bus_config = BusConfig::load(&folder.join("bus.toml"), robot)?;
    let calibration = make_plausible_calibration(robot, &bus_config);
    let arm = PacedArm {
        arm: servos(robot, &bus_config, &calibration)?,
        period: robot.control_period(),
        due: None,
        late: Arc::clone(late),
    };
    Ok(ArmThread::start(Box::new(arm), robot))
}

fn offer(arms: usize, folder: &Path) -> Outcome<()> {
    let robot = Arc::new(Robot::load(folder)?);
    let late = Lateness::default();
    let mut nodes = Vec::new();
    for number in 0..arms {
        let setup = ArmNodeSetup {
            name: format!("arm{number}"),
            robot: Arc::clone(&robot),
            obstacles: Vec::new(),
            walls: Vec::new(),
            silence: DEFAULT_MAX_SILENCE,
            lease: DEFAULT_LEASE_DURATION,
        };
        let thread = paced(&robot, folder, &late)?;
        nodes.push(ArmNode::start(&client(folder)?, thread, setup)?);
    }
    answer(|| {
        let lost: u64 = nodes.iter().map(|node| node.status().links_lost).sum();
        let refused: u64 = nodes.iter().map(|node| node.status().refused.total()).sum();
        let periods = told(&late, &robot);
        format!("{periods}; {lost} brakes for want of a heartbeat, {refused} refusals")
    })
}

fn told(late: &Lateness, robot: &Robot) -> String {
    let period = robot.control_period().as_secs_f64();
    let taken = late.lock().map(|mut times| std::mem::take(&mut *times));
    let mut times = taken.unwrap_or_default();
    times.sort_by(f64::total_cmp);
    let last = times.len().saturating_sub(1) as f64;
    let at = |share: f64| {
        1e3 * times
            .get((last * share) as usize)
            .copied()
            .unwrap_or_default()
    };
    format!(
        "{} periods, over {:.2} ms after they are due (median), {:.2} ms (99.9 %), {:.2} ms (at most), {} too late",
        times.len(),
        at(0.5),
        at(0.999),
        at(1.0),
        times.iter().filter(|late| **late > period).count(),
    )
}

fn servos(robot: &Robot, bus_config: &BusConfig, calibration: &Calibration) -> Outcome<ServoArm> {
    let builder = BusBuilder {
        robot,
        bus_config,
        calibration,
        faults: Faults::new(Vec::new(), 0),
    };
    let bus = builder
        .build_transport_with_free_joints()?
        .host_side_bus(bus_config);
    let options = ArmingOptions {
        shutdown: ShutdownMode::Hold,
    };
    Ok(ServoArm::arm(bus, robot, bus_config, calibration, options)?)
}

fn drive(arms: usize, folder: &Path) -> Outcome<()> {
    let robot = Arc::new(Robot::load(folder)?);
    let connect = |number: usize| -> Outcome<Box<dyn TrajectoryExecutor>> {
        let setup = RemoteArmSetup {
            node: format!("arm{number}"),
            robot: Arc::clone(&robot),
            holder: format!("driver {number}"),
            patience: Duration::from_secs(20),
        };
        Ok(Box::new(RemoteArm::connect(
            &client(folder)?,
            &setup,
            StopSwitch::new(),
        )?))
    };
    let drivers = (0..arms).map(connect).collect::<Outcome<Vec<_>>>()?;
    keep_moving(&robot, drivers, String::new)
}

fn drive_here(arms: usize, folder: &Path) -> Outcome<()> {
    let robot = Arc::new(Robot::load(folder)?);
    let late = Lateness::default();
    let start =
        |_| -> Outcome<Box<dyn TrajectoryExecutor>> { Ok(Box::new(paced(&robot, folder, &late)?)) };
    let threads = (0..arms).map(start).collect::<Outcome<Vec<_>>>()?;
    keep_moving(&robot, threads, || format!("; {}", told(&late, &robot)))
}

/// Moves arms until there are no more lines to answer.
fn keep_moving(
    robot: &Arc<Robot>,
    arms: Vec<Box<dyn TrajectoryExecutor>>,
    more: impl Fn() -> String,
) -> Outcome<()> {
    let over = Arc::new(AtomicBool::new(false));
    let done = Arc::new(Mutex::new((0_u64, Vec::new())));
    let start = |arm: Box<dyn TrajectoryExecutor>| {
        let (robot, over, done) = (Arc::clone(robot), Arc::clone(&over), Arc::clone(&done));
        thread::spawn(move || {
            let mut by = 0.8;
            while !over.load(Ordering::Relaxed) {
                let end = match sweep(&robot, &*arm, by) {
                    Ok(ExecutionEnd::Finished) => None,
                    Ok(end) => Some(format!("{end:?}")),
                    Err(error) => Some(error.to_string()),
                };
                by = -by;
                if let Ok(mut done) = done.lock() {
                    done.0 += 1;
                    done.1.extend(end);
                }
            }
        })
    };
    let threads: Vec<_> = arms.into_iter().map(start).collect();
    answer(|| {
        let counted = done.lock().map(|mut done| std::mem::take(&mut *done));
        let (motions, ends) = counted.unwrap_or_default();
        let example = ends
            .first()
            .map_or(String::new(), |end| format!(", such as: {end}"));
        format!(
            "{motions} motions of two seconds, {} ended otherwise{example}{}",
            ends.len(),
            more()
        )
    })?;
    over.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().map_err(|_| "a driver's thread panicked")?;
    }
    Ok(())
}

/// Turns the first joint by so many radians, in two seconds.
fn sweep(robot: &Robot, arm: &dyn TrajectoryExecutor, by: f64) -> Outcome<ExecutionEnd> {
    let state = arm.state()?;
    let around = CollisionWorld::with_table_only(robot);
    let steps = (2.0 / robot.control_period().as_secs_f64()).round() as usize;
    let sample = |step: usize| -> JointVector {
        let t = step as f64 / steps as f64;
        let mut joints = state.commanded_or_measured().clone();
        joints[0] += by * t * t * t * (10.0 - 15.0 * t + 6.0 * t * t);
        joints
    };
    let samples = (0..=steps).map(sample).collect();
    let motion =
        Gate::new(robot).admit_among_obstacles(samples, &state.as_start_state(), &around)?;
    Ok(arm.execute(motion, &around, ContactPolicy::Expected)?.end)
}
