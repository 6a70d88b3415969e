// Reads a recording with Foxglove's own MCAP reader and checks each message that claims one of
// Foxglove's schemas against that schema as Foxglove publishes it. By hand, in an empty folder:
//
//   npm install @foxglove/schemas@2 @mcap/core@2 @mcap/nodejs@1 @mcap/support@1 ajv@8
//   node PATH/TO/crates/recording/tests/foxglove.mjs runs/FILE.mcap
//
// It fails if a message does not follow its schema, a link has no place, or what a viewer needs
// for the arm, the camera, the objects and the way is missing.
import { open } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { McapIndexedReader } = require("@mcap/core");
const { FileHandleReadable } = require("@mcap/nodejs");
const { loadDecompressHandlers } = require("@mcap/support");
const schemas = require("@foxglove/schemas/jsonschema");
const Ajv = require("ajv").default;

/** What every recording of a run has. */
const NEEDED = {
  "/joint_states": "foxglove.JointStates",
  "/tf": "foxglove.FrameTransforms",
  "/log": "foxglove.Log",
  "/robot_description": "std_msgs/String",
};
/** What one has in which the loop looked and moved. */
const OF_THE_LOOP = {
  "/camera/image": "foxglove.CompressedImage",
  "/camera/calibration": "foxglove.CameraCalibration",
  "/scene": "foxglove.SceneUpdate",
  "/motion/path": "foxglove.PosesInFrame",
};

const ajv = new Ajv({ strict: false, allErrors: true });
const validators = Object.fromEntries(
  Object.values(schemas)
    .filter((schema) => schema.title?.startsWith("foxglove."))
    .map((schema) => [schema.title, ajv.compile(schema)]),
);

function fail(text) {
  console.error(text);
  process.exit(1);
}

const file = await open(process.argv[2]);
const reader = await McapIndexedReader.Initialize({
  readable: new FileHandleReadable(file),
  decompressHandlers: await loadDecompressHandlers(),
});

const counts = new Map();
const parents = new Map();
const entities = new Set();
let urdf = "";
let [last, backwards] = [0n, 0];
let wall = { first: undefined, last: 0n };
for await (const message of reader.readMessages()) {
  const channel = reader.channelsById.get(message.channelId);
  const schema = reader.schemasById.get(channel.schemaId);
  const content = JSON.parse(new TextDecoder().decode(message.data));
  const key = `${channel.topic} (${schema.name})`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
  if (schema.name.startsWith("foxglove.")) {
    const validate = validators[schema.name] ?? fail(`Foxglove has no ${schema.name}`);
    if (!validate(content)) {
      fail(`${key} at ${message.logTime}: ${ajv.errorsText(validate.errors)}`);
    }
  }
  // What is shown at a time must say that it is of that time.
  const stamp = content.timestamp && BigInt(content.timestamp.sec) * 1_000_000_000n + BigInt(content.timestamp.nsec);
  if (stamp !== undefined && schema.name.startsWith("foxglove.") && stamp !== message.logTime) {
    fail(`${key} is logged at ${message.logTime} and says ${stamp}`);
  }
  if (message.logTime < last) backwards += 1;
  last = message.logTime;
  wall.first ??= message.publishTime;
  wall.last = message.publishTime > wall.last ? message.publishTime : wall.last;
  for (const transform of content.transforms ?? []) {
    parents.set(transform.child_frame_id, transform.parent_frame_id);
  }
  for (const entity of content.entities ?? []) entities.add(entity.id);
  if (channel.topic === "/robot_description") urdf = content.data;
}

for (const [key, count] of [...counts].sort()) console.log(String(count).padStart(7), key);
const missing = (needed) =>
  Object.entries(needed).filter(([topic, schema]) => !counts.has(`${topic} (${schema})`));
const absent = missing(NEEDED);
if (absent.length > 0) fail(`missing: ${absent}`);
if (backwards > 0) fail(`${backwards} messages are out of order by the arm's clock`);

// Each link of the URDF hangs on the parent that the transforms name.
const joints = [...urdf.matchAll(/<joint[^>]*>(.*?)<\/joint>/gs)].map(([, joint]) => ({
  parent: joint.match(/<parent\s+link="([^"]+)"/)[1],
  child: joint.match(/<child\s+link="([^"]+)"/)[1],
}));
for (const { parent, child } of joints) {
  if (parents.get(child) !== parent) fail(`${child} hangs on ${parents.get(child)}, not on ${parent}`);
}
const moved = [...counts.keys()].some((key) => key.startsWith("/motion "));
if (moved) {
  const absent = missing(OF_THE_LOOP);
  if (absent.length > 0) fail(`missing: ${absent}`);
  if (!entities.has("way")) fail("no way is drawn");
  if (![...entities].some((id) => id.startsWith("object "))) fail("no object is drawn");
}
const seconds = Number(last) * 1e-9;
const begun = new Date(Number(wall.first / 1_000_000n)).toISOString();
console.log(
  `${joints.length} links, ${entities.size} entities, ${seconds.toFixed(1)} s by the arm's clock, ` +
    `${(Number(wall.last - wall.first) * 1e-9).toFixed(1)} s by the wall's from ${begun}: all is well`,
);
