// Answers spoken by the browser. Off until somebody wants them.
import { toggle } from "./dom.js";

const KEPT = "enact.voice";
const voice = document.getElementById("voice");

/** Makes the switch work, where the browser can speak. */
export function startVoice() {
  if (!("speechSynthesis" in globalThis)) return;
  voice.hidden = false;
  voice.setAttribute("aria-pressed", String(kept() === "on"));
  toggle(voice, (isOn) => {
    keep(isOn ? "on" : "off");
    if (!isOn) speechSynthesis.cancel();
  });
}

/** Speaks an answer of the robot's, if somebody wants that. */
export function speak(text) {
  if (voice.hidden || voice.getAttribute("aria-pressed") !== "true") return;
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = /\p{Script=Han}/u.test(text) ? "zh-CN" : "en-US";
  speechSynthesis.speak(spoken);
}

// A browser may keep nothing; then it is off in every new tab.
function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(value) {
  try {
    localStorage.setItem(KEPT, value);
  } catch {
    // It is as chosen until the page is closed.
  }
}
