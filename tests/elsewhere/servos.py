"""Six STS3215 of 12 V, register by register, with the joints of a MuJoCo model behind them.

Registers, defaults and behavior are those of Feetech's memory table. Nothing survives a power cycle here, so the lock
register is a plain register.
"""

import json
import math

import mujoco
import numpy as np

JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]
TURN = 4096
STEP = 2 * math.pi / TURN
MIDDLE = TURN // 2 - 1  # where LeRobot puts the middle of each joint's range
# What each sensor counts there: nobody mounts horns exactly.
MOUNTED = [1893, 2210, 2001, 1630, 2555, 2333]
TABLE_END = 87

# Address, size and sign bit.
REGISTERS = {
    "firmware_major": (0, 1, None), "firmware_minor": (1, 1, None), "model": (3, 2, None), "id": (5, 1, None),
    "baud_index": (6, 1, None), "return_delay": (7, 1, None), "response_level": (8, 1, None),
    "min_position": (9, 2, None), "max_position": (11, 2, None), "max_temperature": (13, 1, None),
    "max_voltage": (14, 1, None), "min_voltage": (15, 1, None), "max_torque": (16, 2, None), "phase": (18, 1, None),
    "unloading": (19, 1, None), "led": (20, 1, None), "p": (21, 1, None), "d": (22, 1, None), "i": (23, 1, None),
    "start_force": (24, 2, None), "dead_cw": (26, 1, None), "dead_ccw": (27, 1, None),
    "protection_current": (28, 2, None), "resolution": (30, 1, None), "offset": (31, 2, 11), "mode": (33, 1, None),
    "protective_torque": (34, 1, None), "protection_time": (35, 1, None), "overload_torque": (36, 1, None),
    "velocity_p": (37, 1, None), "current_time": (38, 1, None), "velocity_i": (39, 1, None),
    "torque_enable": (40, 1, None), "acceleration": (41, 1, None), "goal_position": (42, 2, 15),
    "goal_time": (44, 2, None), "goal_velocity": (46, 2, 15), "torque_limit": (48, 2, None), "lock": (55, 1, None),
    "position": (56, 2, 15), "velocity": (58, 2, 15), "load": (60, 2, 10), "voltage": (62, 1, None),
    "temperature": (63, 1, None), "pending": (64, 1, None), "status": (65, 1, None), "moving": (66, 1, None),
    "internal_goal": (67, 2, 15), "current": (69, 2, 15), "max_acceleration": (85, 1, None),
}  # fmt: skip
FACTORY = {
    "firmware_major": 3, "firmware_minor": 10, "model": 777, "response_level": 1, "max_position": 4095,
    "max_temperature": 70, "max_voltage": 140, "min_voltage": 40, "max_torque": 1000, "phase": 12, "unloading": 44,
    "led": 47, "p": 16, "d": 32, "start_force": 16, "dead_cw": 1, "dead_ccw": 1, "protection_current": 500,
    "resolution": 1, "protective_torque": 20, "protection_time": 200, "overload_torque": 80, "velocity_p": 10,
    "current_time": 200, "velocity_i": 10, "torque_limit": 1000, "lock": 1, "voltage": 120, "temperature": 35,
    "max_acceleration": 100,
}  # fmt: skip

TOP_SPEED = 4.7  # rad/s, without load
SUPPLY = 120  # 0.1 V
ROOM, HEATING, THERMAL_TIME = 28.0, 55.0, 240.0  # °C, K at full output, s
STALLED = 0.05  # rad/s
STALL_CURRENT = 415  # 6.5 mA
SMOOTHING = 0.15  # weight of a new effort in the reported load
OVERLOAD = 1 << 5


