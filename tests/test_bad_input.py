"""Whatever is sent, typed or crafted, is answered: no generated form, query or path ends in a server error (B1).

As a rule a few hundred inputs; BAD_INPUT_FORMS=20000 BAD_INPUT_QUERIES=5000 runs the whole figure."""

import os
import random
import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes, urlsplit

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.answers import body_of
from tests.conftest import Cast
from tests.test_access import TABLE, address, clients, thing_of
from tests.world import World
from tests.writes import WITHOUT_AN_EVENT, WRITES, Write, sign_in_anew, stage_world

pytestmark = pytest.mark.django_db

# One write for each form; the steps of one thing share theirs.
FORMS = list(
    {
        (write.route, frozenset(write.leaves) if "step" not in write.name else write.route): write for write in WRITES
    }.values()
)
GETS = sorted(name for name, row in TABLE.items() if "GET" in row.methods)
ENTRANCE = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
EACH_FORM = max(3, int(os.environ.get("BAD_INPUT_FORMS", "250")) // (len(FORMS) + len(ENTRANCE)))
EACH_QUERY = max(3, int(os.environ.get("BAD_INPUT_QUERIES", "200")) // (len(GETS) + 2))
ACTORS = ("customer", "partner", "specialist", "admin")

NASTY: list[bytes] = [
    b"", b" ", b"\x00", b"a\x00b", b"\t\r\n", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80",
    "\u202e\u2066\ufeff".encode(), "e\u0301".encode() * 50, "ﷺ".encode() * 300, "🏳️‍🌈".encode() * 40,
    b"'\"<script>{{7*7}}{%",
    b"-1", b"0", b"1", b"2147483648", b"9223372036854775808", b"-9223372036854775809", b"9" * 400, b"1e400", b"NaN",
    b"Infinity", b"-0.0", "١٢٣".encode(), "²".encode(), b"0x1F", b"1_000", b"true", b"null", b"[]", b"{}",
    b"0001-01-01", b"9999-12-31", b"10000-01-01", b"2026-02-30", b"0000-00-00", b"-2026-01-01", b"24:00", b"23:59:60",
    b"00:00", b"2026-10-25T02:30", b"Europe/Nowhere", b"../../etc/localtime", b"/etc/passwd", b"localtime",
    b"00000000-0000-0000-0000-000000000000", b"{" + b"0" * 32 + b"}", b"urn:uuid:" + b"f" * 32, b"x" * 70_000,
    b"%00", b"%", b"%%s", b"%(x)s", b"\\", b"a,b;c\td", b"=1+1", b"a@b", b"a@" + b"b" * 300 + b".example",
]  # fmt: skip

texts = st.text(st.characters(codec=None), max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
numbers = st.integers(-(2**70), 2**70).map(lambda number: str(number).encode())
days = st.dates().map(lambda day: day.isoformat().encode())
values = st.one_of(st.sampled_from(NASTY), texts, numbers, days, st.binary(max_size=40))
QUERY_NAMES = [
    "page", "per_page", "sort", "q", "status", "kind", "engagement", "subject", "customer", "seats", "thread", "code",
    "view", "whose", "party", "phase", "mine", "specialist", "signal", "to",
    "window", "source", "next", "step", "on", "nonsense",
]  # fmt: skip
queries = st.lists(st.tuples(st.sampled_from(QUERY_NAMES), values), min_size=1, max_size=4)
changes = st.lists(
    st.tuples(st.integers(0, 30), st.lists(values, min_size=0, max_size=2)), min_size=1, max_size=4
)  # fmt: skip


def often(each: int) -> Any:
    return settings(
        max_examples=each,
        deadline=None,
        database=None,
        derandomize="BAD_INPUT_FORMS" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def world(stage: Cast) -> World:
    return stage_world(stage)


@pytest.fixture(scope="module")
def people(stage: Cast, world: World) -> dict[str, Client]:
    found = clients(stage)
    for name in ACTORS:
        sign_in_anew(found[name])
    return found


def encoded(pairs: list[tuple[str, bytes]]) -> str:
    return "&".join(f"{name}={quote_from_bytes(value, safe='')}" for name, value in pairs)


def answered(
    client: Client, method: str, url: str, pairs: Any = (), files: Any = None, *, is_fragment: bool = False
) -> int:
    """The status of the answer; whatever the request wrote is taken back, and a server error is raised as it is."""
    cache.clear()
    with transaction.atomic():
        if files is not None:
            named: dict[str, Any] = {name: value.decode("utf-8", "replace") for name, value in pairs}
            response = client.post(url, {**named, **files})
        elif method == "POST":
            response = client.post(url, encoded(pairs), content_type="application/x-www-form-urlencoded")
        else:
            response = client.get(url, headers={"HX-Request": "true"} if is_fragment else {})
        body_of(response)
        transaction.set_rollback(True)
    assert response.status_code < 500, f"{method} {url[:200]}"
    status: int = response.status_code
    return status


def typed(data: dict[str, Any]) -> tuple[list[tuple[str, bytes]], dict[str, Any]]:
    """A valid form as the pairs that a browser sends, and its files."""
    pairs: list[tuple[str, bytes]] = []
    files = {}
    for name, value in data.items():
        if isinstance(value, SimpleUploadedFile):
            files[name] = value
        else:
            pairs += [(name, str(each).encode()) for each in (value if isinstance(value, list) else [value])]
    return pairs, files


def spoiled(pairs: list[tuple[str, bytes]], wrong: list[tuple[int, list[bytes]]]) -> list[tuple[str, bytes]]:
    """The valid form with some of its fields replaced, left out or sent twice: the rest gets past the first check."""
    names = sorted({name for name, _value in pairs}) or ["reason"]
    chosen = {names[place % len(names)]: sent for place, sent in wrong}
    kept = [(name, value) for name, value in pairs if name not in chosen]
    return kept + [(name, value) for name, sent in chosen.items() for value in sent]


@pytest.fixture(scope="module", params=FORMS, ids=lambda write: write.name)
def write(request: pytest.FixtureRequest, world: World, people: dict[str, Client]) -> Iterator[Write]:
    """Each form where it can be sent, for all the tests that spoil it."""
    with transaction.atomic():
        request.param.before(world)
        yield request.param
        transaction.set_rollback(True)


def test_a_form_with_bad_values_is_answered(write: Write, world: World, people: dict[str, Client]):
    pairs, files = typed(write.data(world))
    url = write.address(world)

    @often(EACH_FORM)
    @given(wrong=changes, file=st.one_of(st.none(), st.binary(max_size=300), st.sampled_from(NASTY)))
    def sent(wrong: Any, file: bytes | None) -> None:
        upload = None
        if files:
            upload = {"file": SimpleUploadedFile("x.csv", file)} if file is not None else dict(files)
            for each in upload.values():
                each.seek(0)
        answered(people[write.who], "POST", url, spoiled(pairs, wrong), upload)

    sent()


# Django knows two ways to read a body that is no form: parts, and not at all. Every form meets both; how a type is
# written that is none of ours is one and the same to all of them, and a few meet that.
BODIES, RARE = ("multipart/form-data", "text/plain"), ("application/json", "", "x" * 3000)


def test_a_body_that_is_no_form_is_answered(write: Write, world: World, people: dict[str, Client]):
    url = write.address(world)
    for content_type in BODIES + (RARE if FORMS.index(write) % 40 == 0 else ()):
        with transaction.atomic():
            response = people[write.who].post(url, b"\x00\xff{}--", content_type=content_type)
            assert response.status_code < 500, content_type[:20]
            transaction.set_rollback(True)


@pytest.mark.parametrize("url", ENTRANCE)
def test_the_entrance_answers_bad_values(url: str, stage: Cast):
    @often(EACH_FORM)
    @given(wrong=changes)
    def sent(wrong: Any) -> None:
        form = [(name, b"lead@contoso.example") for name in ("login", "email", "password", "password1", "name", "next")]
        answered(Client(), "POST", url, spoiled(form, wrong))

    sent()


@pytest.mark.parametrize("name", GETS)
def test_a_query_with_bad_values_is_answered(name: str, world: World, people: dict[str, Client]):
    url = address(name, TABLE[name], thing_of(TABLE[name], world))
    actor = random.Random(name).choice(ACTORS)

    @often(EACH_QUERY)
    @given(pairs=queries, is_fragment=st.booleans())
    def asked(pairs: Any, is_fragment: bool) -> None:
        query = encoded(pairs)
        answered(people[actor], "GET", f"{url}{'&' if '?' in url else '?'}{query}", is_fragment=is_fragment)

    asked()


LISTS = [
    "engagements:board",
    *("assistance:list", "engagements:list", "migrations_svc:list", "reports:list", "accounts:people", "jobs:jobs"),
    *("activity:audit", "directory:customers", "engagements:all_meetings", "engagements:activity"),
    *("migrations_svc:records", "migrations_svc:of_engagement", "reports:of_engagement"),
    *("reports:bundles", "reports:reckoning", "reports:reached", "reports:counted", "reports:issues"),
]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_answers_every_page_and_size_that_can_be_asked_for(name: str, world: World, people: dict[str, Client]):
    """The ones by hand that have ended in errors elsewhere: each shows something, and none is a 500."""
    url = address(name, TABLE[name], thing_of(TABLE[name], world))
    sizes = ["-1", "0", "1.5", "", "abc", "999999999999999999999", "%00", "9" * 5000, "١", "²"]
    for value in sizes:
        query = f"page={value}&per_page={value}&sort={value}"
        assert answered(people["admin"], "GET", f"{url}?{query}") in (200, 404), value[:30]
    assert answered(people["admin"], "GET", f"{url}?page=9999999999&per_page=9999999999&sort=-id") in (200, 404)


WORST = [
    b"a\x00b",
    b"\xed\xa0\x80",
    b"9" * 30,
    "²".encode(),
    b"%_\\\\",
    b"x" * 70_000,
    b"9999-12-31",
    b"{" + b"0" * 32 + b"}",
]


@pytest.mark.parametrize("name", ["search", "directory:find", "documents:verify_form", *LISTS, "engagements:matrix"])
def test_each_field_that_narrows_a_list_answers_the_worst(name: str, world: World, people: dict[str, Client]):
    """Field by field, so that none hides behind another that is refused first."""
    url = address(name, TABLE[name], thing_of(TABLE[name], world))
    page = people["admin"].get(url).content.decode()
    forms = re.findall(r"<form\b[^>]*method=\"get\".*?</form>", page, re.DOTALL | re.IGNORECASE)
    fields = {"q", "code"} | set(re.findall(r'\sname="([a-z_]+)"', " ".join(forms)))
    for field in sorted(fields):
        for value in WORST:
            answered(people["admin"], "GET", f"{url}?{encoded([(field, value)])}", is_fragment=True)


def test_a_path_with_bad_parts_is_answered(world: World, people: dict[str, Client]):
    """Every address with one of its parts replaced."""
    known = [urlsplit(address(name, row, thing_of(row, world))).path for name, row in TABLE.items()]

    @seed(1)
    @often(3 * EACH_QUERY + 60)
    @given(path=st.sampled_from(known), place=st.integers(0, 6), part=values, method=st.sampled_from(["GET", "POST"]))
    def asked(path: str, place: int, part: bytes, method: str) -> None:
        parts = path.strip("/").split("/")
        parts[place % len(parts)] = quote_from_bytes(part[:2000], safe="")
        answered(people["admin"], method, "/" + "/".join(parts) + "/")

    asked()


def test_every_form_is_spoiled_here():
    posts = {name for name, row in TABLE.items() if "POST" in row.methods}
    assert posts == {write.route for write in FORMS} | set(WITHOUT_AN_EVENT)


def test_more_fields_than_a_form_can_have_are_refused_and_answered(people: dict[str, Client]):
    pairs = [(f"field{number}", b"x") for number in range(2_100)]
    assert answered(people["customer"], "POST", "/settings/", pairs) == 400
    assert answered(people["customer"], "POST", "/settings/", [("name", b"x" * 3_000_000)]) in (400, 413)
    assert answered(people["customer"], "GET", f"/requests/{uuid.uuid4()}/") == 404
