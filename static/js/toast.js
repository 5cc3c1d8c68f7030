// Short messages: closed by hand; good news leaves by itself unless somebody is reading it.
const box = document.getElementById("messages");

function arrange(toast) {
  if (!toast.classList.contains("toast-success")) return;
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, 3000);
    else toast.remove();
  };
  setTimeout(leave, 8000);
}

if (box) {
  box.addEventListener("click", (event) => event.target.closest(".toast-close")?.closest(".toast").remove());
  box.querySelectorAll(".toast").forEach(arrange);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.classList?.contains("toast")) arrange(node);
    }
  }).observe(box, { childList: true });
}
