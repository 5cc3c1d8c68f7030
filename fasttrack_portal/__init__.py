"""The platform every feature stands on."""

import sys
from pathlib import Path

# requests/ is a source root, not a package: a package of that name would shadow the HTTP library that
# allauth's OpenID Connect imports. Whatever starts the portal imports this package first.
_SOURCE_ROOT = str(Path(__file__).resolve().parent.parent / "requests")
if _SOURCE_ROOT not in sys.path:
    sys.path.append(_SOURCE_ROOT)
