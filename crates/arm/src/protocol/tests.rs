use proptest::prelude::*;

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |text| u8::from_str_radix(text, 16).expect("two hexadecimal digits");
    hex.split_whitespace().map(byte).collect()
}

fn asked(codec: &dyn Codec, id: u8, instruction: &ServoInstruction) -> Vec<u8> {
    let mut out = Vec::new();
    instruction
        .encode(codec, id, &mut out)
        .expect("it is short");
    out
}

fn answer(codec: &dyn Codec, hex: &str) -> Status {
    let packet = bytes(hex);
    let ScanResult::Packet(frame, length) = codec.scan(&packet, 1000) else {
        panic!("{hex}: {:?}", codec.scan(&packet, 1000));
    };
    assert_eq!(length, packet.len());
    let status = codec.decode_status(frame).expect("it is an answer");
    let mut again = Vec::new();
    codec.encode_status(&status, &mut again).unwrap();
    assert_eq!(again, packet);
    status
}

/// Instructions with the bytes that the vendors' tools send for them.
#[test]
fn feetech_instructions_are_the_published_bytes() {
    let goals: Vec<u8> = (1..=6).flat_map(|id| [id, 0x00, 0x08]).collect();
    let off: Vec<u8> = (1..=6).flat_map(|id| [id, 0]).collect();
    let ids = [1, 2, 3, 4, 5, 6];
    let vectors: [(&str, u8, ServoInstruction); 13] = [
        ("FF FF 01 02 01 FB", 1, ServoInstruction::Ping),
        ("FF FF FE 02 01 FE", BROADCAST_ID, ServoInstruction::Ping),
        (
            "FF FF 01 04 02 03 02 F3",
            1,
            ServoInstruction::Read {
                address: 3,
                count: 2,
            },
        ),
        (
            "FF FF 01 04 02 38 02 BE",
            1,
            ServoInstruction::Read {
                address: 56,
                count: 2,
            },
        ),
        (
            "FF FF FE 0A 82 38 02 01 02 03 04 05 06 26",
            BROADCAST_ID,
            ServoInstruction::SyncRead {
                address: 56,
                count: 2,
                ids: &ids,
            },
        ),
        (
            "FF FF FE 0A 82 38 0F 01 02 03 04 05 06 19",
            BROADCAST_ID,
            ServoInstruction::SyncRead {
                address: 56,
                count: 15,
                ids: &ids,
            },
        ),
        (
            "FF FF FE 16 83 2A 02 01 00 08 02 00 08 03 00 08 04 00 08 05 00 08 06 00 08 F7",
            BROADCAST_ID,
            ServoInstruction::SyncWrite {
                address: 42,
                count: 2,
                items: &goals,
            },
        ),
        (
            "FF FF FE 10 83 28 01 01 00 02 00 03 00 04 00 05 00 06 00 30",
            BROADCAST_ID,
            ServoInstruction::SyncWrite {
                address: 40,
                count: 1,
                items: &off,
            },
        ),
        (
            "FF FF 01 04 03 28 01 CE",
            1,
            ServoInstruction::Write {
                address: 40,
                data: &[1],
            },
        ),
        (
            "FF FF 01 04 03 37 00 C0",
            1,
            ServoInstruction::Write {
                address: 55,
                data: &[0],
            },
        ),
        (
            "FF FF 01 05 03 1F C5 0A 08",
            1,
            ServoInstruction::Write {
                address: 31,
                data: &[0xC5, 0x0A],
            },
        ),
        (
            "FF FF 01 05 04 2A 00 08 C3",
            1,
            ServoInstruction::Stage {
                address: 42,
                data: &[0, 8],
            },
        ),
        ("FF FF FE 02 05 FA", BROADCAST_ID, ServoInstruction::Action),
    ];
    for (hex, id, instruction) in vectors {
        assert_eq!(
            asked(&Feetech, id, &instruction),
            bytes(hex),
            "{instruction:?}"
        );
    }
    let motion = [50, 0x00, 0x08, 0, 0, 0xE8, 0x03];
    assert_eq!(
        asked(
            &Feetech,
            1,
            &ServoInstruction::Write {
                address: 41,
                data: &motion
            }
        ),
        bytes("FF FF 01 0A 03 29 32 00 08 00 00 E8 03 A3")
    );
}

