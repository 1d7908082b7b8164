// The music in this browser: bare frames through a worklet, or MP3 where there is none; and ears for the meters.

import { complain, say } from "./say.js";
import { fill, find, write } from "./element.js";

const AGAIN_MS = 1_500;
const RISE_S = 0.05;

export class Sound {
  on = false;
  context = null;
  ears = null; // {spectrum, left, right, loudLeft, loudRight}: analysers, while it is on
  reserve = null; // {reserveS, gaps} of the worklet
  #socket = null;
  #player = null; // the element that plays MP3
  #source = null;
  #gain = null;
  #busy = false;

  constructor() {
    find("listen").addEventListener("click", () => this.toggle());
    find("volume").addEventListener("input", () => this.#turn());
  }

  // What the footer says.
  get line() {
    if (!this.on) return "";
    if (this.#player) return "MP3 stream";
    return this.reserve ? `${Math.round(1000 * this.reserve.reserveS)} ms reserve, ${this.reserve.gaps} gaps` : "buffering";
  }

  async toggle() {
    if (this.#busy) return;
    this.#busy = true;
    this.on = !this.on;
    this.#show();
    try {
      await (this.on ? this.#start() : this.#stop());
      say(this.on ? "Listening." : "Silent.");
    } catch (error) {
      await this.#stop();
      this.on = false;
      this.#show();
      complain(new Error(`The browser cannot play the music: ${error.message}`));
    } finally {
      this.#busy = false;
    }
  }

  #show() {
    find("listen").setAttribute("aria-pressed", String(this.on));
    write(find("listen"), this.on ? "Listening" : "Listen");
    find("volume").parentElement.hidden = !this.on;
    document.body.classList.toggle("listening-now", this.on);
  }

  #start() {
    return globalThis.AudioWorkletNode && globalThis.isSecureContext ? this.#stream() : this.#playMp3();
  }

  async #stop() {
    this.ears = this.reserve = null;
    if (this.#socket) this.#socket.onclose = this.#socket.onmessage = null;
    this.#socket?.close();
    this.#player?.pause();
    this.#player?.removeAttribute("src");
    this.#player?.load();
    this.#socket = this.#player = this.#source = null;
    const closing = this.context;
    this.context = null;
    await closing?.close();
  }

  // Open the line; its first message says what the frames are.
  #stream() {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(new URL("audio", location.href.replace(/^http/, "ws")));
      socket.binaryType = "arraybuffer";
      this.#socket = socket;
      let node = null;
      let toFloats = null;
      socket.onmessage = async ({ data }) => {
        if (typeof data !== "string") {
          if (node) node.port.postMessage(toFloats(data));
          return;
        }
        const hello = JSON.parse(data);
        toFloats = hello.format.includes("16") ? fromInt16 : (block) => new Float32Array(block);
        try {
          node = await this.#worklet(hello);
          resolve();
        } catch (error) {
          reject(error);
        }
      };
      socket.onclose = () => this.#again(socket, reject);
    });
  }

  #again(socket, reject) {
    if (this.#socket !== socket) return;
    reject(new Error("The sound does not come."));
    if (!this.ears) return;
    setTimeout(() => {
      if (this.on && this.#socket === socket) this.#stream().catch(() => {});
    }, AGAIN_MS);
  }

  async #worklet({ rate, channels }) {
    if (!this.context) {
      this.context = new AudioContext({ sampleRate: rate, latencyHint: "playback" });
      await this.context.resume();
      await this.context.audioWorklet.addModule("worklet.js");
    }
    const node = new AudioWorkletNode(this.context, "reserve", {
      numberOfInputs: 0,
      outputChannelCount: [2],
      processorOptions: { rate, channels },
    });
    node.port.onmessage = ({ data }) => (this.reserve = data);
    this.#wire(node);
    return node;
  }

  async #playMp3() {
    this.context = new AudioContext();
    await this.context.resume();
    this.#player = new Audio(new URL("audio.mp3", location.href).href);
    this.#player.onerror = this.#player.onended = () => setTimeout(() => this.#player?.load(), AGAIN_MS);
    this.#player.oncanplay = () => this.#player?.play();
    this.#wire(this.context.createMediaElementSource(this.#player));
    await this.#player.play();
  }

  // Source to volume and loudspeaker; the ears hear what comes before the volume.
  #wire(source) {
    const { context } = this;
    this.#source?.port?.postMessage("end");
    this.#source?.disconnect();
    this.#source = source;
    this.#gain = new GainNode(context, { gain: 0 });
    source.connect(this.#gain).connect(context.destination);
    this.#turn();
    // K-weighting. Source: ITU-R BS.1770-5, annex 1: a shelf of 4 dB above 1.7 kHz and a high-pass at 38 Hz.
    const shelf = new BiquadFilterNode(context, { type: "highshelf", frequency: 1682, gain: 4 });
    const highPass = new BiquadFilterNode(context, { type: "highpass", frequency: 38, Q: -6 });
    source.connect(shelf).connect(highPass);
    const [plain, weighted] = [new ChannelSplitterNode(context), new ChannelSplitterNode(context)];
    source.connect(plain);
    highPass.connect(weighted);
    const ear = (from, channel, fftSize) => {
      const analyser = new AnalyserNode(context, { fftSize, smoothingTimeConstant: 0.4 });
      from.connect(analyser, channel);
      return analyser;
    };
    this.ears = {
      spectrum: ear(source, 0, 4096),
      left: ear(plain, 0, 2048),
      right: ear(plain, 1, 2048),
      loudLeft: ear(weighted, 0, 32768),
      loudRight: ear(weighted, 1, 32768),
    };
  }

  #turn() {
    const share = find("volume").value / 100;
    fill(find("volume"), 100 * share);
    if (!this.context) return;
    this.#gain.gain.setTargetAtTime(share * share, this.context.currentTime, RISE_S); // even steps to the ear
  }
}

function fromInt16(block) {
  return Float32Array.from(new Int16Array(block), (value) => value / 32768);
}
