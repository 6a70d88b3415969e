"""What a person would have written or measured before the first run: calibration, camera, scene, launch file."""

import hashlib
from datetime import date

import numpy as np

from worlds import HEIGHT, WIDTH

SCENE = """\
# A table with an arm on it; nothing is known of what lies there.
frame = "base"

[table]
center = [0.25, 0.0]
size = [1.0, 1.2]

[camera]
eye = [{eye}]
target = [{target}]
vertical_fov_deg = {fov}
width = {width}
height = {height}
depth = false

[area]
center = [0.039, 0.0]
radius = [0.16, 0.255]
angle_deg = [-62, 62]
gap = 0.03
"""
LAUNCH = """\
robot = "so101"
scene = "{folder}/scene.toml"
model = "{model}"
turns = 3
record_fps = {fps}

[arm]
source = "servos"
port = "{folder}/port"
calibration = "{folder}/arm.json"
shutdown = "hold"

[camera]
source = "mjpeg"
url = "{url}/overhead"
max_age_s = {age}
calibration = "main.camera.toml"
"""


def quaternion(axes):
    """The rotation whose columns are these axes, as x, y, z, w."""
    m = np.asarray(axes).T
    w = np.sqrt(max(0.0, 1 + m[0, 0] + m[1, 1] + m[2, 2])) / 2
    x = np.sqrt(max(0.0, 1 + m[0, 0] - m[1, 1] - m[2, 2])) / 2
    y = np.sqrt(max(0.0, 1 - m[0, 0] + m[1, 1] - m[2, 2])) / 2
    z = np.sqrt(max(0.0, 1 - m[0, 0] - m[1, 1] + m[2, 2])) / 2
    signs = [m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]]
    if w > 1e-6:
        return [float(np.copysign(value, sign)) for value, sign in zip((x, y, z), signs, strict=True)] + [float(w)]
    # Half a turn: the signs follow from the products.
    y, z = np.copysign(y, m[0, 1] if x > 1e-6 else 1.0), np.copysign(z, m[0, 2] if x > 1e-6 else m[1, 2])
    return [float(x), float(y), float(z), float(w)]


def camera_file(view):
    """The file that `enact camera calibrate` and `enact camera locate` write, from MuJoCo's own numbers."""
    today = date.today().isoformat()
    lens = (
        f'date = "{today}"\nmodel = "brown-conrady"\nwidth = {WIDTH}\nheight = {HEIGHT}\n'
        f"fx = {view.focal}\nfy = {view.focal}\ncx = {WIDTH / 2 - 0.5}\ncy = {HEIGHT / 2 - 0.5}\n"
        "distortion = [0.0, 0.0, 0.0, 0.0, 0.0]\n"
        'board = "none: the simulator\'s own numbers"\nviews = 0\nrms_px = 0.0\n'
    )
    position = ", ".join(f"{value:.6f}" for value in view.eye)
    rotation = ", ".join(f"{value:.9f}" for value in quaternion(view.axes))
    return (
        f"[lens]\n{lens}\n[place]\n"
        f'date = "{today}"\nframe = "base_link"\nposition = [{position}]\nquaternion_xyzw = [{rotation}]\n'
        'by = "sheet"\nboard = "none: the simulator\'s own numbers"\nresidual_mm = 0.0\nplace_std_mm = 0.0\n'
        f'direction_std_deg = 0.0\nrobot = "so101"\nlens_sha256 = "{hashlib.sha256(lens.encode()).hexdigest()}"\n'
    )


def scene(view):
    """A scene file with this camera and an empty table."""
    places = {"eye": view.eye, "target": view.free["lookat"]}
    places = {name: ", ".join(f"{value:.4f}" for value in place) for name, place in places.items()}
    return SCENE.format(fov=view.fov, width=WIDTH, height=HEIGHT, **places)


def write(folder, view, calibration, url, options):
    """Writes all of it, and returns the launch file."""
    (folder / "arm.json").write_text(calibration)
    camera = options.camera_file.read_text() if options.camera_file else camera_file(view)
    (folder / "main.camera.toml").write_text(camera)
    (folder / "scene.toml").write_text(scene(view))
    launch = folder / "launch.toml"
    places = {"folder": folder, "model": options.model, "url": url}
    launch.write_text(LAUNCH.format(**places, age=options.max_age, fps=options.record_fps))
    return launch
