"""Every route, every kind of person: who sees, who may, and that "not yours" answers as "not there" (A1, P1)."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from assistance import doors
from fasttrack_portal.accounts.operations import deactivate
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.home.routes import routes
from tests.answers import faults_of, without_nonces
from tests.conftest import Cast, person
from tests.world import World, build, organisations_of

# One world for all cells, so they stay on one worker.
pytestmark = pytest.mark.django_db

INSIDE = frozenset({"customer", "partner", "specialist", "admin"})
ALL = INSIDE | {"other_customer", "other_partner", "other_specialist", "outsider"}
STAFF = frozenset({"specialist", "other_specialist", "admin"})
CENTRE = frozenset({"specialist", "admin"})
CUSTOMER = frozenset({"customer"})
# The customer plans its events, or its partner does (D-C8).
PLANNERS = frozenset({"customer", "partner"})
ADMIN = frozenset({"admin"})
# The customer's own people, and who does it in their place.
OWN_PEOPLE = frozenset({"customer", "admin"})
# Who plans an engagement and signs for it; a partner works on what is planned.
BOTH_SIDES = frozenset({"customer", "specialist", "admin"})
# A partner sees the requests that it sent itself.
ASK = frozenset({"customer", "specialist", "admin"})
# Everybody who is asked, as in `clients`.
ACTORS = ("anonymous", *sorted(ALL), "deactivated")
# The admin centre's link to a tenant of Contoso.
DOOR = doors.make(uuid.UUID(int=0xC0), ["exchange"])


@dataclass(frozen=True)
class Row:
    """`sees`: for whom the thing exists. `may`: for whom the answer is not a 403. `of`: the thing in the address.

    `asks`: the thing named in the query, as `?engagement=`; `may_post`: where a POST asks for more than a GET.
    """

    methods: str
    of: str = ""
    sees: frozenset[str] = ALL
    may: frozenset[str] | None = None
    extra: tuple[tuple[str, str], ...] = ()
    asks: str = ""
    may_post: frozenset[str] | None = None
    public: bool = False

    def expects(self, actor: str, method: str) -> str:
        may = self.may_post if method == "POST" and self.may_post is not None else self.may
        if actor in ("anonymous", "deactivated"):
            return "in" if self.public else "login"
        if actor not in self.sees:
            return "404"
        return "in" if may is None or actor in may else "403"


def step(name: str) -> tuple[tuple[str, str], ...]:
    return (("step", name),)


TABLE: dict[str, Row] = {
    "home": Row("GET"),
    "search": Row("GET"),
    "healthz": Row("GET", public=True),
    "readyz": Row("GET", public=True),
    "staff": Row("GET", may=STAFF),
    "components": Row("GET", may=STAFF),
    "docs": Row("GET"),
    "rest:tokens": Row("GET"),
    "rest:new_token": Row("GET POST"),
    # One's own alone.
    "rest:withdraw_token": Row("POST", of="token", sees=CUSTOMER),
    "accounts:preferences": Row("GET POST"),
    "accounts:people": Row("GET", may=STAFF),
    "accounts:deactivate": Row("POST", of="person", sees=frozenset({"customer", "admin"}), may=ADMIN),
    "accounts:change_role": Row("GET POST", of="membership", sees=OWN_PEOPLE, may=OWN_PEOPLE),
    "accounts:end_membership": Row("POST", of="membership", sees=OWN_PEOPLE, may=OWN_PEOPLE),
    "accounts:send_again": Row("POST", of="invitation", sees=OWN_PEOPLE, may=OWN_PEOPLE),
    "accounts:withdraw_invitation": Row("POST", of="invitation", sees=OWN_PEOPLE, may=OWN_PEOPLE),
    "accounts:join": Row("GET POST", public=True, extra=(("token", "never-made"),)),
    "activity:audit": Row("GET", may=ADMIN),
    "directory:customers": Row("GET"),
    "directory:find": Row("GET", may=STAFF | {"partner", "other_partner"}),
    "directory:ask_consent": Row("POST", may=frozenset({"partner", "other_partner"})),
    "directory:agree_to_consent": Row("POST", of="consent", sees=OWN_PEOPLE, may=OWN_PEOPLE),
    "directory:refuse_consent": Row("POST", of="consent", sees=OWN_PEOPLE, may=OWN_PEOPLE),
    "directory:customer": Row("GET", of="customer", sees=INSIDE | STAFF),
    "directory:end_link": Row("POST", of="link", sees=INSIDE | STAFF, may=frozenset({"customer", "admin"})),
    "directory:centres": Row("GET", may=STAFF),
    "directory:centre": Row("GET", of="centre", sees=INSIDE | STAFF, may=STAFF),
    # Also the managers of the centre, of whom none is asked here.
    "directory:edit_centre": Row("GET POST", of="centre", sees=INSIDE | STAFF, may=ADMIN),
    "directory:add_closure": Row("GET POST", of="centre", sees=INSIDE | STAFF, may=ADMIN),
    "directory:remove_closure": Row("POST", of="centre", sees=INSIDE | STAFF, may=ADMIN),
    "directory:invite_to_customer": Row("GET POST", of="customer", sees=INSIDE | STAFF, may=OWN_PEOPLE),
    "directory:invite_to_centre": Row("GET POST", of="centre", sees=INSIDE | STAFF, may=ADMIN),
    "directory:edit": Row("GET POST", of="customer", sees=INSIDE | STAFF, may=STAFF),
    "directory:add_tenant": Row("GET POST", of="customer", sees=INSIDE | STAFF, may=STAFF),
    "directory:add_domain": Row("GET POST", of="tenant", sees=INSIDE | STAFF, may=STAFF),
    "directory:partners": Row("GET"),
    "directory:partner": Row("GET", of="company", sees=INSIDE | STAFF),
    "directory:invite_to_partner": Row(
        "GET POST", of="company", sees=INSIDE | STAFF, may=frozenset({"partner", "admin"})
    ),
    "jobs:jobs": Row("GET", may=ADMIN),
    "jobs:retry": Row("POST", of="job", sees=CENTRE, may=ADMIN),
    "jobs:progress": Row("GET", of="job", sees=CENTRE),
    "notices:notifications": Row("GET"),
    "notices:mark_read": Row("POST"),
    "notices:mail": Row("GET", may=ADMIN),
    "savedviews:save": Row("POST"),
    # One's own alone: nobody else's exists, for an administrator neither.
    "savedviews:remove": Row("POST", of="saved_view", sees=frozenset({"specialist"})),
    "documents:verify_form": Row("GET", public=True),
    "documents:verify": Row("GET", public=True, extra=(("code", "2222-2222-2222"),)),
    "imports:imports": Row("GET POST", may=ADMIN),
    "imports:template": Row("GET", may=ADMIN),
    "imports:plan": Row("GET", of="plan", sees=ADMIN),
    "imports:confirm": Row("POST", of="plan", sees=ADMIN),
    "imports:check_again": Row("POST", of="plan", sees=ADMIN),
    "imports:refused": Row("GET", of="plan", sees=ADMIN),
    "assistance:list": Row("GET"),
    "assistance:new": Row("GET POST", may=frozenset({"customer", "partner", "other_customer", "other_partner"})),
    "assistance:eligibility": Row("GET"),
    "assistance:queue": Row("GET", may=STAFF),
    "assistance:queue_csv": Row("GET", may=STAFF),
    "assistance:bulk": Row("GET POST", may=STAFF),
    "assistance:loads": Row("GET", may=STAFF),
    "assistance:capacity": Row("GET POST", of="colleague", sees=CENTRE),
    "assistance:settings": Row("GET POST", may=ADMIN),
    "assistance:assign": Row("GET POST", of="waiting", sees=ASK, may=CENTRE),
    "assistance:move": Row("GET POST", of="waiting", sees=ASK, may=CENTRE),
    "assistance:offer_request": Row("GET POST", of="waiting", sees=ASK, may=CENTRE),
    "assistance:offer_customer": Row("GET POST", asks="customer", sees=INSIDE | STAFF, may=CENTRE),
    "assistance:offers": Row("GET", may=STAFF | {"partner", "other_partner"}),
    "assistance:offer": Row("GET", of="offer", sees=INSIDE),
    "assistance:accept_offer": Row("POST", of="offer", sees=INSIDE, may=frozenset({"partner"})),
    "assistance:decline_offer": Row("GET POST", of="offer", sees=INSIDE, may=frozenset({"partner"})),
    "assistance:withdraw_offer": Row("POST", of="offer", sees=INSIDE, may=CENTRE),
    # A customer sees the partners that work for it.
    "assistance:pause": Row("POST", of="partner", sees=INSIDE | STAFF, may=frozenset({"partner", "admin"})),
    "assistance:resume": Row("POST", of="partner", sees=INSIDE | STAFF, may=frozenset({"partner", "admin"})),
    "assistance:detail": Row("GET", of="ask", sees=ASK),
    "assistance:edit": Row("GET", of="draft", sees=CUSTOMER),
    "assistance:section": Row("GET POST", of="draft", sees=CUSTOMER, extra=(("section", "reason"),)),
    "assistance:check": Row("GET POST", of="draft", sees=CUSTOMER),
    "assistance:join": Row("POST", of="draft", sees=CUSTOMER),
    "assistance:accept": Row("POST", of="application", sees=ASK, may=CENTRE),
    "assistance:admin_centre": Row("GET POST", sees=frozenset({"customer", "partner"}), extra=(("token", DOOR),)),
    "assistance:door": Row("GET POST", may=STAFF),
    "rules:list": Row("GET", may=STAFF),
    "rules:new": Row("GET POST", may=ADMIN),
    "assistance:review": Row("POST", of="waiting", sees=ASK, may=CENTRE),
    "assistance:ask_for_information": Row("GET POST", of="waiting", sees=ASK, may=CENTRE),
    "assistance:answer": Row("GET POST", of="waiting", sees=ASK, may=CUSTOMER),
    "assistance:decline": Row("GET POST", of="waiting", sees=ASK, may=CENTRE),
    "assistance:withdraw": Row("POST", of="waiting", sees=ASK, may=CUSTOMER),
    "engagements:list": Row("GET"),
    "engagements:board": Row("GET", may=STAFF),
    "engagements:board_settings": Row("GET POST", may=ADMIN),
    "engagements:nudge": Row("GET POST", of="engagement", sees=INSIDE, may=CENTRE),
    "engagements:transfer": Row("GET POST", of="engagement", sees=INSIDE, may=CENTRE),
    "engagements:specialists": Row("GET POST", of="engagement", sees=INSIDE, may=CENTRE),
    "engagements:remove_specialist": Row("POST", of="engagement", sees=INSIDE, may=CENTRE),
    "engagements:accept": Row("GET POST", of="waiting", sees=ASK, may=CENTRE),
    "engagements:detail": Row("GET", of="engagement", sees=INSIDE),
    "engagements:matrix": Row("GET", of="engagement", sees=INSIDE),
    "engagements:matrix_csv": Row("GET", of="engagement", sees=INSIDE),
    "engagements:bulk": Row("GET POST", of="engagement", sees=INSIDE),
    "engagements:scope": Row("GET POST", of="engagement", sees=INSIDE, may=CENTRE),
    "engagements:upgrade": Row("GET POST", of="engagement", sees=INSIDE, may=CENTRE),
    "engagements:milestones": Row("GET", of="engagement", sees=INSIDE),
    "engagements:courts": Row("GET", of="engagement", sees=INSIDE),
    "engagements:activity": Row("GET", of="engagement", sees=INSIDE),
    "engagements:move": Row("GET POST", of="engagement", sees=INSIDE, may=CENTRE, extra=step("hold")),
    "engagements:meetings": Row("GET", of="engagement", sees=INSIDE),
    "engagements:set_series": Row("GET POST", of="engagement", sees=INSIDE, may=CENTRE),
    "engagements:book_meeting": Row("GET POST", of="engagement", sees=INSIDE, may=CENTRE),
    "engagements:change_following": Row("GET POST", of="meeting", sees=INSIDE, may=CENTRE),
    "engagements:absences": Row("GET POST", may=STAFF),
    # The managers of the person's centre see it as well.
    "engagements:absence": Row("GET POST", of="absence", sees=CENTRE),
    "engagements:ask_slot": Row("GET POST", of="engagement", sees=INSIDE, may=CUSTOMER),
    "engagements:slot": Row("GET POST", of="slot", sees=INSIDE, may_post=CENTRE),
    "engagements:propose_slot": Row("GET POST", of="slot", sees=INSIDE, may=CENTRE),
    "engagements:accept_slot": Row("POST", of="slot", sees=INSIDE, may=CUSTOMER),
    "engagements:decline_slot": Row("GET POST", of="slot", sees=INSIDE, may=CUSTOMER),
    "engagements:set_next": Row("POST", of="meeting", sees=INSIDE, may=CENTRE),
    "engagements:withdraw_slot": Row("POST", of="slot", sees=INSIDE, may=CUSTOMER),
    "engagements:move_phase": Row("GET POST", of="phase", sees=INSIDE, may=CENTRE, extra=step("offer")),
    # Both sides read the same page; a partner never signs for the customer.
    "engagements:gate": Row("GET POST", of="phase", sees=INSIDE, may_post=INSIDE - {"partner"}),
    "engagements:override_gate": Row("GET POST", of="phase", sees=INSIDE, may=ADMIN),
    "engagements:plan_phase": Row("GET POST", of="phase", sees=INSIDE, may=CENTRE),
    "engagements:unsign": Row("GET POST", of="plan_agreement", sees=INSIDE, may=BOTH_SIDES),
    "engagements:agreement": Row("GET", of="agreement", sees=INSIDE),
    "engagements:responsibility": Row("GET", of="responsibility", sees=INSIDE),
    # A partner works on what was handed to it; this one was not.
    "engagements:edit_responsibility": Row("GET POST", of="responsibility", sees=INSIDE, may=ASK),
    "engagements:move_responsibility": Row("GET POST", of="responsibility", sees=INSIDE, may=ASK, extra=step("begin")),
    "engagements:delegate": Row("GET POST", of="remediation", sees=INSIDE, extra=(("kind", "remediation"),)),
    "engagements:move_delegation": Row("GET POST", of="delegation", sees=INSIDE, may=CUSTOMER, extra=step("consent")),
    "engagements:templates": Row("GET", may=STAFF),
    "engagements:draft_template": Row("POST", may=ADMIN),
    "engagements:template": Row("GET", of="template", sees=ADMIN),
    "engagements:new_template_item": Row("GET POST", of="template", sees=ADMIN),
    "engagements:publish_template": Row("GET POST", of="template", sees=ADMIN),
    "engagements:discard_template": Row("POST", of="template", sees=ADMIN),
    "engagements:template_item": Row("GET POST", of="template_item", sees=ADMIN),
    "engagements:move_template_item": Row("POST", of="template_item", sees=ADMIN, extra=step("down")),
    "engagements:milestone": Row("GET POST", of="milestone", sees=INSIDE, may_post=CENTRE),
    "engagements:move_milestone": Row("GET POST", of="milestone", sees=INSIDE, may=CENTRE, extra=step("complete")),
    "engagements:move_approval": Row("GET POST", of="milestone", sees=INSIDE, may=CUSTOMER, extra=step("approve")),
    "engagements:remediation": Row("GET", of="engagement", sees=INSIDE),
    "engagements:remediation_csv": Row("GET", of="engagement", sees=INSIDE),
    "engagements:make_checklist": Row("GET POST", of="engagement", sees=INSIDE, may=BOTH_SIDES),
    "engagements:new_remediation": Row("GET POST", of="engagement", sees=INSIDE, may=BOTH_SIDES),
    "engagements:remediation_review": Row("GET", of="engagement", sees=INSIDE),
    "engagements:remediation_plan": Row("GET", of="engagement", sees=INSIDE),
    "engagements:propose_plan": Row("POST", of="engagement", sees=INSIDE, may=BOTH_SIDES),
    "engagements:sign_plan": Row("POST", of="plan_agreement", sees=INSIDE, may=BOTH_SIDES),
    "engagements:withdraw_plan": Row("POST", of="plan_agreement", sees=INSIDE, may=BOTH_SIDES),
    "engagements:remediation_item": Row("GET", of="remediation", sees=INSIDE),
    "engagements:edit_remediation": Row("GET POST", of="remediation", sees=INSIDE, may=BOTH_SIDES),
    "engagements:move_remediation": Row("GET POST", of="remediation", sees=INSIDE, may=ASK, extra=step("begin")),
    "engagements:success": Row("GET", of="engagement", sees=INSIDE),
    "engagements:fill_success": Row("POST", of="engagement", sees=INSIDE, may=BOTH_SIDES),
    "engagements:new_success": Row("GET POST", of="engagement", sees=INSIDE, may=BOTH_SIDES),
    "engagements:success_item": Row("GET", of="success", sees=INSIDE),
    "engagements:edit_success": Row("GET POST", of="success", sees=INSIDE, may=BOTH_SIDES),
    "engagements:move_success": Row("GET POST", of="success", sees=INSIDE, may=ASK, extra=step("begin")),
    "engagements:attach": Row(
        "GET POST", of="responsibility", sees=INSIDE, may=BOTH_SIDES, extra=(("kind", "responsibility"),)
    ),
    "engagements:comment": Row("GET POST", of="responsibility", sees=INSIDE, extra=(("kind", "responsibility"),)),
    "engagements:download": Row("GET", of="attachment", sees=INSIDE),
    # Whoever attached it, or the centre.
    "engagements:remove_evidence": Row("POST", of="attachment", sees=INSIDE, may=BOTH_SIDES),
    "engagements:all_meetings": Row("GET"),
    "engagements:calendar": Row("GET"),
    # Whoever holds the address: a real one is read in test_subscribing_to_a_calendar.py.
    "engagements:feed": Row("GET", public=True, extra=(("token", "never-made"),)),
    "engagements:feeds": Row("GET POST"),
    "engagements:feed_of_engagement": Row("GET POST", of="engagement", sees=INSIDE),
    "engagements:meeting": Row("GET", of="meeting", sees=INSIDE),
    "engagements:invitation": Row("GET", of="meeting", sees=INSIDE),
    "engagements:reschedule_meeting": Row("GET POST", of="meeting", sees=INSIDE, may=CENTRE),
    "engagements:move_meeting": Row("GET POST", of="meeting", sees=INSIDE, may=CENTRE, extra=step("cancel")),
    "engagements:history": Row("GET", of="engagement", sees=INSIDE),
    "engagements:add_point": Row("POST", of="meeting", sees=INSIDE, may=BOTH_SIDES),
    "engagements:point": Row("GET POST", of="meeting", sees=INSIDE, may=BOTH_SIDES, extra=(("point", "gate"),)),
    "engagements:move_point": Row(
        "POST", of="meeting", sees=INSIDE, may=BOTH_SIDES, extra=(("point", "gate"), ("step", "strike"))
    ),
    "engagements:add_decision": Row("POST", of="meeting", sees=INSIDE, may=CENTRE),
    "engagements:decision": Row("GET POST", of="decision", sees=INSIDE, may=CENTRE),
    "engagements:add_action": Row("POST", of="meeting", sees=INSIDE, may=CENTRE),
    "engagements:action": Row("GET POST", of="action", sees=INSIDE, may_post=BOTH_SIDES),
    "engagements:move_action": Row("POST", of="action", sees=INSIDE, may=BOTH_SIDES, extra=step("finish")),
    "engagements:attendance": Row("POST", of="meeting", sees=INSIDE, may=CENTRE),
    "engagements:minutes": Row("GET", of="over", sees=INSIDE),
    "engagements:confirm_minutes": Row("POST", of="over", sees=INSIDE, may=BOTH_SIDES),
    "engagements:correct_minutes": Row("GET POST", of="over", sees=INSIDE, may=BOTH_SIDES),
    "migrations_svc:list": Row("GET"),
    "migrations_svc:new": Row("GET POST", asks="engagement", sees=INSIDE, may=PLANNERS),
    "migrations_svc:template": Row("GET"),
    "migrations_svc:of_engagement": Row("GET", of="engagement", sees=INSIDE),
    "migrations_svc:detail": Row("GET", of="event", sees=INSIDE),
    "migrations_svc:start_project": Row("GET POST", of="engagement", sees=INSIDE),
    "migrations_svc:project": Row("GET", of="project", sees=INSIDE),
    "migrations_svc:acknowledge": Row("GET POST", of="project", sees=INSIDE, may=CUSTOMER),
    "migrations_svc:add_finding": Row("GET POST", of="project", sees=INSIDE),
    "migrations_svc:ask_deletion": Row("GET POST", of="project", sees=INSIDE),
    "migrations_svc:move_access": Row("POST", of="access", sees=INSIDE, extra=step("settle")),
    "migrations_svc:move_finding": Row("POST", of="finding", sees=INSIDE, extra=step("settle")),
    "migrations_svc:complete_deletion": Row("POST", of="deletion", sees=INSIDE, may=CENTRE),
    "migrations_svc:fail_deletion": Row("GET POST", of="deletion", sees=INSIDE, may=CENTRE),
    "migrations_svc:retry_deletion": Row("POST", of="deletion", sees=INSIDE, may=CENTRE),
    "migrations_svc:rules": Row("GET POST", may=ADMIN),
    "migrations_svc:set_capacity": Row("GET POST", of="centre", sees=INSIDE | STAFF, may=ADMIN),
    "migrations_svc:answer_change": Row("GET POST", of="change", sees=INSIDE, may=CENTRE),
    "migrations_svc:set_result": Row("GET POST", of="scenario", sees=INSIDE, may=PLANNERS),
    "migrations_svc:reschedule": Row("GET POST", of="event", sees=INSIDE, may=PLANNERS),
    "migrations_svc:decline": Row("GET POST", of="event", sees=INSIDE, may=BOTH_SIDES),
    "migrations_svc:go": Row("GET POST", of="event", sees=INSIDE, may=BOTH_SIDES),
    "migrations_svc:ask_change": Row("GET POST", of="event", sees=INSIDE, may=PLANNERS),
    "migrations_svc:acceptance": Row("GET", of="event", sees=INSIDE),
    "migrations_svc:add_scenario": Row("GET POST", of="event", sees=INSIDE, may=PLANNERS),
    "migrations_svc:edit": Row("GET POST", of="event", sees=INSIDE, may=PLANNERS),
    "migrations_svc:load_list": Row("GET POST", of="event", sees=INSIDE, may=PLANNERS),
    "migrations_svc:load_states": Row("GET POST", of="event", sees=INSIDE, may=CENTRE),
    "migrations_svc:states_file": Row("GET", of="states_file", sees=INSIDE),
    "migrations_svc:states_reasons": Row("GET", of="states_file", sees=INSIDE),
    "migrations_svc:list_plan": Row("GET", of="list_plan", sees=INSIDE),
    "migrations_svc:import_list": Row("POST", of="list_plan", sees=INSIDE, may=PLANNERS),
    "migrations_svc:check_list": Row("POST", of="list_plan", sees=INSIDE, may=PLANNERS),
    "migrations_svc:list_reasons": Row("GET", of="list_plan", sees=INSIDE),
    "migrations_svc:record": Row("GET", of="record", sees=INSIDE),
    "migrations_svc:set_record": Row("POST", of="record", sees=INSIDE, may=CENTRE),
    "migrations_svc:settle_doubts": Row("POST", of="event", sees=INSIDE, may=CENTRE),
    "migrations_svc:progress": Row("GET", of="event", sees=INSIDE),
    "migrations_svc:watch_settings": Row("GET POST", may=ADMIN),
    "migrations_svc:offer_options": Row("POST", of="issue", sees=INSIDE, may=CENTRE),
    "migrations_svc:choose_option": Row("POST", of="option", sees=INSIDE, may=PLANNERS),
    "migrations_svc:records": Row("GET", of="event", sees=INSIDE),
    "migrations_svc:records_csv": Row("GET", of="event", sees=INSIDE),
    "migrations_svc:schedule": Row("GET POST", of="event", sees=INSIDE, may=PLANNERS),
    "migrations_svc:cancel": Row("GET POST", of="event", sees=INSIDE),
    "migrations_svc:fail": Row("GET POST", of="event", sees=INSIDE, may=CENTRE),
    "migrations_svc:move": Row("POST", of="event", sees=INSIDE, may=CENTRE, extra=step("complete")),
    "migrations_svc:new_issue": Row("GET POST", of="event", sees=INSIDE),
    "migrations_svc:issue": Row("GET", of="issue", sees=INSIDE),
    "migrations_svc:hand_back": Row("POST", of="issue", sees=INSIDE, may=PLANNERS),
    "migrations_svc:link_records": Row("POST", of="issue", sees=INSIDE),
    "migrations_svc:unlink_record": Row("POST", of="issue", sees=INSIDE),
    "migrations_svc:set_lane": Row("POST", of="issue", sees=INSIDE, may=CENTRE),
    "migrations_svc:resolve_issue": Row("POST", of="issue", sees=INSIDE),
    "migrations_svc:reopen_issue": Row("POST", of="issue", sees=INSIDE),
    "reports:list": Row("GET"),
    "reports:new": Row("GET POST", asks="subject", sees=INSIDE),
    "reports:portfolio": Row("GET POST", may=ADMIN),
    "reports:bundles": Row("GET"),
    "reports:export": Row("POST"),
    "reports:bundle": Row("GET", of="bundle", sees=OWN_PEOPLE),
    "reports:bundle_progress": Row("GET", of="bundle", sees=OWN_PEOPLE),
    "reports:download_bundle": Row("GET", of="bundle", sees=OWN_PEOPLE),
    "reports:hand_over": Row("POST", of="engagement", sees=INSIDE, may=BOTH_SIDES),
    "reports:engagement_rhythm": Row("GET POST", of="engagement", sees=INSIDE, may=BOTH_SIDES),
    "reports:event_rhythm": Row("GET POST", of="event", sees=INSIDE, may=BOTH_SIDES),
    "reports:reckoning": Row("GET", of="event", sees=INSIDE),
    "reports:of_engagement": Row("GET", of="engagement", sees=INSIDE),
    # The edition of the customer's team; those of others have stories of their own.
    "reports:detail": Row("GET", of="report", sees=BOTH_SIDES),
    # Whoever asked for a portfolio reads it while they run the centre; this one's asker runs none.
    "reports:reached": Row("GET", of="portfolio", sees=ADMIN),
    "reports:counted": Row("GET", of="portfolio", sees=ADMIN),
    "reports:issues": Row("GET", of="portfolio", sees=ADMIN),
    "reports:progress": Row("GET", of="report", sees=BOTH_SIDES),
    "reports:download": Row("GET", of="report", sees=BOTH_SIDES),
    "reports:records": Row("GET", of="report", sees=BOTH_SIDES),
    "reports:reissue": Row("GET POST", of="report", sees=BOTH_SIDES, may=CENTRE),
    "reports:archive": Row("GET", of="report", sees=BOTH_SIDES),
    "reports:annex": Row("POST", of="report", sees=BOTH_SIDES),
    "reports:annex_file": Row("GET", of="report", sees=BOTH_SIDES),
}
# Public, and asked here for what nobody has made: its 404 is the page.
NEVER_THERE = frozenset({"documents:verify", "engagements:feed"})
# allauth's own pages; what they let through is allauth's to test, that they are in our layout is ours.
ALLAUTH = ("account_", "mfa_", "socialaccount_", "usersessions_", "openid_connect_", "None")


def clients(cast: Cast) -> dict[str, Client]:
    people = {
        "customer": cast.lead,
        "partner": cast.partner,
        "specialist": cast.specialist,
        "admin": cast.admin,
        "other_customer": cast.fabrikam_lead,
        "other_partner": cast.litware_partner,
        "other_specialist": cast.apac_specialist,
        "outsider": person("outsider@nowhere.example", "Otto Outsider"),
        "deactivated": person("gone@contoso.example", "Gerd Gone"),
    }
    found = {"anonymous": Client()}
    for name, user in people.items():
        found[name] = Client()
        found[name].force_login(user)
        found[name].get("/settings/")  # a session's first page notes when it began: what is taken back would do it anew
    deactivate(people["deactivated"], by=cast.admin)
    assert set(found) == set(ACTORS)
    return found


@pytest.fixture(scope="module")
def world(stage: Cast) -> World:
    made = build(stage.contoso, stage.lead, stage.specialist, "CONTOSOCANARY")
    made.things |= {"person": stage.pm, "link": PartnerLink.objects.get(), **organisations_of(stage, stage.contoso)}
    return made


@pytest.fixture(scope="module")
def people(stage: Cast, world: World) -> dict[str, Client]:
    return clients(stage)


def address(name: str, row: Row, thing: Any = None) -> str:
    kwargs: dict[str, Any] = dict(row.extra)
    public_id = getattr(thing, "public_id", thing)
    if row.of:
        kwargs["public_id"] = public_id
    return reverse(name, kwargs=kwargs) + (f"?{row.asks}={public_id}" if row.asks else "")


def thing_of(row: Row, world: World) -> Any:
    return world[row.of or ("customer" if row.asks == "customer" else "engagement")] if row.of or row.asks else None


def verdict(response: Any) -> str:
    if response.status_code in (301, 302) and "/accounts/login/" in response["Location"]:
        return "login"
    return {403: "403", 404: "404"}.get(response.status_code, "in")


def call(client: Client, method: str, url: str) -> Any:
    """The answer, with what it wrote taken back, so that each cell meets the same world."""
    with transaction.atomic():
        named = dict(parse_qsl(urlsplit(url).query))
        response = client.get(url) if method == "GET" else client.post(url, named)
        if response.streaming:
            response.content_read = b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response


def test_every_route_has_its_row():
    """A new address without a row fails here."""
    # Those for programs have theirs in api_table.py.
    ours = {route.name for route in routes() if not route.name.startswith((*ALLAUTH, "api:"))}
    assert ours == set(TABLE)


@pytest.fixture(scope="module")
def met(world: World, people: dict[str, Client]) -> Callable[[str, str, str], Any]:
    """What an actor is answered at the thing of the world; asked once, for all the tests that judge it."""

    @cache
    def answer(name: str, actor: str, method: str) -> Any:
        row = TABLE[name]
        return call(people[actor], method, address(name, row, thing_of(row, world)))

    return answer


@pytest.mark.parametrize("name", sorted(TABLE))
def test_who_sees_and_who_may(name: str, met: Callable[[str, str, str], Any]):
    row = TABLE[name]
    wrong = []
    for actor in ACTORS:
        for method in row.methods.split():
            response = met(name, actor, method)
            expected = "in" if name in NEVER_THERE and response.status_code == 404 else row.expects(actor, method)
            found = "in" if name in NEVER_THERE and response.status_code == 404 else verdict(response)
            if found != expected or response.status_code >= 500:
                wrong.append(f"{actor} {method}: {response.status_code} {found}, expected {expected}")
    assert wrong == []


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_answer_carries_the_headers(name: str, met: Callable[[str, str, str], Any]):
    """S4: pages and refusals alike, whoever asks."""
    wrong = []
    for actor in ("anonymous", "admin", "customer", "other_customer"):
        for method in TABLE[name].methods.split():
            faults = faults_of(met(name, actor, method), is_signed_in=actor != "anonymous")
            wrong += [f"{actor} {method}: {fault}" for fault in faults]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(name for name, row in TABLE.items() if row.of or row.asks))
def test_not_yours_is_the_same_bytes_as_not_there(
    name: str, people: dict[str, Client], met: Callable[[str, str, str], Any]
):
    """For everybody who may not see it, and for one who may: to those nothing is there in one and the same way."""
    row = TABLE[name]
    seer = next(actor for actor in people if actor in row.sees)
    for actor, client in people.items():
        if actor in row.sees and actor != seer:
            continue
        for method in row.methods.split():
            absent = call(client, method, address(name, row, uuid.uuid4()))
            if actor in ("anonymous", "deactivated"):
                assert verdict(absent) == "login"
                continue
            assert absent.status_code == 404, f"{actor} {method}"
            if actor not in row.sees:
                assert without_nonces(met(name, actor, method)) == without_nonces(absent), f"{actor} {method}"


@pytest.mark.parametrize("name", sorted(TABLE))
def test_other_methods_are_refused(name: str, world: World, people: dict[str, Client]):
    row = TABLE[name]
    client = people["admin"]
    url = address(name, row, thing_of(row, world))
    for method in {"get", "post", "put", "delete", "patch"} - set(row.methods.lower().split()):
        assert getattr(client, method)(url).status_code == 405, method
