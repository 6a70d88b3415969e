"""Worlds in which the arm stands: the package's own environments, and a table with things of ours.

A world has `model` and `data`, an `instruction`, the `things` that are to be seen, and `judge()`.
"""

from dataclasses import dataclass

import gymnasium
import mujoco
import numpy as np
import so101_nexus.mujoco  # noqa: F401 - registers the environments
from so101_nexus.camera_utils import compute_angled_camera_params, compute_overhead_camera_params
from so101_nexus.config import SO101_JOINT_NAMES, RobotConfig
from so101_nexus.constants import COLOR_MAP
from so101_nexus.object_slots import build_object_scene_xml
from so101_nexus.objects import CubeObject
from so101_nexus.scene import MUJOCO_SCENE_OPTION_XML, SCENE_LIGHTS_XML

from table import COLORS, LIGHTS, TABLES, bowl, box, compiled, scattered

WIDTH, HEIGHT = 640, 480
ENVIRONMENTS = {
    "touch": "MuJoCoTouch-v1",
    "lift": "MuJoCoPickLift-v1",
    "place": "MuJoCoPickAndPlace-v2",
    "stack": "MuJoCoStackCube-v1",
}
TASKS = [*ENVIRONMENTS, "bowl", "box"]
SETTLED = 0.5  # s
AT_REST = 0.02  # m/s


@dataclass
class Thing:
    """Something on the table: what it is called, its body, its extents in meters."""

    label: str
    body: int
    wide: float
    high: float


@dataclass
class View:
    """A pinhole camera: where it is, the directions of the picture in the base, and pixels per tangent."""

    name: str
    free: dict  # MuJoCo's free camera
    fov: float  # degrees, from top to bottom

    @property
    def axes(self):
        """Right, down and forward."""
        azimuth, elevation = np.radians([self.free["azimuth"], self.free["elevation"]])
        ca, sa, ce, se = np.cos(azimuth), np.sin(azimuth), np.cos(elevation), np.sin(elevation)
        return np.array([[sa, -ca, 0], [ca * se, sa * se, -ce], [ca * ce, sa * ce, se]])

    @property
    def eye(self):
        return np.array(self.free["lookat"]) - self.free["distance"] * self.axes[2]

    @property
    def focal(self):
        return HEIGHT / 2 / np.tan(np.radians(self.fov) / 2)

    def project(self, point):
        """Where a point is seen: column and row, in pixels from the corner, and how far away."""
        right, down, away = self.axes @ (np.asarray(point) - self.eye)
        return np.array([WIDTH / 2 + self.focal * right / away, HEIGHT / 2 + self.focal * down / away, away])


def view(name, config=None):
    """The package's views of a task (`overhead`, `side`), or a camera before the table (`front`)."""
    around = {"spawn_center": (0.15, 0.0), "spawn_max_radius": 0.30}
    if config is not None:
        around = {"spawn_center": config.spawn_center, "spawn_max_radius": config.spawn_max_radius}
    if name == "front":
        eye, target = np.array([0.62, 0.0, 0.52]), np.array([0.20, 0.0, 0.02])
        way = target - eye
        away = float(np.linalg.norm(way))
        elevation = float(np.degrees(np.arcsin(way[2] / away)))
        azimuth = float(np.degrees(np.arctan2(way[1], way[0])))
        return View(name, {"lookat": target, "distance": away, "elevation": elevation, "azimuth": azimuth}, 34.0)
    find = compute_overhead_camera_params if name == "overhead" else compute_angled_camera_params
    return View(name, find(aspect=WIDTH / HEIGHT, **around), 45.0)


class PackageWorld:
    """One of the package's environments, judged by its own success."""

    def __init__(self, task):
        self.task = task
        self.env = gymnasium.make(ENVIRONMENTS[task]).unwrapped

    def reset(self, seed, _dressing=None):
        env = self.env
        env.reset(seed=seed)
        env._N_SUBSTEPS = 1  # the bus asks for one physics step at a time
        self.model, self.data = env.model, env.data
        self.instruction = env.task_description
        if self.task == "stack":
            slots = [(env._slot_a, env.cube_a_color_name), (env._slot_b, env.cube_b_color_name)]
            self.things = [Thing(f"{color} cube", self.body(slot), *self.size(slot)) for slot, color in slots]
        else:
            slot = env._slots[env._target_slot_idx]
            self.things = [Thing(repr(slot.obj), self.body(slot), *self.size(slot))]
        if self.task == "place":
            color = next(name for name, rgba in COLOR_MAP.items() if self.is_disc(rgba))
            self.things.append(Thing(f"{color} circle", env._target_body_id, 2 * env.target_disc_radius, 0.002))

    def size(self, slot):
        return 2 * slot.obj.half_size, 2 * slot.obj.half_size

    def body(self, slot):
        return int(self.model.geom_bodyid[slot.geom_id])

    def is_disc(self, rgba):
        return np.allclose(self.model.geom_rgba[self.env._target_geom_id], rgba)

    def view(self, name):
        return view(name, self.env.config)

    def step(self):
        self.env._advance_physics()

    def judge(self):
        """Whether the environment calls this a success, and what it measures."""
        info = self.env._get_info()
        measures = {key: value for key, value in info.items() if isinstance(value, (bool, int, float, np.floating))}
        return bool(info["success"]), {key: round(float(value), 4) for key, value in measures.items()}


