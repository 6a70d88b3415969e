// The microphone: what is said while the button is held is turned into text by the server, and put
// into the instruction box for correction. Nothing is sent to the arm but a stop.
import { announce, attempt } from "./announce.js";
import { Problem, get, send } from "./api.js";
import { may } from "./state.js";
import { on, state } from "./store.js";
import { wavOf } from "./wav.js";
import { words } from "./words.js";

/** Time after which a stop is looked for in what goes on being said, milliseconds. */
const PART_EVERY = 600;
/** How much of the end a stop is looked for in, seconds. */
const PART = 4;
/** A press that is shorter only says what to do, milliseconds. */
const SHORT = 250;
/** How long the answer may take: a slow computer understands half a minute of speech. */
const PATIENCE = 60000;

const button = document.getElementById("microphone");
const note = document.getElementById("microphone-note");
const box = document.getElementById("instruction");

let longest = 30;
let isAvailable = false;
/** What is being recorded; null while the button is not held. */
let take = null;
let isOpening = false;
let whenHeard = () => {};

/** Makes the button work, where the server understands speech and the browser may record. */
export function startMicrophone(heard) {
  whenHeard = heard;
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    void begin();
  });
  for (const event of ["pointerup", "pointercancel"]) button.addEventListener(event, () => void end());
  // Enter has no release that every browser tells: it begins, and ends.
  button.addEventListener("click", (event) => {
    if (event.detail !== 0) return;
    void (take || isOpening ? end() : begin());
  });
  addEventListener("pagehide", () => take?.close());
  on(["status"], show);
  void learn();
}

/** Asks whether the server understands speech. */
async function learn() {
  try {
    const info = await get("/v1/speech");
    isAvailable = info.available;
    longest = info.longest_s;
  } catch {
    isAvailable = false;
  }
  show();
}

function show() {
  const records = Boolean(globalThis.isSecureContext && navigator.mediaDevices?.getUserMedia);
  button.hidden = !(isAvailable && records && may(state, "ask"));
  if (!take) note.hidden = button.hidden || note.hidden;
}

async function begin() {
  if (take || isOpening) return;
  isOpening = true;
  const begun = await attempt(async () => {
    try {
      take = await record();
    } catch (error) {
      throw new Problem({ key: error.name === "NotAllowedError" ? "speech.denied" : "speech.none" });
    }
  });
  const isOver = !isOpening;
  isOpening = false;
  if (!begun) return;
  button.setAttribute("aria-pressed", "true");
  tell("speech.listening");
  take.timer = setInterval(() => void watch(), PART_EVERY);
  // The button was let go while the browser asked whether it may listen.
  if (isOver) await end();
}

async function end() {
  if (!take) {
    isOpening = false;
    return;
  }
  const done = take;
  take = null;
  clearInterval(done.timer);
  done.close();
  button.setAttribute("aria-pressed", "false");
  if (Date.now() - done.began < SHORT) return tell("speech.hold");
  tell("speech.working");
  const worked = await attempt(async () => {
    const { text, doubt, stop, confidence } = await hear(done, longest, false);
    if (stop) whenHeard();
    if (doubt) return tell("speech.doubt", { why: { word: doubt } });
    put(text);
    const percent = Math.round(100 * confidence);
    tell("speech.correct", { percent });
    announce("speech.heard", { text, percent });
  });
  if (!worked) note.hidden = true;
}

/** Looks for a stop in what is being said. One look at a time: the next hears more. */
async function watch() {
  const now = take;
  if (!now || now.isWatched) return;
  if (Date.now() - now.began > longest * 1000) return end();
  now.isWatched = true;
  try {
    const { stop } = await hear(now, PART, true);
    if (stop) whenHeard();
  } catch {
    // The whole sentence is heard later, and the stop button is always there.
  } finally {
    now.isWatched = false;
  }
}

/** Has the server listen to the last seconds. */
async function hear({ pieces, rate }, seconds, isPart) {
  const wav = wavOf(pieces, rate, seconds);
  const options = { raw: wav, type: "audio/wav", patience: PATIENCE };
  const answer = await send("POST", isPart ? "/v1/speech?part=true" : "/v1/speech", options);
  return answer.json();
}

/** Puts what was understood where the selection is; it is sent by whoever has read it. */
function put(text) {
  const before = box.value.slice(0, box.selectionStart);
  const gap = before === "" || /\s$/.test(before) || /^\p{Script=Han}/u.test(text) ? "" : " ";
  box.setRangeText(gap + text, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input"));
  box.focus();
}

function tell(key, params) {
  note.hidden = false;
  words(note, key, params);
}

/** Opens the microphone. Samples are collected in pieces; `close` gives it back. */
async function record() {
  const wanted = { channelCount: 1, echoCancellation: true, noiseSuppression: true };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
  const context = contextFor();
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  };
  try {
    await context.audioWorklet.addModule("/assets/recorder.js");
    const recorder = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0 });
    const pieces = [];
    recorder.port.onmessage = ({ data }) => pieces.push(data);
    context.createMediaStreamSource(stream).connect(recorder);
    await context.resume();
    return { pieces, rate: context.sampleRate, began: Date.now(), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** A browser that cannot record at 16 kHz records at its own rate; the server makes up for it. */
function contextFor() {
  try {
    return new AudioContext({ sampleRate: 16000 });
  } catch {
    return new AudioContext();
  }
}
