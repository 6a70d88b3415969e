//! Motion towards a moving goal, such as a leader arm or a slider.

use std::sync::Arc;

use enact_robot::{Command, Gate, Robot, StartState, Trajectory};
use enact_types::{JointVector, Refusal};
use rsruckig::prelude::{InputParameter, Ruckig, ThrowErrorHandler, Trajectory as Profile};
use rsruckig::util::DataArrayOrVec;

use super::limit_ratio::PLANNED_LIMIT_SHARE;

/// Tolerated rounding error at the end of a profile, rad or m.
const ROUNDING: f64 = 1e-9;
/// Share of the joints' speed below which no slower motion is tried.
const SLOWEST: f64 = 0.05;

/// Position, velocity and acceleration of every joint.
type State = [JointVector; 3];

/// Follows a moving goal, one command per control period. The admitted motion always ends at rest,
/// so the arm stops when no further goals are set.
pub struct OnlineTrajectory {
    robot: Arc<Robot>,
    gate: Gate,
    admitted: Trajectory,
    /// Index of the next sample to send.
    next: usize,
    /// The motion that `admitted` consists of, and its time at the last sample sent; `None` at rest
    /// and while braking.
    profile: Option<(Profile<0>, f64)>,
}

impl OnlineTrajectory {
    /// Starts from rest at `start`.
    ///
    /// # Errors
    /// If the arm cannot start there.
    pub fn new(robot: &Arc<Robot>, start: &StartState) -> Result<Self, Refusal> {
        let gate = Gate::new(robot);
        let from = start.commanded.unwrap_or(start.measured).clone();
        Ok(Self {
            admitted: gate.admit(vec![from], start)?,
            gate,
            robot: Arc::clone(robot),
            next: 1,
            profile: None,
        })
    }

    /// Aims for `goal`, as far as position limits allow, at this share of the joints' speed, or
    /// slower where the tool has to be slow.
    ///
    /// # Errors
    /// The refusal of the gate, or that the arm is braking; the arm then continues to the previous
    /// goal.
    pub fn aim(&mut self, goal: &JointVector, mut speed: f64) -> Result<(), Refusal> {
        loop {
            match self.aim_at(goal, speed) {
                Err(Refusal::ToolSpeed { .. }) if speed > SLOWEST => speed /= 2.0,
                result => return result,
            }
        }
    }

    fn aim_at(&mut self, goal: &JointVector, speed: f64) -> Result<(), Refusal> {
        if self.profile.is_none() && !self.is_at_rest() {
            return Err(Refusal::NotApplicable("the arm brakes".to_owned()));
        }
        let profile = self.plan(goal, speed)?;
        let period = self.robot.control_period().as_secs_f64();
        let steps = (profile.get_duration() / period).ceil().max(1.0) as usize;
        let samples: Vec<JointVector> = (1..=steps)
            .map(|step| self.at(&profile, step as f64 * period)[0].clone())
            .collect();
        let splice = self
            .gate
            .admit_splice(&self.admitted, self.next - 1, &samples)?;
        self.admitted = splice.trajectory;
        self.next = splice.next;
        self.profile = Some((profile, 0.0));
        Ok(())
    }

    /// Brakes as soon as possible.
    pub fn stop(&mut self) {
        if self.profile.take().is_some() && !self.is_at_rest() {
            self.admitted = self.gate.stopping_trajectory(&self.admitted, self.next - 1);
            self.next = 0;
        }
    }

    /// Returns the command for the next control period.
    pub fn advance(&mut self) -> Command {
        let command = self.admitted.command_at(self.next);
        self.next = (self.next + 1).min(self.admitted.len());
        if let Some((_, time)) = &mut self.profile {
            *time += self.robot.control_period().as_secs_f64();
        }
        command
    }

    /// Returns whether the last command was the last of the motion.
    pub fn is_at_rest(&self) -> bool {
        self.next >= self.admitted.len()
    }

