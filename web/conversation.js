// The conversation: every task with what was said, seen, thought, planned and done, the newest first.
import { announce, announceText, attempt } from "./announce.js";
import { thingChip } from "./composer.js";
import { button, el, keyed, set } from "./dom.js";
import { loadPlan } from "./events.js";
import { planCard, showPlan, tellWaiting } from "./plan.js";
import { may, waitingPlan } from "./state.js";
import { on, state } from "./store.js";
import { speak } from "./voice.js";
import { label, said, t, words } from "./words.js";

/** Tasks that are shown before somebody asks for earlier ones. */
const SHOWN = 20;

const log = document.getElementById("log");
const waits = document.getElementById("waits");
const earlier = document.getElementById("earlier");
let shown = SHOWN;
/** What was told of each task, so that everything is told once. */
const told = new WeakMap();
let begun = false;
let awaited = null;

/** Shows the conversation as it grows. */
export function startConversation() {
  earlier.addEventListener("click", () => {
    shown += SHOWN;
    show();
  });
  on(["tasks", "status"], show);
  on(["tasks", "status"], showWaiting);
  waits.lastElementChild.addEventListener("click", () => {
    const plan = log.querySelector(".plan[data-waiting]");
    plan?.closest(".task").focus({ preventScroll: true });
    plan?.scrollIntoView({ block: "center" });
  });
}

/** Says at the top that a plan waits: on a phone the plan itself is below the camera. */
function showWaiting() {
  const found = waitingPlan(state);
  waits.hidden = !found || !may(state, "drive");
  if (waits.hidden) return;
  const { record, plan } = found;
  const instruction = record.task?.instruction ?? "";
  words(waits.firstElementChild, "plan.waits.banner", { plan: plan.plan, instruction });
}

/** Moves the focus to a task that was just sent, as soon as it is there. */
export function focusTask(id) {
  awaited = id;
  document.getElementById("talk").focus({ preventScroll: true });
  show();
}

function show() {
  const records = [...state.tasks.values()]
    .filter(({ task }) => task)
    .sort((one, other) => other.id - one.id);
  earlier.hidden = records.length <= shown;
  document.getElementById("nothing-asked").hidden = records.length > 0;
  keyed(log, records.slice(0, shown), keyOf, makeTask, showTask);
  const node = awaited !== null && log.querySelector(`:scope > [data-task="${Number(awaited)}"]`);
  if (node) {
    awaited = null;
    node.focus();
  }
  for (const record of records) tell(record);
  begun ||= state.status !== null;
}

/** A number can stand for another task once the server was started again. */
function keyOf({ id, task }) {
  return `${id} ${task.asked_at}`;
}

function makeTask(record) {
  const headline = el("h3");
  const by = el("p", { class: "note" });
  return el(
    "article",
    { class: "task", tabindex: "-1", "data-task": record.id },
    el("header", {}, headline, by),
    el("div", { class: "entries" }),
    el("p", { class: "ending" }),
    el("p", { class: "reason", hidden: true }),
    button("talk.load", () => attempt(() => loadPlan(record.id)), { class: "quiet", hidden: true }),
  );
}

function showTask(node, record) {
  const drawn = `${record.version} ${state.status?.you?.role}`;
  if (node.dataset.drawn === drawn) return;
  node.dataset.drawn = drawn;
  const { task, entries } = record;
  const [header, list, ending, reason, load] = node.children;
  said(header.firstElementChild, task.instruction);
  label(node, "talk.task", { id: task.id, instruction: task.instruction });
  words(header.lastElementChild, "talk.by", {
    by: task.by ?? "",
    time: { at: task.asked_at ?? Date.now() / 1000 },
  });
  set(node, "data-state", task.state);
  set(node, "data-kind", task.kind);
  keyed(list, entries, (it) => it.key, (it) => makeEntry(record, it), showEntry);
  words(ending, endingOf(task));
  set(ending, "data-ending", task.ending ?? task.state);
  said(reason, task.reason);
  reason.hidden = !task.reason;
  const hasPlan = task.kind === "instruction" || task.kind === "plan";
  load.hidden = !hasPlan || task.state !== "ended" || entries.some((it) => it.kind === "plan");
}

function makeEntry(record, entry) {
  switch (entry.kind) {
    case "objects":
      return sightOf(entry);
    case "thought":
      return fold(entry.of === "perception" ? "talk.thoughts.perception" : "talk.thoughts.plan", entry);
    case "critic":
      return fold(["talk.critic", { method: entry.method ?? "", kind: entry.of ?? "" }], entry);
    case "rejected":
      return fold("talk.rejected", entry);
    case "dropped":
      return fold("talk.dropped", entry);
    case "plan":
      return planCard(record.id, entry);
    default:
      return said(el("p", { class: "says" }), entry.text);
  }
}

function showEntry(node, entry) {
  if (entry.kind === "plan") showPlan(node, entry);
}

function sightOf({ objects, again }) {
  const names = objects.map((it) => it.id);
  const title = names.length ? "talk.saw" : "talk.saw.nothing";
  const chips = el("div", { class: "chips" }, ...names.map(thingChip));
  if (again) return el("details", {}, el("summary", { t: "talk.again" }), chips);
  return el("div", { class: "sight" }, el("p", { class: "note", t: title }), chips);
}

function fold(t, { kind, text }) {
  return el(
    "details",
    { class: kind },
    el("summary", { t }),
    said(el("p", { class: "text" }), text),
  );
}

function endingOf({ state: now, ending, reached }) {
  if (now !== "ended") return `task.${now}`;
  if (ending === "done" && reached === false) return "task.done.not";
  return `task.${ending ?? "ended"}`;
}

/** Tells screen readers what is new in a task; nothing of what was there when the page came. */
function tell(record) {
  const { id, task, entries } = record;
  const before = told.get(record) ?? { entries: 0, verdicts: new Map(), waiting: null, state: null };
  told.set(record, before);
  for (const entry of entries.slice(before.entries)) {
    if (begun && entry.kind === "said") {
      announceText(entry.text);
      speak(entry.text);
    }
  }
  before.entries = entries.length;
  const plan = entries.findLast((it) => it.kind === "plan");
  if (plan) {
    if (plan.waiting && before.waiting !== plan.plan) {
      before.waiting = plan.plan;
      tellWaiting(plan);
      // Whoever has just asked for it sees what is to be agreed to.
      const node = document.activeElement?.closest?.(".task");
      node?.querySelector(".plan[data-waiting]")?.scrollIntoView({ block: "nearest" });
    }
    plan.steps.forEach((step, index) => {
      const key = `${plan.plan}.${index}`;
      if (step.verdict === (before.verdicts.get(key) ?? null)) return;
      before.verdicts.set(key, step.verdict);
      if (!begun || !step.verdict || step.verdict === "feasible") return;
      announce("verdict.said", { text: step.text, verdict: t(`verdict.${step.verdict}`) });
    });
  }
  if (begun && before.state !== task.state && task.state !== "queued" && task.state !== "running") {
    announce("task.over", { id, ending: t(endingOf(task)) });
  }
  before.state = task.state;
}
