"""What RDS for PostgreSQL offers and reserves besides its versions: extensions, and names of users."""

import functools
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

RESERVED_PREFIXES = ("pg_", "rds_")
"""Prefixes of names that PostgreSQL and RDS keep for their own roles."""


class RdsPostgres(BaseModel):
    """The table, as it is in its file, which also says where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    source: str
    extensions: frozenset[str]
    """Names for CREATE EXTENSION, of all versions together; `SHOW rds.extensions` lists those of an instance."""
    preloaded_extensions: frozenset[str]
    """Those of them that a parameter group has to preload (`shared_preload_libraries`)."""
    reserved_users: frozenset[str]
    """Names that RDS refuses for the master user."""


@functools.cache
def rds_postgres() -> RdsPostgres:
    """The table."""
    return RdsPostgres.model_validate_json(Path(__file__).with_suffix(".json").read_bytes())
