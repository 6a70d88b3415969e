//! Measures how fast, how cheaply and how evenly the driver runs on an emulated bus over a pty.
//!
//!     cargo run -p enact-emulator --example rate [-- cost]
//!
//! A cycle writes the goals of six servos and reads fifteen bytes from each. The first measurement
//! includes the transmission time of the bytes at 1 Mbaud and shows the largest rate that the wire
//! permits. The second omits that time and shows the cost of the driver, and the cost of the same
//! bytes in the operating system without a driver (with `cost`, only these, as numbers of seconds).
//! The third runs at 200 Hz and shows the jitter, alone and with a busy thread for every core, each
//! with and without real-time scheduling. `tests/clients/rate.py` runs `LeRobot` for comparison.
#![allow(clippy::print_stdout)]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use enact_arm::bus::{Bus, SerialTransport, Transport};
use enact_arm::driver::BusConfig;
use enact_arm::protocol::{BROADCAST_ID, ServoInstruction};
use enact_arm::realtime;
use enact_emulator::{BusBuilder, Faults, FreeJoints, PtyBus, make_plausible_calibration};
use enact_robot::Robot;

const CYCLES: usize = 3000;
/// Number of cycles of an evenly paced measurement, enough for the 99.9 % quantile to mean
/// something.
const EVEN_CYCLES: usize = 6000;
const CYCLE_PERIOD: Duration = Duration::from_millis(5);

fn main() {
    if std::env::args().any(|argument| argument == "cost") {
        println!("{} {}", cost(), bare_cost());
        return;
    }
    let (_port, mut bus) = open(true);
    let mut cycle = Cycle::new(bus_config());
    let begun = Instant::now();
    for _ in 0..CYCLES {
        cycle.run(&mut bus);
    }
    let mean = begun.elapsed() / CYCLES as u32;
    // Two requests of 26 and 14 bytes, six replies of 21, 10 µs per byte.
    let wire = Duration::from_micros(10 * (26 + 14 + 6 * 21));
    println!(
        "1 Mbaud, as fast as can be: {:.0} cycles a second, {:.0} % of what the wire allows ({wire:?} of bytes)",
        1.0 / mean.as_secs_f64(),
        100.0 * wire.as_secs_f64() / mean.as_secs_f64()
    );
    println!(
        "no time on the wire: processor time {:.1} µs a cycle, {:.1} µs for the bytes alone",
        cost() * 1e6,
        bare_cost() * 1e6
    );
    for (busy, load) in [(false, "alone"), (true, "with every core busy")] {
        for urgent in [false, true] {
            evenly(busy, load, urgent);
        }
    }
}

fn robots() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots").into()
}

fn robot() -> Robot {
    Robot::load_by_name("so101", &robots()).expect("the robot that ships loads")
}

fn bus_config() -> BusConfig {
    BusConfig::load(&robots().join("so101/bus.toml"), &robot()).expect("its servos too")
}

/// Returns an emulated bus, and the driver's end of it.
fn open(timed: bool) -> (PtyBus, Bus) {
    let (port, line) = open_line(timed);
    let bus_config = bus_config();
    let bus = Bus::new(Box::new(line), bus_config.family.codec(), bus_config.baud);
    (port, bus)
}

fn open_line(timed: bool) -> (PtyBus, SerialTransport) {
    let (robot, bus_config) = (robot(), bus_config());
    let emulator = BusBuilder {
        robot: &robot,
        bus_config: &bus_config,
        calibration: &make_plausible_calibration(&robot, &bus_config),
        faults: Faults::default(),
    };
    let mut emulated_bus = emulator
        .build_bus(Box::new(FreeJoints::from_positions(robot.home())))
        .expect("its own calibration suits it");
    emulated_bus.set_realistic_timing(timed);
    let port = PtyBus::serve(emulated_bus, None).expect("there is a pty");
    let path = port.path().expect("it is plugged in").display().to_string();
    let line = SerialTransport::open(&path, bus_config.baud).expect("the pty opens");
    (port, line)
}

/// A cycle: goals out, states in.
struct Cycle {
    bus_config: BusConfig,
    ids: Vec<u8>,
    goals: Vec<u8>,
}

impl Cycle {
    fn new(bus_config: BusConfig) -> Self {
        let ids: Vec<u8> = bus_config.servos.iter().map(|servo| servo.id).collect();
        let goal = bus_config.servos[0].model.map.goal_position;
        let mut goals = Vec::new();
        for id in &ids {
            goals.push(*id);
            goals.extend(goal.encode(2048).expect("it fits"));
        }
        Self {
            bus_config,
            ids,
            goals,
        }
    }

