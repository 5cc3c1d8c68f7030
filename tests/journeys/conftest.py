"""A real browser on a live server; console errors, blocked content and requests off the host fail the journey."""

import os
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from django.conf import settings
from django.contrib.staticfiles import handlers
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client
from playwright.sync_api import Browser, Page

from fasttrack_portal.accounts.models import User
from fasttrack_portal.launch import system
from tests.conftest import PASSWORD
from tests.journeys.looks import NARROW, WIDE, Watched
from tests.journeys.windows import Windows

# Playwright runs its own loop in this thread; Django's guard against that is switched off for browser tests alone.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = system.browser() or ""


@pytest.hookimpl(tryfirst=True)  # before the groups are given to the workers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skipif(True, reason="NO BROWSER: install chromium to run the journeys"))


class KeptFiles(handlers.StaticFilesHandler):
    """Styles and scripts that a browser keeps, as it does in production, instead of asking for each on every page; they
    are read from the disk once."""

    read: ClassVar[dict[str, tuple[bytes, str]]] = {}

    def serve(self, request: HttpRequest) -> HttpResponseBase:
        if request.path not in self.read:
            response = super().serve(request)
            if not isinstance(response, FileResponse):
                return response
            self.read[request.path] = (response.getvalue(), response["Content-Type"])
        content, kind = self.read[request.path]
        return HttpResponse(content, content_type=kind, headers={"Cache-Control": "max-age=3600"})


@pytest.fixture(scope="session", autouse=True)
def _files_are_kept() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(handlers, "StaticFilesHandler", KeptFiles)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    quiet = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-quic", "--disable-sync", *quiet],
    }


@pytest.fixture(scope="session")
def windows(browser: Browser, live_server: Any) -> Windows:
    return Windows(browser, live_server.url)


@pytest.fixture
def open_as(windows: Windows, cast: Any) -> Iterator[Callable[..., Page]]:
    """`open_as(cast.lead)` returns the home page of somebody who has a session, or the page `at`; `None` is nobody. The
    journeys about signing in go through the real form, with `form=True`."""

    def opener(
        user: User | None,
        *,
        at: str = "/",
        narrow: bool = False,
        dark: bool = False,
        script: bool = True,
        form: bool = False,
    ) -> Page:
        watched = windows.open(script=script)
        page = watched.page()
        page.set_viewport_size(NARROW if narrow else WIDE)  # type: ignore[arg-type]
        page.emulate_media(color_scheme="dark" if dark else "light")
        if user is not None and not form:
            client = Client()
            client.force_login(user)
            signed_in(watched, client.cookies[settings.SESSION_COOKIE_NAME].value)
            page.goto(at)
        elif user is not None:
            page.goto("/accounts/login/")
            page.get_by_label("Email", exact=True).fill(user.email)
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url("**/")
        return page

    yield opener
    assert windows.close() == []


def signed_in(watched: Watched, session: str) -> None:
    watched.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": watched.base}])
