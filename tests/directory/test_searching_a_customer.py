"""A partner finds its customer by name, domain or TPID; another partner finds nothing of it."""

import pytest
from django.utils import timezone

from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link, rename_customer
from fasttrack_portal.directory.search import search


@pytest.mark.parametrize("query", ["contoso", "Cont", "CON", "contoso.example", "contoso-ret", "640114", "con ret"])
def test_the_linked_partner_finds_it(cast, query):
    assert [hit.customer for hit in search(cast.partner, query)] == [cast.contoso]


@pytest.mark.parametrize("query", ["contoso", "contoso.example", "640114", "fabrikam", ""])
def test_another_partner_finds_nothing(cast, query):
    assert search(cast.litware_partner, query) == []


def test_an_exact_hit_comes_first(cast):
    assert [hit.is_exact for hit in search(cast.specialist, "640114")] == [True]
    assert [hit.is_exact for hit in search(cast.specialist, "64011")] == [False, False]


def test_a_renamed_customer_is_found_by_its_new_name_only(cast):
    rename_customer(cast.contoso, name="Woodgrove", version=cast.contoso.version, by=cast.admin)
    assert search(cast.partner, "woodg")[0].customer == cast.contoso


def test_after_the_link_has_ended_nothing_is_found(cast):
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    assert search(cast.partner, "contoso") == []


def test_a_link_that_has_ended_shows_nothing_whatever_the_texts_of_the_search_say(cast):
    PartnerLink.objects.update(status="ended")
    assert search(cast.partner, "contoso") == []
    assert [hit.customer for hit in search(cast.specialist, "contoso")] == [cast.contoso]
