"""Who finds which report, what the page says, and what can be taken away."""

import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link
from fasttrack_portal.jobs import engine
from fasttrack_portal.limits import count_one
from migrations_svc.models import MigrationEvent
from reports import operations, printing, snapshots
from reports.models import Report
from tests.answers import body_of, without_nonces
from tests.conftest import person
from tests.reports.scene import COMPLETED, FINISHED


@pytest.fixture
def issued(cast, scene, once_issued, printer):
    """One report of each kind of Contoso, and one of Fabrikam, made by the job."""
    return [Report.objects.get(pk=pk) for pk in once_issued]


def paths(report):
    base = report.get_absolute_url()
    return [base, f"{base}progress/", f"{base}download/", f"{base}records.csv"]


def test_a_partners_list_passes_over_the_editions_of_others_by_an_index(cast):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
    plan = Report.objects.visible_to(cast.partner).order_by("-pk").values_list("pk")[:26].explain()
    assert "report_of_partners" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("admin", 4),
        ("specialist", 3),
        ("manager", 3),
        ("lead", 3),
        ("pm", 3),
        ("partner", 0),
        ("litware_partner", 0),
        ("fabrikam_lead", 1),
        ("apac_specialist", 1),
    ],
)
def test_the_list_shows_each_their_own(cast, issued, sign_in, who, sees):
    client = sign_in(getattr(cast, who))
    page = client.get("/reports/").content.decode()
    assert sum(report.number in page for report in issued) == sees
    for report in issued:
        allowed = Report.objects.visible_to(getattr(cast, who)).filter(pk=report.pk).exists()
        assert client.get(report.get_absolute_url()).status_code == (200 if allowed else 404)


def test_another_customers_report_is_the_same_as_none(cast, issued, sign_in):
    client = sign_in(cast.fabrikam_lead)
    nothing = "00000000-0000-0000-0000-00000000000a"
    for path in paths(issued[1]):
        there = client.get(path)
        assert there.status_code == 404
        assert without_nonces(there) == without_nonces(client.get(path.replace(str(issued[1].public_id), nothing)))


def test_no_byte_of_another_customer(cast, issued, sign_in):
    client = sign_in(cast.lead)
    addresses = ["/reports/", "/reports/?kind=final"] + [path for report in issued[:3] for path in paths(report)]
    for address in addresses:
        assert b"abrikam" not in body_of(client.get(address)), address


def test_the_page_says_what_the_report_says_and_how_to_check_it(cast, issued, sign_in):
    status, final, whole, _theirs = issued
    client = sign_in(cast.lead)
    page = client.get(status.get_absolute_url()).content.decode()
    assert "4 of 10 records (40%) have moved" in page
    assert status.seal.code in page
    assert status.seal.pdf_sha256 in page
    assert f"/verify/{status.seal.code}" in page
    assert "Every record (CSV)" not in page
    assert "Every record (CSV)" in client.get(final.get_absolute_url()).content.decode()
    assert "milestones are reached" in client.get(whole.get_absolute_url()).content.decode()


def test_every_number_of_the_matrix_leads_to_its_items(cast, scene, printer, run_jobs, sign_in):
    """The list shows how it is now; here nothing has happened since."""
    scene.engagement.responsibilities.update(due_on=None)
    items = scene.engagement.responsibilities.filter(phase="assess", party="fasttrack").order_by("position")
    for item, status in zip(items, ("done", "verified", "in_progress", "blocked"), strict=False):
        items.filter(pk=item.pk).update(status=status, reason="No access", due_on="2026-03-01")
    report = operations.request("engagement", scene.engagement, by=cast.lead, at=COMPLETED)
    run_jobs()
    client = sign_in(cast.lead)
    page = client.get(report.get_absolute_url()).content.decode()
    base = f"/engagements/{scene.engagement.public_id}/matrix/?phase=assess&amp;party=fasttrack&amp;"
    for narrowed, least in (("status=met", 2), ("status=in_progress", 1), ("status=blocked", 1), ("view=overdue", 2)):
        found = re.search(re.escape(f'<a class="counted" href="{base}{narrowed}">') + r"(\d+)</a>", page)
        assert found, narrowed
        shown = client.get(f"{base}{narrowed}".replace("&amp;", "&")).content.decode()
        items = set(re.findall(r'href="/responsibilities/([0-9a-f-]+)/"', shown))
        assert len(items) == int(found[1]) >= least
    numbers = tiles(page)
    assert set(numbers) == {"phases passed", "milestones reached", "responsibilities done", "overdue or blocked"}
    for label, number in (("overdue or blocked", 2), ("responsibilities done", 2)):
        shown = client.get(numbers[label][0]).content.decode()
        assert len(set(re.findall(r'href="/responsibilities/([0-9a-f-]+)/"', shown))) == number, label
    assert numbers["overdue or blocked"][1] == "2"


