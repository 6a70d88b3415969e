// Which robot and which model this is.
import { get } from "./api.js";
import { set } from "./dom.js";
import { on, state } from "./store.js";
import { lastPart } from "./units.js";
import { said, words } from "./words.js";

const VALUES = { robot: "robot-robot", model: "robot-model", recording: "robot-recording" };
/** What may be a path: its end is shown, and all of it on demand. */
const PATHS = ["robot-model", "robot-perceiver", "robot-planner"];

/** Shows the robot, the models and the recording. */
export function startRobot() {
  on(["status"], show);
  on(["robot"], loadModels);
}

function show() {
  for (const [field, id] of Object.entries(VALUES)) fill(id, state.status?.[field]);
}

async function loadModels() {
  const { perceiver, planner } = await get("/v1/models").catch(() => ({}));
  fill("robot-perceiver", perceiver);
  fill("robot-planner", planner);
}

function fill(id, value) {
  const node = document.getElementById(id);
  const isKnown = value !== null && value !== undefined;
  if (!isKnown) words(node, "robot.none");
  else said(node, PATHS.includes(id) ? lastPart(String(value)) : String(value));
  set(node, "title", isKnown && PATHS.includes(id) ? value : null);
}
