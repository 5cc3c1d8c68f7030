"""A view of a list is kept under a name, by one person for that person."""

import uuid

import pytest

from fasttrack_portal.activity.models import Event
from fasttrack_portal.savedviews import operations
from fasttrack_portal.savedviews.lists import list_at, settled
from fasttrack_portal.savedviews.models import SavedView

QUEUE = "/requests/queue/"


def kept(client, **changes):
    form = {"name": "Waits for us", "query": "court=fasttrack", "back": QUEUE, "key": str(uuid.uuid4()), **changes}
    return client.post("/saved-views/", form)


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_a_view_is_saved_chosen_and_removed(cast, sign_in):
    client = sign_in(cast.specialist)
    assert "Save this view" not in text_of(client.get(QUEUE)), "nothing is filtered"
    assert "Save this view" in text_of(client.get(f"{QUEUE}?court=fasttrack&q="))
    answer = kept(client)
    assert (answer.status_code, answer["Location"]) == (303, f"{QUEUE}?court=fasttrack")
    page = text_of(client.get(f"{QUEUE}?page=1&q=&court=fasttrack"))
    assert 'href="/requests/queue/?court=fasttrack" aria-current="page"' in page
    assert "Save this view" not in page
    view = SavedView.objects.get()
    answer = client.post(f"/saved-views/{view.public_id}/remove/", {"back": QUEUE})
    assert (answer.status_code, answer["Location"]) == (303, QUEUE)
    assert not SavedView.objects.exists()
    kinds = Event.objects.filter(kind__startswith="savedviews.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["savedviews.saved", "savedviews.removed"]
    assert not Event.objects.visible_to(cast.manager).filter(kind__startswith="savedviews.").exists()


def test_the_same_name_is_replaced_and_the_same_form_kept_once(cast, sign_in):
    client, key = sign_in(cast.specialist), str(uuid.uuid4())
    for _ in range(2):
        assert kept(client, key=key).status_code == 303
    assert kept(client, name="waits FOR us", query="overdue=on").status_code == 303
    view = SavedView.objects.get()
    assert (view.name, view.query, view.version) == ("waits FOR us", "overdue=on", 2)
    assert Event.objects.filter(kind="savedviews.saved").count() == 2


def test_nobody_else_sees_it(cast, sign_in):
    kept(sign_in(cast.specialist), name="SECRETVIEW")
    view = SavedView.objects.get()
    for user in (cast.manager, cast.admin, cast.lead):
        client = sign_in(user)
        assert client.post(f"/saved-views/{view.public_id}/remove/").status_code == 404
        assert "SECRETVIEW" not in client.get(QUEUE).content.decode()
    assert kept(sign_in(cast.manager), name="SECRETVIEW").status_code == 303, "a name of one's own"


def test_of_a_list_that_does_not_open_there_is_no_view(cast, sign_in):
    for user in (cast.lead, cast.partner):
        assert kept(sign_in(user)).status_code == 403
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"name": "a\x00b"},
        {"query": ""},
        {"query": "page=3"},
        {"query": "q=" + "x" * 5000},
        {"back": "/"},
        {"back": "https://elsewhere.example/requests/list/"},
        {"back": "//elsewhere.example"},
        {"back": "\x00"},
        {"key": "no key"},
    ],
)
def test_what_cannot_be_kept_is_said(cast, sign_in, changes):
    answer = kept(sign_in(cast.specialist), **changes)
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_a_list_has_room_for_twenty(cast):
    for number in range(operations.MOST):
        operations.save_view("assistance:queue", name=f"{number}", query="q=x", key=uuid.uuid4(), by=cast.specialist)
    with pytest.raises(operations.Invalid, match="20 views"):
        operations.save_view("assistance:queue", name="more", query="q=x", key=uuid.uuid4(), by=cast.specialist)
    operations.save_view("assistance:queue", name="7", query="q=y", key=uuid.uuid4(), by=cast.specialist)


def test_a_query_is_settled_and_only_lists_are_gone_back_to():
    assert settled("page=2&q=&service=teams&court=customer&key=1") == "court=customer&service=teams"
    assert settled("q=%00a") == "q=a"
    assert settled("q=" + "x" * 1100) == ""
    assert list_at("/requests/queue/?q=1").view_name == "assistance:queue"
    assert list_at("https://elsewhere.example/requests/queue/").view_name == "assistance:queue", "the path alone counts"
    assert list_at("/nowhere/") is None
