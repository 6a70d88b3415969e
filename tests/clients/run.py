"""Lets the makers' SDKs and LeRobot drive `enact bus emulate`. See README.md."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]
# Middle, one end and the other of each joint, degrees.
ENDS = [(0, -80, 80), (-45, -90, 0), (-20, -60, 20), (-15, -70, 40), (0, -90, 90), (40, -5, 80)]


class Emulator:
    """`enact bus emulate` with a port at `port`."""

    def __init__(self, program, folder, protocol, *more):
        self.port = str(Path(folder) / f"port-{protocol}")
        command = [program, "bus", "emulate", "--protocol", protocol, "--link", self.port, *more]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        if self.process.stdout.readline().strip() != self.port:
            raise RuntimeError("the emulator did not start")

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hands(self, which):
        for joint, ends in zip(JOINTS, ENDS):
            self.say(f"hand {joint} {ends[which]}" if which is not None else f"hand {joint} off")
        time.sleep(2.5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def feetech_sdk(program, folder):
    import scservo_sdk as sdk

    with Emulator(program, folder, "feetech") as emulator:
        port, packets = sdk.PortHandler(emulator.port), sdk.PacketHandler(0)
        assert port.openPort() and port.setBaudRate(1_000_000)
        for servo in range(1, 7):
            model, result, error = packets.ping(port, servo)
            assert (model, result, error) == (777, sdk.COMM_SUCCESS, 0), (servo, model, result, error)
        assert packets.ping(port, 77)[1] == sdk.COMM_RX_TIMEOUT
        position, result, _ = packets.read2ByteTxRx(port, 1, 56)
        assert result == sdk.COMM_SUCCESS
        assert packets.write2ByteTxRx(port, 1, 42, position)[0] == sdk.COMM_SUCCESS
        assert packets.read1ByteTxRx(port, 1, 40)[0] == 1, "a goal switches torque on"
        goals = sdk.GroupSyncWrite(port, packets, 42, 2)
        assert goals.addParam(1, [(position + 200) & 0xFF, (position + 200) >> 8])
        assert goals.txPacket() == sdk.COMM_SUCCESS
        time.sleep(1)
        states = sdk.GroupSyncRead(port, packets, 56, 4)
        for servo in range(1, 7):
            assert states.addParam(servo)
        assert states.txRxPacket() == sdk.COMM_SUCCESS
        there = states.getData(1, 56, 2)
        assert abs(there - position - 200) < 12, (position, there)
        port.closePort()


def dynamixel_sdk(program, folder):
    import dynamixel_sdk as sdk

    with Emulator(program, folder, "dynamixel") as emulator:
        port, packets = sdk.PortHandler(emulator.port), sdk.PacketHandler(2.0)
        assert port.openPort() and port.setBaudRate(1_000_000)
        found, result = packets.broadcastPing(port)
        assert result == sdk.COMM_SUCCESS and sorted(found) == [1, 2, 3, 4, 5, 6], (found, result)
        assert found[1][0] == 1060 and found[6][0] == 1200, found
        position, result, error = packets.read4ByteTxRx(port, 1, 132)
        assert (result, error) == (sdk.COMM_SUCCESS, 0)
        assert packets.write1ByteTxRx(port, 1, 64, 1) == (sdk.COMM_SUCCESS, 0)
        assert packets.write1ByteTxRx(port, 1, 11, 4)[1] == 7, "settings are locked while torque is on"
        goals = sdk.GroupSyncWrite(port, packets, 116, 4)
        goal = position + 200
        assert goals.addParam(1, list(goal.to_bytes(4, "little")))
        assert goals.txPacket() == sdk.COMM_SUCCESS
        time.sleep(1)
        states = sdk.GroupSyncRead(port, packets, 132, 4)
        for servo in range(1, 7):
            assert states.addParam(servo)
        assert states.txRxPacket() == sdk.COMM_SUCCESS
        there = states.getData(1, 132, 4)
        assert abs(there - goal) < 12, (position, there)
        assert packets.reboot(port, 1)[0] == sdk.COMM_SUCCESS
        assert packets.read1ByteTxRx(port, 1, 64)[0] == 0, "a reboot switches torque off"
        port.closePort()


def lerobot_arm(program, folder, protocol, make, kind):
    """Calibrates, observes, acts; enact then reads the calibration that was written."""
    with Emulator(program, folder, protocol, "--uncalibrated") as emulator:
        robot = make(emulator.port, folder)
        # What a person would do: middle, Enter, ends, Enter.
        typed = []

        def person(prompt=""):
            typed.append(prompt)
            emulator.hands(0)
            return ""

        import builtins

        import lerobot.motors.motors_bus as motors_bus

        builtins.input = person
        def enter_pressed():
            return done.is_set()

        done = threading.Event()

        def move():
            emulator.hands(1)
            emulator.hands(2)
            emulator.hands(0)
            done.set()

        motors_bus.enter_pressed = enter_pressed
        original = robot.bus.record_ranges_of_motion

        def record(*arguments, **options):
            threading.Thread(target=move, daemon=True).start()
            return original(*arguments, **options)

        robot.bus.record_ranges_of_motion = record
        robot.connect(calibrate=True)
        assert typed, "LeRobot asked for the middle"
        emulator.hands(None)
        before = robot.get_observation()
        goal = {f"{joint}.pos": before[f"{joint}.pos"] for joint in JOINTS}
        goal["shoulder_pan.pos"] += 15
        robot.send_action(goal)
        time.sleep(1.5)
        after = robot.get_observation()
        moved = after["shoulder_pan.pos"] - before["shoulder_pan.pos"]
        assert abs(moved - 15) < 2, (before, after)
        assert robot.is_calibrated
        robot.disconnect()
        file = next(Path(folder, kind).glob("*.json"))
        told = subprocess.run(
            [program, "arm", "doctor", "--protocol", protocol, "--port", emulator.port, "--calibration", str(file)],
            cwd=ROOT, capture_output=True, text=True,
        )
        assert "the servos keep the calibration that the file says" in told.stdout, told


def lerobot_so101(program, folder):
    from lerobot.robots.so_follower import SO101Follower, SO101FollowerConfig

    def make(port, folder):
        config = SO101FollowerConfig(port=port, id="emulated", calibration_dir=Path(folder, "so"), use_degrees=True)
        return SO101Follower(config)

    lerobot_arm(program, folder, "feetech", make, "so")


def lerobot_koch(program, folder):
    from lerobot.robots.koch_follower import KochFollower, KochFollowerConfig

    def make(port, folder):
        config = KochFollowerConfig(port=port, id="emulated", calibration_dir=Path(folder, "koch"), use_degrees=True)
        return KochFollower(config)

    lerobot_arm(program, folder, "dynamixel", make, "koch")


def main():
    program = str(Path(sys.argv[1]).resolve())
    only = sys.argv[2:]
    failed = False
    for client in [feetech_sdk, dynamixel_sdk, lerobot_so101, lerobot_koch]:
        name = client.__name__
        if only and name not in only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                # LeRobot prints its table of ranges hundreds of times.
                with contextlib.redirect_stdout(io.StringIO()):
                    client(program, folder)
                print(f"{name}: ok", flush=True)
            except ImportError as error:
                print(f"{name}: skipped, {error}", flush=True)
            except Exception:
                failed = True
                print(f"{name}: FAILED\n{traceback.format_exc()}", flush=True)
    # LeRobot leaves threads behind.
    os._exit(int(failed))


main()
