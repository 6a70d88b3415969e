"""Measures the simulator's camera as a person would: a board held before it, a sheet against the arm's base.

    python measure.py PROGRAM --out main.camera.toml [--camera front]

The boards are printed by `enact camera board` and rendered into the package's world; `enact camera calibrate` and
`enact camera locate` make of the pictures what run.py takes with --camera-file. Says how far off that is.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

os.environ.setdefault("MUJOCO_GL", "osmesa")

import mujoco  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from so101_nexus.constants import COLOR_MAP  # noqa: E402
from so101_nexus.object_slots import build_object_scene_xml  # noqa: E402
from so101_nexus.scene import MUJOCO_SCENE_OPTION_XML  # noqa: E402

import files  # noqa: E402
from table import compiled  # noqa: E402
from worlds import HEIGHT, WIDTH, view  # noqa: E402

BOARD, SHEET = "charuco:7x5:0.03:0.022:DICT_4X4_50", "tags:4x3:0.06:0.084:DICT_APRILTAG_36h11"  # the sheet is A3
MARGIN = 0.010  # m of white above the sheet's edge, which is cut off
VIEWS, SHEETS = 24, 16
NOISE = 2.0  # gray levels: pictures of a camera differ
ASIDE = [1.9, -1.57, 1.57, 0.66, 0.0, 0.0]  # the arm, turned away from the sheet


def printed(program, board, path):
    """Has enact draw a board; returns its width and height in meters."""
    told = subprocess.run(
        [program, "camera", "board", "--board", board, "--out", path, "--dpi", "200"], capture_output=True, text=True, check=True
    )
    return [int(side) / 1000 for side in re.search(r"(\d+) x (\d+) mm", told.stderr).groups()]


def paper(name, picture, size, where):
    """A sheet of paper in the scene: its assets, and its geometry."""
    assets = f'<texture name="{name}" type="2d" file="{picture}"/><material name="{name}" texture="{name}" specular="0" shininess="0"/>'
    half = f"{size[0] / 2} {size[1] / 2} 0.01"
    return assets, f'<geom name="{name}" type="plane" size="{half}" material="{name}" contype="0" conaffinity="0" {where}/>'


class Studio:
    """The package's world with a paper in it, before a camera."""

    def __init__(self, eye, assets, bodies):
        xml = build_object_scene_xml(
            [], [], COLOR_MAP["gray"], option_xml=MUJOCO_SCENE_OPTION_XML, robot_xml_path="so101.xml", extra_bodies=bodies
        )
        self.model = compiled(xml, assets)
        self.model.vis.global_.fovy = eye.fov
        self.data = mujoco.MjData(self.model)
        self.data.qpos[:6] = ASIDE
        self.rng = np.random.default_rng(0)
        self.camera = mujoco.MjvCamera()
        for key, value in eye.free.items():
            setattr(self.camera, key, value)
        mujoco.mj_forward(self.model, self.data)
        self.renderer = mujoco.Renderer(self.model, HEIGHT, WIDTH)

    def shoot(self, path):
        mujoco.mj_forward(self.model, self.data)
        self.renderer.update_scene(self.data, self.camera)
        picture = self.renderer.render() + self.rng.normal(0, NOISE, (HEIGHT, WIDTH, 3))
        Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(path)


def front_of_base(studio):
    """How far the makers' base reaches along x, where it stands on the table."""
    model, data = studio.model, studio.data
    base = model.body("base").id
    most = 0.0
    for geom in np.flatnonzero((model.geom_bodyid == base) & (model.geom_type == mujoco.mjtGeom.mjGEOM_MESH)):
        mesh = model.geom_dataid[geom]
        first, count = model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]
        points = model.mesh_vert[first : first + count] @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom]
        most = max(most, float(points[points[:, 2] < 0.01, 0].max(initial=0.0)))
    return most


