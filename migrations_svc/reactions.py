"""Who is told of what happens to a migration event."""

from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.notices.operations import notify
from migrations_svc.models import MigrationEvent
from migrations_svc.operations.watching import begin_watch
from migrations_svc.permissions import FASTTRACK


def _about(event: Event) -> MigrationEvent:
    return MigrationEvent.objects.with_facts().get(pk=event.subject_id)


def _leads(about: MigrationEvent) -> list[User]:
    return list(about.customer.people(Membership.Role.LEAD, Membership.Role.PROJECT_MANAGER))


@on("migrations.scheduled")
def tell_the_specialist(event: Event) -> None:
    notify([_about(event).engagement.specialist], event)


@on("migrations.completed")
def tell_the_customer(event: Event) -> None:
    notify(_leads(_about(event)), event)


@on("migrations.failed", "migrations.locked", "migrations.approved", "migrations.window_closed")
def show_the_customer(event: Event) -> None:
    notify(_leads(_about(event)), event, mail=False)


@on("migrations.cancelled")
def show_both_sides(event: Event) -> None:
    about = _about(event)
    notify([about.engagement.specialist, *_leads(about)], event, mail=False)


@on("migrations.started")
def watch_it(event: Event) -> None:
    """From now on it is noticed when nothing changes."""
    about = _about(event)
    begin_watch(about, at=about.started_at or event.at)


@on("migrations.stalled")
def tell_who_conducts(event: Event) -> None:
    notify([_about(event).engagement.specialist], event)


@on("migrations.option_chosen")
def show_who_conducts(event: Event) -> None:
    notify([_about(event).engagement.specialist], event, mail=False)


@on("migrations.options_offered")
def tell_who_chooses(event: Event) -> None:
    notify(_leads(_about(event)), event)


@on("migrations.issue_reported")
def show_the_other_side(event: Event) -> None:
    about = _about(event)
    people = _leads(about) if event.data.get("side") == FASTTRACK else [about.engagement.specialist]
    notify(people, event, mail=False)
