// A card for every state: when it could begin, and, once asked for, when it will.

import { complain, say } from "./say.js";
import { find, make, seconds, write } from "./element.js";
import { tint } from "./hue.js";

export class States {
  #cards = new Map(); // state → {card, exit, span_s}

  constructor(piece, link, shape) {
    Object.assign(this, { piece, link, shape });
    piece.addEventListener("known", () => this.#lay());
    piece.addEventListener("arrival", ({ detail }) => say(`${detail} is playing.`));
  }

  #lay() {
    this.#cards.clear();
    const cards = this.piece.now.states.map((name, index) => {
      const exit = make("span", { className: "exit" });
      const key = make("kbd", { "aria-hidden": "true" }, String(index + 1));
      const head = make("span", { className: "name" }, name);
      const fill = make("i", { className: "fill", "aria-hidden": "true" });
      const card = make("button", { type: "button" }, head, exit, key, fill);
      if (index < 9) card.setAttribute("aria-keyshortcuts", String(index + 1));
      card.dataset.state = name;
      card.addEventListener("click", () => this.ask(name));
      this.#cards.set(name, { card, exit, fill, spanS: 0 });
      return make("li", {}, card);
    });
    find("states").replaceChildren(...cards);
  }

  // Ask for a state by its place in the row, from 1.
  askNumber(number) {
    const state = this.piece.now?.states[number - 1];
    if (state) this.ask(state);
  }

  async ask(state) {
    const wish = { state, answer: null, answeredMs: 0 };
    this.piece.wish = state === this.piece.now.state ? null : wish;
    try {
      wish.answer = await this.link.ask({ state, ...this.shape.manner });
      wish.answeredMs = performance.now();
      const { begins_frame: frame, begins_bar: bar } = wish.answer;
      say(`${state} at bar ${bar}, in ${seconds(this.piece.until(frame)).replace(" s", " seconds")}.`);
    } catch (error) {
      if (this.piece.wish === wish) this.piece.wish = null;
      complain(error);
    }
  }

  draw() {
    const { wish } = this.piece;
    for (const [state, parts] of this.#cards) {
      const mode = this.#mode(state);
      parts.card.classList.toggle("mine", wish?.state === state);
      if (parts.card.dataset.mode !== mode) {
        Object.assign(parts, { spanS: 0 });
        parts.card.dataset.mode = mode;
        parts.card.style.setProperty("--tint", tint(this.piece.tensionOf(state)));
        parts.card.setAttribute("aria-current", String(mode === "playing"));
      }
      this.#count(state, mode, parts);
    }
  }

  #mode(state) {
    const { now, coming, wish } = this.piece;
    if (state === now.state) return "playing";
    if (state === coming?.state) return "coming";
    return state === wish?.state ? "asked" : "";
  }

  #count(state, mode, parts) {
    const exit = mode === "coming" ? this.piece.coming : this.piece.now.next_exits.find((way) => way.state === state);
    if (mode === "playing" || mode === "asked" || !exit) {
      write(parts.exit, mode === "playing" ? "playing" : mode === "asked" ? "asked for …" : "");
      parts.fill.style.transform = `scaleX(${mode === "playing" ? 1 : 0})`;
      return;
    }
    const inS = Math.max(0, this.piece.until(exit.frame));
    if (inS > parts.spanS) parts.spanS = inS;
    if (mode === "" && inS < 0.05) parts.spanS = 0; // the way out has passed; the next is further
    write(parts.exit, `bar ${exit.bar} · ${seconds(inS)}`);
    parts.fill.style.transform = `scaleX(${(parts.spanS ? 1 - inS / parts.spanS : 0).toFixed(4)})`;
  }
}
