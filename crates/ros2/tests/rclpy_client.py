#!/usr/bin/env python3
"""Checks enact against rclpy, the reference client of ROS 2 (Jazzy), both ways.

    python3.12 crates/ros2/tests/rclpy_client.py [--venv FOLDER]

It makes a virtual environment with rclpy from PyPI, builds the few interfaces that PyPI lacks
(control_msgs, tf2_msgs, enact_interfaces) with the generators from PyPI and a C++ compiler, and runs
the examples `arm_node` and `drive_arm` in a network namespace of their own, so that nothing is heard
outside. Needs Python 3.12, a C++ compiler, cargo and the right to make a namespace (`unshare -n`).
"""

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CRATE = HERE.parent
ROOT = CRATE.parent.parent

PACKAGES = """
rclpy[fastrtps] sensor-msgs trajectory-msgs diagnostic-msgs std-srvs action-msgs
ament-cmake ament-package ament-cmake-core ament-cmake-include-directories ament-cmake-libraries
ament-cmake-export-dependencies ament-cmake-export-definitions ament-cmake-export-include-directories
ament-cmake-export-interfaces ament-cmake-export-libraries ament-cmake-export-link-flags
ament-cmake-export-targets ament-cmake-gen-version-h ament-cmake-python ament-cmake-ros
ament-cmake-target-dependencies ament-cmake-test ament-cmake-version python-cmake-module
rosidl-default-generators rosidl-core-generators rosidl-typesupport-introspection-c
rosidl-typesupport-introspection-cpp
""".split()
OTHERS = ["cmake", "empy==3.3.4", "lark", "catkin_pkg", "numpy", "setuptools<80"]

# Interfaces that PyPI lacks, as their packages define them (control_msgs 5, tf2_msgs 0.36).
INTERFACES = {
    "tf2_msgs": (
        ["geometry_msgs"],
        {"msg/TFMessage.msg": "geometry_msgs/TransformStamped[] transforms\n"},
    ),
    "control_msgs": (
        ["builtin_interfaces", "std_msgs", "trajectory_msgs"],
        {
            "msg/JointTolerance.msg": "string name\nfloat64 position\nfloat64 velocity\nfloat64 acceleration\n",
            "msg/JointComponentTolerance.msg": (
                "uint16 X_AXIS=1\nstring joint_name\nuint16 component\n"
                "float64 position\nfloat64 velocity\nfloat64 acceleration\n"
            ),
            "msg/GripperCommand.msg": "float64 position\nfloat64 max_effort\n",
            "action/GripperCommand.action": (
                "GripperCommand command\n---\n"
                "float64 position\nfloat64 effort\nbool stalled\nbool reached_goal\n---\n"
                "float64 position\nfloat64 effort\nbool stalled\nbool reached_goal\n"
            ),
            "action/FollowJointTrajectory.action": (
                "trajectory_msgs/JointTrajectory trajectory\n"
                "trajectory_msgs/MultiDOFJointTrajectory multi_dof_trajectory\n"
                "JointTolerance[] path_tolerance\n"
                "JointComponentTolerance[] component_path_tolerance\n"
                "JointTolerance[] goal_tolerance\n"
                "JointComponentTolerance[] component_goal_tolerance\n"
                "builtin_interfaces/Duration goal_time_tolerance\n---\n"
                "int32 error_code\n"
                "int32 SUCCESSFUL = 0\nint32 INVALID_GOAL = -1\nint32 INVALID_JOINTS = -2\n"
                "int32 OLD_HEADER_TIMESTAMP = -3\nint32 PATH_TOLERANCE_VIOLATED = -4\n"
                "int32 GOAL_TOLERANCE_VIOLATED = -5\n"
                "string error_string\n---\n"
                "std_msgs/Header header\nstring[] joint_names\n"
                "trajectory_msgs/JointTrajectoryPoint desired\n"
                "trajectory_msgs/JointTrajectoryPoint actual\n"
                "trajectory_msgs/JointTrajectoryPoint error\n"
                "string[] multi_dof_joint_names\n"
                "trajectory_msgs/MultiDOFJointTrajectoryPoint multi_dof_desired\n"
                "trajectory_msgs/MultiDOFJointTrajectoryPoint multi_dof_actual\n"
                "trajectory_msgs/MultiDOFJointTrajectoryPoint multi_dof_error\n"
            ),
        },
    ),
}


