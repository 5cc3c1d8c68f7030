"""What each line would do to the directory as it is now: the same for the dry run and for the commit."""

import hashlib
import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from fasttrack_portal.directory.models import Customer, Domain, FastTrackCenter, Tenant
from fasttrack_portal.imports.reading import Values

T = TypeVar("T")
_AT_ONCE = 2_000
_FACTS = ("name", "tpid", "seats", "country", "language", "zone")
_SAID_FACTS = (*_FACTS, "centre")
_Said = tuple[int, tuple[Any, ...]]  # the line and its facts
_COLUMN_OF = {"zone": "time_zone"}


@dataclass(slots=True)
class Decision:
    """About one line: `key` names its customer, the one that is there or the one that the file makes."""

    values: Values
    outcome: str = "refused"
    key: str = ""
    customer: Customer | None = None
    centre: FastTrackCenter | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    tenant: Tenant | None = None
    is_new_tenant: bool = False
    tenant_name: str = ""
    domains: tuple[str, ...] = ()
    errors: list[list[str]] = field(default_factory=list)

    def does(self) -> list[str]:
        """What an import would write, in words."""
        told = []
        if self.outcome == "new" and self.customer is None and self.changes:
            told.append(_("a new customer"))
        elif self.customer is not None:
            told += [
                _("%(fact)s: %(before)s → %(after)s")
                % {"fact": _COLUMN_OF.get(name, name), "before": _plain(self.customer, name), "after": str(value)}
                for name, value in self.changes.items()
            ]
        if self.is_new_tenant:
            told.append(_("a new tenant"))
        elif self.tenant_name:
            told.append(_("tenant renamed to %(name)s") % {"name": self.tenant_name})
        if self.domains:
            told.append(_("domains: %(names)s") % {"names": ", ".join(self.domains)})
        return told

    def trace(self) -> list[Any]:
        """What the digest is of: the decision, and the versions of what it was made from."""
        return [
            self.values.line,
            self.outcome,
            self.key,
            # Without the words: they are in the language of whoever looks.
            [error[0] for error in self.errors],
            sorted((name, str(value)) for name, value in self.changes.items()),
            self.customer and [self.customer.pk, self.customer.version],
            self.tenant and [self.tenant.pk, self.tenant.version],
            self.is_new_tenant,
            self.tenant_name,
            self.domains,
            self.centre and self.centre.pk,
        ]


def _plain(customer: Customer, name: str) -> str:
    value = getattr(customer, name)
    return str(value) if value not in (None, "") else "–"


class Digest:
    """Of decisions in the order of the file, with how many lines came to what."""

    def __init__(self) -> None:
        self._found = hashlib.sha256()
        self.counts: Counter[str] = Counter()

    def noted(self, decisions: Iterable[Decision]) -> Iterator[Decision]:
        """The same decisions; what was read of them is in the digest."""
        for decision in decisions:
            self._found.update(json.dumps(decision.trace()).encode() + b"\n")
            self.counts[decision.outcome] += 1
            yield decision

    def __str__(self) -> str:
        return self._found.hexdigest()


def decide_all(lines: Iterable[Values]) -> Iterator[Decision]:
    """Each line in the order of the file, some thousand at a time."""
    planner = _Planner()
    left = iter(lines)
    while part := list(islice(left, _AT_ONCE)):
        planner.look_up(part)
        yield from map(planner.decide, part)


def _sorted(values: Iterable[T]) -> list[T]:
    return sorted(set(values), key=str)


