"""The two Celery entries: run what is due, sweep what is over."""

from datetime import timedelta

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job

_KEEP_DONE = timedelta(days=90)


@shared_task(name="fasttrack_portal.jobs.tick")
def tick() -> None:
    """Any number of these may run at once, late or twice: what is claimed is claimed once."""
    engine.run_due()


@shared_task(name="fasttrack_portal.jobs.sweep")
def sweep() -> None:
    """Removes finished jobs after 90 days and sessions that have ended."""
    now = timezone.now()
    Job.objects.filter(status=Job.Status.DONE, finished_at__lt=now - _KEEP_DONE).delete()
    Session.objects.filter(expire_date__lt=now).delete()
