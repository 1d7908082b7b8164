// Tension and oxygen as they are and as they are wished, and how a change is to be made.

import { complain, say } from "./say.js";
import { fill, find, write } from "./element.js";

const SEND_EVERY_MS = 100;
const STEP = 5;

export class Shape {
  #sliders = {};

  constructor(piece, link) {
    Object.assign(this, { piece, link });
    for (const name of ["tension", "level"]) this.#sliders[name] = new Slider(name, (wish) => this.#send(wish));
    const fade = find("fade");
    const tell = () => {
      fill(fade, (100 * fade.value) / fade.max);
      write(find("fade-value"), `${Number(fade.value)} s`);
    };
    fade.addEventListener("input", tell);
    tell();
  }

  // When and how slowly a change is to be made.
  get manner() {
    const chosen = document.querySelector("input[name=when]:checked");
    return { when: chosen.value, fade_s: Number(find("fade").value) };
  }

  nudge(name, direction) {
    this.#sliders[name].nudge(direction * STEP);
  }

  async #send(wish) {
    try {
      await this.link.ask({ ...wish, fade_s: this.manner.fade_s });
    } catch (error) {
      complain(error);
    }
  }

  draw() {
    const { tension, level, realized_tension: realized } = this.piece.now;
    this.#sliders.tension.draw(tension, ` · ${Math.round(100 * realized)} in the notes`);
    this.#sliders.level.draw(level, "");
  }
}

// One slider: its thumb is what is wished, its track fills with what is.
class Slider {
  #wished = null; // 0..100, until the piece has arrived there
  #sentMs = 0;
  #timer = 0;

  constructor(name, send) {
    this.input = find(name);
    this.values = find(`${name}-values`);
    Object.assign(this, { name, send });
    this.input.addEventListener("input", () => this.#wish());
  }

  nudge(step) {
    this.input.value = Number(this.input.value) + step;
    this.#wish();
    say(`${this.input.labels[0].textContent} ${this.input.value} percent.`);
  }

  #wish() {
    this.#wished = Number(this.input.value);
    clearTimeout(this.#timer);
    const waitMs = Math.max(0, SEND_EVERY_MS - (performance.now() - this.#sentMs));
    this.#timer = setTimeout(() => {
      this.#sentMs = performance.now();
      this.send({ [this.name]: this.#wished / 100 });
    }, waitMs);
  }

  draw(value, more) {
    const percent = 100 * value;
    const there = this.#wished === null || Math.abs(percent - this.#wished) < 1;
    if (there && performance.now() - this.#sentMs > 1000) this.#wished = null;
    if (this.#wished === null && !this.input.matches(":active")) this.input.value = Math.round(percent);
    fill(this.input, percent);
    const wished = this.#wished !== null && !there ? ` → ${this.#wished}` : "";
    write(this.values, `${Math.round(percent)}${wished}${more}`);
  }
}
