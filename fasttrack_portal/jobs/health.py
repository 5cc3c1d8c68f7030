"""How old the oldest work is that should have been done: the one figure that says whether workers work."""

from datetime import datetime

from django.db.models import Min

from fasttrack_portal.jobs.models import Job


def oldest_due_age(at: datetime) -> float:
    """Seconds since the oldest waiting job fell due; 0 when nothing waits."""
    oldest = Job.objects.filter(status=Job.Status.WAITING, due_at__lte=at).aggregate(oldest=Min("due_at"))["oldest"]
    return (at - oldest).total_seconds() if oldest else 0.0
