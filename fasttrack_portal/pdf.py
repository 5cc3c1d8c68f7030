"""HTML to PDF in a child process; the only importer of WeasyPrint."""

import ctypes
import gc
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

STATIC_SCHEME = "static"
FONT_SCHEME = "font"
# Both are tagged for assistive technology: one to read, one to keep for decades.
READABLE = "pdf/ua-1"
LASTING = "pdf/a-3a"
_FONTS = "fontpkg_source_sans_3"
_MEMORY = 2 * 1024**3  # bytes of address space
_FILE = 256 * 1024**2  # bytes of one file
_WALL = 300  # seconds
_NICE = 5  # pages are answered before reports are drawn


class RenderFailed(Exception):
    """The child ended without a PDF; the text says why."""


@dataclass(frozen=True)
class Edition:
    """One file made of a page: which PDF it is, and the files that it carries, by name with what they
    are."""

    variant: str = READABLE
    attachments: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)


def render(
    html: str,
    *,
    editions: Sequence[Edition] = (Edition(),),
    static_dirs: Sequence[Path],
    dated: datetime | None = None,
    wall: int = _WALL,
    memory: int = _MEMORY,
    beat: Callable[[], None] | None = None,
) -> list[bytes]:
    """Lays the page out once and writes it in each edition, in a child with wall and memory limits (B4).

    `html` may load nothing but `static:...` addresses (files below `static_dirs`), `font:...` (`?wght=600`: one weight
    of a variable font) and data: addresses.
    `dated` is the time that document and attachments carry; with it the same input gives the same bytes. `beat` is
    called about twice a second while it runs. Raises RenderFailed.
    """
    with tempfile.TemporaryDirectory(prefix="portal-pdf-") as folder:
        order, targets = Path(folder, "order.json"), [Path(folder, f"{n}.pdf") for n in range(len(editions))]
        order.write_text(
            json.dumps(
                {
                    "html": html,
                    "memory": memory,
                    "wall": wall,
                    "static_dirs": [str(path) for path in static_dirs],
                    "dated": dated.astimezone(UTC).isoformat(timespec="seconds") if dated else None,
                    "editions": [
                        {
                            "target": str(target),
                            "variant": edition.variant,
                            "attachments": [[name, data.hex(), told] for name, (data, told) in _sorted(edition)],
                        }
                        for edition, target in zip(editions, targets, strict=True)
                    ],
                }
            )
        )
        complaint = _run(order, dated, wall, beat)
        if complaint is not None or not all(target.is_file() for target in targets):
            raise RenderFailed(complaint or "the renderer left no file")
        return [target.read_bytes() for target in targets]


def _sorted(edition: Edition) -> list[tuple[str, tuple[bytes, str]]]:
    return sorted(edition.attachments.items())


