// The few things that every panel does with the document.

export const find = (id) => document.getElementById(id);

// Make an element with properties, attributes (`aria-…`, `data-…`) and children.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

// Write a text only if it is another one: the browser lays nothing out again in vain.
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Seconds as one reads them: "2.1 s", "34 s", "1:23".
export function seconds(value) {
  if (value < 9.95) return `${Math.max(0, value).toFixed(1)} s`;
  return value < 59.5 ? `${Math.round(value)} s` : clock(value);
}

// Let the track of a slider be filled up to a percentage.
export function fill(slider, percent) {
  slider.style.setProperty("--live", `${percent.toFixed(1)}%`);
}

export function clock(value) {
  const whole = Math.max(0, Math.round(value));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");

// Whether the person at the screen asked for less movement.
export const still = () => calm.matches;

// To ask an element for its size makes the browser lay out the page at once; so it is told when that changes.
const sizes = new WeakMap();
const watcher = new ResizeObserver((changes) => {
  for (const { target } of changes) sizes.set(target, { width: target.clientWidth, height: target.clientHeight });
});

// Give a canvas as many pixels as the screen has under it; return its size in the style sheet's pixels.
export function fit(canvas) {
  if (!sizes.has(canvas)) {
    sizes.set(canvas, { width: canvas.clientWidth, height: canvas.clientHeight });
    watcher.observe(canvas);
  }
  const { width, height } = sizes.get(canvas);
  const scale = Math.min(2, devicePixelRatio || 1);
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
  canvas.getContext("2d").setTransform(scale, 0, 0, scale, 0, 0);
  return { width, height };
}
