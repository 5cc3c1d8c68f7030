"""HTML to PDF in a child process; the only importer of WeasyPrint."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

STATIC_SCHEME = "static"
_MEMORY = 2 * 1024**3  # bytes of address space
_WALL = 300  # seconds


class RenderFailed(Exception):
    """The child ended without a PDF; the text says why."""


def render(
    html: str,
    *,
    static_dirs: list[Path],
    variant: str = "pdf/ua-1",
    attachments: Mapping[str, bytes] | None = None,
    dated: datetime | None = None,
    wall: int = _WALL,
    beat: Callable[[], None] | None = None,
) -> bytes:
    """Renders in a child with wall and memory limits (B4). `beat` is called about twice a second while it runs.

    `html` may load nothing but `static:...` addresses (files below `static_dirs`) and data: addresses. `dated` is the
    time that document and attachments carry; with it the same input gives the same bytes. Raises RenderFailed.
    """
    with tempfile.TemporaryDirectory(prefix="portal-pdf-") as folder:
        order = Path(folder, "order.json")
        order.write_text(
            json.dumps(
                {
                    "html": html,
                    "variant": variant,
                    "static_dirs": [str(path) for path in static_dirs],
                    "attachments": {name: data.hex() for name, data in (attachments or {}).items()},
                    "dated": dated.astimezone(UTC).isoformat(timespec="seconds") if dated else None,
                }
            )
        )
        target = Path(folder, "out.pdf")
        # -m would import the package and Django settings with it; the child needs this file and WeasyPrint alone.
        child = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), str(order), str(target)],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", ""), "HOME": folder, "LANG": "C.UTF-8"},
            cwd=folder,
        )
        try:
            waited = 0.0
            while True:
                try:
                    _, complaint = child.communicate(timeout=0.5)
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
        if child.returncode != 0 or not target.is_file():
            last = complaint.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
            raise RenderFailed(f"the renderer ended with {child.returncode}: {last[0][:500]}")
        return target.read_bytes()


def _child(order_path: str, target: str) -> None:
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_WALL, _WALL))
    import weasyprint
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    order = json.loads(Path(order_path).read_text())
    roots = [Path(entry).resolve() for entry in order["static_dirs"]]

    class OnlyOurs(URLFetcher):
        """Denies everything but our static files and data: addresses."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            parts = urlsplit(url)
            if parts.scheme == STATIC_SCHEME:
                for root in roots:
                    wanted = (root / unquote(parts.path).lstrip("/")).resolve()
                    if wanted.is_relative_to(root) and wanted.is_file():
                        return URLFetcherResponse(url, wanted.read_bytes(), headers=_type_of(wanted))
            raise ValueError(f"not allowed in a report: {url[:80]}")

    document = weasyprint.HTML(string=order["html"], base_url=f"{STATIC_SCHEME}:/", url_fetcher=OnlyOurs())
    dated = datetime.fromisoformat(order["dated"]) if order["dated"] else None
    attachments = [
        weasyprint.Attachment(string=bytes.fromhex(data), name=name, relationship="Data", created=dated, modified=dated)
        for name, data in order["attachments"].items()
    ]
    document.write_pdf(target, pdf_variant=order["variant"], attachments=attachments or None)


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
    _child(*sys.argv[1:3])
