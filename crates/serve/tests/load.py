"""200 watchers of an arm of emulated servos, 50 tasks that wait, and stops all the while. By hand:

    python3 crates/serve/tests/load.py target/debug/enact

The arm points at things, task after task, first watched by nobody and then by all. Every few seconds
it is stopped many times, cleared and resumed. It fails if the server's memory grows while it is
watched, if the slowest stop of a thousand takes more than 50 ms, or if the 99.9 % lateness of the
arm's loop is more than a tenth above that of the unwatched arm. The lateness is told by the
recording: it has a reading for each control period, at the time of the servos' clock. The machine
must have nothing else to do.
"""

import argparse
import csv
import multiprocessing
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from served import Server, repeated

LAUNCH = """robot = "so101"
scene = "tabletop"
model = "models/tabletop"
turns = 3

[arm]
source = "emulated"
shutdown = "hold"
realtime = {realtime}

[camera]
source = "sim"
"""
STEPS = [
    {"skill": "point", "object": "red cube"},
    {"skill": "point", "object": "blue bowl"},
    {"skill": "done"},
]
INSTRUCTION = "point to the red cube and then to the blue bowl"
WAITING = 50
# Stops at a time, and seconds in which the arm moves between them.
STOPS, MOVING = 40, 7
# Fewest control periods that tell one in a thousand.
PERIODS = 5000
# What is allowed to be different: milliseconds of a stop and of lateness, bytes of memory.
SLOWEST_STOP = 50
CLOCK = 0.1
GROWTH = 16 << 20
# While buffers, the events and the tasks that are kept fill, memory grows.
FILLING = 0.25


def watch(address, tokens, count, pictures, ready, over):
    """Reads event and camera streams, on a process of its own.

    In life each watcher is a machine of its own: here it has only the time that the server leaves.
    """
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    selector = selectors.DefaultSelector()
    paths = ["/v1/events"] * count + ["/v1/camera/stream.mjpg"] * pictures
    host, port = address.split(":")
    for number, path in enumerate(paths):
        stream = socket.create_connection((host, int(port)))
        token = tokens[number % len(tokens)]
        head = f"GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n"
        stream.sendall(head.encode())
        answer = stream.recv(1 << 16)
        if b" 200 " not in answer.split(b"\r\n")[0]:
            raise SystemExit(f"{path} is refused: {answer[:400]}")
        selector.register(stream, selectors.EVENT_READ)
    ready.set()
    while not over.is_set():
        for key, _ in selector.select(timeout=1):
            if not key.fileobj.recv(1 << 16):
                raise SystemExit("a stream ended")


class Driver:
    """Keeps tasks waiting, and stops, clears and resumes."""

    def __init__(self, server):
        self.server = server
        self.stops = []

    def ask(self, method, path, body=None, expected=(200, 202)):
        status, answer = self.server.ask("driver", method, path, body)
        if status not in expected:
            raise SystemExit(f"{method} {path}: {status} {answer}")
        return answer

    def fill(self):
        waiting = len(self.ask("GET", "/v1/status")["queue"])
        for _ in range(WAITING - waiting):
            self.ask("POST", "/v1/tasks", {"instruction": INSTRUCTION, "approve": False})

    def stop(self):
        """Stops as a button does, on a new connection each time; the time of each is kept."""
        for _ in range(STOPS):
            begun = time.perf_counter()
            status, _ = self.server.ask("watcher-0", "POST", "/v1/stop")
            self.stops.append(1000 * (time.perf_counter() - begun))
            if status != 200:
                raise SystemExit(f"a stop was answered by {status}")
            time.sleep(0.02)

    def drive(self, seconds):
        """Returns the number of the last task that was begun."""
        end = time.monotonic() + seconds
        self.ask("POST", "/v1/driver")
        while time.monotonic() < end:
            self.fill()
            self.ask("POST", "/v1/resume")
            time.sleep(MOVING)
            self.stop()
            while self.ask("GET", "/v1/status")["task"]:
                time.sleep(0.05)
            self.ask("POST", "/v1/clear")
        tasks = self.ask("GET", "/v1/tasks")["tasks"]
        return max(task["id"] for task in tasks if task["state"] != "queued")


def memory(process):
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return 1024 * int(line.split()[1])
    raise SystemExit("the server is gone")


