"""The thread of the portal: a request becomes an engagement, data moves, and reports say what came of it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from assistance import operations as assistance
from engagements.models import Engagement, Meeting
from engagements.operations.engagement import accept
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from migrations_svc.models import MigrationEvent, MigrationRecord
from reports.models import Report
from tests.journeys.looks import faults
from tests.world import ask_of

pytestmark = pytest.mark.django_db(transaction=True)

LIGHT = (Job.Lane.LIGHT,)
HEADER = "source_address,target_address,size_gb,display_name,kind\n"
RIGHT = HEADER + "ada@old.example,ada@contoso.example,12.5,Ada,mailbox\nben@old.example,ben@contoso.example,3,Ben,\n"
WRONG = HEADER + "ada@old.example,ada@contoso.example,12.5,Ada,mailbox\nno address,ben@contoso.example,much,Ben,\n"
STATES = "address,state,items,errors,message\nada@old.example,Completed,10,0,\nben@old.example,Completed,20,0,\n"


def csv(text):
    return {"name": "list.csv", "mimeType": "text/csv", "buffer": text.encode()}


def click(page, name):
    page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)).first.click()


def tab(page, name):
    page.get_by_role("navigation", name="Engagement").get_by_role("link", name=name, exact=True).click()


def test_a_request_becomes_an_engagement_with_its_rhythm(open_as, cast):
    # Without SharePoint, so that some of the matrix does not apply.
    ask = ask_of(cast.contoso, cast.lead, "Contoso", at=timezone.now())
    type(ask).objects.filter(pk=ask.pk).update(services=["exchange", "teams"], wants_migration=False)

    page = open_as(cast.specialist)
    page.get_by_role("link", name=ask.number).first.click()
    click(page, "Take into review")
    expect(page.locator(".page-lede")).to_contain_text("In review")
    click(page, "Accept and start the engagement")
    page.get_by_label("Specialist", exact=True).select_option(label=str(cast.specialist))
    click(page, "Accept and open")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Contoso")
    engagement = Engagement.objects.get()
    expect(page.get_by_role("list", name="Phases").get_by_role("listitem")).to_have_count(6)

    tab(page, "Milestones")
    assert engagement.milestones.count() == 8
    for milestone in engagement.milestones.all():
        expect(page.get_by_role("link", name=milestone.title).first).to_be_visible()
    tab(page, "Responsibilities")
    expect(page.locator(".matrix-line")).to_have_count(137)
    left_out = page.locator(".matrix-out")
    assert left_out.count() == engagement.responsibilities.filter(status="not_applicable").count() > 0
    expect(left_out.get_by_text("SharePoint is not in scope.").first).to_be_visible()
    # All lines are made alike: those of one phase show what there is to see.
    page.goto(f"{page.url}?phase={engagement.responsibilities.filter(status='not_applicable')[0].phase}")
    expect(left_out.first).to_be_visible()
    assert faults(page) == []

    # The rhythm, first looked at, then set.
    tab(page, "Meetings")
    click(page, "Set checkpoints")
    page.get_by_label("Every two weeks").check()
    click(page, "Preview the dates")
    expect(page.get_by_role("heading", name="What becomes of the meetings")).to_be_visible()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    expect(page.locator("#preview tbody tr").first).to_be_visible()
    assert Meeting.objects.count() == 0
    click(page, "Save and plan")
    expect(page.get_by_text("The next meetings are being planned")).to_be_visible()
    run_due()
    meeting = Meeting.objects.order_by("during").first()
    assert meeting is not None

    # A milestone is reached.
    kickoff = engagement.milestones.get(code="kickoff")
    page.goto(kickoff.get_absolute_url())
    click(page, "Complete")
    page.get_by_label("Outcome in words").fill("Roles and dates are agreed.")
    click(page, "Complete")
    expect(page.locator(".page-lede")).to_contain_text("Completed")
    expect(page.get_by_text("Roles and dates are agreed.").first).to_be_visible()

    # What the customer sees of it.
    customer = open_as(cast.lead)
    expect(customer.get_by_role("link", name=re.compile("Kickoff.*completed")).first).to_be_visible()
    expect(customer.locator(f'a[href="{meeting.get_absolute_url()}"]').first).to_be_visible()
    click(customer, "Open the engagement")
    expect(customer.get_by_role("heading", name="Your part in Initiate")).to_be_visible()
    mine = customer.locator("#mine .task")
    expect(mine).to_have_count(engagement.responsibilities.filter(phase="initiate", party="customer").count())
    expect(mine).to_have_count(4)
    expect(mine.get_by_text("Why me?")).to_have_count(4)
    tab(customer, "Activity")
    expect(customer.get_by_text("Roles and dates are agreed.").first).to_be_visible()
    tab(customer, "Meetings")
    customer.locator(f'a[href="{meeting.get_absolute_url()}"]').click()
    expect(customer.get_by_role("link", name="Add to my calendar")).to_be_visible()


def test_a_migration_from_the_list_to_the_verified_report(open_as, cast):
    now = timezone.now()
    ask = ask_of(cast.contoso, cast.lead, "Contoso", at=now)
    assistance.review(ask, by=cast.specialist)
    engagement = accept(ask, by=cast.specialist, on=now.date(), at=now)
    run_due(lanes=LIGHT)

    # The list comes with its plan: two wrong cells are shown, and a right file takes its place.
    customer = open_as(cast.lead)
    customer.goto(engagement.get_absolute_url())
    tab(customer, "Migration")
    click(customer, "New event")
    customer.get_by_label("Title").fill("Sales, first wave")
    customer.get_by_label("Where the data is now").select_option(label="Exchange")
    customer.get_by_label("List of what moves").set_input_files(csv(WRONG))
    click(customer, "Create the event")
    line = customer.locator("#lines tbody tr").filter(has_text="Refused")
    expect(line).to_have_count(1)
    expect(line).to_contain_text(re.compile("source_address.*no address.*size_gb.*much", re.DOTALL))
    assert MigrationRecord.objects.count() == 0
    assert faults(customer) == []
    click(customer, "Bring another file")
    customer.get_by_label("List of what moves").set_input_files(csv(RIGHT))
    click(customer, "Check the list")
    click(customer, "Import all (2)")
    expect(customer.get_by_role("heading", level=1)).to_have_text("Sales, first wave")
    event = MigrationEvent.objects.get()
    assert event.record_count == MigrationRecord.objects.count() == 2
    event.project.access_items.update(status="done", done_at=now)
    click(customer, "Validate")
    click(customer, "Exchange")
    click(customer, "Acknowledge by name")
    for box in customer.get_by_role("checkbox").all():
        box.check()
    click(customer, "Acknowledge by name")
    customer.goto(event.get_absolute_url())
    click(customer, "Schedule")
    assert faults(customer) == []
    click(customer, "Schedule")
    expect(customer.locator(".page-lede")).to_contain_text("Scheduled")

    # FastTrack conducts it.
    page = open_as(cast.specialist)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(event.get_absolute_url())
    customer.on("dialog", lambda dialog: dialog.accept())
    for step, state in (("Freeze the list", "Locked"), ("Go", "Go"), ("Start", "Running")):
        if step == "Go":  # a name from each side
            customer.reload()
            click(customer, step)
            page.reload()
        click(page, step)
        expect(page.locator(".page-lede .badge")).to_have_text(state)
    # The evening of that day: the portal asks for the daily report.
    run_due(at=timezone.now() + timedelta(days=1), lanes=LIGHT)
    click(page, "Load states")
    page.get_by_label("States").set_input_files(csv(STATES))
    click(page, "Check and store")
    expect(page.locator("#totals")).to_contain_text("Completed")
    click(page, "Complete")
    expect(page.locator(".page-lede .badge")).to_have_text("Completed")
    customer.reload()
    expect(customer.get_by_text("The window is open for 5 more days after today")).to_be_visible()

    # The worker makes the reports that nobody asked for.
    run_due()
    final = Report.objects.get(kind="final", audience="customer")
    assert set(Report.objects.values_list("kind", "status")) == {("status", "issued"), ("final", "issued")}

    admin = open_as(cast.admin)
    admin.goto(final.get_absolute_url())
    assert faults(admin) == []
    name, content = downloaded(admin)
    assert name == f"contoso-final-{final.number}.pdf"
    assert content.startswith(b"%PDF-")

    # One that is asked for shows its progress until it is there.
    admin.goto(engagement.get_absolute_url())
    tab(admin, "Reports")
    click(admin, "Engagement report")
    expect(admin.get_by_text("Waiting for a free place")).to_be_visible()
    run_due()
    expect(admin.get_by_role("link", name="Download PDF")).to_be_visible()
    name, content = downloaded(admin)
    assert name.startswith("contoso-engagement-")
    assert faults(admin) == []
    assert content.startswith(b"%PDF-")

    # The portfolio of what the list shows, and all reports in one file.
    admin.goto("/engagements/?status=active")
    click(admin, "Portfolio report")
    expect(admin.get_by_label("Status")).to_have_value("active")
    assert faults(admin) == []
    click(admin, "Make the report")
    run_due()
    expect(admin.get_by_role("link", name="Download PDF")).to_be_visible()
    name, content = downloaded(admin)
    assert name.startswith("fasttrack-portfolio-")
    assert faults(admin) == []
    assert content.startswith(b"%PDF-")
    admin.goto("/reports/")
    click(admin, "All of these as a ZIP")
    run_due()
    assert downloaded(admin, "Download ZIP")[1].startswith(b"PK")

    # Whoever holds the paper can check it, without an account.
    anybody = open_as(None)
    anybody.goto("/verify/")
    anybody.get_by_label("Code").fill(Report.objects.get(kind="final", audience="customer").seal.code.lower())
    click(anybody, "Check")
    expect(anybody.get_by_text("Genuine, and the newest of its kind")).to_be_visible()
    expect(anybody.get_by_text(final.number)).to_be_visible()
    expect(anybody.get_by_text("Contoso")).to_have_count(0)
    assert faults(anybody) == []


def downloaded(page, name="Download PDF"):
    with page.expect_download() as waiting:
        click(page, name)
    file = waiting.value
    return file.suggested_filename, file.path().read_bytes()
