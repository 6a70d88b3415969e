// What the console makes of events, without a browser. By hand:
//
//   node --test crates/serve/tests/console_state.test.mjs
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import {
  controlsOf, heldSentence, isDrivenByAnother, may, takeInEvent, takeScene, takeStanding, takeStatus, takeTaskPlan, takeTasks,
  unknownState, waitingPlan,
} from "../../../web/state.js";
import { argumentsOf, sameSteps, withArgument, withoutStep, withStepMoved } from "../../../web/steps.js";
import { LANGUAGES, STRINGS } from "../../../web/strings.js";
import { newestPlan } from "../../../web/tasks.js";
import { lastPart, partsOfName } from "../../../web/units.js";
import { wavOf } from "../../../web/wav.js";

const WEB = new URL("../../../web/", import.meta.url);
const PICK = { skill: "pick", object: "red cube" };
const PLACE = { skill: "place", object: "red cube", relation: "in", target: "blue bowl" };
const DONE = { skill: "done" };
const NOW = 1000;

const inWords = (step) => Object.values(step).join(" ");
const told = (steps) => steps.map((step) => ({ step, text: inWords(step) }));

/** Returns a state after these events, each a type and its data. */
function after(...events) {
  const state = unknownState();
  for (const [type, data] of events) takeInEvent(state, type, data, NOW);
  return state;
}

const plan = (number, steps, waiting = false) =>
  ["plan", { task: 1, plan: number, steps: told(steps), waiting, edited: false }];
const step = (step, verdict) =>
  ["step", { task: 1, step, text: inWords(step), verdict, reason: verdict ? "so" : null }];
const verdict = (index, verdict) => ["verdict", { task: 1, plan: 1, index, verdict, reason: null }];
const task = (fields) => ["task", { id: 1, instruction: "do", state: "running", said: [], ...fields }];
const status = (state) => ["status", { state, stopped: false, driver: null, queue: [] }];
const verdicts = (state) => newestPlan(state.tasks.get(1)).steps.map((it) => it.verdict);

test("a plan that is told again because it waits keeps its verdicts", () => {
  const state = after(
    plan(1, [PICK, PLACE, DONE]),
    verdict(0, "feasible"),
    verdict(1, "refused"),
    plan(1, [PICK, PLACE, DONE], true),
  );
  assert.deepEqual(verdicts(state), ["feasible", "refused", null]);
  assert.equal(waitingPlan(state).plan.plan, 1);
  assert.equal(state.tasks.get(1).entries.length, 1);
});

test("verdicts land on the step that was carried out", () => {
  const steps = [PICK, PLACE, PICK, PLACE, DONE];
  const state = after(plan(1, steps), step(PICK, null), step(PICK, "yes"), step(PLACE, null));
  assert.deepEqual(verdicts(state), ["yes", "running", null, null, null]);
  for (const [type, data] of [step(PLACE, "yes"), step(PICK, null), step(PICK, "no")]) {
    takeInEvent(state, type, data, NOW);
  }
  assert.deepEqual(verdicts(state), ["yes", "yes", "no", null, null]);
});

test("a step that is tried again is the same step, and one that is refused need not have begun", () => {
  const state = after(
    plan(1, [PICK, PLACE]),
    step(PICK, null),
    step(PICK, "no"),
    step(PICK, null),
    step(PICK, "yes"),
    step(PLACE, "refused"),
  );
  assert.deepEqual(verdicts(state), ["yes", "refused"]);
  assert.equal(newestPlan(state.tasks.get(1)).steps[0].attempts, 2);
});

test("a step that no plan has is shown after it, and a new plan begins at its first step", () => {
  const home = { skill: "home" };
  const state = after(plan(1, [PICK]), step(home, null), step(home, "yes"), plan(2, [PICK]), step(PICK, null));
  const [first, second] = state.tasks.get(1).entries;
  assert.deepEqual(first.steps.map((it) => [it.text, it.verdict]), [["pick red cube", null], ["home", "yes"]]);
  assert.deepEqual(second.steps.map((it) => it.verdict), ["running"]);
});

test("when a task is over nothing waits and nothing is in progress", () => {
  const moving = after(plan(1, [PICK, PLACE]), step(PICK, null), task({ state: "ended", ending: "stopped" }));
  assert.deepEqual(verdicts(moving), ["cut", null]);
  const waiting = after(plan(1, [PICK], true), task({ state: "cancelled" }));
  assert.equal(waitingPlan(waiting), null);
});

