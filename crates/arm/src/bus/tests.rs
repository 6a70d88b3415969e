use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::*;
use crate::protocol::{Dynamixel, Feetech, ScanResult};

/// Bytes with their arrival time, microseconds after the request.
type Timed = Vec<(u64, Vec<u8>)>;
/// Maps the number of a request, its bytes and the replies to it to what arrives.
type Trouble = Box<dyn FnMut(usize, &[u8], Vec<Vec<u8>>) -> Timed + Send>;

/// Simulated servos on a transport whose time advances only while the bus waits.
struct Fake {
    codec: &'static dyn Codec,
    servos: BTreeMap<u8, [u8; 256]>,
    now: Duration,
    scanner: Scanner,
    /// Bytes to arrive, with their time.
    coming: VecDeque<(Duration, Vec<u8>)>,
    requests: usize,
    /// True if late bytes may be overtaken.
    overtakes: bool,
    trouble: Trouble,
    seen: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// Delivers replies at once.
fn untroubled(answers: Vec<Vec<u8>>) -> Timed {
    answers.into_iter().map(|answer| (0, answer)).collect()
}

impl Fake {
    fn new(
        codec: &'static dyn Codec,
        trouble: impl FnMut(usize, &[u8], Vec<Vec<u8>>) -> Timed + Send + 'static,
    ) -> Self {
        let memory = |id: u8| std::array::from_fn(|at| (at as u8).wrapping_mul(3) ^ id);
        Self {
            codec,
            servos: (1..=3).map(|id| (id, memory(id))).collect(),
            now: Duration::ZERO,
            scanner: Scanner::default(),
            coming: VecDeque::new(),
            requests: 0,
            overtakes: false,
            trouble: Box::new(trouble),
            seen: Arc::default(),
        }
    }

    fn answers(&mut self, id: u8, instruction: &ServoInstruction) -> Vec<Vec<u8>> {
        let codec = self.codec;
        let status = |id, data: &[u8]| {
            let mut out = Vec::new();
            let status = Status {
                id,
                error: 0,
                data: data.to_vec(),
            };
            codec.encode_status(&status, &mut out).unwrap();
            out
        };
        let mut out = Vec::new();
        match *instruction {
            ServoInstruction::SyncRead {
                address,
                count,
                ids,
            } => {
                for id in ids {
                    if let Some(memory) = self.servos.get(id) {
                        out.push(status(*id, &memory[address.into()..][..count.into()]));
                    }
                }
            }
            ServoInstruction::SyncWrite {
                address,
                count,
                items,
            } => {
                for item in items.chunks(usize::from(count) + 1) {
                    let memory = self.servos.get_mut(&item[0]).unwrap();
                    memory[address.into()..][..count.into()].copy_from_slice(&item[1..]);
                }
            }
            ServoInstruction::Read { address, count } => {
                if let Some(memory) = self.servos.get(&id) {
                    out.push(status(id, &memory[address.into()..][..count.into()]));
                }
            }
            ServoInstruction::Write { address, data } => {
                if let Some(memory) = self.servos.get_mut(&id) {
                    memory[address.into()..][..data.len()].copy_from_slice(data);
                    out.push(status(id, &[]));
                }
            }
            ServoInstruction::Ping if self.servos.contains_key(&id) => {
                out.push(status(id, &[7, 7, 7][..codec.ping_reply_data_length()]));
            }
            _ => {}
        }
        out
    }
}

impl Transport for Fake {
    fn now(&self) -> Duration {
        self.now
    }

    fn sleep_until(&mut self, time: Duration) {
        self.now = self.now.max(time);
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.seen.lock().unwrap().push(bytes.to_vec());
        self.scanner.push(bytes);
        let mut answers = Vec::new();
        while let Some(frame) = self.scanner.next(self.codec, 1000) {
            let instruction = ServoInstruction::decode(self.codec, &frame).expect("it is known");
            answers.extend(self.answers(frame.id, &instruction));
        }
        for (micros, bytes) in (self.trouble)(self.requests, bytes, answers) {
            self.coming
                .push_back((self.now + Duration::from_micros(micros), bytes));
        }
        if self.overtakes {
            self.coming.make_contiguous().sort_by_key(|(time, _)| *time);
        }
        self.requests += 1;
        Ok(())
    }

