"""What allauth asks of us: addresses in mail come from PUBLIC_URL, accounts are lower case."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return settings.PUBLIC_URL + super().get_email_confirmation_url(request, emailconfirmation).split("/", 3)[-1]

    def clean_email(self, email: str) -> str:
        return super().clean_email(email).lower()
