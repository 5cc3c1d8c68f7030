"""Jobs of requests: reminders of questions, and the clock of the partner leg."""

from django.utils import timezone

from assistance.models import AssistanceRequest, Offer
from assistance.operations import offers, rechecking, triage
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import ConsentRequest, Customer, PartnerLink
from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import job


@job("assistance.remind")
def remind(run: JobRun) -> None:
    """A question still waits for its answer."""
    triage.remind(Event.objects.get(pk=run.payload["event"]), turn=run.payload["turn"])


@job("assistance.remind_partner")
def remind_partner(run: JobRun) -> None:
    offers.remind_partner(Offer.objects.with_people().get(pk=run.payload["offer"]), at=timezone.now())


@job("assistance.expire_offer")
def expire_offer(run: JobRun) -> None:
    offers.expire_offer(Offer.objects.with_people().get(pk=run.payload["offer"]), at=timezone.now())


@job("assistance.recheck_verdicts")
def recheck_verdicts(run: JobRun) -> None:
    """The customer's seats have changed."""
    by = User.objects.filter(pk=run.payload["by"]).first()
    rechecking.recheck_verdicts(Customer.objects.get(pk=run.payload["customer"]), by=by)


@job("assistance.send_offers")
def send_offers(run: JobRun) -> None:
    """The customer agrees to the partner: what waited for that goes out."""
    link = PartnerLink.objects.select_related("customer", "partner").get(pk=run.payload["link"])
    offers.send_offers(link.customer, link.partner, at=timezone.now())


@job("assistance.drop_offers")
def drop_offers(run: JobRun) -> None:
    """The customer did not agree."""
    offers.drop_offers(ConsentRequest.objects.get(pk=run.payload["consent"]), at=timezone.now())


@job("assistance.close_offers")
def close_offers(run: JobRun) -> None:
    """The request has ended, and with it what partners were offered of it."""
    offers.close_offers(AssistanceRequest.objects.with_people().get(pk=run.payload["ask"]), at=timezone.now())
