// The live camera. Pictures are asked for one after another: a slow network gets fewer of them, never
// a queue, and it is known how old the one is that is shown. A stream of pictures would also hold one
// of the browser's few connections, and a stop must never wait for one.
import { picture } from "./api.js";
import { set, toggle } from "./dom.js";
import { link } from "./events.js";
import { nearestThing, startOverlay } from "./overlay.js";
import { insertName } from "./composer.js";
import { on, state } from "./store.js";
import { secondsSince } from "./units.js";
import { wait } from "./wait.js";
import { label, said, words } from "./words.js";

/** Milliseconds between pictures while the arm moves, while it does not, and after a failure. */
const MOVING = 150;
const STANDING = 500;
const FAILED = 2000;
/** A picture older than this is said to be old. */
const OLD_AFTER = 3000;

const canvas = document.getElementById("picture");
const frame = document.getElementById("frame");
const note = document.getElementById("camera-note");
const age = document.getElementById("scene-age");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let frozen = false;
let takenAt = 0;
let problem = null;

/** Shows the camera for as long as the page is looked at. */
export function startCamera() {
  toggle(document.getElementById("freeze"), (is) => {
    frozen = is;
    showNote();
  });
  frame.addEventListener("click", (event) => {
    const name = nearestThing(event);
    if (name) insertName(name);
  });
  startOverlay(canvas);
  on(["scene"], showAlternative);
  showAlternative();
  setInterval(showNote, 1000);
  void watch();
}

async function watch() {
  for (;;) {
    const began = Date.now();
    if (!frozen && !document.hidden && !link.signedOut) await next();
    const pause = problem ? FAILED : state.status?.state === "moving" && !calm.matches ? MOVING : STANDING;
    await wait(Math.max(20, pause - (Date.now() - began)));
  }
}

async function next() {
  const asked = Date.now();
  try {
    const blob = await picture("/v1/camera/frame.jpg", { patience: 5000 });
    await show(blob);
    takenAt = asked;
    problem = null;
  } catch (error) {
    problem = error;
  }
  showNote();
}

/** Draws a picture. An answer that is none fails here. */
async function show(blob) {
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  if (canvas.width !== width || canvas.height !== height) {
    [canvas.width, canvas.height] = [width, height];
    frame.style.setProperty("--ratio", String(width / height));
  }
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  canvas.hidden = false;
}

function showNote() {
  const isOld = takenAt > 0 && Date.now() - takenAt > OLD_AFTER;
  set(frame, "data-old", isOld || null);
  note.hidden = !isOld && !frozen && takenAt > 0;
  if (frozen) words(note, "camera.frozen");
  else if (takenAt === 0) words(note, "camera.none");
  else if (isOld) words(note, "camera.old", { seconds: secondsSince(takenAt) });
  if (problem && !problem.key && !frozen) {
    note.hidden = false;
    said(note, problem.message);
  }
  showAge();
}

function showAge() {
  const { at, objects, moved } = state.scene;
  if (at === null) words(age, "camera.unseen");
  else if (objects.length === 0) words(age, "talk.saw.nothing");
  else words(age, moved ? "camera.seen.moved" : "camera.seen", { seconds: secondsSince(at) });
}

function showAlternative() {
  const names = state.scene.objects.map((it) => it.id).join(", ");
  label(frame, names ? "camera.alt.seen" : "camera.alt", { names });
  showAge();
}
