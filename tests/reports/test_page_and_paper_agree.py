"""The page of a report shows what its PDF shows: the same parts, tables and rows in the same order, of every kind."""

import re
import uuid

import pytest
from django.utils import timezone

from engagements.models import Minutes
from engagements.operations import agenda, outcomes
from engagements.operations.remediation_plan import propose_plan
from engagements.operations.responsibilities import move_responsibility
from fasttrack_portal.activity.operations import record
from reports import operations, printing
from reports.models import Report
from tests.engagements.minutes_scene import NOW, action_in, held, meeting_of
from tests.engagements.plan_scene import finding, hope
from tests.reports.scene import COMPLETED, trouble

_SHOWN = re.compile(r"<(h2|h3|figcaption|caption)\b[^>]*>(.*?)</\1>|<(tr)>", re.DOTALL)


def shown(html):
    """Headings and captions in their order, and how many rows stand under each."""
    found = []
    for tag, words, row in _SHOWN.findall(html):
        if row:
            found[-1][2] += 1
        else:
            found.append([tag, words, 0])
    return found


def of_page(answer):
    html = answer.content.decode()
    assert answer.status_code == 200
    aside = html.index('<aside class="page-aside"')
    return html[html.index('id="content"') : aside], html[aside:]


def of_paper(report):
    html = printing.sheet_of(operations.for_work(report.pk), None).html
    parts = shown(html[html.index("<main>") :])
    assert parts.pop()[1] == "About this report", "on the page it stands beside them"
    return parts


def both(client, report):
    """The parts of the paper, after the page was found to show the same."""
    page, aside = of_page(client.get(report.get_absolute_url()))
    paper = of_paper(report)
    assert shown(page) == paper
    assert "About this report" in aside
    return [words for tag, words, _rows in paper if tag == "h2"]


@pytest.fixture
def full(cast, scene):
    """Something in every part: plans, a blocked item, a meeting with its minutes, an issue."""
    finding(scene.engagement, cast.specialist)
    hope(scene.engagement, cast.specialist)
    item = scene.engagement.responsibilities.filter(phase="initiate", party="customer").first()
    move_responsibility(item, "block", by=cast.lead, at=timezone.now(), reason="No access")
    trouble(scene.running, cast.lead)
    trouble(scene.done, cast.lead)
    propose_plan(scene.engagement, by=cast.specialist, at=timezone.now())
    scene.minutes = minutes_of(scene.engagement, cast)
    return scene


def nudged(engagement, cast):
    """Told to FastTrack alone."""
    record(
        "engagements.nudged", subject=engagement, by=None, thread=engagement.public_id, customer=cast.contoso,
        centre=cast.contoso.centre, internal=True, data={"number": engagement.number, "customer": "Contoso"},
    )  # fmt: skip


def minutes_of(engagement, cast) -> Minutes:
    meeting = meeting_of(engagement)
    agenda.add_point(meeting, title="The pilot group", key=uuid.uuid4(), by=cast.lead)
    agenda.note_point(meeting, "gate", notes="Two sites are left.", version=1, base="", by=cast.specialist)
    told = {"decided_by": cast.lead, "decided_on": NOW.date(), "key": uuid.uuid4(), "by": cast.specialist}
    outcomes.decide(meeting, text="Mail moves first", **told)
    action_in(meeting, cast)
    outcomes.mark_attendance(meeting, present=[cast.lead], guests="Ann", version=0, by=cast.specialist)
    return held(meeting, cast)


def issued(kind, subject, audience=""):
    report = operations.request(kind, subject, by=None, at=timezone.now(), audience=audience)
    return as_issued(report)


def as_issued(report) -> Report:
    at = timezone.now()
    operations.freeze(operations.for_work(report.pk), at=at)
    operations.issue(operations.for_work(report.pk), b"%PDF-1.7", at=at)
    return Report.objects.get(pk=report.pk)


def test_an_engagement_report_shows_all_of_it_on_the_page(cast, full, sign_in):
    issued("engagement", full.engagement, "staff")
    nudged(full.engagement, cast)
    report = issued("engagement", full.engagement, "staff")
    parts = both(sign_in(cast.specialist), report)
    assert parts == [
        "Summary", "Since the last report", "Phases and milestones", "Responsibilities", "Gates and signatures",
        "Remediation", "Success plan", "Minutes", "Meetings", "Migration events", "For FastTrack only",
    ]  # fmt: skip
    assert {"Whose court", "Who holds what", "Open items, the most urgent first"} <= {
        words for tag, words, _rows in of_paper(report) if tag == "h3"
    }


@pytest.mark.parametrize("audience", ["customer", "executive", "partner"])
def test_an_edition_shows_its_reader_the_same_on_both(cast, full, sign_in, audience):
    """An executive reads fewer parts, on the page as on paper."""
    who = {"customer": cast.lead, "executive": cast.admin, "partner": cast.partner}[audience]
    for kind, subject in (("engagement", full.engagement), ("final", full.done)):
        both(sign_in(who), issued(kind, subject, audience))


def test_status_and_final_reports_show_records_issues_and_days(cast, full, sign_in):
    both(sign_in(cast.lead), issued("status", full.running))
    parts = ["Summary", "Since the last report", "Progress", "Records that need attention", "Issues"]
    assert both(sign_in(cast.lead), issued("status", full.running)) == parts
    final = both(sign_in(cast.lead), issued("final", full.done))
    assert final == [*(part for part in parts if part != "Since the last report"), "Every record"]


def test_minutes_are_read_on_the_page(cast, full, sign_in):
    report = issued("minutes", full.minutes)
    assert both(sign_in(cast.lead), report) == [
        "Summary", "Attendance", "Decisions", "Actions", "Agenda and notes", "Confirmed by each side"
    ]  # fmt: skip
    page, _aside = of_page(sign_in(cast.lead).get(report.get_absolute_url()))
    for words in ("Mail moves first", "Send the list of sites", "Two sites are left.", "Ann"):
        assert words in page


def test_a_portfolio_shows_every_list_on_the_page(cast, full, sign_in):
    today = timezone.localdate()
    report = operations.request_portfolio(
        filters={}, first_day=COMPLETED.date(), last_day=max(today, COMPLETED.date()), by=cast.admin,
        at=timezone.now(), key=uuid.uuid4(),
    )  # fmt: skip
    assert both(sign_in(cast.admin), as_issued(report)) == [
        "Summary", "What needs attention", "Migration events", "Milestones reached", "Every engagement"
    ]  # fmt: skip


def test_each_part_leads_to_how_it_is_now(cast, full, sign_in):
    """And no way ends at a closed door."""
    client = sign_in(cast.lead)
    for kind, subject, least in (("engagement", full.engagement, 5), ("final", full.done, 3)):
        page, _aside = of_page(client.get(issued(kind, subject).get_absolute_url()))
        ways = set(re.findall(r'<a class="card-link" href="([^"]+)">As it is now', page))
        assert len(ways) >= least
        for address in ways:
            assert client.get(address.replace("&amp;", "&")).status_code == 200, address
