//! `enact replay`: the same commands in the simulator, or by an arm.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use enact_arm::StopSwitch;
use enact_journal::{Departure, Journal, RecordedMotion, Replay};
use serde_json::{Value, json};

use super::args::ReplayArgs;
use super::stage::Stage;
use super::{mover, open_readable, reask, verify};
use crate::arm::lines::Lines;
use crate::home::Home;
use crate::run::words;

/// A replay that stays this near to the recording has not departed from it: metres of the
/// tool, rad or m of a joint.
const NEAR: (f64, f64) = (1e-3, 1e-2);

/// Replays, verifies or asks again; whether it came out as recorded.
pub fn replay(home: &Home, args: &ReplayArgs) -> Result<bool> {
    let journal = open_readable(&args.file)?;
    if args.verify {
        return verify::check(&journal, args.json);
    }
    if let Some(prompt) = &args.prompt {
        words(prompt)?;
    }
    if args.reask {
        return reask::reask(home, &journal, args);
    }
    let motions = journal.motions()?;
    let until = args.until.unwrap_or(u32::MAX);
    // A simulated world is as it was only after all that came before.
    let from = args.arm.as_ref().map_or(0, |_| args.from_turn);
    let turns = from..=until;
    let part: Vec<&RecordedMotion> = motions
        .iter()
        .filter(|motion| turns.contains(&motion.turn))
        .collect();
    if part.is_empty() {
        bail!("nothing moved in this part of the recording");
    }
    let whole = part.len() == motions.len();
    let outcome = perform(home, &journal, args, &part, whole)?;
    if args.json {
        outln!("{}", outcome.json());
    } else {
        outln!("{}", outcome.sentence());
    }
    Ok(outcome.is_as_recorded())
}

fn perform(
    home: &Home,
    journal: &Journal,
    args: &ReplayArgs,
    motions: &[&RecordedMotion],
    whole: bool,
) -> Result<Outcome> {
    let stage = Stage::of(journal)?;
    home.guard(&stage.robot)?;
    let robot = &stage.robot;
    let on = Arc::new(AtomicBool::new(false));
    let source = mover::find(home, args, journal, &stage)?;
    let arm = mover::start(&source, args, &stage, &on)?;
    let mut replay = Replay::new(robot, &arm);
    if args.arm.is_some() {
        let around = mover::around(robot, journal)?;
        if let Some(first) = motions.first() {
            mover::approach(robot, &arm, first, &around)?;
        }
        replay = replay.among(around);
    }
    let mut outcome = Outcome {
        by_an_arm: args.arm.is_some(),
        ..Outcome::default()
    };
    let begun = arm.state()?.stamp;
    let started = Instant::now();
    let lines = args.step.then(Lines::read);
    for motion in motions {
        let shown = motion.turn >= args.from_turn;
        on.store(shown, Ordering::Relaxed);
        if let Some(lines) = lines.as_ref().filter(|_| shown)
            && !go_on(motion, lines, &arm.stop_switch())
        {
            outcome.broken_off = true;
            break;
        }
        let departure = replay.motion(motion)?;
        if shown && !args.json {
            outln!("{}", line(motion, &departure));
        }
        let refused = departure.refused.is_some();
        outcome.note(departure);
        let stopped = arm.stop_switch().is_pressed();
        outcome.broken_off |= stopped;
        if refused || stopped {
            break;
        }
    }
    outcome.wall = started.elapsed();
    outcome.arm = arm.state()?.stamp.since(begun);
    if let ([task], true, true) = (journal.tasks().as_slice(), whole, source.is_simulated()) {
        let goal = stage.goal(task);
        outcome.reached = goal.map(|goal| stage.simulator.with_world(|world| goal.holds(world)));
        outcome.was_reached = journal.is_reached();
    }
    Ok(outcome)
}

/// Waits for Enter; `false` at the end of input and after a stop.
fn go_on(motion: &RecordedMotion, lines: &Lines, stop: &StopSwitch) -> bool {
    let seconds = motion.planned.duration().as_secs_f64();
    errln!(
        "next: turn {}, {}, {seconds:.1} s; press Enter",
        motion.turn,
        motion.planned.purpose
    );
    lines.answer(stop).is_some()
}

fn line(motion: &RecordedMotion, departure: &Departure) -> String {
    let seconds = motion.planned.duration().as_secs_f64();
    let how = match departure {
        Departure {
            refused: Some(refusal),
            ..
        } => format!("refused: {refusal}"),
        Departure {
            end: Some((then, now)),
            ..
        } => format!("ended by `{now}`, then by `{then}`"),
        Departure {
            joint: Some((joint, off)),
            tool,
            ..
        } => format!("tool {:.2} mm off, `{joint}` {off:.4}", 1e3 * tool),
        _ => "as recorded".to_owned(),
    };
    format!(
        "turn {}  {:<12} {seconds:>5.1} s  {how}",
        motion.turn, motion.planned.purpose
    )
}

/// How a replay went.
#[derive(Default)]
struct Outcome {
    /// Which is never bit for bit where it was.
    by_an_arm: bool,
    motions: usize,
    /// Whether somebody ended it before its end.
    broken_off: bool,
    exact: usize,
    refused: Option<String>,
    ends: usize,
    tool: f64,
    joint: f64,
    arm: Duration,
    wall: Duration,
    reached: Option<bool>,
    was_reached: Option<bool>,
}

impl Outcome {
    fn note(&mut self, departure: Departure) {
        self.motions += 1;
        self.exact += usize::from(departure.is_none());
        self.ends += usize::from(departure.end.is_some());
        self.tool = self.tool.max(departure.tool);
        let off = departure.joint.map_or(0.0, |(_, off)| off);
        self.joint = self.joint.max(off);
        self.refused = departure.refused.map(|refusal| refusal.to_string());
    }

    fn is_as_recorded(&self) -> bool {
        let near = self.by_an_arm || (self.tool <= NEAR.0 && self.joint <= NEAR.1);
        let same_outcome = self.reached.is_none() || self.reached == self.was_reached;
        self.refused.is_none() && !self.broken_off && self.ends == 0 && near && same_outcome
    }

    fn ratio(&self) -> f64 {
        self.arm.as_secs_f64() / self.wall.as_secs_f64()
    }

    fn json(&self) -> Value {
        json!({
            "as_recorded": self.is_as_recorded(),
            "motions": self.motions,
            "bit_for_bit": self.exact,
            "ended_otherwise": self.ends,
            "broken_off": self.broken_off,
            "refused": self.refused,
            "tool_metres": self.tool,
            "joint_radians": self.joint,
            "arm_seconds": self.arm.as_secs_f64(),
            "wall_seconds": self.wall.as_secs_f64(),
            "times_real_time": self.ratio(),
            "reached": self.reached,
            "was_reached": self.was_reached,
        })
    }

    fn sentence(&self) -> String {
        let word = |reached: bool| if reached { "reached" } else { "not reached" };
        let goal = self.reached.map_or(String::new(), |reached| {
            format!("; the goal is {}", word(reached))
        });
        format!(
            "{} motions, {} of them bit for bit as recorded, tool at most {:.2} mm off{goal}; {:.1} s in {:.2} s, {:.1} times real time",
            self.motions,
            self.exact,
            1e3 * self.tool,
            self.arm.as_secs_f64(),
            self.wall.as_secs_f64(),
            self.ratio()
        )
    }
}
