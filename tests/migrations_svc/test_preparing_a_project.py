"""Before the first event: who may, what is needed, what was found, and the customer's name under the statements."""

import io
import uuid

import pytest
from django.urls import reverse

from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import Conflict
from migrations_svc import operations, sources, statements
from migrations_svc.models import AccessItem, Acknowledgement, CopyDeletion, Finding, ListLine, MigrationProject
from tests.migrations_svc.migration_scene import LINES, NOW, csv, finish_jobs

TICKS = dict.fromkeys(statements.STATEMENTS, "on")
NEW = "cleo@old.example,cleo@contoso.example,3,Cleo,mailbox\n"
KEY = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


def at(name, thing, **more):
    return reverse(f"migrations_svc:{name}", kwargs={"public_id": thing.public_id, **more})


def text(answer):
    return answer.content.decode()


def brought(**fields):
    return {"name": "list.csv", "key": uuid.uuid4(), "lines_at_most": 5, **fields}


@pytest.fixture
def project(event):
    return event.project


@pytest.fixture
def empty(cast, engagement):
    """Another draft of the same project, without a list."""
    return operations.create(engagement, key=uuid.uuid4(), title="Later", source="exchange", zone="UTC", by=cast.lead)


# --- The project --------------------------------------------------------------------------------------------------
def test_a_project_begins_with_the_checklist_of_its_source(cast, sign_in, engagement):
    client = sign_in(cast.lead)
    assert client.post(at("start_project", engagement), {"source": "imap"}).status_code == 303
    assert client.post(at("start_project", engagement), {"source": "imap"}).status_code == 303
    project = MigrationProject.objects.get(engagement=engagement)
    assert [item.code for item in project.access_items.all()] == [need.code for need in sources.FACTS["imap"].access]
    assert Event.objects.filter(kind="migrations.project_started").count() == 1
    page = text(client.get(project.get_absolute_url()))
    assert "IMAP carries mail alone" in page
    assert engagement.eligibility_sentence.split(",")[0] in page


@pytest.mark.parametrize("source", sources.FACTS)
def test_every_source_has_facts(source):
    facts = sources.FACTS[source]
    assert {need.place for need in facts.access} == {"source", "target"}
    assert len({need.code for need in facts.access}) == len(facts.access)
    assert facts.stays
    assert facts.self_service
    assert facts.scenarios


def test_every_source_of_the_model_is_known():
    assert set(sources.FACTS) == set(MigrationProject.Source.values)


def test_guidance_only_gets_the_way_of_its_own_and_no_project(cast, sign_in, guided):
    guided.ask.verdict_rule_version = 7
    guided.ask.save(update_fields=["verdict_rule_version"])
    client = sign_in(cast.fabrikam_lead)
    page = text(client.get(at("of_engagement", guided)))
    assert "How your own team moves it" in page
    assert "With 499 seats" in page
    assert "version 7" in page
    assert "Move from another source" not in page
    answer = client.post(at("start_project", guided), {"source": "imap"})
    assert (answer.status_code, "With 499 seats" in text(answer)) == (403, True)
    assert not MigrationProject.objects.exists()


# --- Access and findings ------------------------------------------------------------------------------------------
def test_access_says_who_gave_it_and_when(cast, sign_in, project):
    item = project.access_items.first()
    client = sign_in(cast.pm)
    assert client.post(at("move_access", item, step="settle")).status_code == 303
    item.refresh_from_db()
    assert (item.status, item.done_by) == ("done", cast.pm)
    assert item.done_at
    assert cast.pm.name in text(client.get(project.get_absolute_url()))
    assert client.post(at("move_access", item, step="settle")).status_code == 409
    assert client.post(at("move_access", item, step="reopen")).status_code == 303
    assert AccessItem.objects.get(pk=item.pk).done_by is None
    assert client.post(at("move_access", item, step="explode")).status_code == 404


