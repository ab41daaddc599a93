"""The base of every section: frozen, strict, unknown keys refused, camelCase in YAML."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Section(BaseModel):
    """A part of a stack file. Instances never change; a key that is not declared is an error, not a silence."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_default=True,
        regex_engine="python-re",  # the default engine knows no look-ahead
    )
