//! `enact replay`: recorded commands in the simulator, or on an arm.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use enact_arm::{ArmThread, StopSwitch};
use enact_recording::{Deviation, RecordedMotion, Recording, Replay};
use serde_json::{Value, json};

use super::args::ReplayArgs;
use super::replay_world::ReplayWorld;
use super::{open_readable, reask, replay_arm, verify};
use crate::arm::arm_config::ArmSource;
use crate::arm::stdin_lines::StdinLines;
use crate::data_dir::DataDir;
use crate::methods::MethodsConfig;
use crate::run::checked_instruction;
use crate::stop_sources;
use crate::unguarded_links;

/// Largest deviation of a replay that follows its recording: meters of the tool, rad or m of a
/// joint.
const MAX_DEVIATION: (f64, f64) = (1e-3, 1e-2);

/// Replays, verifies or asks again; whether it came out as recorded.
///
/// # Errors
/// If the recording cannot be used, or the arm broke.
pub fn replay(data_dir: &DataDir, args: &ReplayArgs) -> Result<bool> {
    let recording = open_readable(&args.file)?;
    let asked = &args.models;
    let named = [&asked.model, &asked.perceive, &asked.plan_with];
    let methods = args.methods.override_config(MethodsConfig::default());
    if !args.reask && (named.into_iter().any(Option::is_some) || !methods.is_empty()) {
        bail!("a replay asks no model\nhint: --reask sends the recorded pictures to one again");
    }
    if args.verify {
        return verify::replay_and_compare(&recording, args.json);
    }
    if let Some(prompt) = &args.instruction {
        checked_instruction(prompt)?;
    }
    if args.reask {
        return reask::reask(data_dir, &recording, args);
    }
    let player = Player::assemble(data_dir, args, recording, || {
        let stop = StopSwitch::new();
        stop_sources::install_stop_sources(&stop, &args.stop)?;
        Ok(stop)
    })?;
    let lines = args.step.then(StdinLines::start_reading);
    let outcome = player.play(
        |motion, stop| {
            lines
                .as_ref()
                .is_none_or(|lines| go_on(motion, lines, stop))
        },
        |motion, deviation| {
            if !args.json {
                outln!("{}", line(motion, deviation));
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

/// A recording, and the arm that repeats it.
pub struct Player {
    recording: Recording,
    motions: Vec<RecordedMotion>,
    /// Turns that are shown; what was before them in a simulated world is done at once.
    shown_from: u32,
    /// True if nothing of the recording is left out.
    whole: bool,
    // Dropped in this order: an arm is left before what it hangs on is gone.
    arm: ArmThread,
    source: ArmSource,
    world: ReplayWorld,
    /// True while time passes at the given speed.
    on: Arc<AtomicBool>,
    /// True if a launch file chooses the arm.
    by_an_arm: bool,
}

impl Player {
    /// Opens the recording that `args` names and starts the arm that they choose, to be stopped by
    /// this switch alone. Nothing moves yet.
    ///
    /// # Errors
    /// If the recording cannot be used, nothing moved in it, or the arm cannot be started.
    pub fn open(data_dir: &DataDir, args: &ReplayArgs, stop: StopSwitch) -> Result<Self> {
        Self::assemble(data_dir, args, open_readable(&args.file)?, || Ok(stop))
    }

    fn assemble(
        data_dir: &DataDir,
        args: &ReplayArgs,
        recording: Recording,
        stop: impl FnOnce() -> Result<StopSwitch>,
    ) -> Result<Self> {
        let mut motions = recording.motions()?;
        let all = motions.len();
        let until = args.until.unwrap_or(u32::MAX);
        // A simulated world is as it was only after all that came before.
        let from = args.arm.as_ref().map_or(0, |_| args.from_turn);
        motions.retain(|motion| (from..=until).contains(&motion.turn));
        // The last turn that moved anything: what is shown begins no later.
        let last = motions.last().map(|motion| motion.turn);
        if last.is_none_or(|last| args.from_turn > last) {
            bail!(nothing_moved(args.from_turn, last, all > 0));
        }
        let world = ReplayWorld::from_recording(&recording)?;
        unguarded_links::check(&world.robot, data_dir.allows_unguarded_links())?;
        let on = Arc::new(AtomicBool::new(false));
        let source = replay_arm::find(data_dir, args, &recording, &world)?;
        let arm = replay_arm::start(&source, args, &world, &on, stop)?;
        Ok(Self {
            whole: motions.len() == all,
            recording,
            motions,
            shown_from: args.from_turn,
            arm,
            source,
            world,
            on,
            by_an_arm: args.arm.is_some(),
        })
    }

    /// Sends all motions to the arm, then releases it. Before each motion shown, calls `go_on` with
    /// the switch that stops the arm; after it, calls `told` with the result.
    ///
    /// # Errors
    /// If the arm broke, or what was recorded cannot be read.
    pub fn play(
        self,
        go_on: impl Fn(&RecordedMotion, &StopSwitch) -> bool,
        mut told: impl FnMut(&RecordedMotion, &Deviation),
    ) -> Result<Outcome> {
        let (robot, arm, recording) = (&self.world.robot, &self.arm, &self.recording);
        let mut replay = Replay::new(robot, arm);
        if self.by_an_arm {
            let around = replay_arm::recorded_obstacles(robot, recording)?;
            if let Some(first) = self.motions.first() {
                replay_arm::move_to_motion_start(robot, arm, first, &around)?;
            }
            replay = replay.with_obstacles(around);
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
            let deviation = replay.replay_motion(motion)?;
            if shown {
                told(motion, &deviation);
            }
            let refused = deviation.refused.is_some();
            outcome.note(deviation);
            let stopped = arm.stop_switch().is_pressed();
            outcome.broken_off |= stopped;
            if refused || stopped {
                break;
            }
        }
        outcome.wall = started.elapsed();
        outcome.arm = arm.state()?.stamp.since(begun);
        let tasks = recording.task_instructions();
        if let ([task], true, true) = (tasks.as_slice(), self.whole, self.source.is_simulated()) {
            let world = &self.world.simulator;
            let goal = self.world.goal_of_instruction(task);
            outcome.reached = goal.map(|goal| world.with_world(|world| goal.is_satisfied(world)));
            outcome.was_reached = recording.is_goal_reached();
        }
        Ok(outcome)
    }
}

/// Says why there is nothing to replay from turn `from` on, whoever asks: turn `last` is the last that
/// moved anything, 0 what is before the first, and `elsewhere` says whether another part of the
/// recording has motion.
fn nothing_moved(from: u32, last: Option<u32>, elsewhere: bool) -> String {
    match last {
        None if elsewhere => "nothing moved in this part of the recording".to_owned(),
        None => "nothing moved in this recording, so there is nothing to replay".to_owned(),
        Some(0) => {
            "the arm moved only before the first turn of this recording, so there is nothing to replay".to_owned()
        }
        Some(last) => {
            format!("nothing moved from turn {from} on; the last motion is of turn {last}")
        }
    }
}

/// Waits for Enter; `false` at the end of input and after a stop.
fn go_on(motion: &RecordedMotion, lines: &StdinLines, stop: &StopSwitch) -> bool {
    let seconds = motion.planned.motion_duration().as_secs_f64();
    errln!(
        "next: turn {}, {}, {seconds:.1} s; press Enter",
        motion.turn,
        motion.planned.purpose
    );
    lines.wait_for_answer(stop).is_some()
}

fn line(motion: &RecordedMotion, deviation: &Deviation) -> String {
    let seconds = motion.planned.motion_duration().as_secs_f64();
    let how = match deviation {
        Deviation {
            refused: Some(refusal),
            ..
        } => format!("refused: {refusal}"),
        Deviation {
            end: Some((then, now)),
            ..
        } => format!("ended by `{now}`, then by `{then}`"),
        Deviation {
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

/// Result of a replay.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// True for an arm that is never bit for bit where it was.
    pub by_an_arm: bool,
    /// Motions that were followed.
    pub motions: usize,
    /// True if somebody ended it early.
    pub broken_off: bool,
    /// Motions that went bit for bit as recorded.
    pub exact: usize,
    /// Reason why the last motion was refused, if it was.
    pub refused: Option<String>,
    /// Motions that ended otherwise than recorded.
    pub ends: usize,
    /// Largest deviation of the tool, meters.
    pub tool: f64,
    /// Largest deviation of a joint, rad or m.
    pub joint: f64,
    /// Time that passed for the arm.
    pub arm: Duration,
    /// Time that passed for everybody else.
    pub wall: Duration,
    /// True if physics says that the goal is reached; `None` if it cannot tell.
    pub reached: Option<bool>,
    /// True if the goal was reached in the recording.
    pub was_reached: Option<bool>,
}

impl Outcome {
    fn note(&mut self, deviation: Deviation) {
        self.motions += 1;
        self.exact += usize::from(deviation.is_exact_match());
        self.ends += usize::from(deviation.end.is_some());
        self.tool = self.tool.max(deviation.tool);
        let off = deviation.joint.map_or(0.0, |(_, off)| off);
        self.joint = self.joint.max(off);
        self.refused = deviation.refused.map(|refusal| refusal.to_string());
    }

    /// Returns whether it matches the recording: close enough, with the same ends and the same
    /// outcome.
    pub fn is_as_recorded(&self) -> bool {
        let near =
            self.by_an_arm || (self.tool <= MAX_DEVIATION.0 && self.joint <= MAX_DEVIATION.1);
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
            "tool_meters": self.tool,
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

#[cfg(test)]
mod tests {
    use super::nothing_moved;

    #[test]
    fn why_there_is_nothing_to_replay_suits_a_terminal_and_a_server() {
        let told = [
            nothing_moved(1, None, false),
            nothing_moved(1, None, true),
            nothing_moved(1, Some(0), true),
            nothing_moved(7, Some(3), true),
        ];
        assert!(told.iter().all(|text| !text.contains("--")), "{told:?}");
        assert_eq!(
            told[3],
            "nothing moved from turn 7 on; the last motion is of turn 3"
        );
    }
}
