"""Base class of every section: frozen, strict, no unknown keys, camelCase in YAML."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


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
