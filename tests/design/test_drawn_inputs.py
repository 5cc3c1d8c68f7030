"""Inputs drawn in Python are those that Django's templates draw; words and addresses of rows are Django's too."""

import re
import uuid
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from assistance.models import AssistanceRequest
from fasttrack_portal import records
from fasttrack_portal.design import FormRenderer
from fasttrack_portal.widgets import DRAWN

GROUPS = [("", _("Any")), ("Ships", [("a&b", "A < B"), (2, format_html("{}", "two"))]), ("x", "X")]


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (forms.TextInput(attrs={"maxlength": 5, "required": True, "hidden": False, "title": 'a"b'}), '<i>"'),
        (forms.TextInput(), None),
        (forms.NumberInput(attrs={"min": 0}), 0),
        (forms.HiddenInput(), "x"),
        (forms.DateInput(attrs={"type": "date"}), "2026-04-17"),
        (forms.CheckboxInput(), True),
        (forms.CheckboxInput(), False),
        (forms.Textarea(attrs={"rows": 4}), "\n<b>&"),
        (forms.Textarea(), None),
        (forms.Select(choices=GROUPS, attrs={"multiple": False}), "2"),
        (forms.Select(choices=GROUPS), ""),
        (forms.SelectMultiple(choices=GROUPS), ["a&b", "x"]),
    ],
)
def test_the_same_html_as_djangos(widget: Any, value: Any) -> None:
    def drawn(renderer: Any) -> str:
        html = widget.render("name", value, attrs={"id": "id_name"}, renderer=renderer)
        return re.sub(r">\s+<", "><", html) if "select" in html else html

    assert widget.template_name in DRAWN
    assert drawn(FormRenderer()) == drawn(TemplatesSetting())


def test_a_choice_has_its_word_and_a_row_its_address() -> None:
    ask = AssistanceRequest(status="in_review", public_id=uuid.uuid4())
    assert ask.get_status_display() == "In review"
    ask.status = "gone"
    assert ask.get_status_display() == "gone"
    wanted = reverse("assistance:detail", kwargs={"public_id": ask.public_id})
    assert ask.get_absolute_url() == records.address("assistance:detail", ask.public_id) == wanted
