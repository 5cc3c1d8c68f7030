"""What happens to migration events by themselves."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fasttrack_portal.accounts.models import User
from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import job
from fasttrack_portal.jobs.telling import telling
from fasttrack_portal.refusals import Refused
from fasttrack_portal.tabular import FileRefused
from migrations_svc import operations
from migrations_svc.models import ListPlan, MigrationEvent, StatesFile
from migrations_svc.operations import lists, statesfiles
from migrations_svc.operations.base import tell_of_file


def _tell_who_waits(run: JobRun) -> None:
    """The file was tried for the last time."""
    file: ListPlan | StatesFile
    if "file" in run.payload:
        file = StatesFile.objects.select_related("event").get(pk=run.payload["file"])
    else:
        file = ListPlan.objects.select_related("event").get(pk=run.payload["plan"])
    tell_of_file("load_failed", file)


@job("migrations.close_window")
def close_window(run: JobRun) -> None:
    """Due at the last second of the window (D-F12, D-C10)."""
    operations.close_window(_event(run))


@job("migrations.look_for_stall")
def look_for_stall(run: JobRun) -> None:
    """Due when a running event has not changed for some hours."""
    operations.notice_stall(_event(run), at=timezone.now())


@job("migrations.read_list", atomic=False, lane="heavy", given_up=_tell_who_waits)
def read_list(run: JobRun) -> None:
    """Makes the plan of a long list, or makes it again; what cannot be read says so on its page."""
    plan = ListPlan.objects.select_related("event__project").get(pk=run.payload["plan"])
    if plan.status != ListPlan.Status.READING:
        return
    run.progress(0, 0, _("Reading the file"))
    try:
        with telling(run) as tell, transaction.atomic():
            lists.read_list(plan, tell, lines_at_most=run.payload.get("lines", 0))
            # Last, for until then the job's row has to be free for the progress.
            with run.finishing(plan.get_absolute_url()):
                pass
    except FileRefused as refused:
        with run.finishing(plan.get_absolute_url()):
            lists.give_up_list(plan, refused.sentence)


@job("migrations.import_list", atomic=False, lane="heavy", given_up=_tell_who_waits)
def import_list(run: JobRun) -> None:
    """Carries the plan of a long list out in one transaction; one that was overtaken is left to be checked again."""
    plan = ListPlan.objects.select_related("event__project").get(pk=run.payload["plan"])
    if plan.status != ListPlan.Status.IMPORTING:
        return
    run.progress(0, plan.line_count, _("Importing the lines"))
    by = User.objects.get(pk=run.payload["by"])
    try:
        with telling(run) as tell, transaction.atomic():
            lists.carry_out(plan, removes=run.payload["removes"], at=timezone.now(), by=by, told=tell)
            with run.finishing(plan.get_absolute_url()):
                pass
    except Refused as refusal:
        plan.refresh_from_db()
        with run.finishing(plan.get_absolute_url()):
            lists.overtake_list(plan, refusal)


@job("migrations.load_states", atomic=False, lane="heavy", given_up=_tell_who_waits)
def load_states(run: JobRun) -> None:
    """Reads and loads a long file with states in one transaction; what is refused says so on its page."""
    file = StatesFile.objects.select_related("event__project", "uploaded_by").get(pk=run.payload["file"])
    if file.status != StatesFile.Status.READING:
        return
    run.progress(0, 0, _("Reading the file"))
    try:
        with telling(run) as tell, transaction.atomic():
            statesfiles.load_kept(file, at=timezone.now(), lines_at_most=run.payload["lines"], told=tell)
            with run.finishing(file.get_absolute_url()):
                pass
    except (FileRefused, Refused) as refusal:
        file.refresh_from_db()
        with run.finishing(file.get_absolute_url()):
            statesfiles.refuse_states(file, refusal)


@job("migrations.remind_window")
def remind_window(run: JobRun) -> None:
    """Due in the morning of a day of the window."""
    operations.remind_window(_event(run), day=run.payload["day"], at=timezone.now())


@job("migrations.freeze_list")
def freeze_list(run: JobRun) -> None:
    """Due as soon as the last day for changes is over."""
    operations.freeze(_event(run), due=run.payload["due"])


def _event(run: JobRun) -> MigrationEvent:
    return MigrationEvent.objects.with_facts().get(pk=run.payload["event"])
