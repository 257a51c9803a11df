/* Asks the browser to make a passkey, or to show one, and sends its answer with the form. */

for (const place of document.querySelectorAll("[data-passkey]")) {
  const form = place.querySelector("form");
  const told = place.querySelector("[role=status]");
  const kind = globalThis.PublicKeyCredential;

  const ask = async () => {
    const options = JSON.parse(place.dataset.options);
    const credential =
      place.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: kind.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: kind.parseRequestOptionsFromJSON(options) });
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.requestSubmit();
  };

  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    told.textContent = "";
    ask().catch(() => {
      told.textContent = place.dataset.failed;
    });
  });
}
