// Makes nodes of the page. Text goes in as text only: nothing here reads HTML.
import { partsOfName } from "./units.js";
import { label, said, words } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element. `options`: `t` and `label` are sentences, `[key, params]`; `on` are listeners;
 * anything else is an attribute.
 */
export function el(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  const { t, label: name, on = {}, ...attributes } = options;
  for (const [key, value] of Object.entries(attributes)) set(node, key, value);
  if (t) words(node, ...[t].flat());
  if (name) label(node, ...[name].flat());
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  node.append(...children);
  return node;
}

/** Makes a name of the server that breaks between its parts, where it has to. */
export function nameIn(node, name) {
  said(node, name);
  const parts = partsOfName(name).flatMap((part) => [document.createElement("wbr"), part]);
  node.replaceChildren(...parts.slice(1));
  return node;
}

/** Makes an element of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) set(node, key, value);
  node.append(...children);
  return node;
}

/** Makes a button; it never submits a form by accident. */
export function button(t, press, options = {}) {
  return el("button", { type: "button", t, on: { click: press }, ...options });
}

/** Makes a button that stays in; `change` gets whether it is. Enter presses it as any other. */
export function toggle(node, change) {
  node.addEventListener("click", () => {
    const on = node.getAttribute("aria-pressed") !== "true";
    node.setAttribute("aria-pressed", String(on));
    change(on);
  });
}

/** Sets an attribute, removes it for false and null, and leaves it alone where it is as wanted. */
export function set(node, name, value) {
  if (value === false || value === null || value === undefined) node.removeAttribute(name);
  else {
    const text = value === true ? "" : String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

/**
 * Makes the children of `parent` those of `items`, in their order. A node that stays is not moved
 * unless it must be, so that focus, selection and open folds stay too.
 */
export function keyed(parent, items, keyOf, make, update = () => {}) {
  const keys = items.map((item, index) => String(keyOf(item, index)));
  const wanted = new Set(keys);
  const present = new Map();
  for (const node of [...parent.children]) {
    if (wanted.has(node.dataset.key)) present.set(node.dataset.key, node);
    else node.remove();
  }
  let next = parent.firstElementChild;
  items.forEach((item, index) => {
    let node = present.get(keys[index]);
    if (!node) {
      node = make(item, index);
      node.dataset.key = keys[index];
    }
    if (node === next) next = next.nextElementSibling;
    else parent.insertBefore(node, next);
    update(node, item, index);
  });
}
