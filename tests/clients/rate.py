"""Processor time of LeRobot's sync_read + sync_write, beside `cargo run -p enact-emulator --example rate`."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lerobot.motors import Motor, MotorNormMode
from lerobot.motors.feetech import FeetechMotorsBus

ROOT = Path(__file__).resolve().parents[2]
CYCLES = 2000

with tempfile.TemporaryDirectory() as folder:
    port = str(Path(folder) / "port")
    emulator = subprocess.Popen(
        [sys.argv[1], "bus", "emulate", "--untimed", "--link", port],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
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
    wall, processor = time.perf_counter() - wall, time.thread_time() - processor
    print(f"LeRobot: {CYCLES / wall:.0f} cycles a second, processor time {1e6 * processor / CYCLES:.1f} µs a cycle")
    emulator.kill()
