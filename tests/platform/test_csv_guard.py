"""No cell leaves the portal that a spreadsheet would run."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasttrack_portal.output import csv_bytes, guarded


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "\x00=1", "＝1", "\u200b=1", "\ufeff=cmd", "|x", "%x"],
)
def test_what_looks_like_a_formula_is_text(cell):
    assert guarded(cell).startswith("'")


@pytest.mark.parametrize(
    ("cell", "written"), [(-5, "-5"), (3.5, "3.5"), ("Contoso", "Contoso"), (None, ""), (True, "True")]
)
def test_plain_values_stay(cell, written):
    assert guarded(cell) == written


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=2, max_size=2), max_size=5
    )
)
def test_every_row_can_be_read_back(rows):
    text = csv_bytes(["a", "b"], rows).decode("utf-8-sig")
    back = list(csv.reader(io.StringIO(text, newline="")))
    assert back[0] == ["a", "b"]
    assert len(back) == len(rows) + 1
    assert all(not cell.lstrip().startswith(("=", "+", "-", "@")) for row in back[1:] for cell in row)
