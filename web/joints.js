// Joints: where they are between their limits, how hard they work, how warm they are; jogs and home.
import { attempt } from "./announce.js";
import { move } from "./api.js";
import { button, el, keyed, nameIn, set } from "./dom.js";
import { driving } from "./driver.js";
import { heldSentence, may } from "./state.js";
import { on, state } from "./store.js";
import { inUnit, percent } from "./units.js";
import { label, words } from "./words.js";

/** What one press moves: radians and meters. The server admits 0.35 rad and 0.05 m at most. */
const STEPS = [
  { rad: 0.0175, m: 0.001 },
  { rad: 0.0873, m: 0.005 },
  { rad: 0.2618, m: 0.02 },
];
/** A load above this fraction of the limit is called high. */
const HIGH = 0.8;
/** A joint nearer to a limit than this part of its range is at it. */
const NEAR = 0.01;

const rows = document.getElementById("joint-rows");
const by = document.getElementById("jog-by");

/** Shows the joints as they are told, and moves them on request. */
export function startJoints() {
  STEPS.forEach((step, index) => {
    by.append(new Option(`${inUnit(step.rad, "rad")} / ${inUnit(step.m, "m")}`, String(index)));
  });
  by.value = "1";
  by.addEventListener("change", show);
  document.getElementById("home").addEventListener("click", () =>
    attempt(() => driving(() => move("/v1/home"))),
  );
  on(["joints", "status"], show);
  show();
}

function show() {
  const { joints, status } = state;
  document.getElementById("no-joints").hidden = joints.length > 0;
  document.getElementById("joint-table").hidden = joints.length === 0;
  const drives = may(state, "drive");
  document.getElementById("jog").hidden = !drives;
  document.getElementById("joint-table").classList.toggle("jogs", drives);
  keyed(rows, joints, (it) => it.name, makeRow, showRow);
  const gripper = document.getElementById("gripper");
  gripper.hidden = !status?.gripper;
  if (status?.gripper) words(gripper, heldSentence(status.gripper), { name: status.gripper.holding });
}

function makeRow({ name, unit }) {
  const meter = () => el("div", { class: "meter", role: "meter" }, el("span", { class: "fill" }));
  const jog = (sign, text) => {
    const press = () => {
      const size = STEPS[by.value][unit === "m" ? "m" : "rad"];
      return attempt(() => driving(() => move("/v1/jog", { joint: name, by: sign * size })));
    };
    const node = button(null, press, { class: "small" });
    node.textContent = text;
    return node;
  };
  return el(
    "tr",
    {},
    nameIn(el("th", { scope: "row" }), name),
    el("td", {}, meter(), el("span", { class: "value" }), el("span", { class: "note warn" })),
    el("td", {}, meter(), el("span", { class: "value" }), el("span", { class: "note warn" })),
    el("td", {}),
    el("td", { class: "jog" }, jog(-1, "−"), jog(1, "+")),
  );
}

function showRow(row, { name, position, lower, upper, unit, load, temperature }) {
  const [, where, effort, warmth, jog] = row.children;
  const range = upper - lower;
  const part = (position - lower) / range;
  const text = { value: inUnit(position, unit), lower: inUnit(lower, unit), upper: inUnit(upper, unit) };
  showMeter(where, part, { min: lower, max: upper, now: position });
  words(where.children[1], "joints.range", text);
  label(where.firstElementChild, "joints.range", text);
  const isAtLimit = range > 0 && (part < NEAR || part > 1 - NEAR);
  flag(where.lastElementChild, isAtLimit && "joints.at_limit");
  const isKnown = load !== null && load !== undefined;
  effort.firstElementChild.hidden = !isKnown;
  const worked = isKnown ? Math.abs(load) : 0;
  showMeter(effort, worked, { min: 0, max: 1, now: Math.min(worked, 1) });
  label(effort.firstElementChild, "joints.load");
  effort.children[1].textContent = isKnown ? percent(worked) : "–";
  flag(effort.lastElementChild, worked > HIGH && "joints.high");
  const isTold = temperature !== null && temperature !== undefined;
  warmth.textContent = isTold ? `${Math.round(temperature)} °C` : "–";
  const size = inUnit(STEPS[by.value][unit === "m" ? "m" : "rad"], unit);
  label(jog.firstElementChild, "joints.minus", { joint: name, by: size });
  label(jog.lastElementChild, "joints.plus", { joint: name, by: size });
}

function showMeter(cell, part, { min, max, now }) {
  const meter = cell.firstElementChild;
  set(meter, "aria-valuemin", min.toFixed(3));
  set(meter, "aria-valuemax", max.toFixed(3));
  set(meter, "aria-valuenow", now.toFixed(3));
  const shown = Math.max(0, Math.min(1, Number.isFinite(part) ? part : 0));
  meter.firstElementChild.style.inlineSize = `${(shown * 100).toFixed(1)}%`;
}

function flag(node, key) {
  node.hidden = !key;
  if (key) words(node, key);
}
