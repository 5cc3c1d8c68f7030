"""Style sheets and scripts: complete, small, and nothing that the content policy would stop."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from fasttrack_portal import design

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("name", design.STYLESHEETS + design.SCRIPTS)
def test_every_linked_file_exists(name: str) -> None:
    assert finders.find(name)


def test_every_component_sheet_is_linked_by_all_pages_or_by_its_own() -> None:
    there = {f"css/components/{path.name}" for path in (ROOT / "static/css/components").glob("*.css")}
    pages = "".join(path.read_text() for path in TEMPLATES)
    assert {name for name in there - set(design.STYLESHEETS) if name not in pages} == set()


def test_assets_stay_below_60_kb_gzipped() -> None:
    names = [*design.STYLESHEETS, *design.SCRIPTS, "django_htmx/htmx-2.min.js"]
    size = sum(len(gzip.compress(Path(str(finders.find(name))).read_bytes(), 9)) for name in names)
    assert size < 60_000


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_needs_inline_style_or_script(path: Path) -> None:
    source = re.sub(r"{%.*?%}", "", path.read_text())
    if "/mail/" in str(path):
        return  # mail has no content policy and needs inline style
    assert not re.search(r"\sstyle=|<style\b|\son[a-z]+=", source)
    for tag in re.findall(r"<script\b[^>]*>", source):
        assert "src=" in tag or 'type="application/json"' in tag, tag


@pytest.mark.parametrize("name", ["500.html", "errors/503.html"])
def test_a_fault_page_needs_nothing(name: str) -> None:
    html = render_to_string(name)
    assert "<h1>" in html
    assert "css/tokens.css" in html
