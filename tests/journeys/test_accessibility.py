"""Every page that a person can open, before axe: WCAG 2.2 AA, both themes, both widths, and a small weight."""

import datetime
import gzip
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Response

from assistance import operations as assistance
from engagements.operations.milestones import ask_approval
from engagements.operations.phases import move_phase
from migrations_svc import planning
from migrations_svc.operations import events, projects
from tests.journeys.conftest import signed_in
from tests.journeys.looks import faults
from tests.migrations_svc.migration_scene import event_in
from tests.test_access import TABLE, address, thing_of
from tests.world import World, ask_of, build, organisations_of

pytestmark = pytest.mark.django_db(transaction=True)

HTML_LIMIT, ASSETS_LIMIT = 30_000, 60_000
# What a GET answers with a file, with a fragment of a page, or with words for a machine.
NOT_PAGES = {
    "healthz",
    "readyz",
    "assistance:queue_csv",
    "engagements:download",
    "engagements:matrix_csv",
    "engagements:remediation_csv",
    "engagements:invitation",
    "engagements:feed",
    "migrations_svc:template",
    "migrations_svc:records_csv",
    "migrations_svc:list_reasons",
    "migrations_svc:states_reasons",
    "reports:archive",
    "reports:annex_file",
    "reports:download",
    "reports:records",
    "reports:progress",
    "reports:bundle_progress",
    "reports:download_bundle",
    "jobs:progress",
    "imports:template",
    "imports:refused",
    # Its page needs a link that was mailed: the journey of an invitation looks at it.
    "accounts:join",
}
OTHERS = {
    "assistance:ask_for_information": "reviewed",
    "assistance:answer": "asked",
    "migrations_svc:schedule": "planned",
    "migrations_svc:cancel": "planned",
    "migrations_svc:reschedule": "with_a_day",
    "migrations_svc:decline": "frozen",
    "migrations_svc:go": "frozen",
    "engagements:override_gate": "before_its_gate",
    "engagements:move_approval": "before_the_customer",
}
# All its 137 rows are made alike, and those of a template: the rows of one phase show what there is to see.
PART_OF_IT = {"engagements:matrix": "?phase=assess"}
OF_ALLAUTH = (
    "account_email",
    "account_change_password",
    "account_logout",
    "mfa_index",
    "mfa_activate_totp",
    "usersessions_list",
)
OF_ALLAUTH_SIGNED_OUT = ("account_login", "account_signup", "account_reset_password")


@pytest.fixture
def page_of(windows, cast) -> Iterator[Callable[..., Page]]:
    """A page in which somebody has just signed in; `None` is nobody."""

    def opened(user: Any) -> Page:
        watched = windows.open(axe=True)
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.session
            session["account_authentication_methods_user"] = str(user.pk)
            session["account_authentication_methods"] = [
                {"method": "password", "at": time.time(), "reauthenticated": True}
            ]
            session.save()
            signed_in(watched, session.session_key)
        return watched.page()

    yield opened
    assert windows.close() == []


def reviewed(cast) -> Any:
    ask = ask_of(cast.contoso, cast.lead, "Contoso", at=timezone.now())
    assistance.review(ask, by=cast.specialist)
    return ask


def asked(cast) -> Any:
    ask = reviewed(cast)
    assistance.ask_for_information(ask, question="Which domains are there?", by=cast.specialist)
    return ask


def planned(cast, engagement, name: str = "planned") -> Any:
    line = f"{name}@old.example,{name}@contoso.example,3,{name},mailbox\n"
    event = event_in(engagement, cast.lead, line)
    if not event.project.acknowledgements.exists():
        projects.acknowledge(event.project, by=cast.lead, at=timezone.now())
    events.validate(event, by=cast.lead)
    return event


def with_a_day(cast, engagement, name: str = "with_a_day") -> Any:
    event = planned(cast, engagement, name)
    at = timezone.now()
    day = planning.earliest_day(engagement.centre, at=at)
    events.schedule(event, day=day, wall=datetime.time(19), at=at, by=cast.lead)
    return event


def frozen(cast, engagement) -> Any:
    event = with_a_day(cast, engagement, "frozen")
    events.lock(event, by=cast.specialist)
    return event


def before_its_gate(cast, engagement) -> Any:
    """Another phase than the one whose steps are looked at."""
    engagement.phases.filter(code="assess").update(status="in_progress")
    phase = engagement.phases.get(code="assess")
    move_phase(phase, "offer", by=cast.specialist, at=timezone.now())
    return phase


def before_the_customer(cast, engagement) -> Any:
    kickoff = engagement.milestones.get(code="kickoff")
    ask_approval(kickoff, by=cast.specialist, at=timezone.now())
    return kickoff


def told(wrong: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}: {text}" for name, found in wrong.items() for text in found)


def weight(response: Response) -> int:
    return len(gzip.compress(response.body(), 6))


def looked_at(page: Page, url: str, *, refusal: int = 0, frame: bool = False) -> list[str]:
    """What is wrong with a page. Its frame is looked at where `frame` says so: on the home of each kind of person."""
    response = page.goto(url)
    assert response is not None
    if response.status != 200 and response.status != refusal:
        return [f"answered {response.status}"]
    if "text/html" not in response.headers["content-type"]:
        return ["is no page"]
    size = weight(response)
    return faults(page, frame=frame, leave=True) + ([f"{size} bytes of HTML"] if size > HTML_LIMIT else [])


