"""The lists of events and records: what one sees, in which order, and what one takes away."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from migrations_svc import operations, sections
from migrations_svc.models import MigrationEvent, MigrationRecord
from migrations_svc.tables import RecordTable
from tests.answers import without_nonces
from tests.migrations_svc.migration_scene import event_in

LIST = reverse("migrations_svc:list")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ADA", {"ada.lovelace@old.example"}),
        ("ada.lovelace@ol", {"ada.lovelace@old.example"}),
        ("contoso_ada", {"ada.lovelace@old.example"}),
        ("augusta ada k", {"ada.lovelace@old.example"}),
        ("love", {"ada.lovelace@old.example"}),
        ("Ümit", {"umit@old.example"}),
        ("king", set()),
        ("contosoxada", set()),
        ("%", set()),
    ],
)
def test_a_record_is_found_by_the_beginning_of_an_address_or_a_name(cast, event, typed, found):
    """On either side, however it is capitalised, by the family name too; signs of a pattern are signs."""
    ada, umit = event.records.order_by("pk")
    MigrationRecord.objects.filter(pk=ada.pk).update(
        source_address="ada.lovelace@old.example",
        target_address="Contoso_Ada@new.example",
        display_name="Augusta Ada King Lovelace",
    )
    MigrationRecord.objects.filter(pk=umit.pk).update(source_address="umit@old.example", display_name="Ümit")
    assert {record.source_address for record in event.records.that_begin_with(typed)} == found


def test_every_beginning_is_looked_up_in_an_index(event):
    """None of them reads the other records, of which there are many."""
    MigrationRecord.objects.bulk_create(
        MigrationRecord(event=event, source_address=f"{n}@old.example", target_address=f"{n}@new.example")
        for n in range(3_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE migrations_svc_migrationrecord")
    plan = event.records.that_begin_with("zebra").explain()
    assert plan.count("Bitmap Index Scan on migration_record_") == 4, plan
    assert plan.count(">= 'zebra'") == 4
    for sort in ("source_address", "-source_address"):
        rows = RecordTable(event.records.all(), order_by=sort).rows
        plan = rows[:26].explain()
        assert "migration_record_one_a_kind" in plan, plan
        assert "Sort" not in plan, plan


def text(answer):
    return answer.content.decode()


@pytest.fixture
def many(cast, engagement):
    """An event of sixty mailboxes, one of which failed."""
    names = [f"m{number:02d}" for number in range(60)]
    lines = [f"{name}@old.example,{name}@new.example,{number},Person {name},\n" for number, name in enumerate(names)]
    event = event_in(engagement, cast.lead, *lines)
    event.records.filter(source_address="m07@old.example").update(status="failed", message="=cmd|' /C calc'!A0")
    return event


@pytest.mark.parametrize("who", ["lead", "partner", "specialist", "manager", "admin"])
def test_who_belongs_sees_the_event(cast, sign_in, event, who):
    client = sign_in(getattr(cast, who))
    assert event.title in text(client.get(LIST))
    assert client.get(event.get_absolute_url()).status_code == 200
    assert client.get(reverse("migrations_svc:of_engagement", args=[event.engagement.public_id])).status_code == 200


@pytest.mark.parametrize("who", ["fabrikam_lead", "litware_partner", "apac_specialist"])
def test_foreign_is_not_there_byte_for_byte(cast, sign_in, event, who):
    client = sign_in(getattr(cast, who))
    assert event.title not in text(client.get(LIST))
    for name in (
        "detail",
        "records",
        "records_csv",
        "load_list",
        "load_states",
        "schedule",
        "cancel",
        "edit",
        "new_issue",
    ):
        foreign = client.get(reverse(f"migrations_svc:{name}", args=[event.public_id]))
        nothing = client.get(reverse(f"migrations_svc:{name}", args=[uuid.uuid4()]))
        assert foreign.status_code == 404
        assert without_nonces(foreign) == without_nonces(nothing), name
    assert client.get(reverse("migrations_svc:of_engagement", args=[event.engagement.public_id])).status_code == 404


def test_signed_out_is_sent_to_sign_in(event):
    for there in (LIST, event.get_absolute_url(), reverse("migrations_svc:template")):
        assert Client().get(there).status_code == 302


def test_the_list_is_filtered_and_sorted(cast, sign_in, engagement, event):
    other = event_in(engagement, cast.lead, title="Box, all of it", source="box")
    operations.cancel(other, reason="Later", by=cast.lead)
    client = sign_in(cast.lead)
    assert event.title not in text(client.get(LIST, {"status": "cancelled"}))
    assert other.title in text(client.get(LIST, {"status": "cancelled"}))
    assert other.title not in text(client.get(LIST, {"q": "sales"}))
    for sort in ("number", "-number", "status", "scheduled_for", "-scheduled_for", "nonsense", "created_by__password"):
        assert client.get(LIST, {"sort": sort}).status_code == 200
    assert "Contoso</td>" not in text(client.get(LIST))
    assert "Contoso</td>" in text(sign_in(cast.specialist).get(LIST))


@pytest.mark.parametrize("page", ["-1", "0", "x", "999999", "9" * 30, "\x00", "1.5", "²"])
def test_pages_that_are_none(cast, sign_in, many, page):
    client = sign_in(cast.lead)
    assert client.get(LIST, {"page": page}).status_code == 200
    found = client.get(reverse("migrations_svc:records", args=[many.public_id]), {"page": page, "per_page": page})
    assert found.status_code == 200
    assert "m00@old.example" in text(found)


def test_records_are_paged_filtered_and_sorted(cast, sign_in, many):
    client, there = sign_in(cast.lead), reverse("migrations_svc:records", args=[many.public_id])
    first = text(client.get(there))
    assert "m24@old.example" in first
    assert "m25@old.example" not in first
    assert "m25@old.example" in text(client.get(there, {"page": 2}))
    assert "m59@old.example" in text(client.get(there, {"sort": "-source_address"}))
    assert "m59@old.example" in text(client.get(there, {"sort": "-size_bytes"}))
    failed = text(client.get(there, {"status": "failed"}))
    assert "m07@old.example" in failed
    assert "m08@old.example" not in failed
    assert "m33@new.example" in text(client.get(there, {"q": "person M33"}))
    assert "No record matches" in text(client.get(there, {"q": "nobody"}))
    for query in ({"q": "\x00"}, {"status": "nonsense"}, {"sort": "message"}, {"q": "%_\\"}):
        assert client.get(there, query).status_code == 200


def test_the_export_is_guarded_and_filtered(cast, sign_in, many):
    client, there = sign_in(cast.lead), reverse("migrations_svc:records_csv", args=[many.public_id])
    lines = b"".join(client.get(there).streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 61
    assert lines[0].startswith("source_address,target_address,kind")
    failed = b"".join(client.get(there, {"status": "failed"}).streaming_content).decode("utf-8-sig").splitlines()
    assert len(failed) == 2
    assert "'=cmd|" in failed[1]
    assert ",=cmd" not in failed[1]


@pytest.mark.usefixtures("one_window")
def test_the_eleventh_export_of_an_hour_waits(cast, sign_in, many):
    client, there = sign_in(cast.lead), reverse("migrations_svc:records_csv", args=[many.public_id])
    assert [client.get(there).status_code for _time in range(11)] == [200] * 10 + [429]


def test_the_bar_has_its_table(cast, sign_in, many):
    operations.validate(many, by=cast.lead)
    page = text(sign_in(cast.lead).get(many.get_absolute_url()))
    assert many.totals == {"queued": 59, "failed": 1}
    assert '<rect class="chart-danger"' in page
    assert f"{reverse('migrations_svc:records', args=[many.public_id])}?status=failed" in page


def test_choosing_the_engagement_of_a_new_event(cast, sign_in, engagement, guided):
    there = reverse("migrations_svc:new")
    assert f"?engagement={engagement.public_id}" in text(sign_in(cast.lead).get(there))
    assert "With 499 seats" in text(sign_in(cast.fabrikam_lead).get(there))
    assert "No engagement yet" in text(sign_in(cast.litware_partner).get(there))
    assert sign_in(cast.lead).post(there, {}).status_code == 404


def test_records_are_seen_by_who_sees_the_event(cast, many):
    assert MigrationRecord.objects.visible_to(cast.lead).count() == 60
    assert not MigrationRecord.objects.visible_to(cast.fabrikam_lead).exists()
    assert not MigrationEvent.objects.visible_to(cast.litware_partner).exists()


def test_apps_above_add_sections_to_the_page(cast, event, monkeypatch):
    monkeypatch.setattr(sections, "_SECTIONS", {})
    sections.add_section(
        code="b", title="B", template="b.html", provide=lambda user, event: {"n": event.pk}, position=20
    )
    sections.add_section(code="a", title="A", template="a.html", provide=lambda user, event: {}, position=10)
    sections.add_section(code="c", title="C", template="c.html", provide=lambda user, event: None)
    assert [section.code for section in sections.sections_for(cast.lead, event)] == ["a", "b"]
    with pytest.raises(RuntimeError):
        sections.add_section(code="a", title="A", template="a.html", provide=lambda user, event: {})