class TableWorld:
    """The package's arm and floor with a bowl and a box of ours and one to three of its cubes; judged by poses."""

    def __init__(self, task):
        self.task = task

    def reset(self, seed, dressing=None):
        for again in range(20):
            self.draw(np.random.default_rng([seed, again]), dressing)
            if not self.touched():
                return
        raise RuntimeError(f"seed {seed} always puts something where the arm is")

    def touched(self):
        """Whether the arm touches any of the things."""
        root = self.model.body_rootid[self.model.geom_bodyid]
        robot, things = self.model.body("base").id, [thing.body for thing in self.things]
        pairs = (root[self.data.contact.geom[index]] for index in range(self.data.ncon))
        return any(robot in pair and any(thing in pair for thing in things) for pair in pairs)

    def draw(self, rng, dressing):
        """Lays the table."""
        count = int(rng.integers(1, 4))
        colors = [str(color) for color in rng.permutation(list(COLORS))[: count + 2]]
        sizes = [0.058, 0.058] + [0.0177] * count
        places = scattered(rng, sizes)
        cubes = [CubeObject(color="red") for _ in range(count)]
        names = [f"cube_{index}" for index in range(count)]
        light = dressing[0] if dressing else str(rng.choice(list(LIGHTS)))
        table = dressing[1] if dressing else str(rng.choice(list(TABLES)))
        xml = build_object_scene_xml(
            cubes,
            names,
            COLOR_MAP["gray"],
            option_xml=MUJOCO_SCENE_OPTION_XML,
            robot_xml_path="so101.xml",
            model_name="table",
            extra_bodies=bowl("bowl", COLORS[colors[0]]) + box("box", COLORS[colors[1]]),
        )
        if SCENE_LIGHTS_XML not in xml:
            raise RuntimeError("the package's lights are not what they were")
        floor = "wood" if table == "wood" else None
        self.model = model = compiled(xml.replace(SCENE_LIGHTS_XML, LIGHTS[light]), TABLES[table], floor)
        self.data = data = mujoco.MjData(model)
        self.dressing = f"{light} light, {table} table"
        for name, place in zip(["bowl", "box", *names], places, strict=True):
            at = model.joint(f"{name}_joint").qposadr[0]
            turn = rng.uniform(0, 2 * np.pi)
            data.qpos[at : at + 3] = [*place, 0.0125 if name in names else 0.0]
            data.qpos[at + 3 : at + 7] = [np.cos(turn / 2), 0, 0, np.sin(turn / 2)]
        for name, color in zip(names, colors[2:], strict=True):
            model.geom_rgba[model.geom(f"{name}_geom").id] = [*COLORS[color], 1.0]
        self.pose(rng)
        labels = [f"{colors[0]} bowl", f"{colors[1]} box"] + [f"{color} cube" for color in colors[2:]]
        bodies = [model.body(name).id for name in ["bowl", "box", *names]]
        sizes = [(0.10, 0.035), (0.11, 0.035)] + [(0.025, 0.025)] * count
        self.things = [Thing(label, body, *size) for label, body, size in zip(labels, bodies, sizes, strict=True)]
        self.cube, self.target = bodies[2], bodies[0 if self.task == "bowl" else 1]
        goal = labels[0 if self.task == "bowl" else 1]
        self.instruction = f"put the {labels[2]} in the {goal}"

    def pose(self, rng):
        """Puts the arm where the package's environments put it, and lets everything settle."""
        model, data = self.model, self.data
        rest = np.array(RobotConfig().rest_qpos_rad) + rng.uniform(-0.02, 0.02, 6)
        for name, angle in zip(SO101_JOINT_NAMES, rest, strict=True):
            joint = model.joint(name)
            angle = float(np.clip(angle, *joint.range))
            data.qpos[joint.qposadr[0]] = angle
            data.ctrl[model.actuator(name).id] = angle
        for _ in range(round(SETTLED / model.opt.timestep)):
            mujoco.mj_step(model, data)

    def view(self, name):
        return view(name)

    def step(self):
        mujoco.mj_step(self.model, self.data)

    def judge(self):
        """Whether the cube lies inside the container at rest, with nothing of the arm on it."""
        model, data = self.model, self.data
        inside = data.xmat[self.target].reshape(3, 3).T @ (data.xpos[self.cube] - data.xpos[self.target])
        speed = float(np.linalg.norm(data.cvel[self.cube][3:]))
        robot = model.body("base").id
        root = model.body_rootid[model.geom_bodyid]
        pairs = [data.contact.geom[index] for index in range(data.ncon)]
        of_cube = [(a, b) for a, b in pairs if self.cube in (model.geom_bodyid[a], model.geom_bodyid[b])]
        held = any(robot in (root[a], root[b]) for a, b in of_cube)
        if self.task == "bowl":
            is_within = np.hypot(*inside[:2]) < 0.045
        else:
            is_within = abs(inside[0]) < 0.05 and abs(inside[1]) < 0.04
        is_in = bool(is_within and 0 < inside[2] < 0.035)
        measures = {"inside_mm": [round(1000 * float(value), 1) for value in inside], "speed": round(speed, 4), "held": held}
        return is_in and speed < AT_REST and not held, measures


def world(task):
    return PackageWorld(task) if task in ENVIRONMENTS else TableWorld(task)
