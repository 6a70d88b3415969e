//! Compares our packets with those of `rustypot`, which others use for the same servos.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use enact_arm::protocol::{BROADCAST_ID, Codec, Dynamixel, Feetech, ServoInstruction, Status};
use proptest::prelude::*;
use rustypot::DynamixelProtocolHandler;
use serialport::{ClearBuffer, DataBits, FlowControl, Parity, SerialPort, StopBits};

/// Records what is written, and returns bytes prepared beforehand.
#[derive(Default)]
struct Prepared {
    written: Vec<u8>,
    answer: VecDeque<u8>,
}

impl io::Read for Prepared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.answer.read(buffer)
    }
}

impl io::Write for Prepared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Settings that the tests do not use.
fn unused<T>() -> serialport::Result<T> {
    Err(serialport::Error::new(
        serialport::ErrorKind::Unknown,
        "not a real port",
    ))
}

impl SerialPort for Prepared {
    fn bytes_to_read(&self) -> serialport::Result<u32> {
        // The reply comes only after the request; there is nothing before it.
        Ok(0)
    }

    fn timeout(&self) -> Duration {
        Duration::ZERO
    }

    fn set_timeout(&mut self, _: Duration) -> serialport::Result<()> {
        Ok(())
    }

    fn name(&self) -> Option<String> {
        None
    }

    fn baud_rate(&self) -> serialport::Result<u32> {
        Ok(1_000_000)
    }

    fn data_bits(&self) -> serialport::Result<DataBits> {
        unused()
    }

    fn flow_control(&self) -> serialport::Result<FlowControl> {
        unused()
    }

    fn parity(&self) -> serialport::Result<Parity> {
        unused()
    }

    fn stop_bits(&self) -> serialport::Result<StopBits> {
        unused()
    }

    fn set_baud_rate(&mut self, _: u32) -> serialport::Result<()> {
        unused()
    }

    fn set_data_bits(&mut self, _: DataBits) -> serialport::Result<()> {
        unused()
    }

    fn set_flow_control(&mut self, _: FlowControl) -> serialport::Result<()> {
        unused()
    }

    fn set_parity(&mut self, _: Parity) -> serialport::Result<()> {
        unused()
    }

    fn set_stop_bits(&mut self, _: StopBits) -> serialport::Result<()> {
        unused()
    }

    fn write_request_to_send(&mut self, _: bool) -> serialport::Result<()> {
        unused()
    }

    fn write_data_terminal_ready(&mut self, _: bool) -> serialport::Result<()> {
        unused()
    }

    fn read_clear_to_send(&mut self) -> serialport::Result<bool> {
        unused()
    }

    fn read_data_set_ready(&mut self) -> serialport::Result<bool> {
        unused()
    }

    fn read_ring_indicator(&mut self) -> serialport::Result<bool> {
        unused()
    }

    fn read_carrier_detect(&mut self) -> serialport::Result<bool> {
        unused()
    }

    fn bytes_to_write(&self) -> serialport::Result<u32> {
        unused()
    }

    fn clear(&self, _: ClearBuffer) -> serialport::Result<()> {
        unused()
    }

    fn try_clone(&self) -> serialport::Result<Box<dyn SerialPort>> {
        unused()
    }

    fn set_break(&self) -> serialport::Result<()> {
        unused()
    }

    fn clear_break(&self) -> serialport::Result<()> {
        unused()
    }
}

/// One protocol in both implementations.
#[derive(Debug)]
struct Pair {
    ours: &'static dyn Codec,
    theirs: DynamixelProtocolHandler,
}

fn pairs() -> [Pair; 2] {
    [
        Pair {
            ours: &Feetech,
            theirs: DynamixelProtocolHandler::v1(),
        },
        Pair {
            ours: &Dynamixel,
            theirs: DynamixelProtocolHandler::v2(),
        },
    ]
}

impl Pair {
    fn asked(&self, id: u8, instruction: &ServoInstruction) -> Vec<u8> {
        let mut out = Vec::new();
        instruction
            .encode(self.ours, id, &mut out)
            .expect("it is short");
        out
    }

    fn answers(&self, statuses: &[Status]) -> Prepared {
        let mut out = Vec::new();
        for status in statuses {
            self.ours
                .encode_status(status, &mut out)
                .expect("it is short");
        }
        Prepared {
            answer: out.into(),
            ..Prepared::default()
        }
    }
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![Just(0xFF), Just(0xFD), Just(0x00), any::<u8>()];
    proptest::collection::vec(byte, 1..15)
}

proptest! {
    #[test]
    fn reads_agree(id in 1u8..250, address: u8, data in data(), error: u8) {
        for pair in pairs() {
            let count = data.len() as u8;
            let mut port = pair.answers(&[Status { id, error, data: data.clone() }]);
            let (read, their_error) = pair.theirs.read_with_error(&mut port, id, address, count).unwrap();
            prop_assert_eq!(&read, &data);
            prop_assert_eq!(their_error.byte(), error);
            let ask = ServoInstruction::Read { address: address.into(), count: count.into() };
            prop_assert_eq!(port.written, pair.asked(id, &ask));
        }
    }

    #[test]
    fn writes_and_pings_agree(id in 1u8..250, address: u8, data in data()) {
        for pair in pairs() {
            let done = [Status { id, error: 0, data: Vec::new() }];
            let mut port = pair.answers(&done);
            pair.theirs.write(&mut port, id, address, &data).unwrap();
            let ask = ServoInstruction::Write { address: address.into(), data: &data };
            prop_assert_eq!(port.written, pair.asked(id, &ask));
            let mut port = pair.answers(&done);
            prop_assert!(pair.theirs.ping(&mut port, id).unwrap());
            prop_assert_eq!(port.written, pair.asked(id, &ServoInstruction::Ping));
        }
    }

    #[test]
    fn sync_reads_and_sync_writes_agree(first in 1u8..200, servos in 1u8..7, address: u8, data in data()) {
        let ids: Vec<u8> = (first..first + servos).collect();
        let values: Vec<Vec<u8>> = ids
            .iter()
            .map(|id| data.iter().map(|byte| byte ^ id).collect())
            .collect();
        let items: Vec<u8> = ids
            .iter()
            .zip(&values)
            .flat_map(|(id, value)| std::iter::once(*id).chain(value.iter().copied()))
            .collect();
        let (address_16, count) = (u16::from(address), data.len() as u16);
        for pair in pairs() {
            let statuses: Vec<Status> = ids
                .iter()
                .zip(&values)
                .map(|(id, data)| Status { id: *id, error: 0, data: data.clone() })
                .collect();
            let mut port = pair.answers(&statuses);
            let read = pair.theirs.sync_read(&mut port, &ids, address, count as u8).unwrap();
            prop_assert_eq!(&read, &values);
            let ask = ServoInstruction::SyncRead { address: address_16, count, ids: &ids };
            prop_assert_eq!(port.written, pair.asked(BROADCAST_ID, &ask));
            let mut port = Prepared::default();
            pair.theirs.sync_write(&mut port, &ids, address, &values).unwrap();
            let ask = ServoInstruction::SyncWrite { address: address_16, count, items: &items };
            prop_assert_eq!(port.written, pair.asked(BROADCAST_ID, &ask));
        }
    }
}
