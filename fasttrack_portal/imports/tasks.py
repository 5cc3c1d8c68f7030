"""The jobs of long lists: reading one, importing one."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fasttrack_portal.accounts.models import User
from fasttrack_portal.imports import operations
from fasttrack_portal.imports.models import ImportPlan
from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import job
from fasttrack_portal.jobs.telling import telling
from fasttrack_portal.refusals import Conflict
from fasttrack_portal.tabular import FileRefused


@job("imports.read", atomic=False, lane="heavy")
def read(run: JobRun) -> None:
    """Makes the plan of a list, or makes it again; what cannot be read says so on its page."""
    plan = ImportPlan.objects.get(pk=run.payload["plan"])
    if plan.status != ImportPlan.Status.READING:
        return
    run.progress(0, 0, _("Reading the file"))
    try:
        with telling(run) as tell, transaction.atomic():
            if plan.line_count:
                operations.decide_again(plan, tell)
            else:
                operations.store_lines(plan, tell, lines_at_most=run.payload.get("lines", 0))
            # Last, for until then the job's row has to be free for the progress.
            with run.finishing(plan.get_absolute_url()):
                pass
    except FileRefused as refused:
        with run.finishing(plan.get_absolute_url()):
            operations.give_up(plan, refused.sentence)


@job("imports.apply", atomic=False, lane="heavy")
def apply(run: JobRun) -> None:
    """Carries a plan out in one transaction; one that was overtaken is left for the person to check again."""
    plan = ImportPlan.objects.get(pk=run.payload["plan"])
    if plan.status != ImportPlan.Status.IMPORTING:
        return
    run.progress(0, plan.line_count, _("Importing the lines"))
    by = User.objects.get(pk=run.payload["by"])
    try:
        with telling(run) as tell, transaction.atomic():
            operations.carry_out(plan, at=timezone.now(), by=by, tell=tell)
            with run.finishing(plan.get_absolute_url()):
                pass
    except Conflict as refusal:
        plan.refresh_from_db()
        with run.finishing(plan.get_absolute_url()):
            operations.overtake(plan, str(refusal.reason))
