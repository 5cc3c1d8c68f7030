"""Who may make and withdraw access tokens, and what is told of it."""

from django.utils.translation import gettext_lazy as _

from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.sentences import tell
from fasttrack_portal.rest.models import AccessToken


@rule("rest.withdraw_token")
def can_withdraw(user: User, token: AccessToken) -> Decision:
    return ALLOWED if token.user_id == user.pk else refused(_("Only its owner can withdraw an access token."))


tell(
    {
        "rest.token_made": _("The access token “%(name)s” was made, for %(scopes)s, until %(until)s"),
        "rest.token_withdrawn": _("The access token “%(name)s” was withdrawn"),
    }
)
