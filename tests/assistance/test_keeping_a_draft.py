"""A draft is its author's alone, can be incomplete, is saved while somebody types, and is submitted later."""

import uuid

import pytest
from django.utils import timezone

from assistance import operations
from assistance.models import AssistanceRequest
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import StaleVersion
from tests.assistance.conftest import address, begun, in_state, saved, sent, typed


def test_a_draft_can_be_nearly_empty(cast, sign_in):
    client = sign_in(cast.lead)
    ask = begun(client)
    assert (ask.status, ask.business_reason, ask.services, ask.submitted_at) == ("draft", "", [], None)
    page = client.get(f"/requests/{ask.public_id}/", follow=True).content.decode()
    assert "Only you can see it" in page
    assert "Not given" in client.get(f"/requests/{ask.public_id}/check/").content.decode()
    assert not Notification.objects.exists()


def test_it_is_its_authors_alone(cast, sign_in):
    ask = in_state("draft", cast, cast.lead)
    path = f"/requests/{ask.public_id}/"
    others = (
        cast.pm,
        cast.partner,
        cast.specialist,
        cast.manager,
        cast.admin,
        cast.fabrikam_lead,
        cast.litware_partner,
    )
    for user in others:
        client = sign_in(user)
        for page in (path, f"{path}edit/", f"{path}edit/services/", f"{path}check/"):
            assert client.get(page).status_code == 404, (user, page)
        for step in ("withdraw/", "join/", "check/", "edit/services/"):
            assert client.post(f"{path}{step}", {"version": "1"}).status_code == 404, (user, step)
        assert ask.number not in client.get("/requests/?view=all").content.decode()
        assert not Event.objects.visible_to(user).filter(thread=ask.public_id).exists() or user.is_admin
    assert ask.number in sign_in(cast.lead).get("/requests/").content.decode()


def test_a_discarded_draft_stays_private(cast, sign_in):
    ask = in_state("draft", cast, cast.lead)
    answer = sign_in(cast.lead).post(f"/requests/{ask.public_id}/withdraw/", follow=True)
    assert "withdrawn" in answer.content.decode()
    for user in (cast.pm, cast.specialist, cast.admin):
        assert sign_in(user).get(f"/requests/{ask.public_id}/").status_code == 404
    assert not Notification.objects.exists()
    assert Event.objects.get(kind="assistance.withdrawn").customer is None


def test_it_is_edited_on_one_device_and_submitted_on_another(cast, sign_in):
    ask = in_state("draft", cast, cast.lead)
    page = sign_in(cast.lead).get(address(ask, "reason")).content.decode()
    assert "Two mail systems are one too many" in page
    # What was told in words is in its row.
    assert 'value="Maria Graf"' in page
    assert 'value="head of IT"' in page
    assert 'name="version" value="1"' in page
    assert saved(sign_in(cast.lead), ask, "reason", business_reason="A better reason").status_code == 303
    ask.refresh_from_db()
    assert (ask.version, ask.status, ask.business_reason) == (2, "draft", "A better reason")
    other = sign_in(cast.lead)
    assert "A better reason" in other.get(address(ask, "reason")).content.decode()
    assert sent(other, ask).status_code == 303
    assert ask.status == "submitted"
    kinds = Event.objects.filter(thread=ask.public_id).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["assistance.drafted", "assistance.edited", "assistance.submitted"]


def test_it_is_saved_while_somebody_types(cast, sign_in):
    client = sign_in(cast.lead)
    ask = begun(client)
    form = typed(ask, "reason", autosave="1", owner_0_email="", **{"continue": None})
    answer = client.post(address(ask, "reason"), form)
    told = answer.json()
    assert answer.status_code == 200
    assert told["version"] == 2
    assert told["text"].startswith("Saved ")
    ask.refresh_from_db()
    # Half a person is kept as it is, and nobody has said that the section is finished.
    assert (ask.business_reason, ask.owners[0]["email"], ask.saved_sections) == (form["business_reason"], "", [])
    # The next save goes on from there; one that changes nothing writes nothing.
    again = {**form, "version": told["version"], "base": told["base"]}
    assert client.post(address(ask, "reason"), again).json()["version"] == 2
    assert Event.objects.filter(kind="assistance.edited").count() == 1


