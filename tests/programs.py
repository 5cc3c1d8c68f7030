"""Programs that call the API with the token of somebody of the cast."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.test import Client
from django.utils import timezone

from fasttrack_portal.accounts.models import User
from fasttrack_portal.rest.operations import make_token
from fasttrack_portal.rest.scopes import choices
from fasttrack_portal.rest.secrets import new_nonce


class Program:
    """Sends what it is told, with the headers that are due unless they are given."""

    def __init__(self, token: str = "", client: Client | None = None) -> None:
        self.token = token
        self.client = client or Client()

    def get(self, url: str, **query: Any) -> Any:
        return self.client.get(url, query, headers=self._headers())

    def post(self, url: str, body: Any = None, *, key: str | None = "", version: Any = None) -> Any:
        headers = self._headers(version)
        if key is not None:
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        return self._sent("POST", url, body, headers)

    def patch(self, url: str, body: Any = None, *, version: Any = None) -> Any:
        return self._sent("PATCH", url, body, self._headers(version))

    def _headers(self, version: Any = None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if version is not None:
            headers["If-Match"] = f'"{version}"' if isinstance(version, int) else version
        return headers

    def _sent(self, method: str, url: str, body: Any, headers: dict[str, str]) -> Any:
        content, kind = (body, "text/csv") if isinstance(body, bytes) else (json.dumps(body), "application/json")
        return self.client.generic(method, url, "" if body is None else content, kind, headers=headers)


def program_of(user: User, scopes: Iterable[str] = ()) -> Program:
    """One that may do all that the person may, or only what the scopes say."""
    named = list(scopes) or [scope for scope, _label in choices()]
    return Program(
        make_token(nonce=new_nonce(), name=f"{user} program", scopes=named, days=30, at=timezone.now(), by=user)
    )