def tiles(page):
    """What each number of the summary leads to, by its label."""
    found = re.findall(r'<a class="stat[^"]*" href="([^"]+)">.*?stat-value">([^<]+)<.*?stat-label">([^<]+)<', page)
    return {label: (address.replace("&amp;", "&"), value) for address, value, label in found}


def test_every_number_of_the_summary_leads_to_what_it_counts(cast, scene, issued, sign_in):
    """Of ten records five and two have moved, one failed and two were skipped."""
    MigrationEvent.objects.filter(pk=scene.done.pk).update(totals=FINISHED)
    final, client = issued[1], sign_in(cast.lead)
    numbers = tiles(client.get(final.get_absolute_url()).content.decode())
    counted = {"records in the event": 10, "moved": 7, "still to come": 0, "failed or stopped": 1}
    assert set(numbers) == set(counted)
    for label, number in counted.items():
        shown = client.get(numbers[label][0]).content.decode()
        assert len(set(re.findall(r"[a-z-]+\.\d{4}@branch", shown))) == number, label


@pytest.mark.parametrize(
    ("who", "audience"), [("viewer", "executive"), ("partner", "partner"), ("specialist", "staff"), ("pm", "customer")]
)
def test_no_number_leads_a_reader_to_a_closed_door(cast, scene, printer, sign_in, who, audience):
    client = sign_in(viewer_of(cast) if who == "viewer" else getattr(cast, who))
    for kind, subject in (("engagement", scene.engagement), ("final", scene.done)):
        report = operations.request(kind, subject, by=None, at=COMPLETED, audience=audience)
        engine.run_due()
        numbers = tiles(client.get(report.get_absolute_url()).content.decode())
        assert len(numbers) == 4
        for address, _number in numbers.values():
            assert client.get(address).status_code == 200, address
        # The same links stand in the PDF, beginning with where the portal is.
        html = printing.sheet_of(operations.for_work(report.pk), None).html
        assert {f"{settings.PUBLIC_URL}{address}" for address, _number in numbers.values()} == {
            address for address, _number in tiles(html).values()
        }


def viewer_of(cast):
    viewer = person("board@contoso.example", "Bea Board")
    add_membership(viewer, role=Membership.Role.VIEWER, customer=cast.contoso, by=None)
    return viewer


def test_an_executive_viewer_hears_of_the_editions_that_they_can_open(cast, scene, issued, sign_in):
    viewer = viewer_of(cast)
    theirs = operations.request("final", scene.done, by=cast.lead, at=COMPLETED, audience="executive")
    engine.run_due()
    stories = [("/", viewer), (f"/engagements/{scene.engagement.public_id}/activity/", viewer)]
    for path, reader in stories:
        page = sign_in(reader).get(path).content.decode()
        for address in set(re.findall(r'href="(/reports/[0-9a-f-]{36}/)"', page)):
            assert sign_in(reader).get(address).status_code == 200, path
    assert theirs.number in page
    assert not any(report.number in page for report in issued)
    seen = Event.objects.visible_to(viewer).filter(subject_label="reports.Report").values_list("subject_id", flat=True)
    assert set(seen) == {theirs.pk}
    # Who runs the engagement hears of all of them.
    page = sign_in(cast.lead).get(f"/engagements/{scene.engagement.public_id}/activity/").content.decode()
    assert all(report.number in page for report in (*issued[:3], theirs))


