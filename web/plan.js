// A plan: its steps with a verdict each as they come, and a person's yes, no or changes.
import { announce, attempt } from "./announce.js";
import { move, path } from "./api.js";
import { driving } from "./driver.js";
import { button, el, keyed, set } from "./dom.js";
import { editorOf } from "./editor.js";
import { sameSteps } from "./steps.js";
import { may } from "./state.js";
import { changes, state } from "./store.js";
import { said, words } from "./words.js";

/** Signs beside the words, for those who see shapes faster than they read. */
const SIGNS = { running: "▶", feasible: "○", refused: "✕", yes: "✓", no: "✕", cut: "✕", unknown: "?" };

/** Makes the card of a plan; `showPlan` fills it. */
export function planCard(taskId, entry) {
  const title = el("h4", {}, el("span", { t: ["plan.title", { plan: entry.plan }] }));
  const card = el("div", { class: "plan" }, title, el("ol", { class: "steps" }));
  card.dataset.plan = entry.plan;
  card.append(el("div", { class: "decision", hidden: true }));
  // While it is edited: what the edits are to, and the editor.
  card.edit = null;
  card.taskId = taskId;
  return card;
}

/** Shows a plan as it is now. */
export function showPlan(card, entry) {
  const [title, list, decision] = card.children;
  if (entry.edited && title.children.length < 2) {
    title.append(" ", el("span", { class: "note", t: "plan.edited" }));
  }
  set(card, "data-waiting", entry.waiting || null);
  if (!entry.waiting) card.edit = null;
  if (card.edit) return;
  list.className = "steps";
  keyed(list, entry.steps, (_, index) => index, makeStep, showStep);
  showDecision(card, decision, entry);
}

function makeStep() {
  return el(
    "li",
    { class: "step" },
    el("span", { class: "step-text" }),
    el("span", { class: "verdict", hidden: true }, el("span", { "aria-hidden": "true" }), el("span")),
    el("span", { class: "note", hidden: true }),
    el("p", { class: "reason", hidden: true }),
  );
}

function showStep(node, step) {
  const [text, verdict, attempts, reason] = node.children;
  said(text, step.text);
  set(node, "data-verdict", step.verdict);
  set(node, "aria-current", step.verdict === "running" ? "step" : null);
  verdict.hidden = !step.verdict;
  if (step.verdict) {
    verdict.firstElementChild.textContent = SIGNS[step.verdict] ?? "";
    words(verdict.lastElementChild, `verdict.${step.verdict}`);
  }
  attempts.hidden = step.attempts < 2;
  words(attempts, "plan.attempt", { n: step.attempts });
  reason.hidden = !step.reason;
  said(reason, step.reason);
}

function showDecision(card, decision, entry) {
  decision.hidden = !entry.waiting;
  const drives = may(state, "drive");
  const refused = entry.steps.some((step) => step.verdict === "refused");
  const wanted = `${entry.waiting} ${drives} ${refused}`;
  if (decision.dataset.shows === wanted) return;
  decision.dataset.shows = wanted;
  decision.replaceChildren();
  if (!entry.waiting) return;
  if (!drives) {
    decision.append(el("p", { class: "hint", t: "plan.only_drivers" }));
    return;
  }
  decision.append(el("p", { class: "hint", t: refused ? "plan.refused" : "plan.waits" }));
  if (!refused) {
    decision.append(
      button("plan.approve", () => decide(card, entry, "approve"), { class: "primary approve" }),
    );
  }
  decision.append(
    button("plan.edit", () => edit(card, entry), { class: "edit" }),
    button("plan.reject", () => decide(card, entry, "reject"), { class: "reject" }),
  );
}

/** Answers a plan that waits. The plan's number goes along: no yes is given to another one. */
async function decide(card, entry, decision, steps) {
  return attempt(async () => {
    const body = { plan: entry.plan, decision, ...(steps && { steps }) };
    await driving(() => move(path`/v1/tasks/${card.taskId}/plan`, body));
    entry.waiting = false;
    // The button that had the focus goes.
    if (card.contains(document.activeElement)) card.closest(".task")?.focus({ preventScroll: true });
    const record = state.tasks.get(card.taskId);
    if (record) record.version += 1;
    changes(["tasks"]);
  });
}

function edit(card, entry) {
  const original = entry.steps.map(({ step }) => step);
  const [, list, decision] = card.children;
  const approve = button("plan.approve", () => done(), { class: "primary approve" });
  const hint = el("p", { class: "hint", t: "plan.keys" });
  const refused = entry.steps.some((step) => step.verdict === "refused");
  const changed = (steps) => {
    const same = sameSteps(steps, original);
    words(hint, steps.length ? "plan.keys" : "plan.empty");
    words(approve, same ? "plan.approve" : "plan.approve.edited");
    // A plan with a refused step is not carried out as it is.
    approve.disabled = steps.length === 0 || (refused && same);
  };
  const editor = editorOf(list, entry.steps, changed);
  changed(original);
  const close = () => {
    card.edit = null;
    decision.dataset.shows = "";
    list.replaceChildren();
    showPlan(card, entry);
  };
  const done = async () => {
    const steps = editor.steps();
    const edits = sameSteps(steps, original) ? undefined : steps;
    if (await decide(card, entry, "approve", edits)) close();
  };
  card.edit = editor;
  decision.dataset.shows = "edit";
  decision.replaceChildren(
    hint,
    approve,
    button("plan.undo", () => {
      close();
      decision.querySelector(".edit")?.focus();
    }),
    button("plan.reject", async () => {
      if (await decide(card, entry, "reject")) close();
    }, { class: "reject" }),
  );
  editor.focus(0);
}

/** Tells that a plan waits. */
export function tellWaiting(entry) {
  announce("plan.waits.said", { plan: entry.plan, steps: entry.steps.length });
}
