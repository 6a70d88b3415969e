"""A half-duplex wire of 1 Mbaud with servos on it, behind a pseudo-terminal."""

import fcntl
import os
import struct
import tty
from pathlib import Path

BROADCAST = 254
BAUD = 1_000_000
TERMIOS2, TCGETS2 = "IIII20BII", 0x802C542A  # Linux: the only call that tells any bit rate
BYTE = 10e-6  # s: ten bits a byte
PING, READ, WRITE, STAGE, ACT, SYNC_READ, SYNC_WRITE = 1, 2, 3, 4, 5, 0x82, 0x83


def packet(number, code, data=b""):
    """An instruction or, with an error in place of the instruction, a status."""
    body = bytes([number, len(data) + 2, code, *data])
    return b"\xff\xff" + body + bytes([~sum(body) & 0xFF])


class Wire:
    """What the servos hear and answer, byte by byte and at the pace of the wire."""

    def __init__(self, servos):
        self.servos = servos
        self.heard = bytearray()
        self.busy = 0.0
        self.packets = 0

    def receive(self, data, now):
        """Returns when the last byte of each answer arrives, and the answer."""
        self.busy = max(self.busy, now) + len(data) * BYTE
        self.heard += data
        replies = []
        while (frame := self.take()) is not None:
            self.packets += 1
            for servo, answer in self.answers(*frame):
                reply = packet(servo.get("id"), servo.get("status"), answer)
                self.busy += servo.get("return_delay") * 2e-6 + len(reply) * BYTE
                replies.append((self.busy, reply))
        return replies

    def take(self):
        """Takes the next whole packet: id, instruction and parameters. What is none is passed over."""
        heard = self.heard
        while len(heard) >= 6:
            length = heard[3]
            if heard[:2] != b"\xff\xff" or heard[2] == 0xFF or length < 2:
                del heard[0]
                continue
            if len(heard) < length + 4:
                return None
            body = heard[2 : length + 3]
            if ~sum(body) & 0xFF != heard[length + 3]:
                del heard[0]
                continue
            frame = body[0], body[2], bytes(body[3:])
            del heard[: length + 4]
            return frame
        return None

    def answers(self, number, code, data):
        """Lets the servos obey; returns those that answer, in order, with what they say."""
        asked = [servo for servo in self.servos if number in (servo.get("id"), BROADCAST)]
        if code == PING:
            return [(servo, b"") for servo in asked]
        if code == SYNC_READ and len(data) >= 2:
            listed = [servo for number in data[2:] for servo in self.servos if servo.get("id") == number]
            return [(servo, servo.read(data[0], data[1])) for servo in listed if data[0] < 87]
        if code == SYNC_WRITE and len(data) >= 2:
            size = data[1] + 1
            for at in range(2, len(data) - size + 1, size):
                for servo in self.servos:
                    if servo.get("id") == data[at]:
                        servo.write(data[0], data[at + 1 : at + size])
            return []
        if code == READ and number != BROADCAST and len(data) == 2:
            read = [(servo, servo.read(*data)) for servo in asked]
            return [(servo, answer) for servo, answer in read if answer is not None]
        said = []
        for servo in asked:
            # A servo whose id is changed answers with the old one, which nobody waits for.
            if code == WRITE and data and servo.write(data[0], data[1:]):
                said.append((servo, b""))
            elif code == STAGE and data:
                servo.staged = data
                said.append((servo, b""))
            elif code == ACT and servo.staged:
                servo.write(servo.staged[0], servo.staged[1:])
                servo.staged = None
        is_loud = number != BROADCAST and code in (WRITE, STAGE)
        return [(servo, word) for servo, word in said if is_loud and servo.get("response_level")]


class Port:
    """A pseudo-terminal; `link` points to the end that programs open."""

    def __init__(self, link):
        self.adapter, self.host = os.openpty()  # without the host's end a pty hangs up
        tty.setraw(self.host)
        os.set_blocking(self.adapter, False)
        self.link = Path(link)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(self.host))

    def read(self):
        """What the host has sent; at any other bit rate than theirs the servos hear nothing."""
        try:
            said = os.read(self.adapter, 4096)
        except BlockingIOError:
            return b""
        settings = fcntl.ioctl(self.host, TCGETS2, bytes(struct.calcsize(TERMIOS2)))
        return said if struct.unpack(TERMIOS2, settings)[-1] == BAUD else b""

    def write(self, data):
        try:
            os.write(self.adapter, data)
        except BlockingIOError:
            pass  # a host that does not read loses bytes, as with any adapter

    def close(self):
        self.link.unlink(missing_ok=True)
        os.close(self.adapter)
        os.close(self.host)
