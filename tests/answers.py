"""Judging answers: byte by byte, but for what differs in every one, and by the headers that each has to carry."""

import re

from django.http import HttpResponse

_NONCES = re.compile(
    rb'(name="csrfmiddlewaretoken" value="|"X-CSRFToken": "|&quot;X-CSRFToken&quot;: &quot;|"csrf": ")[A-Za-z0-9]{64}'
)
_IDS = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def body_of(response: HttpResponse) -> bytes:
    if not response.streaming:
        return response.content
    # Read once, by whoever took the answer: closing the stream later would close the database connection with it.
    return getattr(response, "content_read", None) or b"".join(response.streaming_content)


def without_nonces(response: HttpResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body, with tokens and the id that was asked for blanked out."""
    # Expires is the second in which the answer was made.
    left_out = {"X-Request-ID", "Content-Length", "Expires"}
    headers = sorted((name, value) for name, value in response.items() if name not in left_out)
    body = _IDS.sub(b"<id>", _NONCES.sub(b"<token>", body_of(response)))
    return response.status_code, [(name, _IDS.sub(b"<id>", value.encode()).decode()) for name, value in headers], body


def faults_of(response: HttpResponse, *, is_signed_in: bool) -> list[str]:
    """What this answer should have said and does not."""
    policy = response.get("Content-Security-Policy", "")
    wanted = {
        "a policy that begins with nothing": "default-src 'none'" in policy,
        "no unsafe word, no wildcard, no scheme in the policy": not re.search(r"unsafe|\*|https?:|blob:", policy),
        "frame-ancestors": "frame-ancestors 'none'" in policy,
        "base-uri": "base-uri 'none'" in policy,
        "nosniff": response.get("X-Content-Type-Options") == "nosniff",
        "no frames": response.get("X-Frame-Options") == "DENY",
        "Referrer-Policy": response.get("Referrer-Policy") == "same-origin",
        "Vary: HX-Request": "hx-request" in response.get("Vary", "").lower(),
        "no-store": not is_signed_in or response.get("Cache-Control") == "no-store",
    }
    return [name for name, holds in wanted.items() if not holds]
