"""A bowl, a box, lights and a table of wood for the package's world: our geometry, as MJCF."""

import tempfile

import mujoco
import numpy as np
from so101_nexus import get_so101_mujoco_model_dir
from so101_nexus.scene import SCENE_LIGHTS_XML

COLORS = {
    "red": (0.80, 0.10, 0.10),
    "orange": (0.95, 0.45, 0.05),
    "yellow": (0.93, 0.80, 0.10),
    "green": (0.10, 0.55, 0.20),
    "blue": (0.10, 0.25, 0.75),
    "purple": (0.45, 0.15, 0.60),
}
LIGHTS = {
    "package": SCENE_LIGHTS_XML,
    "lamp": """\
    <light pos="0.1 0.7 1.3" dir="0.1 -0.6 -1" directional="false" cutoff="50" exponent="2" diffuse="0.75 0.68 0.55"/>
    <light pos="0 0 3" dir="0 0 -1" directional="true" diffuse="0.2 0.2 0.22" castshadow="false"/>""",
    "window": """\
    <light pos="1.5 -1.5 1.5" dir="-1 1 -0.8" directional="false" cutoff="40" exponent="1" diffuse="0.6 0.65 0.75"/>
    <light pos="0 0 3" dir="0 0 -1" directional="true" diffuse="0.35 0.35 0.35" castshadow="false"/>""",
}
# Asset and appearance of the floor.
TABLES = {
    "gray": None,
    "wood": '<texture name="wood" type="2d" builtin="gradient" rgb1="0.62 0.45 0.28" rgb2="0.54 0.38 0.23" mark="random" '
    'markrgb="0.45 0.31 0.18" random="0.02" width="256" height="256"/>'
    '<material name="wood" texture="wood" texrepeat="8 2" texuniform="true" specular="0.1" shininess="0.1"/>',
}
SURFACE = 'contype="1" conaffinity="1" condim="4" friction="0.8 0.02 0.001"'
# Around the axis that the arm turns about, as far as the arm's fingers reach straight down.
AXIS, RING, ANGLE, GAP = (0.039, 0.0), (0.16, 0.255), np.radians(62), 0.02


def bowl(name, color):
    """A round bowl 100 mm wide and 35 mm high, its wall of 20 slabs that lean outwards."""
    rgba = " ".join(map(str, color)) + " 1"
    geoms = f'<geom type="cylinder" size="0.036 0.002" pos="0 0 0.002" rgba="{rgba}" mass="0.05" {SURFACE}/>'
    for index in range(20):
        turn = 2 * np.pi * index / 20
        x, y = 0.0425 * np.cos(turn), 0.0425 * np.sin(turn)
        geoms += (
            f'<geom type="box" size="0.0015 0.0082 0.018" pos="{x:.5f} {y:.5f} 0.0175" '
            f'quat="{_turned(turn, 0.36)}" rgba="{rgba}" mass="0.005" {SURFACE}/>'
        )
    return f'<body name="{name}"><freejoint name="{name}_joint"/>{geoms}</body>\n'


def box(name, color):
    """An open box of 110 x 90 x 35 mm."""
    rgba = " ".join(map(str, color)) + " 1"
    plates = [
        ((0, 0, 0.0015), (0.055, 0.045, 0.0015)),
        ((0.0535, 0, 0.019), (0.0015, 0.045, 0.016)),
        ((-0.0535, 0, 0.019), (0.0015, 0.045, 0.016)),
        ((0, 0.0435, 0.019), (0.052, 0.0015, 0.016)),
        ((0, -0.0435, 0.019), (0.052, 0.0015, 0.016)),
    ]
    geoms = "".join(
        f'<geom type="box" pos="{x} {y} {z}" size="{a} {b} {c}" rgba="{rgba}" mass="0.03" {SURFACE}/>'
        for (x, y, z), (a, b, c) in plates
    )
    return f'<body name="{name}"><freejoint name="{name}_joint"/>{geoms}</body>\n'


def _turned(turn, lean):
    """About the vertical, then outwards."""
    about_z = np.array([np.cos(turn / 2), 0, 0, np.sin(turn / 2)])
    about_y = np.array([np.cos(lean / 2), 0, np.sin(lean / 2), 0])
    quat = np.zeros(4)
    mujoco.mju_mulQuat(quat, about_z, about_y)
    return " ".join(f"{value:.6f}" for value in quat)


def scattered(rng, radii):
    """Draws places in reach, so that things of these radii do not touch."""
    for _ in range(10_000):
        radius = rng.uniform(*RING, len(radii))
        angle = rng.uniform(-ANGLE, ANGLE, len(radii))
        places = np.stack([AXIS[0] + radius * np.cos(angle), AXIS[1] + radius * np.sin(angle)], axis=1)
        apart = np.linalg.norm(places[:, None] - places[None], axis=2)
        needed = np.add.outer(radii, radii) + GAP
        if np.all((apart >= needed)[~np.eye(len(radii), dtype=bool)]):
            return places
    raise RuntimeError("the things do not fit into the arm's reach")


def compiled(xml, assets=None, floor=None):
    """Compiles a scene beside the arm's meshes, with more assets, and the floor of a material if one is named."""
    if assets:
        xml = xml.replace("<worldbody>", f"<asset>{assets}</asset>\n<worldbody>", 1)
    if floor:
        plain = 'type="plane" size="0 0 0.01" rgba="0.5 0.5 0.5 1.0"'
        if plain not in xml:
            raise RuntimeError("the package's floor is not what it was")
        xml = xml.replace(plain, f'type="plane" size="0 0 0.01" material="{floor}"', 1)
    with tempfile.NamedTemporaryFile("w", suffix=".xml", dir=get_so101_mujoco_model_dir()) as file:
        file.write(xml)
        file.flush()
        return mujoco.MjModel.from_xml_path(file.name)
