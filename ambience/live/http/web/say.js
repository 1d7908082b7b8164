// What the page says: aloud to a screen reader, and in a note where something went wrong.

import { find, write } from "./element.js";

const SHOWN_MS = 9_000;
let hiding = 0;

export function say(words) {
  write(find("said"), words);
}

// Show an error in the session's own words.
export function complain(error) {
  const note = find("fault");
  note.textContent = (error.message ?? String(error)).replace(/^live: /, "");
  note.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (note.hidden = true), SHOWN_MS);
}

find("fault").addEventListener("click", () => (find("fault").hidden = true));
