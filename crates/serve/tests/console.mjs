// Uses the web console of a real server in a headless Chromium, as a person would: types a task, edits
// the plan, approves it, stops the arm with the space bar, clears the stop, runs the task again. By hand:
//
//   apt-get install chromium fonts-wqy-microhei; npm install playwright-core axe-core
//   node console.mjs PICTURES enact serve --listen 127.0.0.1:0
//   node console.mjs PICTURES enact serve --listen 127.0.0.1:0 --launch so101-emulated
//
// The second time it drives emulated servos on a serial device, in real time, which want a calm machine.
// It fails if any of this does not work, if the page asks for anything beyond the server or logs an
// error, if axe finds a violation of WCAG 2.2 A or AA, if something is too small to touch or wider than
// the window, if the page does not say that it is cut off while the server hangs, or if the server does
// not end well when it is told to. PICTURES is a folder for pictures of it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = createRequire(join(process.cwd(), "package.json")).resolve("axe-core/axe.min.js");
const [pictures, program, ...args] = process.argv.slice(2);
const TASK = "put the red cube in the blue bowl";
const BACK = "put the red cube next to the blue bowl";
/** Looking, planning and moving on a busy machine, milliseconds. */
const PATIENCE = 240_000;
const WALL = { viewport: { width: 1920, height: 1080 }, colorScheme: "light" };
const PHONE = { viewport: { width: 360, height: 740 }, colorScheme: "dark", hasTouch: true };
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** Pixels that a finger needs. */
const TOUCH = 44;

const wrong = [];

/** Returns the link that the server prints. */
function printed(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    const read = (data) => {
      said += data;
      const link = said.match(/http:\/\/\S+\?token=\S+/);
      if (link) resolve(link[0]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", (status) => reject(new Error(`it ended (${status}):\n${said}`)));
  });
}

async function open(browser, link, options) {
  const context = await browser.newContext(options);
  await context.addInitScript(() => {
    addEventListener("keydown", ({ timeStamp }) => (window.pressed = timeStamp), { capture: true });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const { origin } = new URL(link);
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol !== "blob:") wrong.push(`it asked ${url}`);
  });
  page.on("pageerror", (error) => wrong.push(`an error: ${error.stack}`));
  page.on("console", (message) => {
    // The browser itself logs every answer that is no success: a plan that is not there yet, a cut line.
    const isOfBrowser = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isOfBrowser) wrong.push(`the console: ${message.text()}`);
  });
  await page.goto(link);
  await page.locator("body:not([data-state=unknown])").waitFor();
  assert.equal(new URL(page.url()).search, "", "the token stays in the address");
  return page;
}

/** Takes a picture and has axe look at the page. */
async function look(page, name) {
  assert.deepEqual(wrong, []);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  if (!(await page.evaluate(() => "axe" in window))) {
    // Evaluated by the debugger: the page's own policy admits no foreign script.
    const { readFileSync } = await import("node:fs");
    await page.evaluate(readFileSync(axe, "utf8"));
  }
  const { violations } = await page.evaluate(
    (tags) => window.axe.run(document, { runOnly: { type: "tag", values: tags } }),
    TAGS,
  );
  for (const { id, help, nodes } of violations) {
    wrong.push(`axe, ${name}: ${id}: ${help}: ${nodes.map((it) => it.target.join(" ")).join("; ")}`);
  }
  const [wide, small] = await page.evaluate((least) => {
    const isShown = (node) => node.checkVisibility() && !node.closest(".skip");
    const controls = [...document.querySelectorAll("button, select, summary, input, textarea, .row a")];
    const tooSmall = controls.filter(isShown).filter((node) => {
      const { width, height } = node.getBoundingClientRect();
      return width < least - 0.5 || height < least - 0.5;
    });
    const root = document.documentElement;
    return [root.scrollWidth - root.clientWidth, tooSmall.map((it) => it.outerHTML.slice(0, 90))];
  }, TOUCH);
  if (wide > 0) wrong.push(`${name}: ${wide} pixels wider than the window`);
  for (const node of small) wrong.push(`${name}: too small to touch: ${node}`);
  console.log(`looked at ${name}`);
}

function badge(page) {
  return page.locator("body").getAttribute("data-state");
}

async function until(page, state) {
  await page.locator(`body[data-state=${state}]`).waitFor();
}

async function send(page, task = TASK) {
  await page.getByLabel("Instruction", { exact: true }).fill(task);
  await page.keyboard.press("Enter");
  await page.locator(".plan[data-waiting] .approve").waitFor();
}

