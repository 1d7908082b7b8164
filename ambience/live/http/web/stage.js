// The present moment, large: the state, the beat, and what is coming.

import { clock, find, make, seconds, still, write } from "./element.js";
import { hueOf, tint } from "./hue.js";

export class Stage {
  #beats = find("beats");
  #dots = [];

  constructor(piece) {
    this.piece = piece;
    piece.addEventListener("known", () => this.#introduce());
    piece.addEventListener("arrival", ({ detail }) => this.#arrive(detail));
  }

  #introduce() {
    const { title, seed } = this.piece.now;
    write(find("title"), title);
    write(find("seed"), `seed ${seed}`);
  }

  #arrive(state) {
    const name = find("state");
    name.textContent = state;
    document.title = `${state} – ${this.piece.now.title}`;
    const tension = this.piece.tensionOf(state);
    document.documentElement.style.setProperty("--hue", hueOf(tension));
    document.documentElement.style.setProperty("--accent", tint(tension));
    if (!still()) name.animate([{ opacity: 0, transform: "translateY(0.12em)" }, { opacity: 1, transform: "none" }], 900);
  }

  draw() {
    const { now } = this.piece;
    const { bar, beat, length } = this.piece.place;
    const playsS = (performance.now() - this.piece.enteredMs) / 1000;
    write(find("role"), now.held ? "Playing · the form is held" : `Playing for ${clock(playsS)}`);
    write(find("bar"), String(bar));
    write(find("beat"), `:${Math.floor(beat) + 1}`);
    write(find("key"), now.key);
    write(find("chord"), now.chord || "none");
    write(find("tempo"), `${Math.round(now.tempo_bpm)} bpm`);
    write(find("theme"), now.cue ? `${now.cue} is called` : now.theme || "rests");
    this.#pulse(beat, length);
    this.#announce();
  }

  #pulse(beat, length) {
    const count = Math.max(1, Math.ceil(length));
    if (this.#dots.length !== count) {
      this.#dots = Array.from({ length: count }, () => make("i"));
      this.#beats.replaceChildren(...this.#dots);
    }
    const [at, past] = [Math.floor(beat), beat % 1];
    this.#dots.forEach((dot, index) => {
      const glow = index === at ? (still() ? 1 : 1 - 0.75 * past) : 0;
      dot.style.opacity = (index === at ? 0.35 + 0.65 * glow : 0.22).toFixed(2);
      dot.style.transform = `scale(${(1 + 0.6 * (still() ? 0 : glow)).toFixed(2)})`;
    });
  }

  #announce() {
    const { piece } = this;
    const [line, coming] = [find("coming"), piece.coming];
    line.classList.toggle("mine", Boolean(piece.wish || coming?.mine));
    if (!coming) {
      write(line, piece.wish ? `${piece.wish.state} is asked for …` : "");
      return;
    }
    line.style.setProperty("--tint", tint(piece.tensionOf(coming.state)));
    const inS = piece.until(coming.frame);
    const when = inS > 0.05 ? `in ${seconds(inS)}` : "now";
    const bridge = piece.now.arriving === coming.state ? "crossing to " : "";
    write(line, `${bridge}${coming.state} at bar ${coming.bar}, ${when}`);
  }
}
