"""Every count of a report leads to the list that shows just as many to its reader; what leads nowhere is named."""

import re
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from engagements.operations.engagement import move
from engagements.operations.milestones import move_milestone
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from migrations_svc.models import MigrationEvent
from migrations_svc.operations.issues import reopen_issue, report_issue, resolve_issue
from reports import operations, printing
from reports.models import Report
from tests.conftest import person
from tests.engagements.minutes_scene import action_in, held, meeting_of
from tests.engagements.plan_scene import finding
from tests.reports.scene import FINISHED, trouble

ONE = "[0-9a-f]{8}-[0-9a-f-]{27}"
# What the list behind an address is made of, by how the address begins.
THINGS = {
    # The item itself and not its twin.
    rf"/engagements/{ONE}/matrix/": f'class="matrix-link" href="/responsibilities/{ONE}/"',
    rf"/engagements/{ONE}/courts/": r'class="held-link" href="[^"]+"',
    rf"/engagements/{ONE}/remediation/": f"/remediation/{ONE}/",
    rf"/migrations/{ONE}/records/": r"[a-z-]+\.\d{4}@[a-z.]+",
    rf"/meetings/{ONE}/": f"/actions/{ONE}/",
    rf"/reports/{ONE}/milestones/": f"/milestones/{ONE}/",
    rf"/reports/{ONE}/issues/": f"/migrations/issues/{ONE}/",
    rf"(/reports/{ONE})?/engagements/(board/)?(\?|$)": f"/engagements/{ONE}/",
}
# Counts that have no list, by the caption of their table and the head of their column, and why.
LEADS_NOWHERE = {
    "What arrived on each day": {"Items", "Data"},  # sums over the records beside them
    "Working days of each side, on its own calendar": {"Oldest, days", "Item days since the start"},
}
COUNTED = re.compile(r'<a class="counted" href="([^"]+)">([^<]+)</a>')
TILE = re.compile(r'<a class="stat[^"]*" href="([^"]+)"><span class="stat-value">([^<]+)</span>')


def counts(html):
    """Addresses and what they say they count: of tables and tiles, where it is a number."""
    found = [(href.replace("&amp;", "&"), said) for href, said in COUNTED.findall(html) + TILE.findall(html)]
    return [(href, int(re.match(r"[\d,]+", said)[0].replace(",", ""))) for href, said in found if is_count(said)]


def is_count(said):
    return said[0].isdigit() and "%" not in said and "/" not in said


def without_a_list(html):
    """Nonzero numbers in tables that lead nowhere, by caption and column."""
    found = {}
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        caption = re.search(r"<caption[^>]*>(.*?)</caption>", table, re.DOTALL)[1]
        heads = re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", table, re.DOTALL)
        for row in re.findall(r"<tr>(.*?)</tr>", table.partition("</thead>")[2], re.DOTALL):
            cells = re.findall(r"<(?:td|th)([^>]*)>(.*?)</(?:td|th)>", row, re.DOTALL)
            # A list of people whom the edition does not name would name them.
            if "Not named here" in cells[0][1]:
                continue
            for head, (attributes, said) in zip(heads, cells, strict=True):
                if attributes == ' class="number"' and is_count(said.strip()) and said.strip() != "0":
                    found.setdefault(caption, set()).add(head)
    return found


def shown(client, address):
    """How many things the list shows that stands there."""
    (things,) = [things for begins, things in THINGS.items() if re.match(begins, address)]
    answer = client.get(address)
    assert answer.status_code == 200, address
    html = answer.content.decode()
    html = html[html.index('id="content"') :].partition('<aside class="page-aside"')[0]
    return len(set(re.findall(things, html)))


def issued(report) -> Report:
    at = timezone.now()
    operations.freeze(operations.for_work(report.pk), at=at)
    operations.issue(operations.for_work(report.pk), b"%PDF-1.7", at=at)
    return Report.objects.get(pk=report.pk)


def traced(client, report, nowhere=()):
    """The counts of a report, after each was found to be what its list shows, on paper as on the page."""
    answer = client.get(report.get_absolute_url())
    assert answer.status_code == 200
    html = answer.content.decode()
    html = html[html.index('id="content"') : html.index('<aside class="page-aside"')]
    found = counts(html)
    for address, number in found:
        assert shown(client, address) == number, address
    paper = printing.sheet_of(operations.for_work(report.pk), None).html
    assert counts(paper) == [(f"{settings.PUBLIC_URL}{address}", number) for address, number in found]
    for told in (html, paper):
        left = without_a_list(told)
        assert left == {caption: heads for caption, heads in LEADS_NOWHERE.items() if caption in left}
    return found


