"""What every story of reports begins with."""

import copy
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from fasttrack_portal import pdf
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from reports import operations
from tests.reports.scene import COMPLETED, FINISHED, engagement_of, event_of, fill


@pytest.fixture(scope="module")
def made(stage):
    """Made once for the stories of a file, each of which takes back what it writes."""
    cast = stage
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    running = event_of(engagement, cast.lead)
    fill(running, {"completed": 4, "syncing": 3, "queued": 2, "failed": 1})
    done = event_of(engagement, cast.lead, "completed_with_issues", title="Branch offices, wave 2")
    fill(done, FINISHED, mark="branch.contoso")
    other = engagement_of(cast.fabrikam, cast.apac_specialist, cast.fabrikam_lead)
    theirs = event_of(other, cast.fabrikam_lead, "completed", title="Fabrikam canary wave")
    fill(theirs, {"completed": 2, "failed": 1}, mark="fabrikam")
    # The mails of how it all began are other stories.
    Job.objects.all().delete()
    return SimpleNamespace(engagement=engagement, running=running, done=done, other=other, theirs=theirs)


@pytest.fixture
def scene(made, cast):
    """Contoso with an event that runs and one that is completed; Fabrikam with one of its own."""
    return copy.deepcopy(made)


class Printer:
    """The renderer as the outside world: it counts, and fails when it is told to."""

    def __init__(self):
        self.sheets, self.fails, self.meanwhile = [], [], None

    def render(self, html, **options):
        self.sheets.append((html, options))
        if self.meanwhile:
            self.meanwhile(options["beat"])
        if self.fails:
            raise self.fails.pop(0)
        return [b"%PDF-1.7 " + edition.variant.encode() + html.encode() for edition in options["editions"]]


@pytest.fixture
def printer(monkeypatch):
    found = Printer()
    monkeypatch.setattr(pdf, "render", found.render)
    return found


@pytest.fixture(scope="module")
def once_issued(made):
    """One report of each kind of Contoso and one of Fabrikam, made by the job once for the stories of a file."""
    asked = (("status", made.running), ("final", made.done), ("engagement", made.engagement), ("final", made.theirs))
    reports = [operations.request(kind, subject, by=None, at=COMPLETED) for kind, subject in asked]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "render", Printer().render)
        as_a_worker()
    return [report.pk for report in reports]


def as_a_worker(later=0):
    """Everything that is due, as a worker does it; `later` in minutes. Mails are jobs that jobs make."""
    for _time in range(3):
        engine.run_due(at=timezone.now() + timedelta(minutes=later))


@pytest.fixture
def run_jobs():
    return as_a_worker