    fn run(&mut self, bus: &mut Bus) {
        let map = self.bus_config.servos[0].model.map;
        bus.queue_sync_write(map.goal_position.address, 2, &self.goals)
            .expect("they are goals");
        bus.sync_read(&self.ids, map.feedback, map.feedback_length)
            .expect("the line is there");
    }
}

/// Returns the processor time of a cycle, seconds.
fn cost() -> f64 {
    let (_port, mut bus) = open(false);
    let mut cycle = Cycle::new(bus_config());
    let before = processor_time();
    for _ in 0..CYCLES {
        cycle.run(&mut bus);
    }
    (processor_time() - before) / CYCLES as f64
}

/// Returns the time to write the bytes of a cycle and wait for the replies without a driver,
/// seconds.
fn bare_cost() -> f64 {
    let (_port, mut line) = open_line(false);
    let cycle = Cycle::new(bus_config());
    let map = cycle.bus_config.servos[0].model.map;
    let mut request = Vec::new();
    let codec = cycle.bus_config.family.codec();
    let goals = ServoInstruction::SyncWrite {
        address: map.goal_position.address,
        count: 2,
        items: &cycle.goals,
    };
    let states = ServoInstruction::SyncRead {
        address: map.feedback,
        count: map.feedback_length,
        ids: &cycle.ids,
    };
    for packet in [goals, states] {
        packet
            .encode(codec, BROADCAST_ID, &mut request)
            .expect("they are packets");
    }
    let awaited = cycle.ids.len() * codec.max_status_length(map.feedback_length.into());
    let mut answer = Vec::new();
    let before = processor_time();
    for _ in 0..CYCLES {
        answer.clear();
        line.send(&request).expect("the line is there");
        while answer.len() < awaited {
            let deadline = line.now() + Duration::from_millis(50);
            let count = line
                .receive(&mut answer, deadline)
                .expect("the line is there");
            assert!(count > 0, "the emulator answers");
        }
    }
    (processor_time() - before) / CYCLES as f64
}

/// Returns the processor time of this thread, seconds; zero if not on Linux.
fn processor_time() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next();
    nanoseconds
        .and_then(|word| word.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1e9
}

/// Runs at 200 Hz and prints how late cycles begin.
fn evenly(busy: bool, load: &str, urgent: bool) {
    let done = Arc::new(AtomicBool::new(false));
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    for _ in 0..if busy { cores } else { 0 } {
        let done = Arc::clone(&done);
        std::thread::spawn(move || while !done.load(Ordering::Relaxed) {});
    }
    let late = std::thread::spawn(move || {
        let denied = if urgent {
            realtime::request_realtime()
        } else {
            Vec::new()
        };
        for what in &denied {
            println!("    {what}");
        }
        lateness()
    });
    let (mut late, missing) = late.join().expect("it does not panic");
    done.store(true, Ordering::Relaxed);
    late.sort();
    let at = |share: f64| late[((share * late.len() as f64) as usize).min(late.len() - 1)];
    println!(
        "200 Hz {load}{}: cycles begin late by {:.3} ms (median), {:.3} ms (99 %), {:.3} ms (99.9 %), {:.3} ms at most; {missing} answers missing",
        if urgent { ", real-time scheduling" } else { "" },
        1e3 * at(0.5).as_secs_f64(),
        1e3 * at(0.99).as_secs_f64(),
        1e3 * at(0.999).as_secs_f64(),
        1e3 * at(1.0).as_secs_f64(),
    );
}

/// Returns the delay at the start of each cycle, and the number of missing replies.
fn lateness() -> (Vec<Duration>, u64) {
    let (_port, mut bus) = open(true);
    let mut cycle = Cycle::new(bus_config());
    let mut late = Vec::with_capacity(EVEN_CYCLES);
    let mut due = bus.now();
    for _ in 0..EVEN_CYCLES {
        due += CYCLE_PERIOD;
        bus.sleep_until(due);
        let now = bus.now();
        late.push(now.saturating_sub(due));
        // Paced like the driver: missed periods are not made up for.
        if now > due + CYCLE_PERIOD / 2 {
            due = now;
        }
        cycle.run(&mut bus);
    }
    (late, bus.counters().missing)
}
