// The error summary takes focus when it appears; its links put the caret into the field.
function focusSummary(root) {
  root.querySelector?.("[data-error-summary]")?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-error-summary] a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  const control = field.matches("input, select, textarea, button") ? field : field.querySelector("input, select, textarea") || field;
  control.closest(".field")?.scrollIntoView({ block: "center" });
  control.focus({ preventScroll: true });
});

document.addEventListener("htmx:afterSettle", (event) => focusSummary(event.target));
focusSummary(document);
