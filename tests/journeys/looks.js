// What looks.py asks a page, beside axe: how its texts look, and what axe says about those whose look is new.
(() => {
  // Text that axe passes over by its own rule, whatever it looks like.
  const DISABLED = ":disabled, [aria-disabled=true]";
  const WITHOUT_TEXT = "input:is([type=hidden], [type=range], [type=color], [type=checkbox], [type=radio], [type=image])";
  const ONLY_MARKS = /^[\s!-/:-@[-`{-~\u2000-\u206f]*$/;
  // What axe can not tell of one character, within a drawing or over one, it can not tell of the next of that look.
  const OPEN = new Set(["shortTextContent", "imgNode", "pseudoContent"]);

  const words = (element) =>
    [...element.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : "")).join("").trim();
  const named = (element) => `${element.localName}.${element.getAttribute("class") ?? ""}`;

  // What an element paints behind its text, and whether it stands where its parent would put it.
  function ground(element, style) {
    const painted = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.mixBlendMode];
    const placed = [style.position, style.float, style.transform, style.clip, style.clipPath];
    const plain =
      painted.join() === "rgba(0, 0, 0, 0),none,1,none,normal" &&
      placed.join() === "static,none,none,auto,none" &&
      !style.margin.includes("-");
    return plain ? "" : [named(element), ...painted, ...placed, style.margin].join();
  }

  // The texts of the page by their looks: how each is written, and on what, up to the page itself.
  function looks(skipped) {
    const grounds = new Map([[null, { below: "", hidden: false }]]);
    const found = new Map();
    const under = (element) => {
      if (!grounds.has(element)) {
        const style = getComputedStyle(element);
        const own = ground(element, style);
        const { below, hidden } = under(element.parentElement);
        grounds.set(element, {
          below: own ? `${own}/${below}` : below,
          hidden: hidden || style.clipPath === "inset(50%)" || element.matches(`${skipped}, ${DISABLED}`),
        });
      }
      return grounds.get(element);
    };
    for (const element of document.querySelectorAll("body, body *")) {
      const text = element.matches("input, select, textarea") ? element.localName : words(element);
      if (ONLY_MARKS.test(text) || element.matches(WITHOUT_TEXT)) continue;
      const { below, hidden } = under(element);
      if (hidden || !element.checkVisibility({ visibilityProperty: true })) continue;
      const { bottom, right } = element.getBoundingClientRect();
      if (bottom + scrollY <= 0 || right + scrollX <= 0) continue;
      const style = getComputedStyle(element);
      const written = [style.color, style.fontSize, style.fontWeight, style.textShadow, style.textIndent];
      const look = [named(element), ...written, text.length === 1, below].join("|");
      found.set(look, [...(found.get(look) ?? []), element]);
    }
    return found;
  }

  const said = (results, kind) => results[kind].flatMap((rule) => rule.nodes.map((node) => ({ rule: rule.id, ...node })));
  const plainly = ({ rule, html, failureSummary }) => ({ rule, html, failureSummary });

  // What there is of the page for assistive technology: its elements, and which of them are shown, and as what.
  function tree() {
    const shown = [...document.querySelectorAll("body *")].map((element) => {
      const { display, visibility } = getComputedStyle(element);
      return `${display} ${visibility}`;
    });
    return document.documentElement.outerHTML + shown.join();
  }

  // The looks of this page, and whether it has changed since it was asked about last; the elements stay here for
  // `theContrast`.
  window.theLooks = (skipped) => {
    const before = window.treeHere;
    window.treeHere = tree();
    window.looksHere = looks(skipped);
    return {
      looks: [...window.looksHere.keys()],
      changed: window.treeHere !== before,
      sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    };
  };

  window.theFaults = async (context, options) => said(await axe.run(context, options), "violations").map(plainly);

  // The contrast of texts whose looks are new: what is wrong, and which looks are settled by it. One text of each look
  // is asked about first, and all of those looks that it could not settle.
  window.theContrast = async (fresh, options) => {
    const good = new Set();
    const ask = async (elements) => {
      const results = await axe.run({ include: elements }, { ...options, elementRef: true });
      const open = said(results, "incomplete").filter((node) => OPEN.has(node.any[0]?.data?.messageKey));
      for (const node of [...said(results, "passes"), ...open]) good.add(node.element);
      return said(results, "violations");
    };
    const texts = (look) => window.looksHere.get(look);
    const wrong = await ask(fresh.map((look) => texts(look)[0]));
    const bad = new Set(wrong.map((node) => node.element));
    const unsure = fresh.filter((look) => !good.has(texts(look)[0]) && !bad.has(texts(look)[0]));
    const others = unsure.flatMap((look) => texts(look).slice(1));
    if (others.length > 0) wrong.push(...(await ask(others)));
    return { wrong: wrong.map(plainly), settled: fresh.filter((look) => texts(look).some((text) => good.has(text))) };
  };
})();
