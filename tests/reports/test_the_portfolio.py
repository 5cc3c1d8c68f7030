"""Managers and admins report on all engagements that fit a filter, over a range of days."""

import csv
import io
import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from engagements.operations.milestones import move_milestone
from engagements.operations.responsibilities import move_responsibility
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.documents import operations as documents
from reports import operations, snapshots
from reports.models import Report
from tests.answers import body_of

ADDRESS = "/reports/portfolio/"


def form(**changes):
    today = timezone.localdate()
    days = {"first_day": str(today - timedelta(days=30)), "last_day": str(today)}
    return {**days, "key": str(uuid.uuid4()), "of": "", "q": "", "status": "", **changes}


@pytest.fixture
def busy(cast, scene):
    now = timezone.now()
    item = scene.engagement.responsibilities.filter(phase="initiate", party="customer").first()
    move_responsibility(item, "block", by=cast.lead, at=now, reason="No access")
    kickoff = scene.engagement.milestones.get(code="kickoff")
    move_milestone(kickoff, "complete", by=cast.specialist, on=now.date(), note="Agreed")
    return scene


def asked(client, **changes):
    answer = client.post(ADDRESS, form(**changes))
    assert answer.status_code == 303, answer.content.decode()[:2000]
    return Report.objects.filter(kind="portfolio").latest("pk")


def test_an_admin_reports_on_everything(cast, busy, printer, run_jobs, sign_in):
    client = sign_in(cast.admin)
    report = asked(client)
    run_jobs()
    report.refresh_from_db()
    said = snapshots.from_plain(report.snapshot)
    assert (said.total, said.stuck, said.reached_total) == (2, 1, 1)
    assert {line.customer for line in said.engagements} == {"Contoso", "Fabrikam"}
    ours = next(line for line in said.attention if line.customer == "Contoso")
    assert any("stuck" in reason for reason in ours.reasons)
    assert [line.title for line in said.reached] == ["Kickoff"]
    page = client.get(report.get_absolute_url()).content.decode()
    assert "2 engagements; 1 milestone was reached in these days." in page
    rows = list(csv.DictReader(io.StringIO(documents.read(report.records).decode("utf-8-sig"))))
    assert {row["engagement"] for row in rows} == {busy.engagement.number, busy.other.number}
    html, options = printer.sheets[-1]
    carried = options["editions"][-1].attachments
    assert {name: content for name, (content, _told) in carried.items()} == {
        said.file.name: documents.read(report.records)
    }
    assert "All FastTrack Centers" in html


def test_a_managers_is_of_the_centre_that_they_run(cast, busy, printer, run_jobs, sign_in):
    report, foreign = asked(sign_in(cast.manager)), asked(sign_in(cast.manager), centre=cast.fabrikam.centre.code)
    run_jobs()
    report.refresh_from_db()
    foreign.refresh_from_db()
    assert snapshots.from_plain(foreign.snapshot).total == 0, "another centre's are not there"
    said = snapshots.from_plain(report.snapshot)
    assert {line.customer for line in said.engagements} == {"Contoso"}
    assert "Fabrikam" not in str(report.snapshot)
    assert said.head.customer == "FastTrack Center EMEA"


def test_the_filters_of_the_list_and_of_the_board_go_with_it(cast, busy, printer, run_jobs, sign_in):
    client = sign_in(cast.admin)
    page = client.get(f"{ADDRESS}?of=list&q=fabri").content.decode()
    assert "1 engagement fits" in page
    assert 'value="fabri"' in page
    by_words = asked(client, of="list", q="fabri")
    by_signal = asked(client, of="board", signal="stuck")
    run_jobs()
    for report, customer, label in ((by_words, "Fabrikam", "fabri"), (by_signal, "Contoso", "Stuck")):
        report.refresh_from_db()
        said = snapshots.from_plain(report.snapshot)
        assert [line.customer for line in said.engagements] == [customer]
        assert [each.value for each in said.filters] == [label]


def test_the_list_and_the_board_lead_there_with_their_filters(cast, busy, sign_in):
    client = sign_in(cast.admin)
    for of, address in (("list", "/engagements/"), ("board", "/engagements/board/")):
        page = client.get(f"{address}?q=fabri").content.decode()
        assert f"{ADDRESS}?q=fabri&amp;of={of}" in page
        assert ADDRESS not in sign_in(cast.specialist).get(address).content.decode()


@pytest.mark.parametrize("who", ["specialist", "lead", "partner", "fabrikam_lead"])
def test_it_is_for_managers_and_admins(cast, busy, sign_in, who):
    client = sign_in(getattr(cast, who))
    assert client.get(ADDRESS).status_code == 403
    assert client.post(ADDRESS, form()).status_code == 403
    assert ADDRESS not in client.get("/reports/").content.decode()


