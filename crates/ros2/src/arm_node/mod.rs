//! The arm as a ROS 2 robot.
//!
//! | module | idea |
//! |---|---|
//! | [`options`] | how the arm appears |
//! | [`readings`] | the newest reading of the arm |
//! | [`executor`] | motions one after another |
//! | [`state_topics`] | joint states, transforms, description |
//! | [`diagnostics`] | what is to be known of the arm |
//! | [`tolerance`] | how far joints may be from path and goal |
//! | `running` | goals that are being carried out |
//! | `node_loop` | answers, publishes, and hands goals on |

pub mod diagnostics;
pub mod executor;
mod node_loop;
pub mod options;
pub mod readings;
mod running;
pub mod state_topics;
#[cfg(test)]
mod tests;
pub mod tolerance;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use enact_arm::{Arm, ArmThread};
use enact_robot::Robot;
use enact_types::StopSwitch;

use crate::settings::Ros2Settings;
use crate::{Connection, Ros2Error};
use executor::Executor;
use node_loop::NodeLoop;
pub use options::ArmNodeOptions;
use readings::{SharedLatestReading, WatchedArm};

/// An arm on a ROS 2 network. Dropping it calls off what moves, waits until the arm is at rest and
/// leaves the network.
#[derive(Debug)]
pub struct Ros2ArmNode {
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ros2ArmNode {
    /// Joins the network with an arm that is armed, and may be stopped by `stop`. The services
    /// `/enact/stop` and `/enact/clear` press and release that switch.
    ///
    /// # Errors
    /// [`Ros2Error`] if the rate is none, something cannot be created, or the arm does not reply.
    pub fn start(
        settings: &Ros2Settings,
        arm: Box<dyn Arm>,
        robot: Arc<Robot>,
        options: ArmNodeOptions,
        stop: StopSwitch,
    ) -> Result<Self, Ros2Error> {
        if !(1.0..=1000.0).contains(&options.rate) {
            let what = "publisher of joint states";
            let why = format!("a rate of {} Hz is not between 1 and 1000", options.rate);
            return Err(Ros2Error::cannot_create(what, why));
        }
        let mut connection = Connection::open(settings)?;
        let readings = SharedLatestReading::default();
        let watched = WatchedArm {
            arm,
            readings: readings.clone(),
        };
        let thread = ArmThread::start_with_stop_switch(Box::new(watched), &robot, stop.clone());
        thread.state()?;
        // Twice as often as readings are published, so that each time there is a new one.
        let pause = Duration::from_secs_f64(0.5 / options.rate);
        let failed = |why| Ros2Error::cannot_create("thread of the arm's node", why);
        let executor = Executor::start(thread, Arc::clone(&robot), options.around.clone(), pause)
            .map_err(failed)?;
        let mut node_loop =
            NodeLoop::create(&mut connection, robot, &options, readings, executor, stop)?;
        let ended = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&ended);
        let thread = std::thread::Builder::new()
            .name("ros2 arm".to_owned())
            .spawn(move || {
                node_loop.run(&connection, &until);
                drop(node_loop);
                drop(connection);
            })
            .map_err(failed)?;
        Ok(Self {
            ended,
            thread: Some(thread),
        })
    }

    /// Returns whether it still serves.
    pub fn is_alive(&self) -> bool {
        self.thread
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
    }
}

impl Drop for Ros2ArmNode {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the arm's ROS 2 node panicked");
        }
    }
}
