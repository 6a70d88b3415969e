"""Processor time of a control cycle: LeRobot's sync_read + sync_write beside enact's, on the same emulated bus.

python rate.py ENACT RATE — `target/debug/enact` and `target/debug/examples/rate`; see README.md. LeRobot reads two bytes from
each servo, enact fifteen. Twice: with cores that something of the lowest priority keeps awake, as a model does, and with
cores that go to sleep while an answer is on its way. Waking up costs both the same, on a virtual machine often more than all
that enact does. Ends with 1 if enact needs more than a tenth on cores that are awake.
"""

import contextlib
import os
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
    return float(subprocess.run([example, "cost"], capture_output=True, text=True, check=True).stdout)


@contextlib.contextmanager
def awake():
    """No core sleeps, and nothing waits for that."""
    yields = lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    command = [sys.executable, "-c", "while True: pass"]
    with contextlib.ExitStack() as stack:
        for _ in range(os.cpu_count()):
            busy = subprocess.Popen(command, preexec_fn=yields)
            stack.callback(busy.wait)
            stack.callback(busy.kill)
        yield


def ratio():
    theirs, ours = [], []
    for _ in range(ROUNDS):
        cost, rate = lerobot(sys.argv[1])
        theirs.append(cost)
        ours.append(enact(sys.argv[2]))
        print(f"LeRobot {1e6 * theirs[-1]:.1f} µs a cycle ({rate:.0f} cycles a second), enact {1e6 * ours[-1]:.1f} µs", flush=True)
    return sorted(ours)[ROUNDS // 2] / sorted(theirs)[ROUNDS // 2]


asleep = ratio()
print(f"cores that sleep: enact needs 1/{1 / asleep:.0f} of LeRobot's processor time (medians of {ROUNDS})")
with awake():
    kept = ratio()
print(f"cores kept awake: 1/{1 / kept:.0f}")
sys.exit(kept > 0.1)
