"""Each request reads anew who is signed in and what they belong to, in one statement that agrees with the models."""

import pytest

from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.operations import add_membership, deactivate, end_membership
from fasttrack_portal.accounts.signed_in import PersonBackend, person
from tests.conftest import Cast, Role

pytestmark = pytest.mark.django_db


def test_it_says_what_the_models_say(cast: Cast):
    add_membership(cast.lead, role=Role.VIEWER, customer=cast.fabrikam, by=None)
    User.objects.filter(pk=cast.lead.pk).update(muted_topics=["meetings"])
    for user in (cast.lead, cast.partner, cast.specialist, cast.manager, cast.admin):
        read, kept = person(user.pk), User.objects.get(pk=user.pk)
        assert read is not None
        for field in User._meta.concrete_fields:
            assert getattr(read, field.attname) == getattr(kept, field.attname), field.name
        assert read.audience == kept.audience
        assert set(read.all_memberships) == set(kept.all_memberships)
        assert [each.organisation for each in read.all_memberships] == [
            str(each.customer or each.partner or each.centre) for each in read.all_memberships
        ]


def test_all_of_it_takes_one_statement(cast: Cast, django_assert_num_queries):
    person(cast.lead.pk)
    with django_assert_num_queries(1):
        read = person(cast.lead.pk)
        assert read is not None
        assert read.all_memberships[0].organisation == "Contoso"
        assert read.audience.customer_ids == (cast.contoso.pk,)


def test_who_is_gone_or_was_never_there_is_nobody(cast: Cast):
    deactivate(cast.pm, by=cast.admin)
    assert PersonBackend().get_user(cast.pm.pk) is None
    assert PersonBackend().get_user(2**40) is None
    gone = person(cast.pm.pk)
    assert gone is not None
    assert gone.all_memberships == []
    assert gone.audience.customer_ids == ()


def test_a_role_that_ends_ends_with_the_next_request(cast: Cast, sign_in):
    client = sign_in(cast.pm)
    address = cast.contoso.get_absolute_url()
    assert client.get(address).status_code == 200
    end_membership(cast.pm.memberships.get(), by=cast.lead)
    assert client.get(address).status_code == 404
    add_membership(cast.pm, role=Role.VIEWER, customer=cast.contoso, by=None)
    assert client.get(address).status_code == 200


def test_a_session_that_was_taken_away_is_none(cast: Cast, sign_in):
    client = sign_in(cast.lead)
    key = client.session.session_key
    client.session.delete(key)
    answer = client.get("/customers/")
    assert answer.status_code == 302
    # The old key does not come to life again.
    assert client.cookies["session"].value != key
