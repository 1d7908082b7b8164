// What is heard, as a picture that moves: time to the left, pitch upwards, a column every few hundredths of a second.

import { fit, find, still } from "./element.js";
import { tint } from "./hue.js";

const COLUMN_MS = 40;
const STILL_MS = 1000;
const [LOWEST_HZ, HIGHEST_HZ] = [30, 16_000];
const [QUIETEST_DB, LOUDEST_DB] = [-105, -16];
const SHADES = 64;
const MARKS_HZ = [100, 1000, 10_000];

export class Spectrogram {
  #canvas = find("spectrogram");
  #tape = document.createElement("canvas"); // a ring of columns
  #column = 0;
  #drawnMs = 0;
  #shades = [];
  #shaded = NaN; // the tension of the shades
  #bins = new Float32Array(2048);

  constructor(sound, piece) {
    Object.assign(this, { sound, piece });
  }

  draw(nowMs) {
    const { ears, context } = this.sound;
    if (!ears || nowMs - this.#drawnMs < COLUMN_MS) return;
    this.#drawnMs = nowMs;
    const { width, height } = fit(this.#canvas);
    if (!width) return;
    if (this.#tape.width !== width || this.#tape.height !== height) [this.#tape.width, this.#tape.height] = [width, height];
    ears.spectrum.getFloatFrequencyData(this.#bins);
    this.#mix();
    this.#write(height, ears.spectrum.fftSize / context.sampleRate);
    if (!still() || nowMs % STILL_MS < COLUMN_MS) this.#show(width, height);
  }

  // The shades follow the tension, a little at a time.
  #mix() {
    const tension = Math.round(50 * (this.piece.now?.tension ?? 0.3)) / 50;
    if (tension === this.#shaded) return;
    this.#shaded = tension;
    this.#shades = Array.from({ length: SHADES }, (_, shade) => {
      const bright = shade / (SHADES - 1);
      return tint(tension, { light: 0.93 * bright ** 1.3 - 0.7, strong: 1.3 * Math.sin(Math.PI * bright ** 0.8) });
    });
  }

  #write(height, binsPerHz) {
    const pen = this.#tape.getContext("2d");
    const octaves = Math.log2(HIGHEST_HZ / LOWEST_HZ);
    this.#column = (this.#column + 1) % this.#tape.width;
    for (let y = 0; y < height; y += 2) {
      const low = LOWEST_HZ * 2 ** (octaves * (1 - (y + 2) / height)) * binsPerHz;
      const high = LOWEST_HZ * 2 ** (octaves * (1 - y / height)) * binsPerHz;
      const bright = (this.#loudest(low, high) - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB);
      pen.fillStyle = this.#shades[Math.round(Math.min(1, Math.max(0, bright)) * (SHADES - 1))];
      pen.fillRect(this.#column, y, 1, 2);
    }
  }

  // The loudest of a range of bins; between two bins where the range is narrower than one.
  #loudest(low, high) {
    if (high - low < 1) {
      const [whole, part] = [Math.floor(low), low % 1];
      return this.#bins[whole] + (this.#bins[whole + 1] - this.#bins[whole]) * part;
    }
    let found = -Infinity;
    for (let bin = Math.floor(low); bin <= high; bin++) found = Math.max(found, this.#bins[bin]);
    return found;
  }

  #show(width, height) {
    const pen = this.#canvas.getContext("2d");
    const [split, rest] = [this.#column + 1, width - this.#column - 1];
    pen.clearRect(0, 0, width, height);
    if (rest > 0) pen.drawImage(this.#tape, split, 0, rest, height, 0, 0, rest, height);
    pen.drawImage(this.#tape, 0, 0, split, height, rest, 0, split, height);
    pen.font = "11px system-ui, sans-serif";
    for (const hz of MARKS_HZ) {
      const y = height * (1 - Math.log2(hz / LOWEST_HZ) / Math.log2(HIGHEST_HZ / LOWEST_HZ));
      pen.fillStyle = "rgb(255 255 255 / 0.14)";
      pen.fillRect(0, y, width, 1);
      if (y < 16) continue;
      const words = hz < 1000 ? `${hz} Hz` : `${hz / 1000} kHz`;
      pen.lineWidth = 3;
      pen.strokeStyle = "rgb(0 0 0 / 0.6)"; // readable over whatever is heard
      pen.strokeText(words, 8, y - 4);
      pen.fillStyle = "rgb(255 255 255 / 0.9)";
      pen.fillText(words, 8, y - 4);
    }
  }
}
