"""What every page is held to: axe under the rules of WCAG 2.2 AA, and nothing that scrolls sideways."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import BrowserContext, Page

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
_RUN = "([context, options]) => axe.run(context, options).then(found => found.violations)"
# The bar above and the rail beside every page.
FRAME = [".topbar", ".rail"]
_EVERYTHING = {
    "runOnly": {"type": "tag", "values": TAGS},
    "resultTypes": ["violations"],
    # For media that play by themselves and for frames: the portal has neither.
    "preload": False,
    "iframes": False,
}


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


def violations(page: Page, *, frame: bool = True) -> list[str]:
    """What axe has against the page as it stands, one line for each element; `frame=False` leaves out what is around
    it and the same on each."""
    if not page.evaluate("() => 'axe' in window"):
        # Not a <script>, which the page's own policy would forbid.
        page.evaluate(AXE)
    context = {"include": ["html"], "exclude": [] if frame else FRAME}
    found: list[dict[str, Any]] = page.evaluate(_RUN, [context, _EVERYTHING])
    return [
        f"{rule['id']}: {node['html'][:200]} ({' '.join(node['failureSummary'].split())[:240]})"
        for rule in found
        for node in rule["nodes"]
    ]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def faults(page: Page, *, frame: bool = True) -> list[str]:
    """What is wrong with the page in light at 1280 and in dark at 390 px: both themes, both widths, in two looks.

    Colours come from the theme's tokens alone and the structure from the width alone, so the other two of the four
    combinations would say the same again."""
    wrong = []
    for name, width, scheme in (("1280 light", WIDE, "light"), ("390 dark", NARROW, "dark")):
        page.set_viewport_size(width)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        wrong += [f"{name}: {text}" for text in violations(page, frame=frame)]
        if scrolls_sideways(page):
            wrong.append(f"{name}: scrolls sideways")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")
    return wrong
