"""A customer plans an event, with its list in one go or without; who may not plan reads why."""

import uuid

import pytest
from django.urls import reverse

from fasttrack_portal.activity.models import Event
from migrations_svc.models import ListLine, ListPlan, MigrationEvent, MigrationProject
from tests.migrations_svc.migration_scene import LINES, csv, upload

NEW = reverse("migrations_svc:new")


def address(engagement):
    return f"{NEW}?engagement={engagement.public_id}"


def form(**fields):
    return {
        "key": str(uuid.uuid4()),
        "title": "Sales, first wave",
        "source": "exchange",
        "zone": "Europe/Berlin",
        **fields,
    }


def test_the_form_knows_the_customers_zone(cast, sign_in, engagement):
    page = sign_in(cast.lead).get(address(engagement)).content.decode()
    assert '<option value="Europe/Berlin" selected>' in page
    assert reverse("migrations_svc:template") in page


def test_event_and_the_plan_of_its_list_in_one_go(cast, sign_in, engagement):
    client = sign_in(cast.lead)
    answer = client.post(address(engagement), form(file=upload(csv(*LINES))))
    event = MigrationEvent.objects.get()
    plan = event.list_plans.get()
    assert (answer.status_code, answer["Location"]) == (303, plan.get_absolute_url())
    assert (event.status, event.record_count, event.created_by) == ("draft", 0, cast.lead)
    told = Event.objects.get(kind="migrations.created")
    assert (told.actor, told.customer, told.centre) == (cast.lead, cast.contoso, cast.emea)
    assert told.data["list"] == "list.csv"
    assert Event.objects.filter(kind__startswith="migrations.").count() == 1
    page = client.get(answer["Location"]).content.decode()
    assert f"{event.number} is there. Look at what its list would do" in page
    assert "Import all (2)" in page
    client.post(reverse("migrations_svc:import_list", args=[plan.public_id]))
    ada = event.records.get(source_address="ada@old.example")
    assert (ada.target_address, ada.display_name, ada.kind) == ("ada@contoso.example", "Ada", "mailbox")
    assert (ada.size_bytes, ada.status) == (int(12.5 * 1024**3), "queued")


def test_the_list_can_follow_later(cast, sign_in, engagement):
    client = sign_in(cast.pm)
    client.post(address(engagement), form())
    event = MigrationEvent.objects.get()
    page = client.get(event.get_absolute_url()).content.decode()
    assert "The list comes next" in page
    assert reverse("migrations_svc:load_list", args=[event.public_id]) in page


def test_events_of_one_source_share_a_project(cast, sign_in, engagement):
    client = sign_in(cast.lead)
    for source in ("exchange", "exchange", "box"):
        client.post(address(engagement), form(source=source))
    assert sorted(MigrationProject.objects.values_list("source", flat=True)) == ["box", "exchange"]


def test_a_linked_partner_plans_on_the_customers_behalf(cast, sign_in, engagement):
    assert sign_in(cast.partner).post(address(engagement), form()).status_code == 303


def test_a_double_click_makes_one_event(cast, sign_in, engagement):
    client, sent = sign_in(cast.lead), form()
    first = client.post(address(engagement), {**sent, "file": upload(csv(*LINES))})
    again = client.post(address(engagement), {**sent, "file": upload(csv(*LINES))})
    assert first["Location"] == again["Location"]
    assert (MigrationEvent.objects.count(), ListPlan.objects.count(), ListLine.objects.count()) == (1, 1, 2)
    assert Event.objects.filter(kind="migrations.created").count() == 1


def test_somebody_elses_key_opens_nothing(cast, sign_in, engagement, event):
    answer = sign_in(cast.pm).post(address(engagement), form(key=str(event.public_id), title="Mine"))
    assert answer.status_code == 422
    assert MigrationEvent.objects.get().title == event.title


def test_bad_lines_are_shown_in_the_plan_and_the_good_ones_can_be_imported(cast, sign_in, engagement):
    bad = csv(LINES[0], "eve@old.example,eve@contoso.example,big,Eve,\n", "nobody,ben@contoso.example,,Ben,\n")
    client = sign_in(cast.lead)
    answer = client.post(address(engagement), form(title="Wave of May", file=upload(bad)))
    page = client.get(answer["Location"]).content.decode()
    assert "Import the valid part (1)" in page
    assert "is not a size in GB" in page
    assert MigrationEvent.objects.get().title == "Wave of May"