/** Types a task, edits its plan by keyboard alone and approves it. */
async function planIsEdited(page) {
  await send(page);
  await look(page, "wall-plan");
  const before = await page.locator(".plan[data-waiting] .step-text").allTextContents();
  await page.locator(".plan[data-waiting] .edit").press("Enter");
  const rows = page.locator(".editing .step");
  const names = () => rows.evaluateAll((all) => all.map((it) => it.getAttribute("aria-label")));
  const [first, second] = await names();
  await page.keyboard.press("Alt+ArrowDown");
  const moved = await names();
  assert.equal(moved[0].split(": ")[1], second.split(": ")[1], "Alt+Down moves a step");
  assert.equal(moved[1].split(": ")[1], first.split(": ")[1]);
  await page.keyboard.press("Alt+ArrowUp");
  assert.deepEqual(await names(), [first, second, ...(await names()).slice(2)]);
  await look(page, "wall-edit");
  const relation = rows.nth(1).locator("select").nth(1);
  assert.equal(await relation.inputValue(), "in");
  await relation.selectOption("next to");
  const decided = page.waitForRequest((it) => it.method() === "POST" && it.url().endsWith("/plan"));
  await page.locator(".decision .approve").press("Enter");
  const body = (await decided).postDataJSON();
  assert.equal(body.decision, "approve");
  assert.equal(body.steps[1].relation, "next to");
  assert.equal(body.steps.length, before.length);
  assert.ok((await decided).headers()["idempotency-key"], "what moves has an idempotency key");
}

/** Stops the arm in mid-motion with the space bar, and clears the stop. */
async function spaceStops(page) {
  await until(page, "moving");
  await page.waitForTimeout(300);
  assert.equal(await badge(page), "moving");
  const answered = page.waitForResponse((it) => it.url().endsWith("/v1/stop"));
  await page.keyboard.press("Space");
  assert.equal((await answered).status(), 200);
  const took = await page.evaluate(() => {
    const stops = performance.getEntriesByType("resource").filter((it) => it.name.endsWith("/v1/stop"));
    return [stops[0].startTime - window.pressed, stops[0].duration].map(Math.round);
  });
  console.log(`the stop left ${took[0]} ms after the key and was answered in ${took[1]} ms`);
  await until(page, "stopped");
  await page.locator(".task").first().locator("[data-ending=stopped]").waitFor();
  await look(page, "wall-stopped");
  await page.locator("#clear").press("Enter");
  await until(page, "idle");
}

/** A space in a text is a space; Escape stops from there, too. */
async function escapeStops(page) {
  const box = page.getByLabel("Instruction", { exact: true });
  await box.fill("");
  await box.pressSequentially("a b");
  assert.equal(await box.inputValue(), "a b");
  assert.equal(await badge(page), "idle");
  await page.keyboard.press("Escape");
  await until(page, "stopped");
  await page.locator("#clear").press("Enter");
  await until(page, "idle");
  await box.fill("");
}

/** What a person types is text, whatever it looks like. */
async function htmlIsText(page) {
  const text = `<img src="x" onerror="window.broken = true"><b>pick</b> the cube`;
  await page.getByLabel("Instruction", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
  const task = page.locator(".task").first().filter({ hasText: text });
  await task.waitFor();
  assert.equal(await task.locator("img, b").count(), 0, "it is shown as it is");
  // A stop before it is taken up would leave it in the queue.
  await page.locator("body:not([data-state=idle])").or(task.locator(".ending")).first().waitFor();
  await page.keyboard.press("Escape");
  await until(page, "stopped");
  await page.locator("#clear").press("Enter");
  await until(page, "idle");
  assert.equal(await page.evaluate(() => window.broken), undefined);
}

async function taskIsDone(page) {
  await send(page);
  await page.locator(".plan[data-waiting] .approve").press("Enter");
  const task = page.locator(".task").first();
  await task.locator(".ending[data-ending=done]").waitFor();
  // It may have held the cube when it was stopped.
  assert.ok((await task.locator(".step[data-verdict=yes]").count()) > 0, "steps have their verdicts");
  assert.equal(await task.locator(".step[data-verdict=cut]").count(), 0, "no step is cut short");
  await look(page, "wall-done");
}

/** A click on a thing in the picture puts its name into the sentence. */
async function thingIsNamed(page) {
  const box = page.getByLabel("Instruction", { exact: true });
  const dot = await page.locator("#overlay .dot").first().boundingBox();
  await page.mouse.click(dot.x + dot.width / 2, dot.y + dot.height / 2);
  const names = await page.locator("#overlay .name").allTextContents();
  assert.ok(names.includes(await box.inputValue()), `${await box.inputValue()} is one of ${names}`);
  await box.fill("");
}

async function runIsShown(page) {
  await page.locator("#runs > summary").press("Enter");
  const run = page.locator("#run-list > li").first();
  await run.waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), run.getByRole("link").click()]);
  assert.equal(await download.failure(), null);
  await run.getByText("Story").press("Enter");
  await run.locator(".story .log li, .story dd").first().waitFor();
}