# --- Setting up -------------------------------------------------------------------------------


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{(done.stdout + done.stderr)[-4000:]}")


def write_package(folder, name, depends, files):
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    found = "".join(f"find_package({other} REQUIRED)\n" for other in depends)
    listed = " ".join(f'"{path}"' for path in files)
    (folder / "CMakeLists.txt").write_text(
        f"cmake_minimum_required(VERSION 3.8)\nproject({name})\nfind_package(ament_cmake REQUIRED)\n"
        f"find_package(rosidl_default_generators REQUIRED)\n{found}"
        f"rosidl_generate_interfaces(${{PROJECT_NAME}} {listed} DEPENDENCIES {' '.join(depends)})\n"
        "ament_package()\n"
    )
    depended = "".join(f"<depend>{other}</depend>" for other in depends)
    (folder / "package.xml").write_text(
        f'<package format="3"><name>{name}</name><version>5.0.0</version>'
        f"<description>{name}</description>"
        '<maintainer email="ros@example.org">ros</maintainer><license>Apache-2.0</license>'
        "<buildtool_depend>ament_cmake</buildtool_depend>"
        "<buildtool_depend>rosidl_default_generators</buildtool_depend>"
        f"{depended}<exec_depend>rosidl_default_runtime</exec_depend>"
        "<member_of_group>rosidl_interface_packages</member_of_group></package>\n"
    )


def set_up(folder):
    """Makes the virtual environment and the interfaces, unless they are there."""
    venv, prefix = folder / "venv", folder / "interfaces"
    python = venv / "bin/python"
    if not (folder / "packages-done").exists():
        print("installing rclpy from PyPI …", flush=True)
        run(sys.executable, "-m", "venv", venv)
        names = [f"ros-jazzy-{name}" for name in PACKAGES]
        run(python, "-m", "pip", "install", "-q", *names, *OTHERS)
        # The packages name the headers of the machine that built them.
        include = sysconfig.get_path("include")
        numpy = venv / "lib/python3.12/site-packages/numpy/_core/include"
        for file in (venv / "share").rglob("*.cmake"):
            text = file.read_text()
            fixed = text.replace(
                "/opt/python/cp312-cp312/lib/python3.12/site-packages/numpy/_core/include", str(numpy)
            ).replace("/opt/python/cp312-cp312/include/python3.12", include)
            if fixed != text:
                file.write_text(fixed)
        (folder / "packages-done").touch()
    if not (folder / "interfaces-done").exists():
        print("building control_msgs, tf2_msgs and enact_interfaces …", flush=True)
        stubs = folder / "stubs"
        for name in ["gmock", "gtest", "pytest"]:
            package = f"ament_cmake_{name}"
            if not (venv / f"share/{package}").exists():
                (stubs / package).mkdir(parents=True, exist_ok=True)
                (stubs / package / f"{package}Config.cmake").write_text("# No tests are built.\n")
        sources = {"enact_interfaces": CRATE / "enact_interfaces"}
        for name, (depends, files) in INTERFACES.items():
            sources[name] = folder / "src" / name
            write_package(sources[name], name, depends, files)
        environment = dict(os.environ, AMENT_PREFIX_PATH=str(venv))
        environment["PATH"] = f"{venv / 'bin'}:{environment['PATH']}"
        for name, source in sources.items():
            build = folder / "build" / name
            cmake = venv / "bin/cmake"
            run(
                cmake, "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={venv};{stubs}",
                f"-DCMAKE_INSTALL_PREFIX={prefix}", f"-DPython3_EXECUTABLE={python}",
                "-DBUILD_TESTING=OFF", env=environment,
            )  # fmt: skip
            run(cmake, "--build", build, "-j2", env=environment)
            run(cmake, "--install", build, env=environment)
        (folder / "interfaces-done").touch()
    return python, prefix


