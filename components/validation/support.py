"""Versions near the end of AWS's standard support: said in every run for two months, and refused afterwards."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from components.config.base import BrokenField
from components.config.platform import PlatformConfig
from components.config.problems import Problem, key_path
from components.config.versions import END_OF_SUPPORT
from components.validation.rule import Path, Rule

NOTICE = timedelta(days=60)
AFTERWARDS = {
    "Kubernetes": "then EKS upgrades the cluster by itself",
    "PostgreSQL": "then RDS upgrades the instance by itself",
}
"""What AWS does on the day after, because extended support, which costs a multiple, is off."""


def today() -> date:
    """Today in UTC."""
    return datetime.now(tz=UTC).date()


def _used(config: PlatformConfig) -> Iterator[tuple[Path, str, str]]:
    """Key, product and version, as far as they can be read."""
    with suppress(BrokenField):
        if config.cluster is not None:
            yield ("cluster", "version"), "Kubernetes", config.cluster.version
    with suppress(BrokenField):
        if config.database is not None:
            yield ("database", "engineVersion"), "PostgreSQL", config.database.engine_version.partition(".")[0]


def ended(config: PlatformConfig) -> Iterator[Problem]:
    """AWS supports each version."""
    for path, product, version in _used(config):
        end, newest = END_OF_SUPPORT[product][version], max(END_OF_SUPPORT[product])
        if end < today():
            remedy = f'Write "{newest}" (docs/upgrades.md).' if newest != version else "Update the platform."
            yield Problem(path=path, message=f"{product} {version} left AWS's standard support on {end}. {remedy}")


def notices(config: PlatformConfig) -> Iterator[str]:
    """What to say about versions whose support ends within two months."""
    for path, product, version in _used(config):
        end = END_OF_SUPPORT[product][version]
        if today() <= end < today() + NOTICE:
            yield (
                f"{key_path(path)}: {product} {version} leaves AWS's standard support on {end}; {AFTERWARDS[product]}. "
                "docs/upgrades.md says how to upgrade."
            )


RULES: tuple[Rule, ...] = (ended,)
