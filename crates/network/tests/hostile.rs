//! Messages that are not to be obeyed, and are not.

#![allow(clippy::print_stdout, reason = "figures for whoever runs it by hand")]

mod common;

use std::time::Duration;

use common::{
    NAME, PacedArm, TEST_TIMEOUT, connecting, driver, eventually, free_tcp, listening, node, so101,
    sweep,
};
use enact_arm::{ContactPolicy, ExecutionEnd, IdealArm, TrajectoryExecutor};
use enact_network::clock::Exchange;
use enact_network::keys::NodeKeys;
use enact_network::message::codec::{MAX_SMALL_BYTES, to_bytes};
use enact_network::message::lease::{LeaseReply, LeaseRequest};
use enact_network::message::order::{Heartbeat, Motion, Order, OrderRefusal, OrderReply};
use enact_network::message::world::{ObstacleMessage, WorldMessage};
use enact_network::message::{Channel, Envelope, SecretKey, SessionId};
use enact_network::{Link, MessageFault};
use enact_robot::{CollisionWorld, Robot, Shape, Trajectory};
use enact_types::{JointVector, Pose, Refusal};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zenoh::Wait;

/// A driver that says whatever it likes.
struct Liar<'a> {
    link: &'a Link,
    keys: NodeKeys,
    session: SessionId,
    lease: u64,
    key: SecretKey,
    robot: [u8; 32],
    clocks: Exchange,
}

impl<'a> Liar<'a> {
    fn new(link: &'a Link, robot: &Robot) -> Self {
        let keys = NodeKeys::of_arm(NAME).unwrap();
        let session = SessionId::random_id();
        let request = LeaseRequest {
            session,
            holder: "a liar".to_owned(),
            robot: *robot.digest(),
        };
        let granted: LeaseReply = link
            .ask_patiently(
                "the node",
                &keys.lease_key(),
                &to_bytes(&request),
                TEST_TIMEOUT,
            )
            .unwrap();
        let LeaseReply::Granted { lease, key, .. } = granted else {
            panic!("{granted:?}");
        };
        let (clocks, _) = link
            .compare_clocks(&keys.clock_key(), TEST_TIMEOUT)
            .unwrap();
        Self {
            link,
            keys,
            session,
            lease,
            key,
            robot: *robot.digest(),
            clocks,
        }
    }

    /// Returns an order as an honest driver would send it.
    fn honest(&self, sequence: u64, body: Order) -> Envelope<Order> {
        Envelope {
            session: self.session,
            lease: self.lease,
            sequence,
            sent: self.link.clock().now(),
            clocks: Some(self.clocks),
            robot: self.robot,
            body,
        }
    }

    fn send(&self, bytes: Vec<u8>) -> OrderReply {
        self.link
            .ask(&self.keys.order_key(), bytes, MAX_SMALL_BYTES, TEST_TIMEOUT)
            .unwrap()
    }

    fn order(&self, envelope: &Envelope<Order>) -> OrderReply {
        self.send(envelope.to_signed_bytes(Channel::Order, &self.key))
    }
}

/// An order that changes nothing.
fn harmless() -> Order {
    Order::ClearStop { stop: 0 }
}

fn motion(trajectory: &Trajectory, around: &CollisionWorld) -> Motion {
    Motion {
        samples: trajectory.positions().to_vec(),
        period: trajectory.sample_period().as_nanos() as u64,
        contact: ContactPolicy::Expected,
        around: WorldMessage::from_collision_world(around),
        valid_ms: 1000,
    }
}

