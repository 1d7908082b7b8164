// Two level meters: loudness of the last 0.4 s as a bar, the highest peak as a mark that stays a while.

import { fit, find, write } from "./element.js";

const FLOOR_DB = -60;
const HOLD_MS = 1500;
const FALL_DB = 0.35; // a frame, after the hold
const WINDOW_S = 0.4; // momentary loudness. Source: EBU Tech 3341, section 2.2
const READ_EVERY_MS = 100;
const IDLE_MS = 500;
const HOT_DB = -1;

export class Meters {
  #canvas = find("meters");
  #peaks = [new Hold(), new Hold()];
  #levels = [FLOOR_DB, FLOOR_DB];
  #readMs = 0;
  #paintedMs = -IDLE_MS;
  #colors = {};
  #short = new Float32Array(2048);
  #long = new Float32Array(32768);

  constructor(sound) {
    this.sound = sound;
  }

  draw(nowMs) {
    const { ears } = this.sound;
    if (ears) {
      [ears.left, ears.right].forEach((ear, channel) => {
        ear.getFloatTimeDomainData(this.#short);
        this.#peaks[channel].hear(toDb(highest(this.#short)), nowMs);
      });
      if (nowMs - this.#readMs > READ_EVERY_MS) this.#weigh(ears, nowMs);
    } else if (this.#readMs) this.#forget();
    if (ears || nowMs - this.#paintedMs > IDLE_MS) this.#paint(nowMs);
  }

  #weigh(ears, nowMs) {
    this.#readMs = nowMs;
    const frames = Math.round(WINDOW_S * this.sound.context.sampleRate);
    const powers = [ears.loudLeft, ears.loudRight].map((ear) => {
      ear.getFloatTimeDomainData(this.#long);
      return power(this.#long, Math.min(frames, this.#long.length));
    });
    powers.forEach((value, channel) => (this.#levels[channel] = 10 * Math.log10(value + 1e-9)));
    const loudness = -0.691 + 10 * Math.log10(powers[0] + powers[1] + 1e-9); // ITU-R BS.1770-5, annex 1
    this.#tell(loudness, Math.max(...this.#peaks.map((peak) => peak.heldDb)));
  }

  #tell(loudness, peak) {
    const meter = find("loudness");
    write(meter, loudness > -70 ? loudness.toFixed(1) : "–");
    meter.setAttribute("aria-valuenow", Math.max(-70, loudness).toFixed(1));
    write(find("peak"), peak > FLOOR_DB ? peak.toFixed(1) : "–");
  }

  #forget() {
    this.#readMs = 0;
    this.#levels = [FLOOR_DB, FLOOR_DB];
    this.#peaks = [new Hold(), new Hold()];
    this.#tell(-70, FLOOR_DB);
  }

  #mix() {
    const style = getComputedStyle(this.#canvas);
    const names = ["line", "accent", "bad", "text"];
    this.#colors = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
  }

  #paint(nowMs) {
    if (nowMs - this.#paintedMs > READ_EVERY_MS) this.#mix();
    this.#paintedMs = nowMs;
    const { width, height } = fit(this.#canvas);
    const pen = this.#canvas.getContext("2d");
    const thick = Math.floor((height - 4) / 2);
    pen.clearRect(0, 0, width, height);
    this.#levels.forEach((level, channel) => {
      const top = channel * (thick + 4);
      const { heldDb } = this.#peaks[channel];
      pen.fillStyle = this.#colors.line;
      pen.fillRect(0, top, width, thick);
      pen.fillStyle = this.#colors.accent;
      pen.fillRect(0, top, width * share(level), thick);
      if (heldDb <= FLOOR_DB) return;
      pen.fillStyle = heldDb > HOT_DB ? this.#colors.bad : this.#colors.text;
      pen.fillRect(Math.min(width - 2, width * share(heldDb)), top, 2, thick);
    });
  }
}

// The highest value of late.
class Hold {
  heldDb = FLOOR_DB;
  #atMs = 0;

  hear(db, nowMs) {
    if (db >= this.heldDb) [this.heldDb, this.#atMs] = [db, nowMs];
    else if (nowMs - this.#atMs > HOLD_MS) this.heldDb = Math.max(db, this.heldDb - FALL_DB);
  }
}

// The highest value of a curve: its points, and those half way between (a cubic through four).
function highest(curve) {
  let peak = 0;
  for (let at = 1; at < curve.length - 2; at++) {
    const middle = (9 * (curve[at] + curve[at + 1]) - curve[at - 1] - curve[at + 2]) / 16;
    peak = Math.max(peak, Math.abs(curve[at]), Math.abs(middle));
  }
  return peak;
}

function power(curve, frames) {
  let sum = 0;
  for (let at = curve.length - frames; at < curve.length; at++) sum += curve[at] * curve[at];
  return sum / frames;
}

const toDb = (value) => 20 * Math.log10(value + 1e-6);
const share = (db) => Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
