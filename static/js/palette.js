// The search dialog: Ctrl-K, typing or clicking in the top bar opens it, arrows move, Enter follows.
const palette = document.getElementById("palette");
const input = document.getElementById("palette-q");
const results = document.getElementById("palette-results");
const bar = document.querySelector("[data-opens-palette] input");

function open(text = "") {
  if (palette.open) return;
  palette.showModal();
  input.value = text;
  input.focus();
  input.setSelectionRange(text.length, text.length);
  window.htmx?.trigger(input, "palette:open");
}

const options = () => [...results.querySelectorAll('[role="option"]')];

function select(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

const selected = () => results.querySelector('[aria-selected="true"]');

if (palette && input && results) {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });

  bar?.addEventListener("click", () => open(bar.value));
  bar?.addEventListener("input", () => {
    open(bar.value);
    bar.value = "";
  });

  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.indexOf(selected());
    if (event.key === "Escape") {
      // A search field would only be emptied by the first Escape.
      event.preventDefault();
      palette.close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!all.length) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      select(all[(at + step + all.length) % all.length]);
    } else if (event.key === "Enter" && selected()) {
      event.preventDefault();
      selected().click();
    }
  });

  results.addEventListener("htmx:afterSwap", () => select(options()[0]));
}