/** A kept run in rerun's viewer, in which the space bar stops the arm, too. */
async function runIsSeen(page) {
  const opener = page.locator("#run-list > li").first().getByRole("button", { name: "in 3-D" });
  await opener.press("Enter");
  const frame = await viewerIsShown(page);
  await page.locator("#view iframe").screenshot({ path: join(pictures, "wall-viewer.png") });
  await frame.locator("canvas").click({ position: { x: 5, y: 5 } });
  await page.keyboard.press("Space");
  await until(page, "stopped");
  // Drawing without a GPU holds the page up, which then sends the stop again before it reads the answer.
  await page.locator("#stop > span").getByText("Stop", { exact: true }).waitFor();
  await page.locator("#clear").press("Enter");
  await until(page, "idle");
  await page.locator("#view-close").press("Enter");
  await page.locator("#view iframe").waitFor({ state: "detached" });
  assert.ok(await opener.evaluate((node) => node === document.activeElement), "the focus is where it was");
}

/** The arm now, in rerun's viewer: it moves there while it moves. */
async function armIsSeenLive(page) {
  const pieces = [];
  page.on("response", (it) => it.url().includes("/v1/view.rrd") && pieces.push(it.status()));
  await page.locator("#view-live").press("Enter");
  await viewerIsShown(page);
  const frame = page.locator("#view iframe");
  await frame.screenshot({ path: join(pictures, "wall-live.png") });
  await send(page, BACK);
  await page.locator(".plan[data-waiting] .approve").press("Enter");
  await until(page, "moving");
  pieces.length = 0;
  await frame.screenshot({ path: join(pictures, "wall-live-moving.png") });
  await page.locator(".task").first().locator(".ending[data-ending=done]").waitFor();
  const news = pieces.filter((status) => status === 200).length;
  assert.ok(news > 0, `while the arm moves there is something new: ${pieces}`);
  await page.locator("#view-close").press("Enter");
}

/** Waits until the viewer has drawn what it was given. */
async function viewerIsShown(page) {
  const frame = page.frameLocator("#view iframe");
  await frame.locator("body[data-state]").waitFor();
  const state = await frame.locator("body").getAttribute("data-state");
  assert.equal(state, "shown", await frame.locator("#note").textContent());
  await page.waitForTimeout(5000);
  return frame;
}

/**
 * A server that does not answer, as behind a cut line: the page says that it is old, and that a stop is
 * not confirmed. When it answers again, the stop gets there and the page is live by itself.
 */
async function serverHangs(page) {
  child.kill("SIGSTOP");
  await page.locator("#lost:not([hidden])").waitFor();
  await page.locator("#queue > summary").focus();
  await page.keyboard.press("Space");
  await page.locator("#unsent:not([hidden])").waitFor();
  await look(page, "wall-lost");
  child.kill("SIGCONT");
  await page.locator("#lost[hidden]").waitFor({ state: "attached" });
  await until(page, "stopped");
  await page.locator("#unsent[hidden]").waitFor({ state: "attached" });
  await page.locator("#clear").press("Enter");
  await until(page, "idle");
}

async function everythingIsTranslated(page) {
  await page.locator("#language").selectOption("zh");
  const left = await page.locator("[data-t]").evaluateAll((all) =>
    all.filter((it) => it.textContent === it.dataset.t).map((it) => it.dataset.t),
  );
  assert.deepEqual(left, [], "sentences that are missing");
  await look(page, "phone-chinese");
}

/** On a phone the stop is in view wherever one has scrolled to, and the first thing to tab to. */
async function stopIsInView(page) {
  for (const at of [0, 1e6]) {
    await page.evaluate((y) => scrollTo(0, y), at);
    const box = await page.locator("#stop").boundingBox();
    const { height } = page.viewportSize();
    assert.ok(box.y >= 0 && box.y + box.height <= height, `the stop is in view at ${at}`);
  }
  await page.evaluate(() => scrollTo(0, 0));
  await page.reload();
  await page.locator("body:not([data-state=unknown])").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "stop");
}

mkdirSync(pictures, { recursive: true });
const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--disable-quic", "--disable-background-networking"],
});
let page;
try {
  const link = await printed(child);
  page = await open(browser, link, WALL);
  await look(page, "wall-start");
  await planIsEdited(page);
  await spaceStops(page);
  await escapeStops(page);
  await htmlIsText(page);
  await taskIsDone(page);
  await thingIsNamed(page);
  await runIsShown(page);
  await runIsSeen(page);
  await armIsSeenLive(page);
  await serverHangs(page);
  const phone = await open(browser, link, PHONE);
  await stopIsInView(phone);
  await look(phone, "phone-start");
  for (const panel of await phone.locator("details.panel > summary").all()) await panel.press("Enter");
  await look(phone, "phone");
  await everythingIsTranslated(phone);
  assert.deepEqual(wrong, []);
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  assert.equal(await ended, 0, "the server ends well");
  console.log(`ok: pictures in ${pictures}`);
} catch (error) {
  await page?.screenshot({ path: join(pictures, "failed.png") });
  throw error;
} finally {
  await browser.close();
  child.removeAllListeners("exit");
  child.kill("SIGCONT");
  child.kill("SIGINT");
}
