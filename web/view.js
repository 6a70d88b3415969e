// rerun's viewer in a frame as wide as the page: the arm now, or a kept run. There is one at most, since
// it takes much memory.
import { button, el } from "./dom.js";
import { label, words } from "./words.js";

const section = document.getElementById("view");
const title = document.getElementById("view-title");

let frame = null;
let opener = null;

/** Makes the buttons work that are always there. */
export function startView() {
  const live = document.getElementById("view-live");
  live.addEventListener("click", () => show("/viewer?live", live, "view.live"));
  document.getElementById("view-close").addEventListener("click", close);
}

/** Makes a button that shows a kept run. */
export function runButton(name) {
  const opens = () => show(`/viewer#${encodeURIComponent(name)}`, node, "view.run", { name });
  const node = button("view.run.open", opens, { class: "quiet" });
  label(node, "view.run", { name });
  return node;
}

function show(src, by, key, params) {
  frame?.remove();
  frame = el("iframe", { class: "viewer", src, label: [key, params] });
  opener = by;
  words(title, key, params);
  section.append(frame);
  section.hidden = false;
  title.focus();
}

function close() {
  frame.remove();
  section.hidden = true;
  opener.focus();
}
