"""What is told of calendar subscriptions; whose they are says their queryset."""

from django.utils.translation import gettext_lazy as _

from fasttrack_portal.activity.sentences import tell

tell(
    {
        "feeds.renewed": _("A calendar address was made: %(what)s"),
        "feeds.revoked": _("A calendar address was withdrawn: %(what)s"),
    }
)
