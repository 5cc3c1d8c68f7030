// Filters and bulk choices: empty values stay out of the address; one box chooses all rows.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.("form[data-filters]")) return;
  const values = event.detail.formData;
  // Filters begin at the first page; the order stays.
  event.detail.path = location.pathname;
  const sort = new URLSearchParams(location.search).get("sort");
  if (sort && !values.has("sort")) values.set("sort", sort);
  for (const [name, value] of [...values]) if (value === "") values.delete(name);
});

document.addEventListener("change", (event) => {
  const all = event.target.closest?.("[data-choose-all]");
  const table = all?.closest(".table-box, form");
  table?.querySelectorAll("tbody input[type=checkbox]").forEach((box) => {
    box.checked = all.checked;
  });
});
