"""Eight milestones in the order of the process, each in a phase, each with an outcome and a first planned day."""

from datetime import date, time

import pytest

from engagements.milestones import BY_CODE, MILESTONES, PHASE_TITLES, PHASES, planned_dates
from fasttrack_portal.directory.calendars import WorkingCalendar

CENTRE = WorkingCalendar(
    "Europe/Dublin",
    {weekday: (time(9), time(17)) for weekday in range(5)},
    frozenset({date(2026, 4, 3), date(2026, 4, 6)}),
)


def test_the_eight_stand_in_order():
    assert [milestone.code for milestone in MILESTONES] == [
        "kickoff",
        "assessment",
        "security_discussion",
        "remediation_review",
        "success_workshop",
        "checkpoints",
        "enable_activities",
        "migration_velocity_workshop",
    ]
    assert len(BY_CODE) == 8


def test_the_phases_stand_in_order():
    assert [phase.code for phase in PHASES] == [
        "general", "initiate", "assess", "remediate", "enable", "data_migration",
    ]  # fmt: skip
    assert [phase.code for phase in PHASES if phase.is_ordered] == ["initiate", "assess", "remediate", "enable"]
    assert [phase.code for phase in PHASES if phase.is_optional] == ["data_migration"]
    assert PHASE_TITLES["data_migration"] == "Data migration"


def test_milestones_follow_the_phases_and_the_days():
    order = [phase.code for phase in PHASES]
    positions = [order.index(milestone.phase) for milestone in MILESTONES]
    assert positions == sorted(positions)
    offsets = [milestone.offset for milestone in MILESTONES]
    assert offsets[0] == 0
    assert offsets == sorted(set(offsets))


def test_each_outcome_is_a_sentence():
    for milestone in MILESTONES:
        assert milestone.outcome[0].isupper()
        assert milestone.outcome.endswith(".")
    assert len({milestone.outcome for milestone in MILESTONES}) == 8


@pytest.mark.parametrize(
    ("services", "applies"),
    [
        ({"exchange"}, True),
        ({"windows", "teams"}, True),
        ({"windows"}, False),
        ({"intune", "entra"}, False),
        (set(), False),
    ],
)
def test_the_velocity_workshop_is_optional_and_for_microsoft_365(services, applies):
    workshop = BY_CODE["migration_velocity_workshop"]
    assert workshop.is_optional
    assert workshop.applies_to(services) is applies


def test_the_other_seven_are_for_everybody():
    for milestone in MILESTONES[:-1]:
        assert not milestone.is_optional
        assert milestone.applies_to(set())


def test_only_the_checkpoints_recur():
    assert [milestone.code for milestone in MILESTONES if milestone.is_recurring] == ["checkpoints"]


def test_planned_days_are_working_days_after_the_kickoff():
    dates = planned_dates(date(2026, 3, 30), CENTRE)
    assert dates["kickoff"] == date(2026, 3, 30)
    # Good Friday and Easter Monday are left out.
    assert dates["assessment"] == date(2026, 4, 15)
    assert list(dates) == [milestone.code for milestone in MILESTONES]
    assert list(dates.values()) == sorted(set(dates.values()))
    assert all(CENTRE.is_working_day(day) for day in dates.values())


def test_a_kickoff_on_a_free_day_counts_from_the_next_working_day():
    assert planned_dates(date(2026, 4, 4), CENTRE) == planned_dates(date(2026, 4, 7), CENTRE)


def test_the_end_of_the_calendar_is_refused():
    with pytest.raises(ValueError, match="outside the calendar"):
        planned_dates(date(9999, 12, 20), CENTRE)