def lateness(file, last):
    """Returns how many milliseconds late the periods of motions begin: until this task, after it."""
    late = ([], [])
    intervals, previous, was_moving = [], None, False
    with Path(file).open(newline="") as lines:
        for row in csv.DictReader(lines):
            commanded = [value for name, value in row.items() if name.endswith(".commanded")]
            now = (float(row["time"]), commanded)
            is_moving = previous is not None and commanded != previous[1]
            # The first command of a motion does not follow upon another one.
            if is_moving and was_moving:
                intervals.append((int(row["task"]), 1000 * (now[0] - previous[0])))
            previous, was_moving = now, is_moving
    period = statistics.median(interval for _, interval in intervals)
    for task, interval in intervals:
        late[task > last].append(max(0.0, interval - period))
    return period, late


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=Path)
    parser.add_argument("--seconds", type=int, default=300, help="time for which it is watched")
    parser.add_argument("--calm", type=int, default=300, help="time for which it is not")
    parser.add_argument("--watchers", type=int, default=200)
    parser.add_argument("--pictures", type=int, default=4, help="camera streams besides")
    parser.add_argument("--realtime", action="store_true", help="real-time scheduling of the loop")
    args = parser.parse_args()
    program = args.program.resolve()
    watchers = [f"watcher-{number}" for number in range(4)]
    tokens = [(name, "watch") for name in watchers] + [("driver", "admin")]
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        launch, recording = Path(folder, "load.toml"), Path(folder, "load.mcap")
        launch.write_text(LAUNCH.format(realtime=str(args.realtime).lower()))
        more = ["--launch", str(launch), "--record", str(recording)]
        server = Server(program, folder, *more, steps=STEPS, tokens=tokens)
        driver = Driver(server)
        last = driver.drive(args.calm)
        calm = len(driver.stops)
        ready, over = multiprocessing.Event(), multiprocessing.Event()
        known = [server.tokens[name] for name in watchers]
        arguments = (server.address, known, args.watchers, args.pictures, ready, over)
        watching = multiprocessing.Process(target=watch, args=arguments, daemon=True)
        watching.start()
        if not ready.wait(60):
            sys.exit("the watchers are not let in")
        sizes = []
        with repeated(lambda: sizes.append(memory(server.child.pid)), 1):
            driver.drive(args.seconds)
        if watching.exitcode is not None:
            wrong.append("the watchers' streams ended")
        over.set()
        watching.join()
        if server.end() != 0:
            wrong.append((server.folder / "said.txt").read_text())
        table = Path(folder, "load.csv")
        subprocess.run([program, "export", recording, "--csv", table], check=True)
        period, (unwatched, watched) = lateness(table, last)

    for name, stops in [("unwatched", driver.stops[:calm]), ("watched", driver.stops[calm:])]:
        slowest = quantile(stops, 0.999)
        print(f"{name}: {len(stops)} stops, median {quantile(stops, 0.5):.1f} ms, 99.9 % {slowest:.1f} ms")
        if slowest > SLOWEST_STOP:
            wrong.append(f"{name}: a stop in a thousand takes {slowest:.1f} ms")
    if min(len(unwatched), len(watched)) < PERIODS:
        sys.exit("\n".join([*wrong, "the arm moved too little to tell"]))
    for name, late in [("unwatched", unwatched), ("watched", watched)]:
        told = ", ".join(f"{100 * share:g} % {quantile(late, share):.2f} ms" for share in (0.5, 0.99, 0.999, 1))
        print(f"{name}: {len(late)} periods of {period:.2f} ms, late by {told}")
    before, after = quantile(unwatched, 0.999), quantile(watched, 0.999)
    if after > 1.1 * before + CLOCK:
        wrong.append(f"the loop is late by {after:.2f} ms when it is watched, else by {before:.2f} ms")
    filled = sizes[int(FILLING * len(sizes)) :]
    third = len(filled) // 3
    first, end = statistics.median(filled[:third]), statistics.median(filled[-third:])
    print(f"memory: {first / 1e6:.1f} MB, in the end {end / 1e6:.1f} MB")
    if end - first > GROWTH:
        wrong.append(f"the server's memory grows by {(end - first) / 1e6:.1f} MB")
    sys.exit("\n".join(wrong) or None)


if __name__ == "__main__":
    main()
