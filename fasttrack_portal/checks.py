"""System checks: what the portal needs of the machine it runs on and cannot bring along."""

import ctypes
import ctypes.util
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks

from fasttrack_portal import pdf

# A language of each writing that the font of reports has no letters for, and the package of Debian that brings them.
_EAST_ASIAN = {"ja": "Japanese", "ko": "Korean", "zh-cn": "Chinese"}
_PACKAGE = "fonts-noto-cjk"


class _FontSet(ctypes.Structure):
    _fields_ = [("count", ctypes.c_int)]


@checks.register(checks.Tags.files)
def fonts_came_with_the_setup(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """The font of reports is a locked package like every other."""
    if pdf.font_folder() is not None:
        return []
    hint = "Install what requirements/runtime.lock lists: fontpkg-source-sans-3 is part of it."
    return [checks.Warning("The font of the reports is not installed.", hint=hint, id="portal.W001")]


@checks.register(checks.Tags.files, deploy=True)
def names_in_east_asian_writing(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Without such a font a name in one of these writings is a row of boxes on paper."""
    missing = [name for language, name in _EAST_ASIAN.items() if has_font_for(language) is False]
    if not missing:
        return []
    return [
        checks.Info(
            f"No font for {', '.join(missing)}: such names are not readable in reports.",
            hint=f"Where they are needed: apt-get install {_PACKAGE}",
            id="portal.I001",
        )
    ]


def has_font_for(language: str) -> bool | None:
    """Whether the library that the renderer asks for fonts knows one for a language; None where there is none."""
    name = ctypes.util.find_library("fontconfig")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    for function in (library.FcNameParse, library.FcObjectSetCreate):
        function.restype = ctypes.c_void_p
    library.FcFontList.restype = ctypes.POINTER(_FontSet)
    pattern = ctypes.c_void_p(library.FcNameParse(f":lang={language}".encode()))
    wanted = ctypes.c_void_p(library.FcObjectSetCreate())
    found = library.FcFontList(None, pattern, wanted)
    count = found.contents.count if found else 0
    library.FcFontSetDestroy(found)
    library.FcObjectSetDestroy(wanted)
    library.FcPatternDestroy(pattern)
    return bool(count)
