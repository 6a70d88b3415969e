// Opens what `--view web` serves in a headless Chromium and takes a picture of it. By hand:
//
//   apt-get install chromium; npm install playwright-core
//   node web_viewer.mjs PICTURE.png enact view runs/FILE.mcap --view web
//   node web_viewer.mjs PICTURE.png enact run "put the red cube in the blue bowl" --view web
//
// It fails if the page asks for anything beyond this machine, or if the world, the camera or
// the plots stay empty.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [picture, program, ...args] = process.argv.slice(2);
const SIZE = { width: 1600, height: 1000 };
// Parts of the layout, and how many colors each has at least if there is something in it.
const PARTS = {
  world: { x: 20, y: 120, width: 760, height: 440, colors: 500 },
  camera: { x: 20, y: 680, width: 360, height: 280, colors: 500 },
  plots: { x: 820, y: 520, width: 760, height: 440, colors: 60 },
};
// Software draws slowly.
const PATIENCE = 240_000;

/** The address that the program names. */
function served(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
      const address = said.match(/view\s+(http:\/\/127\.0\.0\.1:\d+)/);
      if (address) resolve(address[1]);
    });
    child.on("exit", (status) => reject(new Error(`it ended (${status}):\n${said}`)));
  });
}

/** How many colors a part of a picture has. */
async function colors(desk, png, { x, y, width, height }) {
  return desk.evaluate(
    async ([data, x, y, width, height]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = new OffscreenCanvas(width, height).getContext("2d");
      canvas.drawImage(image, -x, -y);
      const pixels = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer);
      return new Set(pixels).size;
    },
    [png.toString("base64"), x, y, width, height],
  );
}

/** Takes pictures until every part has something in it, and one more when all had time to come. */
async function complete(page, desk) {
  const until = Date.now() + PATIENCE;
  let seen = false;
  while (Date.now() < until) {
    await page.waitForTimeout(5000);
    const png = await page.screenshot({ timeout: PATIENCE });
    writeFileSync(picture, png);
    const empty = [];
    for (const [name, part] of Object.entries(PARTS)) {
      const found = await colors(desk, png, part);
      if (found < part.colors) empty.push(`${name} (${found} colors)`);
    }
    if (empty.length === 0 && seen) return;
    seen = empty.length === 0;
    console.log(seen ? "once more" : `still empty: ${empty.join(", ")}`);
  }
  throw new Error(`the page stays incomplete; see ${picture}`);
}

const profile = mkdtempSync(join(tmpdir(), "enact-web-"));
const child = spawn(program, args, { stdio: ["ignore", "inherit", "pipe"] });
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  colorScheme: "dark",
  viewport: SIZE,
  args: [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
  ],
});
try {
  const url = await served(child);
  // Only the page in front is drawn.
  const [desk, page] = [browser.pages()[0], await browser.newPage()];
  page.setDefaultTimeout(PATIENCE);
  const beyond = [];
  page.on("response", (response) => {
    const { origin } = new URL(response.url());
    if (origin !== url && origin !== "null") beyond.push(response.url());
  });
  page.on("console", (message) => {
    // Among them what the page's policy refuses: fonts of the net, usage data.
    if (message.type() === "error") console.log(`  page: ${message.text().split("\n")[0]}`);
  });
  // The redirect says what to show; software draws by WebGL.
  const { headers } = await fetch(url, { redirect: "manual" });
  await page.goto(`${url}${headers.get("location")}&renderer=webgl`);
  await complete(page, desk);
  if (beyond.length) throw new Error(`the page reached ${beyond.join(", ")}`);
  console.log(`ok: ${picture}`);
} finally {
  await browser.close();
  child.removeAllListeners("exit");
  child.kill("SIGINT");
  rmSync(profile, { recursive: true, force: true });
}
