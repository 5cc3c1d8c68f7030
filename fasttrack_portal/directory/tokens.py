"""The texts by which a customer is found: folded names, domains, TPIDs, and every word in them."""

import contextlib
import re
import unicodedata
from collections.abc import Iterable

NAME, ADDRESS, WORD = 0, 1, 2  # the whole name; a whole domain or the TPID; what begins at another word
LONGEST = 255

_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def fold(text: str) -> str:
    """Case and accents do not matter: “MÜLLER” is found by “muller”."""
    if text.isascii():
        return text.replace("\x00", "").lower()
    plain = unicodedata.normalize("NFKD", text.replace("\x00", "")).casefold()
    return "".join(
        letter for letter in plain if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cs"
    )


def words_of(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def phrase(text: str) -> str:
    """The words with one blank between them; a text of signs alone stays as it is. Both sides of a match are one."""
    return (" ".join(words_of(text)) or fold(text).strip())[:LONGEST]


def spellings(domain: str) -> set[str]:
    """A domain as it is kept, and as people write it where it has international letters."""
    found = {fold(domain)}
    if "xn--" in domain:
        with contextlib.suppress(UnicodeError):
            found.add(fold(domain.encode("ascii").decode("idna")))
    return found


def tokens(name: str, tpid: str, tenants: Iterable[str], domains: Iterable[str]) -> set[tuple[int, str]]:
    """What is kept of one customer, as (rank, text).

    A text that begins at a word goes on to the end of the name, so that words typed in their order are one look-up.
    One that another text begins with is left out: whatever finds it finds the other.
    """
    whole = {(NAME, phrase(name))}
    if tpid:
        whole.add((ADDRESS, tpid))
    parts = set(_tails(words_of(name)))
    for tenant in tenants:
        words = words_of(tenant)
        parts.add(" ".join(words)[:LONGEST])
        parts.update(_tails(words))
    for domain in domains:
        for spelling in spellings(domain):
            whole.add((ADDRESS, phrase(spelling)))
            # Not the top level alone: “com” would find everybody.
            parts.update(_tails(words_of(spelling), until=-1))
    return {found for found in whole if found[1]} | {(WORD, text) for text in _needed(parts, whole)}


def _tails(words: list[str], until: int | None = None) -> list[str]:
    return [" ".join(words[at:])[:LONGEST] for at in range(1, len(words))[:until]]


def _needed(parts: set[str], whole: set[tuple[int, str]]) -> Iterable[str]:
    kept = {text for _rank, text in whole}
    # Between a text and one that begins with it stand only others that begin with it too.
    ordered = sorted(parts | kept)
    for at, text in enumerate(ordered, 1):
        following = ordered[at] if at < len(ordered) else ""
        if text and text not in kept and not following.startswith(text):
            yield text
