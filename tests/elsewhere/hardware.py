"""A world as hardware: its bus in real time, in a process of its own, and what a judge saw meanwhile."""

import os
import select

import mujoco
import numpy as np

from bus import Port, Wire
from servos import Joints, Servo, calibration, table_force
from worlds import world

LOOKS = 4  # physics steps from look to look
LATE = 0.03  # s that are made up for after a pause; more is lost to the world


class Arm:
    """The six servos in a world, and the clock on the wall that drives both."""

    def __init__(self, world, link, limp, pace):
        self.world, self.pace = world, pace
        self.step = float(world.model.opt.timestep)
        self.joints = Joints(world.model, world.data)
        self.servos = [Servo(self.joints, index) for index in range(6)]
        if not limp:
            for servo in self.servos:
                servo.hold()
        self.wire = Wire(self.servos)
        self.port = Port(link)
        self.begun, self.passed, self.lost, self.count = pace.now(), 0.0, 0.0, 0
        self.outbox = []
        root = world.model.body_rootid[world.model.geom_bodyid]
        self.robot, self.floor = root == world.model.body("base").id, world.model.geom("floor").id
        self.pressed, self.beyond, self.succeeded = 0.0, 0.0, None

    def advance(self, state):
        """Lets as much time pass in the world as has passed here; returns how long until the next step."""
        behind = self.pace.now() - self.begun - self.passed
        if behind > LATE:
            self.begun += behind - LATE
            self.lost += behind - LATE
            behind = LATE
        while behind >= self.step:
            for servo in self.servos:
                servo.step(self.step)
            self.world.step()
            self.passed += self.step
            behind -= self.step
            for servo in self.servos:
                servo.sense(0.0, self.step)
            self.count += 1
            if self.count % LOOKS == 0:
                self.look(state)
        return self.step - behind

    def look(self, state):
        data = self.world.data
        with state.get_lock():
            state[0] = self.pace.of_day()
            state[1 : 1 + data.qpos.size] = data.qpos
        self.pressed = max(self.pressed, table_force(self.world.model, data, self.robot, self.floor))
        for index, (low, high) in enumerate(self.joints.ranges):
            angle = self.joints.position(index)
            self.beyond = max(self.beyond, low - angle, angle - high)
        if self.succeeded is None and self.world.judge()[0]:
            self.succeeded = self.passed

    def talk(self, patience):
        """Hears what the host says within this time, and sends what is due."""
        now = self.pace.now()
        due = self.outbox[0][0] - now if self.outbox else patience
        wait = max(0.0, min(patience, due)) / self.pace.rate
        if select.select([self.port.adapter], [], [], wait)[0]:
            said, now = self.port.read(), self.pace.now()
            ahead = now - self.begun - self.passed
            for servo in self.servos:
                servo.sense(min(max(ahead, 0.0), self.step))
            self.outbox += self.wire.receive(said, now)
        now = self.pace.now()
        while self.outbox and self.outbox[0][0] <= now:
            self.port.write(self.outbox.pop(0)[1])


def run(pipe, state, task, limp, pace):
    """Serves episodes: the pipe brings a seed and a folder, then `judge`, at last None."""
    os.environ.setdefault("MUJOCO_GL", "osmesa")
    place, arm = world(task), None
    while True:
        if arm is None or pipe.poll():
            message = pipe.recv()
            if message is None:
                break
            if message == "judge":
                success, measures = place.judge()
                pipe.send({
                    "success": success, "first_success_s": arm.succeeded, "measures": measures,
                    "pressed_n": round(arm.pressed, 1), "beyond_deg": round(float(np.degrees(arm.beyond)), 2),
                    "world_s": round(arm.passed, 1), "lost_s": round(arm.lost, 2), "packets": arm.wire.packets,
                    "things": {
                        thing.label: {"at": place.data.xpos[thing.body].round(4).tolist(), "wide": thing.wide, "high": thing.high}
                        for thing in place.things
                    },
                })  # fmt: skip
                continue
            seed, folder, dressing, name = message
            if arm:
                arm.port.close()
            place.reset(seed, dressing)
            mujoco.mj_forward(place.model, place.data)
            mujoco.mj_saveModel(place.model, str(folder / "world.mjb"))
            arm = Arm(place, folder / "port", limp, pace)
            arm.look(state)
            pipe.send((place.instruction, place.things, place.view(name), calibration(arm.servos)))
        arm.talk(arm.advance(state))
