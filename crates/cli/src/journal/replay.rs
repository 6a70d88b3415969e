//! `enact replay`: the same commands in the simulator, or by an arm.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use enact_arm::{ArmThread, StopSwitch};
use enact_journal::{Departure, Journal, RecordedMotion, Replay};
use serde_json::{Value, json};

use super::args::ReplayArgs;
use super::stage::Stage;
use super::{mover, open_readable, reask, verify};
use crate::arm::choice::Source;
use crate::arm::lines::Lines;
use crate::home::Home;
use crate::run::words;
use crate::stops;

/// A replay that stays this near to the recording has not departed from it: metres of the
/// tool, rad or m of a joint.
const NEAR: (f64, f64) = (1e-3, 1e-2);

/// Replays, verifies or asks again; whether it came out as recorded.
///
/// # Errors
/// If the recording cannot be used, or the arm broke.
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
    let player = Player::assemble(home, args, journal, || {
        let stop = StopSwitch::new();
        stops::arrange(&stop, &args.stop)?;
        Ok(stop)
    })?;
    let lines = args.step.then(Lines::read);
    let outcome = player.play(
        |motion, stop| {
            lines
                .as_ref()
                .is_none_or(|lines| go_on(motion, lines, stop))
        },
        |motion, departure| {
            if !args.json {
                outln!("{}", line(motion, departure));
            }
        },
    )?;
    if args.json {
        outln!("{}", outcome.json());
    } else {
        outln!("{}", outcome.sentence());
    }
    Ok(outcome.is_as_recorded())
}

/// A recording, and an arm that does once more what it tells.
pub struct Player {
    journal: Journal,
    motions: Vec<RecordedMotion>,
    /// Turns that are shown; what was before them in a simulated world is done at once.
    shown_from: u32,
    /// Whether nothing of the recording is left out.
    whole: bool,
    // Dropped in this order: an arm is left before what it hangs on is gone.
    arm: ArmThread,
    source: Source,
    stage: Stage,
    /// Whether time passes as told.
    on: Arc<AtomicBool>,
    /// Whether the arm is chosen by a launch file.
    by_an_arm: bool,
}

impl Player {
    /// Opens the recording that `args` names and starts the arm that they choose, to be stopped by
    /// this switch alone. Nothing moves yet.
    ///
    /// # Errors
    /// If the recording cannot be used, nothing moved in it, or the arm cannot be started.
    pub fn open(home: &Home, args: &ReplayArgs, stop: StopSwitch) -> Result<Self> {
        Self::assemble(home, args, open_readable(&args.file)?, || Ok(stop))
    }

    fn assemble(
        home: &Home,
        args: &ReplayArgs,
        journal: Journal,
        stop: impl FnOnce() -> Result<StopSwitch>,
    ) -> Result<Self> {
        let mut motions = journal.motions()?;
        let all = motions.len();
        let until = args.until.unwrap_or(u32::MAX);
        // A simulated world is as it was only after all that came before.
        let from = args.arm.as_ref().map_or(0, |_| args.from_turn);
        motions.retain(|motion| (from..=until).contains(&motion.turn));
        if motions.is_empty() {
            bail!("nothing moved in this part of the recording");
        }
        let stage = Stage::of(&journal)?;
        home.guard(&stage.robot)?;
        let on = Arc::new(AtomicBool::new(false));
        let source = mover::find(home, args, &journal, &stage)?;
        let arm = mover::start(&source, args, &stage, &on, stop)?;
        Ok(Self {
            whole: motions.len() == all,
            journal,
            motions,
            shown_from: args.from_turn,
            arm,
            source,
            stage,
            on,
            by_an_arm: args.arm.is_some(),
        })
    }

    /// Has the arm do it all, and leaves it. Before each motion that is shown `go_on` is asked, which hears what
    /// stops the arm; after it `told` is told how it went.
    ///
    /// # Errors
    /// If the arm broke, or what was recorded cannot be read.
    pub fn play(
        self,
        go_on: impl Fn(&RecordedMotion, &StopSwitch) -> bool,
        mut told: impl FnMut(&RecordedMotion, &Departure),
    ) -> Result<Outcome> {
        let (robot, arm, journal) = (&self.stage.robot, &self.arm, &self.journal);
        let mut replay = Replay::new(robot, arm);
        if self.by_an_arm {
            let around = mover::around(robot, journal)?;
            if let Some(first) = self.motions.first() {
                mover::approach(robot, arm, first, &around)?;
            }
            replay = replay.among(around);
        }
        let mut outcome = Outcome {
            by_an_arm: self.by_an_arm,
            ..Outcome::default()
        };
        let begun = arm.state()?.stamp;
        let started = Instant::now();
        for motion in &self.motions {
            let shown = motion.turn >= self.shown_from;
            self.on.store(shown, Ordering::Relaxed);
            if shown && !go_on(motion, &arm.stop_switch()) {
                outcome.broken_off = true;
                break;
            }
            let departure = replay.motion(motion)?;
            if shown {
                told(motion, &departure);
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
        let tasks = journal.tasks();
        if let ([task], true, true) = (tasks.as_slice(), self.whole, self.source.is_simulated()) {
            let world = &self.stage.simulator;
            let goal = self.stage.goal(task);
            outcome.reached = goal.map(|goal| world.with_world(|world| goal.holds(world)));
            outcome.was_reached = journal.is_reached();
        }
        Ok(outcome)
    }
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
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Whether an arm did it that is never bit for bit where it was.
    pub by_an_arm: bool,
    /// Motions that were followed.
    pub motions: usize,
    /// Whether somebody ended it before its end.
    pub broken_off: bool,
    /// Motions that went bit for bit as recorded.
    pub exact: usize,
    /// Why the last motion was refused, if it was.
    pub refused: Option<String>,
    /// Motions that ended otherwise than recorded.
    pub ends: usize,
    /// How far the tool was off at most, metres.
    pub tool: f64,
    /// How far a joint was off at most, rad or m.
    pub joint: f64,
    /// Time that passed for the arm.
    pub arm: Duration,
    /// Time that passed for everybody else.
    pub wall: Duration,
    /// Whether physics has the goal reached, where it can tell.
    pub reached: Option<bool>,
    /// Whether it was reached in the recording.
    pub was_reached: Option<bool>,
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

    /// Whether it came out as recorded: near enough, with the same ends and the same outcome.
    pub fn is_as_recorded(&self) -> bool {
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