def test_two_windows_lose_nothing(cast, sign_in):
    ask, client = in_state("draft", cast, cast.lead), sign_in(cast.lead)
    first, second = typed(ask, "contact", notes="from the first"), typed(ask, "contact", notes="from the second")
    client.post(address(ask, "contact"), first)
    answer = client.post(address(ask, "contact"), second)
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("from the first", "from the second"):
        assert words in page
    ask.refresh_from_db()
    assert ask.notes == "from the first"
    assert 'name="version" value="2"' in page
    # What is saved by the page itself asks the person too.
    auto = client.post(address(ask, "contact"), {**second, "autosave": "1"})
    assert (auto.status_code, auto.json()["is_stale"]) == (409, True)
    assert saved(client, ask, "contact", notes="from the second").status_code == 303
    ask.refresh_from_db()
    assert ask.notes == "from the second"


def test_two_windows_on_different_sections_are_in_nobodys_way(cast, sign_in):
    ask, client = begun(sign_in(cast.lead)), sign_in(cast.lead)
    page = client.get(address(ask, "contact")).content.decode()
    base = page.split('name="base" value="')[1].split('"')[0]
    old = typed(ask, "contact", notes="typed meanwhile", base=base)
    saved(client, ask, "plans", training="In June")
    assert client.post(address(ask, "contact"), old).status_code == 303
    ask.refresh_from_db()
    assert (ask.notes, ask.training) == ("typed meanwhile", "In June")


def test_submitting_from_an_old_window_is_refused_too(cast, sign_in):
    ask = in_state("draft", cast, cast.lead)
    operations.save_draft(ask, version=1, by=cast.lead, notes="newer")
    old = AssistanceRequest.objects.get(pk=ask.pk)
    with pytest.raises(StaleVersion):
        operations.submit(old, version=1, at=timezone.now(), by=cast.lead, notes="older")
    client = sign_in(cast.lead)
    saved(client, ask, "reason")
    answer = client.post(f"/requests/{ask.public_id}/check/", {"version": "1"})
    assert answer.status_code == 409
    assert "The draft was changed in another window" in answer.content.decode()
    ask.refresh_from_db()
    assert (ask.status, ask.notes) == ("draft", "newer")


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "9" * 40, "\x00"])
def test_a_bad_version_is_a_422(cast, sign_in, version):
    ask = in_state("draft", cast, cast.lead)
    answer = sign_in(cast.lead).post(f"/requests/{ask.public_id}/check/", {"version": version})
    assert answer.status_code == 422


def test_a_submitted_request_is_no_longer_edited(cast, sign_in):
    ask, client = in_state("submitted", cast, cast.lead), sign_in(cast.lead)
    for path in ("edit/", "edit/contact/", "check/"):
        assert client.get(f"/requests/{ask.public_id}/{path}")["Location"] == f"/requests/{ask.public_id}/"
    for answer in (saved(client, ask, "contact", notes="too late"), sent(client, ask)):
        assert answer.status_code == 409
        assert "Submitted" in answer.content.decode()
    ask.refresh_from_db()
    assert ask.notes == ""


def test_a_partners_draft_goes_with_the_link(cast, sign_in):
    ask, client = in_state("draft", cast, cast.partner), sign_in(cast.partner)
    assert client.get(f"/requests/{ask.public_id}/edit/").status_code == 200
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    for path in ("", "edit/", "edit/services/", "check/"):
        assert client.get(f"/requests/{ask.public_id}/{path}").status_code == 404
    assert "Contoso" not in client.get("/requests/").content.decode()


def test_signed_out_meanwhile_is_a_redirect_that_the_page_understands(cast, sign_in, client):
    """The script reads a redirect as "signed out", and keeps what was typed."""
    ask = begun(sign_in(cast.lead))
    answer = client.post(address(ask, "contact"), {**typed(ask, "contact"), "autosave": "1"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_key_of_a_draft_is_found_again(cast, sign_in):
    key = uuid.uuid4()
    client = sign_in(cast.lead)
    for _ in range(2):
        client.post("/requests/new/", {"key": str(key)})
    assert AssistanceRequest.objects.filter(public_id=key).count() == 1
