// Recorded runs: what came of them, their story, the file, and their motions once more in simulation.
import { attempt } from "./announce.js";
import { get, path, write } from "./api.js";
import { button, el, keyed } from "./dom.js";
import { may } from "./state.js";
import { on, state } from "./store.js";
import { timeOf } from "./units.js";
import { runButton } from "./view.js";
import { label, said, words } from "./words.js";

/** Runs that are shown before somebody asks for all. */
const SHOWN = 15;
/** A replay goes through a whole run; it may take long. */
const REPLAY_PATIENCE = 600_000;

const panel = document.getElementById("runs");
const list = document.getElementById("run-list");
const all = document.getElementById("runs-all");

let runs = [];
let shown = SHOWN;
let ended = 0;

/** Shows the runs once the panel is opened. */
export function startRuns() {
  panel.addEventListener("toggle", () => panel.open && load());
  document.getElementById("runs-refresh").addEventListener("click", load);
  all.addEventListener("click", () => {
    shown = Infinity;
    show();
  });
  on(["tasks"], () => {
    const count = [...state.tasks.values()].filter(({ task }) => task?.state === "ended").length;
    if (panel.open && count !== ended) void load();
    ended = count;
  });
}

async function load() {
  await attempt(async () => {
    ({ runs } = await get("/v1/runs"));
    runs.sort((one, other) => (other.unix_seconds ?? 0) - (one.unix_seconds ?? 0));
    show();
  });
}

function show() {
  document.getElementById("no-runs").hidden = runs.length > 0;
  all.hidden = runs.length <= shown;
  keyed(list, runs.slice(0, shown), (it) => it.name, makeRun, showRun);
}

function makeRun({ name }) {
  const story = el("details", {}, el("summary", { t: "runs.story" }), el("div", { class: "story" }));
  label(story.firstElementChild, "runs.story.label", { name });
  story.addEventListener("toggle", () => story.open && attempt(() => loadStory(story, name)));
  const download = el("a", { href: path`/v1/runs/${name}/download`, download: name, t: "runs.download" });
  label(download, "runs.download.label", { name });
  const replayed = el("p", { class: "note", role: "status" });
  const replay = button("runs.replay", () => attempt(() => replayRun(replay, replayed, name)), { class: "quiet" });
  label(replay, "runs.replay.label", { name });
  return el(
    "li",
    {},
    el("p", { class: "tasks" }),
    el("p", { class: "note" }),
    el("p", { class: "reason", hidden: true }),
    el("div", { class: "row" }, download, runButton(name), replay),
    replayed,
    story,
  );
}

function showRun(node, { name, tasks, outcome, reached, seconds, unix_seconds, error }) {
  const [title, about, reason, row] = node.children;
  said(title, asText(tasks) || name);
  const length = typeof seconds === "number" ? `${seconds.toFixed(1)} s` : "";
  said(about, [outcome, length, timeOf(unix_seconds)].filter(Boolean).join(", "));
  node.dataset.reached = String(reached);
  reason.hidden = !error;
  said(reason, error);
  row.lastElementChild.hidden = !may(state, "admin");
}

async function loadStory(story, name) {
  const place = story.lastElementChild;
  if (place.children.length) return;
  words(place, "runs.loading");
  let told;
  try {
    told = await get(path`/v1/runs/${name}/story`);
  } catch (problem) {
    place.replaceChildren();
    story.open = false;
    throw problem;
  }
  delete place.dataset.t;
  const facts = [["robot", told.robot], ["scene", told.scene], ["model", told.model]]
    .filter(([, value]) => value)
    .flatMap(([key, value]) => [el("dt", { t: `runs.${key}` }), said(el("dd"), asText(value))]);
  const lines = (told.log ?? []).map(({ seconds, message }) =>
    el("li", {}, el("span", { class: "note" }, `${Number(seconds).toFixed(1)} s`), said(el("span"), message)),
  );
  place.replaceChildren(el("dl", { class: "facts" }, ...facts), el("ol", { class: "log" }, ...lines));
}

async function replayRun(button, place, name) {
  button.disabled = true;
  words(place, "runs.loading");
  try {
    const options = { patience: REPLAY_PATIENCE };
    const { as_recorded, motions, tool_off_m } = await write("POST", path`/v1/runs/${name}/replay`, undefined, options);
    const off = `${(tool_off_m * 1000).toFixed(1)} mm`;
    words(place, as_recorded ? "runs.as_recorded" : "runs.not_as_recorded", { motions, off });
  } catch (problem) {
    delete place.dataset.t;
    place.textContent = "";
    throw problem;
  } finally {
    button.disabled = false;
  }
}

function asText(told) {
  if (Array.isArray(told)) return told.map(asText).join("; ");
  if (typeof told === "object" && told !== null) return told.name ?? JSON.stringify(told);
  return String(told ?? "");
}
