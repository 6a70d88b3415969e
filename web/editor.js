// Changes the steps of a plan: reorder by buttons and keys, remove, choose other arguments.
import { announce } from "./announce.js";
import { button, el, set } from "./dom.js";
import { argumentsOf, inWords, withArgument, withoutStep, withStepMoved } from "./steps.js";
import { state } from "./store.js";
import { label, serverWord, t, word } from "./words.js";

/** Puts an editor of these steps into a list; `changed` gets the steps whenever they change. */
export function editorOf(list, entries, changed) {
  let steps = entries.map(({ step }) => step);
  list.className = "steps editing";

  const change = (next, focused, part) => {
    steps = next;
    draw();
    changed(steps);
    focus(focused, part);
  };
  const shift = (index, by, part) => {
    const to = index + by;
    const next = withStepMoved(steps, index, to);
    if (next === steps) return;
    const text = inWords(steps[index], word);
    change(next, to, part);
    announce("plan.moved", { text, n: to + 1 });
  };
  const remove = (index) => {
    const text = inWords(steps[index], word);
    change(withoutStep(steps, index), Math.min(index, steps.length - 2), ".remove");
    announce("plan.removed", { text });
  };
  const focus = (index, part = "") => {
    const row = list.children[index];
    const wanted = part && row?.querySelector(part);
    (wanted && !wanted.disabled ? wanted : row)?.focus();
  };
  const onKey = (event, index) => {
    const by = event.altKey && { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by) {
      event.preventDefault();
      shift(index, by);
    } else if (event.key === "Delete" && event.target === event.currentTarget) {
      remove(index);
    }
  };
  const row = (step, index) => {
    const n = index + 1;
    const li = el("li", { class: "step", tabindex: "0", on: { keydown: (event) => onKey(event, index) } });
    label(li, "plan.step", { n, text: inWords(step, word) });
    const fields = argumentsOf(step, state.robot?.skills ?? [], state.scene.objects.map((it) => it.id));
    const inputs = fields.map((field) =>
      argument(field, n, (value) => {
        steps = withArgument(steps, index, field.name, value);
        label(li, "plan.step", { n, text: inWords(steps[index], word) });
        changed(steps);
      }),
    );
    const up = button(null, () => shift(index, -1, ".up"), { class: "up small" });
    const down = button(null, () => shift(index, 1, ".down"), { class: "down small" });
    const gone = button(null, () => remove(index), { class: "remove small" });
    for (const [node, sign, key] of [[up, "↑", "plan.up"], [down, "↓", "plan.down"], [gone, "✕", "plan.remove"]]) {
      node.textContent = sign;
      label(node, key, { n });
    }
    set(up, "disabled", index === 0);
    set(down, "disabled", index === steps.length - 1);
    const skill = serverWord(el("strong"), step.skill);
    const tools = el("span", { class: "tools" }, up, down, gone);
    li.append(el("div", { class: "edited" }, el("span", { class: "fields" }, skill, ...inputs), tools));
    return li;
  };
  const draw = () => list.replaceChildren(...steps.map(row));

  draw();
  return { steps: () => steps, focus };
}

/** Makes the input of one argument. */
function argument({ name, value, choices, thing, number }, n, change) {
  let input;
  if (choices) {
    input = el("select", { on: { change: () => change(input.value) } });
    const seen = new Set(state.scene.objects.map((it) => it.id));
    for (const choice of choices) {
      const missing = thing && !seen.has(choice);
      const text = thing ? choice : word(choice);
      input.append(new Option(missing ? t("plan.not_seen", { name: text }) : text, choice));
    }
    input.value = value;
  } else {
    const { least, most } = number ?? {};
    const kind = number ? { type: "number", step: "any", min: least, max: most } : { type: "text" };
    input = el("input", { ...kind, value });
    input.addEventListener("input", () => {
      if (!number) change(input.value);
      else if (input.value !== "") change(input.valueAsNumber);
    });
  }
  return label(input, "plan.argument", { n, name: { word: name } });
}
