/* Keeps the page of long work up to date until there is nothing left to wait for.
   Without this script the page says the same when it is loaded again. */

const EVERY = 1000;
const WHEN_AWAY = 5000;

const place = document.querySelector("[data-progress]");
const bar = place.querySelector("progress");
const text = place.querySelector("[data-text]");
const said = place.querySelector("[data-said]");
let quarter = -1;

function show(state) {
  if (state.total || state.ended) {
    bar.max = state.total || 1;
    bar.value = state.total ? state.done : 1;
  } else {
    bar.removeAttribute("value"); // nobody knows yet how much there is
  }
  text.textContent = state.text;
  // Spoken at each quarter and at the end: every second would be noise.
  const now = state.ended ? 4 : Math.floor((4 * state.done) / (state.total || 1));
  if (now !== quarter) {
    quarter = now;
    said.textContent = state.text;
  }
  if (state.ended) {
    document.querySelector("[data-reload]")?.remove();
  }
}

async function look() {
  let wait = EVERY;
  try {
    const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
    if (answer.status >= 400 && answer.status < 500) {
      return;
    }
    const state = await answer.json();
    show(state);
    if (state.ended) {
      return;
    }
  } catch {
    // The site cannot be reached for the moment; the link to load the page again stays.
    wait = WHEN_AWAY;
  }
  setTimeout(look, wait);
}

look();
