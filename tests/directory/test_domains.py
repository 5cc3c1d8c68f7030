"""A domain as people type it becomes the one that is stored, or is refused with a sentence."""

import pytest

from fasttrack_portal.directory.domains import normalise


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("contoso.com", "contoso.com"),
        ("CONTOSO.COM", "contoso.com"),
        (" contoso.com. ", "contoso.com"),
        ("https://www.contoso.com/path?q=1#x", "www.contoso.com"),
        ("http://contoso.com:8080/", "contoso.com"),
        ("somebody@contoso.com", "contoso.com"),
        ("Müller.example", "xn--mller-kva.example"),
        ("MÜLLER。example", "xn--mller-kva.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("xn--mller-kva.example", "xn--mller-kva.example"),
        ("a-b.c0.example", "a-b.c0.example"),
    ],
)
def test_what_is_stored(typed, stored):
    assert normalise(typed) == stored
    assert normalise(stored) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "contoso", "contoso .com", "-a.com", "a-.com", "a..com", ".com", "a_b.com", "10.0.0.1", "xn--a.com",
        "a" * 64 + ".com", ".".join(["abcdefgh"] * 40), "x" * 5000, "a\x00.com", "\u202ea.com", "\ud800.com",
        "https://", "//", "@", "[::1]",
    ],
)  # fmt: skip
def test_what_is_refused(typed):
    with pytest.raises(ValueError) as fault:
        normalise(typed)
    assert str(fault.value)
