// Points, boxes and labels over the camera's picture, and the same things as buttons beside it, for
// keyboards and screen readers.
import { thingChip } from "./composer.js";
import { el, keyed, set, svg, toggle } from "./dom.js";
import { on, state } from "./store.js";
import { said, words } from "./words.js";

/** How far from a thing a click still means it, pixels: a finger's width. */
const REACH = 44;
/** Height of a label and the space around its text, in the page's units of type. */
const LINE = 1.125;
const PAD = 0.25;

const drawing = document.getElementById("overlay");
const chips = document.getElementById("things");

let picture;
let pointed = null;
let isShown = true;

/** Draws over a picture whenever what is seen, or the size of the picture, changes. */
export function startOverlay(canvas) {
  picture = canvas;
  toggle(document.getElementById("labels"), (is) => {
    isShown = is;
    draw();
  });
  new ResizeObserver(draw).observe(canvas);
  on(["scene"], show);
  show();
}

/** Returns the name of the thing that a click means; null for none. */
export function nearestThing(event) {
  const at = drawing.getBoundingClientRect();
  const [width, height] = size();
  let best = null;
  for (const it of state.scene.objects) {
    const [x, y] = place(it, width, height);
    const distance = Math.hypot(event.clientX - at.left - x, event.clientY - at.top - y);
    if (distance < (best?.distance ?? REACH)) best = { distance, name: it.id };
  }
  return best?.name ?? null;
}

function show() {
  keyed(chips, state.scene.objects, (it) => it.id, makeChip, showChip);
  draw();
}

function makeChip(it) {
  const chip = thingChip(it.id);
  for (const [event, name] of [["mouseenter", it.id], ["focus", it.id], ["mouseleave", null], ["blur", null]]) {
    chip.addEventListener(event, () => {
      pointed = name;
      draw();
    });
  }
  return el("li", {}, chip);
}

function showChip(node, it) {
  const note = node.querySelector(".note");
  if (it.reachable === false) words(note, "camera.unreachable");
  else if (it.rests) words(note, "camera.rests", { relation: { word: it.rests.relation }, on: it.rests.on });
  else said(note, "");
}

function size() {
  return [picture.clientWidth, picture.clientHeight];
}

/** Returns where a thing is in the picture, pixels. */
function place({ point: [y, x] }, width, height) {
  return [(x / 1000) * width, (y / 1000) * height];
}

function draw() {
  const [width, height] = size();
  set(drawing, "viewBox", `0 0 ${width} ${height}`);
  drawing.replaceChildren();
  if (!isShown || width === 0) return;
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const taken = [];
  // What was seen before the arm moved may be elsewhere now.
  drawing.classList.toggle("old", state.scene.moved);
  for (const it of state.scene.objects) drawing.append(...thing(it, width, height, unit, taken));
}

function thing(it, width, height, unit, taken) {
  const [x, y] = place(it, width, height);
  const marks = [];
  const kind = it.id === pointed ? " pointed" : "";
  if (it.box) {
    const [y0, x0, y1, x1] = it.box.map((value, index) => (value / 1000) * (index % 2 ? width : height));
    const outline = { x: x0, y: y0, width: x1 - x0, height: y1 - y0, rx: 3 };
    // A dark line under a light one is seen on any picture.
    marks.push(svg("rect", { ...outline, class: "under" }), svg("rect", { ...outline, class: `over${kind}` }));
  }
  marks.push(svg("circle", { cx: x, cy: y, r: 6, class: `dot${kind}` }));
  const text = svg("text", { class: "name" });
  text.textContent = it.id;
  drawing.append(text);
  const [pad, high] = [PAD * unit, LINE * unit];
  const wide = text.getComputedTextLength() + 2 * pad;
  const at = freePlace([x, y], [wide, high], [width, height], taken);
  taken.push(at);
  set(text, "x", at.x + pad);
  set(text, "y", at.y + high - 1.25 * pad);
  marks.push(svg("rect", { x: at.x, y: at.y, width: wide, height: high, rx: 3, class: `plate${kind}` }), text);
  return marks;
}

/** Returns where a label hides no other one, inside the picture; above the thing if that is free. */
function freePlace([x, y], [wide, high], [width, height], taken) {
  const inside = (value, size, most) => Math.max(0, Math.min(value, most - size));
  const spots = [
    [x - wide / 2, y - high - 10],
    [x - wide / 2, y + 10],
    [x + 10, y - high / 2],
    [x - wide - 10, y - high / 2],
    [x - wide / 2, y - 2 * high - 12],
    [x - wide / 2, y + high + 12],
  ].map(([left, top]) => ({ x: inside(left, wide, width), y: inside(top, high, height), wide }));
  const isFree = (spot) =>
    !taken.some(
      (it) => spot.x < it.x + it.wide && it.x < spot.x + spot.wide && Math.abs(spot.y - it.y) < high,
    );
  return spots.find(isFree) ?? spots[0];
}
