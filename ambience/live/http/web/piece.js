// What is known of the piece, and how it stands between two messages.

const UNKNOWN = 0.4; // a tension
const SETTLED_MS = 1000; // after which the documents show what an answer promised
const LATE_S = 2;
const RUNS_ON_S = 1.5; // for which the clock goes on by itself when nothing comes
const WINDOW_MS = 250; // music that was held up is followed after two of them

export class Piece extends EventTarget {
  now = null; // the last document
  wish = null; // {state, answer, answeredMs}: the state that was asked for here and has not come yet
  enteredMs = performance.now();
  #heardMs = 0;
  #soonestMs = []; // when frame 0 was heard, as seen in the last window and in this one
  #windowEndsMs = 0;
  #seen = new Map();

  hear(now) {
    const before = this.now;
    this.now = now;
    this.#heardMs = performance.now();
    if (!this.#seen.has(now.state)) this.#seen.set(now.state, now.tension);
    const another = !before || now.heard_frame < before.heard_frame; // session
    this.#setClock(another);
    if (another) this.dispatchEvent(new Event("known"));
    if (another || this.#forgotten()) this.wish = null;
    if (another || before.state !== now.state) {
      this.enteredMs = performance.now();
      if (this.wish?.state === now.state) this.wish = null;
      this.dispatchEvent(new CustomEvent("arrival", { detail: now.state }));
    }
  }

  // A document may come late, but never too soon: the one that came soonest tells what is heard.
  #setClock(anew) {
    const beganMs = this.#heardMs - (1000 * this.now.heard_frame) / this.now.sample_rate_hz;
    if (anew) this.#soonestMs = [Infinity, Infinity];
    if (this.#heardMs >= this.#windowEndsMs) {
      this.#soonestMs = [this.#soonestMs[1], Infinity];
      this.#windowEndsMs = this.#heardMs + WINDOW_MS;
    }
    this.#soonestMs[1] = Math.min(this.#soonestMs[1], beganMs);
  }

  // Whether the wish will not come true: somebody asked for another state since.
  #forgotten() {
    const { answer, state, answeredMs } = this.wish ?? {};
    if (!answer || performance.now() - answeredMs < SETTLED_MS) return false;
    const { next, arriving } = this.now;
    if (next?.state === state || arriving === state) return false;
    return next?.frame >= answer.frame || this.until(answer.frame) < -LATE_S;
  }

  // Seconds since the last message.
  get since() {
    return Math.min(RUNS_ON_S, (performance.now() - this.#heardMs) / 1000);
  }

  // Seconds until a frame is heard.
  until(frame) {
    const nowMs = this.#heardMs + 1000 * this.since;
    return frame / this.now.sample_rate_hz - (nowMs - Math.min(...this.#soonestMs)) / 1000;
  }

  // Bar and beat of this very moment.
  get place() {
    const { bar, beat, bar_beats: length, tempo_bpm: tempo } = this.now;
    const exact = beat + (this.since * tempo) / 60;
    const over = exact >= length ? 1 : 0;
    return { bar: bar + over, beat: Math.min(exact - over * length, length), length };
  }

  // The state that comes next, if one is in sight: {state, frame, bar, mine}.
  get coming() {
    const { wish, now } = this;
    const { next } = now;
    const early = wish?.answer && now.frame <= wish.answer.from_frame; // the document is older than the answer
    if (next && !early && (!wish || wish.state === next.state)) return { ...next, mine: wish?.state === next.state };
    if (!wish?.answer) return null;
    const { begins_frame: frame, begins_bar: bar } = wish.answer;
    return { state: wish.state, frame, bar, mine: true };
  }

  // The tension of a state: what the preset asks for or, where that is not told, what was seen while it played.
  tensionOf(state) {
    return this.now?.tensions?.[state] ?? this.#seen.get(state) ?? UNKNOWN;
  }
}
