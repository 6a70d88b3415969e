#!/usr/bin/env python3
"""Arm, watcher, link and runtime in four network namespaces; run by hand, as root.

    cargo build --release -p enact --features network
    sudo python3 crates/network/tests/namespaces.py target/release/enact [--runs 20] [--slow]

The simulator's arm and its camera are offered in the namespace `arm`, `enact node list` and `stop` are asked from
`watcher`, and `enact run` does the default task from `runtime`. With --slow everything passes through `link`,
which delays it by 50 ms and up to 20 ms more, and loses 5 % of the packets of heartbeats. Namespaces are taken
down at the end, and nothing touches a real interface.
"""

import argparse
import asyncio
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

NAMES = ["arm", "watcher", "link", "runtime"]
PREFIX = "enact-test-"
TASK = "put the red cube in the blue bowl"


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def inside(name, *words):
    return ["ip", "netns", "exec", PREFIX + name, *words]


def set_up():
    """One bridge in a namespace of its own, and a pair of interfaces for each of the others."""
    tear_down()
    ip("netns", "add", PREFIX + "switch")
    subprocess.run(inside("switch", "ip", "link", "add", "bridge", "type", "bridge"), check=True)
    subprocess.run(inside("switch", "ip", "link", "set", "bridge", "up"), check=True)
    for index, name in enumerate(NAMES, 1):
        ip("netns", "add", PREFIX + name)
        near, far = f"e{index}", f"s{index}"
        ip("link", "add", near, "netns", PREFIX + name, "type", "veth", "peer", "name", far, "netns", PREFIX + "switch")
        for words in (
            ["ip", "link", "set", far, "master", "bridge"],
            ["ip", "link", "set", far, "up"],
        ):
            subprocess.run(inside("switch", *words), check=True)
        for words in (
            ["ip", "link", "set", "lo", "up"],
            ["ip", "address", "add", f"10.99.0.{index}/24", "dev", near],
            ["ip", "link", "set", near, "up"],
        ):
            subprocess.run(inside(name, *words), check=True)


def tear_down():
    for name in [*NAMES, "switch"]:
        subprocess.run(["ip", "netns", "delete", PREFIX + name], stderr=subprocess.DEVNULL)


async def pump(reader, writer, draw):
    """Passes bytes on in order, each after a while."""
    loop, last, queue = asyncio.get_running_loop(), 0.0, asyncio.Queue()

    async def write():
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not data:
                writer.close()
                return
            writer.write(data)
            await writer.drain()

    writing = asyncio.create_task(write())
    try:
        while True:
            data = await reader.read(65536)
            last = max(last, loop.time() + 0.05 + 0.02 * draw.random())
            queue.put_nowait((last, data))
            if not data:
                break
        await writing
    except OSError:
        writing.cancel()
        writer.close()


class Packets(asyncio.DatagramProtocol):
    """Passes packets on, each after a while, or loses them; one client."""

    def __init__(self, target, draw):
        self.target, self.draw, self.client = target, draw, None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        if address[0] == self.target[0]:
            to = self.client
        else:
            self.client, to = address, self.target
        if to is None or self.draw.random() < 0.05:
            return
        delay = 0.05 + 0.02 * self.draw.random()
        asyncio.get_running_loop().call_later(delay, self.transport.sendto, data, to)


async def be_the_link():
    draw = random.Random(5)

    async def accept(reader, writer):
        there, back = await asyncio.open_connection("10.99.0.1", 7447)
        await asyncio.gather(pump(reader, back, draw), pump(there, writer, draw), return_exceptions=True)

    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(
        lambda: Packets(("10.99.0.1", 7448), draw), local_addr=("0.0.0.0", 7448)
    )
    server = await asyncio.start_server(accept, "0.0.0.0", 7447)
    await server.serve_forever()


def launch_file(folder, slow):
    place = "10.99.0.3" if slow else "10.99.0.1"
    heartbeat = f'heartbeat = ["udp/{place}:7448"]' if slow else ""
    path = folder / "elsewhere.toml"
    path.write_text(
        f"""robot = "so101"
scene = "tabletop"
model = "tabletop"

[arm]
source = "zenoh"
node = "bench"
connect = ["tcp/{place}:7447"]
{heartbeat}

[camera]
source = "zenoh"
node = "main"
connect = ["tcp/{place}:7447"]
"""
    )
    return path


def main():
    if sys.argv[1:] == ["be-the-link"]:
        asyncio.run(be_the_link())
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("enact", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--slow", action="store_true")
    args = parser.parse_args()
    enact = str(args.enact.resolve())
    folder = pathlib.Path(tempfile.mkdtemp())
    launch = launch_file(folder, args.slow)
    processes, done = [], 0
    try:
        set_up()
        if args.slow:
            processes.append(subprocess.Popen(inside("link", sys.executable, __file__, "be-the-link")))
        for run in range(args.runs):
            arm = subprocess.Popen(
                inside(
                    "arm", enact, "node", "arm", "--name", "bench", "--cameras", "--realtime", "--seed", str(run),
                    "--listen", "tcp/0.0.0.0:7447", "--listen", "udp/0.0.0.0:7448",
                )
            )
            processes.append(arm)
            listed = subprocess.run(
                inside("watcher", enact, "node", "list", "--connect", "tcp/10.99.0.1:7447"),
                capture_output=True, text=True,
            )
            print(listed.stdout.strip(), flush=True)
            began = time.monotonic()
            outcome = subprocess.run(inside("runtime", enact, "run", TASK, "--launch", str(launch)), cwd=folder)
            done += outcome.returncode == 0
            print(f"run {run}: exit status {outcome.returncode}, {time.monotonic() - began:.1f} s", flush=True)
            arm.send_signal(signal.SIGTERM)
            arm.wait(timeout=30)
    finally:
        for process in processes:
            if process.poll() is None:
                process.terminate()
        tear_down()
        shutil.rmtree(folder)
    print(f"{done} of {args.runs} runs did the task")
    return 0 if done == args.runs else 1


if __name__ == "__main__":
    sys.exit(main())