class Joints:
    """The six joints of the arm in a model, and the actuators that the model's makers gave them."""

    def __init__(self, model, data):
        self.model, self.data = model, data
        joints = [model.joint(name) for name in JOINTS]
        self.positions = [int(joint.qposadr[0]) for joint in joints]
        self.velocities = [int(joint.dofadr[0]) for joint in joints]
        self.ranges = [joint.range.copy() for joint in joints]
        self.actuators = [model.actuator(name).id for name in JOINTS]
        self.gain = model.actuator_gainprm[self.actuators].copy()
        self.bias = model.actuator_biasprm[self.actuators].copy()
        self.force = model.actuator_forcerange[self.actuators].copy()
        self.ends = model.actuator_ctrlrange[self.actuators].tolist()
        self.begun = [(0.0, 0.0, 0.0)] * 6  # force, speed and largest force at the beginning of a step

    def position(self, joint):
        return float(self.data.qpos[self.positions[joint]])

    def velocity(self, joint):
        return float(self.data.qvel[self.velocities[joint]])

    def effort(self, joint):
        """Share of its largest force that the actuator gave in the last step, with its sign.

        MuJoCo tells the force by the speed at the step's beginning. It integrates with that at the end, and the damping of a
        motor that follows so stiffly is more than half of its force.
        """
        force, speed, most = self.begun[joint]
        if abs(force) < most:
            force += float(self.bias[joint][2]) * (self.velocity(joint) - speed)
        return max(-most, min(force, most)) / float(self.force[joint][1])

    def drive(self, joint, goal, output):
        """Has the actuator hold `goal` with a share of its force; None lets go of the joint."""
        actuator = self.actuators[joint]
        on = 0.0 if goal is None else 1.0
        self.model.actuator_gainprm[actuator] = on * self.gain[joint]
        self.model.actuator_biasprm[actuator] = on * self.bias[joint]
        self.model.actuator_forcerange[actuator] = output * self.force[joint]
        self.data.ctrl[actuator] = self.position(joint) if goal is None else goal
        if goal is None:
            self.begun[joint] = 0.0, 0.0, 0.0
            return
        goal = max(self.ends[joint][0], min(goal, self.ends[joint][1]))
        position, speed, most = self.position(joint), self.velocity(joint), output * float(self.force[joint][1])
        force = float(self.gain[joint][0]) * goal + float(self.bias[joint][1]) * position + float(self.bias[joint][2]) * speed
        self.begun[joint] = max(-most, min(force, most)), speed, most