def _run(order: Path, dated: datetime | None, wall: int, beat: Callable[[], None] | None) -> str | None:
    """Why the child failed; None if it did not."""
    folder = str(order.parent)
    # WeasyPrint lays fonts aside while it works: in the folder that goes, however the child ends.
    surroundings = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"}
    if dated is not None:
        # A font that is cut down carries the time of the cut, unless this says which time it is.
        surroundings["SOURCE_DATE_EPOCH"] = str(int(dated.timestamp()))
    # -m would import the package and Django settings with it; the child needs this file and WeasyPrint alone.
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), str(order)],
        # It ends when this pipe does: a child whose worker was killed writes nothing that anybody waits for.
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=surroundings,
        cwd=order.parent,
    )
    assert child.stdin is not None
    assert child.stderr is not None
    heard: list[bytes] = []
    listener = threading.Thread(target=lambda stream: heard.append(stream.read()), args=(child.stderr,), daemon=True)
    listener.start()
    try:
        waited = 0.0
        while True:
            try:
                child.wait(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                waited += 0.5
                if beat is not None:
                    beat()
                if waited > wall:
                    raise RenderFailed(f"rendering took more than {wall} seconds") from None
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        listener.join(5)
        child.stdin.close()
        child.stderr.close()
    if child.returncode == 0:
        return None
    last = b"".join(heard).decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
    return f"the renderer ended with {child.returncode}: {last[0][:500]}"


# --- In the child -----------------------------------------------------------------------------------------------------
def _child(order_path: str) -> None:
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]
    os.nice(_NICE)
    order = json.loads(Path(order_path).read_text())
    resource.setrlimit(resource.RLIMIT_AS, (order["memory"], order["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (order["wall"] + 1, order["wall"] + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE, _FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    # What is loaded now stays; walking through it again and again is a tenth of what a report costs.
    gc.disable()
    import weasyprint
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()

    roots = {
        STATIC_SCHEME: [Path(entry).resolve() for entry in order["static_dirs"]],
        FONT_SCHEME: [path for path in [font_folder()] if path is not None],
    }

    class OnlyOurs(URLFetcher):
        """Denies everything but our static files, our fonts and data: addresses."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            scheme, _colon, rest = url.partition(":")
            path, weight = unquote(urlsplit(rest).path), parse_qs(urlsplit(rest).query).get("wght")
            for root in roots.get(scheme, ()):
                wanted = (root / path.lstrip("/")).resolve()
                if wanted.is_relative_to(root) and wanted.is_file():
                    content = wanted.read_bytes()
                    content = _at_weight(content, float(weight[0])) if weight else content
                    return URLFetcherResponse(url, content, headers=_type_of(wanted))
            raise ValueError(f"not allowed in a report: {url[:80]}")

    page = weasyprint.HTML(string=order["html"], base_url=f"{STATIC_SCHEME}:/", url_fetcher=OnlyOurs()).render()
    for sheet in page.pages:
        # What stands in a link would be one more link each, and none that has a link's place in the structure.
        sheet.links = [link for link in sheet.links if link[3].link]
    dated = datetime.fromisoformat(order["dated"]) if order["dated"] else None
    for edition in order["editions"]:
        attachments = [
            weasyprint.Attachment(
                string=bytes.fromhex(data),
                name=name,
                description=told or None,
                relationship="Data",
                created=dated,
                modified=dated,
            )
            for name, data, told in edition["attachments"]
        ]
        page.write_pdf(
            edition["target"],
            pdf_variant=edition["variant"],
            attachments=attachments or None,
            finisher=_name_once,
        )


def _name_once(_document: Any, pdf: Any) -> None:
    """WeasyPrint names each associated file of an archive copy twice."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])


def _at_weight(font: bytes, weight: float) -> bytes:
    """One weight of a variable font, by the library that takes unused letters out of it too: WeasyPrint would have it
    made by fontTools, letter by letter for each weight and edition, and that takes longer than the page. Where the
    library does not do it (HarfBuzz before 6) the font as it is."""
    try:
        library, cutter = ctypes.CDLL("libharfbuzz.so.0"), ctypes.CDLL("libharfbuzz-subset.so.0")
        pin = cutter.hb_subset_input_pin_axis_location
    except (OSError, AttributeError):
        return font
    pointer = ctypes.c_void_p
    for made in (
        library.hb_blob_create, library.hb_face_create, library.hb_face_reference_blob, library.hb_blob_get_data,
        cutter.hb_subset_input_create_or_fail, cutter.hb_subset_input_unicode_set, cutter.hb_subset_or_fail,
    ):  # fmt: skip
        made.restype = pointer
    # 1: read only. Nothing is given back: this process ends with its report.
    face = pointer(library.hb_face_create(pointer(library.hb_blob_create(font, len(font), 1, None, None)), 0))
    wish = pointer(cutter.hb_subset_input_create_or_fail())
    letters = pointer(cutter.hb_subset_input_unicode_set(wish))
    library.hb_set_clear(letters)
    library.hb_set_invert(letters)
    if not pin(wish, face, ctypes.c_uint32(int.from_bytes(b"wght")), ctypes.c_float(weight)):
        return font
    cut = pointer(cutter.hb_subset_or_fail(face, wish))
    size = ctypes.c_uint()
    data = pointer(library.hb_blob_get_data(pointer(library.hb_face_reference_blob(cut)), ctypes.byref(size)))
    return ctypes.string_at(data, size.value) if cut.value and size.value else font


def _end_with_the_worker() -> None:
    # Nothing is ever written to it; no buffer of sys.stdin, whose lock would keep the interpreter from ending.
    while os.read(0, 1):
        pass
    os._exit(1)


def font_folder() -> Path | None:
    """Where the fonts are that come with the set-up; None if they are not installed."""
    found = importlib.util.find_spec(_FONTS)
    return Path(found.origin).resolve().parent / "files" if found is not None and found.origin else None


def _type_of(path: Path) -> dict[str, str]:
    types = {
        ".css": "text/css",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".ttf": "font/ttf",
        ".woff2": "font/woff2",
    }
    return {"Content-Type": types.get(path.suffix, "application/octet-stream")}


if __name__ == "__main__":
    _child(sys.argv[1])
    # The files are written and closed: taking the rest apart piece by piece is for nobody.
    os._exit(0)
