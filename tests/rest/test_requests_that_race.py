"""The same key from two connections at once: one does it, the other waits and gets the same answer."""

import threading
from typing import Any

import pytest
from django.db import connection

from assistance.models import AssistanceRequest
from fasttrack_portal.rest import operations
from fasttrack_portal.rest.models import KeptAnswer
from tests.programs import Program, program_of


@pytest.fixture
def sent_at_once(transactional_db: None, django_db_setup: Any) -> Any:
    cast = django_db_setup
    program = program_of(cast.lead)

    def send(count: int) -> list[Any]:
        answers, ready = [], threading.Barrier(count)

        def one() -> None:
            try:
                mine = Program(program.token)
                ready.wait(10)
                answers.append(mine.post(f"/api/v1/customers/{cast.contoso.public_id}/requests", {"seats": 5}, key="k"))
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return answers

    return send


@pytest.mark.django_db(transaction=True)
def test_five_at_once_make_one_request(sent_at_once: Any):
    answers = sent_at_once(5)
    assert [answer.status_code for answer in answers] == [201] * 5
    assert len({answer.content for answer in answers}) == 1
    assert AssistanceRequest.objects.count() == KeptAnswer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_kept_answer_they_would_race(sent_at_once: Any, monkeypatch: Any):
    """The control: where nothing is claimed, each does it, and only the key of the form stands between them."""
    monkeypatch.setattr(
        operations, "claim", lambda token, *, key, fingerprint, at: (KeptAnswer(token=token, key=key), True)
    )
    monkeypatch.setattr("fasttrack_portal.rest.endpoints.uuid.uuid5", lambda *_of: __import__("uuid").uuid4())
    sent_at_once(3)
    assert AssistanceRequest.objects.count() == 3
