"""The list of jobs."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.jobs.models import Job


class JobTable(tables.Table):
    status = tables.TemplateColumn("{% load ui %}{% badge record.status record.get_status_display %}")
    progress = tables.TemplateColumn(
        "{% load ui %}{% if record.progress_total %}{% progress record.progress_done record.progress_total "
        "record.progress_label %}{% endif %}",
        orderable=False,
        verbose_name=_("Progress"),
    )
    due_at = tables.TemplateColumn("{% load ui %}{% when record.due_at %}", verbose_name=_("Due"))
    again = tables.TemplateColumn(
        template_name="jobs/_retry.html", orderable=False, verbose_name=_("Action"), empty_values=()
    )

    class Meta:
        model = Job
        fields = ("kind", "key", "status", "attempts", "due_at", "progress", "error", "again")
        order_by = "-due_at"
        empty_text = _("No jobs in this state.")
