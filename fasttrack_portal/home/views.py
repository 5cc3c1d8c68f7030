"""The home page of each role, the search over everything, and the staff's door."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fasttrack_portal.access import require
from fasttrack_portal import design
from fasttrack_portal.http import Request


@require_GET
def components(request: Request) -> HttpResponse:
    """Every component in every state, so that one look checks them all."""
    require(request.user, "staff.pages")
    return render(request, "staff/components.html", design.samples())


@require_GET
def home(request: Request) -> HttpResponse:
    return render(request, "home/home.html", {})


@require_GET
def search(request: Request) -> HttpResponse:
    return render(request, "home/home.html", {})


@require_GET
def staff(request: Request) -> HttpResponse:
    return render(request, "home/home.html", {})
