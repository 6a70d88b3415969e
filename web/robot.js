// Which robot and which model this is.
import { get } from "./api.js";
import { said, words } from "./words.js";
import { on, state } from "./store.js";

const VALUES = { robot: "robot-robot", model: "robot-model", recording: "robot-recording" };

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
  if (value === null || value === undefined) words(node, "robot.none");
  else said(node, String(value));
}