def test_a_finding_has_an_owner_and_a_day_and_comes_once(cast, sign_in, project):
    client = sign_in(cast.specialist)
    form = {"key": KEY, "report": "Scan of 3 March", "title": "Twelve items are too large"}
    form |= {"owner": str(cast.pm.public_id), "due_on": "2026-03-20"}
    for _again in range(2):
        assert client.post(at("add_finding", project), form).status_code == 303
    finding = Finding.objects.get()
    assert (finding.owner, finding.due_on.isoformat()) == (cast.pm, "2026-03-20")
    page = text(sign_in(cast.lead).get(project.get_absolute_url()))
    assert "Twelve items are too large" in page
    assert "Scan of 3 March" in page
    assert sign_in(cast.pm).post(at("move_finding", finding, step="settle")).status_code == 303
    finding.refresh_from_db()
    assert (finding.status, finding.done_by) == ("done", cast.pm)


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"due_on": "0001-01-01"}, {"due_on": "x"}, {"owner": KEY}, {"title": "\x00"}, {"key": "x"}]
)
def test_a_finding_that_cannot_be(cast, sign_in, project, wrong):
    form = {"key": KEY, "report": "Scan", "title": "Too large", "owner": "", "due_on": ""}
    assert sign_in(cast.lead).post(at("add_finding", project), form | wrong).status_code == 422
    assert not Finding.objects.exists()


def test_nobody_of_another_customer_owns_a_finding(cast, sign_in, project):
    form = {"key": KEY, "report": "Scan", "title": "Too large", "owner": str(cast.fabrikam_lead.public_id)}
    assert sign_in(cast.lead).post(at("add_finding", project), form).status_code == 422


def test_a_viewer_changes_nothing(sign_in, project, viewer):
    client = sign_in(viewer)
    page = text(client.get(project.get_absolute_url()))
    assert "Add a finding" not in page
    assert client.post(at("move_access", project.access_items.first(), step="settle")).status_code == 403


# --- Names under the statements -----------------------------------------------------------------------------------
def test_no_event_is_scheduled_before_a_name_stands_under_the_statements(cast, sign_in, event):
    operations.validate(event, by=cast.lead)
    client = sign_in(cast.lead)
    sentence = "your tenant lead or project manager acknowledges by name"
    assert sentence in text(client.get(event.get_absolute_url()))
    answer = client.post(at("schedule", event), {"day": "2026-04-17", "wall": "08:00"})
    assert (answer.status_code, sentence in text(answer)) == (403, True)
    assert client.post(at("acknowledge", event.project), TICKS).status_code == 303
    assert client.get(at("schedule", event)).status_code == 200
    page = text(client.get(event.project.get_absolute_url()))
    assert cast.lead.name in page
    assert "Tenant lead" in page


def test_every_tick_is_needed_and_the_words_are_kept(cast, sign_in, project, monkeypatch):
    client = sign_in(cast.lead)
    for missing in TICKS:
        form = {name: "on" for name in TICKS if name != missing}
        assert client.post(at("acknowledge", project), form).status_code == 422
    assert not Acknowledgement.objects.exists()
    assert client.post(at("acknowledge", project), TICKS).status_code == 303
    assert client.post(at("acknowledge", project), TICKS).status_code == 409
    kept = Acknowledgement.objects.get()
    assert kept.statements["speed"] == str(statements.STATEMENTS["speed"])
    assert (kept.name, kept.role) == (cast.lead.name, "Tenant lead")
    # Other words are another edition, which nobody has signed yet.
    monkeypatch.setattr(statements, "EDITION", 2)
    assert "Acknowledge by name" in text(client.get(project.get_absolute_url()))


@pytest.mark.parametrize("who", ["partner", "specialist", "admin"])
def test_nobody_else_signs_for_the_customer(cast, sign_in, project, who):
    client = sign_in(getattr(cast, who))
    assert client.post(at("acknowledge", project), TICKS).status_code == 403
    assert "acknowledges this by name" in text(client.get(project.get_absolute_url()))


