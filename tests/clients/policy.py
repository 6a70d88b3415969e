"""A small policy learns from exported runs and is played back on emulated servos.

    /tmp/lerobot/bin/python tests/clients/policy.py target/debug/enact --episodes 200 --minutes 20

Makes scripted runs of one task in the simulator, exports them, trains a small network on pictures
and joints by behaviour cloning (chunks of actions, mean absolute error, as ACT does), then lets it
drive LeRobot's follower on `enact bus emulate` in scenes that it has not seen. Prints how near the
tool comes to the cube. Packages as for `dataset.py`.
"""

import argparse
import json
import math
import sys
import tempfile
import time
import xml.etree.ElementTree as Tree
from pathlib import Path

import numpy
import torch
from dataset import HOME, MOTORS, TASK, Bench, follower
from lerobot.datasets.lerobot_dataset import LeRobotDataset
from PIL import Image

FPS = 10
CHUNK = 16
SIZE = (128, 96)
# Scenes for playing back begin here; those for learning are 1, 2, 3 …
UNSEEN = 5001


class Policy(torch.nn.Module):
    """From a picture and joints to the next actions, as differences from the joints."""

    def __init__(self):
        super().__init__()
        layers, before = [], 5
        for channels in (24, 32, 48, 64):
            layers += [torch.nn.Conv2d(before, channels, 5, 2, 2), torch.nn.GroupNorm(4, channels), torch.nn.SiLU()]
            before = channels
        self.eye = torch.nn.Sequential(*layers)
        self.points = torch.nn.Conv2d(before, 24, 1)
        self.head = torch.nn.Sequential(
            torch.nn.Linear(48 + 6, 256), torch.nn.SiLU(), torch.nn.Linear(256, 256), torch.nn.SiLU(), torch.nn.Linear(256, 6 * CHUNK)
        )
        down, across = torch.meshgrid(torch.linspace(-1, 1, SIZE[1]), torch.linspace(-1, 1, SIZE[0]), indexing="ij")
        self.register_buffer("grid", torch.stack([across, down]))

    def forward(self, pictures, joints):
        grid = self.grid.expand(len(pictures), -1, -1, -1)
        seen = self.points(self.eye(torch.cat([pictures, grid], 1)))
        # Where things are: a spatial softmax.
        height, width = seen.shape[-2:]
        share = torch.softmax(seen.flatten(2), -1).view(seen.shape)
        across = (share.sum(2) * torch.linspace(-1, 1, width)).sum(-1)
        down = (share.sum(3) * torch.linspace(-1, 1, height)).sum(-1)
        return self.head(torch.cat([across, down, joints], 1)).view(-1, CHUNK, 6)


def samples(folder):
    """All pictures, states and actions, and the last sample of each one's episode."""
    dataset = LeRobotDataset("enact/set", root=folder)
    pictures, states, actions, ends = [], [], [], []
    episode_ends = {row["episode_index"]: row["dataset_to_index"] - 1 for row in dataset.meta.episodes}
    for index in range(len(dataset)):
        sample = dataset[index]
        picture = torch.nn.functional.interpolate(sample["observation.images.front"][None], (SIZE[1], SIZE[0]), mode="area")
        pictures.append((picture[0] * 255).byte())
        states.append(sample["observation.state"])
        actions.append(sample["action"])
        ends.append(episode_ends[int(sample["episode_index"])])
    return torch.stack(pictures), torch.stack(states), torch.stack(actions), torch.tensor(ends)


