"""Processor time of a control cycle: LeRobot's sync_read + sync_write beside enact's, on the same emulated bus.

python rate.py ENACT RATE — `target/debug/enact` and `target/debug/examples/rate`; see README.md. LeRobot reads two bytes from
each servo, enact fifteen. Says too what the system takes for enact's bytes without any driver: sleeping and being woken costs more
on some virtual machines than all the rest. Ends with 1 if enact needs more than a tenth.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lerobot.motors import Motor, MotorNormMode
from lerobot.motors.feetech import FeetechMotorsBus

ROOT = Path(__file__).resolve().parents[2]
CYCLES = 2000
ROUNDS = 3


def lerobot(program):
    """Seconds of processor time a cycle, and cycles a second."""
    with tempfile.TemporaryDirectory() as folder:
        port = str(Path(folder) / "port")
        emulator = subprocess.Popen(
            [program, "bus", "emulate", "--untimed", "--link", port],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        try:
            emulator.stdout.readline()
            names = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]
            motors = {name: Motor(id + 1, "sts3215", MotorNormMode.DEGREES) for id, name in enumerate(names)}
            bus = FeetechMotorsBus(port, motors)
            bus.connect()
            goals = bus.sync_read("Present_Position", normalize=False)
            wall, processor = time.perf_counter(), time.thread_time()
            for _ in range(CYCLES):
                bus.sync_write("Goal_Position", goals, normalize=False)
                bus.sync_read("Present_Position", normalize=False)
            return (time.thread_time() - processor) / CYCLES, CYCLES / (time.perf_counter() - wall)
        finally:
            emulator.kill()
            emulator.wait()


def enact(example):
    """Seconds of processor time a cycle, and what of that the bytes take alone."""
    result = subprocess.run([example, "cost"], capture_output=True, text=True, check=True)
    return [float(word) for word in result.stdout.split()]


theirs, ours, bare = [], [], []
for _ in range(ROUNDS):
    cost, rate = lerobot(sys.argv[1])
    theirs.append(cost)
    cost, alone = enact(sys.argv[2])
    ours.append(cost)
    bare.append(alone)
    print(
        f"LeRobot {1e6 * theirs[-1]:.1f} µs a cycle ({rate:.0f} cycles a second), enact {1e6 * cost:.1f} µs, its bytes alone {1e6 * alone:.1f} µs",
        flush=True,
    )
ratio = sorted(ours)[ROUNDS // 2] / sorted(theirs)[ROUNDS // 2]
print(f"enact needs 1/{1 / ratio:.0f} of LeRobot's processor time (medians of {ROUNDS})")
sys.exit(ratio > 0.1)
