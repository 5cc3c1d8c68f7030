"""What is told of saved views; whose they are says their queryset."""

from django.utils.translation import gettext_lazy as _

from fasttrack_portal.activity.sentences import tell

tell(
    {
        "savedviews.saved": _("The view “%(name)s” was saved"),
        "savedviews.removed": _("The view “%(name)s” was removed"),
    }
)