    fn plan(&self, goal: &JointVector, speed: f64) -> Result<Profile<0>, Refusal> {
        let count = self.robot.joints().len();
        let [position, velocity, acceleration] = match &self.profile {
            Some((profile, time)) => self.at(profile, *time),
            None => {
                let still = JointVector::zeros(count);
                [self.admitted.end_positions().clone(), still.clone(), still]
            }
        };
        let mut input = InputParameter::<0>::new(Some(count));
        for (index, joint) in self.robot.joints().iter().enumerate() {
            let limits = joint.limits;
            input.current_position[index] = position[index];
            input.current_velocity[index] = velocity[index];
            input.current_acceleration[index] = acceleration[index];
            input.target_position[index] =
                goal[index].clamp(limits.min + ROUNDING, limits.max - ROUNDING);
            input.max_velocity[index] = PLANNED_LIMIT_SHARE * speed * limits.velocity;
            input.max_acceleration[index] = PLANNED_LIMIT_SHARE * limits.acceleration;
            input.max_jerk[index] = PLANNED_LIMIT_SHARE * limits.jerk;
        }
        let mut profile = Profile::<0>::new(Some(count));
        let period = self.robot.control_period().as_secs_f64();
        Ruckig::<0, ThrowErrorHandler>::new(Some(count), period)
            .calculate(&input, &mut profile)
            .map_err(|error| Refusal::NotApplicable(format!("no motion to there: {error}")))?;
        Ok(profile)
    }

