/* Asks for each picture, as soon as it is chosen, what it shows.
   Without this script the same is asked on the next page. */

function line(input, file, number) {
  const name = `${input.name}-alt`;
  const text = document.createElement("input");
  text.name = name;
  if (!file.type.startsWith("image/")) {
    // One for each file, so that the order says which is which.
    text.type = "hidden";
    return text;
  }
  const field = document.createElement("div");
  const label = document.createElement("label");
  field.className = "eak-field";
  label.className = "eak-field__label";
  label.htmlFor = text.id = `${name}-${number}`;
  label.textContent = input.dataset.describe.replace("{name}", file.name);
  text.type = "text";
  text.className = "form-control";
  text.maxLength = Number(input.dataset.longest);
  const why = document.createElement("p");
  why.className = "eak-field__hint";
  why.id = text.id + "-hint";
  why.textContent = input.dataset.why;
  text.setAttribute("aria-describedby", why.id);
  field.append(label, why, text);
  return field;
}

for (const input of document.querySelectorAll("input[type=file][data-describe]")) {
  const place = document.createElement("div");
  place.className = "eak-descriptions";
  input.after(place);
  const ask = () =>
    place.replaceChildren(...Array.from(input.files, (file, number) => line(input, file, number)));
  input.addEventListener("change", ask);
  // Whoever chose before this script was there, or came back, is asked as well.
  if (input.files.length) ask();
}
