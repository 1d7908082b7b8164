// The keyboard: everything that is done in a hurry has a key.

import { find } from "./element.js";

export function listenToKeys({ states, shape, calls, sound }) {
  const help = find("keys");
  const deeds = {
    " ": () => calls.sting(),
    ArrowUp: () => shape.nudge("tension", 1),
    ArrowDown: () => shape.nudge("tension", -1),
    ArrowRight: () => shape.nudge("level", 1),
    ArrowLeft: () => shape.nudge("level", -1),
    h: () => calls.hold(),
    l: () => sound.toggle(),
    "?": () => help.showModal(),
  };
  find("help").addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open || keepsKey(event)) return;
    const deed = /^[1-9]$/.test(event.key) ? () => states.askNumber(Number(event.key)) : deeds[event.key];
    if (!deed || (event.repeat && !event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    deed();
  });
  // A button that was pressed with the mouse gives the focus back, or the space bar would press it again.
  document.addEventListener("click", (event) => {
    if (event.detail > 0) event.target.closest("button")?.blur();
  });
}

// Whether what has the focus needs the key itself.
function keepsKey({ key, target }) {
  if (target.matches("input[type=number], input[type=text]")) return true;
  if (key.startsWith("Arrow")) return target.matches("input");
  return key === " " && target.matches("button, input, a");
}
