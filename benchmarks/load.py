"""S8: how long people wait while fifty of them work, two reads to a write, and beside reports that are printed."""

import http.client
import os
import random
import secrets
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import monotonic, perf_counter, sleep
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks import engagements, reports
from benchmarks.measure import Measure, say
from benchmarks.search import person
from engagements.models import Engagement
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from reports.gather.event import MOST_EXCEPTIONS
from reports.models import Report
from reports.operations import request

_CUSTOMERS, _ENGAGEMENTS = 20_000, 2_000
_PEOPLE, _SPECIALISTS = 50, 20
_REPORTS, _AT_ONCE = 5, 2  # as many at once as `./portal up` gives its worker
# Seconds between an answer and the next click: as the browsers of TPC-W think, seven on average, rarely much longer.
_THINKS, _THINKS_AT_MOST = 7.0, 70.0
_SECONDS = 90
Until = Callable[[float], bool]  # of when they began: whether it is over


def run(customers: int = _CUSTOMERS, open_ones: int = _ENGAGEMENTS, seconds: float = _SECONDS) -> list[Measure]:
    """Some five minutes: the portal's own web processes, asked by one person, by fifty, and beside five PDFs."""
    people = _people(customers, open_ones)
    with _web() as port:
        say("load: one person alone")
        idle = Crowd(port, people[:: len(people) // 10])
        idle.work(rounds=6)
        say(f"load: {len(people)} people for {seconds:.0f} s")
        busy = Crowd(port, people)
        busy.work(until=lambda began: monotonic() - began > seconds)
        say(f"load: the same beside {_REPORTS} PDFs")
        printing = Crowd(port, people)
        _beside_reports(printing, seconds)
    calm = median(idle.waits)
    return [
        _errors("S8.errors", busy),
        _waits("S8.p99", f"p99 of {len(busy.waits)} answers, {len(people)} people; floor: p50 alone", busy, calm, 10),
        _errors("S8.printing.errors", printing),
        _waits("S8.printing.p99", "p99 while five PDFs render; floor: p99 without", printing, busy.p99, 2),
    ]


# --- The people -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Person:
    """Somebody with a session, the pages they read in turn, and the items they comment."""

    cookies: str
    token: str
    reads: Sequence[str]
    writes: Sequence[str]


def _people(customers: int, open_ones: int) -> list[Person]:
    specialists = engagements.fill(open_ones, customers=customers)
    found = [_somebody(user, specialist=user) for user in specialists[:_SPECIALISTS]]
    running = Engagement.objects.filter(status="active").order_by("pk")[: _PEOPLE - len(found)]
    for engagement in running:
        lead = person(f"lead-{engagement.pk}")
        Membership.objects.create(user=lead, customer_id=engagement.customer_id, role=Membership.Role.LEAD)
        User.objects.filter(pk=lead.pk).update(is_admin=False)
        found.append(_somebody(lead, customer_id=engagement.customer_id))
    return found


def _somebody(user: User, **whose: object) -> Person:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(pk=user.pk))
    token = secrets.token_hex(16)
    kept = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    cookies = "; ".join(f"{name}={value}" for name, value in {**kept, settings.CSRF_COOKIE_NAME: token}.items())
    own = Engagement.objects.filter(status="active", **whose).order_by("pk")[0]
    items = own.responsibilities.exclude(phase="general").order_by("position")[:20]
    reads = ["/", "/engagements/", own.get_absolute_url(), reverse("engagements:matrix", args=[own.public_id])]
    reads += ["/engagements/board/", "/customers/find/?q=con"] if "specialist" in whose else ["/notifications/"]
    writes = [reverse("engagements:comment", args=["responsibility", item.public_id]) for item in items]
    return Person(cookies, token, reads, writes)


# --- What they do -----------------------------------------------------------------------------------------------------
@dataclass
class Crowd:
    """People who work side by side, and how many milliseconds each answer took them."""

    port: int
    people: Sequence[Person]
    waits: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def p99(self) -> float:
        return quantiles(self.waits, n=100)[98]

    def work(self, *, rounds: int = 0, until: Until | None = None) -> None:
        """Each of them `rounds` times one after the other, without a pause; or all of them until it is over."""
        if until is None:
            for number in range(rounds * 3):
                for each in self.people:
                    self._click(each, number)
            return
        began = monotonic()
        threads = [threading.Thread(target=self._go_on, args=(each, began, until)) for each in self.people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _go_on(self, somebody: Person, began: float, until: Until) -> None:
        chance = random.Random(somebody.token)
        number = chance.randrange(100)
        sleep(chance.uniform(0, _THINKS))  # nobody begins at the same second
        while not until(began):
            self._click(somebody, number)
            number += 1
            sleep(min(chance.expovariate(1 / _THINKS), _THINKS_AT_MOST))

    def _click(self, somebody: Person, number: int) -> None:
        is_write = number % 3 == 2
        choices = somebody.writes if is_write else somebody.reads
        path = choices[(number // 3 if is_write else number) % len(choices)]
        began = perf_counter()
        status = _answer(self.port, somebody, path, is_write=is_write)
        self.waits.append((perf_counter() - began) * 1000)
        if status >= 400:
            self.failed.append(f"{status} {path}")


def _answer(port: int, somebody: Person, path: str, *, is_write: bool) -> int:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": somebody.cookies}
    try:
        if is_write:
            headers |= {"X-CSRFToken": somebody.token, "Content-Type": "application/x-www-form-urlencoded"}
            line.request("POST", path, urlencode({"key": uuid.uuid4(), "text": "When will it be done?"}), headers)
        else:
            line.request("GET", path, headers=headers)
        answer = line.getresponse()
        answer.read()
        return answer.status
    finally:
        line.close()


# --- What they do it beside -------------------------------------------------------------------------------------------
@contextmanager
def _web() -> Iterator[int]:
    """The web processes as `./portal up` starts them, on the benchmark's database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = urlsplit(os.environ["DATABASE_URL"])
    environment = {
        **os.environ,
        "DATABASE_URL": given._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": settings.SECRET_KEY,
    }
    command = [sys.executable, "-m", "gunicorn", "fasttrack_portal.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--log-level", "error"]
    web = subprocess.Popen([*command, "--no-control-socket"], env=environment, cwd=settings.BASE_DIR)
    try:
        _wait_for(port, web)
        yield port
    finally:
        web.terminate()
        web.wait(timeout=30)


def _wait_for(port: int, web: "subprocess.Popen[bytes]") -> None:
    until = monotonic() + 60
    while monotonic() < until and web.poll() is None:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/healthz")
            if line.getresponse().status == 200:
                return
        except OSError:
            sleep(0.2)
    raise RuntimeError("the web processes of the benchmark did not come up")


def _beside_reports(crowd: Crowd, seconds: float) -> None:
    """The crowd works at least until all of them are issued."""
    lead = person("printer")
    Job.objects.all().delete()
    asked = [
        request("status", reports.an_event(lead, "running", 800, troubled=MOST_EXCEPTIONS), by=None, at=timezone.now())
        for _number in range(_REPORTS)
    ]
    printers = [threading.Thread(target=_print) for _number in range(_AT_ONCE)]
    for printer in printers:
        printer.start()
    crowd.work(until=lambda began: monotonic() - began > seconds / 2 and not any(each.is_alive() for each in printers))
    for printer in printers:
        printer.join()
    issued = Report.objects.filter(pk__in=[report.pk for report in asked], status="issued").count()
    if issued < _REPORTS:
        raise RuntimeError(f"{issued} of {_REPORTS} reports were issued")


def _print() -> None:
    try:
        while Job.objects.filter(kind="reports.render", status__in=("waiting", "running")).exists():
            if not run_due(limit=1, seconds=300, lanes=(Job.Lane.HEAVY,)):
                sleep(0.1)
    finally:
        connection.close()


# --- Measuring --------------------------------------------------------------------------------------------------------
def _errors(name: str, crowd: Crowd) -> Measure:
    for line in crowd.failed[:5]:
        say(f"load: {line}")
    count = len(crowd.failed)
    return Measure(name, f"answers that are errors, of {len(crowd.waits)}", count, "", 0, count, "0", count == 0)


def _waits(name: str, what: str, crowd: Crowd, floor: float, most: float) -> Measure:
    ratio = crowd.p99 / floor
    return Measure(name, what, crowd.p99, "ms", floor, ratio, f"<= {most:g} x", ratio <= most)
