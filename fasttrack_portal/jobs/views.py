"""The staff page of jobs, and the progress a person watches."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fasttrack_portal.access import require
from fasttrack_portal.http import Request, is_fragment, see_other
from fasttrack_portal.jobs import operations
from fasttrack_portal.jobs.health import oldest_due_age
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.jobs.tables import JobTable
from fasttrack_portal.lists import list_page


@require_GET
def jobs(request: Request) -> HttpResponseBase:
    """Every job by state, with the age of the oldest one that is due."""
    require(request.user, "staff.machine_room")
    rows = Job.objects.visible_to(request.user)
    status = request.GET.get("status", "")
    if status in Job.Status.values:
        rows = rows.filter(status=status)
    states = [("", _("All")), *Job.Status.choices]
    tabs = [{"label": label, "href": f"?status={code}", "is_current": code == status} for code, label in states]
    age = oldest_due_age(timezone.now())
    context = {"tabs": tabs, "age": age, "since": timezone.now() - timedelta(seconds=age)}
    return list_page(request, JobTable(rows), "jobs/jobs.html", context, per_page=50)


@require_GET
def progress(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One job's bar; the fragment asks for itself again until the job is over."""
    job = get_object_or_404(Job.objects.visible_to(request.user), public_id=public_id)
    return render(request, "jobs/_progress.html" if is_fragment(request) else "jobs/progress.html", {"job": job})


@require_POST
def retry(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Tries a parked job again."""
    job = get_object_or_404(Job.objects.visible_to(request.user), public_id=public_id)
    operations.retry(job, by=request.user)
    messages.success(request, _("The job will be tried again."))
    return see_other(request, "jobs:jobs")
