"""A statement that is written once a process answers for whoever is asked about."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fasttrack_portal.accounts.models import User
from fasttrack_portal.statements import once

pytestmark = pytest.mark.django_db


def test_each_call_is_answered_for_what_it_gives(cast):
    made = []

    def people(ids, language, but):
        made.append(len(ids))
        found = User.objects.filter(pk__in=ids, language=language, is_active=True).exclude(pk=but)
        return found.order_by("pk").values_list("pk", "name")

    ask = once(people)
    trio = (cast.lead.pk, cast.partner.pk, cast.admin.pk)
    User.objects.filter(pk=cast.admin.pk).update(language="de")
    assert ask(trio, "en", cast.partner.pk) == [(cast.lead.pk, cast.lead.name)]
    assert ask(trio, "de", cast.partner.pk) == [(cast.admin.pk, cast.admin.name)]
    assert ask(trio[::-1], "en", cast.lead.pk) == [(cast.partner.pk, cast.partner.name)]
    assert ask((cast.lead.pk,), "it's %s", 0) == []
    assert ask((), "en", 0) == []
    assert made == [3, 1, 0]


def test_what_is_given_is_a_value_and_never_a_part_of_the_statement(cast):
    named = once(lambda name: User.objects.filter(name=name).values_list("pk"))
    assert named("stands in for 0") == []
    with CaptureQueriesContext(connection) as queries:
        assert named("' OR true --") == []
    assert "''' OR true --'" in queries[0]["sql"]
