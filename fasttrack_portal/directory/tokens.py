"""The texts by which a customer is found: folded names, domains, TPIDs, and every word in them."""

import contextlib
import re
import unicodedata
from collections.abc import Iterable

# The whole name; a whole domain or the TPID; what begins at another word; two common words (made by `indexing`).
NAME, ADDRESS, WORD, PAIR = 0, 1, 2, 3
LONGEST = 255
Token = tuple[int, str]

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


def tokens(name: str, tpid: str, tenants: Iterable[str], domains: Iterable[str]) -> set[Token]:
    """What is kept of one customer, as (rank, text).

    A text that begins at a word goes on to the end of the name, so that words typed in their order are one look-up.
    One that another text begins with is left out: whatever finds it finds the other.
    """
    words = words_of(name)
    whole = {(NAME, " ".join(words)[:LONGEST] or phrase(name))}
    if tpid:
        whole.add((ADDRESS, tpid))
    parts = set(_tails(words))
    for tenant in set(tenants):
        if tenant == name:
            continue
        words = words_of(tenant)
        parts.add(" ".join(words)[:LONGEST])
        parts.update(_tails(words))
    for domain in domains:
        for spelling in spellings(domain):
            words = words_of(spelling)
            whole.add((ADDRESS, " ".join(words)[:LONGEST] or phrase(spelling)))
            # Not the top level alone: “com” would find everybody.
            parts.update(_tails(words, until=-1))
    whole = {found for found in whole if found[1]}
    kept = {text for _rank, text in whole}
    # Between a text and one that begins with it stand only others that begin with it too.
    following = ""
    for text in sorted(parts | kept, reverse=True):
        if text and text not in kept and not following.startswith(text):
            whole.add((WORD, text))
        following = text
    return whole


def _tails(words: list[str], until: int | None = None) -> list[str]:
    return [" ".join(words[at:])[:LONGEST] for at in range(1, len(words))[:until]]
