"""The building blocks of what programs send and get: bodies without unknown fields, choices, things, problems."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, field_validator
from pydantic_core import PydanticCustomError, core_schema


class OneOf:
    """`Annotated[str, OneOf(Model.Status.values)]`: one of these words, and the document lists them."""

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = [str(value) for value in values]

    def check(self, value: str) -> str:
        if value not in self.values:
            raise PydanticCustomError("one_of", "{sentence}", {"sentence": self.sentence()})
        return value

    def sentence(self) -> str:
        return _("Give one of %(words)s.") % {"words": ", ".join(self.values)}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "enum": self.values}


class Body(Schema):
    """What is sent; a field that is not named here is a mistake, and changes nothing (A3)."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*")
    @classmethod
    def without_nul(cls, value: Any) -> Any:
        """No column of the database takes one."""
        if any(isinstance(each, str) and "\x00" in each for each in (value if isinstance(value, list) else [value])):
            raise PydanticCustomError("nul", "{sentence}", {"sentence": _("Null characters are not allowed.")})
        return value


class Thing(Schema):
    """What is told of a row that has an address. `version` goes back in If-Match."""

    id: uuid.UUID
    version: int

    @staticmethod
    def resolve_id(obj: Any) -> uuid.UUID:
        found: uuid.UUID = obj.public_id
        return found


class Ref(Schema):
    """Another thing, by id and name."""

    id: uuid.UUID
    name: str

    @staticmethod
    def resolve_id(obj: Any) -> uuid.UUID:
        found: uuid.UUID = obj.public_id
        return found

    @staticmethod
    def resolve_name(obj: Any) -> str:
        return str(obj)


class ProblemError(Schema):
    """One thing that is wrong: at a field, or at line and column of a file."""

    field: str = ""
    line: int | None = None
    detail: str


class Problem(Schema):
    """Every refusal (RFC 9457); `detail` is the sentence a person would read."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError] = []
    theirs: dict[str, Any] | None = None
    yours: dict[str, Any] | None = None
