// Forms marked data-autosave are saved while somebody types. What could not be saved is kept in this browser, under the
// draft's and the person's id, until it is saved, put back or thrown away, or the person signs out.
const PREFIX = "draft:";
const IDLE = 3000;
const RETRY = 10000;

const store = {
  get(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Full or forbidden: the buttons save all the same.
    }
  },
  keys: (start) => {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(start));
    } catch {
      return [];
    }
  },
  drop: (key) => localStorage.removeItem(key),
};

// The server says in the address what it has just saved.
const landed = new URL(location.href);
const saved = landed.searchParams.get("saved");
const ofDraft = landed.pathname.match(/^\/requests\/([0-9a-f-]{36})\//)?.[1];
if (saved && ofDraft) {
  const done = saved === "all" ? store.keys(`${PREFIX}${ofDraft}:`) : store.keys(`${PREFIX}${ofDraft}:${saved}:`);
  done.forEach(store.drop);
  landed.searchParams.delete("saved");
  history.replaceState(history.state, "", landed);
}

document.addEventListener("submit", (event) => {
  if (event.target.action.endsWith("/accounts/logout/")) store.keys(PREFIX).forEach(store.drop);
});

// The task list names the sections whose text is only in this browser.
const list = document.querySelector("[data-kept-list]");
if (list) {
  const kept = store.keys(`${PREFIX}${list.dataset.keptList}:`).filter((key) => key.endsWith(`:${list.dataset.user}`));
  for (const key of kept) {
    const link = document.createElement("a");
    link.href = `/requests/${list.dataset.keptList}/edit/${key.split(":")[2]}/`;
    link.textContent = store.get(key)?.title ?? link.href;
    const item = document.createElement("li");
    item.append(link);
    list.querySelector("[data-kept-links]").append(item);
  }
  list.hidden = !kept.length;
}

// Several forms may stand on a page. Whoever sends another one first has what is still being typed saved.
const watched = [...document.querySelectorAll("form[data-autosave]")].map(watch);
const waited = new WeakSet();
let isLeaving = false;
document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  if (isLeaving && !waited.has(target)) {
    // Two forms on their way at once: the second would end the first one's.
    event.preventDefault();
    return;
  }
  const others = watched.filter((each) => each.form !== target && each.isDirty());
  // Once: what cannot be saved now is kept in this browser.
  if (event.defaultPrevented || !others.length || waited.has(target)) return;
  event.preventDefault();
  waited.add(target);
  isLeaving = true;
  Promise.all(others.map((each) => each.save())).then(() => {
    target.requestSubmit(submitter);
    isLeaving = false;
  });
});

function watch(form) {
  const key = `${PREFIX}${form.dataset.autosave}:${form.dataset.section}:${form.dataset.user}`;
  const status = form.querySelector("[data-saved]");
  const word = (name) => form.querySelector("[data-words]").content.querySelector(`[data-word="${name}"]`).textContent;
  const OWN = new Set(["csrfmiddlewaretoken", "version", "base"]);
  let dirty = false;
  let timer = 0;
  let running = null;
  let isStopped = false;

  const values = () => [...new FormData(form)].filter(([name, value]) => !OWN.has(name) && typeof value === "string");
  const clock = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

  function keep() {
    store.set(key, { values: values(), at: clock(), title: form.dataset.title });
  }

  function say(text, link) {
    status.textContent = text;
    if (!link) return;
    const anchor = document.createElement("a");
    anchor.href = link;
    anchor.textContent = word("sign-in");
    status.append(" ", anchor);
  }

  async function save() {
    clearTimeout(timer);
    if (!dirty || running || isStopped) return running;
    dirty = false;
    running = send().finally(() => {
      running = null;
      if (dirty && !isStopped) timer = setTimeout(save, IDLE);
    });
    return running;
  }

  async function send() {
    const body = new FormData(form);
    body.set("autosave", "1");
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body, redirect: "manual", credentials: "same-origin" });
    } catch {
      return failed("offline", true);
    }
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      // Signed out meanwhile, perhaps by another tab: no further try can succeed from this page.
      isStopped = true;
      keep();
      return say(word("signed-out"), `${form.dataset.login}?next=${encodeURIComponent(location.pathname)}`);
    }
    if (answer.status === 422) {
      const { errors } = await answer.json();
      keep();
      return say([word("invalid"), ...errors].join(" "));
    }
    if (answer.status === 409) {
      isStopped = true;
      keep();
      return say(word("stale"));
    }
    if (!answer.ok) return failed("offline", true);
    const told = await answer.json();
    form.elements.version.value = told.version;
    form.elements.base.value = told.base;
    if (!dirty) store.drop(key);
    return say(told.text);
  }

  function failed(name, again) {
    keep();
    say(word(name));
    if (!again) return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, RETRY);
  }

  form.addEventListener("input", () => {
    dirty = true;
    keep();
    clearTimeout(timer);
    timer = setTimeout(save, IDLE);
  });
  form.addEventListener("change", () => save());
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
  window.addEventListener("online", () => save());

  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (running) {
      // The page would be sent with the version from before: first the answer, then the button once more.
      event.preventDefault();
      const button = event.submitter;
      running.then(() => {
        dirty = false;
        form.requestSubmit(button);
      });
      return;
    }
    dirty = false;
  });

  offer();

  return { form, save, isDirty: () => !isStopped && (dirty || running !== null) };

  function offer() {
    const kept = store.get(key);
    const box = form.querySelector("[data-kept]") ?? document.querySelector("[data-kept]");
    if (!kept || !box) return;
    const now = JSON.stringify(values());
    if (now === JSON.stringify(kept.values)) {
      // A page that came back with its errors, or one that was saved after all: what is kept stands here already.
      if ("isSaved" in form.dataset) store.drop(key);
      return;
    }
    box.querySelector("[data-kept-at]").textContent = kept.at;
    box.hidden = false;
    box.querySelector("[data-kept-back]").addEventListener("click", () => {
      putBack(kept.values);
      box.hidden = true;
      dirty = true;
      keep();
      save();
    });
    box.querySelector("[data-kept-drop]").addEventListener("click", () => {
      store.drop(key);
      box.hidden = true;
    });
  }

  function putBack(kept) {
    const wanted = new Map();
    for (const [name, value] of kept) wanted.set(name, [...(wanted.get(name) ?? []), value]);
    for (const control of form.elements) {
      if (!control.name || OWN.has(control.name) || control.type === "submit") continue;
      const told = wanted.get(control.name) ?? [];
      if (control.type === "checkbox" || control.type === "radio") control.checked = told.includes(control.value);
      else control.value = told[0] ?? "";
    }
  }
}
