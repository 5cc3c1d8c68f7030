"""The jobs of long lists: reading one, importing one."""

from django.utils import timezone

from fasttrack_portal.accounts.models import User
from fasttrack_portal.imports import operations
from fasttrack_portal.imports.models import ImportPlan
from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import job
from fasttrack_portal.refusals import Conflict


@job("imports.read", atomic=False, lane="heavy")
def read(run: JobRun) -> None:
    """Makes the plan of a list; what cannot be read says so on its page."""
    plan = ImportPlan.objects.get(pk=run.payload["plan"])
    if plan.status != ImportPlan.Status.READING:
        return
    run.progress(0, 0, "Reading the file")
    found = operations.read_content(plan)
    if isinstance(found, str):
        with run.finishing(plan.get_absolute_url()):
            operations.give_up(plan, found)
        return
    total = len(found.lines)
    run.progress(0, total, "Checking the lines")
    with run.finishing(plan.get_absolute_url()):
        operations.store_lines(plan, found)


@job("imports.apply", atomic=False, lane="heavy")
def apply(run: JobRun) -> None:
    """Carries a plan out in one transaction; one that was overtaken is left for the person to check again."""
    plan = ImportPlan.objects.get(pk=run.payload["plan"])
    if plan.status != ImportPlan.Status.IMPORTING:
        return
    run.progress(0, plan.line_count, "Importing the lines")
    try:
        with run.finishing(plan.get_absolute_url()):
            operations.carry_out(plan, at=timezone.now(), by=User.objects.get(pk=run.payload["by"]))
    except Conflict as refusal:
        plan.refresh_from_db()
        with run.finishing(plan.get_absolute_url()):
            operations.overtake(plan, str(refusal.reason))
