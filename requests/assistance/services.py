"""The services people can ask for, by the families that are eligible (F7)."""

from dataclasses import dataclass

SERVICES: dict[str, str] = {
    "exchange": "Exchange Online",
    "sharepoint": "SharePoint",
    "onedrive": "OneDrive",
    "teams": "Microsoft Teams",
    "skype": "Skype for Business",
    "apps": "Microsoft 365 Apps",
    "viva": "Microsoft Viva",
    "intune": "Microsoft Intune",
    "entra": "Microsoft Entra",
    "defender": "Microsoft Defender",
    "purview": "Microsoft Purview",
    "windows": "Windows",
}


@dataclass(frozen=True, slots=True)
class Family:
    """One family of eligible subscriptions with its services (F7)."""

    code: str
    label: str
    services: tuple[str, ...]


SERVICE_FAMILIES: dict[str, Family] = {
    family.code: family
    for family in (
        Family(
            "microsoft365",
            "Microsoft 365",
            ("exchange", "sharepoint", "onedrive", "teams", "skype", "apps", "viva"),
        ),
        Family("ems", "Enterprise Mobility + Security", ("intune", "entra", "defender", "purview")),
        Family("windows", "Windows", ("windows",)),
    )
}

# Where data can come from; the migration itself has the same list with what each source cannot move.
MIGRATION_SOURCES: dict[str, str] = {
    "exchange": "Exchange",
    "google_workspace": "Google Workspace",
    "imap": "IMAP",
    "box": "Box",
    "dropbox": "Dropbox",
    "google_drive": "Google Drive",
    "file_share": "File shares",
}

# On what an application of an App Assure request fails (F5).
PLATFORMS: dict[str, str] = {
    "windows": "Windows",
    "windows_arm": "Windows on Arm",
    "virtual_desktop": "Azure Virtual Desktop",
    "windows365": "Windows 365",
    "apps": "Microsoft 365 Apps",
    "edge": "Microsoft Edge",
}