def hold_before(studio, eye, rng):
    """Holds the board somewhere before the camera, leaning, its face to the camera."""
    right, down, forward = eye.axes
    away = rng.uniform(0.38, 0.6)
    reach = away / eye.focal
    x, y = rng.uniform(-0.3, 0.3) * WIDTH * reach, rng.uniform(-0.3, 0.3) * HEIGHT * reach
    lean, way, turn = np.radians(rng.uniform(15, 42)), rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(-30, 30))
    rotation = np.stack([right, -down, -forward], axis=1)  # flat before the camera
    axis = np.array([np.cos(way), np.sin(way), 0.0])
    quats = [np.zeros(4) for _ in range(4)]
    mujoco.mju_mat2Quat(quats[0], rotation.flatten())
    mujoco.mju_axisAngle2Quat(quats[1], axis, lean)
    mujoco.mju_axisAngle2Quat(quats[2], np.array([0.0, 0.0, 1.0]), turn)
    mujoco.mju_mulQuat(quats[3], quats[0], quats[1])
    mujoco.mju_mulQuat(studio.data.mocap_quat[0], quats[3], quats[2])
    studio.data.mocap_pos[0] = eye.eye + x * right + y * down + away * forward


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--camera", choices=["overhead", "side", "front"], default="overhead")
    parser.add_argument("--out", type=Path, default=Path("main.camera.toml"))
    parser.add_argument("--edge", action="store_true", help="tell enact where the makers' base ends, which it has in robot.toml")
    parser.add_argument("--keep", type=Path, help="folder that keeps the pictures")
    options = parser.parse_args()
    program, eye = str(Path(options.program).resolve()), view(options.camera)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.keep or Path(temporary)).resolve()
        for name in ["lens", "sheet"]:
            (folder / name).mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(1)
        assets, geom = paper("board", folder / "board.png", printed(program, BOARD, folder / "board.png"), "")
        studio = Studio(eye, assets, f'<body name="board" mocap="true">{geom}</body>')
        for index in range(VIEWS):
            hold_before(studio, eye, rng)
            studio.shoot(folder / "lens" / f"{index:02}.png")
        edge = front_of_base(studio)
        studio.renderer.close()
        size = printed(program, SHEET, folder / "sheet.png")
        # Its picture's right is the arm's left, its top lies against the base.
        where = f'pos="{edge + size[1] / 2 - MARGIN} 0 0.0005" quat="0.70710678 0 0 0.70710678"'
        studio = Studio(eye, *paper("sheet", folder / "sheet.png", size, where))
        for index in range(SHEETS):
            studio.shoot(folder / "sheet" / f"{index}.png")
        (folder / "scene.toml").write_text(files.scene(eye))
        launch = folder / "launch.toml"
        launch.write_text(f'robot = "so101"\nscene = "{folder}/scene.toml"\nmodel = "models/tabletop"\nturns = 3\n')
        options.out.unlink(missing_ok=True)
        usual = ["--launch", str(launch), "--file", str(options.out.resolve()), "--json"]
        for command in [
            ["calibrate", "main", "--images", str(folder / "lens"), "--board", BOARD],
            ["locate", "main", "--by", "sheet", "--images", str(folder / "sheet"), "--board", SHEET]
            + (["--edge", f"{edge},0"] if options.edge else []),
        ]:
            told = subprocess.run([program, "camera", *command, *usual], capture_output=True, text=True)
            print(told.stdout.strip() or told.stderr.strip())
            if told.returncode:
                return 1
    found = tomllib.loads(options.out.read_text())
    lens, place = found["lens"], found["place"]
    off = 1000 * np.linalg.norm(np.array(place["position"]) - eye.eye)
    turned = abs(np.dot(place["quaternion_xyzw"], files.quaternion(eye.axes)))
    print(f"base: the makers' reaches to x = {1000 * edge:.1f} mm")
    print(f"lens: focal length {lens['fx']:.1f}, is {eye.focal:.1f}; middle {lens['cx']:.1f}, {lens['cy']:.1f}")
    print(f"place: {off:.1f} mm and {np.degrees(2 * np.arccos(min(turned, 1.0))):.2f}° off")
    print(json.dumps({"file": str(options.out)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
