"""`within`: whoever sees the whole sees its parts, by a condition that is made once for each reader."""

import pytest

from engagements.models import Engagement, Responsibility, Template, TemplateItem
from fasttrack_portal.accounts import seen
from fasttrack_portal.accounts.models import Audience, Membership, User
from fasttrack_portal.accounts.operations import end_membership
from fasttrack_portal.accounts.seen import Reader, within
from tests.conftest import Cast
from tests.engagements.engagement_scene import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(cast: Cast) -> Cast:
    opened(cast.contoso, cast.lead, cast.specialist)
    return cast


def seen_by(user: User) -> set[int]:
    return set(within(Responsibility.objects.all(), "engagement", Engagement, user).values_list("pk", flat=True))


def test_the_same_rows_as_without_it(held: Cast):
    for user in (held.lead, held.partner, held.specialist, held.admin, held.fabrikam_lead, held.litware_partner):
        whole = Engagement.objects.visible_to(user)
        assert seen_by(user) == set(Responsibility.objects.filter(engagement__in=whole).values_list("pk", flat=True)), (
            user
        )
    assert seen_by(held.lead)
    assert not seen_by(held.fabrikam_lead)


def test_it_is_put_into_words_once(held: Cast):
    seen._statement.cache_clear()
    for user in (held.lead, User.objects.get(pk=held.lead.pk)):
        seen_by(user)
    assert seen._statement.cache_info().misses == 1


def test_with_a_role_that_has_ended_somebody_is_another_reader(held: Cast):
    assert seen_by(held.lead)
    end_membership(Membership.objects.get(user=held.lead), by=held.admin)
    assert not seen_by(User.objects.get(pk=held.lead.pk))


def test_who_may_do_nothing_more_sees_nothing(held: Cast):
    assert seen_by(held.admin)
    User.objects.filter(pk__in=[held.admin.pk, held.lead.pk]).update(is_active=False)
    for user in User.objects.filter(pk__in=[held.admin.pk, held.lead.pk]):
        assert not seen_by(user)
        assert Reader.of(user).belongs == ()


def test_what_only_some_see_at_all_is_seen_by_nobody_else(held: Cast):
    assert not within(TemplateItem.objects.all(), "template", Template, held.lead).exists()
    assert within(TemplateItem.objects.all(), "template", Template, held.specialist).exists()


def test_whom_a_report_is_gathered_for_sees_by_where_such_readers_belong(held: Cast):
    def reader(*customers: int) -> User:
        nobody = User()
        nobody.audience = Audience(is_admin=False, centre_ids=(), customer_ids=customers, partner_ids=())
        nobody.all_memberships = []
        return nobody

    assert seen_by(reader(held.contoso.pk))
    assert not seen_by(reader(held.fabrikam.pk))
    assert not seen_by(reader())
