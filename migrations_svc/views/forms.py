"""A form on a page of its own, as every small question about a project or an event is asked."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid, StaleVersion


def asked(
    request: Request,
    form: forms.Form,
    take: Callable[[dict[str, Any]], Any],
    *,
    to: Any,
    done: Any,
    words: dict[str, Any],
    **context: Any,
) -> HttpResponse:
    """Shows the form, or takes what was sent and goes on `to`; a refusal stands at its field, with all that was typed.

    `words` are the page's: title, lede, submit."""
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                take(form.cleaned_data)
            except StaleVersion as stale:
                return _compare(request, form, stale, {**context, **words, "back": to})
            except Invalid as refused:
                field = str(refused.details.get("field", ""))
                form.add_error(field if field in form.fields else None, str(refused.reason))
            else:
                messages.success(request, done)
                return see_other(request, to)
    context = {**context, **words, "form": form, "back": to if isinstance(to, str) else to.get_absolute_url()}
    return render(request, "migrations_svc/form_page.html", context, status=status)


def _compare(request: Request, form: forms.Form, stale: StaleVersion, context: dict[str, Any]) -> HttpResponse:
    """Both values of what differs, and the form with one's own (C1)."""
    subject = stale.details["subject"]
    theirs = [(form.fields[name].label, now) for name, now in stale.details["theirs"].items() if name in form.fields]
    again = type(form)(initial={**form.cleaned_data, "version": subject.version})
    back = context["back"] if isinstance(context["back"], str) else context["back"].get_absolute_url()
    context = {**context, "form": again, "theirs": theirs, "back": back}
    return render(request, "migrations_svc/form_page.html", context, status=409)