test("a step that is not judged, such as a sentence, is no failure", () => {
  const say = { skill: "say", text: "hello" };
  const begun = [plan(1, [PICK, say, DONE]), step(PICK, null), step(PICK, "yes"), step(say, null), step(DONE, null)];
  assert.deepEqual(verdicts(after(...begun)), ["yes", null, "running"]);
  const whole = after(...begun, task({ state: "ended", ending: "done" }));
  assert.deepEqual(verdicts(whole), ["yes", null, null]);
});

test("another look in the same turn is told from the first", () => {
  const seen = (turn) => ["objects", { task: 1, turn, objects: [], holding: null, dropped: [] }];
  const state = after(seen(1), seen(1), seen(2));
  assert.deepEqual(state.tasks.get(1).entries.map((it) => it.again), [false, true, false]);
});

test("what it said is shown once, whether it was heard or told later", () => {
  const feedback = (text) => ["feedback", { task: 1, kind: "said", text }];
  const state = after(feedback("a"), feedback("a"), task({ said: ["a", "a", "b"] }), task({ said: ["a", "a", "b"] }));
  assert.deepEqual(state.tasks.get(1).entries.map((it) => it.text), ["a", "a", "b"]);
});

test("a plan waits until it is answered, and not because the status tells of something else", () => {
  const asked = [status("planning"), plan(1, [PICK], true), status("planning"), status("waiting_for_approval")];
  assert.ok(waitingPlan(after(...asked)));
  assert.ok(waitingPlan(after(...asked, status("paused"))), "whoever comes back may still answer");
  assert.equal(waitingPlan(after(...asked, status("planning"))), null);
  assert.equal(waitingPlan(after(...asked, status("moving"))), null);
  assert.equal(waitingPlan(after(...asked, plan(2, [PLACE]))), null, "another plan took its place");
});

test("after a gap the plan as told anew keeps what is known of its steps", () => {
  const state = after(plan(1, [PICK, PLACE]), step(PICK, null), step(PICK, "yes"));
  const anew = {
    plan: 1,
    steps: told([PICK, PLACE]).map((it) => ({ ...it, verdict: "feasible", reason: null })),
    waiting: false,
    thoughts: ["hm"],
    critic: [{ method: "constitution", kind: "veto", text: "no" }],
  };
  takeTaskPlan(state, 1, anew);
  takeTaskPlan(state, 1, anew);
  assert.deepEqual(verdicts(state), ["yes", "feasible"]);
  assert.deepEqual(state.tasks.get(1).entries.map((it) => it.kind), ["plan", "thought", "critic"]);
  takeInEvent(state, ...step(PLACE, null), NOW);
  assert.deepEqual(verdicts(state), ["yes", "running"]);
});

test("a status that is older than the stream tells only who drives", () => {
  const state = unknownState();
  const you = { name: "ada", role: "drive", is_driver: false };
  takeStatus(state, { state: "moving", stopped: false, driver: null, you, joints: [] }, NOW);
  const driver = { name: "ada", expires_in_s: 30 };
  takeStanding(state, { state: "idle", you: { ...you, is_driver: true }, driver }, NOW);
  assert.equal(state.status.state, "moving");
  assert.equal(state.leaseEnds, NOW + 30_000);
  assert.ok(state.status.you.is_driver && !isDrivenByAnother(state));
  takeInEvent(state, "driver", { driver: { name: "lin", expires_in_s: 30 }, reason: "" }, NOW);
  assert.ok(!state.status.you.is_driver && isDrivenByAnother(state));
  assert.ok(may(state, "ask") && may(state, "drive") && !may(state, "admin"));
});

test("what was seen before the arm moved is known to be old", () => {
  const seen = ["objects", { task: 1, turn: 1, objects: [], holding: null, dropped: [] }];
  const at = (position) => ["joints", { joints: [{ name: "pan", position, unit: "rad" }] }];
  assert.ok(!after(at(0), at(1), seen, at(1.5), at(1.51)).scene.moved);
  const state = after(seen, at(0.5), at(0.2), at(0.5));
  assert.ok(state.scene.moved, "even if it is back");
  takeScene(state, { age_s: 5, objects: [] }, NOW + 5000);
  assert.ok(state.scene.moved, "the same look told once more");
  takeScene(state, { age_s: 0, objects: [] }, NOW + 9000);
  assert.ok(!state.scene.moved);
});

test("nobody may anything before it is known who they are", () => {
  assert.ok(!may(unknownState(), "watch"));
});

test("tasks are known by number whatever comes first", () => {
  const state = after(["instruction", { task: 7, instruction: "go", by: "ada" }]);
  takeTasks(state, [{ id: 7, instruction: "go", by: "ada", state: "running", said: [] }]);
  assert.equal(state.tasks.get(7).task.state, "running");
  assert.equal(state.tasks.size, 1);
});

