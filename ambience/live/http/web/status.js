// The footer: whether the line is open, and whether the evening goes well.

import { find, write } from "./element.js";

const WORDS = { opening: "connecting", open: "connected", lost: "connection lost, trying again" };

export class Status {
  constructor(piece, link, sound) {
    Object.assign(this, { piece, sound });
    link.addEventListener("link", ({ detail }) => {
      document.body.dataset.link = detail;
      write(find("link-words"), WORDS[detail]);
    });
  }

  draw() {
    const { under_runs: missed, clients, playing } = this.piece.now;
    write(find("under-runs"), playing ? counted(missed, "under-run") : "the session is over");
    write(find("clients"), counted(clients, "client"));
    write(find("stream"), this.sound.line);
    find("under-runs").classList.toggle("bad", missed > 0 || !playing);
  }
}

function counted(number, thing) {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
