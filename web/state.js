// All that the console knows, and how events change it. Knows nothing of the page or the network.
import { keepOnly, settlePlans, takeEvent, takePlan } from "./tasks.js";

/** Looks that are told with less time between them are one, milliseconds. */
const SAME = 1000;
/** A joint that is nearer than this to where it was has not moved, radians and meters. */
const STILL = { rad: 0.03, m: 0.002 };

/** Creates a state in which nothing is known. */
export function unknownState() {
  return {
    status: null,
    joints: [],
    robot: null,
    /** What was seen last, when, in which posture, and whether the arm moved since. */
    scene: { objects: [], at: null, posture: null, moved: false },
    /** Records of tasks by their number. */
    tasks: new Map(),
    /** When the lease ends, by this browser's clock. */
    leaseEnds: null,
  };
}

/** Takes in an event of the stream. Returns what it changed: names of parts of the state. */
export function takeInEvent(state, type, data, now) {
  switch (type) {
    case "status":
      return takeStatus(state, data, now);
    case "joints":
      state.joints = data.joints;
      return hasMoved(state) ? ["joints", "scene"] : ["joints"];
    case "queue":
      patch(state, { queue: data.queue });
      return ["status"];
    case "driver":
      patch(state, { driver: data.driver });
      return takeLease(state, now);
    case "stop":
      patch(state, { stopped: data.stopped, stop_reason: data.reason });
      return ["status"];
    case "objects":
      state.scene = { objects: data.objects, at: now, posture: null, moved: false };
      takeEvent(state.tasks, type, data);
      return ["scene", "tasks"];
    default:
      return takeEvent(state.tasks, type, data) ? ["tasks"] : [];
  }
}

/** Takes in the status, whole or without `you` and `joints`. Returns what changed. */
export function takeStatus(state, status, now) {
  const { joints, ...rest } = status;
  const before = state.status?.state;
  state.status = { ...state.status, ...rest };
  const changed = ["status"];
  if (joints) {
    state.joints = joints;
    changed.push("joints");
  }
  if (isDecided(before, rest.state)) {
    settlePlans(state.tasks);
    changed.push("tasks");
  }
  takeLease(state, now);
  return changed;
}

/** Takes in only what the status says of this client and of the lease. */
export function takeStanding(state, { you, driver }, now) {
  patch(state, { you, driver });
  return takeLease(state, now);
}

/** Takes in the scene as told on request. */
export function takeScene(state, { age_s, objects }, now) {
  const at = age_s === null ? null : now - age_s * 1000;
  const { scene } = state;
  // One that is asked for after a gap may be the one that is known.
  const isSame = at !== null && scene.at !== null && at - scene.at < SAME;
  const since = isSame ? scene : { posture: null, moved: false };
  state.scene = { objects, at, posture: since.posture, moved: since.moved };
  return ["scene"];
}

/** Takes in the list of all tasks. */
export function takeTasks(state, tasks) {
  keepOnly(state.tasks, tasks);
  for (const task of tasks) takeEvent(state.tasks, "task", task);
  return ["tasks"];
}

/** Takes in the newest plan of a task. */
export function takeTaskPlan(state, id, plan) {
  takePlan(state.tasks, id, plan);
  return ["tasks"];
}

/** Returns the plan that waits for a yes, with its task; null where none does. */
export function waitingPlan(state) {
  for (const record of state.tasks.values()) {
    const plan = record.entries.find((entry) => entry.waiting);
    if (plan) return { record, plan };
  }
  return null;
}

/** Returns the name of the sentence that says what the gripper holds. */
export function heldSentence({ holding, is_known }) {
  if (!is_known) return "joints.unknown";
  return holding ? "joints.holding" : "joints.empty";
}

/** Notes whether the arm has left the posture of the last look. Returns whether that is news. */
function hasMoved({ scene, joints }) {
  if (scene.at === null || scene.moved || joints.length === 0) return false;
  // The first posture that is told after the look.
  scene.posture ??= joints.map((it) => it.position);
  scene.moved = joints.some(
    ({ position, unit }, index) => Math.abs(position - scene.posture[index]) > STILL[unit],
  );
  return scene.moved;
}

/** Returns whether no plan waits any longer, since somebody has answered it. */
function isDecided(before, now) {
  if (now === "moving" || now === "idle") return true;
  return ["waiting_for_approval", "paused"].includes(before) && now === "planning";
}

/** States in which there is something to pause. */
const UNDER_WAY = ["planning", "waiting_for_approval", "moving"];

/**
 * Returns the state that is shown, why the arm is so or will be, and which of the buttons that end it
 * or go on whoever drives may press.
 */
export function controlsOf(status, drives) {
  const now = status.stopped && status.state !== "faulted" ? "stopped" : status.state;
  const why = { stopped: status.stop_reason, faulted: status.fault };
  const isPaused = Boolean(status.pause_reason);
  const isHeld = ["stopped", "faulted"].includes(now);
  return {
    now,
    // A pause that is asked for holds before the next step.
    reason: now in why ? why[now] : status.pause_reason,
    // Also before what it stops has ended: clearing waits for that, and a button that comes and goes
    // is pressed by mistake, or the one beside it.
    clear: drives && Boolean(status.stopped),
    pause: drives && !isPaused && UNDER_WAY.includes(now),
    resume: drives && isPaused && !isHeld,
  };
}

const ROLES = ["watch", "ask", "drive", "admin"];

/** Returns whether this token may do what takes `role`. */
export function may(state, role) {
  return ROLES.indexOf(state.status?.you?.role) >= ROLES.indexOf(role);
}

/** Returns whether somebody else has the lease. */
export function isDrivenByAnother(state) {
  const { driver, you } = state.status ?? {};
  return Boolean(driver) && driver.name !== you?.name;
}

function patch(state, fields) {
  state.status = { ...state.status, ...fields };
}

function takeLease(state, now) {
  const { driver, you } = state.status;
  if (you) state.status.you = { ...you, is_driver: driver?.name === you.name };
  state.leaseEnds = driver ? now + driver.expires_in_s * 1000 : null;
  return ["status"];
}
