"""What keys must be to each other. Each rule is a function that yields problems; all run, none stops another."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from components.config.platform import PlatformConfig
from components.config.problems import Problem, closest_key
from components.validation import (
    access_rules,
    catalogue_rules,
    data_rules,
    door_rules,
    edge_rules,
    environment_rules,
    idle_rules,
    network_rules,
    secret_detection,
    secret_rules,
    section_rules,
    sync_rules,
)
from components.validation.capacity import capacity_problems

Check = Callable[[PlatformConfig], Iterator[Problem]]


@dataclass(frozen=True)
class Rule:
    """A check, and the sections it reads: it is left out where one of them is broken by itself."""

    check: Check
    reads: frozenset[str]
    decides_sums: bool
    """Whether the sums of capacity would speak of something that does not exist while the rule is broken."""


def _rule(check: Check, *reads: str, decides_sums: bool = False) -> Rule:
    return Rule(check, frozenset(reads), decides_sums)


RULES: tuple[Rule, ...] = (
    _rule(catalogue_rules.services, "services", "resourceClasses", decides_sums=True),
    _rule(idle_rules.services, "services"),
    _rule(idle_rules.registry, "registry"),
    _rule(idle_rules.beside, "environments"),
    _rule(idle_rules.syncs, "environments"),
    _rule(
        section_rules.sections,
        "aws",
        "network",
        "cluster",
        "kubeconfig",
        "registry",
        "ci",
        "database",
        "cache",
        "storage",
        "edge",
        decides_sums=True,
    ),
    _rule(
        section_rules.unread,
        "aws",
        "cluster",
        "kubeconfig",
        "registry",
        "ci",
        "edge",
        "operators",
        "environments",
        *("system", "services", "database", "cache", "storage", "secrets", "secretsManager"),
    ),
    _rule(network_rules.network, "aws", "network", "cluster", decides_sums=True),
    _rule(section_rules.cluster, "aws", "cluster"),
    _rule(section_rules.ci, "aws", "ci", "registry", "repository"),
    _rule(data_rules.database, "database"),
    _rule(data_rules.database_names, "system", "services", "database", "secrets", "environments"),
    _rule(data_rules.cache, "cache"),
    _rule(edge_rules.edge, "aws", "edge", "operators", "environments"),
    _rule(door_rules.targets, "edge", "services", "environments"),
    _rule(door_rules.hosts, "aws", "edge", "services", "environments"),
    _rule(edge_rules.webhooks, "system", "edge", "operators", "argocd", "environments", "repository"),
    _rule(edge_rules.operators, "cluster", "kubeconfig", "edge", "operators"),
    _rule(
        access_rules.access,
        *("system", "cluster", "kubeconfig", "operators", "repository", "argocd", "environments", "stage"),
    ),
    _rule(edge_rules.scaling, "cluster"),
    _rule(edge_rules.canaries, "cluster", "kubeconfig", "operators", "environments"),
    _rule(door_rules.canaries, "cluster", "kubeconfig", "services", "edge", "environments"),
    _rule(edge_rules.named_data, "database", "cache", "environments"),
    _rule(sync_rules.syncs, "environments"),
    _rule(sync_rules.moving_tags, "registry", "environments"),
    _rule(sync_rules.misspelt_tags, "registry", "environments"),
    _rule(section_rules.argocd, "argocd", "cluster"),
    _rule(
        environment_rules.environments,
        "system",
        "services",
        "resourceClasses",
        "argocd",
        "environments",
        decides_sums=True,
    ),
    _rule(
        environment_rules.variables,
        *("aws", "cluster", "registry", "database", "cache", "edge", "services", "environments"),
    ),
    _rule(secret_detection.variables, "environments"),
    _rule(environment_rules.waiting, "environments"),
    _rule(environment_rules.environment_data, "system", "services", "database", "cache", "secrets", "environments"),
    _rule(
        secret_rules.secrets,
        *("system", "services", "stage", "cluster", "database", "cache", "storage", "operators", "secrets"),
        "environments",
    ),
    _rule(secret_rules.storage, "system", "services", "stage", "cluster", "storage", "environments"),
)

SUMS = frozenset(
    {"services", "resourceClasses", "environments", "cluster", "network", "database", "argocd", "operators", "secrets"}
)
"""Sections that capacity is reckoned from."""


def _misspelt(config: PlatformConfig, broken: Collection[str]) -> Iterator[str]:
    """Sections that are absent because their key is misspelt: nothing follows from that."""
    absent = {
        str(field.alias) for name, field in PlatformConfig.model_fields.items() if name not in config.model_fields_set
    }
    for key in broken:
        section = closest_key(key, sorted(absent))
        if section is not None:
            yield section


def broken_rules(config: PlatformConfig, broken: Collection[str] = ()) -> list[Problem]:
    """Every broken rule of a configuration; `broken` are the sections that are wrong by themselves.

    Capacity is reckoned unless a rule is broken that its sums rest on.
    """
    found: list[Problem] = []
    broken = {*broken, *_misspelt(config, broken)}
    reckon = not SUMS & set(broken)
    # A cluster that is wrong by itself is one all the same: then nothing is taken away.
    seen = config if "cluster" in broken else section_rules.possible(config)
    for rule in RULES:
        if not rule.reads & set(broken):
            problems = list(rule.check(config if rule.check is section_rules.sections else seen))
            found += problems
            reckon = reckon and not (problems and rule.decides_sums)
    return [*found, *(capacity_problems(config) if reckon else ())]
