"""What the customer tries after an event: writing the tests down, and their results."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Invalid, TransitionRefused
from migrations_svc import sources
from migrations_svc.models import MigrationEvent, Scenario
from migrations_svc.operations.base import tell


def begin_scenarios(event: MigrationEvent) -> None:
    """What is worth a try with data of this source, for the customer to add to."""
    facts = sources.FACTS[event.project.source]
    Scenario.objects.bulk_create(Scenario(event=event, title=str(title)) for title in facts.scenarios)


@transaction.atomic
def add_scenario(event: MigrationEvent, *, key: uuid.UUID, title: str, expected: str, by: User) -> Scenario:
    """One more test of the customer's own. `key` is the form's: sent twice, one test (C2)."""
    require(by, "migrations.add_scenario", event)

    def make() -> Scenario:
        made = Scenario.objects.create(public_id=key, event=event, title=title, expected=expected)
        tell("scenario_added", event, by, scenario=title)
        return made

    scenario, _is_new = records.create_once(Scenario, key, make)
    if scenario.event_id != event.pk:
        raise Invalid(_("This form was sent before. Please open a new one."))
    return scenario


@transaction.atomic
def set_result(scenario: Scenario, *, result: str, note: str, version: int, by: User, at: datetime) -> None:
    """What came of it. Raises Invalid for a failure without a note, TransitionRefused before the event is complete."""
    event = scenario.event
    require(by, "migrations.set_result", scenario)
    if not event.is_complete:
        raise TransitionRefused(
            _("This event is “%(now)s”. Its tests are judged when it is complete.")
            % {"now": event.get_status_display()},
            subject=event,
        )
    if result == Scenario.Result.FAIL and not note.strip():
        raise Invalid(_("Say what you saw instead: FastTrack needs it to help."), field="note")
    is_tested = result != Scenario.Result.NOT_TESTED
    records.save_changes(
        scenario,
        version=version,
        result=result,
        note=note.strip(),
        tested_by=by if is_tested else None,
        tested_at=at if is_tested else None,
    )
    word = str(scenario.get_result_display()).lower()
    tell("result_set", event, by, scenario=scenario.title, result=result, outcome=word)
