// What is known of each task: what was seen, thought, planned and done, in order. It is put together
// from events as they come, and from what the server tells anew after a gap. Knows nothing of the page.
import { sameStep, sameSteps } from "./steps.js";

/** Tasks that are kept; the server tells of as many. */
const MOST = 300;

/** Creates an empty record of a task. `version` grows with each change. */
function record(id) {
  return { id, task: null, entries: [], version: 0 };
}

/** Returns the record of a task, which is begun if there is none. */
export function recordOf(tasks, id) {
  if (!tasks.has(id)) tasks.set(id, record(id));
  if (tasks.size > MOST) tasks.delete(Math.min(...tasks.keys()));
  return tasks.get(id) ?? record(id);
}

/** Returns the newest plan of a task. */
export function newestPlan(record) {
  return record?.entries.findLast((entry) => entry.kind === "plan") ?? null;
}

/** Takes in an event that names a task. Returns whether it was one. */
export function takeEvent(tasks, type, data) {
  const handler = HANDLERS[type];
  if (!handler) return false;
  if (type === "task") forgetNamesake(tasks, data);
  const it = recordOf(tasks, type === "task" ? data.id : data.task);
  handler(it, data);
  it.version += 1;
  return true;
}

/** Takes in the newest plan of a task as the server tells it on request. */
export function takePlan(tasks, id, told) {
  const it = recordOf(tasks, id);
  for (const text of told.thoughts ?? []) addOnce(it, { kind: "thought", of: "plan", text });
  for (const { method, kind, text } of told.critic ?? []) {
    addOnce(it, { kind: "critic", method, of: kind, text });
  }
  const plan = planNumbered(it, told.plan);
  fill(plan, told);
  plan.steps.forEach((step, index) => {
    // What came of a step says more than what was expected of it.
    const { verdict = null, reason = null } = told.steps[index];
    if (!isTried(step.verdict)) Object.assign(step, { verdict, reason });
  });
  it.version += 1;
}

/** Forgets tasks that the server does not know any more, but for those that came after this list. */
export function keepOnly(tasks, listed) {
  const newest = Math.max(...listed.map((task) => task.asked_at));
  const known = new Set(listed.map((task) => task.id));
  for (const [id, { task }] of tasks) {
    const isOlder = listed.length === 0 || !task?.asked_at || task.asked_at <= newest;
    if (!known.has(id) && isOlder) tasks.delete(id);
  }
}

/** A server that keeps nothing counts from 1 again when it is started again. */
function forgetNamesake(tasks, { id, asked_at }) {
  const known = tasks.get(id)?.task?.asked_at;
  if (known !== undefined && known !== asked_at) tasks.delete(id);
}

/** No plan waits any longer: the arm moves, or nothing is being carried out. */
export function settlePlans(tasks) {
  for (const it of tasks.values()) {
    for (const entry of it.entries) {
      if (!entry.waiting) continue;
      entry.waiting = false;
      it.version += 1;
    }
  }
}

const HANDLERS = {
  instruction(it, { task, instruction, by }) {
    it.task ??= { id: task, kind: "instruction", instruction, by, state: "running" };
  },

  objects(it, { turn, objects, holding, dropped }) {
    add(it, { kind: "objects", turn, objects, holding });
    for (const text of dropped ?? []) addOnce(it, { kind: "dropped", text });
  },

  plan(it, told) {
    for (const entry of it.entries) if (entry.waiting) entry.waiting = false;
    fill(planNumbered(it, told.plan), told);
  },

  verdict(it, { plan: number, index, verdict, reason }) {
    const step = it.entries.find((entry) => entry.plan === number)?.steps[index];
    if (step) Object.assign(step, { verdict, reason });
  },

  step(it, { step, text, verdict, reason }) {
    const plan = newestPlan(it) ?? planNumbered(it, 0);
    plan.waiting = false;
    if (verdict === null) {
      plan.at = beginning(plan, step, text);
      const begun = plan.steps[plan.at];
      Object.assign(begun, { verdict: "running", reason: "", attempts: begun.attempts + 1 });
      return;
    }
    // A step that is refused may never have begun.
    const running = plan.steps[plan.at];
    const begun = running && running.verdict === "running" && sameStep(running.step, step);
    if (!begun) plan.at = beginning(plan, step, text);
    Object.assign(plan.steps[plan.at], { verdict, reason });
  },

  thought(it, { of, text }) {
    add(it, { kind: "thought", of, text });
  },

  critic(it, { method, kind, text }) {
    add(it, { kind: "critic", method, of: kind, text });
  },

  feedback(it, { text, kind }) {
    if (kind === "said") add(it, { kind: "said", text });
    else addOnce(it, { kind, text });
  },

  task(it, task) {
    it.task = task;
    // What it said while nobody listened.
    const heard = it.entries.filter((entry) => entry.kind === "said").length;
    for (const text of (task.said ?? []).slice(heard)) add(it, { kind: "said", text });
    if (task.state === "queued" || task.state === "running") return;
    for (const { steps = [] } of it.entries) {
      for (const step of steps) if (step.verdict === "running") step.verdict = "cut";
    }
    for (const entry of it.entries) if (entry.waiting) entry.waiting = false;
  },
};

/** Returns where in its plan a step begins: further on, or the same one again. */
function beginning(plan, step, text) {
  const further = plan.steps.findIndex(
    (it, index) => index > plan.at && sameStep(it.step, step),
  );
  if (further >= 0) return further;
  const current = plan.steps[plan.at];
  if (current && sameStep(current.step, step)) return plan.at;
  // One that the plan does not have, such as a motion that the loop itself wants.
  return plan.steps.push({ step, text, verdict: null, attempts: 0 }) - 1;
}

/** Takes in what a plan is. One that is told again, since it waits now, keeps its verdicts. */
function fill(plan, { steps, waiting, edited }) {
  const same = sameSteps(plan.steps.map((it) => it.step), steps.map((it) => it.step));
  if (!same) {
    plan.steps = steps.map(({ step, text }) => ({ step, text, verdict: null, attempts: 0 }));
    plan.at = -1;
  }
  Object.assign(plan, { waiting, edited });
}

function isTried(verdict) {
  return ["running", "cut", "yes", "no", "unknown"].includes(verdict);
}

function planNumbered(it, number) {
  const known = it.entries.find((entry) => entry.kind === "plan" && entry.plan === number);
  return known ?? add(it, { kind: "plan", plan: number, steps: [], at: -1, edited: false });
}

function add(it, entry) {
  it.entries.push({ ...entry, key: it.entries.length });
  return it.entries.at(-1);
}

function addOnce(it, entry) {
  const known = it.entries.some((other) => other.kind === entry.kind && other.text === entry.text);
  if (!known) add(it, entry);
}
