// The color of a tension: pale blue when calm, through violet, to a deep ember when it is unbearable.

export function hueOf(tension) {
  return 240 + 165 * tension ** 1.3; // by eye; past 360 it goes on to red
}

// A color as canvases and style sheets write it; `light`, `strong` and `alpha` change it for one use.
export function tint(tension, { light = 0, strong = 1, alpha = 1 } = {}) {
  const lightness = 0.81 - 0.13 * tension + light;
  const chroma = (0.1 + 0.09 * tension) * strong;
  return `oklch(${lightness.toFixed(3)} ${chroma.toFixed(3)} ${hueOf(tension).toFixed(1)} / ${alpha})`;
}
