// Tells screen readers what happens, and shows what went wrong.
import { Problem } from "./api.js";
import { button, el } from "./dom.js";
import { label, said, t, words } from "./words.js";

/** Messages that are shown at a time. */
const MOST = 3;

/** Says a sentence once what is being said is over. */
export function announce(key, params) {
  speak("polite", t(key, params));
}

/** Says text of the server once what is being said is over. */
export function announceText(text) {
  speak("polite", text);
}

/** Says a sentence at once. */
export function alarm(key, params) {
  speak("assertive", t(key, params));
}

/** Shows that something failed, until it is dismissed or something works. `problem` is a `Problem` or an error. */
export function report(problem) {
  const list = document.getElementById("notices");
  const text = el("p");
  if (problem.key) words(text, problem.key, problem.params);
  else said(text, problem.message);
  const close = button("notices.dismiss", () => item.remove(), { class: "quiet" });
  label(close, "notices.dismiss.label", { text: text.textContent });
  const item = el("li", {}, text, close);
  for (const other of [...list.children]) {
    if (other.firstElementChild.textContent === text.textContent) other.remove();
  }
  list.append(item);
  while (list.children.length > MOST) list.firstElementChild.remove();
}

/**
 * Runs what a button does, and shows why it did not work. Once something works, what went wrong before
 * is no news any more. Returns whether it did.
 */
export async function attempt(action) {
  try {
    await action();
    document.getElementById("notices").replaceChildren();
    return true;
  } catch (problem) {
    if (!(problem instanceof Problem)) console.error(problem);
    report(problem);
    return false;
  }
}

function speak(region, text) {
  const line = el("p");
  line.textContent = text;
  const log = document.getElementById(region);
  log.append(line);
  // Old lines would be read again by those who walk through the page.
  while (log.children.length > 5) log.firstElementChild.remove();
}