#[test]
fn feetech_answers_are_the_published_bytes() {
    let status = |id, error, data: &[u8]| Status {
        id,
        error,
        data: data.to_vec(),
    };
    assert_eq!(answer(&Feetech, "FF FF 01 02 00 FC"), status(1, 0, &[]));
    assert_eq!(
        answer(&Feetech, "FF FF 01 04 00 09 03 EE"),
        status(1, 0, &[9, 3])
    );
    assert_eq!(
        answer(&Feetech, "FF FF 01 04 00 FF 07 F4"),
        status(1, 0, &[0xFF, 7])
    );
    assert_eq!(answer(&Feetech, "FF FF 06 02 20 D7"), status(6, 0x20, &[]));
    let overloaded = answer(&Feetech, "FF FF 06 04 20 FF 07 CF");
    assert_eq!(overloaded, status(6, 0x20, &[0xFF, 7]));
    assert_eq!(
        Feetech.alarms(overloaded.error),
        Some(vec![Alarm::Overload])
    );
}

#[test]
fn dynamixel_instructions_are_the_published_bytes() {
    let ids = [1, 2, 3, 4, 5, 6];
    let goals = [1, 0x96, 0, 0, 0, 2, 0xAA, 0, 0, 0];
    let off: Vec<u8> = ids.iter().flat_map(|id| [*id, 0]).collect();
    let vectors: [(&str, u8, ServoInstruction); 13] = [
        ("FF FF FD 00 01 03 00 01 19 4E", 1, ServoInstruction::Ping),
        (
            "FF FF FD 00 FE 03 00 01 31 42",
            BROADCAST_ID,
            ServoInstruction::Ping,
        ),
        ("FF FF FD 00 01 03 00 08 2F 4E", 1, ServoInstruction::Reboot),
        (
            "FF FF FD 00 01 07 00 02 84 00 04 00 1D 15",
            1,
            ServoInstruction::Read {
                address: 132,
                count: 4,
            },
        ),
        (
            "FF FF FD 00 01 07 00 02 46 00 01 00 3C A3",
            1,
            ServoInstruction::Read {
                address: 70,
                count: 1,
            },
        ),
        (
            "FF FF FD 00 01 09 00 03 74 00 00 02 00 00 CA 89",
            1,
            ServoInstruction::Write {
                address: 116,
                data: &[0, 2, 0, 0],
            },
        ),
        (
            "FF FF FD 00 FE 09 00 82 84 00 04 00 01 02 CE FA",
            BROADCAST_ID,
            ServoInstruction::SyncRead {
                address: 132,
                count: 4,
                ids: &ids[..2],
            },
        ),
        (
            "FF FF FD 00 FE 0D 00 82 84 00 04 00 01 02 03 04 05 06 B2 9B",
            BROADCAST_ID,
            ServoInstruction::SyncRead {
                address: 132,
                count: 4,
                ids: &ids,
            },
        ),
        (
            "FF FF FD 00 FE 11 00 83 74 00 04 00 01 96 00 00 00 02 AA 00 00 00 82 87",
            BROADCAST_ID,
            ServoInstruction::SyncWrite {
                address: 116,
                count: 4,
                items: &goals,
            },
        ),
        (
            "FF FF FD 00 FE 13 00 83 40 00 01 00 01 00 02 00 03 00 04 00 05 00 06 00 56 FD",
            BROADCAST_ID,
            ServoInstruction::SyncWrite {
                address: 64,
                count: 1,
                items: &off,
            },
        ),
        (
            "FF FF FD 00 01 06 00 03 40 00 01 DB 66",
            1,
            ServoInstruction::Write {
                address: 64,
                data: &[1],
            },
        ),
        (
            "FF FF FD 00 01 06 00 03 62 00 19 23 64",
            1,
            ServoInstruction::Write {
                address: 98,
                data: &[25],
            },
        ),
        (
            "FF FF FD 00 01 06 00 03 62 00 00 76 E4",
            1,
            ServoInstruction::Write {
                address: 98,
                data: &[0],
            },
        ),
    ];
    for (hex, id, instruction) in vectors {
        assert_eq!(
            asked(&Dynamixel, id, &instruction),
            bytes(hex),
            "{instruction:?}"
        );
    }
}

#[test]
fn dynamixel_answers_are_the_published_bytes() {
    let status = |error, data: &[u8]| Status {
        id: 1,
        error,
        data: data.to_vec(),
    };
    assert_eq!(
        answer(&Dynamixel, "FF FF FD 00 01 07 00 55 00 06 04 26 65 5D"),
        status(0, &[0x06, 0x04, 38])
    );
    assert_eq!(
        answer(&Dynamixel, "FF FF FD 00 01 08 00 55 00 A6 00 00 00 8C C0"),
        status(0, &[166, 0, 0, 0])
    );
    assert_eq!(
        answer(&Dynamixel, "FF FF FD 00 01 04 00 55 00 A1 0C"),
        status(0, &[])
    );
    let alert = answer(&Dynamixel, "FF FF FD 00 01 04 00 55 80 A2 8F");
    assert_eq!(
        (
            Dynamixel.status_error(alert.error),
            Dynamixel.alarms(alert.error)
        ),
        (None, None)
    );
    let range = answer(&Dynamixel, "FF FF FD 00 01 04 00 55 04 BA 8C");
    assert_eq!(
        Dynamixel.status_error(range.error),
        Some(StatusError::Range)
    );
    assert_eq!(
        answer(&Dynamixel, "FF FF FD 00 01 08 00 55 00 FF FF FD FD 9A 34"),
        status(0, &[0xFF, 0xFF, 0xFD])
    );
}

