//! One world, shared by an arm, a camera and readers of its ground truth.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use enact_arm::{Arm, ArmError, ArmState};
use enact_robot::{Command, Robot};

use crate::layout::{CameraPlace, Layout};
use crate::render::{Appearance, SimCamera, pose_looking_at};
use crate::world::World;

/// A handle to a simulated world; clones refer to the same world.
#[derive(Clone)]
pub struct Simulator {
    world: Arc<Mutex<World>>,
    realtime: bool,
}

impl Simulator {
    /// Creates a robot at home among objects at rest. With `realtime` a control period takes as
    /// long as in reality, otherwise as short as possible.
    pub fn new(robot: &Robot, layout: &Layout, realtime: bool) -> Self {
        let mut world = World::new(robot, layout);
        world.settle();
        Self {
            world: Arc::new(Mutex::new(world)),
            realtime,
        }
    }

    /// Returns the arm in this world.
    pub fn arm(&self) -> SimArm {
        SimArm {
            simulator: self.clone(),
            due: None,
        }
    }

    /// Returns the camera that the layout places in this world. `seed` determines its noise.
    pub fn camera(&self, look: Appearance, seed: u64) -> SimCamera {
        let place = self.with_world(|world| world.layout().camera);
        self.camera_at(&place, None, look, seed)
    }

    /// Returns a camera at another place in this world. If a link of the robot is named that carries
    /// it, the place is in that link's frame; a link that the robot does not have is the base.
    pub fn camera_at(
        &self,
        place: &CameraPlace,
        mount: Option<&str>,
        look: Appearance,
        seed: u64,
    ) -> SimCamera {
        let (source, mount) = (self.clone(), mount.map(str::to_owned));
        let camera = SimCamera::new_on_mount(
            Box::new(move || {
                source.with_world(|world| {
                    let link = mount.as_deref();
                    let pose = link.and_then(|link| world.frame_pose(link));
                    (
                        world.visible_bodies(),
                        world.stamp(),
                        pose.unwrap_or_default(),
                    )
                })
            }),
            place.intrinsics(),
            pose_looking_at(&place.eye, &place.target),
            look,
            seed,
        );
        if place.depth {
            camera
        } else {
            camera.without_depth()
        }
    }

    /// Reads or changes the world while nothing else accesses it.
    pub fn with_world<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        // A panic elsewhere leaves the world between two periods, which is a consistent state.
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut world)
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("realtime", &self.realtime)
            .finish_non_exhaustive()
    }
}

/// The arm of a simulated world. Time passes in it only while it is commanded.
#[derive(Debug)]
pub struct SimArm {
    simulator: Simulator,
    /// End of the current control period in real time.
    due: Option<Instant>,
}

impl SimArm {
    /// Waits until the control period is over in real time.
    fn pace(&mut self, period: Duration) {
        let now = Instant::now();
        // After a pause, periods are counted from now on and not caught up.
        let due = self.due.filter(|due| *due + period > now).unwrap_or(now) + period;
        std::thread::sleep(due.saturating_duration_since(now));
        self.due = Some(due);
    }
}

impl Arm for SimArm {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        Ok(self.simulator.with_world(|world| world.arm_state()))
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        let (state, period) = self.simulator.with_world(|world| {
            world.step_command(command.positions());
            (world.arm_state(), world.robot().control_period())
        });
        if self.simulator.realtime {
            self.pace(period);
        }
        if state.position.is_finite() {
            Ok(state)
        } else {
            Err(ArmError::Silent("the simulation has diverged".to_owned()))
        }
    }
}
