"""State machines as tables on the model, applied by compare-and-swap."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F
from django.utils.translation import gettext as _

from fasttrack_portal.refusals import Reason, StaleVersion, TransitionRefused


@dataclass(frozen=True)
class Step:
    """One arrow of the table; `name` is the verb that operation, rule and event share."""

    name: str
    sources: tuple[str, ...]
    target: str
    label: Reason = ""


class Workflow:
    """The table: `Workflow("status", Step("submit", ("draft",), "submitted"), ...)`."""

    def __init__(self, field: str, *steps: Step) -> None:
        self.field = field
        self.steps = {step.name: step for step in steps}
        if len(self.steps) != len(steps):
            raise RuntimeError("two steps share a name")

    def step(self, name: str) -> Step:
        return self.steps[name]

    def open_steps(self, obj: models.Model) -> list[Step]:
        """The steps that lead from the state `obj` is in."""
        state = getattr(obj, self.field)
        return [step for step in self.steps.values() if state in step.sources]

    def leads(self, obj: models.Model, name: str) -> bool:
        return getattr(obj, self.field) in self.steps[name].sources

    def states(self) -> set[str]:
        found: set[str] = set()
        for step in self.steps.values():
            found.update(step.sources, (step.target,))
        return found


def apply(
    obj: models.Model, name: str, table: Workflow | None = None, seen: int | None = None, /, **changes: Any
) -> None:
    """Moves `obj` along the step, in one UPDATE that holds only if nobody moved it first.

    Raises TransitionRefused (409) that names the state it is in now. `changes` are set in the same UPDATE; `table` is
    another one than the model's WORKFLOW, where it has two. `seen` is the version that the person saw (C1): raises
    StaleVersion with both values where somebody has changed the thing since, though the step still leads from there.
    """
    workflow: Workflow = table or obj.WORKFLOW  # type: ignore[attr-defined]
    step = workflow.step(name)
    values: dict[str, Any] = {workflow.field: step.target, **changes}
    if any(field.name == "version" for field in obj._meta.concrete_fields):
        values["version"] = F("version") + 1
    rows = obj._meta.model._base_manager.filter(pk=obj.pk, **{f"{workflow.field}__in": step.sources})
    if seen is not None:
        rows = rows.filter(version=seen)
    if not rows.update(**values):
        obj.refresh_from_db()
        raise _stale(obj, step, workflow) if workflow.leads(obj, name) else refusal(obj, step, workflow)
    obj.refresh_from_db(fields=list(values))


def refusal(obj: models.Model, step: Step, table: Workflow | None = None) -> TransitionRefused:
    """The 409 that says what was wanted and what is."""
    workflow: Workflow = table or obj.WORKFLOW  # type: ignore[attr-defined]
    now = str(getattr(obj, f"get_{workflow.field}_display")()) or _("not begun")
    wanted = _in_words(obj, workflow.field, (step.target,))
    return TransitionRefused(
        _("This is now “%(now)s”, so it can no longer become “%(wanted)s”.") % {"now": now, "wanted": wanted},
        subject=obj,
        theirs={workflow.field: now},
        yours={workflow.field: wanted},
    )


def _stale(obj: models.Model, step: Step, workflow: Workflow) -> StaleVersion:
    return StaleVersion(
        _("Somebody else changed this while you were looking at it. See how it stands now, then decide again."),
        subject=obj,
        theirs={workflow.field: str(getattr(obj, f"get_{workflow.field}_display")())},
        yours={workflow.field: _in_words(obj, workflow.field, (step.target,))},
    )


def _in_words(obj: models.Model, field: str, states: Iterable[str]) -> str:
    choices = dict(obj._meta.get_field(field).flatchoices)  # type: ignore[union-attr]
    return ", ".join(str(choices.get(state, state)) for state in states)
