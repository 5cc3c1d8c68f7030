"""Files with states: taken in, and loaded at once or by a job."""

import uuid
from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.imports import keeping
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.jobs.telling import Tell, unwatched
from fasttrack_portal.refusals import Conflict, Invalid, Refused
from fasttrack_portal.tabular import is_read_at_once
from migrations_svc.models import MigrationEvent, MigrationProject, StatesFile
from migrations_svc.operations.base import hold, tell, tell_of_file, told_of
from migrations_svc.operations.lists import AT_ONCE
from migrations_svc.operations.states import load_states, require_moving
from migrations_svc.recordfile import FileRefused, StateFile


@transaction.atomic
def bring_states(
    event: MigrationEvent, content: BinaryIO, *, name: str, key: uuid.UUID, lines_at_most: int, by: User, at: datetime
) -> StatesFile:
    """The file with its states loaded, or with a job that loads them.

    Raises what `load_states` raises, FileRefused, and Conflict while another file is being read. `key` is the form's
    (C2).
    """
    require(by, "migrations.load_states", event)
    hold(event)

    def make() -> StatesFile:
        require_moving(event, at)
        _require_turn(event)
        return StatesFile.objects.create(public_id=key, event=event, name=name, uploaded_by=by)

    file, is_new = records.create_once(StatesFile, key, make)
    if file.event_id != event.pk or file.uploaded_by_id != by.pk:
        raise Invalid(_("This form was sent before. Please open a new one."))
    if not is_new:
        return file
    if is_read_at_once(content, lines_at_most, AT_ONCE):
        _load(file, content, at=at, lines_at_most=lines_at_most)
        return file
    keeping.keep(file, keeping.pieces(content))
    file.job = enqueue("migrations.load_states", key=str(key), payload={"file": file.pk, "lines": lines_at_most}, by=by)
    file.save(update_fields=["job"])
    tell("states_brought", event, by, name=name)
    return file


def load_kept(file: StatesFile, *, at: datetime, lines_at_most: int, told: Tell) -> None:
    """Part of the job that loads a long file; raises as `bring_states` does, and then nothing of it stays."""
    with keeping.kept(file) as content:
        _load(file, content, at=at, lines_at_most=lines_at_most, told=told)
    keeping.drop(file)


def refuse_states(file: StatesFile, refusal: FileRefused | Refused) -> None:
    """The job could not load the file: nothing was stored, and its page says why."""
    _refuse(file, refusal)
    tell_of_file("states_refused", file, refused=file.error_count, reason=file.problem)


def _refuse(file: StatesFile, refusal: FileRefused | Refused) -> None:
    keeping.drop(file)
    if isinstance(refusal, FileRefused):
        workflow.apply(file, "refuse", problem=refusal.sentence)
        return
    errors = [[each.line, each.column, each.value, each.message] for each in refusal.details.get("errors", [])]
    left_out = int(refusal.details.get("left_out", 0))
    workflow.apply(file, "refuse", problem=str(refusal.reason), errors=errors, left_out=left_out)


def forget_person_in_states(project: MigrationProject, person: str) -> None:
    """Takes what was refused of the person out of the files of a project. Part of a deletion.

    Raises Conflict while a file is being read: what is in it nobody can say yet.
    """
    sought = person.strip().casefold()
    files = StatesFile.objects.filter(event__project=project).exclude(status="imported").select_related("job")
    for file in files.select_for_update(of=("self",)):
        if file.status == file.Status.READING and _is_stuck(file):
            _refuse(file, Conflict(_("It could not be read.")))
        elif file.status == file.Status.READING:
            raise Conflict(_("A file with states of this project is being read. Try again in a minute."), subject=file)
        kept = [error for error in file.errors if not any(sought in str(part).casefold() for part in error[2:])]
        if len(kept) < len(file.errors):
            records.save_changes(file, errors=kept)


def _require_turn(event: MigrationEvent) -> None:
    """Files are loaded in the order in which they were brought; one that FastTrack has to look into holds up none."""
    for other in event.states_files.filter(status="reading").select_related("job"):
        if not _is_stuck(other):
            raise Conflict(
                _("Another file with states of this event, %(name)s, is being read. Bring yours when it is through.")
                % {"name": other.name},
                subject=other,
            )
        _refuse(other, Conflict(_("It could not be read, and another file was brought after it.")))


def _is_stuck(file: StatesFile) -> bool:
    """Nobody reads it any more, unless somebody of FastTrack has its job done again."""
    return file.job is None or file.job.status == Job.Status.PARKED


def _load(file: StatesFile, content: BinaryIO, *, at: datetime, lines_at_most: int, told: Tell = unwatched) -> None:
    states, by = StateFile(content), file.uploaded_by
    watched = (lines_at_most, told)
    loaded = load_states(file.event, states, key=file.public_id, by=by, at=at, watched=watched, waited=told_of(file))
    ignored = list(states.reading.ignored_columns)
    workflow.apply(file, "finish", counts=loaded._asdict(), ignored_columns=ignored, imported_at=at)