def test_a_portfolio_is_read_by_who_asked_for_it_while_they_run_the_centre(cast, busy, printer, run_jobs, sign_in):
    report = asked(sign_in(cast.manager))
    run_jobs()
    address = report.get_absolute_url()
    assert body_of(sign_in(cast.manager).get(f"{address}download/")).startswith(b"%PDF")
    assert sign_in(cast.admin).get(address).status_code == 200
    for other in ("specialist", "apac_specialist", "lead", "partner"):
        assert sign_in(getattr(cast, other)).get(address).status_code == 404, other
    Membership.objects.filter(user=cast.manager).update(role="specialist")
    assert sign_in(cast.manager).get(address).status_code == 404


def test_who_runs_the_centre_no_more_gets_none_of_what_was_queued(cast, busy, printer, run_jobs, sign_in):
    report = asked(sign_in(cast.manager))
    Membership.objects.filter(user=cast.manager).update(role="specialist")
    run_jobs()
    report.refresh_from_db()
    assert (report.status, printer.sheets) == ("failed", [])


@pytest.mark.parametrize(
    "changes",
    [
        {"first_day": "2026-05-02", "last_day": "2026-05-01"}, {"first_day": "2020-01-01", "last_day": "2026-01-01"},
        {"first_day": ""}, {"last_day": "\x00"}, {"status": "nothing"}, {"q": "\x00"}, {"key": ""},
        {"first_day": "0001-01-01", "last_day": "9999-12-31"},
    ],
)  # fmt: skip
def test_nonsense_comes_back_with_the_form(cast, busy, sign_in, changes):
    assert sign_in(cast.admin).post(ADDRESS, form(**changes)).status_code == 422
    assert not Report.objects.exists()


def test_a_double_click_is_one_portfolio_and_another_is_issued_anew(cast, busy, printer, run_jobs, sign_in):
    client, sent = sign_in(cast.admin), form()
    assert client.post(ADDRESS, sent)["Location"] == client.post(ADDRESS, sent)["Location"]
    report, other = Report.objects.get(), asked(client)
    run_jobs()
    report.refresh_from_db()
    assert report.seal.superseded_by is None, "another portfolio is no newer one of this"
    again = operations.reissue(report, reason="Late data", by=cast.admin, at=timezone.now(), key=uuid.uuid4())
    run_jobs()
    report.seal.refresh_from_db()
    again.refresh_from_db()
    assert report.seal.superseded_by == again.seal
    assert other.pk != again.pk


TILE = re.compile(r'<a class="stat[^"]*" href="([^"]+)">.*?stat-value">([^<]+)<.*?stat-label">([^<]+)<', re.DOTALL)
ROW = {"milestones reached": r'href="/milestones/([0-9a-f-]{36})/"'}


def listed(client, address, label):
    """The things that stand in the list behind a tile."""
    content = client.get(address).content.decode()
    content = content[content.index('id="content"') :]
    return set(re.findall(ROW.get(label, r'href="/engagements/([0-9a-f-]{36})/"'), content))


@pytest.mark.parametrize("who", ["admin", "manager"])
@pytest.mark.parametrize(
    "asked_with", [{}, {"of": "list", "q": "conto"}, {"of": "board"}, {"of": "list", "q": "nobody"}]
)
def test_every_tile_counts_what_its_list_shows(cast, busy, printer, run_jobs, sign_in, who, asked_with):
    """Here nothing has happened since; two engagements of two centres, each with a kickoff that was reached."""
    kickoff = busy.other.milestones.get(code="kickoff")
    move_milestone(kickoff, "complete", by=cast.apac_specialist, on=timezone.localdate(), note="Agreed")
    long_ago = busy.engagement.milestones.exclude(code="kickoff").first()
    type(long_ago).objects.filter(pk=long_ago.pk).update(status="completed", completed_on="2020-01-01")
    client = sign_in(getattr(cast, who))
    report = asked(client, **asked_with)
    run_jobs()
    tiles = {
        label: (href, value)
        for href, value, label in TILE.findall(client.get(report.get_absolute_url()).content.decode())
    }
    assert set(tiles) == {"engagements", "milestones reached", "past the next milestone", "with something stuck"}
    for label, (address, value) in tiles.items():
        assert len(listed(client, address.replace("&amp;", "&"), label)) == int(value), label
    everything = {"admin": 2, "manager": 1}[who] if "q" not in asked_with else int(asked_with["q"] == "conto")
    assert (tiles["engagements"][1], tiles["milestones reached"][1]) == (str(everything), str(everything))


def test_the_milestones_of_a_portfolio_are_for_who_reads_it(cast, busy, printer, run_jobs, sign_in):
    report = asked(sign_in(cast.manager))
    address = f"{report.get_absolute_url()}milestones/"
    for who, status in (("manager", 200), ("admin", 200), ("specialist", 404), ("lead", 404), ("apac_specialist", 404)):
        assert sign_in(getattr(cast, who)).get(address).status_code == status
    other = operations.request("engagement", busy.engagement, by=cast.specialist, at=timezone.now())
    assert sign_in(cast.admin).get(f"{other.get_absolute_url()}milestones/").status_code == 404