def learn(folder, minutes):
    pictures, states, actions, ends = samples(folder)
    stats = json.loads((folder / "meta/stats.json").read_text())["observation.state"]
    mean, std = torch.tensor(stats["mean"]), torch.tensor(stats["std"]).clamp(min=1.0)
    policy = Policy()
    print(f"{len(states)} samples, {sum(p.numel() for p in policy.parameters())} parameters", flush=True)
    optimizer = torch.optim.AdamW(policy.parameters(), 1e-3, weight_decay=1e-4)
    begun, step, running = time.time(), 0, None
    while (passed := (time.time() - begun) / (60 * minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * min(1, step / 100, (1 - passed) / 0.4 + 0.01)
        batch = torch.randint(len(states), (48,))
        wanted = (batch[:, None] + torch.arange(CHUNK)).minimum(ends[batch][:, None])
        target = (actions[wanted] - states[batch][:, None]) / std
        seen = pictures[batch].float() / 255
        seen = (seen * (0.85 + 0.3 * torch.rand(48, 1, 1, 1)) + 0.02 * torch.randn_like(seen)).clamp(0, 1)
        joints = (states[batch] - mean) / std + 0.03 * torch.randn(48, 6)
        loss = (policy(seen, joints) - target).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        step += 1
        if step % 200 == 0:
            print(f"step {step}: loss {running:.4f}", flush=True)
    print(f"{step} steps in {minutes} minutes, loss {running:.4f}", flush=True)
    return policy.eval(), mean, std


def tool(degrees):
    """Where the tool is in the base frame, metres, by the robot's URDF."""
    robot = Tree.parse(HOME / "robots/so101/robot.urdf").getroot()
    parents = {joint.find("child").get("link"): joint for joint in robot.findall("joint")}
    link, chain = "gripper_frame_link", []
    while link in parents:
        chain.append(parents[link])
        link = parents[link].find("parent").get("link")
    place = numpy.eye(4)
    for joint in reversed(chain):
        origin = joint.find("origin")
        numbers = lambda text: [float(value) for value in (text or "0 0 0").split()]  # noqa: E731
        step = numpy.eye(4)
        roll, pitch, yaw = numbers(origin.get("rpy") if origin is not None else None)
        step[:3, :3] = turn([0, 0, 1], yaw) @ turn([0, 1, 0], pitch) @ turn([1, 0, 0], roll)
        step[:3, 3] = numbers(origin.get("xyz") if origin is not None else None)
        place = place @ step
        if joint.get("type") == "revolute":
            angle = math.radians(degrees[MOTORS.index(joint.get("name"))] * 4095 / 4096)
            motion = numpy.eye(4)
            motion[:3, :3] = turn(numbers(joint.find("axis").get("xyz")), angle)
            place = place @ motion
    return place[:3, 3]


def turn(axis, angle):
    x, y, z = axis
    cross = numpy.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return numpy.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross


def newest(folder):
    for _ in range(50):
        try:
            with Image.open(max(folder.glob("*.*"), key=lambda path: path.stat().st_mtime)) as image:
                picture = numpy.array(image.convert("RGB").resize(SIZE, Image.BOX))
            return torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255
        except (OSError, ValueError):
            time.sleep(0.02)
    raise AssertionError("no picture")


def play(bench, trained, seed, seconds):
    """Lets a policy drive; how far the tool is from the cube at the start and at the nearest."""
    policy, mean, std = trained
    scene = json.loads(bench.call(bench.enact, "scene", "tabletop", "--seed", seed, "--json"))
    cube = next(item for item in scene["objects"] if item["name"] == "red cube")
    at = numpy.array(cube["position"])
    far = []
    with bench.bus(f"play-{seed}", seed) as (link, place):
        robot = follower(link, place)
        robot.connect(calibrate=False)
        chunk, left = None, 0
        for _ in range(int(seconds * FPS)):
            begun = time.perf_counter()
            seen = robot.get_observation()
            state = torch.tensor([seen[f"{motor}.pos"] for motor in MOTORS], dtype=torch.float32)
            far.append(float(numpy.linalg.norm(tool(state.numpy()) - at)))
            if not left:
                with torch.no_grad():
                    chunk = policy(newest(place / "pictures"), ((state - mean) / std)[None])[0] * std + state
                left = CHUNK // 2
            action = chunk[CHUNK // 2 - left].tolist()
            left -= 1
            robot.send_action({f"{motor}.pos": value for motor, value in zip(MOTORS, action)})
            time.sleep(max(0, 1 / FPS - (time.perf_counter() - begun)))
        robot.disconnect()
    return far[0], min(far)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("enact")
    parser.add_argument("--episodes", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--scenes", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--work", type=Path)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as temporary:
        work = (arguments.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        bench = Bench(arguments.enact, work)
        folder = work / "policy"
        if not folder.exists():
            runs = []
            for seed in range(1, 3 * arguments.episodes):
                try:
                    runs.append(bench.run(f"policy{seed}", "--seed", seed))
                except AssertionError as error:
                    print(f"seed {seed} is left out: {str(error).splitlines()[0][-60:]}", flush=True)
                if len(runs) == arguments.episodes:
                    break
            bench.export("policy", runs, "--fps", str(FPS), "--only", "reached", "--without-outcome")
        trained = learn(folder, arguments.minutes)
        starts, nearest = [], []
        for scene in range(arguments.scenes):
            start, near = play(bench, trained, UNSEEN + scene, arguments.seconds)
            print(f"scene {UNSEEN + scene}: {100 * start:.1f} cm from the cube, {100 * near:.1f} cm at the nearest", flush=True)
            starts.append(start)
            nearest.append(near)
        print(f"`{TASK}`: from {100 * numpy.mean(starts):.1f} cm to {100 * numpy.mean(nearest):.1f} cm on average")
        return 0 if numpy.mean(nearest) < numpy.mean(starts) / 2 else 1


if __name__ == "__main__":
    sys.exit(main())
