// What state the arm is in, and what ends it: clearing a stop, pausing, going on.
import { alarm, announce, attempt } from "./announce.js";
import { move } from "./api.js";
import { set } from "./dom.js";
import { driving } from "./driver.js";
import { askStatus, link } from "./events.js";
import { controlsOf, may } from "./state.js";
import { changes, on, state } from "./store.js";
import { secondsSince } from "./units.js";
import { wait } from "./wait.js";
import { said, words } from "./words.js";

const byId = (id) => document.getElementById(id);
const clear = byId("clear");
const pause = byId("pause");
const resume = byId("resume");

/** Pauses before a stop is cleared again that had not yet ended what it stops, milliseconds. */
const AGAIN_AFTER = [200, 400, 800, 1600];

let stops = 0;
let wasStopped = null;
let wasState = null;
let wasStale = false;

/** Makes the buttons work and shows the state. */
export function startControls() {
  clear.addEventListener("click", () => attempt(() => driving(clearStop)));
  pause.addEventListener("click", () => attempt(() => driving(() => move("/v1/pause"))));
  resume.addEventListener("click", () => attempt(() => driving(() => move("/v1/resume"))));
  byId("token").addEventListener("submit", (event) => {
    event.preventDefault();
    // The server answers with a cookie and an address without the token.
    location.assign(`/?token=${encodeURIComponent(event.target.elements.token.value.trim())}`);
  });
  on(["status"], showState);
  on(["link", "status"], showLink);
  showLink();
}

/** Clears the stop. What it stops may take a moment to end; another stop meanwhile is left alone. */
async function clearStop() {
  const before = stops;
  for (let tries = 0; ; tries += 1) {
    try {
      return await move("/v1/clear");
    } catch (problem) {
      if (problem.kind !== "busy" || tries === AGAIN_AFTER.length) throw problem;
      await wait(AGAIN_AFTER[tries]);
      if (stops !== before) throw problem;
    }
  }
}

/** The server confirmed a stop. */
export function stopConfirmed() {
  stops += 1;
  state.status = { ...state.status, stopped: true };
  changes(["status"]);
  void askStatus();
}

function showState() {
  const { status } = state;
  if (!status) return;
  const { now, reason, ...allowed } = controlsOf(status, may(state, "drive"));
  document.body.dataset.state = now ?? "unknown";
  showBadge(now);
  said(byId("robot-name"), status.robot);
  said(byId("reason"), reason);
  byId("reason").hidden = !reason;
  hide(clear, !allowed.clear);
  hide(pause, !allowed.pause);
  hide(resume, !allowed.resume);
  tell(now, Boolean(status.stopped), reason);
}

/** Shows the state, and whether that is what it was when the server was last heard. */
function showBadge(now) {
  const key = `state.${now ?? "unknown"}`;
  if (link.stale) words(byId("state"), "state.old", { state: { t: key } });
  else words(byId("state"), key);
  // What a tab in the background shows.
  document.title = `${byId("state").textContent} – enact`;
}

/** Hides a button; the focus goes to the stop, which is beside it, rather than nowhere. */
function hide(node, hidden) {
  if (hidden && node === document.activeElement) byId("stop").focus();
  set(node, "hidden", hidden);
}

function tell(now, stopped, reason) {
  if (wasStopped !== null && stopped !== wasStopped) {
    if (stopped) alarm("stop.confirmed");
    else announce("stop.cleared");
  } else if (wasState !== null && now !== wasState && now !== "stopped") {
    if (now === "faulted") alarm("state.faulted");
    else announce(`state.${now}`);
  }
  if (now === "faulted" && wasState !== now && reason) announce(reason);
  wasStopped = stopped;
  wasState = now;
}

function showLink() {
  document.body.classList.toggle("stale", link.stale);
  showBadge(document.body.dataset.state);
  byId("token").hidden = !link.signedOut;
  byId("lost").hidden = !link.stale || link.crowded || link.signedOut;
  byId("crowded").hidden = !link.crowded;
  const badge = byId("link");
  if (!state.status) words(badge, "link.loading");
  else if (link.stale) words(badge, "link.stale", { seconds: secondsSince(link.heard) });
  else words(badge, "link.live");
  if (link.stale !== wasStale) {
    if (link.stale) alarm("link.lost");
    else announce("link.back");
  }
  wasStale = link.stale;
}
