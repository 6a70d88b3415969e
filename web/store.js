// The state of the console, and who is told when parts of it change.
import { unknownState } from "./state.js";

export const state = unknownState();
const listeners = new Map();
const changed = new Set();

/** Calls `listener` after any of these parts changed, at most once for all that comes together. */
export function on(parts, listener) {
  for (const part of parts) {
    if (!listeners.has(part)) listeners.set(part, new Set());
    listeners.get(part).add(listener);
  }
}

/** Tells that these parts of the state changed. */
export function changes(parts) {
  if (changed.size === 0) queueMicrotask(tell);
  for (const part of parts) changed.add(part);
}

function tell() {
  const due = new Set([...changed].flatMap((part) => [...(listeners.get(part) ?? [])]));
  changed.clear();
  for (const listener of due) {
    try {
      listener(state);
    } catch (error) {
      // One part of the page that fails must not take the others with it.
      console.error(error);
    }
  }
}
