// Who drives: one at a time, by a lease that is taken, renewed, handed over and released.
import { announce, attempt } from "./announce.js";
import { move, write } from "./api.js";
import { set } from "./dom.js";
import { askStatus } from "./events.js";
import { isDrivenByAnother, may } from "./state.js";
import { changes, on, state } from "./store.js";
import { said, words } from "./words.js";

/** How often a lease is renewed; it lasts three times as long. */
const RENEW_EVERY = 10_000;

const panel = document.getElementById("driver");
const who = panel.querySelector("#driver-who");
const you = panel.querySelector("#driver-you");
const take = panel.querySelector("#driver-take");
const force = panel.querySelector("#driver-force");
const release = panel.querySelector("#driver-release");
const handover = panel.querySelector("#driver-handover");

/** Makes the panel work and renews the lease while this console has it. */
export function startDriver() {
  take.addEventListener("click", () => attempt(() => takeLease()));
  force.addEventListener("click", () => attempt(() => takeLease({ force: true })));
  release.addEventListener("click", () =>
    attempt(async () => {
      await write("DELETE", "/v1/driver");
      setDriver(null);
      take.focus();
    }),
  );
  handover.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      const to = handover.elements.to.value.trim();
      if (!to) return handover.elements.to.focus();
      setDriver(await move("/v1/driver/handover", { to }));
      handover.reset();
    });
  });
  setInterval(renew, RENEW_EVERY);
  setInterval(showLease, 1000);
  on(["status"], show);
}

/**
 * Does something for which one must drive. If nobody drives, whoever does it begins to; the lease of
 * somebody else is left alone, and the server says whose it is.
 */
export async function driving(action) {
  if (!state.status?.you?.is_driver && !isDrivenByAnother(state)) await takeLease();
  const result = await action();
  void askStatus();
  return result;
}

async function takeLease(body = {}) {
  setDriver(await write("POST", "/v1/driver", body));
}

async function renew() {
  if (!state.status?.you?.is_driver) return;
  try {
    setDriver(await write("POST", "/v1/driver", {}));
  } catch {
    // Lost, or not reached: the status tells which.
    void askStatus();
  }
}

function setDriver(driver) {
  const { you } = state.status;
  state.leaseEnds = driver ? Date.now() + driver.expires_in_s * 1000 : null;
  state.status = {
    ...state.status,
    driver,
    you: { ...you, is_driver: driver?.name === you.name },
  };
  changes(["status"]);
}

let before;

function show() {
  const { driver = null, you: me } = state.status ?? {};
  if (!me) return;
  words(you, "driver.role", { name: me.name, role: me.role });
  showLease();
  const drives = may(state, "drive");
  const another = isDrivenByAnother(state);
  set(take, "hidden", !drives || me.is_driver);
  words(take, another ? "driver.ask" : "driver.take");
  set(force, "hidden", !may(state, "admin") || !another);
  set(release, "hidden", !me.is_driver);
  set(handover, "hidden", !me.is_driver);
  const now = driver?.name ?? null;
  if (before !== undefined && now !== before) {
    if (me.is_driver) announce("driver.now");
    else if (driver) announce("driver.changed", { name: driver.name });
    else announce("driver.free");
  }
  before = now;
  document.getElementById("driver-short").hidden = !driver || me.is_driver;
  said(document.getElementById("driver-short").lastElementChild, driver?.name);
}

function showLease() {
  const { driver, you: me } = state.status ?? {};
  if (!me) return;
  if (!driver) words(who, "driver.nobody");
  else if (me.is_driver) words(who, "driver.you", { name: me.name });
  else {
    const seconds = Math.max(0, Math.round((state.leaseEnds - Date.now()) / 1000));
    words(who, "driver.other", { name: driver.name, seconds });
  }
}
