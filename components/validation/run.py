"""Runs the rules of all sections: on every section that can be read, without the rules that need one that cannot."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from components.config.platform import PlatformConfig
from components.config.problems import Problem, closest_key
from components.validation import (
    argocd,
    catalogue,
    ci,
    cluster,
    controllers,
    data,
    edge,
    environments,
    network,
    secret_detection,
    secrets,
    sections,
)
from components.validation.capacity import capacity_problems
from components.validation.rule import BrokenSection, Rule

RULES: tuple[Rule, ...] = (
    *sections.RULES,
    *catalogue.RULES,
    *network.RULES,
    *cluster.RULES,
    *ci.RULES,
    *data.RULES,
    *secrets.RULES,
    *edge.RULES,
    *controllers.RULES,
    *argocd.RULES,
    *environments.RULES,
    secret_detection.variables,
)
CAPACITY_NEEDS: tuple[Rule, ...] = (
    sections.presence,
    *catalogue.RULES,
    *network.RULES,
    environments.names,
    environments.sizes,
    environments.service_overrides,
    environments.extra_workloads,
)
"""Capacity is calculated only where these rules hold: otherwise the sums count what does not exist."""
BROKEN = object()
"""In place of a section that cannot be read."""


class ReadableConfig(PlatformConfig):
    """A configuration in which reading a broken section raises BrokenSection, also from a property."""

    def __getattribute__(self, name: str) -> Any:
        """The attribute, unless it is a broken section."""
        value = super().__getattribute__(name)
        if value is BROKEN:
            raise BrokenSection(name)
        return value


def readable(sections: Mapping[str, Any], broken: Collection[str]) -> PlatformConfig:
    """The configuration with these sections by field; `broken` are the keys of those that cannot be read.

    An unknown key breaks the section whose key it misspells.
    """
    fields = {str(field.alias): name for name, field in PlatformConfig.model_fields.items()}
    absent = sorted(key for key, name in fields.items() if name not in sections)
    refused = {fields[key] if key in fields else fields.get(closest_key(key, absent) or "") for key in broken}
    return ReadableConfig.model_construct(
        set(sections), **sections, **{name: BROKEN for name in refused if name is not None}
    )


def broken_rules(config: PlatformConfig) -> list[Problem]:
    """The problems of all rules; those of capacity only where every rule holds on which its sums depend."""
    by_rule = {sections.presence: list(_problems(sections.presence, config))}
    available = _available(config)
    by_rule |= {rule: list(_problems(rule, available)) for rule in RULES}
    problems = [problem for of_rule in by_rule.values() for problem in of_rule]
    if not any(by_rule[rule] for rule in CAPACITY_NEEDS):
        problems += _problems(capacity_problems, available)
    return problems


def _available(config: PlatformConfig) -> PlatformConfig:
    try:
        return sections.available(config)
    except BrokenSection:
        return config


def _problems(rule: Rule, config: PlatformConfig) -> Iterator[Problem]:
    """The problems that a rule finds before it reads a broken section."""
    try:
        yield from rule(config)
    except BrokenSection:
        return
