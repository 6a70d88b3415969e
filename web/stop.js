// The stop: a button that is always in view, the space bar and Escape. It is sent whatever the
// console believes, and again until the server has confirmed it.
import { alarm } from "./announce.js";
import { write } from "./api.js";
import { isStopKey } from "./stop_keys.js";
import { wait } from "./wait.js";
import { words } from "./words.js";

/** How long an answer is waited for before the stop is sent once more, milliseconds. */
const PATIENCE = 1000;
/** Pause after a try that failed; longer if the server itself said no. */
const AGAIN_AFTER = 200;
const REFUSED_AGAIN_AFTER = 1000;
/** After this long without an answer the person is told. */
const TELL_AFTER = 1500;

const button = document.getElementById("stop");
const hint = document.getElementById("stop-hint");
const unsent = document.getElementById("unsent");

let sending = false;
let tellStopped = () => {};

/** Makes the stop work; `whenStopped` is called whenever the server has confirmed one. */
export function startStop(whenStopped) {
  tellStopped = whenStopped;
  button.addEventListener("click", () => void stop());
  // Before anything on the page gets the key, and before a button takes the space bar for a click.
  addEventListener("keydown", onKey, { capture: true });
  addEventListener("keyup", (event) => stops(event) && event.preventDefault(), { capture: true });
  // The viewer's frame has keys of its own.
  addEventListener("message", ({ origin, data }) => origin === location.origin && data === "stop" && void stop());
  document.addEventListener("focusin", showKey);
  document.addEventListener("focusout", showKey);
  showKey();
}

/** Stops the arm. Goes on trying until the server has said that it is stopped. */
async function stop() {
  if (sending) return;
  sending = true;
  words(button.firstElementChild, "stop.sending");
  const began = Date.now();
  for (;;) {
    try {
      // It is sent even if the page is closed meanwhile.
      const options = { patience: PATIENCE, keepalive: true, priority: "high" };
      await write("POST", "/v1/stop", undefined, options);
      break;
    } catch (problem) {
      if (unsent.hidden && Date.now() - began >= TELL_AFTER) {
        unsent.hidden = false;
        alarm("stop.unsent");
      }
      const pause = problem.status ? REFUSED_AGAIN_AFTER : AGAIN_AFTER;
      await wait(pause);
    }
  }
  sending = false;
  unsent.hidden = true;
  words(button.firstElementChild, "stop.stop");
  tellStopped();
}

function onKey(event) {
  if (!stops(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.repeat) void stop();
}

function stops(event) {
  // While Chinese is being typed, the first Escape gives up the word.
  if (event.isComposing || event.keyCode === 229) return false;
  return isStopKey(event) && (event.key === "Escape" || !isTextField(event.target));
}

function isTextField(node) {
  if (!(node instanceof HTMLElement)) return false;
  if (node.isContentEditable || node instanceof HTMLTextAreaElement) return true;
  return node instanceof HTMLInputElement && !["button", "submit", "range"].includes(node.type);
}

/** Shows which key stops: the space bar, or Escape where a space is just a space. */
function showKey() {
  words(hint, isTextField(document.activeElement) ? "stop.escape" : "stop.space");
}
