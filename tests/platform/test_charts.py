"""The charts are well-formed, say in words all that they show, carry no style and never change by chance."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasttrack_portal.charts import Point, Span, phase_timeline, progress_by_group, progress_by_state, velocity

SVG = "{http://www.w3.org/2000/svg}"
COUNTS = {"Queued": 4, "Syncing": 10, "Completed": 85, "Failed": 1, "Stopped": 0}
PHASES = [
    Span("Initiate", date(2026, 3, 2), date(2026, 3, 13), date(2026, 3, 2), date(2026, 3, 16)),
    Span("Assess", date(2026, 3, 16), date(2026, 4, 10), date(2026, 3, 17)),
    Span("Remediate", date(2026, 4, 13), date(2026, 5, 22)),
    Span("Enable"),
]
MILESTONES = [
    Point("Kickoff", date(2026, 3, 2), date(2026, 3, 2)),
    Point("Assessment", date(2026, 3, 16), date(2026, 3, 20)),
    Point("Security discussion", date(2026, 3, 30)),
    Point("Success workshop", date(2026, 5, 15)),
    Point("Checkpoints"),
]
TODAY = date(2026, 4, 6)
DAYS = [(date(2026, 4, 1) + timedelta(n), float(20 + n % 7)) for n in range(20)]
NASTY = "<script>alert('x')</script>&\"\0\x1b\u202e\ud800 é 漢字"

EVERY = {
    "progress": lambda label="Completed": progress_by_state({**COUNTS, label: 3}),
    "groups": lambda label="Wave 1": progress_by_group({label: COUNTS, "Wave 2": {}}),
    "timeline": lambda label="Data migration": phase_timeline(
        [*PHASES, Span(label, TODAY, TODAY)], [*MILESTONES, Point(label, TODAY)], TODAY
    ),
    "velocity": lambda label="mailboxes a day": velocity(DAYS, [(date(2026, 5, 5), 40)], unit=label),
    "no progress": lambda label="Completed": progress_by_state({label: 0}),
    "no groups": lambda label="x": progress_by_group({}),
    "no timeline": lambda label="x": phase_timeline([Span(label)]),
    "no velocity": lambda label="x": velocity([]),
}


def parsed(svg):
    return ElementTree.fromstring(svg)


def words_of(svg):
    return [element.text for element in parsed(svg).iter(f"{SVG}text")]


def described(svg):
    return parsed(svg).find(f"{SVG}desc").text


def widths(svg, kind):
    return [float(rect.get("width")) for rect in parsed(svg).iter(f"{SVG}rect") if rect.get("class") == kind]


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_each_chart_has_a_name_and_a_description(draw):
    root = parsed(draw())
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    title, description = root[0], root[1]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == description.get("id")
    assert title.text
    assert description.text.endswith(".")


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_no_style_and_no_script_is_inside(draw):
    svg = draw(NASTY)
    root = parsed(svg)
    allowed = {"svg", "title", "desc", "rect", "line", "text", "path", "polygon", "circle"}
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in allowed
        assert not {name for name in element.attrib if name == "style" or name.startswith("on") or "href" in name}
        assert element.tag in {f"{SVG}title", f"{SVG}desc"} or element.get("class")
    assert "<script" not in svg
    svg.encode("utf-8")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", svg)


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_the_same_numbers_make_the_same_picture(draw):
    assert draw() == draw()


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_all_of_it_lies_on_the_sheet(draw):
    root = parsed(draw("A very long label that goes on and on without an end in sight, says everybody"))
    _left, _top, width, height = map(float, root.get("viewBox").split())
    for element in root.iter():
        for name, limit in (("x", width), ("x1", width), ("x2", width), ("y", height), ("y1", height), ("y2", height)):
            value = float(element.get(name, 0))
            assert 0 <= value <= limit, ElementTree.tostring(element)
        if element.tag == f"{SVG}rect":
            assert float(element.get("x")) + float(element.get("width")) <= width + 0.05
            assert float(element.get("width")) >= 0


def test_two_charts_of_one_page_have_different_names_and_a_name_may_be_given():
    names = re.findall(r'id="([^"]+)"', "".join(draw() for draw in EVERY.values()))
    assert len(names) == len(set(names)) == 2 * len(EVERY)
    assert 'aria-labelledby="event-7-title"' in progress_by_state(COUNTS, ident="event-7")
    assert '"><script' not in progress_by_state(COUNTS, ident='"><script>')


# --- progress -----------------------------------------------------------------------------------------------------


def test_the_legend_and_the_description_carry_the_numbers():
    svg = progress_by_state(COUNTS, title="Pilot")
    assert words_of(svg) == [
        "Queued 4 (4%)",
        "Syncing 10 (10%)",
        "Completed 85 (85%)",
        "Failed 1 (1%)",
        "Stopped 0 (0%)",
    ]
    assert described(svg) == (
        "100 in all: Queued 4 (4%), Syncing 10 (10%), Completed 85 (85%), Failed 1 (1%), Stopped 0 (0%)."
    )


def test_a_state_has_its_colour_by_its_words_or_as_told():
    svg = progress_by_state({"Completed with warnings": 3, "Failed": 2})
    assert widths(svg, "chart-warning")
    assert widths(svg, "chart-danger")
    svg = progress_by_state({"Fertig": 3, "Kaputt": 2}, tones={"Fertig": "success"})
    assert widths(svg, "chart-success")
    assert widths(svg, "chart-2")
    with pytest.raises(ValueError, match="no tone"):
        progress_by_state({"Fertig": 3}, tones={"Fertig": "pink"})


def test_one_failure_among_a_hundred_thousand_is_seen():
    svg = progress_by_state({"Completed": 99_999, "Failed": 1})
    assert widths(svg, "chart-danger")[0] >= 3
    assert words_of(svg) == ["Completed 99,999 (>99%)", "Failed 1 (<1%)"]


@pytest.mark.parametrize("count", [-1, 10**13])
def test_impossible_counts_are_refused(count):
    with pytest.raises(ValueError, match="lies between"):
        progress_by_state({"Failed": count})
    with pytest.raises(ValueError, match="lies between"):
        progress_by_group({"Wave 1": {"Failed": count}})


@given(st.dictionaries(st.text(max_size=40), st.integers(0, 10**12), max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_counts_fill_the_bar_and_no_more(counts):
    svg = progress_by_state(counts)
    root = parsed(svg)
    bars = [rect for rect in root.iter(f"{SVG}rect") if rect.get("y") == "0"]
    ends = [float(rect.get("x")) + float(rect.get("width")) for rect in bars]
    assert max(ends) == pytest.approx(720, abs=0.5)
    starts = [float(rect.get("x")) for rect in bars]
    assert all(start > end for start, end in zip(starts[1:], ends, strict=False))


# --- timeline -----------------------------------------------------------------------------------------------------


def test_every_row_says_how_it_stands():
    svg = phase_timeline(PHASES, MILESTONES, TODAY)
    notes = [element.text for element in parsed(svg).iter(f"{SVG}text") if element.get("text-anchor") == "end"]
    assert notes == [
        "16 Mar, 3 days late",
        "until 10 Apr",
        "until 22 May",
        "no dates yet",
        "on 2 Mar",
        "20 Mar, 4 days late",
        "7 days overdue",
        "15 May",
        "no date yet",
    ]
    said = described(svg)
    assert "Today is 6 Apr 2026." in said
    assert "Initiate: planned 2 Mar 2026 to 13 Mar 2026, went 2 Mar 2026 to 16 Mar 2026, 3 days late." in said
    assert "Assess: planned 16 Mar 2026 to 10 Apr 2026, running since 17 Mar 2026." in said
    assert "Security discussion: planned 30 Mar 2026, 7 days overdue." in said
    assert "Checkpoints: no date yet." in said


def test_a_running_phase_is_drawn_up_to_today_and_an_overdue_one_says_so():
    early, late = (
        widths(phase_timeline(PHASES, MILESTONES, day), "chart-progress")[0] for day in (TODAY, TODAY + timedelta(8))
    )
    assert late > early
    assert "3 days overdue" in words_of(phase_timeline(PHASES, MILESTONES, date(2026, 4, 13)))


def test_one_day_late_is_one_day():
    svg = phase_timeline([], [Point("Kickoff", date(2026, 3, 2), date(2026, 3, 3))], TODAY)
    assert "3 Mar, 1 day late" in words_of(svg)


def test_today_is_a_line_only_where_it_is_near():
    assert "Today" in words_of(phase_timeline(PHASES, MILESTONES, TODAY))
    far = phase_timeline(PHASES, MILESTONES, date(2031, 1, 1))
    assert "Today" not in words_of(far)
    assert "chart-today" not in far
    assert "Today" not in words_of(phase_timeline(PHASES, MILESTONES))


def test_the_year_is_said_where_it_is_another_one():
    svg = phase_timeline([Span("Enable", date(2026, 12, 1), date(2027, 2, 1))], [], date(2026, 12, 5))
    assert "until 1 Feb 2027" in words_of(svg)


@given(st.lists(st.lists(st.none() | st.dates(), min_size=4, max_size=4), max_size=6), st.none() | st.dates())
@settings(max_examples=150, deadline=None)
def test_any_dates_are_drawn_with_few_marks(rows, today):
    svg = phase_timeline([Span("P", *row) for row in rows], [Point("M", *row[:2]) for row in rows], today)
    assert svg.count('class="chart-grid"') <= 25
    for rect in parsed(svg).iter(f"{SVG}rect"):
        assert float(rect.get("width")) >= 0
        assert float(rect.get("x")) >= 190


# --- velocity -----------------------------------------------------------------------------------------------------


def test_the_line_has_a_point_a_day_and_marks_from_zero():
    svg = velocity(DAYS, unit="mailboxes a day")
    root = parsed(svg)
    assert len(list(root.iter(f"{SVG}circle"))) == 20
    assert [word for word in words_of(svg) if word in {"0", "10", "20", "30"}] == ["0", "10", "20", "30"]
    assert "mailboxes a day" in described(svg)


def test_the_order_of_the_points_does_not_matter():
    assert velocity(DAYS) == velocity(DAYS[::-1])


def test_the_forecast_goes_on_from_the_last_point():
    svg = velocity(DAYS, [(date(2026, 5, 5), 40)])
    solid, dashed = (
        next(path.get("d") for path in parsed(svg).iter(f"{SVG}path") if path.get("class") == kind)
        for kind in ("chart-line", "chart-line chart-line-forecast")
    )
    assert dashed.startswith("M" + solid.split("L")[-1])
    assert "Forecast: 40 on 5 May 2026." in described(svg)
    assert "chart-line-forecast" in velocity([], [(date(2026, 5, 5), 40), (date(2026, 5, 6), 41)])


def test_one_point_is_drawn_with_its_day():
    assert "1 Apr" in words_of(velocity([(date(2026, 4, 1), 5)]))


def test_ten_years_of_days_stay_a_small_picture():
    svg = velocity([(date(2020, 1, 1) + timedelta(n), float(n % 50)) for n in range(3650)])
    assert len(svg) < 30_000
    assert f"{date(2020, 1, 1) + timedelta(3649):%Y}" in described(svg)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1e13])
def test_impossible_values_are_refused(value):
    with pytest.raises(ValueError, match="no value between"):
        velocity([(date(2026, 4, 1), value)])


@given(st.lists(st.tuples(st.dates(), st.floats(0, 10**12)), max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_values_are_drawn_on_the_sheet(points):
    svg = velocity(points)
    assert "nan" not in svg
    for circle in parsed(svg).iter(f"{SVG}circle"):
        assert 0 <= float(circle.get("cx")) <= 720
        assert 15.9 <= float(circle.get("cy")) <= 200.1
