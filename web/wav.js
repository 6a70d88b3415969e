// Sound as a WAV file: one channel, 16 bits. Knows nothing of the page or the network.
const HEADER = 44;

/** Returns the last `seconds` of the pieces, samples in −1..1, as the bytes of a file. */
export function wavOf(pieces, rate, seconds) {
  const all = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const count = Math.min(all, Math.floor(seconds * rate));
  const view = new DataView(new ArrayBuffer(HEADER + 2 * count));
  const text = (at, letters) => [...letters].forEach((it, i) => view.setUint8(at + i, it.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, HEADER - 8 + 2 * count, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * count, true);
  let skipped = all - count;
  let at = HEADER;
  for (const piece of pieces) {
    for (const sample of skipped ? piece.subarray(Math.min(skipped, piece.length)) : piece) {
      view.setInt16(at, Math.round(32767 * Math.max(-1, Math.min(1, sample))), true);
      at += 2;
    }
    skipped = Math.max(0, skipped - piece.length);
  }
  return view.buffer;
}
