/** Returns whether a key is one of those that stop the arm, where it is not typed into something: space bar or Escape. */
export function isStopKey({ key, ctrlKey, altKey, metaKey }) {
  return key === "Escape" || (key === " " && !ctrlKey && !altKey && !metaKey);
}