class Servo:
    """A servo that turns one joint."""

    def __init__(self, joints, index):
        self.joints, self.index = joints, index
        self.memory = bytearray(TABLE_END)
        for name, value in FACTORY.items():
            self.put(name, value)
        low, high = joints.ranges[index]
        self.middle = float(low + high) / 2
        half = (high - low) / 2 / STEP
        self.put("id", index + 1)
        self.put("offset", MOUNTED[index] - MIDDLE)
        whole = JOINTS[index] == "wrist_roll"  # LeRobot lets this one turn all the way
        self.put("min_position", 0 if whole else round(MIDDLE - half))
        self.put("max_position", TURN - 1 if whole else round(MIDDLE + half))
        self.staged = None
        self.setpoint, self.speed = joints.position(index), 0.0
        self.temperature, self.load, self.stalled, self.pushed = 35.0, 0.0, 0.0, 0.0
        self.sense(0.0)

    def hold(self):
        """Holds the joint where it is, as a program leaves it that ends with the motors on."""
        self.put("goal_position", self.get("position"))
        self.put("torque_enable", 1)

    def get(self, name):
        address, size, sign = REGISTERS[name]
        number = int.from_bytes(self.memory[address : address + size], "little")
        if sign is not None and number >> sign & 1:
            return -(number & (1 << sign) - 1)
        return number

    def put(self, name, value):
        address, size, sign = REGISTERS[name]
        most = (1 << (8 * size if sign is None else sign)) - 1
        value = max(-most if sign is not None else 0, min(int(value), most))
        number = value if value >= 0 else -value | 1 << sign
        self.memory[address : address + size] = number.to_bytes(size, "little")

    def steps(self, angle):
        """What the sensor reports at a joint angle, offset applied."""
        raw = MOUNTED[self.index] + (angle - self.middle) / STEP
        return (round(raw) - self.get("offset")) % TURN

    def angle(self, steps):
        """The joint angle at which the sensor reports these steps."""
        raw = steps + self.get("offset") - MOUNTED[self.index]
        return self.middle + ((raw + TURN / 2) % TURN - TURN / 2) * STEP

    def goal(self):
        goal, low, high = self.get("goal_position"), self.get("min_position"), self.get("max_position")
        return max(low, min(goal, high)) if low < high else goal

    def step(self, time):
        """Turns the joint for a moment towards the goal, within speed, acceleration and torque."""
        joint = self.index
        if not self.get("torque_enable"):
            self.setpoint, self.speed, self.pushed, self.stalled = self.joints.position(joint), 0.0, 0.0, 0.0
            self.joints.drive(joint, None, 1.0)
            return
        top = min(abs(self.get("goal_velocity")) * STEP or TOP_SPEED, TOP_SPEED)
        way = self.angle(self.goal()) - self.setpoint
        slope = self.get("acceleration") * 100 * STEP
        if slope:
            wanted = math.copysign(min(top, math.sqrt(2 * slope * abs(way))), way)
            self.speed += max(-slope * time, min(wanted - self.speed, slope * time))
        else:
            self.speed = math.copysign(min(top, abs(way) / time), way)
        self.setpoint += self.speed * time
        output = self.get("torque_limit") / 1000
        if self.pushed:
            output = min(output, self.get("protective_torque") / 100)
        self.joints.drive(joint, self.setpoint, output)

    def sense(self, ahead, time=0.0):
        """Updates what the servo reports; the joint is `ahead` seconds past the model's state."""
        joint = self.index
        velocity, effort = self.joints.velocity(joint), self.joints.effort(joint)
        if not self.get("torque_enable"):
            effort = 0.0
        position = self.steps(self.joints.position(joint) + velocity * ahead)
        self.put("position", position)
        self.put("velocity", velocity / STEP)
        self.put("moving", abs(velocity) > 0.03)
        self.put("internal_goal", self.goal())
        if not self.get("torque_enable"):
            self.put("goal_position", position)
        if not time:
            return
        self.load += SMOOTHING * (effort - self.load)
        self.temperature += (ROOM + HEATING * effort * effort - self.temperature) * time / THERMAL_TIME
        self.put("load", 1000 * self.load)
        self.put("current", STALL_CURRENT * self.load)
        self.put("temperature", self.temperature)
        self.put("voltage", SUPPLY - 4 * abs(self.load))
        self.protect(effort, velocity, time)

    def protect(self, effort, velocity, time):
        """Spares a motor that has pushed in vain for too long, and says so in every answer."""
        strains = abs(effort) > self.get("overload_torque") / 100 and abs(velocity) < STALLED
        self.stalled = self.stalled + time if strains else 0.0
        if self.stalled > self.get("protection_time") / 100:
            self.pushed = math.copysign(1.0, effort)
        elif self.pushed and effort * self.pushed < 0:
            self.pushed = 0.0
        self.put("status", OVERLOAD if self.pushed else 0)

    def read(self, address, count):
        return bytes(self.memory[address : min(address + count, TABLE_END)]) if address < TABLE_END else None

    def write(self, address, data):
        """Returns whether the servo says anything to it."""
        if address >= TABLE_END:
            return False
        end = min(address + len(data), TABLE_END)
        self.memory[address:end] = data[: end - address]
        touched = {name for name, (first, size, _) in REGISTERS.items() if first < end and first + size > address}
        if "goal_position" in touched:
            self.put("torque_enable", 1)
        if "torque_enable" in touched and self.get("torque_enable") == 128:
            self.put("offset", self.get("position") + self.get("offset") - MIDDLE - 1)
            self.put("torque_enable", 0)
        return True


def calibration(servos):
    """The file that LeRobot writes of these servos."""
    entries = {
        JOINTS[servo.index]: {
            "id": servo.get("id"),
            "drive_mode": 0,
            "homing_offset": servo.get("offset"),
            "range_min": servo.get("min_position"),
            "range_max": servo.get("max_position"),
        }
        for servo in servos
    }
    return json.dumps(entries, indent=4)


def table_force(model, data, robot, floor):
    """The largest force, in newtons, with which the arm presses on the table now."""
    most, force = 0.0, np.zeros(6)
    for index in range(data.ncon):
        first, second = data.contact.geom[index]
        if (first == floor and robot[second]) or (second == floor and robot[first]):
            mujoco.mj_contactForce(model, data, index, force)
            most = max(most, float(np.linalg.norm(force[:3])))
    return most
