// Numbers as people read them.
import { language } from "./words.js";

/** Returns a joint's value in degrees or millimeters. */
export function inUnit(value, unit) {
  return unit === "m" ? `${(value * 1000).toFixed(0)} mm` : `${degrees(value)}°`;
}

/** Returns a fraction in percent. */
export function percent(fraction) {
  return `${Math.round(fraction * 100)} %`;
}

/** Returns the time of day of an instant; the date, too, if that was another day. */
export function timeOf(unixSeconds) {
  if (unixSeconds === null || unixSeconds === undefined) return "";
  const at = new Date(unixSeconds * 1000);
  const isToday = at.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { dateStyle: "short" };
  return new Intl.DateTimeFormat(language(), { timeStyle: "short", ...day }).format(at);
}

/** Returns whole seconds since an instant in milliseconds. */
export function secondsSince(instant) {
  return Math.max(0, Math.round((Date.now() - instant) / 1000));
}

/** Returns the last component of a path, and an address of a server whole. */
export function lastPart(path) {
  if (/^\w+:\/\//.test(path)) return path;
  return path.split(/[\\/]/).findLast((part) => part !== "") ?? path;
}

/** Returns the parts of a name between which a line may end: each but the last keeps its mark. */
export function partsOfName(name) {
  return name.split(/(?<=[_\-./])(?=[^_\-./])/);
}

function degrees(radians) {
  // No “−0”.
  return ((Math.round((radians * 1800) / Math.PI) || 0) / 10).toFixed(1);
}
