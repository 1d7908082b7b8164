// The line to the session: what plays comes in, wishes go out, each is answered; it opens itself again.

const LONGEST_WAIT_MS = 10_000;
const ANSWER_MS = 12_000;
const SILENT_MS = 5_000; // a living session says something many times a second

export class Link extends EventTarget {
  #socket = null;
  #asked = new Map(); // id → {resolve, reject, timer}
  #number = 0;
  #tries = 0;
  #heardMs = 0;
  status = "opening"; // opening, open, lost

  open() {
    const socket = new WebSocket(new URL("ws", location.href.replace(/^http/, "ws")));
    this.#socket = socket;
    this.#heardMs = performance.now();
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = () => this.#lost(socket);
    socket.onopen = () => this.#turn("open");
  }

  // Close a line that has gone silent without saying so; to be called now and then.
  watch() {
    if (this.status === "open" && performance.now() - this.#heardMs > SILENT_MS) {
      const socket = this.#socket;
      socket.onclose = socket.onmessage = null;
      socket.close();
      this.#lost(socket);
    }
  }

  // Ask for something; resolves with what will happen and when, rejects with the session's own words.
  ask(wish) {
    if (this.status !== "open") return Promise.reject(new Error("There is no connection to the music."));
    const id = ++this.#number;
    this.#socket.send(JSON.stringify({ id, ...wish }));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id, { error: "The music did not answer." }), ANSWER_MS);
      this.#asked.set(id, { resolve, reject, timer });
    });
  }

  #hear(message) {
    this.#heardMs = performance.now();
    if ("accepted" in message || "error" in message) this.#settle(message.id, message);
    else if ("state" in message) {
      this.#tries = 0;
      this.dispatchEvent(new CustomEvent("state", { detail: message }));
    }
  }

  #settle(id, message) {
    const waiting = this.#asked.get(id);
    if (!waiting) {
      if (message.error) this.dispatchEvent(new CustomEvent("fault", { detail: message.error }));
      return;
    }
    this.#asked.delete(id);
    clearTimeout(waiting.timer);
    if (message.error) waiting.reject(new Error(message.error));
    else waiting.resolve(message.accepted);
  }

  #lost(socket) {
    if (socket !== this.#socket) return;
    for (const id of [...this.#asked.keys()]) this.#settle(id, { error: "The connection was lost before the answer." });
    this.#turn("lost");
    const waitMs = Math.min(LONGEST_WAIT_MS, 400 * 2 ** this.#tries++) * (0.75 + 0.5 * Math.random());
    setTimeout(() => this.open(), waitMs);
  }

  #turn(status) {
    this.status = status;
    this.dispatchEvent(new CustomEvent("link", { detail: status }));
  }
}
