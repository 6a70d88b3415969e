// The arm now, or a recorded run, in rerun's viewer. The page's address says `?live`, or names the run
// after `#`.
/* global wasm_bindgen -- rerun's script, which is part of the program */
import { get, livePiece, path, Problem, recording } from "./api.js";
import { isStopKey } from "./stop_keys.js";
import { wait } from "./wait.js";
import { chooseUsualLanguage, said, words } from "./words.js";

/** How often it is asked whether the viewer has failed, milliseconds. */
const ASKED = 1000;
/** Milliseconds between pieces of what happens now, and after a failure. */
const NEXT_AFTER = 150;
const FAILED_AFTER = 1000;
/** Name of the way by which the viewer gets the run. */
const CHANNEL = "run";

const note = document.getElementById("note");
const canvas = document.getElementById("view");
const isLive = location.search === "?live";
const name = isLive ? "live" : decodeURIComponent(location.hash.slice(1));

// The viewer would send usage data; the page's policy forbids it, and this makes it no error.
const fetched = fetch;
window.fetch = (what, ...more) => {
  const isOurs = new URL(what.url ?? what, location.href).origin === location.origin;
  return isOurs ? fetched(what, ...more) : Promise.resolve(new Response(null, { status: 204 }));
};

// The keys that stop the arm do so here, too, before the viewer gets them.
addEventListener("keydown", onKey, { capture: true });

chooseUsualLanguage();
show().catch(fail);

async function show() {
  words(note, "runs.loading");
  if (typeof wasm_bindgen === "undefined") throw new Problem({ key: "view.none" });
  // Whoever may not see it is told so before the viewer is loaded.
  await get(isLive ? "/v1/status" : path`/v1/runs/${name}`);
  const [{ rrd, next }] = await Promise.all([
    isLive ? livePiece(null) : recording(path`/v1/runs/${name}/view.rrd`),
    wasm_bindgen({ module_or_path: "/viewer/re_viewer_bg.wasm" }),
  ]);
  const viewer = new wasm_bindgen.WebHandle({
    url: [],
    hide_welcome_screen: true,
    enable_history: false,
    notebook: false,
    persist: false,
  });
  watch(viewer);
  await viewer.start(canvas);
  viewer.open_channel(CHANNEL, name);
  viewer.send_rrd_to_channel(CHANNEL, rrd);
  said(note, "");
  document.body.dataset.state = "shown";
  if (isLive) await follow(viewer, next);
  else viewer.close_channel(CHANNEL);
}

/** Shows what is new after the piece before, for as long as the page is there. */
async function follow(viewer, after) {
  for (let drawing = 0; ; ) {
    // Without a GPU, drawing takes long, and the stop beside the viewer needs as much time.
    await wait(Math.max(NEXT_AFTER, drawing));
    if (document.hidden) continue;
    try {
      const { rrd, next } = await livePiece(after);
      after = next;
      const began = performance.now();
      if (rrd.length > 0) {
        viewer.send_rrd_to_channel(CHANNEL, rrd);
        await drawn();
      }
      drawing = performance.now() - began;
      said(note, "");
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      words(note, "view.old");
      await wait(FAILED_AFTER);
    }
  }
}

/** Waits until the viewer has drawn what it was given: it does so in the next frame. */
async function drawn() {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
}

/** Says so if the viewer has failed. */
function watch(viewer) {
  if (!viewer.has_panicked()) {
    setTimeout(watch, ASKED, viewer);
    return;
  }
  fail({ message: viewer.panic_message() });
}

function fail({ key, params, message }) {
  canvas.hidden = true;
  if (key) words(note, key, params);
  else said(note, message);
  document.body.dataset.state = "failed";
}

function onKey(event) {
  if (!isStopKey(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.repeat && parent !== window) parent.postMessage("stop", location.origin);
}
