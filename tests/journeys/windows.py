"""The windows that people have open: kept from one story to the next, wiped between them."""

from collections import defaultdict

from playwright.sync_api import Browser

from tests.journeys.looks import AXE, WIDE, Watched

Kind = tuple[bool, bool]


class Windows:
    """A person's browser has the styles and scripts of the portal from the day before, and a new one takes longer to
    fetch them than most stories do. Who was signed in, and what a page wrote down, is gone with the story."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser, self.base = browser, base
        self.idle: dict[Kind, list[Watched]] = defaultdict(list)
        self.used: list[tuple[Kind, Watched]] = []

    def open(self, *, script: bool = True, axe: bool = False) -> Watched:
        """One that nobody uses; `axe` is in each of its pages from the beginning, which spares sending it there."""
        kind = (script, axe)
        watched = self.idle[kind].pop() if self.idle[kind] else self._new(script, axe)
        self.used.append((kind, watched))
        return watched

    def _new(self, script: bool, axe: bool) -> Watched:
        context = self.browser.new_context(
            base_url=self.base,
            viewport=WIDE,  # type: ignore[arg-type]
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        if axe:
            context.add_init_script(AXE)
        return Watched(context, self.base)

    def close(self) -> list[str]:
        """All of a story, and what they had to complain of."""
        complaints = []
        for kind, watched in self.used:
            watched.wipe()
            complaints += watched.complaints
            watched.complaints.clear()
            self.idle[kind].append(watched)
        self.used.clear()
        return complaints
