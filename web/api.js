// Requests to the server: one way to make them, one kind of error, and no motion twice.
import { wait } from "./wait.js";

/** How long an answer may take, milliseconds. */
const PATIENCE = 8000;
/** How long the preparation of a recording may take, milliseconds. */
const RECORDING_PATIENCE = 300_000;
/** Pauses before a request that moves something is sent again, under the same key. */
const AGAIN_AFTER = [300, 1200];

/** Why a request did not do what was asked, in the server's words where it gave some. */
export class Problem extends Error {
  constructor({ status = 0, type = "", detail = "", key = null, params = {}, isLate = false }) {
    super(detail || key);
    this.status = status;
    /** The last part of the problem's type: `not-driver`, `stopped` and so on. */
    this.kind = type.split(":").pop();
    /** A sentence of the console, where the server gave none. */
    this.key = detail ? null : key;
    this.params = params;
    /** Whether the answer was waited for as long as it may take. */
    this.isLate = isLate;
  }
}

let onHeard = () => {};

/** Calls `listener` whenever the server answered, whatever it said. */
export function whenHeard(listener) {
  onHeard = listener;
}

/** Asks for something, and returns what came: an object, or null for an empty answer. */
export async function get(path, options = {}) {
  return content(await send("GET", path, options));
}

/** Asks for a picture. */
export async function picture(path, options = {}) {
  return (await send("GET", path, options)).blob();
}

/** Asks for a recording as rerun's viewer reads it; it is prepared first, which may take long. */
export async function recording(path) {
  return piece(await send("GET", path, { patience: RECORDING_PATIENCE }));
}

/**
 * Asks for what rerun's viewer shows of the arm now: everything there is to know, or what is new after
 * the piece before, whose `next` is `after`.
 */
export async function livePiece(after) {
  return piece(await send("GET", after === null ? "/v1/view.rrd" : path`/v1/view.rrd?after=${after}`));
}

async function piece(answer) {
  try {
    return { rrd: new Uint8Array(await answer.arrayBuffer()), next: answer.headers.get("enact-next") };
  } catch {
    // The connection broke in the middle of the answer.
    throw new Problem({ key: "problem.network" });
  }
}

/** Has the server change something that moves nothing; a network that fails is told at once. */
export async function write(method, path, body, options = {}) {
  return content(await send(method, path, { ...options, body }));
}

/**
 * Has the server do something that may move the arm. If the connection breaks, it is sent again with
 * the same idempotency key, so that it is done once at most. If the server is silent, it is not: what
 * somebody wanted a while ago may not be what they want now.
 */
export async function move(path, body) {
  const key = crypto.randomUUID();
  for (let tries = 0; ; tries += 1) {
    try {
      return content(await send("POST", path, { body, key }));
    } catch (problem) {
      if (problem.status !== 0) throw problem;
      if (problem.isLate || tries === AGAIN_AFTER.length) throw new Problem({ key: "problem.unsure" });
      await wait(AGAIN_AFTER[tries]);
    }
  }
}

/** Returns a path with names in it that come from outside. */
export function path(parts, ...names) {
  return String.raw({ raw: parts }, ...names.map(encodeURIComponent));
}

/**
 * Asks for something and returns the answer. `body` is sent as JSON, `raw` as it is, as of this `type`.
 */
export async function send(method, to, options = {}) {
  const { body, raw, type = "application/json", key, patience = PATIENCE, ...others } = options;
  const headers = { Accept: "application/json, */*" };
  // A page of another site cannot send this header, whatever cookie goes with its request.
  if (method !== "GET") headers["X-Enact"] = "1";
  if (key) headers["Idempotency-Key"] = key;
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  if (content !== undefined) headers["Content-Type"] = type;
  let answer;
  try {
    answer = await fetch(to, {
      method,
      headers,
      body: content,
      signal: AbortSignal.timeout(patience),
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      ...others,
    });
  } catch (error) {
    throw new Problem({ key: "problem.network", isLate: error.name === "TimeoutError" });
  }
  onHeard();
  if (answer.ok) return answer;
  throw await problem(answer);
}

async function problem(answer) {
  const { status } = answer;
  const said = await answer.json().catch(() => ({}));
  const detail = said.detail || said.title || "";
  const key = "problem.status";
  return new Problem({ status, type: said.type ?? "", detail, key, params: { status } });
}

async function content(answer) {
  try {
    const text = await answer.text();
    return text === "" ? null : JSON.parse(text);
  } catch {
    // The connection broke in the middle of the answer.
    throw new Problem({ key: "problem.network" });
  }
}
