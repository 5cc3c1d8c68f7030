"""Uploads that are too large are read past: they fill neither memory nor disk, and the form still says why."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

# What a form sends beside its file.
_BESIDE = 2 * 1024 * 1024


class Passed(UploadedFile):
    """A file that was read past: its name and its size, and no content."""

    def read(self, *args: Any, **kwargs: Any) -> bytes:
        return b""

    def seek(self, *args: Any, **kwargs: Any) -> int:
        return 0

    def close(self) -> None:
        return None


class LimitedUploads(FileUploadHandler):
    """Stands first: where the request as a whole is too long, nothing of its files is kept."""

    is_too_long = False
    passed = 0

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        self.is_too_long = content_length > settings.UPLOAD_MAX_BYTES + _BESIDE

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.passed = 0
        if self.is_too_long:
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.is_too_long:
            return raw_data
        self.passed += len(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if not self.is_too_long:
            return None
        return Passed(None, self.file_name, self.content_type, self.passed, self.charset, self.content_type_extra)
