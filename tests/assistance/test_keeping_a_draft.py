"""A draft is its author's alone, can be incomplete, and is submitted later."""

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
from tests.assistance.conftest import in_state, typed


def test_a_draft_can_be_nearly_empty(cast, sign_in):
    answer = sign_in(cast.lead).post("/requests/new/", {"key": str(uuid.uuid4()), "draft": "1"}, follow=True)
    ask = AssistanceRequest.objects.get()
    assert (ask.status, ask.business_reason, ask.services, ask.submitted_at) == ("draft", "", [], None)
    page = answer.content.decode()
    assert "Only you can see it" in page
    assert "Not given" in page
    assert Event.objects.get(kind__startswith="assistance.").kind == "assistance.drafted"
    assert not Notification.objects.exists()


def test_it_is_its_authors_alone(cast, sign_in):
    ask = in_state("draft", cast, cast.lead)
    address = f"/requests/{ask.public_id}/"
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
        for path in (address, f"{address}edit/"):
            assert client.get(path).status_code == 404, (user, path)
        assert client.post(f"{address}withdraw/").status_code == 404
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


def test_it_is_edited_and_submitted_later(cast, sign_in):
    ask, client = in_state("draft", cast, cast.lead), sign_in(cast.lead)
    edit = f"/requests/{ask.public_id}/edit/"
    page = client.get(edit).content.decode()
    assert "Two mail systems are one too many" in page
    assert 'name="version" value="1"' in page
    answer = client.post(edit, typed(version="1", business_reason="A better reason", draft="1"))
    assert answer.status_code == 303
    ask.refresh_from_db()
    assert (ask.version, ask.status, ask.business_reason) == (2, "draft", "A better reason")
    client.post(edit, typed(version="2", business_reason="The best reason"))
    ask.refresh_from_db()
    assert (ask.status, ask.business_reason) == ("submitted", "The best reason")
    kinds = Event.objects.filter(thread=ask.public_id).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["assistance.drafted", "assistance.edited", "assistance.submitted"]


def test_an_omission_on_submit_keeps_the_draft_as_it_was(cast, sign_in):
    ask = in_state("draft", cast, cast.lead)
    answer = sign_in(cast.lead).post(
        f"/requests/{ask.public_id}/edit/", typed(version="1", success_owners="", notes="kept on the page")
    )
    assert answer.status_code == 422
    assert "kept on the page" in answer.content.decode()
    ask.refresh_from_db()
    assert (ask.status, ask.version, ask.success_owners) == ("draft", 1, "Maria Graf, head of IT")


def test_two_windows_lose_nothing(cast, sign_in):
    ask, client = in_state("draft", cast, cast.lead), sign_in(cast.lead)
    edit = f"/requests/{ask.public_id}/edit/"
    client.post(edit, typed(version="1", notes="from the first window", services=["windows"], draft="1"))
    answer = client.post(edit, typed(version="1", notes="from the second window", draft="1"))
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("from the first window", "from the second window", "Exchange Online, Microsoft Teams"):
        assert words in page
    ask.refresh_from_db()
    assert ask.notes == "from the first window"
    assert 'name="version" value="2"' in page
    client.post(edit, typed(version="2", notes="from the second window", draft="1"))
    ask.refresh_from_db()
    assert ask.notes == "from the second window"


def test_submitting_from_an_old_window_is_refused_too(cast):
    ask = in_state("draft", cast, cast.lead)
    operations.save_draft(ask, version=1, by=cast.lead, notes="newer")
    old = AssistanceRequest.objects.get(pk=ask.pk)
    with pytest.raises(StaleVersion):
        operations.submit(old, version=1, at=timezone.now(), by=cast.lead, notes="older")
    ask.refresh_from_db()
    assert (ask.status, ask.notes) == ("draft", "newer")


def test_extra_fields_change_nothing(cast, sign_in):
    ask = in_state("draft", cast, cast.lead)
    extra = {"status": "accepted", "customer": cast.fabrikam.pk, "centre": cast.apac.pk, "reviewer": cast.pm.pk}
    extra |= {"submitted_at": "2020-01-01", "created_by": cast.pm.pk, "public_id": str(uuid.uuid4())}
    sign_in(cast.lead).post(f"/requests/{ask.public_id}/edit/", {**typed(version="1", draft="1"), **extra})
    after = AssistanceRequest.objects.get()
    assert (after.status, after.customer, after.centre, after.reviewer) == ("draft", cast.contoso, cast.emea, None)
    assert (after.submitted_at, after.created_by, after.public_id) == (None, cast.lead, ask.public_id)


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "9" * 40, "\x00"])
def test_a_bad_version_is_a_422(cast, sign_in, version):
    ask = in_state("draft", cast, cast.lead)
    assert sign_in(cast.lead).post(f"/requests/{ask.public_id}/edit/", typed(version=version)).status_code == 422


def test_a_submitted_request_is_no_longer_edited(cast, sign_in):
    ask, client = in_state("submitted", cast, cast.lead), sign_in(cast.lead)
    edit = f"/requests/{ask.public_id}/edit/"
    assert client.get(edit)["Location"] == f"/requests/{ask.public_id}/"
    answer = client.post(edit, typed(version=str(ask.version), notes="too late"))
    assert answer.status_code == 409
    assert "Submitted" in answer.content.decode()
    ask.refresh_from_db()
    assert ask.notes == ""


def test_a_partners_draft_goes_with_the_link(cast, sign_in):
    ask, client = in_state("draft", cast, cast.partner), sign_in(cast.partner)
    assert client.get(f"/requests/{ask.public_id}/").status_code == 200
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    for path in ("", "edit/"):
        assert client.get(f"/requests/{ask.public_id}/{path}").status_code == 404
    assert "Contoso" not in client.get("/requests/").content.decode()