def outside(folder):
    python, prefix = set_up(folder)
    print("building the examples …", flush=True)
    cargo = subprocess.run(
        ["cargo", "build", "-q", "-p", "enact-ros2", "--features", "dds", "--examples"], cwd=ROOT, check=False
    )
    if cargo.returncode != 0:
        sys.exit("the examples cannot be built")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/examples"
    environment = dict(
        os.environ,
        PYTHONPATH=str(prefix / "lib/python3.12/site-packages"),
        LD_LIBRARY_PATH=str(prefix / "lib"),
        AMENT_PREFIX_PATH=f"{prefix}:{folder / 'venv'}",
        ROS_AUTOMATIC_DISCOVERY_RANGE="LOCALHOST",
        ROS_LOG_DIR=str(folder / "log"),
        ENACT_EXAMPLES=str(target),
    )
    # A second interface with a default route, on which anything that leaves the machine would show.
    script = (
        "ip link set lo up && ip link set lo multicast on; "
        "ip link add outside type veth peer name far && "
        "for i in outside far; do echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6; done; "
        "ip addr add 10.99.0.1/24 dev outside && ip link set outside up multicast on && ip link set far up && "
        "ip route add default dev outside; "
        f'exec "{python}" "{Path(__file__).resolve()}" --inside'
    )
    sys.exit(subprocess.run(["unshare", "-n", "sh", "-c", script], env=environment).returncode)


# --- Inside the namespace ---------------------------------------------------------------------

FAILED = []


def check(what, is_so, found=""):
    print(f"{'ok  ' if is_so else 'FAIL'} {what}{f': {found}' if found != '' else ''}", flush=True)
    if not is_so:
        FAILED.append(what)


def inside():
    import rclpy

    alone()
    subprocess.run(["ip", "route", "add", "224.0.0.0/4", "dev", "lo"], check=True)
    rclpy.init()
    try:
        client()
        robot()
    finally:
        rclpy.shutdown()
    print(f"{len(FAILED)} failed" if FAILED else "all passed")
    sys.exit(bool(FAILED))


def sent_outside():
    shown = subprocess.run(["ip", "-s", "link", "show", "outside"], capture_output=True, text=True)
    lines = [line.split() for line in shown.stdout.splitlines()]
    after = next((index for index, words in enumerate(lines) if words[:1] == ["TX:"]), None)
    return None if after is None else int(lines[after + 1][1])


def alone():
    """What leaves the machine while a node runs for a while."""
    for reach in ["LOCALHOST", "SUBNET"]:
        before = sent_outside()
        if before is None:
            print("skip the second interface: this kernel has no veth")
            return
        environment = dict(os.environ, ROS_AUTOMATIC_DISCOVERY_RANGE=reach)
        program = subprocess.Popen(
            [f"{os.environ['ENACT_EXAMPLES']}/arm_node"], stdin=subprocess.PIPE, env=environment
        )
        time.sleep(5)
        program.stdin.close()
        program.wait(20)
        left = sent_outside() - before
        check(f"{reach}: {'something' if reach == 'SUBNET' else 'nothing'} leaves the machine", (left > 0) == (reach == "SUBNET"), f"{left} packets")


class Spinner:
    """A node with helpers that wait."""

    def __init__(self, name):
        import rclpy

        self.rclpy = rclpy
        self.node = rclpy.create_node(name)

    def spin(self, seconds, until=lambda: False):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until():
            self.rclpy.spin_once(self.node, timeout_sec=0.02)
        return until()

    def result(self, future, seconds=20.0):
        self.spin(seconds, future.done)
        return future.result() if future.done() else None


