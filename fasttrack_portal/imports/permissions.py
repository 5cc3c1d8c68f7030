"""Who may import, and what is told of it."""

from django.utils.translation import gettext_lazy as _

from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.sentences import tell


@rule("imports.import")
def can_import(user: User, _nothing: None) -> Decision:
    return ALLOWED if user.is_admin else refused(_("Only an administrator of the portal can do this."))


tell(
    {
        "imports.uploaded": _("The list %(name)s was uploaded"),
        "imports.checked": _("The list %(name)s was checked again"),
        "imports.begun": _("The import of %(name)s began"),
        "imports.imported": _("%(name)s was imported: %(new)s new, %(changed)s changed, %(left_out)s left out"),
    }
)
