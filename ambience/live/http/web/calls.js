// What is called once: a stinger, a motif of the cast, a hold of the form; and the deadline with its clock.

import { complain, say } from "./say.js";
import { clock, find, make, seconds, write } from "./element.js";

const LIT_MS = 1600;

export class Calls {
  constructor(piece, link) {
    Object.assign(this, { piece, link });
    find("stinger").addEventListener("click", () => this.sting());
    find("hold").addEventListener("click", () => this.hold());
    find("call-off").addEventListener("click", () => this.#ask({ countdown_s: null }, find("call-off"), "Called off"));
    find("deadline").addEventListener("submit", (event) => {
      event.preventDefault();
      const wished = find("seconds").valueAsNumber || 0; // what is no number is refused, and not taken for null
      this.#ask({ countdown_s: wished }, find("set-deadline"), "The countdown is set");
    });
    piece.addEventListener("known", () => this.#gather());
  }

  #gather() {
    const members = this.piece.now.cast.map((name) => {
      const button = make("button", { type: "button" }, name);
      button.addEventListener("click", () => this.#ask({ cue: name }, button, `${name} is called`));
      return button;
    });
    find("cast").replaceChildren(...members);
    find("cast-box").hidden = members.length === 0;
  }

  sting() {
    return this.#ask({ stinger: true }, find("stinger"), "Stinger");
  }

  hold() {
    const held = !this.piece.now?.held;
    return this.#ask({ hold: held }, find("hold"), held ? "The form is held" : "The form goes on");
  }

  async #ask(wish, button, words) {
    try {
      const answer = await this.link.ask(wish);
      const inS = this.piece.until(answer.frame);
      say(`${words}${inS > 0.5 ? `, in ${seconds(inS)}` : ""}.`);
      button.classList.add("lit");
      setTimeout(() => button.classList.remove("lit"), LIT_MS);
    } catch (error) {
      complain(error);
    }
  }

  draw() {
    const { held, deadline_s: givenS } = this.piece.now;
    const runs = givenS !== null;
    const leftS = runs ? Math.max(0, givenS - this.piece.since) : 0;
    find("hold").setAttribute("aria-pressed", String(held));
    write(find("digits"), runs ? digits(leftS) : clock(find("seconds").valueAsNumber || 0));
    find("digits").classList.toggle("runs", runs);
    write(find("set-deadline"), runs ? "Move" : "Set");
    find("call-off").disabled = !runs;
  }
}

function digits(leftS) {
  const [minutes, rest] = [Math.floor(leftS / 60), leftS % 60];
  return `${minutes}:${String(Math.floor(rest)).padStart(2, "0")}.${Math.floor((rest % 1) * 10)}`;
}