/// A packet to a servo with its echo's bytes can be an answer in one protocol only.
#[test]
fn only_a_feetech_echo_can_look_like_an_answer() {
    for codec in [&Feetech as &dyn Codec, &Dynamixel] {
        let ping = asked(codec, 1, &ServoInstruction::Ping);
        let ScanResult::Packet(frame, _) = codec.scan(&ping, 1000) else {
            panic!("{ping:02X?}");
        };
        assert_eq!(
            codec.decode_status(frame).is_some(),
            codec.echo_looks_like_status()
        );
    }
}

#[test]
fn what_no_servo_could_take_is_not_sent() {
    let mut out = Vec::new();
    let read = ServoInstruction::Read {
        address: 300,
        count: 1,
    };
    assert_eq!(read.encode(&Feetech, 1, &mut out), Err(PacketTooLong));
    let data = [0; 130];
    let write = ServoInstruction::Write {
        address: 0,
        data: &data,
    };
    assert_eq!(write.encode(&Feetech, 1, &mut out), Err(PacketTooLong));
    assert!(write.encode(&Dynamixel, 1, &mut out).is_ok());
    assert_eq!(
        Dynamixel.encode(1, 3, &[0; 1020], &mut Vec::new()),
        Err(PacketTooLong)
    );
}

/// Fault 7: neither a wait for bytes that never arrive nor a panic.
#[test]
fn a_length_that_lies_is_no_packet() {
    for length in [0, 1, 255] {
        let lie = [0xFF, 0xFF, 1, length, 0, 1, 2];
        assert_eq!(Feetech.scan(&lie, 21), ScanResult::Skip(1), "{length}");
    }
    for length in [0u16, 1, 255, 65535] {
        let [low, high] = length.to_le_bytes();
        let lie = [0xFF, 0xFF, 0xFD, 0, 1, low, high, 0x55, 0];
        assert_eq!(Dynamixel.scan(&lie, 40), ScanResult::Skip(1), "{length}");
    }
    let mut scanner = Scanner::default();
    scanner.push(&[0xFF, 0xFF, 1, 15]);
    scanner.push(&bytes("FF FF 01 04 00 FF 07 F4"));
    assert_eq!(
        scanner.next(&Feetech, 21),
        None,
        "the lie may yet come true"
    );
    let found = scanner
        .next_at_end_of_input(&Feetech, 21)
        .expect("it is behind the lie");
    assert_eq!(found.body, [0xFF, 7]);
}

/// Fault 4.
#[test]
fn a_third_header_byte_is_garbage_before_the_packet() {
    let mut scanner = Scanner::default();
    scanner.push(&[0x00, 0xFF, 0xFF]);
    assert_eq!(scanner.next(&Feetech, 21), None);
    scanner.push(&[0xFF, 1, 2, 0, 0xFC]);
    assert_eq!(scanner.next(&Feetech, 21).map(|frame| frame.id), Some(1));
    assert_eq!(scanner.skipped, 2);
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    // Header bytes are more likely than by chance.
    let byte = prop_oneof![Just(0xFF), Just(0xFD), Just(0x00), Just(0x55), any::<u8>()];
    proptest::collection::vec(byte, 0..100)
}