#[test]
fn each_cause_is_refused_by_its_name_and_counted() {
    let robot = so101();
    let endpoint = free_tcp();
    let there = listening(&endpoint);
    let node = node(&there, IdealArm::new(&robot), &robot);
    let link = connecting(&endpoint);
    let liar = Liar::new(&link, &robot);
    let refused = |fault| OrderReply::Refused(OrderRefusal::Message(fault));
    let of = |sequence, change: &dyn Fn(&mut Envelope<Order>)| {
        let mut envelope = liar.honest(sequence, harmless());
        change(&mut envelope);
        liar.order(&envelope)
    };
    assert_eq!(of(10, &|_| ()), OrderReply::Accepted);
    assert_eq!(of(10, &|_| ()), refused(MessageFault::Repeated));
    assert_eq!(of(9, &|_| ()), refused(MessageFault::Reordered));
    let stranger = SessionId::random_id();
    assert_eq!(
        of(11, &|it| it.session = stranger),
        refused(MessageFault::Foreign)
    );
    assert_eq!(of(11, &|it| it.lease += 1), refused(MessageFault::Foreign));
    assert_eq!(
        of(11, &|it| it.lease -= 1),
        refused(MessageFault::LeaseEnded)
    );
    assert_eq!(
        of(11, &|it| it.robot[0] ^= 1),
        refused(MessageFault::OtherRobot)
    );
    let honest = liar.honest(11, harmless());
    let forged = honest.to_signed_bytes(Channel::Order, &SecretKey::random_key());
    assert_eq!(liar.send(forged), refused(MessageFault::Forged));
    let elsewhere = honest.to_signed_bytes(Channel::Heartbeat, &liar.key);
    assert_eq!(liar.send(elsewhere), refused(MessageFault::Forged));
    let mut newer = honest.to_signed_bytes(Channel::Order, &liar.key);
    newer[0] += 1;
    assert_eq!(liar.send(newer), refused(MessageFault::Version));
    assert_eq!(liar.send(vec![7; 500]), refused(MessageFault::Version));
    assert_eq!(liar.send(Vec::new()), refused(MessageFault::Garbage));
    // From the future, late, and by clocks that were never compared like this.
    const HOUR: u64 = 3_600_000_000_000;
    assert_eq!(of(12, &|it| it.sent += HOUR), refused(MessageFault::Stale));
    let mut late = motion(&sweep(&robot), &CollisionWorld::with_table_only(&robot));
    late.valid_ms = 1;
    let late = liar.honest(13, Order::Follow(late));
    std::thread::sleep(Duration::from_nanos(liar.clocks.back - liar.clocks.asked));
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(liar.order(&late), refused(MessageFault::Stale));
    let bent = |it: &mut Envelope<Order>| {
        it.clocks = it.clocks.map(|clocks| Exchange {
            received: clocks.received + HOUR,
            answered: clocks.received + HOUR,
            back: clocks.asked,
            ..clocks
        });
    };
    assert_eq!(of(14, &bent), refused(MessageFault::Stale));
    let counts = node.status().refused;
    for (fault, count) in [
        (MessageFault::Repeated, 1),
        (MessageFault::Reordered, 1),
        (MessageFault::Foreign, 2),
        (MessageFault::LeaseEnded, 1),
        (MessageFault::OtherRobot, 1),
        (MessageFault::Forged, 2),
        (MessageFault::Version, 2),
        (MessageFault::Garbage, 1),
        (MessageFault::Stale, 3),
    ] {
        assert_eq!(counts.count_of(fault), count, "{}", fault.name());
    }
    assert_eq!(counts.total(), 14);
}

