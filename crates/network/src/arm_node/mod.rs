//! The node of an arm: it owns the arm, admits every motion through its own gate, and brakes by itself.
//!
//! | module | idea |
//! |---|---|
//! | `state` | what its threads share |
//! | `lease` | who may drive |
//! | `deadman` | when the driver was last heard of |
//! | `intake` | orders, heartbeats, requests, stops |
//! | `motion` | carries out one motion after another |
//!
//! Zenoh's threads only take heartbeats, stops and requests for the lease, which is quick. Orders and
//! questions go to a thread of the node, and admitted motions from there to another, which waits for the
//! arm's. Whether the link is alive is asked on the arm's own thread, once per control period: no other
//! thread has to be scheduled for the arm to brake.

mod deadman;
mod intake;
mod lease;
mod motion;
mod state;

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

use enact_arm::ArmThread;
use enact_robot::{CollisionWorld, HalfSpace, Obstacle, Robot};
use enact_types::StopSwitch;
use zenoh::liveliness::LivelinessToken;
use zenoh::pubsub::Subscriber;
use zenoh::query::Queryable;

pub use deadman::DEFAULT_MAX_SILENCE;
pub use lease::DEFAULT_LEASE_DURATION;

use crate::error::NetworkError;
use crate::keys::NodeKeys;
use crate::link::{Link, Urgency, question_bytes, reply, reply_under_key, reply_with_time};
use crate::message::status::{ArmStatus, PressedStop, sanitize_for_display};
use intake::{Inquiry, queue_inquiry};
use state::Node;

/// Questions that may wait.
const WAITING: usize = 32;
/// Readings that may wait to be published; more than a slow link takes are dropped.
const READINGS: usize = 64;

/// What an arm's node is about.
#[derive(Clone, Debug)]
pub struct ArmNodeSetup {
    /// Name in the network.
    pub name: String,
    /// The robot, by this machine's own description.
    pub robot: Arc<Robot>,
    /// Obstacles that are known here.
    pub obstacles: Vec<Arc<Obstacle>>,
    /// Walls that are known here, besides the table.
    pub walls: Vec<HalfSpace>,
    /// Time without a heartbeat after which the arm brakes: [`SILENCE`], unless the link is known to be
    /// slower and the hand too slow to do harm meanwhile.
    pub silence: Duration,
    /// Time that a lease lasts without a heartbeat: [`LASTS`], usually.
    pub lease: Duration,
}

/// An arm that others may drive, one at a time. Dropping it brakes what moves and ends the node; the arm is
/// then left as its driver leaves it.
pub struct ArmNode {
    node: Arc<Node>,
    declared: Option<Declared>,
    threads: Vec<JoinHandle<()>>,
}

/// What is declared to the network; dropping it takes it back.
struct Declared {
    _alive: LivelinessToken,
    _questions: Vec<Queryable<()>>,
    _heartbeats: Subscriber<()>,
}

impl ArmNode {
    /// Offers an arm to the network.
    ///
    /// # Errors
    /// [`NetworkError`] if the name is none, or the network or the system does not take it.
    pub fn start(
        link: &Arc<Link>,
        arm: ArmThread,
        setup: ArmNodeSetup,
    ) -> Result<Self, NetworkError> {
        let keys = NodeKeys::of_arm(&setup.name)?;
        let around = known(&setup);
        let node = Arc::new(Node::new(
            Arc::clone(link),
            keys.clone(),
            setup.robot,
            around,
            arm,
            setup.silence,
            setup.lease,
        ));
        let (inquiries, inbox) = sync_channel(WAITING);
        let (jobs, work) = sync_channel(1);
        let (readings, news) = sync_channel(READINGS);
        let publishers = motion::Publishers {
            readings: link.publisher(&keys.state_key(), Urgency::Telemetry)?,
            status: link.publisher(&keys.status_key(), Urgency::Telemetry)?,
        };
        let outcomes = link.publisher(&keys.outcome_key(), Urgency::Telemetry)?;
        let mut threads = Vec::new();
        let mut spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
            threads.push(thread.map_err(|error| NetworkError::Thread(error.to_string()))?);
            Ok::<(), NetworkError>(())
        };
        let (moving, told) = (Arc::clone(&node), readings.clone());
        spawn(
            "arm node motion",
            Box::new(move || motion::carry_out(&moving, &work, &told, &outcomes)),
        )?;
        let asked = Arc::clone(&node);
        spawn(
            "arm node orders",
            Box::new(move || intake::serve(&asked, &inbox, &jobs, &readings)),
        )?;
        let telling = Arc::clone(&node);
        spawn(
            "arm node news",
            Box::new(move || motion::publish_readings_and_status(&telling, &news, &publishers)),
        )?;
        let declared = declare(link, &keys, &node, inquiries)?;
        Ok(Self {
            node,
            declared: Some(declared),
            threads,
        })
    }

    /// Returns what the node tells of itself.
    pub fn status(&self) -> ArmStatus {
        self.node.status()
    }

    /// Returns the switch that stops the arm here, whatever the network does. A press is told to others, and
    /// latched until the holder of the lease clears it.
    pub fn stop_switch(&self) -> StopSwitch {
        self.node.stop.clone()
    }

    /// Stops the arm on behalf of somebody.
    pub fn stop_arm(&self, by: &str) -> PressedStop {
        self.node.press_stop(by)
    }
}

