"""Files, links and notes as evidence, and comments: who may, what is refused in a sentence, and what is told."""

import uuid

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from engagements.models import Attachment, Comment
from engagements.operations import evidence
from engagements.operations.engagement import move
from engagements.operations.responsibilities import move_responsibility
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.documents.models import StoredFile
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid
from tests.answers import body_of
from tests.conftest import Role, person
from tests.engagements.engagement_scene import AT, item, opened

PDF = b"%PDF-1.7\n1 0 obj"
PROGRAM = b"MZ\x90\x00" + b"\x00" * 100


@pytest.fixture(scope="module")
def engagement(stage):
    return opened(stage.contoso, stage.lead, stage.specialist)


@pytest.fixture
def thing(engagement, db):
    return item(engagement, "I-C1")


def attach_url(part, kind="responsibility", as_="file"):
    return reverse("engagements:attach", kwargs={"kind": kind, "public_id": part.public_id}) + f"?as={as_}"


def upload(name="plan.pdf", content=PDF, **more):
    return {"file": SimpleUploadedFile(name, content), "title": "", "key": str(uuid.uuid4()), **more}


def test_the_customer_shows_a_file_and_fasttrack_takes_it(stage, thing, sign_in):
    client = sign_in(stage.lead)
    sent = upload("../Network plan.pdf", title="The plan")
    assert client.post(attach_url(thing), sent).status_code == 303
    found = Attachment.objects.get(responsibility=thing)
    assert (found.title, found.file.name, found.file.media_type) == ("The plan", "Network plan.pdf", "application/pdf")
    assert "Network plan.pdf" in client.get(thing.get_absolute_url()).content.decode()
    told = Event.objects.get(kind="engagements.evidence_attached")
    assert (told.actor, told.sentence) == (stage.lead, f"“The plan” was attached to {thing}")

    answer = sign_in(stage.specialist).get(reverse("engagements:download", kwargs={"public_id": found.public_id}))
    assert body_of(answer) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="Network plan.pdf"'
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")
    taken = Event.objects.get(kind="engagements.evidence_downloaded")
    assert (taken.actor, taken.internal) == (stage.specialist, True)