class _Planner:
    """What the lines of a part name in the directory, and what all earlier lines of the file have said."""

    def __init__(self) -> None:
        self.customers = Customer.objects.order_by("pk")
        centres = list(FastTrackCenter.objects.all())
        self.centres = {word.lower(): centre for centre in centres for word in (centre.name, centre.code)}
        # Of the whole file, so a few small things a line and no more.
        self.said: dict[str, list[_Said]] = {}
        self.seen_guids: dict[uuid.UUID, int] = {}
        self.seen_keys: dict[str, int] = {}
        self.seen_domains: dict[str, tuple[uuid.UUID | None, int]] = {}

    def look_up(self, lines: Sequence[Values]) -> None:
        """Everything that the lines name, in a few queries."""
        good = [line for line in lines if not line.errors]
        self.by_tpid: dict[str, list[Customer]] = defaultdict(list)
        self.by_name: dict[str, list[Customer]] = defaultdict(list)
        for customer in self.customers.filter(tpid__in=_sorted(line.tpid for line in good if line.tpid)):
            self.by_tpid[customer.tpid].append(customer)
        named = self.customers.annotate(lowered=Lower("name"))
        for customer in named.filter(lowered__in=_sorted(line.name.lower() for line in good)):
            self.by_name[customer.name.lower()].append(customer)
        guids = _sorted(line.tenant_id for line in good if line.tenant_id)
        rows = Tenant.objects.select_related("customer").filter(guid__in=guids)
        self.tenants = {tenant.guid: tenant for tenant in rows}
        names = _sorted(name for line in good for name in line.domains)
        found = Domain.objects.annotate(lowered=Lower("name")).filter(lowered__in=names, is_verified=True)
        self.verified = {domain.name.lower(): domain.tenant for domain in found.select_related("tenant__customer")}

    def said_of(self, key: str) -> dict[str, tuple[Any, int]]:
        """What earlier lines say of the customer, and which line was the first to say it."""
        found: dict[str, tuple[Any, int]] = {}
        for line, facts in self.said.get(key, ()):
            for name, value in zip(_SAID_FACTS, facts, strict=True):
                if value not in ("", None):
                    found.setdefault(name, (value, line))
        return found

    def decide(self, values: Values) -> Decision:
        found = Decision(values, errors=list(values.errors))
        if found.errors:
            return found
        self._find_customer(found)
        self._check_tenant(found)
        self._check_twice(found)
        self._check_facts(found)
        if found.errors:
            found.changes, found.domains, found.is_new_tenant, found.tenant_name = {}, (), False, ""
            return found
        self._remember(found)
        return found

    def _wrong(self, found: Decision, column: str, message: str) -> None:
        found.errors.append([column, str(getattr(found.values, column, "") or ""), message])

    def _find_customer(self, found: Decision) -> None:
        values = found.values
        here = self.by_tpid.get(values.tpid, []) if values.tpid else []
        if not here:
            # Who has another TPID is somebody else of the same name.
            same = self.by_name.get(values.name.lower(), [])
            here = [each for each in same if not values.tpid or not each.tpid]
        if len(here) > 1:
            here = [each for each in here if each.name.lower() == values.name.lower()] or here
        if len(here) > 1:
            told = _("%(count)s customers have this %(what)s. Please change them one by one.")
            column, what = ("tpid", "TPID") if values.tpid else ("name", _("name"))
            self._wrong(found, column, told % {"count": len(here), "what": what})
            return
        if here:
            found.customer, found.key = here[0], f"customer {here[0].pk}"
        else:
            found.key = f"tpid {values.tpid}" if values.tpid else f"name {values.name.lower()}"
        if values.centre:
            found.centre = self.centres.get(values.centre.lower())
            if found.centre is None:
                known = ", ".join(sorted({centre.code for centre in self.centres.values()}))
                told = _("“%(centre)s” is not a FastTrack Center. Use one of: %(known)s.")
                self._wrong(found, "centre", told % {"centre": values.centre[:80], "known": known})
        elif not here and found.key not in self.said:
            self._wrong(found, "centre", _("A new customer needs its FastTrack Center."))

    def _check_tenant(self, found: Decision) -> None:
        guid = found.values.tenant_id
        if guid is None:
            return
        found.tenant = self.tenants.get(guid)
        if found.tenant is not None and (found.customer is None or found.tenant.customer_id != found.customer.pk):
            told = _("Another customer, %(name)s, has this tenant.")
            self._wrong(found, "tenant_id", told % {"name": found.tenant.customer.name})
        for domain in found.values.domains:
            owner = self.verified.get(domain)
            if owner is not None and owner.guid != guid:
                told = _("%(domain)s is verified by another tenant, %(tenant)s of %(customer)s.")
                facts = {"domain": domain, "tenant": owner.name, "customer": owner.customer.name}
                self._wrong(found, "domains", told % facts)

    def _check_twice(self, found: Decision) -> None:
        values = found.values
        if values.tenant_id is not None:
            if first := self.seen_guids.get(values.tenant_id):
                self._wrong(found, "tenant_id", _("This tenant stands on line %(line)s already.") % {"line": first})
        elif first := self.seen_keys.get(found.key):
            column, told = "tpid" if values.tpid else "name", _("This customer stands on line %(line)s already.")
            self._wrong(found, column, told % {"line": first})
        for domain in values.domains:
            guid, first = self.seen_domains.get(domain, (values.tenant_id, 0))
            if guid != values.tenant_id:
                told = _("%(domain)s belongs to the tenant on line %(line)s.")
                self._wrong(found, "domains", told % {"domain": domain, "line": first})

    def _check_facts(self, found: Decision) -> None:
        stated = {name: getattr(found.values, name) for name in _FACTS}
        stated = {name: value for name, value in stated.items() if value not in ("", None)}
        if found.centre is not None:
            stated["centre"] = found.centre
        said = self.said_of(found.key)
        for name, value in stated.items():
            before, line = said.get(name, (value, 0))
            if before != value:
                told = _("Line %(line)s says “%(before)s” for the same customer.")
                self._wrong(found, _COLUMN_OF.get(name, name), told % {"line": line, "before": str(before)[:80]})
        if found.customer is None:
            found.changes = {} if found.key in self.said else stated
        else:
            now = {name: getattr(found.customer, name) for name in stated}
            found.changes = {n: v for n, v in stated.items() if now[n] != v and n not in said}
        tenant, values = found.tenant, found.values
        found.is_new_tenant = values.tenant_id is not None and tenant is None
        if tenant is not None and values.tenant and values.tenant != tenant.name:
            found.tenant_name = values.tenant
        found.domains = tuple(domain for domain in values.domains if domain not in self.verified)

    def _remember(self, found: Decision) -> None:
        values = found.values
        does_anything = found.changes or found.is_new_tenant or found.tenant_name or found.domains
        found.outcome = "new" if found.customer is None else "changed" if does_anything else "unchanged"
        facts = (*(getattr(values, name) for name in _FACTS), found.centre)
        self.said.setdefault(found.key, []).append((values.line, facts))
        self.seen_keys.setdefault(found.key, values.line)
        if values.tenant_id is not None:
            self.seen_guids[values.tenant_id] = values.line
        for domain in values.domains:
            self.seen_domains.setdefault(domain, (values.tenant_id, values.line))
