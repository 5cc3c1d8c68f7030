// Filters and bulk choices: empty values stay out of the address; one box chooses all rows.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.("form[data-filters]")) return;
  const values = event.detail.formData;
  for (const [name, value] of [...values]) if (value === "") values.delete(name);
});

document.addEventListener("change", (event) => {
  const all = event.target.closest?.("[data-choose-all]");
  const table = all?.closest(".table-box, form");
  table?.querySelectorAll("tbody input[type=checkbox]").forEach((box) => {
    box.checked = all.checked;
  });
});
