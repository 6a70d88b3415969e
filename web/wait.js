/** Waits for some milliseconds. */
export function wait(pause) {
  return new Promise((resolve) => setTimeout(resolve, pause));
}
