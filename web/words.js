// Puts sentences into the page, and into another language when that is chosen: each node remembers
// which sentence it shows, so nothing has to be drawn again.
import { LANGUAGES, STRINGS } from "./strings.js";
import { timeOf } from "./units.js";

const KEPT = "enact.language";
const remembered = new WeakMap();
let column = 0;

/**
 * Returns a sentence with its `{names}` filled in. A parameter `{word}` is a word of the server,
 * `{t}` a sentence, `{at}` an instant.
 */
export function t(key, params = {}) {
  const sentence = STRINGS[key]?.[column] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = params[name];
    if (value === undefined || value === null) return whole;
    if (typeof value !== "object") return String(value);
    if ("at" in value) return timeOf(value.at);
    return value.t ? t(value.t) : word(value.word);
  });
}

/** Returns the console's word for one of the server's, or the server's where it has none. */
export function word(name) {
  return `word.${name}` in STRINGS ? t(`word.${name}`) : name;
}

/** Shows a sentence as the text of a node. */
export function words(node, key, params) {
  return show(node, "t", key, params);
}

/** Names a node for screen readers. */
export function label(node, key, params) {
  return show(node, "tLabel", key, params);
}

/** Shows a word of the server in the person's language. */
export function serverWord(node, name) {
  return `word.${name}` in STRINGS ? words(node, `word.${name}`) : said(node, name);
}

/**
 * Shows text of the server or of a person, as text whatever it contains. It is marked as Chinese or
 * English, so that a screen reader speaks it right whichever language the page has.
 */
export function said(node, text) {
  const shown = text ?? "";
  delete node.dataset.t;
  if (node.textContent !== shown) {
    node.textContent = shown;
    node.lang = /\p{Script=Han}/u.test(shown) ? "zh" : "en";
  }
  return node;
}

/** Returns the code of the language that is shown. */
export function language() {
  return LANGUAGES[column].code;
}

/** Chooses a language and shows the whole page in it. */
export function chooseLanguage(code) {
  column = Math.max(0, LANGUAGES.findIndex((it) => it.code === code));
  document.documentElement.lang = language();
  for (const node of document.querySelectorAll("[data-t], [data-t-label]")) {
    const params = remembered.get(node) ?? {};
    if (node.dataset.t) write(node, "t", node.dataset.t, params.t);
    if (node.dataset.tLabel) write(node, "tLabel", node.dataset.tLabel, params.tLabel);
  }
  try {
    localStorage.setItem(KEPT, language());
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

/** Chooses the language that was chosen last, or else the browser's. */
export function chooseUsualLanguage() {
  let kept = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    // As above.
  }
  const wanted = [kept, ...navigator.languages.map((it) => it.slice(0, 2))];
  chooseLanguage(wanted.find((code) => LANGUAGES.some((it) => it.code === code)) ?? "en");
}

function show(node, kind, key, params) {
  node.dataset[kind] = key;
  const all = remembered.get(node) ?? {};
  all[kind] = params;
  remembered.set(node, all);
  write(node, kind, key, params);
  return node;
}

function write(node, kind, key, params) {
  const text = t(key, params);
  if (kind === "tLabel") {
    if (node.getAttribute("aria-label") !== text) node.setAttribute("aria-label", text);
  } else if (node.textContent !== text) {
    node.removeAttribute("lang");
    node.textContent = text;
  }
}
