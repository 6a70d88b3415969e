// The event stream, and what keeps the console honest about it: it resumes where it broke, asks for
// everything anew after a gap, and knows when what it shows is old.
import { report } from "./announce.js";
import { get, path, Problem, whenHeard } from "./api.js";
import {
  takeInEvent, takeScene, takeStanding, takeStatus, takeTaskPlan, takeTasks, waitingPlan,
} from "./state.js";
import { changes, state } from "./store.js";

const TYPES = [
  "status", "instruction", "objects", "plan", "verdict", "step", "thought", "critic",
  "feedback", "task", "queue", "driver", "stop", "joints",
];
/** After this long without a word, milliseconds, the status is asked for. */
const ASK_AFTER = 2000;
/** After this long without a word, or without a stream, everything shown is called old. */
const STALE_AFTER = 5000;
/** A stream tells the joints all the time; one that is silent for so long is dead, whatever it claims. */
const DEAD_AFTER = 10_000;
/** How long a new stream is waited for before the next. */
const OPEN_AGAIN_AFTER = 6000;
/** The status tells things that no event does, such as that the lease is used. */
const ASK_EVERY = 10_000;
/** A browser opens six connections to a server at most; stops must never wait for one. */
const MOST_STREAMS = 4;

/** How the connection is. */
export const link = { stale: false, heard: 0, crowded: false, signedOut: false };

let source = null;
/** When the stream last told something, was last known to be open, and was last opened. */
let streamHeard = 0;
let streamGood = 0;
let tried = 0;
/** How often the stream told a status: one that was asked for before that is older. */
let told = 0;
let asked = 0;
let asking = false;
let catching = false;
let release = null;

/** Opens the stream and keeps it open for as long as the page is. */
export function connect() {
  link.heard = streamGood = Date.now();
  whenHeard(() => {
    link.heard = Date.now();
  });
  reopen();
  setInterval(watch, 500);
  addEventListener("online", reopen);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void askStatus();
  });
}

/** Asks for the status, for instance after something was done that no event tells of. */
export async function askStatus() {
  if (asking) return;
  asking = true;
  asked = Date.now();
  const before = told;
  try {
    const status = await get("/v1/status", { patience: 3000 });
    const take = told === before ? takeStatus : takeStanding;
    changes(take(state, status, Date.now()));
    signedOut(false);
    await missingPlan();
  } catch (problem) {
    failed(problem);
  } finally {
    asking = false;
  }
}

/** Opens a new stream, which begins where things are now, and asks for what was before. */
async function reopen() {
  tried = Date.now();
  if (await place()) open();
  await catchUp();
}

function open() {
  const old = source;
  const stream = new EventSource("/v1/events");
  source = stream;
  stream.addEventListener("open", () => {
    streamHeard = Date.now();
    // Not before: a driver without any stream has the arm pause.
    old?.close();
  });
  stream.addEventListener("gap", () => void catchUp());
  for (const type of TYPES) {
    stream.addEventListener(type, (event) => {
      if (stream !== source) return;
      streamHeard = link.heard = Date.now();
      changes(takeInEvent(state, type, JSON.parse(event.data), Date.now()));
      if (type === "status") {
        told += 1;
        void missingPlan();
      }
    });
  }
}

/** Takes one of the places for streams in this browser. Returns whether there was one. */
async function place() {
  if (release || !navigator.locks) return true;
  for (let number = 0; number < MOST_STREAMS && !release; number += 1) {
    await new Promise((settled) => {
      navigator.locks.request(`enact-stream-${number}`, { ifAvailable: true }, (lock) => {
        settled();
        if (!lock) return null;
        return new Promise((resolve) => {
          release = resolve;
        });
      });
    });
  }
  link.crowded = !release;
  changes(["link"]);
  return Boolean(release);
}

/** Asks for everything that the stream tells only when it changes. */
async function catchUp() {
  if (catching) return;
  catching = true;
  try {
    const [status, scene, { tasks }, robot] = await Promise.all([
      get("/v1/status"),
      get("/v1/scene"),
      get("/v1/tasks"),
      state.robot ?? get("/v1/robot"),
    ]);
    state.robot = robot;
    const now = Date.now();
    changes(takeTasks(state, tasks));
    changes(takeScene(state, scene, now));
    changes(takeStatus(state, status, now));
    changes(["robot"]);
    signedOut(false);
    const last = tasks.findLast((task) => task.state === "running") ?? tasks.at(-1);
    if (last) await loadPlan(last.id);
  } catch (problem) {
    failed(problem);
    if (!link.signedOut) setTimeout(catchUp, ASK_AFTER);
  } finally {
    catching = false;
  }
}

/** Asks for the newest plan of a task; one that has none is no error. */
export async function loadPlan(id) {
  try {
    changes(takeTaskPlan(state, id, await get(path`/v1/tasks/${id}/plan`)));
  } catch (problem) {
    if (problem.status !== 404) throw problem;
  }
}

/** A plan waits that no event told of. */
async function missingPlan() {
  const { task, state: now } = state.status;
  if (now !== "waiting_for_approval" || !task || waitingPlan(state)) return;
  await loadPlan(task.id).catch(failed);
}

function watch() {
  const now = Date.now();
  const silent = now - link.heard > ASK_AFTER && now - asked > ASK_AFTER && !link.signedOut;
  if (silent || now - asked > ASK_EVERY) void askStatus();
  const dead = now - streamHeard > DEAD_AFTER;
  if (source?.readyState === EventSource.OPEN && !dead) streamGood = now;
  // A browser opens a broken stream again by itself, and resumes it; not one that was refused.
  const gone = source?.readyState === EventSource.CLOSED || now - streamGood > DEAD_AFTER;
  if ((gone || link.crowded) && !link.signedOut && now - tried > OPEN_AGAIN_AFTER) void reopen();
  const stale = now - link.heard > STALE_AFTER || now - streamGood > STALE_AFTER;
  if (stale || stale !== link.stale) {
    link.stale = stale;
    changes(["link"]);
  }
}

function signedOut(is) {
  if (link.signedOut === is) return;
  link.signedOut = is;
  changes(["link"]);
}

function failed(problem) {
  if (problem.status === 401) signedOut(true);
  else if (!(problem instanceof Problem)) throw problem;
  else if (problem.status !== 0) report(problem);
}
