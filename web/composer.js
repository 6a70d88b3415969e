// The box for instructions: history, examples, and names of things that are clicked.
import { announce, attempt } from "./announce.js";
import { move } from "./api.js";
import { driving } from "./driver.js";
import { button, el, keyed, toggle } from "./dom.js";
import { may } from "./state.js";
import { on, state } from "./store.js";
import { said, t } from "./words.js";

const form = document.getElementById("composer");
const box = document.getElementById("instruction");
const ask = document.getElementById("ask");
const examples = document.getElementById("examples");

/** How far back in the history the box is; 0 is what is being typed. */
let back = 0;
let typed = "";
let taken = () => {};

/** Makes the box work; `whenTaken` gets the number of each task that the server took. */
export function startComposer(whenTaken) {
  taken = whenTaken;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(false);
  });
  document.getElementById("only-plan").addEventListener("click", () => void send(true));
  box.addEventListener("keydown", onKey);
  box.addEventListener("input", () => {
    back = 0;
  });
  toggle(ask, (asks) => {
    document.getElementById("unasked").hidden = asks;
  });
  on(["status", "scene"], show);
  show();
}

/** Puts the name of a thing into the sentence, where the caret is. */
export function insertName(name) {
  if (box.disabled) return;
  const { selectionStart: from, selectionEnd: to, value } = box;
  const before = value.slice(0, from);
  const after = value.slice(to);
  // Words of Latin letters are kept apart; Chinese needs no space.
  const gap = (left, right) => (/[\w.,]$/.test(left) && /^\w/.test(right) ? " " : "");
  const text = gap(before, name) + name + gap(name, after);
  box.setRangeText(text, from, to, "end");
  back = 0;
  // A finger that points should not bring up a keyboard over the camera.
  if (!matchMedia("(pointer: coarse)").matches) box.focus();
  announce("talk.inserted", { name });
}

/** Makes a button that puts the name of a thing into the sentence. */
export function thingChip(name) {
  return el(
    "button",
    { type: "button", class: "chip", on: { click: () => insertName(name) } },
    said(el("span"), name),
    el("span", { class: "note" }),
    el("span", { class: "unseen", t: "talk.insert" }),
  );
}

async function send(onlyPlan) {
  const instruction = box.value.trim();
  if (!instruction) return box.focus();
  const unasked = ask.getAttribute("aria-pressed") !== "true";
  await attempt(async () => {
    const request = () =>
      onlyPlan
        ? move("/v1/plans", { instruction })
        : move("/v1/tasks", { instruction, approve: !unasked });
    const { id } = await (unasked && !onlyPlan ? driving(request) : request());
    if (box.value.trim() === instruction) box.value = "";
    back = 0;
    announce("talk.sent", { text: instruction });
    // The focus leaves the box: from now on the space bar stops.
    taken(id);
  });
}

function onKey(event) {
  // Enter chooses a word while Chinese is being typed.
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!step || event.altKey || event.shiftKey || box.value.includes("\n")) return;
  const past = history();
  const to = back + step;
  if (to < 0 || to > past.length) return;
  event.preventDefault();
  if (back === 0) typed = box.value;
  back = to;
  box.value = back === 0 ? typed : past[back - 1];
}

/** Returns what was asked before, newest first, each once. */
function history() {
  const all = [...state.tasks.values()]
    .filter(({ task }) => task?.kind === "instruction" || task?.kind === "plan")
    .sort((one, other) => other.id - one.id)
    .map(({ task }) => task.instruction);
  return [...new Set(all)];
}

function show() {
  const asks = may(state, "ask");
  const isKnown = Boolean(state.status?.you);
  for (const node of [box, ...form.querySelectorAll("button")]) node.disabled = isKnown && !asks;
  ask.hidden = !may(state, "drive");
  document.getElementById("watcher").hidden = !isKnown || asks;
  keyed(examples, exampleSentences(), ([key, params]) => key + JSON.stringify(params), makeExample);
}

function makeExample([key, params]) {
  return button([key, params], () => {
    box.value = t(key, params);
    box.focus();
  }, { class: "chip" });
}

/** Returns sentences about what is there, as far as that is known. */
function exampleSentences() {
  const { objects } = state.scene;
  const movable = objects.find((it) => it.can?.includes("pick") && it.reachable !== false);
  const other = objects.find((it) => it !== movable);
  const sentences = [["talk.example.see", {}]];
  if (movable && other) {
    const params = { a: movable.id, b: other.id };
    sentences.push(["talk.example.next", params], ["talk.example.point", params]);
  } else {
    sentences.push(["talk.example.put", {}]);
  }
  return sentences;
}