PAGES = [name for name, row in TABLE.items() if "GET" in row.methods and name not in NOT_PAGES]
# The same objects carry other buttons for FastTrack.
AS_STAFF = ("ask", "waiting", "engagement", "meeting", "milestone", "responsibility", "event", "report")


def made_for(cast) -> World:
    """One thing of each kind, and more of those whose forms a later state does not offer any more."""
    made = build(cast.contoso, cast.lead, cast.specialist, "Contoso")
    made.things |= {"asked": asked(cast), "reviewed": reviewed(cast), "planned": planned(cast, made["engagement"])}
    made.things |= {
        "before_its_gate": before_its_gate(cast, made["engagement"]),
        "before_the_customer": before_the_customer(cast, made["engagement"]),
        "with_a_day": with_a_day(cast, made["engagement"]),
        "frozen": frozen(cast, made["engagement"]),
    }
    made.things |= organisations_of(cast, cast.contoso)
    made["template"].items.exclude(phase=made["template_item"].phase).delete()
    return made


def test_every_page_of_the_portal(page_of, cast):
    made = made_for(cast)
    people = {"customer": cast.lead, "partner": cast.partner, "specialist": cast.specialist, "admin": cast.admin}
    pages = {name: page_of(user) for name, user in people.items()}
    wrong, seen = {}, 0
    for name in PAGES:
        row = TABLE[name]
        may = row.sees if row.may is None else row.may & row.sees
        # Objects as their customer sees them, FastTrack's pages as a specialist does, the rest as an administrator.
        who = [actor for actor in people if actor in may][:1] if name != "home" else list(people)
        for actor in who:
            thing = made[OTHERS[name]] if name in OTHERS else thing_of(row, made)
            url = address(name, row, thing) + PART_OF_IT.get(name, "")
            seen += 1
            # A code that nobody has issued is answered with the page all the same.
            refusal = 404 if name == "documents:verify" else 0
            if found := looked_at(pages[actor], url, refusal=refusal, frame=name == "home"):
                wrong[f"{name} as {actor}"] = found
    for name in AS_STAFF:
        if found := looked_at(pages["specialist"], made[name].get_absolute_url()):
            wrong[f"{name} as staff"] = found
    assert not wrong, told(wrong)
    assert seen >= 150


def test_the_pages_of_signing_in(page_of, cast):
    wrong = {}
    for user, names in ((None, OF_ALLAUTH_SIGNED_OUT), (cast.lead, OF_ALLAUTH)):
        page = page_of(user)
        for name in names:
            found = looked_at(page, reverse(name))
            assert page.url.endswith(reverse(name)), page.url
            if found:
                wrong[name] = found
    assert not wrong, told(wrong)


def test_refusals(page_of, cast):
    page = page_of(cast.lead)
    pages = {"/staff/": 403, "/nothing-here/": 404}
    wrong = {url: found for url, status in pages.items() if (found := looked_at(page, url, refusal=status))}
    assert not wrong, told(wrong)


def test_what_opens_over_a_page(page_of, cast):
    page = page_of(cast.lead)
    page.goto("/")
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keyboard shortcuts").is_visible()
    wrong = faults(page, frame=True)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search the portal").fill("contoso")
    page.get_by_role("option").first.wait_for()
    assert wrong + faults(page, frame=True) == []


def test_the_check_itself_sees_faults(page_of, cast):
    """A control: a page that is spoiled in four ways is found out in four, one of them where only a small screen shows
    it."""
    page = page_of(None)
    page.goto("/accounts/login/")
    page.evaluate(
        """() => {
            const main = document.querySelector("main");
            document.querySelector("h1").style.color = "#bbb";
            main.insertAdjacentHTML("beforeend", "<img src='/static/img/mark.svg'><button id='narrow'></button>");
            main.style.minWidth = "500px";
            const sheet = new CSSStyleSheet();
            sheet.replaceSync("@media (width > 500px) { #narrow { display: none } }");
            document.adoptedStyleSheets.push(sheet);
        }"""
    )
    found = "\n".join(faults(page))
    assert "1280 light: color-contrast" in found
    assert "1280 light: image-alt" in found
    assert "1280 light: button-name" not in found
    assert "390 dark: button-name" in found
    assert "390 dark: scrolls sideways" in found


@pytest.mark.parametrize(
    "spoil",
    [
        "main.querySelector('p, label').style.color = '#bbb'",
        "main.style.background = main.firstElementChild.style.background = '#888'",
        "main.style.opacity = '0.5'",
        "main.insertAdjacentHTML('beforeend', '<p class=muted id=new>So faint</p>'), "
        "document.getElementById('new').style.cssText = 'position: absolute; top: 0; left: 0; background: #777'",
    ],
    ids=["colour", "ground", "opacity", "place"],
)
def test_a_new_look_among_known_ones_is_found(page_of, cast, spoil):
    """A control: texts that were good are looked at again when something about them or beneath them has changed."""
    page = page_of(None)
    page.goto("/accounts/login/")
    assert faults(page) == []
    page.evaluate(f"() => {{ const main = document.querySelector('main'); {spoil}; }}")
    assert "color-contrast" in "\n".join(faults(page))


def test_styles_and_scripts_are_light(page_of, cast):
    page = page_of(cast.lead)
    assets = []
    page.on(
        "response", lambda answer: assets.append(answer) if answer.url.split("?")[0][-3:] in ("css", ".js") else None
    )
    page.goto("/", wait_until="networkidle")
    assert len(assets) > 10
    assert sum(weight(answer) for answer in assets) < ASSETS_LIMIT
