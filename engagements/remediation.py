"""The checklists from which a remediation plan begins, by workload, and what makes two plans the same plan."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LOW, MEDIUM, HIGH, CRITICAL = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Line:
    """Something that is often found: `detail` says how to tell that it is right."""

    code: str
    workload: str
    severity: int
    title: str
    detail: str


# Which services make a workload worth looking at; the first two stand under everything.
NEEDED_BY: dict[str, frozenset[str]] = {
    "identity": frozenset(),
    "network": frozenset(),
    "exchange": frozenset({"exchange"}),
    "sharepoint": frozenset({"sharepoint", "onedrive"}),
    "teams": frozenset({"teams", "skype"}),
    "devices": frozenset({"intune", "windows", "apps", "defender"}),
}

_LISTS: dict[str, tuple[tuple[int, str, str], ...]] = {
    "identity": (
        (
            CRITICAL,
            "Every administrator signs in with a second factor",
            "The sign-in report shows no administrator with a password alone in the last week.",
        ),
        (
            CRITICAL,
            "Two emergency accounts stand apart from synchronisation and conditional access",
            "Both were used once to try them, their sign-ins raise an alert, and the passwords lie in a safe.",
        ),
        (
            HIGH,
            "Sign-in names can be routed on the internet and match the mail addresses",
            "A list of the users in scope has no name that ends in .local or in a domain the tenant does not own.",
        ),
        (
            HIGH,
            "Directory synchronisation runs without errors",
            "The last three runs show no duplicate attribute, no object left out unmeant and no age over three hours.",
        ),
        (
            HIGH,
            "Older sign-in protocols are switched off",
            "Sign-in logs of two weeks show none of them, or only accounts that have a date to move.",
        ),
        (
            MEDIUM,
            "Groups that carry licences exist and are filled",
            "Ten people picked at random hold exactly the licences their group gives.",
        ),
        (
            MEDIUM,
            "Accounts of people who left are disabled within a day",
            "The list of those who left last month is matched against the directory: none can sign in.",
        ),
        (
            LOW,
            "People can reset their own password",
            "A test user of each kind resets it without a call to the helpdesk.",
        ),
    ),
    "network": (
        (
            CRITICAL,
            "Firewalls and proxies let the required addresses and ports through",
            "The connectivity test passes from every site, wired and wireless, and from home through the VPN.",
        ),
        (
            HIGH,
            "Traffic to the services leaves the network close to the people",
            "From each site the nearest front door of the service answers, not that of the head office.",
        ),
        (
            HIGH,
            "Inspection of encrypted traffic leaves the services alone",
            "The certificate seen in the browser of a workstation is the service’s own.",
        ),
        (
            HIGH,
            "Public DNS records are known and can be changed in time",
            "Somebody with access is named for each domain, and a change was tried and seen from outside.",
        ),
        (
            MEDIUM,
            "Bandwidth is enough for the busiest hour",
            "Measured use of a week plus the planner’s estimate stays below four fifths of each line.",
        ),
        (
            MEDIUM,
            "VPN users reach the services directly",
            "With the VPN up, the route to the services does not pass through it.",
        ),
    ),
    "exchange": (
        (
            CRITICAL,
            "Mail flow is drawn: every way in, out and across",
            "Connectors, gateways, applications and devices that send are on one page with an owner each.",
        ),
        (
            HIGH,
            "Accepted domains and their MX, SPF, DKIM and DMARC records are settled",
            "Every sending domain has the three sender records, and a test message passes all of them.",
        ),
        (
            HIGH,
            "The source servers have the level that hybrid needs",
            "Version and updates are on the supported list, and the published endpoints answer from outside.",
        ),
        (
            HIGH,
            "Certificates of the published endpoints are valid for the whole move",
            "Issued by a public authority, with the right names, and good for six months more.",
        ),
        (
            MEDIUM,
            "Mailboxes over the size limit are found and dealt with",
            "No mailbox in scope exceeds the limit of its target plan; large items are listed.",
        ),
        (
            MEDIUM,
            "Delegations and shared mailboxes are grouped so that they move together",
            "The batches keep each mailbox with those who work in it.",
        ),
        (
            MEDIUM,
            "Applications and devices that send mail have their new way",
            "Each was tried once against the new endpoint, with its owner present.",
        ),
        (
            LOW,
            "Public folders are counted, and what nobody uses is gone",
            "A list with last use and owner exists; what is left has a target.",
        ),
    ),
    "sharepoint": (
        (
            HIGH,
            "Who may share with whom outside is decided and set",
            "The tenant’s sharing settings match the written decision, tried with a guest from another organisation.",
        ),
        (
            HIGH,
            "File paths and names fit the service",
            "The scan of the sources lists no path that is too long and no name with a sign that is not allowed.",
        ),
        (
            HIGH,
            "Owners are known for every site and share in scope",
            "Nothing on the list is without a living owner who has confirmed it.",
        ),
        (
            MEDIUM,
            "Prerequisites for hybrid features are met on the servers",
            "The health check passes, and a user of the test group finds content of both sides in one search.",
        ),
        (
            MEDIUM,
            "Permissions that were broken by hand are looked through",
            "The report of unique permissions is short enough to be read, and was read.",
        ),
        (
            MEDIUM,
            "Known folders can be moved to OneDrive",
            "On the pilot’s computers the folders arrive, and no other product redirects them.",
        ),
        (
            LOW,
            "Custom solutions and workflows are listed with their future",
            "Each is marked as kept, rebuilt or dropped, with a date.",
        ),
    ),
    "teams": (
        (
            HIGH,
            "Calls and meetings get their ports and their priority",
            "Test calls from each site show loss, delay and jitter inside the limits at the busiest hour.",
        ),
        (
            HIGH,
            "Who may create a team, and how it is named, is decided",
            "A test user inside the rule can, one outside cannot, and the name follows the pattern.",
        ),
        (
            HIGH,
            "Prerequisites of a shared or split domain are met",
            "Records and federation point where the plan says, and messages reach people on both sides.",
        ),
        (
            MEDIUM,
            "Guests and outside chats follow the written decision",
            "An invited guest sees what was meant and nothing more.",
        ),
        (
            MEDIUM,
            "Headsets and rooms are on the list of certified devices",
            "One of each kind was used in a meeting with people from outside.",
        ),
        (
            MEDIUM,
            "People to move first are chosen, with their ways of working",
            "The list has names, sites and a date, and their managers know it.",
        ),
        (
            LOW,
            "Recordings and transcripts have a place and an end",
            "A test recording lands where the policy says and carries its expiry.",
        ),
    ),
    "devices": (
        (
            CRITICAL,
            "Operating systems in use are still supported",
            "The inventory shows none past its end of support, or each has a date to go.",
        ),
        (
            HIGH,
            "Office apps and browsers have the versions the services need",
            "The inventory of a week shows no older version on a computer in scope.",
        ),
        (
            HIGH,
            "Computers are registered and report to management",
            "Nine of ten in scope were seen by management in the last week; the rest are named.",
        ),
        (
            HIGH,
            "Updates reach every device without a visit",
            "The last update arrived on nine of ten computers within its deadline.",
        ),
        (
            MEDIUM,
            "Disks are encrypted and their keys are kept",
            "A key was fetched for a computer picked at random, and it opened.",
        ),
        (
            MEDIUM,
            "Private phones are handled as decided",
            "A private phone gets mail only through the protected app, and wiping takes the company’s data alone.",
        ),
        (
            LOW,
            "Applications that people depend on were tried on the new build",
            "The list has an owner and a result for each; App Assure knows those that fail.",
        ),
    ),
}

LINES: tuple[Line, ...] = tuple(
    Line(f"{workload}-{number}", workload, severity, title, detail)
    for workload, lines in _LISTS.items()
    for number, (severity, title, detail) in enumerate(lines, 1)
)


def lines_of(workloads: Iterable[str]) -> list[Line]:
    """The checklist of these workloads, in the order of the lists."""
    wanted = set(workloads)
    return [line for line in LINES if line.workload in wanted]


def suggested(services: Iterable[str]) -> list[str]:
    """The workloads that the services in scope touch."""
    chosen = set(services)
    return [workload for workload, needs in NEEDED_BY.items() if not needs or needs & chosen]


# --- What both sides agree on ---------------------------------------------------------------------------------------
# Progress is no change of the plan; these are.
SUBSTANCE = ("workload", "title", "detail", "severity", "party", "assignee_id", "due_on", "applies", "risk_owner")


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that is not as it was signed: `what` is new, gone or changed; `fields` names what changed."""

    what: str
    title: str
    fields: tuple[str, ...] = ()


def differences(signed: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]]) -> list[Difference]:
    """How the plan has moved on since it was written down; both sides are lists of lines with an `id` each."""
    before = {line["id"]: line for line in signed}
    after = {line["id"]: line for line in now}
    found = []
    for key, line in after.items():
        old = before.get(key)
        if old is None:
            found.append(Difference("new", line["title"]))
        elif fields := tuple(name for name in SUBSTANCE if old.get(name) != line.get(name)):
            found.append(Difference("changed", line["title"], fields))
    found += [Difference("gone", line["title"]) for key, line in before.items() if key not in after]
    return found
