// The page: one line to the session, what is known of the piece, and the panels that show it.

import { Calls } from "./calls.js";
import { Horizon } from "./horizon.js";
import { Link } from "./link.js";
import { listenToKeys } from "./keys.js";
import { Meters } from "./meters.js";
import { Piece } from "./piece.js";
import { complain } from "./say.js";
import { Shape } from "./shape.js";
import { Sound } from "./sound.js";
import { Spectrogram } from "./spectrogram.js";
import { Stage } from "./stage.js";
import { States } from "./states.js";
import { Status } from "./status.js";

const link = new Link();
const piece = new Piece();
const shape = new Shape(piece, link);
const stage = new Stage(piece);
const states = new States(piece, link, shape);
const calls = new Calls(piece, link);
const horizon = new Horizon(piece);
const sound = new Sound();
const status = new Status(piece, link, sound);
const shown = [stage, states, shape, calls, horizon, status];
const heard = [new Meters(sound), new Spectrogram(sound, piece)];

link.addEventListener("state", ({ detail }) => piece.hear(detail));
link.addEventListener("fault", ({ detail }) => complain(detail));
listenToKeys({ states, shape, calls, sound });
link.open();

function frame(nowMs) {
  link.watch();
  if (piece.now) for (const panel of shown) panel.draw(nowMs);
  for (const panel of heard) panel.draw(nowMs);
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
