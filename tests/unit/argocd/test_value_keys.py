"""The keys that the program sets in the chart argo-cd exist there: Helm drops an unknown key silently."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from components.argocd.values import argocd_values
from components.config.argocd import ArgoCdConfig
from tests.harness.argocd_runs import settings

COMPONENT = {"metrics", "pdb", "replicas", "resources"}
REDIS_HA_PART = {"config", "resources"}
KNOWN: Mapping[str, set[str]] = {
    "": {
        "applicationSet", "configs", "controller", "crds", "dex", "global", "notifications", "redis", "redis-ha",
        "redisSecretInit", "repoServer", "server",
    },
    "global": {"domain", "image", "logging", "networkPolicy", "topologySpreadConstraints"},
    "global image": {"tag"},
    "global logging": {"format"},
    "global networkPolicy": {"create"},
    "crds": {"install", "keep"},
    "configs": {"cm", "params", "rbac", "ssh"},
    "configs ssh": {"knownHosts"},
    "controller": COMPONENT,
    "dex": {"enabled"},
    "redis": {"automountServiceAccountToken", "extraArgs", "resources"},
    "redisSecretInit": {"enabled", "resources"},
    "server": {*COMPONENT, "ingress", "service"},
    "server ingress": {"enabled"},
    "server service": {"type"},
    "repoServer": {*COMPONENT, "automountServiceAccountToken", "copyutil", "serviceAccount"},
    "repoServer serviceAccount": {"automountServiceAccountToken"},
    "applicationSet": COMPONENT,
    "notifications": {*COMPONENT, "enabled", "notifiers", "secret", "subscriptions", "templates", "triggers"},
    "notifications secret": {"create"},
    "redis-ha": {
        "auth", "enabled", "haproxy", "hardAntiAffinity", "init", "podDisruptionBudget", "redis", "replicas",
        "sentinel", "splitBrainDetection", "topologySpreadConstraints",
    },
    "redis-ha topologySpreadConstraints": {"enabled"},
    "redis-ha redis": REDIS_HA_PART,
    "redis-ha sentinel": REDIS_HA_PART,
    "redis-ha splitBrainDetection": REDIS_HA_PART,
    "redis-ha init": REDIS_HA_PART,
    "redis-ha haproxy": {"enabled", "init", "podDisruptionBudget", "replicas", "resources"},
    "redis-ha haproxy init": {"resources"},
}  # fmt: skip
"""Keys by path. Sources: charts/argo-cd/values.yaml of argo-helm, charts/redis-ha/values.yaml of DandyDeveloper."""
FREE = {"resources", "cm", "params", "rbac", "config", "podDisruptionBudget", "pdb", "metrics", "copyutil"}
"""Maps whose keys are Kubernetes's or Argo CD's own, or that another test compares."""
FREE_OF_NOTIFICATIONS = {"notifiers", "templates", "triggers"}


def maps(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, set[str]]]:
    yield path, set(values)
    for key, value in values.items():
        if isinstance(value, dict) and key not in FREE | FREE_OF_NOTIFICATIONS:
            yield from maps(cast("dict[str, Any]", value), f"{path} {key}".strip())


NOTIFICATIONS = {"discord": {"secret": {"secretsManager": "shop/discord"}}}


@pytest.mark.parametrize(
    "config",
    [
        settings(high_availability=False),
        settings(high_availability=True),
        ArgoCdConfig.model_validate({"notifications": NOTIFICATIONS}),
    ],
)
def test_every_key_is_one_that_the_chart_knows(config: ArgoCdConfig) -> None:
    unknown = {path: keys - KNOWN.get(path, set()) for path, keys in maps({**argocd_values(config)})}
    assert {path: keys for path, keys in unknown.items() if keys} == {}
