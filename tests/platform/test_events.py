"""Events are written with their change, once, and never altered."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from django.utils import timezone

from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record, record_all, record_for_all, record_many, through
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link


@pytest.mark.parametrize("change", [lambda e: e.update(kind="forged"), lambda e: e.delete()])
def test_an_event_can_be_neither_changed_nor_removed(cast, change):
    event = Event.objects.filter(kind="directory.partner_linked")
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        change(event)
    assert event.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_the_transaction_of_its_change_is_refused():
    with pytest.raises(RuntimeError, match="transaction"):
        record("accounts.person_created", subject=Event(), by=None)


def test_a_partner_reads_old_stories_only_while_the_link_lives(cast):
    linked = Event.objects.filter(kind="directory.partner_linked")
    assert Event.objects.visible_to(cast.partner).filter(pk__in=linked).exists()
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    assert not Event.objects.visible_to(cast.partner).filter(customer=cast.contoso).exists()


def test_internal_events_are_for_staff(cast):
    with transaction.atomic():
        record(
            "directory.customer_created",
            subject=cast.contoso,
            by=None,
            customer=cast.contoso,
            centre=cast.emea,
            internal=True,
            data={"name": "secret"},
        )
    assert "secret" in [e.data.get("name") for e in Event.objects.visible_to(cast.specialist)]
    assert "secret" not in [e.data.get("name") for e in Event.objects.visible_to(cast.lead)]
    assert "secret" not in [e.data.get("name") for e in Event.objects.about(cast.contoso.public_id, cast.lead)]
    assert not Event.objects.visible_to(cast.apac_specialist).filter(data__name="secret").exists()


def test_however_many_are_written_at_once_each_says_how_it_came(cast):
    def written(name):
        return Event(
            kind="directory.customer_created", subject_label="x", subject_id=1, thread=uuid.uuid4(), data={"name": name}
        )

    before = set(Event.objects.values_list("pk", flat=True))
    with transaction.atomic(), through("api", token="its own"):
        record("directory.customer_created", subject=cast.contoso, by=None, data={"name": "one"})
        record_all([written("many"), written("many")])
        record_many("directory.customer_created", [(cast.contoso, {"name": "customers"})], by=None)
        record_for_all("directory.customer_created", [cast.contoso.pk], by=None, at=timezone.now())
    with transaction.atomic():
        record_all([written("by nobody")])
    told = [(e.data["name"], e.data.get("channel"), e.data.get("token")) for e in Event.objects.exclude(pk__in=before)]
    came = [("many", "api", "its own")] * 2 + [(name, "api", "its own") for name in ("one", "customers", "Contoso")]
    assert sorted(told, key=str) == sorted([*came, ("by nobody", None, None)], key=str)
