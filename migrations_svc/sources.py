"""What each source needs, what does not move from it, and how a customer moves it without FastTrack.

The words are our own; the facts come from the public documentation of the programme and of the tools that it uses. A
change of facts is a new edition: projects keep the number of the one they began with."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

EDITION = 1


class Access(NamedTuple):
    """One right that the customer gives before the first event (D-C3)."""

    code: str
    place: str
    title: Any


class Facts(NamedTuple):
    """Of one source: rights needed, what stays behind, what one does oneself, and what to try after an event."""

    access: tuple[Access, ...]
    stays: tuple[Any, ...]
    self_service: tuple[Any, ...]
    scenarios: tuple[Any, ...]


_TENANT = Access("target_admin", "target", _("An administrator account in the tenant for the migration"))
_LICENCES = Access("target_licences", "target", _("Users are created and licensed in the tenant"))
_MAIL_STAYS = (
    _("Messages over 150 MB with their attachments"),
    _("Mailboxes over 200 GB"),
    _("Items that are damaged in the source"),
)
_FILES_STAY = (
    _("Links that were shared with people outside"),
    _("Who owned a file before its present owner"),
    _("Earlier versions of a file, beyond those that the tool can read"),
    _("Rights that have no counterpart in SharePoint and OneDrive"),
    _("Files over the size limit of SharePoint, and paths that are too long for it"),
)
_MAIL_TRIES = (
    _("Old mail is there, in its folders"),
    _("New mail arrives"),
    _("Appointments and contacts are there"),
    _("A delegate opens a shared mailbox"),
)
_FILE_TRIES = (
    _("Folders and files are where they are expected"),
    _("A file can be opened and edited"),
    _("Who had access still has it"),
)
_MANAGER = (
    _("Scan the source with Migration Manager in the SharePoint admin center and read its report."),
    _("Fix what the report names, then map each source to its OneDrive or site."),
    _("Move a small group first, then everybody, and keep the source read-only until the end."),
)
_BATCHES = (
    _("Make sure that every user exists in the tenant and has a licence."),
    _("Create a migration endpoint, then a batch, in the Exchange admin center."),
    _("Let the batch synchronise, complete it at a quiet hour, and change the MX record."),
)
_CLOUD_ADMIN = Access("source_admin", "source", _("An administrator account in the source for the migration"))


def _files(*access: Access, stays: tuple[Any, ...] = ()) -> Facts:
    return Facts((*access, _TENANT, _LICENCES), (*stays, *_FILES_STAY), _MANAGER, _FILE_TRIES)


FACTS: dict[str, Facts] = {
    "exchange": Facts(
        (
            Access("source_impersonation", "source", _("An account that may move mailboxes in the source")),
            Access("source_endpoint", "source", _("The migration endpoint can be reached from outside")),
            _TENANT,
            _LICENCES,
        ),
        (*_MAIL_STAYS, _("Settings of Outlook on each computer, such as profiles and signatures")),
        _BATCHES,
        _MAIL_TRIES,
    ),
    "google_workspace": Facts(
        (
            Access("source_service", "source", _("A service account with access to mail, calendar and contacts")),
            Access("source_scopes", "source", _("The scopes of that account are granted for the whole domain")),
            _TENANT,
            _LICENCES,
        ),
        (
            *_MAIL_STAYS,
            _("Filters, vacation answers and rules"),
            _("Calendars that are shared, their reminders and bookings of rooms"),
        ),
        _BATCHES,
        _MAIL_TRIES,
    ),
    "imap": Facts(
        (
            Access("source_credentials", "source", _("A name and password, or an account for all, of each mailbox")),
            Access("source_port", "source", _("The IMAP server can be reached from outside")),
            _TENANT,
            _LICENCES,
        ),
        (*_MAIL_STAYS, _("Contacts, calendars and tasks: IMAP carries mail alone"), _("Rules of a mailbox")),
        _BATCHES,
        _MAIL_TRIES[:2],
    ),
    "box": _files(_CLOUD_ADMIN, stays=(_("Comments, tasks and notes of Box"),)),
    "dropbox": _files(_CLOUD_ADMIN, stays=(_("Paper documents and comments"),)),
    "google_drive": _files(_CLOUD_ADMIN, stays=(_("Forms, sites and drawings that Office has no format for"),)),
    "file_share": _files(
        Access("source_agent", "source", _("A computer with the migration agent beside the file share")),
        Access("source_read", "source", _("An account that may read all of the share")),
        stays=(_("Shortcuts, and files that are open while they are read"),),
    ),
}
