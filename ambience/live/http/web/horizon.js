// Tension as a landscape that moves past: what was realized is the ground, what was asked for the line above it.

import { fit, find, still } from "./element.js";
import { tint } from "./hue.js";

const PAST_S = 150;
const SHORTEST_PAST_S = 24; // a page just opened has little to show
const FUTURE_SHARE = 0.15; // of the past that is shown
const LABELS_FROM = 0.26; // of the width: the left edge fades out
const RIGHT_EDGE = 0.96; // of the width: there the page's margin begins
const STOPS = 32;
const FADE = [[0, 0.75], [0.7, 0.3], [1, 0]]; // by eye
const EVERY_S = 0.25;
const ANOTHER_S = 10; // earlier than what was seen last: it is another session
const STILL_MS = 500; // between two pictures for those who want little movement

export class Horizon {
  #canvas = find("horizon");
  #past = []; // {atS, asked, realized}
  #arrivals = []; // {atS, state}
  #mood = 0.3;
  #drawnMs = 0;

  constructor(piece) {
    this.piece = piece;
    piece.addEventListener("arrival", ({ detail }) => this.#arrivals.push({ atS: piece.now.at_s, state: detail }));
  }

  draw(nowMs) {
    const { now } = this.piece;
    const nowS = now.at_s + this.piece.since;
    this.#remember(now, nowS);
    if (still() && nowMs - this.#drawnMs < STILL_MS) return;
    this.#drawnMs = nowMs;
    const { width, height } = fit(this.#canvas);
    if (!width) return;
    const pen = this.#canvas.getContext("2d");
    const pastS = Math.max(SHORTEST_PAST_S, Math.min(PAST_S, nowS - this.#past[0].atS));
    const view = new View(width, height, nowS, pastS);
    pen.clearRect(0, 0, width, height);
    this.#mood += (this.piece.tensionOf(now.state) - this.#mood) * 0.03;
    this.#ground(pen, view);
    this.#line(pen, view);
    this.#marks(pen, view);
    this.#coming(pen, view);
    this.#present(pen, view);
  }

  #remember(now, nowS) {
    if (nowS < this.#past.at(-1)?.atS - ANOTHER_S) this.#past = this.#arrivals = [];
    const last = this.#past.at(-1);
    if (last && nowS - last.atS < EVERY_S) return;
    const eased = last ? last.realized + (now.realized_tension - last.realized) * 0.25 : now.realized_tension;
    this.#past.push({ atS: nowS, asked: now.tension, realized: eased });
    while (this.#past[0].atS < nowS - PAST_S - 5) this.#past.shift();
    this.#arrivals = this.#arrivals.filter(({ atS }) => atS > nowS - PAST_S);
  }

  #trace(pen, view, name) {
    const last = this.#past.at(-1);
    for (const moment of this.#past) pen.lineTo(view.x(moment.atS), view.y(moment[name]));
    pen.lineTo(view.nowX, view.y(last[name]));
  }

  // The ground keeps the color that each moment had, and fades into the dark below.
  #ground(pen, view) {
    pen.beginPath();
    pen.moveTo(view.x(this.#past[0].atS), view.height);
    this.#trace(pen, view, "realized");
    pen.lineTo(view.nowX, view.height);
    pen.fillStyle = this.#colors(pen, view, { light: -0.2, strong: 1.25 });
    pen.fill();
    const fade = pen.createLinearGradient(0, view.y(1), 0, view.height);
    for (const [at, alpha] of FADE) fade.addColorStop(at, `rgb(0 0 0 / ${alpha})`);
    pen.globalCompositeOperation = "destination-in";
    pen.fillStyle = fade;
    pen.fillRect(0, 0, view.width, view.height);
    pen.globalCompositeOperation = "source-over";
    pen.beginPath();
    this.#trace(pen, view, "realized");
    pen.lineWidth = 2;
    pen.strokeStyle = this.#colors(pen, view, {});
    pen.stroke();
  }

  // A few of the colors that there were, from left to right.
  #colors(pen, view, shade) {
    const [left, last] = [view.x(this.#past[0].atS), this.#past.length - 1];
    const colors = pen.createLinearGradient(left, 0, view.nowX, 0);
    for (let stop = 0; stop <= STOPS; stop++) {
      const { atS, asked } = this.#past[Math.round((last * stop) / STOPS)];
      const place = (view.x(atS) - left) / Math.max(1, view.nowX - left);
      colors.addColorStop(Math.min(1, place), tint(asked, shade));
    }
    return colors;
  }

  #line(pen, view) {
    pen.beginPath();
    this.#trace(pen, view, "asked");
    pen.lineWidth = 1.25;
    pen.setLineDash([2, 4]);
    pen.strokeStyle = tint(this.#mood, { light: 0.15, strong: 0.2, alpha: 0.75 });
    pen.stroke();
    pen.setLineDash([]);
  }

  #marks(pen, view) {
    pen.font = "12px system-ui, sans-serif";
    let free = -Infinity;
    for (const { atS, state } of this.#arrivals) {
      const x = view.x(atS);
      pen.fillStyle = tint(this.#mood, { light: 0.1, strong: 0.2, alpha: 0.16 });
      pen.fillRect(x, view.y(1), 1, view.height - view.y(1));
      if (x < free || x < LABELS_FROM * view.width) continue;
      pen.fillStyle = tint(this.#mood, { light: 0.1, strong: 0.2, alpha: 0.75 });
      pen.fillText(state, x + 6, view.height - 10);
      free = x + 12 + pen.measureText(state).width;
    }
  }

  // What is coming stands on the right and moves towards the present.
  #coming(pen, view) {
    const { coming } = this.piece;
    const inS = coming ? this.piece.until(coming.frame) : -1;
    if (inS <= 0 || inS > view.futureS) return;
    const [x, tension] = [view.x(view.nowS + inS), this.piece.tensionOf(coming.state)];
    const glow = pen.createLinearGradient(x - 40, 0, x + 2, 0);
    glow.addColorStop(0, tint(tension, { alpha: 0 }));
    glow.addColorStop(1, tint(tension, { alpha: 0.4 }));
    pen.fillStyle = glow;
    pen.fillRect(x - 40, view.y(1), 40, view.height - view.y(1));
    pen.fillStyle = tint(tension, { light: 0.05 });
    pen.fillRect(x, view.y(1), 2, view.height - view.y(1));
    const right = x + 8 + pen.measureText(coming.state).width > RIGHT_EDGE * view.width;
    pen.textAlign = right ? "right" : "left";
    pen.fillText(coming.state, x + (right ? -8 : 8), view.height - 10);
    pen.textAlign = "left";
  }

  #present(pen, view) {
    const y = view.y(this.#past.at(-1).realized);
    const beat = still() ? 0.5 : 1 - (this.piece.place.beat % 1);
    const radius = 22 + 20 * beat;
    const glow = pen.createRadialGradient(view.nowX, y, 0, view.nowX, y, radius);
    glow.addColorStop(0, tint(this.#mood, { light: 0.05, alpha: 0.55 }));
    glow.addColorStop(1, tint(this.#mood, { alpha: 0 }));
    pen.fillStyle = glow;
    pen.fillRect(view.nowX - radius, y - radius, 2 * radius, 2 * radius);
    pen.beginPath();
    pen.arc(view.nowX, y, 4.5, 0, 2 * Math.PI);
    pen.fillStyle = tint(this.#mood, { light: 0.18, strong: 0.3 });
    pen.fill();
  }
}

// Where seconds and tensions lie in the picture.
class View {
  constructor(width, height, nowS, pastS) {
    const wholeS = pastS * (1 + FUTURE_SHARE);
    Object.assign(this, { width, height, nowS, wholeS, futureS: wholeS - pastS, nowX: (width * pastS) / wholeS });
  }

  x(atS) {
    return this.nowX + ((atS - this.nowS) * this.width) / this.wholeS;
  }

  y(tension) {
    return this.height * (0.86 - 0.8 * tension);
  }
}
