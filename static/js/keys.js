// Single keys outside of fields: ? / g h g n j k.
const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const sheet = document.getElementById("keys");
let afterG = 0;

const rows = () => [...document.querySelectorAll("main table tbody tr")].filter((row) => row.querySelector("a[href]"));

function moveCursor(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.hasAttribute("data-row-cursor"));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  all.forEach((row) => row.toggleAttribute("data-row-cursor", row === next));
  next.querySelector("a[href]").focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) {
    document.querySelector("[popover]:popover-open")?.hidePopover();
    sheet?.showModal();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const isAfterG = performance.now() - afterG < 1200;
  afterG = 0;
  switch (event.key) {
    case "?":
      sheet?.showModal();
      break;
    case "/":
      event.preventDefault();
      document.querySelector("[data-opens-palette] input")?.focus();
      break;
    case "g":
      afterG = performance.now();
      break;
    case "h":
      if (isAfterG) document.querySelector("a.brand")?.click();
      break;
    case "n":
      if (isAfterG) document.querySelector(".topbar-tools a.tool")?.click();
      break;
    case "j":
      moveCursor(1);
      break;
    case "k":
      moveCursor(-1);
      break;
  }
});
