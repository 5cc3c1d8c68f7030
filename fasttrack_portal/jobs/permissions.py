"""Who may look after the machine room."""

from django.utils.translation import gettext_lazy as _

from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.sentences import tell
from fasttrack_portal.jobs.models import Job


@rule("jobs.retry")
def can_retry(user: User, job: Job) -> Decision:
    return ALLOWED if user.is_admin else refused(_("Only an administrator can try a job again."))


tell({"jobs.retried": _("%(kind)s (%(key)s) is tried again")})
