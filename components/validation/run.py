"""Runs the rules of all sections on every field that can be read."""

from collections.abc import Iterator
from contextlib import suppress

from components.config.base import BrokenField
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.validation import (
    argocd,
    catalogue,
    ci,
    cluster,
    controllers,
    data,
    edge,
    environment_data,
    environments,
    extra_workloads,
    image_tags,
    network,
    previews,
    protection,
    secrets,
    sections,
    sizes,
    support,
    syncs,
)
from components.validation.capacity import capacity_problems
from components.validation.rule import Rule

RULES: tuple[Rule, ...] = (
    *sections.RULES,
    *catalogue.RULES,
    *sizes.RULES,
    *network.RULES,
    *cluster.RULES,
    *ci.RULES,
    *data.RULES,
    *secrets.RULES,
    *edge.RULES,
    *controllers.RULES,
    *argocd.RULES,
    *environments.RULES,
    *extra_workloads.RULES,
    *syncs.RULES,
    *image_tags.RULES,
    *previews.RULES,
    *environment_data.RULES,
    *protection.RULES,
    *support.RULES,
)
CAPACITY_NEEDS: tuple[Rule, ...] = (
    sections.presence,
    catalogue.names,
    sizes.service_sizes,
    sizes.class_sizes,
    network.vpc_range,
    network.zones,
    environments.names,
    environments.replicas,
    environments.resource_class,
    environments.service_overrides,
    extra_workloads.names,
    extra_workloads.sizes,
)
"""Capacity is calculated only where these rules hold: otherwise the sums count what does not exist."""


def rule_problems(config: PlatformConfig) -> list[Problem]:
    """The problems of all rules; those of capacity only where every rule holds on which its sums depend.

    A rule ends where it reads a field that cannot be read.
    """
    by_rule = {sections.presence: list(_problems(sections.presence, config))}
    available = sections.available(config)
    by_rule |= {rule: list(_problems(rule, available)) for rule in RULES}
    problems = [problem for of_rule in by_rule.values() for problem in of_rule]
    if not any(by_rule[rule] for rule in CAPACITY_NEEDS):
        problems += _problems(capacity_problems, available)
    return problems


def _problems(rule: Rule, config: PlatformConfig) -> Iterator[Problem]:
    with suppress(BrokenField):
        yield from rule(config)
