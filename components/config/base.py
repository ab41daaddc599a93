"""Base class of every section: frozen, strict, no unknown keys, camelCase in YAML."""

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class BrokenField(Exception):  # noqa: N818 - not an error: the rule that reads the field does not apply
    """A rule reads a field whose value in the stack file cannot be read."""


class Section(BaseModel):
    """A section of a stack file. Instances are immutable; unknown keys are errors instead of being ignored."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_default=True,
        regex_engine="python-re",  # the default engine has no lookahead
    )

    if not TYPE_CHECKING:  # for pyright, a name that is not a field stays an error

        def __getattr__(self, name: str) -> Any:
            """BrokenField for a field that `readable` (partial.py) left out."""
            if name in type(self).model_fields:
                raise BrokenField(name)
            return super().__getattr__(name)