test("tasks of a server that was started again are not mixed with those of before", () => {
  const old = { id: 1, instruction: "a", state: "ended", said: ["x"], asked_at: 5 };
  const state = after(["task", old], ["task", { ...old, id: 2, asked_at: 6 }]);
  takeTasks(state, [{ id: 1, instruction: "b", state: "ended", said: ["y"], asked_at: 9 }]);
  assert.equal(state.tasks.size, 1);
  assert.deepEqual(state.tasks.get(1).entries.map((it) => it.text), ["y"]);
  takeInEvent(state, "task", { ...old, id: 2, asked_at: 10 }, NOW);
  takeTasks(state, [{ id: 1, instruction: "b", state: "ended", said: ["y"], asked_at: 9 }]);
  assert.equal(state.tasks.size, 2, "a list that is older than a task says nothing of it");
  takeTasks(state, []);
  assert.equal(state.tasks.size, 0);
});

test("edits of a plan", () => {
  const steps = [PICK, PLACE, DONE];
  assert.deepEqual(withStepMoved(steps, 0, 2), [PLACE, DONE, PICK]);
  assert.equal(withStepMoved(steps, 0, -1), steps);
  assert.equal(withStepMoved(steps, 2, 3), steps);
  assert.deepEqual(withoutStep(steps, 1), [PICK, DONE]);
  const other = withArgument(steps, 1, "target", "tray");
  assert.equal(other[1].target, "tray");
  assert.equal(PLACE.target, "blue bowl", "the plan as it was is left alone");
  assert.ok(!sameSteps(steps, other) && sameSteps(steps, [PICK, { ...PLACE }, DONE]));
});

test("an argument can be what is seen, and stays what it is if that is not seen", () => {
  const relation = { name: "relation", kind: "choice", values: ["in", "on"] };
  const thing = (name) => ({ name, kind: "object", values: [] });
  const skills = [
    { name: "place", arguments: [thing("object"), relation, thing("target")] },
    { name: "rotate", arguments: [thing("object"), { name: "degrees", kind: "number", values: [-180, 180] }] },
  ];
  const [object, where, target] = argumentsOf(PLACE, skills, ["red cube", "tray"]);
  assert.deepEqual(object.choices, ["red cube", "tray"]);
  assert.deepEqual(where.choices, ["in", "on"]);
  assert.deepEqual(target.choices, ["blue bowl", "red cube", "tray"]);
  const [, degrees] = argumentsOf({ skill: "rotate", object: "tray", degrees: 90 }, skills, []);
  assert.deepEqual(degrees.number, { least: -180, most: 180 });
});

test("every sentence is there in every language, with the same names in it", () => {
  const names = (sentence) => [...sentence.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, sentences] of Object.entries(STRINGS)) {
    assert.equal(sentences.length, LANGUAGES.length, key);
    for (const sentence of sentences) assert.deepEqual(names(sentence), names(sentences[0]), key);
  }
});

test("every sentence that the page uses exists", () => {
  const page = readFileSync(new URL("index.html", WEB), "utf8");
  const used = [...page.matchAll(/data-t(?:-label)?="([^"]+)"/g)].map((it) => it[1]);
  const begins = [...new Set(Object.keys(STRINGS).map((key) => key.split(".")[0]))].join("|");
  const key = new RegExp(`"((?:${begins})\\.[a-z_.]+)"`, "g");
  for (const file of readdirSync(WEB).filter((it) => it.endsWith(".js") && it !== "strings.js")) {
    used.push(...[...readFileSync(new URL(file, WEB), "utf8").matchAll(key)].map((it) => it[1]));
  }
  const missing = used.filter((it) => !(it in STRINGS) && !/\.(js|css)$/.test(it));
  assert.deepEqual(missing, []);
  assert.ok(used.length > 100);
});

test("the page runs under a policy without inline code and asks nobody else", () => {
  const page = readFileSync(new URL("index.html", WEB), "utf8");
  assert.doesNotMatch(page, /<style|\sstyle=|\son\w+=|javascript:/);
  for (const [script] of page.matchAll(/<script[^>]*>[^<]*/g)) assert.match(script, /src="\/assets\/[^"]+">$/);
  for (const file of readdirSync(WEB)) {
    const text = readFileSync(new URL(file, WEB), "utf8").replaceAll("http://www.w3.org/2000/svg", "");
    assert.doesNotMatch(text, /https?:\/\/|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/, file);
  }
});

test("what the gripper holds is said only where it is known", () => {
  const held = (holding, is_known) => STRINGS[heldSentence({ holding, is_known })][0];
  assert.equal(held("red cube", true), "The gripper holds {name}.");
  assert.equal(held(null, true), "The gripper holds nothing.");
  assert.match(held(null, false), /not known/);
});