# --- Copies -------------------------------------------------------------------------------------------------------
def test_copies_are_deleted_and_the_name_is_forgotten(cast, sign_in, project):
    lead, specialist = sign_in(cast.lead), sign_in(cast.specialist)
    form = {"key": KEY, "person": "ada.leaver@contoso.example"}
    for _again in range(2):
        assert lead.post(at("ask_deletion", project), form).status_code == 303
    deletion = CopyDeletion.objects.get()
    assert lead.post(at("complete_deletion", deletion)).status_code == 403
    assert specialist.post(at("fail_deletion", deletion), {"reason": " "}).status_code == 422
    assert specialist.post(at("fail_deletion", deletion), {"reason": "On hold for a lawsuit"}).status_code == 303
    assert "On hold for a lawsuit" in text(lead.get(project.get_absolute_url()))
    assert specialist.post(at("complete_deletion", deletion)).status_code == 409
    assert specialist.post(at("retry_deletion", deletion)).status_code == 303
    assert specialist.post(at("complete_deletion", deletion)).status_code == 303
    deletion.refresh_from_db()
    assert (deletion.status, deletion.person, deletion.reason) == ("completed", "", "")
    page = text(lead.get(project.get_absolute_url()))
    assert deletion.number in page
    told = [str(each.data) + each.sentence for each in Event.objects.all()]
    assert "ada.leaver" not in page + "".join(told)


def test_with_the_copies_the_name_goes_from_the_lines_of_files(cast, event, project, empty):
    """What was refused stays with its plan for the file that goes back, and a plan that waits has every line."""
    lines = ("Ada@Old.Example,ada@new.example,=1,Ada Leaver,\n", "granada@old.example,g@new.example,=1,Gran Ada,\n")
    kept = operations.upload_list(event, io.BytesIO(csv(LINES[1], NEW, *lines)), by=cast.lead, **brought())
    operations.import_list(kept, valid_part=True, removes=False, at=NOW, by=cast.lead)
    waiting = operations.upload_list(
        empty, io.BytesIO(csv(NEW.replace("cleo", "ada"), *lines)), by=cast.lead, **brought()
    )
    deletion = operations.ask_deletion(project, key=uuid.uuid4(), person=" ADA@old.example", by=cast.lead)
    operations.complete_deletion(deletion, by=cast.specialist, at=NOW)
    for plan, left, counts in (
        (kept, ["granada@old.example"], {"unchanged": 1, "new": 1, "refused": 1}),
        (waiting, ["granada@old.example"], {"refused": 1}),
    ):
        plan.refresh_from_db()
        assert [line.cells[0] for line in plan.lines.all()] == left
        assert plan.counts == counts
    assert "ada leaver" not in repr(list(ListLine.objects.values())).lower()


def test_while_a_file_is_read_nobody_can_say_whom_it_names(cast, event, project):
    plan = operations.upload_list(event, io.BytesIO(csv(NEW)), by=cast.lead, **brought(lines_at_most=5_000))
    deletion = operations.ask_deletion(project, key=uuid.uuid4(), person="cleo@old.example", by=cast.lead)
    with pytest.raises(Conflict):
        operations.complete_deletion(deletion, by=cast.specialist, at=NOW)
    finish_jobs()
    operations.complete_deletion(deletion, by=cast.specialist, at=NOW)
    assert not plan.lines.exists()


def test_what_was_signed_is_shown_as_it_was_signed(cast, sign_in, event, project, monkeypatch):
    signed = operations.acknowledge(project, by=cast.lead, at=NOW)
    assert signed.facts_edition == sources.EDITION
    facts = sources.FACTS["exchange"]
    monkeypatch.setattr(sources, "EDITION", 7)
    monkeypatch.setitem(sources.FACTS, "exchange", facts._replace(stays=(*facts.stays[1:], "Public folders")))
    client = sign_in(cast.lead)
    page = text(client.get(project.get_absolute_url()))
    assert str(facts.stays[0]) in page
    assert "Edition 1" in page
    assert f"As {cast.lead.name} signed it." in page
    assert "Edition 7 says more:" in page
    assert "Public folders" in page
    page = text(client.get(event.get_absolute_url()))
    assert "Edition 1" in page
    assert f"signed by {cast.lead.name}" in page


@pytest.mark.parametrize("who", ["fabrikam_lead", "litware_partner", "apac_specialist"])
def test_another_organisation_finds_no_project(cast, sign_in, project, who):
    operations.acknowledge(project, by=cast.lead, at=NOW)
    client = sign_in(getattr(cast, who))
    assert client.get(project.get_absolute_url()).status_code == 404
    assert client.post(at("move_access", project.access_items.first(), step="settle")).status_code == 404
