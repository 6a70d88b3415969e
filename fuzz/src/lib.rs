//! What must hold of a protocol's codec whatever bytes come.

use enact_arm::protocol::{Codec, Packet, ServoInstruction, ScanResult, Scanner};

/// Longer packets are none.
const MAX_PACKET_BYTES: usize = 300;

/// The first byte says in what portions the others come. However they come, the same packets are
/// found; none is found where there is none; and what a packet means can be said again.
pub fn check(codec: &'static dyn Codec, input: &[u8]) {
    let Some((portion, bytes)) = input.split_first() else {
        return;
    };
    let found = frames(codec, bytes, usize::from(*portion).max(1));
    assert_eq!(found, frames(codec, bytes, bytes.len().max(1)));
    let mut length = 0;
    for frame in &found {
        length += check_frame(codec, frame);
    }
    assert!(length <= bytes.len(), "more was found than had come");
}

/// All packets in a stream that ends.
fn frames(codec: &'static dyn Codec, bytes: &[u8], portion: usize) -> Vec<Packet> {
    let mut scanner = Scanner::default();
    let mut found = Vec::new();
    for part in bytes.chunks(portion) {
        scanner.push(part);
        while let Some(frame) = scanner.next(codec, MAX_PACKET_BYTES) {
            found.push(frame);
        }
    }
    while let Some(frame) = scanner.next_of_rest(codec, MAX_PACKET_BYTES) {
        found.push(frame);
    }
    assert_eq!(scanner.clear(), 0, "something was left");
    found
}

/// A packet that was found can be sent, is found again, and means the same; its body's length.
fn check_frame(codec: &'static dyn Codec, frame: &Packet) -> usize {
    let mut packet = Vec::new();
    if codec
        .encode(frame.id, frame.code, &frame.body, &mut packet)
        .is_ok()
    {
        let again = codec.scan(&packet, packet.len());
        assert_eq!(again, ScanResult::Packet(frame.clone(), packet.len()));
    }
    if let Some(instruction) = ServoInstruction::decode(codec, frame) {
        let mut packet = Vec::new();
        if instruction.encode(codec, frame.id, &mut packet).is_ok() {
            let ScanResult::Packet(again, _) = codec.scan(&packet, packet.len()) else {
                panic!("{instruction:?} is not found again");
            };
            assert_eq!(ServoInstruction::decode(codec, &again), Some(instruction));
        }
    }
    if let Some(status) = codec.status(frame.clone()) {
        let mut packet = Vec::new();
        if codec.encode_status(&status, &mut packet).is_ok() {
            let ScanResult::Packet(again, _) = codec.scan(&packet, packet.len()) else {
                panic!("{status:?} is not found again");
            };
            assert_eq!(codec.status(again), Some(status));
        }
        let _ = (codec.refusal(frame.code), codec.alarms(frame.code));
    }
    frame.body.len()
}