fn codec() -> impl Strategy<Value = &'static dyn Codec> {
    prop_oneof![
        Just(&Feetech as &'static dyn Codec),
        Just(&Dynamixel as &'static dyn Codec),
    ]
}

/// Length of the longest packet that the tests below look for.
const MAX_PACKET_BYTES: usize = 400;

fn with_statuses(codec: &dyn Codec, mut stream: Vec<u8>, statuses: &[Status]) -> Vec<u8> {
    for status in statuses {
        codec.encode_status(status, &mut stream).unwrap();
    }
    stream
}

/// Returns every status that a scanner finds if the stream arrives in portions and then ends.
fn found_in(codec: &dyn Codec, stream: &[u8], portion: usize) -> Vec<Status> {
    let mut scanner = Scanner::default();
    let mut found = Vec::new();
    for part in stream.chunks(portion) {
        scanner.push(part);
        while let Some(frame) = scanner.next(codec, MAX_PACKET_BYTES) {
            found.extend(codec.decode_status(frame));
        }
    }
    while let Some(frame) = scanner.next_at_end_of_input(codec, MAX_PACKET_BYTES) {
        found.extend(codec.decode_status(frame));
    }
    found
}

proptest! {
    /// Fault 8: header bytes inside data come through.
    #[test]
    fn every_frame_round_trips(codec in codec(), id in 0..=BROADCAST_ID, code: u8, body in body()) {
        let mut packet = Vec::new();
        codec.encode(id, code, &body, &mut packet).unwrap();
        let length = packet.len();
        let frame = Packet { id, code, body };
        prop_assert_eq!(codec.scan(&packet, 1000), ScanResult::Packet(frame, length));
        for end in 0..length {
            prop_assert_eq!(codec.scan(&packet[..end], 1000), ScanResult::Partial);
        }
    }

    #[test]
    fn every_status_round_trips(codec in codec(), id in 0..BROADCAST_ID, error: u8, data in body()) {
        let status = Status { id, error, data };
        let mut packet = Vec::new();
        codec.encode_status(&status, &mut packet).unwrap();
        prop_assert!(packet.len() <= codec.max_status_length(status.data.len()));
        let mut scanner = Scanner::default();
        scanner.push(&packet);
        let frame = scanner.next(codec, codec.max_status_length(status.data.len())).unwrap();
        prop_assert_eq!(codec.decode_status(frame), Some(status));
    }

    #[test]
    fn every_instruction_round_trips(
        codec in codec(),
        id in 0..=BROADCAST_ID,
        kind in 0..8,
        address in 0u16..200,
        count in 1u16..9,
        bytes in body(),
    ) {
        let items = &bytes[..bytes.len() - bytes.len() % (usize::from(count) + 1)];
        let instruction = match kind {
            0 => ServoInstruction::Ping,
            1 => ServoInstruction::Read { address, count },
            2 => ServoInstruction::Write { address, data: &bytes },
            3 => ServoInstruction::Stage { address, data: &bytes },
            4 => ServoInstruction::Action,
            5 => ServoInstruction::Reboot,
            6 => ServoInstruction::SyncRead { address, count, ids: &bytes },
            _ => ServoInstruction::SyncWrite { address, count, items },
        };
        let packet = asked(codec, id, &instruction);
        let ScanResult::Packet(frame, _) = codec.scan(&packet, 1000) else {
            panic!("{packet:02X?}");
        };
        prop_assert_eq!(ServoInstruction::decode(codec, &frame), Some(instruction));
    }

    /// Faults 2, 3 and 4: noise before replies; bytes in arbitrary portions. Noise that does not
    /// look like the beginning of a packet costs no reply.
    #[test]
    fn packets_are_found_behind_noise(
        codec in codec(),
        noise in proptest::collection::vec(0u8..0xFF, 0..60),
        answers in proptest::collection::vec((0..BROADCAST_ID, body()), 1..4),
        portion in 1usize..40,
    ) {
        let expected: Vec<Status> = answers
            .into_iter()
            .map(|(id, data)| Status { id, error: 0, data })
            .collect();
        let stream = with_statuses(codec, noise, &expected);
        prop_assert_eq!(found_in(codec, &stream, portion), expected);
    }

    /// Garbage may form a packet by chance, or begin one that swallows replies up to the length of
    /// the longest packet; what follows is found.
    #[test]
    fn packets_are_found_some_way_behind_garbage(
        codec in codec(),
        garbage in body(),
        (id, data) in (0..BROADCAST_ID, body()),
        portion in 1usize..40,
    ) {
        let status = Status { id, error: 0, data };
        let lost = [garbage, vec![0; MAX_PACKET_BYTES]].concat();
        let stream = with_statuses(codec, lost, std::slice::from_ref(&status));
        prop_assert_eq!(found_in(codec, &stream, portion).pop(), Some(status));
    }

    #[test]
    fn a_changed_byte_never_gives_the_same_answer_with_other_data(
        codec in codec(),
        data in body(),
        at: prop::sample::Index,
        change in 1u8..,
    ) {
        let status = Status { id: 3, error: 0, data };
        let mut packet = Vec::new();
        codec.encode_status(&status, &mut packet).unwrap();
        let at = at.index(packet.len());
        packet[at] ^= change;
        let longest = codec.max_status_length(status.data.len());
        let mut scanner = Scanner::default();
        scanner.push(&packet);
        while let Some(frame) = scanner.next_at_end_of_input(codec, longest) {
            let forged = codec.decode_status(frame).is_some_and(|found| {
                found.id == status.id && found.data.len() == status.data.len()
            });
            prop_assert!(!forged, "{:02X?}", packet);
        }
    }

    #[test]
    fn no_bytes_make_the_scanner_panic_or_stall(codec in codec(), bytes in body(), longest in 0usize..300) {
        let mut scanner = Scanner::default();
        scanner.push(&bytes);
        while scanner.next_at_end_of_input(codec, longest).is_some() {}
        prop_assert_eq!(scanner.clear(), 0);
    }
}
