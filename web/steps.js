// Steps of plans and how a person changes them. Knows nothing of the page.

/** Returns whether two steps are the same skill with the same arguments. */
export function sameStep(one, other) {
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
  );
}

/** Returns whether two plans have the same steps in the same order. */
export function sameSteps(one, other) {
  return one.length === other.length && one.every((step, index) => sameStep(step, other[index]));
}

/** Returns the steps with the one at `from` at `to`; unchanged if there is no such place. */
export function withStepMoved(steps, from, to) {
  if (to < 0 || to >= steps.length) return steps;
  const moved = steps.toSpliced(from, 1);
  return moved.toSpliced(to, 0, steps[from]);
}

/** Returns the steps without the one at `index`. */
export function withoutStep(steps, index) {
  return steps.toSpliced(index, 1);
}

/** Returns the steps with another argument in the one at `index`. */
export function withArgument(steps, index, name, value) {
  return steps.with(index, { ...steps[index], [name]: value });
}

/**
 * Returns the arguments of a step and what each can be: `choices` for one of a list, which always
 * contains what the step says now, `number` with its limits for a number, else a text.
 */
export function argumentsOf(step, skills, names) {
  const skill = skills.find((it) => it.name === step.skill);
  return Object.entries(step)
    .filter(([name]) => name !== "skill")
    .map(([name, value]) => {
      const known = skill?.arguments?.find((it) => it.name === name);
      if (known?.kind === "choice") return { name, value, choices: including(known.values, value) };
      if (isThing(name, known)) {
        return { name, value, thing: true, choices: including(names, value) };
      }
      if (typeof value !== "number") return { name, value };
      const [least, most] = known?.values ?? [];
      return { name, value, number: { least, most } };
    });
}

/** Returns a step in words, for where the server has not said it yet. */
export function inWords(step, word = (it) => it) {
  const { skill, ...rest } = step;
  return [skill, ...Object.values(rest)].map((it) => word(String(it))).join(" ");
}

function isThing(name, known) {
  return known ? known.kind === "object" : name === "object" || name === "target";
}

function including(choices, value) {
  return choices.includes(value) ? choices : [value, ...choices];
}
