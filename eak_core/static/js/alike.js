/* Shows what exists already and resembles what is typed, once the hand rests. Without this script
   the same is shown on the last step. */

const REST_MS = 600;

for (const place of document.querySelectorAll("[data-alike]")) {
  const form = place.closest("form");
  let waiting = 0;
  let asked = "";

  const look = async () => {
    const typed = new FormData();
    for (const name of ["csrf_token", "title", "problem"]) typed.set(name, form.elements[name].value);
    const now = typed.get("title") + "\n" + typed.get("problem");
    if (now === asked) return;
    asked = now;
    const answer = await fetch(place.dataset.alike, { method: "POST", body: typed }).catch(() => null);
    // What was typed meanwhile is asked for by itself.
    if (answer?.ok && now === asked) place.innerHTML = await answer.text();
  };

  for (const name of ["title", "problem"]) {
    form.elements[name].addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(look, REST_MS);
    });
  }
}
