"""The rules of the house that a reader would otherwise have to hold in mind; each can fail."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from fasttrack_portal import access, workflow
from fasttrack_portal.activity.sentences import known_kinds

ROOT = Path(settings.BASE_DIR)
SOURCES = ["fasttrack_portal", "requests/assistance", "engagements", "migrations_svc", "reports"]


def modules() -> Iterator[tuple[str, ast.Module, str]]:
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.relative_to(ROOT / folder).parts:
                text = path.read_text()
                yield str(path.relative_to(ROOT)), ast.parse(text), text


MODULES = list(modules())


def called(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The dotted tail of every call: `a.b.c(...)` gives "b.c" and "c"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            parts: list[str] = []
            target: ast.expr = node.func
            while isinstance(target, ast.Attribute):
                parts.insert(0, target.attr)
                target = target.value
            if isinstance(target, ast.Name):
                parts.insert(0, target.id)
            yield ".".join(parts), node.lineno


CALLED = [(path, name, line) for path, tree, _text in MODULES for name, line in called(tree)]


def places(pattern: str, *, but_in: tuple[str, ...] = ()) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{path}:{line}" for path, name, line in CALLED if not path.startswith(but_in or ("-",)) and wanted.search(name)
    ]


def test_requests_is_the_http_library():
    """A package named requests at the top would shadow it, and allauth's OpenID Connect would die."""
    assert hasattr(importlib.import_module("requests"), "Session")
    assert not (ROOT / "requests" / "__init__.py").exists()


@pytest.mark.parametrize(
    ("what", "pattern", "only_in"),
    [
        ("tasks are sent by the jobs app alone", r"(^|\.)(delay|apply_async|send_task)$", ("fasttrack_portal/jobs/",)),
        ("HTML becomes PDF in one place", r"(^|weasyprint\.)HTML$", ("fasttrack_portal/pdf.py",)),
        ("CSV is written by the guarded writer", r"csv\.(writer|DictWriter)$", ("fasttrack_portal/output.py",)),
        ("nothing people typed is trusted as HTML", r"(^|\.)mark_safe$|(^|\.)SafeString$", ()),
        ("no view is exempt from CSRF", r"(^|\.)csrf_exempt$", ()),
        ("links do not come from the request's host", r"\.(get_host|build_absolute_uri)$", ()),
        ("time has a zone", r"datetime\.(utcnow|today)$|^datetime\.now$|date\.today$", ()),
        ("mail is sent by the mail job", r"(^|\.)(send_mail|mail_admins)$", ("fasttrack_portal/notices/",)),
    ],
)
def test_one_place(what, pattern, only_in):
    found = [place for place in places(pattern, but_in=only_in) if "datetime.now" not in place]
    if "time has a zone" in what:
        found = [p for p in found if not _has_zone_argument(p)]
    assert found == [], what


def _has_zone_argument(place: str) -> bool:
    path, line = place.split(":")
    return "now(UTC)" in (ROOT / path).read_text().splitlines()[int(line) - 1]


def test_weasyprint_is_imported_in_the_rendering_child_alone():
    found = [
        path
        for path, tree, _text in MODULES
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        if (name or "").split(".")[0] == "weasyprint"
    ]
    assert set(found) == {"fasttrack_portal/pdf.py"}


def test_screens_reach_records_only_through_visible_to():
    """In views, apis and pages, `X.objects` is followed by `.visible_to(`, or by `.about(` a thread that was."""
    screens = re.compile(r"(^|/)(views|api|pages|finder|frame)(/|\.py)|(^|/)(views|api)/")
    found = [
        f"{path}:{number}"
        for path, _tree, text in MODULES
        if screens.search(path)
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(r"\.objects\.(?!visible_to\(|about\()", line) and "Seal.objects" not in line
    ]
    assert found == []


def test_writes_stand_in_operations():
    """No view, api, form, table, reaction or template tag saves, creates, updates or deletes a row."""
    rooms = re.compile(r"(^|/)(views|api|forms|tables|filters|reactions|permissions|templatetags|home)(/|\.py)")
    writes = re.compile(r"\.(save|bulk_create|bulk_update|get_or_create|update_or_create)$|objects\.create$|\.delete$")
    found = [
        f"{path}:{line} {name}"
        for path, tree, _text in MODULES
        if rooms.search(path)
        for name, line in called(tree)
        if writes.search(name)
    ]
    # allauth calls this form's signup with the user it has just made.
    assert [place for place in found if "accounts/forms.py" not in place] == []


def test_no_inline_script_or_style_in_templates():
    """The content security policy would block it, and the page would be broken without anybody noticing."""
    wrong = re.compile(
        r"<[^>]*\s(style|on[a-z]+)=|<script(?![^>]*\ssrc=)(?![^>]*application/json)|\|safe\b|autoescape off", re.I
    )
    found = [
        f"{path.relative_to(ROOT)}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if wrong.search(path.read_text()) and "mail" not in path.parts
    ]
    assert found == []


def test_fragments_never_extend():
    found = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "templates").rglob("_*.html"))
        if "{% extends" in path.read_text()
    ]
    assert found == []


def test_every_htmx_control_has_a_working_address():
    """A link with hx-* has an href, a form an action or method: the page works without JavaScript."""
    tag = re.compile(r"<(a|form)\b[^>]*\shx-(get|post)=[^>]*>", re.S)
    found = [
        f"{path.relative_to(ROOT)}: {match[0][:80]}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for match in tag.finditer(path.read_text())
        if not re.search(r"\s(href|action|method)=", match[0])
    ]
    assert found == []


def test_the_stem_runs_through():
    """Each access rule belongs to an app that tells its events in the same words; no event is without a sentence."""
    recorded = {
        node.args[0].value
        for _path, tree, _text in MODULES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in {"record", "_record"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and "." in node.args[0].value
    }
    assert recorded
    assert recorded - known_kinds() == set()
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in access.RULES)


def test_every_workflow_names_states_that_exist():
    for model in apps.get_models():
        table = getattr(model, "WORKFLOW", None)
        if isinstance(table, workflow.Workflow):
            field = model._meta.get_field(table.field)
            assert table.states() <= {code for code, _label in field.flatchoices}, model


def test_mail_templates_come_in_pairs():
    folders = {path.parent for path in (ROOT / "templates" / "mail").rglob("*.txt") if path.parent.name != "mail"}
    for folder in folders:
        assert folder.name in known_kinds(), folder.name
        assert {path.name for path in folder.iterdir()} >= {"subject.txt", "body.txt"}


def test_modules_stay_short():
    """A file that grows past some 400 lines becomes a package by noun."""
    found = [f"{path}: {text.count(chr(10))}" for path, _tree, text in MODULES if text.count("\n") > 450]
    assert found == []


def test_every_module_says_what_lives_in_it():
    found = [
        path
        for path, tree, text in MODULES
        if text.strip() and not path.endswith("__init__.py") and ast.get_docstring(tree) is None
    ]
    assert found == []