    fn at(&self, profile: &Profile<0>, time: f64) -> State {
        let count = self.robot.joints().len();
        let mut state = [0; 3].map(|_| DataArrayOrVec::<f64, 0>::new(Some(count), 0.0));
        let [position, velocity, acceleration] = &mut state;
        profile.at_time(
            time.min(profile.get_duration()),
            &mut Some(position),
            &mut Some(velocity),
            &mut Some(acceleration),
            &mut None,
            &mut None,
        );
        state.map(|values| (0..count).map(|joint| values[joint]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn online_trajectory() -> (Arc<Robot>, OnlineTrajectory) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
        let robot = Arc::new(Robot::load(folder.as_ref()).unwrap());
        let home = robot.home().clone();
        let start = StartState {
            measured: &home,
            commanded: None,
        };
        let online_trajectory = OnlineTrajectory::new(&robot, &start).unwrap();
        (robot, online_trajectory)
    }

    /// Checks with the gate itself that every command is within its limits.
    fn check(robot: &Robot, commands: &[JointVector]) {
        let start = StartState {
            measured: robot.home(),
            commanded: None,
        };
        Gate::new(robot).admit(commands.to_vec(), &start).unwrap();
    }

    #[test]
    fn a_goal_that_moves_and_jumps_is_followed_within_all_limits() {
        let (robot, mut online_trajectory) = online_trajectory();
        let mut commands = vec![robot.home().clone()];
        let mut goal = robot.home().clone();
        let mut refused = 0;
        for step in 0..1000 {
            if step % 4 == 0 {
                let time = f64::from(step) * 0.005;
                goal[0] = 0.8 * (2.0 * time).sin();
                // A hand jerks now and then.
                goal[2] = robot.home()[2] + if (step / 200) % 2 == 0 { -0.3 } else { 0.0 };
                refused += usize::from(online_trajectory.aim(&goal, 1.0).is_err());
            }
            commands.push(online_trajectory.advance().positions().clone());
        }
        while !online_trajectory.is_at_rest() {
            commands.push(online_trajectory.advance().positions().clone());
        }
        check(&robot, &commands);
        assert!(refused < 25, "{refused} of 250 goals were refused");
        let end = commands.last().unwrap();
        assert!(end.max_difference(&goal) < 1e-3, "it arrives: {end}");
    }

    #[test]
    fn a_goal_beyond_a_limit_is_followed_to_the_limit_and_nonsense_not_at_all() {
        let (robot, mut online_trajectory) = online_trajectory();
        let mut goal = robot.home().clone();
        goal[0] = f64::NAN;
        assert!(online_trajectory.aim(&goal, 1.0).is_err());
        assert!(online_trajectory.is_at_rest());
        goal[0] = 9.0;
        online_trajectory.aim(&goal, 0.5).unwrap();
        while !online_trajectory.is_at_rest() {
            online_trajectory.advance();
        }
        let there = online_trajectory.advance().positions()[0];
        assert!(
            (there - robot.joints()[0].limits.max).abs() < 1e-6,
            "{there}"
        );
    }

    #[test]
    fn the_tool_is_slow_near_the_table() {
        let (robot, mut online_trajectory) = online_trajectory();
        let low = |pan: f64| {
            let place = enact_types::Point3::new(0.2 * pan.cos(), 0.2 * pan.sin(), 0.03);
            let end_effector =
                crate::motion::HandDirections::new(&robot, &robot.gripper_or_bare_tool()).unwrap();
            let point = robot.gripper().unwrap().tool_from_grasp;
            let pose = end_effector.tool_pose_for_target(
                &point,
                &place,
                0.0,
                crate::motion::Roll::FromHeading(0.0),
            );
            let arm =
                crate::motion::end_effector::solve(&robot, &pose, robot.home(), "it").unwrap();
            crate::motion::cartesian_path::join_arm_and_gripper(&arm, robot.home())
        };
        let mut commands = vec![robot.home().clone()];
        for step in 0..2400 {
            if step % 4 == 0 {
                let _ = online_trajectory
                    .aim(&low(if (step / 600) % 2 == 0 { 0.6 } else { -0.6 }), 1.0);
            }
            commands.push(online_trajectory.advance().positions().clone());
        }
        let arrived = commands.last().unwrap().max_difference(&low(-0.6));
        assert!(arrived < 0.01, "{arrived}");
        let start = StartState {
            measured: robot.home(),
            commanded: None,
        };
        while !online_trajectory.is_at_rest() {
            commands.push(online_trajectory.advance().positions().clone());
        }
        let table = enact_robot::CollisionWorld::with_table_only(&robot);
        Gate::new(&robot)
            .admit_among_obstacles(commands, &start, &table)
            .unwrap();
    }

    #[test]
    fn it_does_not_run_into_itself() {
        let (robot, mut online_trajectory) = online_trajectory();
        let folded = |by: f64| {
            let mut goal = robot.home().clone();
            goal[2] += by;
            goal
        };
        let refusals: Vec<Refusal> = [-0.6, 0.6]
            .into_iter()
            .filter_map(|by| online_trajectory.aim(&folded(by), 1.0).err())
            .collect();
        assert!(
            refusals
                .iter()
                .any(|refusal| matches!(refusal, Refusal::Collision { .. })),
            "{refusals:?}"
        );
    }

    #[test]
    fn it_brakes_from_full_speed() {
        let (robot, mut online_trajectory) = online_trajectory();
        let mut goal = robot.home().clone();
        goal[0] = 1.5;
        online_trajectory.aim(&goal, 1.0).unwrap();
        let mut commands = vec![robot.home().clone()];
        for _ in 0..100 {
            commands.push(online_trajectory.advance().positions().clone());
        }
        let before = commands.last().unwrap()[0];
        online_trajectory.stop();
        let mut steps = 0;
        while !online_trajectory.is_at_rest() {
            commands.push(online_trajectory.advance().positions().clone());
            steps += 1;
        }
        assert!(steps < 100, "{steps}");
        assert!(commands.last().unwrap()[0] - before < 0.6);
        // Motion can resume from there.
        online_trajectory.aim(robot.home(), 1.0).unwrap();
        assert!(!online_trajectory.is_at_rest());
    }
}