def client():
    """rclpy as the client of enact's arm."""
    from builtin_interfaces.msg import Duration
    from control_msgs.action import FollowJointTrajectory, GripperCommand
    from control_msgs.msg import JointTolerance
    from diagnostic_msgs.msg import DiagnosticArray
    from enact_interfaces.action import RunTask
    from rclpy.action import ActionClient
    from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
    from sensor_msgs.msg import CameraInfo, Image, JointState
    from std_msgs.msg import String
    from std_srvs.srv import Trigger
    from tf2_msgs.msg import TFMessage
    from trajectory_msgs.msg import JointTrajectoryPoint

    print("== rclpy drives enact's arm")
    program = subprocess.Popen(
        [f"{os.environ['ENACT_EXAMPLES']}/arm_node"], stdin=subprocess.PIPE
    )
    spinner = Spinner("rclpy_client")
    node = spinner.node
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    states, tf, still, texts, reports, images, infos, events = ([] for _ in range(8))
    node.create_subscription(JointState, "/joint_states", lambda m: states.append((time.monotonic(), m)), 10)
    node.create_subscription(TFMessage, "/tf", tf.append, 10)
    node.create_subscription(TFMessage, "/tf_static", still.append, latched)
    node.create_subscription(String, "/robot_description", texts.append, latched)
    node.create_subscription(DiagnosticArray, "/diagnostics", reports.append, 10)
    node.create_subscription(Image, "/image_raw", images.append, qos_profile_sensor_data)
    node.create_subscription(CameraInfo, "/camera_info", infos.append, 10)
    node.create_subscription(String, "/enact/events", lambda m: events.append(json.loads(m.data)), 10)
    arm = ActionClient(node, FollowJointTrajectory, "/arm_controller/follow_joint_trajectory")
    gripper = ActionClient(node, GripperCommand, "/gripper_controller/gripper_cmd")
    tasks = ActionClient(node, RunTask, "/enact/run_task")
    stop = node.create_client(Trigger, "/enact/stop")
    clear = node.create_client(Trigger, "/enact/clear")
    instruct = node.create_publisher(String, "/enact/instruction", 10)

    check("the actions are there", all(one.wait_for_server(10.0) for one in [arm, gripper, tasks]))
    check("the services are there", all(one.wait_for_service(10.0) for one in [stop, clear]))
    spinner.spin(3.0)
    states.clear()
    spinner.spin(4.0)
    rate = (len(states) - 1) / (states[-1][0] - states[0][0]) if len(states) > 1 else 0
    check("joint states come at 50 Hz", 40 < rate < 55, f"{rate:.1f} Hz")
    names = list(states[-1][1].name)
    check("joint states name the joints", len(names) == 6 and names[-1] == "gripper", names)
    stamps = [m.header.stamp.sec + m.header.stamp.nanosec * 1e-9 for _, m in states]
    check("their stamps increase and are of now", stamps == sorted(stamps) and abs(stamps[-1] - time.time()) < 5)
    moving = {t.child_frame_id for m in tf for t in m.transforms}
    fixed = {t.child_frame_id for m in still for t in m.transforms}
    check("tf and tf_static have the links", "gripper_link" in moving and "gripper_frame_link" in fixed and not moving & fixed, sorted(fixed))
    check("robot_description is the URDF", texts and "<robot" in texts[-1].data)
    check("diagnostics say that it is well", reports and reports[-1].status[0].level == b"\x00", reports[-1].status[0].message if reports else "")

    where = lambda: dict(zip(states[-1][1].name, states[-1][1].position))
    joints = names[:5]
    home = [where()[name] for name in joints]

    def goal(*points, joint_names=joints, **fields):
        message = FollowJointTrajectory.Goal()
        message.trajectory.joint_names = list(joint_names)
        for positions, seconds in points:
            point = JointTrajectoryPoint(positions=[float(p) for p in positions])
            point.time_from_start = Duration(sec=int(seconds), nanosec=int(seconds % 1 * 1e9))
            message.trajectory.points.append(point)
        for name, value in fields.items():
            setattr(message, name, value)
        return message

    def turned(by, joint=0):
        return [p + (by if i == joint else 0.0) for i, p in enumerate(home)]

    feedback = []

    def send(message, action=arm):
        handle = spinner.result(action.send_goal_async(message, feedback_callback=feedback.append))
        check("the goal is accepted", handle is not None and handle.accepted)
        return handle

    def outcome(message):
        done = spinner.result(send(message).get_result_async())
        return done.status, done.result

    SUCCEEDED, CANCELED, ABORTED = 4, 5, 6
    status, result = outcome(goal((turned(0.3), 1.0), (turned(0.6), 2.0)))
    spinner.spin(0.2)
    off = abs(where()["shoulder_pan"] - home[0] - 0.6)
    check("a goal is reached", status == SUCCEEDED and result.error_code == 0 and off < 1e-3, (status, result.error_string, off))
    check("feedback came", len(feedback) > 10 and list(feedback[-1].feedback.joint_names) == joints, len(feedback))

    refused = [
        ("beyond a limit", goal((turned(4.0), 8.0)), -1, "shoulder_pan"),
        ("too fast", goal((turned(-1.0), 0.2)), -1, "shoulder_pan"),
        ("into the table", goal(([home[0] + 0.6, 1.2, 0.6, 0.8, home[4]], 6.0)), -1, "table"),
        ("a joint is missing", goal((turned(0.1)[1:], 2.0), joint_names=joints[1:]), -2, "shoulder_pan"),
        ("an unknown joint", goal((turned(0.1), 2.0), joint_names=["knee", *joints[1:]]), -2, "knee"),
        ("not a number", goal(([float("nan"), *home[1:]], 2.0)), -1, "nan"),
        ("times do not increase", goal((turned(0.1), 2.0), (turned(0.2), 2.0)), -1, "increase"),
        ("a start elsewhere", goal((turned(-0.5), 0.0), (turned(-0.6), 2.0)), -1, "time 0"),
        ("no points", goal(), -1, "no points"),
    ]
    for what, message, code, why in refused:
        before = where()
        status, result = outcome(message)
        spinner.spin(0.1)
        is_still = max(abs(where()[name] - before[name]) for name in names) < 1e-6
        check(f"refused: {what}", status == ABORTED and result.error_code == code and why in result.error_string.lower() and is_still, result.error_string)

    handle = send(goal((turned(-0.6), 3.0)))
    spinner.spin(1.2)
    canceled = spinner.result(handle.cancel_goal_async())
    done = spinner.result(handle.get_result_async())
    spinner.spin(0.3)
    at = where()["shoulder_pan"] - home[0]
    spinner.spin(0.5)
    rests = abs(where()["shoulder_pan"] - home[0] - at) < 1e-6
    check("canceled in mid-move", len(canceled.goals_canceling) == 1 and done.status == CANCELED and -0.55 < at < 0.55 and rests, (done.status, round(at, 3)))

    first = send(goal((turned(0.6), 4.0)))
    spinner.spin(0.8)
    status, result = outcome(goal((turned(0.0), 2.0)))
    done = spinner.result(first.get_result_async())
    check("a newer goal takes the place of the running one", done.status == ABORTED and "newer goal" in done.result.error_string and status == SUCCEEDED, done.result.error_string)

    handle = send(goal((turned(0.6), 4.0)))
    spinner.spin(1.0)
    answer = spinner.result(stop.call_async(Trigger.Request()))
    pressed = time.monotonic()
    done = spinner.result(handle.get_result_async())
    took = time.monotonic() - pressed
    check("stopped in mid-move", answer.success and done.status == ABORTED and "stopped" in done.result.error_string and took < 1.0, f"{done.result.error_string} after {took:.2f} s")
    status, result = outcome(goal((turned(0.0), 3.0)))
    check("a stop is latched", status == ABORTED and "/enact/clear" in result.error_string, result.error_string)
    spinner.spin(1.5)
    check("diagnostics tell of the stop", reports[-1].status[0].level == b"\x01", reports[-1].status[0].message)
    check("cleared", spinner.result(clear.call_async(Trigger.Request())).success)
    status, result = outcome(goal((turned(0.0), 3.0)))
    check("it moves again", status == SUCCEEDED, result.error_string)

    tolerance = [JointTolerance(name="knee", position=0.1)]
    status, result = outcome(goal((turned(0.1), 2.0), path_tolerance=tolerance))
    check("refused: a tolerance of an unknown joint", status == ABORTED and result.error_code == -2, result.error_string)

    command = GripperCommand.Goal()
    command.command.position = 1.0
    done = spinner.result(send(command, gripper).get_result_async())
    check("the gripper opens", done.status == SUCCEEDED and done.result.reached_goal and abs(done.result.position - 1.0) < 0.03, done.result.position)
    command.command.position = 9.0
    done = spinner.result(send(command, gripper).get_result_async())
    check("the gripper is refused beyond its limit", done.status == ABORTED and not done.result.reached_goal)

    spinner.spin(5.0, lambda: images and infos)
    image, info = (images or [None])[-1], (infos or [None])[-1]
    check("a picture comes", image is not None and (image.width, image.height, image.encoding) == (640, 480, "rgb8") and len(image.data) == 921600)
    check("its colors are right", image is not None and list(image.data[:3]) == [255, 0, 0] and list(image.data[-3:]) == [0, 0, 255])
    check("camera_info fits", info is not None and info.k[2] == 319.5 and info.distortion_model == "plumb_bob" and len(info.d) == 5 and image.header.frame_id == info.header.frame_id, info and list(info.d))

    instruct.publish(String(data="put the cube away"))
    spinner.spin(5.0, lambda: any(e["event"] == "ended" for e in events))
    kinds = [e["event"] for e in events]
    check("an instruction by topic is carried out", kinds == ["started"] + ["word"] * 4 + ["ended"], kinds)
    feedback.clear()
    done = spinner.result(send(RunTask.Goal(instruction="stack the red cube"), tasks).get_result_async())
    # Feedback and result come by different topics: the last feedback may come after the result.
    check("run_task has feedback and a result", done.status == SUCCEEDED and done.result.success and len(feedback) in (3, 4), (done.result.message, len(feedback)))
    handle = send(RunTask.Goal(instruction="word " * 50), tasks)
    spinner.spin(0.5)
    spinner.result(handle.cancel_goal_async())
    done = spinner.result(handle.get_result_async())
    check("run_task is canceled", done.status == CANCELED and not done.result.success, done.result.message)

    program.stdin.close()
    check("the program ends with its input", program.wait(20) == 0)
    node.destroy_node()


