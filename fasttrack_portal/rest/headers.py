"""What a program sends beside its values: the key of a POST, the version of a PATCH, the file of an upload."""

import hashlib
import re

from django.http import HttpRequest
from django.utils.translation import gettext as _

from fasttrack_portal.rest.mistakes import NoVersion, OtherVersion, TooLarge, Unreadable

UPLOAD_LIMIT = 20 * 1024 * 1024
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_ETAG = re.compile(r'"([0-9]{1,9})"')


def key_of(request: HttpRequest) -> str:
    """The Idempotency-Key; raises Unreadable without one."""
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise Unreadable(_("Send an Idempotency-Key of at most 200 characters, such as a new UUID for each request."))
    return key


def version_of(request: HttpRequest, *, is_needed: bool) -> int | None:
    """The version in If-Match; raises NoVersion where it has to be there, OtherVersion for what is no ETag of ours."""
    sent = request.headers.get("If-Match")
    if sent is None:
        if is_needed:
            raise NoVersion(_("Send If-Match with the ETag of what you have seen, so that no other change is lost."))
        return None
    found = _ETAG.fullmatch(sent.strip())
    if found is None:
        raise OtherVersion(_('If-Match is not an ETag of ours, such as "3".'))
    return int(found[1])


def content_of(request: HttpRequest) -> bytes:
    """The body as a file, read no further than it may be long; raises TooLarge."""
    content: bytes = request.read(UPLOAD_LIMIT + 1)
    if len(content) > UPLOAD_LIMIT:
        raise TooLarge(_("The file is larger than 20 MB. Please split it."))
    return content


def fingerprint(request: HttpRequest, content: bytes) -> str:
    """The same for the same request: by it a key that is used for another one is found out."""
    sent = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode("utf-8", "surrogatepass"))
    sent.update(content)
    sent.update(request.headers.get("If-Match", "").encode("utf-8", "surrogatepass"))
    return sent.hexdigest()