def test_a_download_is_the_sealed_file_and_is_written_down(cast, issued, sign_in):
    status = issued[0]
    answer = sign_in(cast.pm).get(f"{status.get_absolute_url()}download/")
    assert snapshots.hash_of(body_of(answer)) == status.seal.pdf_sha256
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="contoso-status-{status.number}.pdf"'
    assert answer["Cache-Control"] == "no-store"
    event = Event.objects.get(kind="reports.downloaded")
    assert (event.actor, event.internal) == (cast.pm, True)
    assert event.sentence == f"contoso-status-{status.number}.pdf was downloaded"


def test_an_executive_viewer_may_take_the_edition_that_is_made_for_them(cast, scene, issued, sign_in):
    viewer = viewer_of(cast)
    theirs = operations.request("final", scene.done, by=cast.lead, at=COMPLETED, audience="executive")
    engine.run_due()
    assert sign_in(viewer).get(f"{theirs.get_absolute_url()}download/").status_code == 200
    assert sign_in(viewer).get(f"{theirs.get_absolute_url()}records.csv").status_code == 422
    base = issued[1].get_absolute_url()
    assert sign_in(viewer).get(f"{base}download/").status_code == 404


def test_who_runs_the_engagement_may_take_every_record(cast, issued, sign_in):
    records = sign_in(cast.lead).get(f"{issued[1].get_absolute_url()}records.csv")
    assert records["Content-Type"] == "text/csv"
    assert body_of(records).decode("utf-8-sig").startswith("source,target,name,kind,status")


def test_a_report_that_is_not_there_yet_cannot_be_taken(cast, scene, sign_in):
    report = operations.request("final", scene.done, by=cast.lead, at=COMPLETED)
    client = sign_in(cast.lead)
    assert client.get(f"{report.get_absolute_url()}download/").status_code == 409
    assert client.get(f"{report.get_absolute_url()}records.csv").status_code == 409
    assert not Event.objects.filter(kind="reports.downloaded").exists()


def test_a_status_report_has_no_list_of_records(cast, issued, sign_in):
    answer = sign_in(cast.lead).get(f"{issued[0].get_absolute_url()}records.csv")
    assert answer.status_code == 422


def test_after_the_link_has_ended_the_partner_sees_none(cast, scene, printer, sign_in):
    theirs = operations.request("status", scene.running, by=cast.partner, at=COMPLETED)
    assert theirs.audience == "partner"
    assert sign_in(cast.partner).get(theirs.get_absolute_url()).status_code == 200
    end_link(PartnerLink.objects.get(), at=COMPLETED, by=cast.lead)
    assert sign_in(cast.partner).get(theirs.get_absolute_url()).status_code == 404
    engine.run_due()
    theirs.refresh_from_db()
    assert (theirs.status, printer.sheets) == ("failed", [])


def test_an_older_report_points_to_the_newest(cast, scene, issued, printer, sign_in):
    newer = operations.request("status", scene.running, by=cast.lead, at=COMPLETED)
    engine.run_due()
    page = sign_in(cast.lead).get(issued[0].get_absolute_url()).content.decode()
    assert "There is a newer one" in page
    assert newer.number in page


@pytest.mark.usefixtures("one_window")
def test_the_sixty_first_download_of_an_hour_waits(cast, issued, sign_in):
    client, address = sign_in(cast.lead), f"{issued[0].get_absolute_url()}download/"
    assert client.get(address).status_code == 200
    for _time in range(58):
        count_one("downloads", str(cast.lead.pk), 60, 3600)
    assert [client.get(address).status_code for _time in range(2)] == [200, 429]


@pytest.mark.parametrize(
    "query", ["?kind=final", "?status=issued", "?kind=%00", "?page=-1", "?page=99999", "?sort=-kind"]
)
def test_the_list_can_be_narrowed_and_bears_nonsense(cast, issued, sign_in, query):
    assert sign_in(cast.lead).get(f"/reports/?{query}").status_code == 200


def test_the_list_costs_the_same_for_three_and_for_a_hundred(cast, scene, issued, sign_in):
    client = sign_in(cast.specialist)
    client.get("/reports/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/reports/")
    for _time in range(30):
        operations.request("status", scene.running, by=None, at=COMPLETED)
    with CaptureQueriesContext(connection) as many:
        client.get("/reports/")
    assert len(many) <= len(few) <= 14