    fn receive(&mut self, into: &mut Vec<u8>, deadline: Duration) -> io::Result<usize> {
        match self.coming.front() {
            Some((time, _)) if *time <= deadline => {
                let (time, bytes) = self.coming.pop_front().unwrap();
                self.now = self.now.max(time);
                into.extend_from_slice(&bytes);
                Ok(bytes.len())
            }
            _ => {
                self.now = self.now.max(deadline);
                Ok(0)
            }
        }
    }
}

const CODECS: [&dyn Codec; 2] = [&Feetech, &Dynamixel];

fn bus(
    codec: &'static dyn Codec,
    trouble: impl FnMut(usize, &[u8], Vec<Vec<u8>>) -> Timed + Send + 'static,
) -> Bus {
    Bus::new(Box::new(Fake::new(codec, trouble)), codec, 1_000_000)
}

/// Returns a bus past its very first request, in which Feetech buses look for an echo.
fn settled(
    codec: &'static dyn Codec,
    mut trouble: impl FnMut(usize, &[u8], Vec<Vec<u8>>) -> Timed + Send + 'static,
) -> Bus {
    let mut first = None;
    let mut bus = bus(codec, move |request, asked, answers| {
        match (first, codec.echo_looks_like_status()) {
            (None, true) if request == 0 => untroubled(answers),
            (None, _) => {
                first = Some(request + 1);
                untroubled(answers)
            }
            (Some(first), _) => trouble(request - first, asked, answers),
        }
    });
    bus.ping(1).unwrap();
    bus
}

fn memory(id: u8, address: usize, count: usize) -> Vec<u8> {
    (address..address + count)
        .map(|at| (at as u8).wrapping_mul(3) ^ id)
        .collect()
}

#[test]
fn servos_are_read_and_written() {
    for codec in CODECS {
        let mut bus = bus(codec, |_, _, answers| untroubled(answers));
        assert_eq!(bus.ping(2).unwrap().id, 2);
        assert_eq!(bus.read_registers(2, 56, 4).unwrap().data, memory(2, 56, 4));
        bus.write_registers(2, 56, &[9, 8]).unwrap();
        assert_eq!(bus.read_registers(2, 56, 2).unwrap().data, [9, 8]);
        bus.sync_write(42, 2, &[1, 5, 6, 3, 7, 8]).unwrap();
        let read = bus.sync_read(&[3, 2, 1], 42, 2).unwrap();
        let data: Vec<Vec<u8>> = read
            .into_iter()
            .map(|status| status.unwrap().data)
            .collect();
        assert_eq!(data, [vec![7, 8], memory(2, 42, 2), vec![5, 6]]);
        assert_eq!(bus.ping(9), Err(BusError::Silent { id: 9 }));
        let counters = bus.counters();
        assert_eq!(
            (counters.corrupt, counters.strays, counters.echoes),
            (0, 0, 0)
        );
        assert_eq!(counters.retries, 2, "only for the servo that is not there");
    }
}

/// Fault 1.
#[test]
fn one_silent_servo_costs_no_other_its_answer() {
    for codec in CODECS {
        let mut bus = settled(codec, |_, _, mut answers| {
            answers.remove(1);
            untroubled(answers)
        });
        let before = bus.now();
        let read = bus.sync_read(&[1, 2, 3], 56, 15).unwrap();
        let there: Vec<bool> = read.iter().map(Option::is_some).collect();
        assert_eq!(there, [true, false, true]);
        assert_eq!(bus.now(), before, "nobody waits once the last has answered");
        assert_eq!(bus.counters().missing, 1);
    }
}

/// Fault 2.
#[test]
fn a_wrong_checksum_costs_one_retry_and_no_wrong_value() {
    for codec in CODECS {
        let mut bus = settled(codec, |request, _, mut answers| {
            if request == 0 {
                let last = answers[0].len() - 3;
                answers[0][last] ^= 0x10;
            }
            untroubled(answers)
        });
        assert_eq!(bus.read_registers(1, 56, 4).unwrap().data, memory(1, 56, 4));
        let counters = bus.counters();
        assert_eq!((counters.corrupt, counters.retries), (1, 1));
        let mut bus = settled(codec, |_, _, mut answers| {
            answers[0][9] ^= 0x10;
            untroubled(answers)
        });
        assert_eq!(
            bus.read_registers(1, 56, 8),
            Err(BusError::Garbled { id: 1 })
        );
    }
}

/// Fault 3.
#[test]
fn an_answer_in_pieces_is_put_together_until_one_deadline() {
    for codec in CODECS {
        let pieces = |_, _: &[u8], answers: Vec<Vec<u8>>| {
            let bytes = answers.concat();
            bytes.iter().map(|byte| (100, vec![*byte])).collect()
        };
        let mut bus = settled(codec, pieces);
        assert_eq!(bus.read_registers(1, 56, 4).unwrap().data, memory(1, 56, 4));
        // A byte every two milliseconds would never end if each had its own deadline.
        let dripping = |_, _: &[u8], _| (0..200).map(|at| (at * 2000, vec![0xFF])).collect();
        let mut bus = settled(codec, dripping);
        let begun = bus.now();
        assert!(bus.read_registers(1, 56, 4).is_err());
        assert!(
            bus.now() - begun < Duration::from_millis(300),
            "{:?}",
            bus.now() - begun
        );
    }
}

/// Fault 4.
#[test]
fn garbage_before_the_answer_is_skipped() {
    for codec in CODECS {
        let mut bus = settled(codec, |_, _, answers| {
            let mut bytes = vec![0x00, 0xFF, 0xFF, 0xFF, 0xFD, 0x31];
            bytes.extend(answers.concat());
            vec![(0, bytes)]
        });
        assert_eq!(bus.read_registers(1, 56, 4).unwrap().data, memory(1, 56, 4));
        assert_eq!(
            (bus.counters().skipped_bytes, bus.counters().retries),
            (6, 0)
        );
    }
}

/// Fault 4: every byte that we send is echoed before the reply.
#[test]
fn an_echo_is_never_taken_for_an_answer() {
    for codec in CODECS {
        let mut bus = bus(codec, |_, asked, answers| {
            let mut bytes = asked.to_vec();
            bytes.extend(answers.concat());
            vec![(0, bytes)]
        });
        assert_eq!(bus.read_registers(1, 56, 2).unwrap().data, memory(1, 56, 2));
        bus.write_registers(1, 56, &[1, 2]).unwrap();
        bus.sync_write(56, 2, &[1, 3, 4]).unwrap();
        assert_eq!(bus.read_registers(1, 56, 2).unwrap().data, [3, 4]);
        assert_eq!(bus.ping(2).unwrap().error, 0);
        assert_eq!(
            bus.ping(9),
            Err(BusError::Silent { id: 9 }),
            "its echo is no servo"
        );
        assert_eq!(bus.counters().corrupt, 0);
    }
}

/// Fault 4, for goals that go out with the next request.
#[test]
fn what_is_posted_goes_out_ahead_of_the_next_request_and_its_echo_is_known() {
    for codec in CODECS {
        let fake = Fake::new(codec, |_, asked, answers| {
            let mut bytes = asked.to_vec();
            bytes.extend(answers.concat());
            vec![(0, bytes)]
        });
        let seen = Arc::clone(&fake.seen);
        let mut bus = Bus::new(Box::new(fake), codec, 1_000_000);
        bus.queue_sync_write(56, 2, &[1, 3, 4, 2, 5, 6]).unwrap();
        assert!(seen.lock().unwrap().is_empty(), "not yet");
        let answers = bus.sync_read(&[1, 2], 56, 2).unwrap();
        let data: Vec<Vec<u8>> = answers.into_iter().map(|a| a.unwrap().data).collect();
        assert_eq!(data, [[3, 4], [5, 6]]);
        assert_eq!(seen.lock().unwrap().len(), 1, "one message");
        let counters = bus.counters();
        assert_eq!(
            (
                counters.echoes,
                counters.strays,
                counters.late_bytes,
                counters.corrupt
            ),
            (2, 0, 0, 0)
        );
    }
}

/// Fault 4: an echo that begins in mid-session, with another adapter.
#[test]
fn a_new_echo_is_noticed() {
    for codec in CODECS {
        let mut bus = settled(codec, |_, asked, answers| {
            let mut bytes = asked.to_vec();
            bytes.extend(answers.concat());
            vec![(0, bytes)]
        });
        assert_eq!(bus.ping(9), Err(BusError::Silent { id: 9 }));
        assert_eq!(bus.read_registers(1, 56, 2).unwrap().data, memory(1, 56, 2));
    }
}

/// The reply of a servo with a voltage alarm to a ping has the same bytes as the ping.
#[test]
fn an_answer_that_looks_like_an_echo_is_an_answer_where_there_is_none() {
    for echoes in [false, true] {
        let mut bus = settled(&Feetech, move |_, asked, answers| {
            let echo = if echoes { asked } else { &[] };
            let mut bytes = echo.to_vec();
            for mut answer in answers {
                if asked[2] != BROADCAST_ID {
                    answer[4] |= 1;
                    let last = answer.len() - 1;
                    answer[last] = answer[last].wrapping_sub(1);
                }
                bytes.extend(answer);
            }
            vec![(0, bytes)]
        });
        assert_eq!(
            bus.ping(1).map(|status| status.error),
            Ok(1),
            "echoes: {echoes}"
        );
        assert_eq!(bus.read_registers(1, 60, 2).unwrap().data, memory(1, 60, 2));
    }
}

/// Fault 5.
#[test]
fn late_answers_and_answers_of_others_are_rejected() {
    for codec in CODECS {
        let mut held = Vec::new();
        let mut bus = settled(codec, move |request, _, answers| match request {
            // The first reply is a second late, in the middle of the wait for the second request.
            0 => {
                held = answers;
                Vec::new()
            }
            1 => untroubled([std::mem::take(&mut held), answers].concat()),
            _ => untroubled(answers),
        });
        assert_eq!(bus.sync_read(&[1], 56, 2).unwrap(), [None]);
        assert_eq!(bus.read_registers(2, 60, 4).unwrap().data, memory(2, 60, 4));
        assert_eq!(
            bus.counters().strays,
            1,
            "id and length must be those asked for"
        );
        let mut bus = settled(codec, |request, _, answers| {
            let late = if request == 0 { 200_000 } else { 0 };
            answers.into_iter().map(|answer| (late, answer)).collect()
        });
        assert_eq!(bus.sync_read(&[1], 56, 2).unwrap(), [None]);
        bus.sleep_until(Duration::from_secs(1));
        assert_eq!(bus.read_registers(1, 60, 2).unwrap().data, memory(1, 60, 2));
        assert!(bus.counters().late_bytes > 0);
    }
}

/// Fault 6.
#[test]
fn two_servos_with_one_id_answer_twice_or_over_each_other() {
    for codec in CODECS {
        let mut bus = settled(codec, |_, _, answers| {
            untroubled([answers.clone(), answers].concat())
        });
        assert_eq!(
            bus.read_and_count_replies(1, 56, 4).unwrap(),
            ReplyCount { good: 2, broken: 0 }
        );
        let mut bus = settled(codec, |_, _, mut answers| {
            answers[0][9] ^= 0x24;
            untroubled(answers)
        });
        assert_eq!(
            bus.read_and_count_replies(1, 56, 8).unwrap(),
            ReplyCount { good: 0, broken: 1 }
        );
        let mut bus = settled(codec, |_, _, answers| untroubled(answers));
        assert_eq!(
            bus.read_and_count_replies(1, 56, 4).unwrap(),
            ReplyCount { good: 1, broken: 0 }
        );
    }
}

/// Fault 7.
#[test]
fn a_length_that_lies_hides_no_answer() {
    for codec in CODECS {
        for length in [0u16, 1, 12, 255, 65535] {
            let mut bus = settled(codec, move |_, _, answers| {
                let [low, high] = length.to_le_bytes();
                let lie = if codec.echo_looks_like_status() {
                    vec![0xFF, 0xFF, 1, low]
                } else {
                    vec![0xFF, 0xFF, 0xFD, 0, 1, low, high, 0x55]
                };
                untroubled([vec![lie], answers].concat())
            });
            assert_eq!(
                bus.read_registers(1, 56, 4).unwrap().data,
                memory(1, 56, 4),
                "{length}"
            );
        }
    }
}

#[test]
fn a_servo_that_missed_the_request_is_asked_again_and_a_refusal_is_told() {
    let refuse = |error: u8| {
        let mut out = Vec::new();
        let status = Status {
            id: 1,
            error,
            data: Vec::new(),
        };
        Dynamixel.encode_status(&status, &mut out).unwrap();
        out
    };
    let mut bus = settled(&Dynamixel, move |request, _, answers| match request {
        0 => vec![(0, refuse(3))],
        1 => untroubled(answers),
        _ => vec![(0, refuse(4))],
    });
    assert_eq!(bus.read_registers(1, 56, 4).unwrap().data, memory(1, 56, 4));
    let why = StatusError::Range;
    assert_eq!(
        bus.write_registers(1, 116, &[0; 4]),
        Err(BusError::Refused { id: 1, why })
    );
}

/// Fault 9.
#[test]
fn a_lost_line_is_an_error_at_once() {
    struct Gone;
    impl Transport for Gone {
        fn now(&self) -> Duration {
            Duration::ZERO
        }

        fn sleep_until(&mut self, _: Duration) {}

        fn send(&mut self, _: &[u8]) -> io::Result<()> {
            Ok(())
        }

        fn receive(&mut self, _: &mut Vec<u8>, _: Duration) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
    for codec in CODECS {
        let mut bus = Bus::new(Box::new(Gone), codec, 1_000_000);
        assert!(matches!(bus.ping(1), Err(BusError::Lost(_))));
        assert!(matches!(bus.sync_read(&[1], 0, 1), Err(BusError::Lost(_))));
    }
}

/// Fault 12.
#[test]
fn an_adapter_that_holds_bytes_for_sixteen_milliseconds_loses_nothing() {
    for codec in CODECS {
        let mut bus = bus(codec, |_, _, answers| {
            answers.into_iter().map(|answer| (16_000, answer)).collect()
        });
        for _ in 0..100 {
            let read = bus.sync_read(&[1, 2, 3], 56, 15).unwrap();
            assert!(read.iter().all(Option::is_some));
        }
        assert_eq!(bus.counters().missing, 0);
    }
}

/// Fault 7: the reply is shorter than the false length makes the bus wait for.
#[test]
fn an_answer_behind_a_lie_is_found_at_the_deadline() {
    let mut bus = settled(&Feetech, |_, _, answers| {
        untroubled([vec![vec![0xFF, 0xFF, 1, 10]], answers].concat())
    });
    let read = bus.sync_read(&[1, 9, 10, 11, 12, 13], 56, 2).unwrap();
    assert_eq!(read[0].as_ref().unwrap().data, memory(1, 56, 2));
    assert!(read[1..].iter().all(Option::is_none));
}

/// Fault 5: a servo that was delayed replies to a request and its retry at once.
#[test]
fn an_answer_too_many_is_not_that_of_the_next_request() {
    for codec in CODECS {
        let mut held = Vec::new();
        let mut bus = settled(codec, move |request, _, mut answers| match request {
            0 => {
                held = answers;
                Vec::new()
            }
            1 => vec![(0, held.remove(0)), (300, answers.remove(0))],
            _ => untroubled(answers),
        });
        assert_eq!(bus.read_registers(1, 60, 2).unwrap().data, memory(1, 60, 2));
        assert_eq!(bus.read_registers(1, 70, 2).unwrap().data, memory(1, 70, 2));
        assert_eq!(bus.read_registers(1, 80, 2).unwrap().data, memory(1, 80, 2));
    }
}

/// Fault 5.
#[test]
fn an_answer_of_another_length_is_not_the_one_asked_for() {
    for codec in CODECS {
        let mut held = Vec::new();
        let mut bus = settled(codec, move |request, _, answers| match request {
            0 => {
                held = answers;
                Vec::new()
            }
            1 => untroubled([std::mem::take(&mut held), answers].concat()),
            _ => untroubled(answers),
        });
        assert_eq!(bus.sync_read(&[1], 56, 2).unwrap(), [None]);
        assert_eq!(bus.read_registers(1, 60, 4).unwrap().data, memory(1, 60, 4));
        assert_eq!(bus.counters().strays, 1);
    }
}

/// An adapter that sends a byte every 10 µs, whatever it receives.
struct Babbler(Duration);

impl Transport for Babbler {
    fn now(&self) -> Duration {
        self.0
    }

    fn sleep_until(&mut self, time: Duration) {
        self.0 = self.0.max(time);
    }

    fn send(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn receive(&mut self, into: &mut Vec<u8>, _: Duration) -> io::Result<usize> {
        assert!(
            self.0 < Duration::from_secs(10),
            "nobody listens for so long"
        );
        self.0 += Duration::from_micros(10);
        into.push(0xFF);
        Ok(1)
    }
}

#[test]
fn a_line_that_never_falls_silent_is_heard_until_the_deadline() {
    for codec in CODECS {
        let mut bus = Bus::new(Box::new(Babbler(Duration::ZERO)), codec, 1_000_000);
        let answers = bus.sync_read(&[1, 2], 56, 4).unwrap();
        assert_eq!(answers, [None, None]);
        assert!(bus.now() < Duration::from_millis(200), "{:?}", bus.now());
        assert!(bus.read_registers(1, 56, 4).is_err());
        assert!(bus.now() < Duration::from_secs(1), "{:?}", bus.now());
    }
}

/// Returns what a servo reports in a register in its reply to a numbered request, which no other
/// servo, register or time has.
fn coded(id: u8, address: u16, request: usize) -> u8 {
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    for part in [u64::from(id), u64::from(address), request as u64] {
        hash = (hash ^ part).wrapping_mul(0x0000_0100_0000_01B3);
        hash ^= hash >> 29;
    }
    (hash >> 16) as u8
}

/// Returns a coded reply to `asked`.
fn in_code(codec: &dyn Codec, asked: &[u8], answer: &[u8], request: usize) -> Vec<u8> {
    let ScanResult::Packet(asked, _) = codec.scan(asked, asked.len()) else {
        panic!("it is whole");
    };
    let ScanResult::Packet(answer, _) = codec.scan(answer, answer.len()) else {
        panic!("it is whole");
    };
    let mut status = codec.decode_status(answer).unwrap();
    let from = ServoInstruction::decode(codec, &asked)
        .unwrap()
        .first_read_register();
    for (at, byte) in status.data.iter_mut().enumerate() {
        let from = from.unwrap_or_default();
        *byte = coded(status.id, from + at as u16, request);
    }
    let mut out = Vec::new();
    codec.encode_status(&status, &mut out).unwrap();
    out
}

/// An operation of a driver on a bus.
#[derive(Clone, Copy, Debug)]
enum Act {
    Ping(u8),
    Read(u8, u16, u16),
    Write(u8),
    SyncRead(usize, u16, u16),
    Count(u8),
}

fn act() -> impl Strategy<Value = Act> {
    let id = || 1u8..=3;
    let register = || {
        let all = [
            (3, 2),
            (5, 1),
            (9, 2),
            (11, 2),
            (31, 2),
            (40, 1),
            (56, 15),
            (62, 1),
        ];
        prop::sample::select(all.to_vec())
    };
    prop_oneof![
        1 => id().prop_map(Act::Ping),
        4 => (id(), register()).prop_map(|(id, (at, count))| Act::Read(id, at, count)),
        2 => id().prop_map(Act::Write),
        4 => (1usize..=3, register()).prop_map(|(n, (at, count))| Act::SyncRead(n, at, count)),
        1 => id().prop_map(Act::Count),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Fault 5. `PROPTEST_CASES=10000` makes it thorough.
    #[test]
    fn no_late_answer_is_that_of_another_register_servo_or_time(
        feetech: bool,
        overtakes: bool,
        rate in 0.0..1.0f64,
        acts in prop::collection::vec(act(), 1..40),
        delays in prop::collection::vec((0.0..1.0f64, 0.0..1.0f64), 400),
    ) {
        let codec: &'static dyn Codec = if feetech { &Feetech } else { &Dynamixel };
        // Bytes that keep their order may be arbitrarily late.
        let longest = if overtakes { 60_000.0 } else { 300_000.0 };
        let mut delays = delays.into_iter().cycle();
        let mut fake = Fake::new(codec, move |request, asked, answers| {
            let mut late = |answer: Vec<u8>| {
                let (chance, share) = delays.next().unwrap();
                let micros = if chance < rate { (share * longest) as u64 } else { 0 };
                (micros, in_code(codec, asked, &answer, request))
            };
            answers.into_iter().map(&mut late).collect()
        });
        fake.overtakes = overtakes;
        let seen = Arc::clone(&fake.seen);
        let mut bus = Bus::new(Box::new(fake), codec, 1_000_000);
        let requests = || seen.lock().unwrap().len();
        for act in acts {
            let first = requests();
            let check = |status: &Status, address: u16, count: u16| {
                let of = |request| -> Vec<u8> {
                    let all = address..address + count;
                    all.map(|address| coded(status.id, address, request)).collect()
                };
                prop_assert!(
                    (first..requests()).any(|request| of(request) == status.data),
                    "{act:?}: {status:?}"
                );
                Ok(())
            };
            match act {
                Act::Ping(id) => drop(bus.ping(id)),
                Act::Write(id) => drop(bus.write_registers(id, 40, &[1])),
                Act::Read(id, address, count) => {
                    if let Ok(status) = bus.read_registers(id, address, count) {
                        prop_assert_eq!(status.id, id);
                        check(&status, address, count)?;
                    }
                }
                Act::SyncRead(servos, address, count) => {
                    let ids = &[3, 1, 2][..servos];
                    let answers = bus.sync_read(ids, address, count).unwrap();
                    for (id, answer) in ids.iter().zip(&answers) {
                        if let Some(status) = answer {
                            prop_assert_eq!(status.id, *id);
                            check(status, address, count)?;
                        }
                    }
                }
                Act::Count(id) => {
                    let answers = bus.read_and_count_replies(id, 56, 15).unwrap();
                    prop_assert!(answers.good <= 1 && answers.broken == 0, "{answers:?}");
                }
            }
        }
    }
}

/// Fault 5: a reply to a request that changes nothing has no distinctive length.
#[test]
fn a_late_confirmation_is_not_that_of_the_next_write() {
    for codec in CODECS {
        let mut held = Vec::new();
        let mut bus = settled(codec, move |request, _, answers| match request {
            // The first write's replies arrive after the second has been lost.
            0..=2 => {
                held.extend(answers);
                Vec::new()
            }
            3 => untroubled(std::mem::take(&mut held)),
            _ => untroubled(answers),
        });
        assert_eq!(
            bus.write_registers(1, 60, &[1]),
            Err(BusError::Silent { id: 1 })
        );
        assert_eq!(bus.write_registers(1, 61, &[2]).unwrap().id, 1);
        assert_eq!(bus.counters().strays, 3, "each is known for what it is");
        assert_eq!(bus.read_registers(1, 61, 1).unwrap().data, [2]);
    }
}

/// Fault 5: the rejection of one request is not that of another.
#[test]
fn a_late_refusal_is_not_that_of_the_next_request() {
    let refusal = || {
        let mut out = Vec::new();
        let status = Status {
            id: 1,
            error: 7,
            data: Vec::new(),
        };
        Dynamixel.encode_status(&status, &mut out).unwrap();
        out
    };
    let mut bus = settled(&Dynamixel, move |request, _, answers| match request {
        0..=2 => vec![(150_000, refusal())],
        _ => untroubled(answers),
    });
    assert_eq!(
        bus.write_registers(1, 3, &[1]),
        Err(BusError::Silent { id: 1 })
    );
    assert_eq!(bus.read_registers(1, 60, 2).unwrap().data, memory(1, 60, 2));
    assert_eq!(bus.write_registers(1, 60, &[5]).unwrap().error, 0);
}

/// Fault 5: a late echo is not a reply.
#[test]
fn a_late_echo_is_no_answer() {
    for late in [3_000, 40_000, 90_000] {
        let mut bus = bus(&Feetech, move |request, asked, answers| {
            let mut bytes = asked.to_vec();
            bytes.extend(answers.concat());
            let held = if request % 3 == 1 { late } else { 0 };
            vec![(held, bytes)]
        });
        for address in [10, 20, 30, 40, 50] {
            assert_eq!(
                bus.read_registers(1, address, 2).unwrap().data,
                memory(1, address.into(), 2)
            );
            assert_eq!(bus.ping(2).unwrap().error, 0);
        }
    }
}