@pytest.mark.parametrize(
    ("content", "sentence", "status"),
    [
        (b"%PDF-1.7", "export the list as CSV", 422),
        (b"source_address,size\na@b.example,1\n", "The column “target_address” is missing", 422),
        (b"EmailAddress\n", "no lines below", 422),
        (b"EmailAddress\r\n" + b"a\r\n" * 100_100, "more than 100,000 lines", 422),
        (b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MB", 413),
    ],
    ids=["no list", "a column missing", "no lines", "too many lines", "too large"],
)
def test_a_file_that_is_no_list_stores_nothing_and_keeps_what_was_typed(
    cast, sign_in, engagement, content, sentence, status
):
    answer = sign_in(cast.lead).post(address(engagement), form(title="Wave of May", source="box", file=upload(content)))
    page = answer.content.decode()
    assert answer.status_code == status
    assert sentence in page
    assert 'value="Wave of May"' in page
    assert '<option value="box" selected>' in page
    assert not MigrationEvent.objects.exists()
    assert not MigrationProject.objects.exists()
    assert not Event.objects.filter(kind__startswith="migrations.").exists()


def test_guidance_only_reads_the_rule(cast, sign_in, guided):
    client = sign_in(cast.fabrikam_lead)
    answer = client.get(address(guided))
    assert answer.status_code == 403
    assert "With 499 seats, FastTrack guides you" in answer.content.decode()
    assert client.post(address(guided), form()).status_code == 403
    assert not MigrationEvent.objects.exists()
    assert (
        "With 499 seats"
        in client.get(reverse("migrations_svc:of_engagement", args=[guided.public_id])).content.decode()
    )
    assert "With 499 seats" in client.get(NEW).content.decode()


@pytest.mark.parametrize("who", ["specialist", "manager", "admin"])
def test_fasttrack_does_not_plan_for_the_customer(cast, sign_in, engagement, who):
    answer = sign_in(getattr(cast, who)).post(address(engagement), form())
    assert answer.status_code == 403
    assert "The customer plans its migration events" in answer.content.decode()


def test_a_viewer_only_looks(sign_in, engagement, viewer):
    assert sign_in(viewer).post(address(engagement), form()).status_code == 403


def test_an_engagement_on_hold_takes_no_new_event(cast, sign_in, engagement):
    type(engagement).objects.update(status="on_hold")
    assert "not active" in sign_in(cast.lead).get(address(engagement)).content.decode()


@pytest.mark.parametrize("who", ["fabrikam_lead", "litware_partner", "apac_specialist"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_organisation_finds_no_engagement(cast, sign_in, engagement, who, method):
    client = sign_in(getattr(cast, who))
    there = getattr(client, method)(address(engagement), form() if method == "post" else None)
    assert there.status_code == 404
    assert not MigrationEvent.objects.exists()


@pytest.mark.parametrize("named", ["x", "\x00", "0" * 5000, str(uuid.UUID(int=7))])
def test_an_engagement_that_is_not_there(cast, sign_in, named):
    assert sign_in(cast.lead).get(NEW, {"engagement": named}).status_code == 404


def test_extra_fields_change_nothing(cast, sign_in, engagement):
    extra = {
        "status": "running",
        "created_by": cast.admin.pk,
        "version": 9,
        "totals": "{}",
        "window": "open",
        "project": 7,
    }
    sign_in(cast.lead).post(address(engagement), form(**extra))
    event = MigrationEvent.objects.get()
    assert (event.status, event.created_by, event.window, event.version) == ("draft", cast.lead, "none", 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "a\x00b"),
        ("title", "x" * 121),
        ("source", "floppy"),
        ("zone", "Mars/Olympus"),
        ("zone", "\x00"),
        ("key", "not-a-key"),
    ],
)
def test_a_bad_field_is_named(cast, sign_in, engagement, field, value):
    answer = sign_in(cast.lead).post(address(engagement), form(**{field: value}))
    assert answer.status_code == 422
    assert not MigrationEvent.objects.exists()


def test_changing_title_and_zone(cast, sign_in, event):
    client, there = sign_in(cast.lead), reverse("migrations_svc:edit", args=[event.public_id])
    assert client.get(there).status_code == 200
    fields = {"title": "Wave one", "zone": "Europe/Paris", "version": event.version}
    assert client.post(there, fields).status_code == 303
    assert client.post(there, {**fields, "title": "Lost"}).status_code == 409
    event.refresh_from_db()
    assert (event.title, event.zone) == ("Wave one", "Europe/Paris")
    assert Event.objects.filter(kind="migrations.edited").count() == 1


def test_the_template_has_the_columns(cast, sign_in):
    answer = sign_in(cast.lead).get(reverse("migrations_svc:template"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text == "source_address,target_address,size_gb,display_name,kind\r\n"