def test_the_same_form_twice_attaches_once(stage, thing, sign_in):
    client, sent = sign_in(stage.lead), upload()
    for _time in range(2):
        sent["file"].seek(0)
        assert client.post(attach_url(thing), sent).status_code == 303
    assert Attachment.objects.filter(responsibility=thing).count() == 1
    with pytest.raises(Conflict):
        evidence.attach_note(item(thing.engagement, "I-C2"), key=uuid.UUID(sent["key"]), text="x", by=stage.lead)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("invoice.pdf", PROGRAM, "by its content it is a program"),
        ("setup.exe", PROGRAM, "cannot be attached"),
        ("empty.pdf", b"", "The file is empty"),
    ],
)
def test_a_program_in_disguise_is_refused_and_kept_nowhere(stage, thing, sign_in, name, content, sentence):
    stored = StoredFile.objects.count()
    answer = sign_in(stage.lead).post(attach_url(thing), upload(name, content, title="Typed with care"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert "Typed with care" in text
    assert StoredFile.objects.count() == stored


def test_a_file_over_the_limit_is_read_past(stage, thing, sign_in, settings, monkeypatch):
    """Nothing of it is stored, on disk or as a temporary file, and what was typed beside it stays."""
    settings.UPLOAD_MAX_BYTES = 1000
    monkeypatch.setattr("fasttrack_portal.documents.uploads._BESIDE", 1000)
    kept = []
    monkeypatch.setattr(
        "django.core.files.uploadhandler.MemoryFileUploadHandler.receive_data_chunk", lambda *args: kept.append(1)
    )
    answer = sign_in(stage.lead).post(attach_url(thing), upload(content=PDF + b"x" * 200_000, title="Typed with care"))
    text = answer.content.decode()
    assert answer.status_code == 413
    assert "The file is larger than 1000\xa0bytes" in text
    assert "Typed with care" in text
    assert not kept
    assert not Attachment.objects.filter(responsibility=thing).exists()
    # A little over the limit comes through to the form, which refuses it as well.
    monkeypatch.undo()
    answer = sign_in(stage.lead).post(attach_url(thing), upload(content=PDF + b"x" * 1200))
    assert answer.status_code == 413
    with pytest.raises(Invalid, match="larger"):
        evidence.attach_file(thing, key=uuid.uuid4(), name="a.pdf", content=PDF + b"x" * 1200, by=stage.lead)


def test_the_limit_is_a_setting_of_25_mb():
    assert settings.UPLOAD_MAX_BYTES == 25 * 1024 * 1024


@pytest.mark.parametrize(
    "url",
    [
        "http://contoso.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "//contoso.example",
        "https://user:secret@contoso.example/",
        "HTTPS://exa mple/",
        "https://contoso.example/\x00",
        "ftp://contoso.example",
    ],
)
def test_only_https_is_a_link(stage, thing, sign_in, url):
    answer = sign_in(stage.lead).post(
        attach_url(thing, as_="link"), {"url": url, "title": "Here", "key": str(uuid.uuid4())}
    )
    assert answer.status_code == 422
    assert not Attachment.objects.filter(responsibility=thing).exists()


def test_links_and_notes_stand_on_the_page_as_text(stage, thing, sign_in):
    client = sign_in(stage.lead)
    evil = "<script>alert(1)</script>"
    sent = {"url": "https://contoso.example/plan", "title": evil, "key": str(uuid.uuid4())}
    assert client.post(attach_url(thing, as_="link"), sent).status_code == 303
    sent = {"text": f"We did it\n{evil}", "title": "", "key": str(uuid.uuid4())}
    assert client.post(attach_url(thing, as_="note"), sent).status_code == 303
    text = client.get(thing.get_absolute_url()).content.decode()
    assert 'href="https://contoso.example/plan" rel="noopener noreferrer"' in text
    assert "<strong" in text
    assert "We did it" in text
    assert evil not in text


def test_taking_away_keeps_the_story(stage, thing, sign_in):
    made = evidence.attach_note(thing, key=uuid.uuid4(), text="Done on Monday", by=stage.lead)
    url = reverse("engagements:remove_evidence", kwargs={"public_id": made.public_id})
    # A colleague did not attach it; the specialist may.
    refused = sign_in(stage.pm).post(url)
    assert refused.status_code == 403
    assert "Whoever attached it can take it away" in refused.content.decode()
    assert sign_in(stage.lead).post(url).status_code == 303
    assert sign_in(stage.lead).post(url).status_code == 404
    assert Event.objects.filter(kind="engagements.evidence_removed").count() == 1
    assert Attachment.objects.get(pk=made.pk).removed_at


def test_what_was_verified_keeps_its_evidence(stage, thing):
    made = evidence.attach_note(thing, key=uuid.uuid4(), text="Done on Monday", by=stage.lead)
    move_responsibility(thing, "finish", by=stage.lead, at=AT)
    move_responsibility(thing, "verify", by=stage.specialist, at=AT)
    made = Attachment.objects.get(pk=made.pk)
    with pytest.raises(AccessRefused, match="verified with this evidence"):
        evidence.remove(made, by=stage.lead, at=AT)


def test_who_may_attach_and_comment(stage, engagement, db):
    viewer = person("evidence-viewer@contoso.example", "Vera Viewer")
    add_membership(viewer, role=Role.VIEWER, customer=stage.contoso, by=None)
    ours, theirs = item(engagement, "I-F1"), item(engagement, "I-C1")
    milestone = engagement.milestones.select_related("engagement").get(code="kickoff")
    people = {"lead": stage.lead, "viewer": viewer, "partner": stage.partner, "specialist": stage.specialist,
              "apac": stage.apac_specialist, "fabrikam": stage.fabrikam_lead,
              "litware": stage.litware_partner}  # fmt: skip
    attach = {"lead": {theirs, milestone}, "specialist": {ours, theirs, milestone}}
    comment = {"lead": {ours, theirs, milestone}, "partner": {theirs}, "specialist": {ours, theirs, milestone}}
    before = Event.objects.count()
    for who, user in people.items():
        for part in (ours, theirs, milestone):
            for operation, allowed in ((evidence.attach_note, attach), (evidence.comment, comment)):
                if part in allowed.get(who, ()):
                    operation(part, key=uuid.uuid4(), text="A word", by=user)
                    before += 1
                else:
                    with pytest.raises(AccessRefused):
                        operation(part, key=uuid.uuid4(), text="A word", by=user)
    assert Event.objects.count() == before


def test_nothing_is_attached_to_an_engagement_at_rest(stage, thing, sign_in):
    move(thing.engagement, "rest", by=stage.specialist, reason="They move offices")
    with pytest.raises(Conflict):
        evidence.attach_note(thing, key=uuid.uuid4(), text="Late", by=stage.lead)
    text = sign_in(stage.lead).get(thing.get_absolute_url()).content.decode()
    assert "Add evidence" not in text


def test_a_folder_is_no_evidence(stage, thing, monkeypatch):
    monkeypatch.setattr(evidence, "MOST_ATTACHED", 1)
    evidence.attach_note(thing, key=uuid.uuid4(), text="One", by=stage.lead)
    with pytest.raises(Invalid, match="attach a link"):
        evidence.attach_note(thing, key=uuid.uuid4(), text="Two", by=stage.lead)


def test_a_comment_reaches_the_other_side(stage, thing, sign_in):
    url = reverse("engagements:comment", kwargs={"kind": "responsibility", "public_id": thing.public_id})
    assert sign_in(stage.lead).post(url, {"text": " ", "key": str(uuid.uuid4())}).status_code == 422
    sent = {"text": "When do you need this?", "key": str(uuid.uuid4())}
    client = sign_in(stage.lead)
    assert client.post(url, sent).status_code == client.post(url, sent).status_code == 303
    assert Comment.objects.filter(responsibility=thing).count() == 1
    told = Event.objects.get(kind="engagements.commented")
    assert set(Notification.objects.filter(event=told).values_list("user", flat=True)) == {stage.specialist.pk}
    evidence.comment(thing, key=uuid.uuid4(), text="By Friday", by=stage.specialist)
    told = Event.objects.filter(kind="engagements.commented").latest("pk")
    assert stage.lead.pk in Notification.objects.filter(event=told).values_list("user", flat=True)
    assert "By Friday" in client.get(thing.get_absolute_url()).content.decode()


def test_a_file_is_kept_under_no_name_of_its_own(stage, thing):
    made = evidence.attach_file(thing, key=uuid.uuid4(), name="../../x.pdf", content=PDF, by=stage.lead)
    assert "x.pdf" not in made.file.path
    assert default_storage.exists(made.file.path)


@pytest.mark.parametrize("kind", ["engagement", "nothing", "phase"])
def test_other_kinds_of_parts_are_not_found(stage, thing, sign_in, kind):
    assert sign_in(stage.lead).get(attach_url(thing, kind)).status_code == 404
