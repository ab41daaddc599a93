"""What keys must be to each other. Each rule is a function that yields problems; all of them run, none stops another."""

from collections.abc import Callable, Iterator

from components.config import catalogue_rules, data_rules, environment_rules, network_rules, section_rules
from components.config.capacity_rules import capacity_problems
from components.config.platform import PlatformConfig
from components.config.problems import Problem

Rule = Callable[[PlatformConfig], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    catalogue_rules.services,
    section_rules.sections,
    network_rules.network,
    section_rules.cluster,
    section_rules.registry,
    section_rules.ci,
    data_rules.database,
    data_rules.cache,
    section_rules.argocd,
    environment_rules.environments,
    environment_rules.environment_data,
)


def broken_rules(config: PlatformConfig) -> list[Problem]:
    """Every broken rule of a configuration whose fields are right by themselves.

    Capacity is reckoned only when nothing else is wrong: its sums would speak of something that does not exist.
    """
    found = [problem for rule in RULES for problem in rule(config)]
    return found or list(capacity_problems(config))
