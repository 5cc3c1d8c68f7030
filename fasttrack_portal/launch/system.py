"""What the portal needs from the operating system: Pango and a font for PDFs, a browser and pdftoppm for the tests."""

import ctypes
import os
import shutil
import subprocess

from fasttrack_portal.launch.console import say

# WeasyPrint looks for the same names: Linux first, then macOS.
LIBRARIES = {
    "libpango-1.0-0": ("libpango-1.0.so.0", "libpango-1.0.dylib"),
    "libpangoft2-1.0-0": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
    "libharfbuzz-subset0": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
}
FONTCONFIG = ("libfontconfig.so.1", "libfontconfig.1.dylib")
FONTS = "fonts-liberation"
# The shell is the same engine without windows, and half the work for the machine.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Missing(Exception):
    """Something has to be installed first; the message is one line with the command."""


def ensure_pdf() -> None:
    """What WeasyPrint needs; installed where we may, else Missing."""
    if packages := missing_for_pdf():
        install(packages)
        if packages := missing_for_pdf():
            raise Missing(f"The PDF reports need {' '.join(packages)}. {how_to_install(packages)}")


def missing_for_pdf() -> list[str]:
    """Debian's names of what is not there."""
    packages = [package for package, names in LIBRARIES.items() if _load(names) is None]
    return packages if _has_font() else [*packages, FONTS]


def ensure_programs_for_tests() -> None:
    """Chromium and pdftoppm, where we may install them; the tests that need one are skipped without it."""
    wanted = [] if browser() else ["chromium-headless-shell"]
    if not shutil.which("pdftoppm"):
        wanted.append("poppler-utils")
    if wanted:
        install(wanted)


def browser() -> str | None:
    """The path of a Chromium."""
    return os.environ.get("PORTAL_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def install(packages: list[str]) -> None:
    """With apt as root; elsewhere nothing happens."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say(f"Installing {' '.join(packages)} ...")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        command = ["apt-get", "-qq", *arguments]
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            say(f"apt-get {arguments[0]} failed: {said[-1] if said else done.returncode}")


def how_to_install(packages: list[str]) -> str:
    return f"On Debian or Ubuntu run: sudo apt-get install -y {' '.join(packages)}"


def _load(names: tuple[str, ...]) -> ctypes.CDLL | None:
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def _has_font() -> bool:
    fontconfig = _load(FONTCONFIG)
    if fontconfig is None:  # it comes with Pango: then that is what is missing
        return shutil.which("fc-list") is not None
    fontconfig.FcInitLoadConfigAndFonts.restype = ctypes.c_void_p
    fontconfig.FcConfigGetFonts.restype = ctypes.POINTER(ctypes.c_int)  # a struct that begins with the number of fonts
    fontconfig.FcConfigGetFonts.argtypes = [ctypes.c_void_p, ctypes.c_int]
    found = fontconfig.FcConfigGetFonts(fontconfig.FcInitLoadConfigAndFonts(), 0)
    return bool(found) and found[0] > 0
