//! How fast and how evenly the driver runs on an emulated bus over a pty.
//!
//!     cargo run -p enact-emulator --example rate
//!
//! A cycle writes the goals of six servos and reads fifteen bytes from each. First with the time
//! that bytes take at 1 Mbaud, as fast as the wire lets it; then without that time, to see what the
//! driver itself costs; then at 200 Hz, to see how evenly. `LeRobot` does the same in
//! `tests/clients/rate.py`.
#![allow(clippy::print_stdout)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use enact_arm::bus::{Bus, SerialLine};
use enact_arm::driver::Wiring;
use enact_emulator::{Emulator, Faults, FreeJoints, PtyBus, nominal_calibration};
use enact_robot::Robot;

const CYCLES: usize = 3000;

fn main() {
    let (timed, _) = measure(true, None);
    // Two requests of 26 and 14 bytes, six answers of 21, 10 µs a byte.
    let wire = Duration::from_micros(10 * (26 + 14 + 6 * 21));
    report("1 Mbaud, as fast as can be", &timed);
    let mean = timed.iter().sum::<Duration>() / CYCLES as u32;
    let share = 100.0 * wire.as_secs_f64() / mean.as_secs_f64();
    println!("    {share:.0} % of what the wire allows ({wire:?} of bytes)");
    let (untimed, cost) = measure(false, None);
    report("no time on the wire", &untimed);
    println!(
        "    processor time of the driver {:.1} µs a cycle",
        cost * 1e6
    );
    let (even, _) = measure(true, Some(Duration::from_millis(5)));
    report("1 Mbaud, 200 Hz", &even);
}

/// Durations of the cycles, and the processor time of each, seconds.
fn measure(timed: bool, period: Option<Duration>) -> (Vec<Duration>, f64) {
    let robots: PathBuf = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots").into();
    let robot = Robot::find("so101", &robots).expect("the robot that ships loads");
    let wiring = Wiring::load(&robots.join("so101/bus.toml"), &robot).expect("its servos too");
    let emulator = Emulator {
        robot: &robot,
        wiring: &wiring,
        calibration: &nominal_calibration(&robot, &wiring),
        faults: Faults::default(),
    };
    let mut network = emulator
        .network(Box::new(FreeJoints::at(robot.home())))
        .expect("its own calibration suits it");
    network.set_timed(timed);
    let port = PtyBus::serve(network, None).expect("there is a pty");
    let path = port.path().expect("it is plugged in").display().to_string();
    let line = SerialLine::open(&path, wiring.baud).expect("the pty opens");
    let mut bus = Bus::new(Box::new(line), wiring.family.codec(), wiring.baud);
    let roles = wiring.servos[0].model.roles;
    let ids: Vec<u8> = wiring.servos.iter().map(|servo| servo.id).collect();
    let mut goals = Vec::new();
    for id in &ids {
        goals.push(*id);
        goals.extend(roles.goal_position.encode(2048).expect("it fits"));
    }
    let mut pauses = Vec::new();
    let before = processor_time();
    let mut last = Instant::now();
    let mut due = bus.now();
    for _ in 0..CYCLES {
        if let Some(period) = period {
            due += period;
            bus.sleep_until(due);
        }
        bus.sync_write(roles.goal_position.address, 2, &goals)
            .expect("the line is there");
        bus.sync_read(&ids, roles.feedback, roles.feedback_length)
            .expect("the line is there");
        pauses.push(last.elapsed());
        last = Instant::now();
    }
    let missing = bus.counters().missing;
    if missing > 0 {
        println!("    {missing} answers were missing: the machine was busy");
    }
    (pauses, (processor_time() - before) / CYCLES as f64)
}

/// Processor time of this thread, seconds; zero where Linux does not tell.
fn processor_time() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next();
    nanoseconds
        .and_then(|word| word.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1e9
}

fn report(what: &str, pauses: &[Duration]) {
    let mut sorted = pauses.to_vec();
    sorted.sort();
    let at = |share: f64| sorted[((share * sorted.len() as f64) as usize).min(sorted.len() - 1)];
    let mean = sorted.iter().sum::<Duration>() / sorted.len() as u32;
    println!(
        "{what}: {:.0} cycles a second; median {:.3} ms, 99 % {:.3} ms, 99.9 % {:.3} ms",
        1.0 / mean.as_secs_f64(),
        at(0.5).as_secs_f64() * 1e3,
        at(0.99).as_secs_f64() * 1e3,
        at(0.999).as_secs_f64() * 1e3,
    );
}