@pytest.fixture
def rich(cast, scene):
    """Something other than nothing in each column: plans, owners, states of many kinds, a meeting with actions."""
    today = timezone.localdate()
    items = scene.engagement.responsibilities.exclude(status="not_applicable").order_by("position")
    ours, theirs = items.filter(party="fasttrack"), items.filter(party="customer")
    for chosen, status in zip(theirs[:5], ("done", "verified", "in_progress", "waiting", "blocked"), strict=True):
        items.filter(pk=chosen.pk).update(status=status, reason="No access", assignee=cast.lead)
    ours.filter(pk=ours.first().pk).update(due_on=today - timedelta(days=9), assignee=cast.specialist)
    for severity in (4, 3, 1):
        finding(scene.engagement, cast.specialist, severity=severity)
    lines = scene.engagement.remediation_items.order_by("pk")
    lines.filter(pk=lines.last().pk).update(status="verified")
    report_issue(scene.done, key=uuid.uuid4(), title="Calendar", details="", by=cast.lead, at=timezone.now())
    meeting = meeting_of(scene.engagement)
    action_in(meeting, cast)
    held(meeting, cast)
    MigrationEvent.objects.filter(pk=scene.done.pk).update(totals=FINISHED)
    MigrationEvent.objects.filter(pk=scene.running.pk).update(
        totals={"completed": 4, "syncing": 3, "queued": 2, "failed": 1}
    )
    return scene


def viewer_of(cast):
    viewer = person("board@contoso.example", "Bea Board")
    add_membership(viewer, role=Membership.Role.VIEWER, customer=cast.contoso, by=None)
    return viewer


@pytest.mark.parametrize("audience", ["customer", "executive", "partner", "staff"])
def test_of_an_engagement_an_event_and_a_meeting(cast, rich, sign_in, audience):
    readers = {"customer": cast.lead, "partner": cast.partner, "staff": cast.specialist}
    client = sign_in(readers.get(audience) or viewer_of(cast))
    asked = [("engagement", rich.engagement), ("status", rich.running), ("final", rich.done)]
    found = {}
    for kind, subject in asked:
        report = issued(operations.request(kind, subject, by=None, at=timezone.now(), audience=audience))
        found[kind] = traced(client, report)
        # Whom an edition does not name it does not point to either.
        is_named = kind == "engagement" and audience in ("customer", "staff")
        assert (str(cast.lead.public_id) in str(report.snapshot)) == is_named
    assert len(found["status"]) >= 8
    assert len(found["final"]) >= 7
    lists = {re.sub(ONE, "…", address.partition("?")[0]) for address, _number in found["engagement"]}
    assert {"/engagements/…/matrix/", "/engagements/…/remediation/", "/migrations/…/records/"} <= lists
    # Whose edition names the holders is led to what each holds.
    assert any("who=" in address for address, _number in found["engagement"]) == (audience != "executive")


@pytest.fixture
def busy(cast, rich):
    """One engagement was completed, resumed and completed again; one issue is resolved, another is open again."""
    now, today = timezone.now(), timezone.localdate()
    move_milestone(
        rich.engagement.milestones.get(code="kickoff"), "complete", by=cast.specialist, on=today, note="Agreed"
    )
    first, second = trouble(rich.running, cast.lead), trouble(rich.done, cast.lead)
    for issue in (first, second):
        resolve_issue(issue, resolution="Shared anew", by=cast.specialist, at=now)
    reopen_issue(second, by=cast.specialist, at=now)
    for step in ("complete", "resume", "complete"):
        move(rich.other, step, by=cast.apac_specialist, at=now, reason="As agreed")
        rich.other.refresh_from_db()
    return rich


PORTFOLIOS = [
    {"of": "list"},
    {"of": "list", "q": "conto"},
    {"of": "list", "status": "completed"},
    {"of": "list", "status": "at_work", "phase": "assess"},
    {"of": "board"},
    {"of": "board", "signal": "stuck"},
    {"of": "list", "q": "nobody"},
]


@pytest.mark.parametrize("who", ["admin", "manager"])
def test_of_a_portfolio(cast, busy, sign_in, who):
    """However it was narrowed, and whoever reads it: an admin reads those of a manager, too."""
    asker, today = getattr(cast, who), timezone.localdate()
    days = {"first_day": today - timedelta(days=300), "last_day": today}
    for filters in PORTFOLIOS:
        asked = {"filters": filters, "key": uuid.uuid4(), "by": asker, "at": timezone.now()}
        report = issued(operations.request_portfolio(**asked, **days))
        found = traced(sign_in(asker), report)
        if who == "manager":
            assert traced(sign_in(cast.admin), report) == found
        elif filters == {"of": "list"}:
            told = {address.partition("?")[2]: number for address, number in found if "/reports/" in address}
            # An engagement that was completed, resumed and completed again is one; an issue that is open again is none.
            assert [told[f"days={what}"] for what in ("opened", "completed", "reported", "resolved")] == [2, 1, 3, 1]
            assert told["status=completed"] == told["status=active"] == 1


def test_what_was_frozen_before_has_fewer_ways_and_reads_as_it_did(cast, rich, sign_in):
    """Reports of before name neither the holders' keys nor those of events and meetings."""
    report = issued(operations.request("engagement", rich.engagement, by=None, at=timezone.now(), audience="customer"))
    plain = report.snapshot
    for line in plain["holders"]:
        del line["who"]
    for line in plain["events"]:
        del line["event"]["key"]
    for line in plain["minutes"]:
        del line["key"]
    Report.objects.filter(pk=report.pk).update(snapshot=plain)
    answer = sign_in(cast.lead).get(report.get_absolute_url())
    ways = {address for address, _number in counts(answer.content.decode())}
    assert any("matrix" in address for address in ways)
    assert not any(part in address for address in ways for part in ("who=", "/records/", "/meetings/"))
