"""Who is told of what happens to a migration event."""

from engagements.models import Engagement
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.notices.operations import notify
from migrations_svc.models import CopyDeletion, MigrationEvent
from migrations_svc.operations.watching import begin_watch
from migrations_svc.permissions import FASTTRACK, side_of


def _about(event: Event) -> MigrationEvent:
    return MigrationEvent.objects.with_facts().get(pk=event.subject_id)


def _leads(about: MigrationEvent) -> list[User]:
    return list(about.customer.people(Membership.Role.LEAD, Membership.Role.PROJECT_MANAGER))


def _others(event: Event) -> list[User]:
    """The other side of who did it; both sides where nobody did."""
    about = _about(event)
    specialist = [about.engagement.specialist]
    if event.actor is None:
        return [*specialist, *_leads(about)]
    return _leads(about) if side_of(event.actor, about.engagement) == FASTTRACK else specialist


def _who_waits(event: Event) -> list[User]:
    """Who had the job begun; nobody waits for what was done at once."""
    waits = event.data.get("waits")
    return list(User.objects.filter(public_id=waits)) if waits else []


@on("migrations.scheduled", "migrations.rescheduled", "migrations.change_asked")
def tell_the_specialist(event: Event) -> None:
    notify([_about(event).engagement.specialist], event)


@on("migrations.go_given", "migrations.declined", "migrations.window_reminded")
def tell_the_others(event: Event) -> None:
    notify(_others(event), event)


@on("migrations.result_set", "migrations.scenario_added")
def show_the_others(event: Event) -> None:
    notify(_others(event), event, mail=False)


@on("migrations.completed", "migrations.change_agreed", "migrations.change_refused")
def tell_the_customer(event: Event) -> None:
    notify(_leads(_about(event)), event)


@on("migrations.failed", "migrations.locked", "migrations.approved", "migrations.window_closed")
def show_the_customer(event: Event) -> None:
    notify(_leads(_about(event)), event, mail=False)


@on("migrations.acknowledged", "migrations.deletion_asked")
def show_the_specialist_of_the_project(event: Event) -> None:
    engagement = Engagement._base_manager.select_related("specialist").get(public_id=event.thread)
    notify([engagement.specialist], event, mail=False)


@on("migrations.deletion_failed", "migrations.deletion_completed")
def show_who_asked(event: Event) -> None:
    notify([CopyDeletion._base_manager.select_related("asked_by").get(pk=event.subject_id).asked_by], event, mail=False)


@on("migrations.cancelled")
def show_both_sides(event: Event) -> None:
    about = _about(event)
    notify([about.engagement.specialist, *_leads(about)], event, mail=False)


@on("migrations.list_read", "migrations.list_loaded", "migrations.states_loaded")
def show_who_waits(event: Event) -> None:
    """A long file is through."""
    notify(_who_waits(event), event, mail=False, also_actor=True)


@on("migrations.list_unreadable", "migrations.list_overtaken", "migrations.states_refused", "migrations.load_failed")
def tell_who_waits(event: Event) -> None:
    """Nothing of a long file was stored, and who brought it may believe that it was."""
    notify(_who_waits(event), event)


@on("migrations.started")
def watch_it(event: Event) -> None:
    """From now on it is noticed when nothing changes."""
    about = _about(event)
    begin_watch(about, at=about.started_at or event.at)


@on("migrations.stalled")
def tell_who_conducts(event: Event) -> None:
    notify([_about(event).engagement.specialist], event)


@on("migrations.option_chosen", "migrations.issue_handed_back")
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