def robot():
    """rclpy as a robot of ros2_control that enact drives."""
    import io
    import threading

    from control_msgs.action import FollowJointTrajectory, GripperCommand
    from rclpy.action import ActionServer, CancelResponse
    from rclpy.callback_groups import ReentrantCallbackGroup
    from rclpy.executors import MultiThreadedExecutor
    from sensor_msgs.msg import CameraInfo, CompressedImage, Image, JointState

    print("== enact drives a robot of rclpy")
    spinner = Spinner("rclpy_robot")
    node, group = spinner.node, ReentrantCallbackGroup()
    names = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]
    # Home, in an order of its own, as joint_state_broadcaster may have it.
    place = dict(zip(names, [0.0, -1.6581, 0.6981, 1.5708, 0.0, 0.1745]))
    seen = {"goals": 0, "canceled": 0, "points": 0, "gripper": 0}
    states = node.create_publisher(JointState, "/joint_states", 10)
    images = node.create_publisher(Image, "/camera/image_raw", 10)
    infos = node.create_publisher(CameraInfo, "/camera/camera_info", 10)
    files = node.create_publisher(CompressedImage, "/camera/image_raw/compressed", 10)

    def tell():
        message = JointState()
        message.header.stamp = node.get_clock().now().to_msg()
        message.name = list(reversed(names))
        message.position = [place[name] for name in message.name]
        states.publish(message)

    shown = [0]

    def show():
        shown[0] += 1
        message = Image(height=48, width=64, encoding="bgr8", step=192)
        message.header.stamp = node.get_clock().now().to_msg()
        # Never the same picture twice: a camera that repeats itself is frozen.
        message.data = bytes([255, 0, shown[0] % 256] * (64 * 48))
        images.publish(message)
        infos.publish(CameraInfo(height=48, width=64, distortion_model="plumb_bob", d=[0.0] * 5,
                                 k=[60.0, 0.0, 31.5, 0.0, 60.0, 23.5, 0.0, 0.0, 1.0]))  # fmt: skip
        files.publish(CompressedImage(header=message.header, format="png", data=png(64, 48, shown[0] % 256)))

    def follow(handle):
        trajectory = handle.request.trajectory
        seen["goals"] += 1
        seen["points"] = len(trajectory.points)
        result = FollowJointTrajectory.Result()
        if seen["goals"] == 3:
            handle.abort()
            result.error_code, result.error_string = -4, "an emergency stop was pressed"
            return result
        begun = time.monotonic()
        for point in trajectory.points:
            due = begun + point.time_from_start.sec + point.time_from_start.nanosec * 1e-9
            time.sleep(max(0.0, due - time.monotonic()))
            if handle.is_cancel_requested:
                seen["canceled"] += 1
                handle.canceled()
                return result
            place.update(zip(trajectory.joint_names, point.positions))
        handle.succeed()
        return result

    def grip(handle):
        seen["gripper"] += 1
        place["gripper"] = handle.request.command.position
        handle.succeed()
        return GripperCommand.Result(position=place["gripper"], reached_goal=True)

    yes = lambda _: CancelResponse.ACCEPT
    servers = [
        ActionServer(node, FollowJointTrajectory, "/arm_controller/follow_joint_trajectory", follow, cancel_callback=yes, callback_group=group),
        ActionServer(node, GripperCommand, "/gripper_controller/gripper_cmd", grip, cancel_callback=yes, callback_group=group),
    ]
    node.create_timer(0.02, tell, callback_group=group)
    node.create_timer(0.1, show, callback_group=group)
    executor = MultiThreadedExecutor(6)
    executor.add_node(node)
    threading.Thread(target=executor.spin, daemon=True).start()

    program = subprocess.run([f"{os.environ['ENACT_EXAMPLES']}/drive_arm"], capture_output=True, text=True, timeout=120)
    print(program.stdout, program.stderr[-2000:], sep="", end="")
    lines = [json.loads(line) for line in program.stdout.splitlines()]
    check("drive_arm ends well", program.returncode == 0 and len(lines) == 5)
    if len(lines) == 5:
        whole, cut, failed, raw, file = lines
        check("a motion is carried out to its end", whole["end"] == "Finished" and abs(whole["moved"] - 0.5) < 1e-3 and abs(whole["gripper"] - 0.2) < 1e-3, whole)
        check("a motion that is called off cancels the goal", cut["end"] == "Stopped" and -0.45 < cut["moved"] < -0.05 and seen["canceled"] == 1, cut)
        check("what the controller gives up is told", "emergency stop" in failed["end"], failed["end"])
        check("a picture of a topic arrives", raw["size"] == [64, 48] and raw["left"][2] == 255 and raw["fx"] == 60.0, raw)
        check("a compressed picture arrives", file["size"] == [64, 48] and file["left"][2] == 255, file)
    check("whole trajectories were sent", seen["goals"] == 3 and seen["points"] == 400 and seen["gripper"] == 1, seen)
    for server in servers:
        server.destroy()
    executor.shutdown()


def png(width, height, red):
    """Returns a PNG of one color, without a library."""
    import struct
    import zlib

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\x00" + bytes([red, 0, 255]) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=Path, help="folder to keep the environment in [default: a temporary one]")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        inside()
    elif arguments.venv:
        arguments.venv.mkdir(parents=True, exist_ok=True)
        outside(arguments.venv.resolve())
    else:
        with tempfile.TemporaryDirectory() as temporary:
            outside(Path(temporary))
