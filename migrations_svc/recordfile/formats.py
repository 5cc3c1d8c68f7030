"""The files in which lists of mailboxes, drives and sites come: whose columns they have and what these mean to us.

One row a tool: a file is of the first format whose `marks` all stand in its header. What a tool's file has beyond that
is named and left; only in our own template a strange column is an error, for there it is a slip."""

from dataclasses import dataclass, field

PLAN_COLUMNS = ("source_address", "target_address", "size_gb", "display_name", "kind")
# What the formats of other tools have beside our columns: one address for both ends, and a name to sign in with.
READ_COLUMNS = (*PLAN_COLUMNS, "address", "login")


@dataclass(frozen=True, slots=True)
class Format:
    """`marks` are columns by our name, `ends` says how source and target come from them."""

    code: str
    label: str
    marks: frozenset[str]
    # pair: both stand there; same: one address for both ends; login: the source is what one signs in with.
    ends: str = "pair"
    missing: tuple[str, ...] = field(default=())


FORMATS: tuple[Format, ...] = (
    Format("pairs", "pairs of source and target", frozenset({"source_address", "target_address"})),
    Format("logins", "mailboxes with the account of the source", frozenset({"address", "login"}), ends="login"),
    Format("mailboxes", "a list of mailboxes", frozenset({"address"}), ends="same"),
)

# How the tools name these columns; lower case, blanks and hyphens as "_".
ALIASES: dict[str, str] = {
    # Exchange migration batches (remote, cutover, staged) and the export of users of the admin centres.
    "emailaddress": "address",
    "email_address": "address",
    "email_address_[required]": "address",
    "primarysmtpaddress": "address",
    "primary_smtp_address": "address",
    "userprincipalname": "address",
    "user_principal_name": "address",
    "windowsemailaddress": "address",
    "displayname": "display_name",
    "mailboxtype": "kind",
    "recipienttypedetails": "kind",
    "totalitemsize_(gb)": "size_gb",
    "size_(gb)": "size_gb",
    "mailbox_size_(gb)": "size_gb",
    "storage_used_(gb)": "size_gb",
    # Google Workspace and IMAP: the mailbox in Microsoft 365, and the account it is fetched from.
    "username": "login",
    "user_name": "login",
    "sourceusername": "login",
    # Pairs in the manner of MigrationWiz.
    "source_email": "source_address",
    "source_email_address": "source_address",
    "destination_email": "target_address",
    "destination_email_address": "target_address",
    "target_email": "target_address",
    # File shares, Box, Dropbox and Google Drive in Migration Manager.
    "source": "source_address",
    "sourcepath": "source_address",
    "source_path": "source_address",
    "filesharepath": "source_address",
    "file_share_path": "source_address",
    "target": "target_address",
    "targetpath": "target_address",
    "targetweb": "target_address",
    "targetweburl": "target_address",
    "target_path": "target_address",
    "destination": "target_address",
    "destination_path": "target_address",
    "sharepointsite": "target_address",
    "sharepoint_site": "target_address",
    "size": "size_gb",
}
# Never read, never kept, never shown: a list for FastTrack needs no password.
SECRETS = frozenset(
    {"password", "passwort", "pwd", "source_password", "destination_password", "sourcepassword", "targetpassword"}
    | {"target_password", "loginpassword", "userpassword", "imap_password", "clientsecret", "client_secret"}
)
# What tools write for a kind, lower case and without separators.
KIND_WORDS: dict[str, str] = {
    "usermailbox": "mailbox",
    "user": "mailbox",
    "primary": "mailbox",
    "primaryonly": "mailbox",
    "primaryandarchive": "mailbox",
    "sharedmailbox": "shared_mailbox",
    "shared": "shared_mailbox",
    "roommailbox": "shared_mailbox",
    "equipmentmailbox": "shared_mailbox",
    "archive": "archive",
    "archiveonly": "archive",
    "onedriveforbusiness": "onedrive",
    "sharepoint": "site",
    "sharepointsite": "site",
    "teamsite": "site",
}

# The example line of the template, by where the data is now.
EXAMPLES: dict[str, tuple[str, str, str, str, str]] = {
    "exchange": ("ada@old.example.com", "ada@example.com", "12.5", "Ada Example", "mailbox"),
    "google_workspace": ("ada@old.example.com", "ada@example.com", "4", "Ada Example", "mailbox"),
    "imap": ("ada@imap.example.com", "ada@example.com", "2", "Ada Example", "mailbox"),
    "box": ("ada@box.example.com", "ada@onedrive.example.com", "40", "Ada Example", "onedrive"),
    "dropbox": ("ada@dropbox.example.com", "ada@onedrive.example.com", "40", "Ada Example", "onedrive"),
    "google_drive": ("ada@drive.example.com", "ada@onedrive.example.com", "40", "Ada Example", "onedrive"),
    "file_share": (
        r"\\files.example.com\sales",
        "https://example.sharepoint.com/sites/sales",
        "120",
        "Sales",
        "site",
    ),
}
EXAMPLE_SOURCES = frozenset(example[0] for example in EXAMPLES.values())


def format_of(columns: set[str]) -> Format | None:
    """The format of a file with these columns (by our names), or None where nothing says what moves where."""
    return next((each for each in FORMATS if each.marks <= columns), None)


def guessed_kind(source: str, target: str) -> str:
    """What moves where no column says it: the ends tell mailboxes, drives and sites apart."""
    place = target.lower()
    if place.startswith(("http://", "https://")):
        return "onedrive" if "-my.sharepoint." in place or "/personal/" in place else "site"
    return "onedrive" if source.startswith("\\\\") or source.lower().startswith("http") else "mailbox"
