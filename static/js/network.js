// A request that got no answer, or a fault: say so, keep what was typed.
function say(id) {
  const text = document.getElementById(id);
  const box = document.getElementById("messages");
  if (!text || !box || box.querySelector(`[data-from="${id}"]`)) return;
  const toast = text.content.firstElementChild.cloneNode(true);
  toast.dataset.from = id;
  box.append(toast);
}

document.addEventListener("htmx:sendError", () => say("text-offline"));
document.addEventListener("htmx:timeout", () => say("text-offline"));
document.addEventListener("htmx:responseError", () => say("text-fault"));