impl Drop for ArmNode {
    fn drop(&mut self) {
        self.node.deadman.end_all_motions();
        // With the questions end those who wait for them.
        drop(self.declared.take());
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the arm's node panicked");
            }
        }
    }
}

/// Returns what is known here to be around. Plans come close to fixed bodies on purpose, so these must only not
/// be touched; places to keep out of keep their margin.
fn known(setup: &ArmNodeSetup) -> CollisionWorld {
    let margin = setup.robot.clearance().table;
    let mut around = CollisionWorld::with_table_only(&setup.robot);
    let bodies = setup.obstacles.iter().cloned();
    around.obstacles.extend(bodies.map(|body| (body, margin)));
    around.half_spaces.extend(setup.walls.iter().cloned());
    around.with_capped_margins(0.0)
}

fn declare(
    link: &Link,
    keys: &NodeKeys,
    node: &Arc<Node>,
    inquiries: std::sync::mpsc::SyncSender<Inquiry>,
) -> Result<Declared, NetworkError> {
    let clock = *link.clock();
    let (lending, stopping, telling) = (Arc::clone(node), Arc::clone(node), Arc::clone(node));
    let hearing = Arc::clone(node);
    let key = keys.stop_key();
    let pass_on = |wrap: fn(zenoh::query::Query, u64) -> Inquiry| {
        let (node, inquiries) = (Arc::clone(node), inquiries.clone());
        move |query| {
            let now = node.now();
            queue_inquiry(&node, &inquiries, wrap(query, now));
        }
    };
    let questions = vec![
        link.answer(&keys.clock_key(), move |query| {
            reply_with_time(&query, &clock)
        })?,
        link.answer(&keys.status_key(), move |query| {
            reply(&query, &telling.status())
        })?,
        link.answer(&keys.stop_key(), move |query| {
            // Whatever the message says: a stop in words of another version is one, too.
            let said = question_bytes(&query);
            let by = sanitize_for_display(&String::from_utf8_lossy(&said));
            let by = if by.is_empty() { "another node" } else { &by };
            reply_under_key(&query, &key, &stopping.press_stop(by));
        })?,
        link.answer(&keys.lease_key(), move |query| {
            if let Some(answer) = lending.lend(&question_bytes(&query)) {
                reply(&query, &answer);
            }
        })?,
        link.answer(&keys.order_key(), pass_on(Inquiry::Order))?,
        link.answer(&keys.state_key(), pass_on(|query, _| Inquiry::State(query)))?,
        link.answer(
            &keys.outcome_key(),
            pass_on(|query, _| Inquiry::Outcome(query)),
        )?,
    ];
    let heartbeats = link.listen(&keys.heartbeat_key(), move |sample| {
        hearing.heartbeat(&sample.payload().to_bytes());
    })?;
    Ok(Declared {
        _questions: questions,
        _heartbeats: heartbeats,
        _alive: link.declare_alive(&keys.alive_key())?,
    })
}