#[test]
fn a_holder_of_the_lease_cannot_pass_the_gate_either() {
    let robot = so101();
    let endpoint = free_tcp();
    let there = listening(&endpoint);
    let (paced, log) = PacedArm::new(&robot);
    let node = node(&there, paced, &robot);
    let link = connecting(&endpoint);
    let liar = Liar::new(&link, &robot);
    let table = CollisionWorld::with_table_only(&robot);
    let good = motion(&sweep(&robot), &table);
    let mut sequence = 0;
    let mut refusal = |change: &dyn Fn(&mut Motion)| {
        let mut motion = good.clone();
        change(&mut motion);
        sequence += 1;
        // What counts as the gate's is told by it; what is not read is garbage.
        match liar.order(&liar.honest(sequence, Order::Follow(motion))) {
            OrderReply::Refused(OrderRefusal::Gate(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    };
    let beyond = refusal(&|it| {
        for sample in &mut it.samples {
            sample[0] *= 10.0;
        }
    });
    assert!(matches!(beyond, Refusal::JointLimit { .. }), "{beyond}");
    let hasty = refusal(&|it| it.samples = it.samples.iter().step_by(20).cloned().collect());
    assert!(matches!(hasty, Refusal::JointLimit { .. }), "{hasty}");
    let nan = refusal(&|it| it.samples[100][2] = f64::NAN);
    assert!(matches!(nan, Refusal::NotFinite { .. }), "{nan}");
    let jump = refusal(&|it| drop(it.samples.drain(..200)));
    assert!(matches!(jump, Refusal::StartsElsewhere { .. }), "{jump}");
    let malformed: [&dyn Fn(&mut Motion); 8] = [
        &|it| it.samples.clear(),
        &|it| it.samples[7] = JointVector::zeros(3),
        &|it| it.samples[7] = JointVector::zeros(1000),
        &|it| it.period *= 2,
        &|it| it.contact = ContactPolicy::Limit(f64::NAN),
        &|it| it.samples = vec![it.samples[0].clone(); 60_000],
        &|it| it.around.half_spaces[0].normal *= 2.0,
        &|it| {
            it.around.obstacles.push(ObstacleMessage {
                name: "ghost".to_owned(),
                shapes: vec![(Shape::Sphere { radius: f64::NAN }, Pose::identity())],
                margin: 0.0,
                keep_out: false,
                perceived: false,
            });
        },
    ];
    for change in malformed {
        let refusal = refusal(change);
        assert!(matches!(refusal, Refusal::Malformed(_)), "{refusal}");
    }
    // Through the table, which it leaves out.
    let lowest = lowest(&robot);
    let sunk = refusal(&|it| {
        let steps = 4000;
        let blend = |step: usize| {
            let t = step as f64 / steps as f64;
            t * t * t * (10.0 - 15.0 * t + 6.0 * t * t)
        };
        it.around = WorldMessage::default();
        it.samples = (0..=steps)
            .map(|step| {
                let home = robot.home().iter();
                home.zip(lowest.iter())
                    .map(|(from, to)| from + (to - from) * blend(step))
                    .collect()
            })
            .collect();
    });
    let Refusal::Collision { second, .. } = &sunk else {
        panic!("{sunk}");
    };
    assert_eq!(second, "table");
    assert!(log.lock().unwrap().is_empty(), "nothing moved");
    assert_eq!(node.status().refused.total(), 0, "the messages were sound");
}

/// Returns joints at which the hand is below the table and nothing else is wrong.
fn lowest(robot: &Robot) -> JointVector {
    let table = CollisionWorld::with_table_only(robot);
    let collider = robot.collider();
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..100_000 {
        let joints: JointVector = robot
            .joints()
            .iter()
            .zip(robot.home().iter())
            .enumerate()
            .map(|(index, (joint, home))| match index {
                1..=3 => random.random_range(joint.limits.min..joint.limits.max),
                _ => *home,
            })
            .collect();
        let is_free = |at: &JointVector| {
            collider
                .check_posture(at, &CollisionWorld::default())
                .is_ok()
        };
        let midway = |t: f64| -> JointVector {
            let home = robot.home().iter();
            home.zip(joints.iter())
                .map(|(a, b)| a + (b - a) * t)
                .collect()
        };
        let is_clear = (0..=50).all(|step| is_free(&midway(f64::from(step) / 50.0)));
        if is_clear && collider.check_posture(&joints, &table).is_err() {
            return joints;
        }
    }
    panic!("no such joints");
}

/// Has a driver move while a hostile node sends so many messages.
fn flood(messages: usize) {
    let robot = so101();
    let endpoint = free_tcp();
    let there = listening(&endpoint);
    let (paced, log) = PacedArm::new(&robot);
    let node = node(&there, paced, &robot);
    let arm = driver(&connecting(&endpoint), &robot);
    // It may connect, and overhears everything that is published; orders are asked, so it lures them, too.
    let config = enact_network::NetworkConfig::connecting_to([endpoint.as_str()]);
    let hostile = zenoh::open(config.main_zenoh_config().unwrap())
        .wait()
        .unwrap();
    let keys = NodeKeys::of_arm(NAME).unwrap();
    let overheard = std::sync::Arc::new(std::sync::Mutex::new(Vec::<Vec<u8>>::new()));
    let kept = std::sync::Arc::clone(&overheard);
    let _ears = hostile
        .declare_subscriber(keys.heartbeat_key())
        .callback(move |sample| {
            let mut kept = kept.lock().unwrap();
            // It hears itself, too.
            let bytes = sample.payload().to_bytes().into_owned();
            if kept.len() < 1000 && !bytes.is_empty() {
                kept.push(bytes);
            }
        })
        .wait()
        .unwrap();
    let forged = Envelope {
        session: SessionId::random_id(),
        lease: 1,
        sequence: 1_000_000,
        sent: 0,
        clocks: None,
        robot: *robot.digest(),
        body: Order::Follow(motion(
            &sweep(&robot),
            &CollisionWorld::with_table_only(&robot),
        )),
    };
    let forged = forged.to_signed_bytes(Channel::Order, &SecretKey::random_key());
    let trajectory = sweep(&robot);
    let planned = trajectory.positions().to_vec();
    let around = CollisionWorld::with_table_only(&robot);
    let execution = std::thread::scope(|scope| {
        let moving = scope.spawn(|| arm.execute(trajectory, &around, ContactPolicy::Expected));
        eventually("it moves", || log.lock().unwrap().len() > 2);
        let mut random = ChaCha8Rng::seed_from_u64(4);
        for _ in 0..messages {
            let heard = overheard.lock().unwrap();
            let bytes = match random.random_range(0..4) {
                0 if !heard.is_empty() => heard[random.random_range(0..heard.len())].clone(),
                1 if !heard.is_empty() => {
                    let mut bent = heard[random.random_range(0..heard.len())].clone();
                    let at = random.random_range(0..bent.len());
                    bent[at] ^= 1 << random.random_range(0..8);
                    bent
                }
                2 => forged.clone(),
                _ => {
                    let length = random.random_range(0..300);
                    (0..length).map(|_| random.random::<u8>()).collect()
                }
            };
            drop(heard);
            match random.random_range(0..3) {
                0 => drop(hostile.put(keys.heartbeat_key(), bytes).wait()),
                1 => drop(hostile.put(keys.order_key(), bytes).wait()),
                _ => drop(
                    hostile
                        .get(keys.order_key())
                        .payload(bytes)
                        .timeout(Duration::from_secs(1))
                        .callback(|_| {})
                        .wait(),
                ),
            }
        }
        moving.join().unwrap().unwrap()
    });
    assert_eq!(execution.end, ExecutionEnd::Finished);
    let sent: Vec<JointVector> = log
        .lock()
        .unwrap()
        .iter()
        .map(|(_, state)| state.commanded.clone().unwrap())
        .collect();
    assert_eq!(sent, planned, "only what the driver planned");
    eventually("much was refused", || {
        node.status().refused.total() > messages as u64 / 10
    });
    println!("refused of {messages}: {:?}", node.status().refused);
    // Nothing comes of what still waits, and the driver is obeyed as before.
    let heartbeat = Heartbeat { motion: Some(1) };
    drop(
        hostile
            .put(keys.heartbeat_key(), to_bytes(&heartbeat))
            .wait(),
    );
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(log.lock().unwrap().len(), planned.len());
    assert_eq!(arm.state().unwrap().position, *planned.last().unwrap());
}

#[test]
fn a_flood_of_hostile_messages_moves_nothing() {
    flood(10_000);
}

#[test]
#[ignore = "takes a minute"]
fn a_hundred_thousand_hostile_messages_move_nothing() {
    flood(100_000);
}
