/* Says while somebody chooses what they have chosen so far, opens the next idea to judge, and copies
   or prints a receipt. Without this script each page does the same with its own buttons. */

const form = document.querySelector("[data-vote]");
if (form) {
  count(form);
}
for (const button of document.querySelectorAll("[data-vote-copy]")) {
  offerCopy(button);
}
for (const button of document.querySelectorAll("[data-vote-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

function count(form) {
  const bar = form.querySelector("[data-vote-bar]");
  const status = form.querySelector("[data-vote-status]");
  const shown = formatter(bar.dataset.currency);
  const said = form.dataset.vote === "grades" ? judged : ticked;

  function show() {
    const { chosen, sum } = said(form);
    const most = Number(bar.dataset.most);
    const measured = form.dataset.vote === "points" || bar.dataset.currency ? sum : chosen;
    const over = bar.dataset.over !== undefined && measured > most;
    const words = {
      chosen: shown.number(chosen),
      sum: shown.amount(sum),
      total: bar.dataset.total,
      most: shown.amount(most),
      left: shown.amount(most - measured),
      over: shown.amount(measured - most),
    };
    const text = fill(over ? bar.dataset.over : bar.dataset.text, words);
    if (status.textContent !== text) {
      status.textContent = text;
    }
    status.classList.toggle("vote-bar__text--over", over);
  }

  form.addEventListener("input", show);
  form.addEventListener("click", lead);
  // A page that comes back from the browser's memory has its fields filled in after it is parsed.
  addEventListener("pageshow", show);
  show();
}

function ticked(form) {
  const boxes = [...form.querySelectorAll("input[name=option]:checked")];
  const points = [...form.querySelectorAll("input[type=number]")].map((each) => Number(each.value));
  const costs = boxes.map((each) => Number(each.dataset.cost ?? 0));
  return {
    chosen: boxes.length,
    sum: [...points, ...costs].reduce((sum, each) => sum + each, 0),
  };
}

function judged(form) {
  let chosen = 0;
  for (const idea of form.querySelectorAll("[data-vote-idea]")) {
    const given = idea.querySelectorAll("input:not([value='0']):checked").length;
    const place = idea.querySelector("[data-vote-judged]");
    const text = given
      ? fill(place.dataset.text, { chosen: String(given), total: place.dataset.total })
      : "";
    if (place.textContent !== text) {
      place.textContent = text;
    }
    chosen += given > 0;
  }
  return { chosen, sum: 0 };
}

/* Close the idea that is done with and open the next one, with the focus on its title. */
function lead(event) {
  const link = event.target.closest("[data-vote-next]");
  if (!link) {
    return;
  }
  event.preventDefault();
  const item = document.querySelector(link.hash);
  link.closest("details").open = false;
  const details = item.querySelector("details");
  details.open = true;
  item.scrollIntoView();
  details.querySelector("summary").focus({ preventScroll: true });
}

function offerCopy(button) {
  if (!navigator.clipboard) {
    return;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    const value = document.getElementById(button.dataset.voteCopy).textContent.trim();
    await navigator.clipboard.writeText(value);
    button.textContent = button.dataset.done;
  });
}

function formatter(currency) {
  const language = document.documentElement.lang;
  const number = new Intl.NumberFormat(language);
  const money = currency
    ? new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits: 0 })
    : number;
  return { number: (value) => number.format(value), amount: (value) => money.format(value) };
}

function fill(text, words) {
  return text.replace(/\{(\w+)\}/g, (_whole, name) => words[name] ?? "");
}
