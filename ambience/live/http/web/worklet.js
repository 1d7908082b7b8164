// Plays what the line brings: a reserve against jitter, and a speed that follows the sender's clock.

const TARGET_S = 0.2; // reserve that is kept on a good line
const WORST_S = 0.6; // on a bad one
const PENALTY_S = 0.1; // more after each gap
const MERCY = 0.005; // of the surplus, forgiven a second
const SLACK_S = 0.4; // beyond which the oldest is dropped
const RING_S = 2;
const STEEPNESS = 0.02; // speed per second of wrong reserve
const MOST_BEND = 0.003; // 5 cents: nobody hears a clock that is caught up with
const EDGE_S = 0.005; // a gap begins and ends without a click
const TELL_S = 0.5;

class Reserve extends AudioWorkletProcessor {
  constructor({ processorOptions: { rate, channels } }) {
    super();
    this.channels = channels;
    this.size = Math.ceil(RING_S * rate);
    this.ring = Array.from({ length: channels }, () => new Float32Array(this.size));
    this.rate = rate;
    this.step = rate / sampleRate; // of the stream's frames to one of the browser's
    this.written = 0;
    this.read = 0; // with a fraction
    this.playing = false;
    this.gain = 0;
    this.target = this.smoothed = TARGET_S;
    this.gaps = 0;
    this.over = false;
    this.told = 0;
    this.port.onmessage = ({ data }) => (data === "end" ? (this.over = true) : this.take(data));
  }

  take(frames) {
    const count = frames.length / this.channels;
    for (let channel = 0; channel < this.channels; channel++) {
      const line = this.ring[channel];
      for (let frame = 0, at = this.written % this.size; frame < count; frame++) {
        line[at] = frames[frame * this.channels + channel];
        if (++at === this.size) at = 0;
      }
    }
    this.written += count;
    if (this.written - this.read > (this.target + SLACK_S) * this.rate) {
      this.read = this.written - this.target * this.rate;
      this.smoothed = this.target;
      this.gain = 0;
    }
  }

  process(_, [output]) {
    const length = output[0].length;
    const reserveS = (this.written - this.read) / this.rate;
    if (!this.playing && reserveS >= this.target) {
      this.playing = true;
      this.read = Math.max(this.read, this.written - this.target * this.rate); // what came while the browser woke up
      this.smoothed = this.target;
    }
    this.smoothed += (reserveS - this.smoothed) * (length / sampleRate); // over about a second
    this.target += (TARGET_S - this.target) * MERCY * (length / sampleRate);
    const bend = Math.max(-MOST_BEND, Math.min(MOST_BEND, STEEPNESS * (this.smoothed - this.target)));
    const step = this.step * (1 + bend);
    const rise = 1 / (EDGE_S * sampleRate);
    for (let frame = 0; frame < length; frame++) {
      const left = this.written - this.read - 3; // what the curve between the frames needs
      if (this.playing && left < 1) {
        this.playing = false;
        this.gaps++;
        this.target = Math.min(WORST_S, this.target + PENALTY_S);
      }
      const wanted = this.playing && left > EDGE_S * this.rate ? 1 : 0;
      this.gain += Math.max(-rise, Math.min(rise, wanted - this.gain));
      for (let channel = 0; channel < output.length; channel++) {
        const line = this.ring[Math.min(channel, this.channels - 1)];
        output[channel][frame] = this.playing ? this.gain * this.between(line) : 0;
      }
      if (this.playing) this.read += step;
      else this.gain = 0;
    }
    this.tell(length, reserveS);
    return !this.over;
  }

  // A value between two frames: a cubic through four (C. R. Catmull and R. Rom, 1974).
  between(line) {
    const whole = Math.floor(this.read);
    const part = this.read - whole;
    const at = whole % this.size;
    const [a, b] = [line[at], line[(at + 1) % this.size]];
    const [c, d] = [line[(at + 2) % this.size], line[(at + 3) % this.size]];
    return b + 0.5 * part * (c - a + part * (2 * a - 5 * b + 4 * c - d + part * (3 * (b - c) + d - a)));
  }

  tell(length, reserveS) {
    this.told += length / sampleRate;
    if (this.told < TELL_S) return;
    this.told = 0;
    this.port.postMessage({ reserveS, gaps: this.gaps });
  }
}

registerProcessor("reserve", Reserve);
