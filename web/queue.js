// The queue: what is being carried out, what waits and for whom, and taking one's own out again.
import { attempt } from "./announce.js";
import { path, write } from "./api.js";
import { button, el, keyed } from "./dom.js";
import { may } from "./state.js";
import { askStatus } from "./events.js";
import { on, state } from "./store.js";
import { label, said, words } from "./words.js";

const now = document.getElementById("queue-now");
const list = document.getElementById("queue-list");

/** Shows the queue. */
export function startQueue() {
  on(["status"], show);
}

function show() {
  const { task, queue = [], you } = state.status ?? {};
  now.hidden = !task;
  if (task) words(now, "queue.now", { instruction: task.instruction });
  document.getElementById("queue-empty").hidden = queue.length > 0;
  document.getElementById("queue-count").textContent = queue.length ? ` (${queue.length})` : "";
  keyed(list, queue, (it) => it.id, makeWaiting, (node, it) => {
    node.lastElementChild.hidden = it.by !== you?.name && !may(state, "drive");
  });
}

function makeWaiting({ id, instruction, by }) {
  const cancel = button("queue.cancel", () =>
    attempt(async () => {
      await write("DELETE", path`/v1/tasks/${id}`);
      await askStatus();
      document.getElementById("queue").focus();
    }),
  );
  label(cancel, "queue.cancel.label", { instruction });
  return el(
    "li",
    {},
    el("div", {}, said(el("p"), instruction), said(el("p", { class: "note" }), by)),
    cancel,
  );
}
