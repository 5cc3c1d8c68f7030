"""The list of jobs."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import lists
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.records import word_of
from fasttrack_portal.templatetags.ui import badge, progress


class JobTable(lists.Table):
    caption = _("Jobs")
    box_id = "jobs"
    status = lists.Column()
    progress = lists.Column(accessor="progress_total", empty_values=(), orderable=False, verbose_name=_("Progress"))
    due_at = lists.Column(verbose_name=_("Due"))
    again = lists.TemplateColumn(template_name="jobs/_retry.html", orderable=False, verbose_name=_("Action"))

    class Meta:
        model = Job
        fields = ("kind", "key", "status", "attempts", "due_at", "progress", "error", "again")
        order_by = "-due_at"
        empty_text = _("No jobs in this state.")

    def render_status(self, record: Job) -> SafeString:
        return badge(record.status, word_of(record, "status"))

    def csv_progress(self, record: Job) -> str:
        return f"{record.progress_done} / {record.progress_total}" if record.progress_total else ""

    def render_progress(self, record: Job) -> SafeString | str:
        if not record.progress_total:
            return ""
        return progress(record.progress_done, record.progress_total, record.progress_label)
