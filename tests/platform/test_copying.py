"""Rows go to the database in a stream, a part at a time, and what they raise arrives as it was raised."""

import pytest
from django.db import connection

from fasttrack_portal import copying

pytestmark = pytest.mark.django_db
_TABLE = "CREATE TEMPORARY TABLE sent (number integer, word text) ON COMMIT DROP"


def test_between_two_parts_the_same_connection_may_be_asked(monkeypatch):
    monkeypatch.setattr(copying, "_PART", 2)
    heard, words = [], [(1, "a\tb"), (2, None), (3, "\\N"), (4, "c\nd"), (5, "é")]
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)

        def told(done):
            cursor.execute("SELECT count(*) FROM sent")
            heard.append((done, *cursor.fetchone()))

        copying.copy_in_parts(cursor, "sent", iter(words), told)
        cursor.execute("SELECT * FROM sent ORDER BY number")
        assert cursor.fetchall() == words
    assert heard == [(0, 0), (2, 2), (4, 4)]


def test_a_fault_of_the_rows_is_none_of_the_database():
    def rows():
        yield 1, "a"
        raise ValueError("the file ends here")

    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        with pytest.raises(ValueError, match="the file ends here"):
            copying.copy(cursor, "sent", rows())
        cursor.execute("SELECT count(*) FROM sent")
        assert cursor.fetchone() == (1,)
