"""The design system's tags: what a person reads, and that pages stay whole when a value is missing."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from fasttrack_portal import access, design, lists
from fasttrack_portal.design_samples import SampleForm, samples

MOMENT = datetime(2026, 4, 17, 16, 30, tzinfo=UTC)


def shown(source: str, **context: Any) -> str:
    context.setdefault("request", RequestFactory().get("/list/?status=open&page=2"))
    return Template("{% load ui i18n %}" + source).render(Context(context))


def test_a_status_is_icon_word_and_colour() -> None:
    html = shown("{% badge 'needs_information' 'Needs information' %}")
    assert "badge-waiting" in html
    assert "<svg" in html
    assert "Needs information" in html


def test_a_status_nobody_listed_is_neutral_and_readable() -> None:
    html = shown("{% badge 'half_done' %}")
    assert "badge-neutral" in html
    assert "Half done" in html


@pytest.mark.parametrize("tone", design.TONES)
def test_every_tone_has_an_icon_that_exists(tone: str) -> None:
    assert "<svg" in shown("{% badge 'x' 'X' tone %}", tone=tone)


@pytest.mark.parametrize("status", sorted(design.STATUS_TONES))
def test_every_listed_status_can_be_drawn(status: str) -> None:
    assert "<svg" in shown("{% badge status %}", status=status)


def test_a_label_is_escaped() -> None:
    assert "<b>" not in shown("{% badge 'draft' label %}", label="<b>bold</b>")


def test_nobody_is_the_portal_itself() -> None:
    assert "FastTrack portal" in shown("{% person None %}")


def test_a_person_is_initials_and_name() -> None:
    ada = SimpleNamespace(pk=1, email="pm@contoso.example", get_full_name=lambda: "Ada de Brandt")
    html = shown("{% person ada %}", ada=ada)
    assert ">AB<" in html
    assert "Ada de Brandt" in html
    assert 'title="pm@contoso.example"' in html


def test_a_moment_stands_in_the_zone_of_the_person_who_looks() -> None:
    with timezone.override("Europe/Berlin"):
        html = shown("{% when at %}", at=MOMENT)
    assert "17 Apr 2026, 18:30 CEST" in html
    assert 'datetime="2026-04-17T16:30:00+00:00"' in html
    assert "(16:30 UTC)" in html


def test_a_zone_without_letters_is_said_as_utc_offset() -> None:
    with timezone.override("America/Sao_Paulo"):
        assert "13:30 UTC-03" in shown("{% when at %}", at=MOMENT)


def test_both_sides_of_a_meeting_see_their_clock() -> None:
    html = shown("{% both_zones at 'Europe/Berlin' 'Asia/Tokyo' %}", at=MOMENT)
    assert "17 Apr 2026, 18:30 CEST" in html
    assert "18 Apr, 01:30 JST" in html


def test_one_clock_is_shown_once() -> None:
    html = shown("{% both_zones at 'Europe/Berlin' 'Europe/Paris' %}", at=MOMENT)
    assert html.count("18:30") == 2  # the text and the title
    assert "other-zone" not in html


def test_a_day_is_the_same_for_everybody() -> None:
    assert ">1 Jun 2026<" in shown("{% day on %}", on=date(2026, 6, 1))


def test_no_date_is_a_dash() -> None:
    assert "–" in shown("{% when None %}{% day None %}")


def test_a_refused_button_says_why_and_does_nothing() -> None:
    html = shown("{% button 'Submit' href='/go/' reason='Name a success owner first.' %}")
    assert 'aria-disabled="true"' in html
    assert "Name a success owner first." in html
    assert "/go/" not in html


def test_a_button_with_an_address_is_a_link() -> None:
    assert '<a class="button button-primary" href="/go/"' in shown("{% button 'Go' href='/go/' variant='primary' %}")


def test_an_action_is_a_form_with_token_and_version() -> None:
    html = shown("{% action 'Withdraw' '/w/' version=3 confirm='Sure?' %}", csrf_token="t" * 64)
    assert 'method="post" action="/w/"' in html
    assert 'name="csrfmiddlewaretoken"' in html
    assert '<input type="hidden" name="version" value="3">' in html
    assert 'data-confirm="Sure?"' in html


def test_a_refused_action_has_no_form() -> None:
    assert "<form" not in shown("{% action 'Issue' '/i/' reason='Not yours.' %}", csrf_token="t")


def test_a_rule_answers_in_a_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(access.RULES, "sample.open", lambda user, obj: access.refused("Closed."))
    html = shown("{% decide 'sample.open' thing as may %}{{ may.allowed }} {{ may.reason }}", user=None, thing=1)
    assert html == "False Closed."


def test_progress_says_its_numbers() -> None:
    html = shown("{% progress 3 12 'Rows read' %}")
    assert "3 of 12" in html
    assert 'max="12" value="3"' in html


def test_a_field_shows_hint_and_error_before_its_control() -> None:
    form = SampleForm(data={})
    html = str(form["seats"].as_field_group())
    assert html.index("How many people") < html.index("This field is required") < html.index("<input")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_seats_helptext id_seats_error"' in html
    assert 'id="id_seats_error"' in html


def test_what_is_not_required_says_so() -> None:
    assert "(optional)" in str(SampleForm()["desired"].as_field_group())
    assert "(optional)" not in str(SampleForm()["organisation"].as_field_group())


def test_choices_are_a_fieldset_with_a_legend() -> None:
    html = str(SampleForm()["services"].as_field_group())
    assert "<fieldset" in html
    assert "<legend" in html


def test_the_error_summary_links_to_the_fields() -> None:
    form = SampleForm(data={"organisation": "Contoso"})
    form.add_error(None, "Already sent.")
    html = shown("{% error_summary form %}", form=form)
    assert 'role="alert"' in html
    assert 'href="#id_seats"' in html
    assert "Already sent." in html
    assert html.index("Already sent.") < html.index("#id_seats")


def test_nothing_wrong_means_no_summary() -> None:
    assert shown("{% error_summary form %}", form=SampleForm()) == ""


def test_the_error_summary_reads_formsets() -> None:
    owners = forms.formset_factory(SampleForm, extra=1, min_num=1, validate_min=True)
    formset = owners(data={"owner-TOTAL_FORMS": "1", "owner-INITIAL_FORMS": "0"}, prefix="owner")
    assert "#id_owner-0-organisation" in shown("{% error_summary formset %}", formset=formset)


def test_the_pager_keeps_the_rest_of_the_address() -> None:
    html = shown("{% pager page %}", page=Paginator(range(100_000), 25).page(2))
    assert "?status=open&amp;page=3" in html
    assert "26–50 of 100000" in html.replace(",", "")
    assert html.count("pager-number") < 10


def test_a_query_string_can_be_changed_and_cleared() -> None:
    assert shown("{% query_with page='' status='closed' %}") == "?status=closed"


def test_an_empty_list_says_why_and_offers_the_next_step() -> None:
    class List(lists.Table):
        name = lists.Column()
        empty = {
            "title": "No requests yet",
            "text": "You have sent none.",
            "href": "/new/",
            "link_label": "Ask for help",
        }

    table = List([])
    html = shown("{% load lists %}{% render_table table %}", table=table)
    assert "No requests yet" in html
    assert 'href="/new/"' in html


def test_a_cell_names_its_column_for_small_screens() -> None:
    class List(lists.Table):
        name = lists.Column(verbose_name="Customer")

    html = shown("{% load lists %}{% render_table table %}", table=List([{"name": "Contoso"}]))
    assert 'data-label="Customer"' in html


def test_blocks_escape_what_they_are_given() -> None:
    html = shown(
        "{% card title=bad %}{{ bad }}{% endcard %}{% notice 'info' title=bad %}{{ bad }}{% endnotice %}", bad="<i>"
    )
    assert "<i>" not in html
    assert html.count("&lt;i&gt;") == 4


def test_a_captured_title_is_escaped_once() -> None:
    assert shown("{% capture as name %}{{ raw }}{% endcapture %}{{ name }}", raw="A & B") == "A &amp; B"


def test_charts_carry_their_rules_to_paper_and_icons_their_ink() -> None:
    html = design.with_print_styles(
        '<svg class="chart" viewBox="0 0 1 1"></svg>' + shown("{% badge 'failed' 'Failed' %}")
    )
    assert '<svg class="chart" viewBox="0 0 1 1"><style>' in html
    assert "currentColor" not in html


def test_every_component_is_on_the_sample_page(rf: RequestFactory) -> None:
    context = samples(rf.get("/"))
    html = Template("{% include 'staff/_components_body.html' %}").render(
        Context({**context, "csrf_token": "t" * 64, "request": rf.get("/")})
    )
    for name in (
        "stepper",
        "timeline",
        "task-list",
        "badge",
        "notice",
        "progress",
        "chart",
        "table",
        "empty",
        "error-summary",
    ):
        assert f'class="{name}' in html, name
    assert "style=" not in html
    assert "<script" not in html
    assert "onclick" not in html
