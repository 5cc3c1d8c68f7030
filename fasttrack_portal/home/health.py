"""Whether the process lives, and whether the portal can serve."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from fasttrack_portal.jobs.health import oldest_due_age

_LATE = 60.0  # seconds a due job may wait before readiness reports the workers as late


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; says nothing about anything behind it."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Database reached, migrations done: 200. Late workers are told, but do not take the web out of service."""
    try:
        plan = MigrationExecutor(connection)
        pending = len(plan.migration_plan(plan.loader.graph.leaf_nodes()))
        age = oldest_due_age(timezone.now()) if not pending else 0.0
    except DatabaseError:
        response = JsonResponse({"status": "database away"}, status=503)
        response["Retry-After"] = "5"
        return response
    ready = pending == 0
    body = {
        "status": "ok" if ready else "migrations pending",
        "migrations_pending": pending,
        "oldest_due_job_seconds": round(age, 1),
        "workers": "late" if age > _LATE else "ok",
    }
    return JsonResponse(body, status=200 if ready else 503)