test("a pause is shown, and can be ended, whatever else holds", () => {
  const shown = (state, more = {}) => controlsOf({ state, stopped: false, ...more }, true);
  const paused = { pause_reason: "ada paused it" };
  assert.deepEqual(shown("moving"), {
    now: "moving", reason: undefined, clear: false, pause: true, resume: false,
  });
  for (const state of ["planning", "waiting_for_approval", "moving", "paused", "idle"]) {
    const { reason, pause, resume } = shown(state, paused);
    assert.deepEqual([reason, pause, resume], ["ada paused it", false, true], state);
  }
  const stopped = shown("paused", { ...paused, stopped: true, stop_reason: "lin pressed stop" });
  assert.deepEqual(
    [stopped.now, stopped.reason, stopped.clear, stopped.resume],
    ["stopped", "lin pressed stop", true, false],
  );
  assert.equal(shown("moving", { stopped: true, task: 3 }).clear, true, "also before the task has ended");
  assert.equal(controlsOf({ state: "paused", ...paused }, false).resume, false, "nobody who only watches");
});

test("a plan that is answered during a pause waits no longer", () => {
  const status = (state) => ["status", { state, driver: null }];
  const plan = ["plan", { task: 1, plan: 4, steps: told([PICK]), waiting: true, edited: false }];
  const task = ["task", { id: 1, state: "running", instruction: "a" }];
  assert.ok(waitingPlan(after(task, plan, status("waiting_for_approval"), status("paused"))));
  const answered = after(task, plan, status("paused"), status("planning"));
  assert.equal(waitingPlan(answered), null);
});

test("what came of a step is known after a reload, too", () => {
  const state = after(["task", { id: 1, state: "running", instruction: "a" }]);
  const steps = [
    { ...told([PICK])[0], verdict: "yes", reason: null },
    { ...told([PLACE])[0], verdict: "no", reason: "it slipped" },
    { ...told([DONE])[0], verdict: null, reason: null },
  ];
  takeTaskPlan(state, 1, { plan: 4, steps, waiting: false, edited: false });
  const shown = newestPlan(state.tasks.get(1)).steps;
  assert.deepEqual(shown.map((it) => it.verdict), ["yes", "no", null]);
  assert.equal(shown[1].reason, "it slipped");
});

test("of a path its end is shown, and a name breaks between its parts only", () => {
  assert.equal(lastPart("/home/ada/models/tabletop"), "tabletop");
  assert.equal(lastPart("C:\\models\\tabletop\\"), "tabletop");
  assert.equal(lastPart("tabletop"), "tabletop");
  assert.equal(lastPart("ws://localhost:8080/v1#m"), "ws://localhost:8080/v1#m");
  assert.equal(lastPart("/"), "/");
  assert.deepEqual(partsOfName("left_shoulder_pitch-2"), ["left_", "shoulder_", "pitch-", "2"]);
  assert.deepEqual(partsOfName("__pan"), ["__", "pan"]);
  assert.deepEqual(partsOfName("jaw"), ["jaw"]);
});

test("a plan that waits is told at the top of the page", () => {
  const page = readFileSync(new URL("index.html", WEB), "utf8");
  const banners = page.slice(page.indexOf('class="banners"'), page.indexOf("<main"));
  assert.match(banners, /id="waits" class="banner" hidden/);
  assert.match(STRINGS["plan.waits.banner"][0], /waits for your yes/);
});

test("the last seconds of what a microphone heard are a WAV file", () => {
  const pieces = [Float32Array.of(0.1, 0.2, 0.3), Float32Array.of(-2, 2), Float32Array.of(0)];
  const read = (rate, seconds) => {
    const view = new DataView(wavOf(pieces, rate, seconds));
    const letters = (at) => String.fromCharCode(...new Uint8Array(view.buffer, at, 4));
    assert.equal(letters(0) + letters(8) + letters(36), "RIFFWAVEdata");
    assert.equal(view.getUint32(4, true), view.byteLength - 8);
    assert.deepEqual([view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true)], [1, rate, 16]);
    assert.equal(view.getUint32(40, true), view.byteLength - 44);
    const count = (view.byteLength - 44) / 2;
    return Array.from({ length: count }, (_, i) => view.getInt16(44 + 2 * i, true));
  };
  const whole = [3277, 6553, 9830, -32767, 32767, 0];
  assert.deepEqual(read(2, 30), whole);
  assert.deepEqual(read(2, 2), whole.slice(2));
  assert.deepEqual(read(2, 0), []);
});
