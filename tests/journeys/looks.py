"""What every page is held to: axe under the rules of WCAG 2.2 AA, and nothing that scrolls sideways."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import BrowserContext, Page

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in (Path(axe_playwright_python.__file__).parent / "axe.min.js", Path(__file__).parent / "looks.js")
)
# The bar above and the rail beside every page.
FRAME = [".topbar", ".rail"]
# For media that play by themselves and for frames: the portal has neither.
_NEITHER = {"preload": False, "iframes": False}
_CONTRAST = {**_NEITHER, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
_ALL_BUT_CONTRAST = {
    **_NEITHER,
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"color-contrast": {"enabled": False}},
    "resultTypes": ["violations"],
}
# The rules that ask for colours and places; all others ask what elements there are and which of them are shown.
_SIGHT = {
    **_NEITHER,
    "runOnly": {"type": "rule", "values": ["target-size", "link-in-text-block", "scrollable-region-focusable"]},
    "resultTypes": ["violations"],
}
# The looks of text that axe has passed on some page before.
_settled: set[str] = set()


class Watched:
    """A context whose pages may not complain, be blocked or reach for another host."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context, self.base = context, base
        self.complaints: list[str] = []
        context.on("console", lambda message: self._heard(message.type, message.text))
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        context.on("request", lambda request: self._asked(request.url))

    def _heard(self, kind: str, text: str) -> None:
        # A refusal is an answer: the browser logs every 4xx as an error of its own.
        if kind == "error" and "the server responded with a status of 4" not in text:
            self.complaints.append(f"console: {text}")

    def _asked(self, url: str) -> None:
        if urlsplit(url).scheme in {"http", "https"} and not url.startswith(self.base):
            self.complaints.append(f"asked another host: {url}")

    def page(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(10_000)
        return page

    def wipe(self) -> None:
        """Nothing of what happened in it is left, but the files it keeps."""
        pages = self.context.pages
        if pages:
            what = {"origin": self.base, "storageTypes": "cookies,local_storage,indexeddb,service_workers"}
            self.context.new_cdp_session(pages[-1]).send("Storage.clearDataForOrigin", what)
        for page in pages:
            page.close()
        self.context.clear_cookies()


def _line(fault: dict[str, str]) -> str:
    return f"{fault['rule']}: {fault['html'][:200]} ({' '.join(fault['failureSummary'].split())[:240]})"


def contrast(page: Page, looks: list[str]) -> list[dict[str, str]]:
    """What axe has against the contrast of those texts whose look it has not passed yet, on this page or another.

    The contrast of a text is decided by how it is written and on what, which is what its look consists of, and to
    find that out takes axe three quarters of its time."""
    fresh = [look for look in looks if look not in _settled]
    if not fresh:
        return []
    answer: dict[str, Any] = page.evaluate("([fresh, options]) => theContrast(fresh, options)", [fresh, _CONTRAST])
    _settled.update(answer["settled"])
    return list(answer["wrong"])


def wrong_now(page: Page, *, frame: bool) -> list[str]:
    """What is wrong with the page as it stands, one line for each element; `frame` takes in what is around it and the
    same on each."""
    skipped = "head" if frame else ", ".join(FRAME)
    here: dict[str, Any] | None = page.evaluate("skipped => window.theLooks?.(skipped)", skipped)
    if here is None:
        # Not a <script>, which the page's own policy would forbid.
        page.evaluate(AXE)
        here = page.evaluate("skipped => theLooks(skipped)", skipped)
    assert here is not None
    found = contrast(page, here["looks"])
    context = {"include": ["html"], "exclude": [] if frame else FRAME}
    options = _ALL_BUT_CONTRAST if here["changed"] else _SIGHT
    found += page.evaluate("([context, options]) => theFaults(context, options)", [context, options])
    return [_line(fault) for fault in found] + (["scrolls sideways"] if here["sideways"] else [])


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def faults(page: Page, *, frame: bool = False, leave: bool = False) -> list[str]:
    """What is wrong with the page in light at 1280 and in dark at 390 px: both themes, both widths, in two looks.

    Colours come from the theme's tokens alone and the structure from the width alone, so the other two of the four
    combinations would say the same again; and what a look has shown of the elements is not asked again in the second
    where they are the same. The page gets its width back, unless one may `leave` it as it was seen last:
    the next page then begins with that look."""
    wrong, width = [], page.viewport_size
    two = (("1280 light", WIDE, "light"), ("390 dark", NARROW, "dark"))
    for name, size, scheme in two if width != NARROW else reversed(two):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        wrong += [f"{name}: {text}" for text in wrong_now(page, frame=frame)]
    if not leave:
        page.set_viewport_size(width or WIDE)  # type: ignore[arg-type]
        page.emulate_media(color_scheme="light")
    return wrong
