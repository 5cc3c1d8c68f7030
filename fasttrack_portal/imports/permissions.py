"""Who may import, and what is told of it."""

from django.utils.translation import gettext_lazy as _

from fasttrack_portal.access import Decision, rule
from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.permissions import to_admins
from fasttrack_portal.activity.sentences import tell


@rule("imports.import")
def can_import(user: User, _nothing: None) -> Decision:
    return to_admins(user)


tell(
    {
        "imports.uploaded": _("The list %(name)s was uploaded"),
        "imports.checked": _("The list %(name)s was checked again"),
        "imports.begun": _("The import of %(name)s began"),
        "imports.imported": _("%(name)s was imported: %(new)s new, %(changed)s changed, %(left_out)s left out"),
    }
)
