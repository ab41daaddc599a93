"""The values of the chart argo-cd have only keys that the chart knows: Helm drops an unknown key silently.

Sources: charts/argo-cd/values.yaml of argo-helm, charts/redis-ha/values.yaml of DandyDeveloper.
"""

import json
from collections.abc import Iterator, Mapping
from typing import cast

import pytest

from components.argocd.values import argocd_values
from components.config.argocd import ArgoCdConfig
from tests.harness.argocd_runs import SSO, settings
from tests.harness.config_samples import host_key

COMPONENT = {"extraArgs", "podAnnotations", "resources"}
REPLICATED = {*COMPONENT, "pdb", "replicas"}
BUDGET = {"maxUnavailable"}
SIZED = {"resources"}
SWITCH = {"enabled"}

KNOWN: Mapping[str, set[str]] = {
    "": {
        "applicationSet", "configs", "controller", "crds", "createClusterRoles", "dex", "global", "notifications",
        "redis", "redis-ha", "redisSecretInit", "repoServer", "server",
    },
    "applicationSet": REPLICATED,
    "applicationSet pdb": {*BUDGET, *SWITCH},
    "configs": {"cm", "params", "rbac", "ssh"},
    "configs ssh": {"knownHosts"},
    "controller": {*COMPONENT, "replicas"},
    "crds": {"install", "keep"},
    "dex": SWITCH,
    "global": {
        "domain", "extraVolumeMounts", "extraVolumes", "image", "logging", "networkPolicy", "topologySpreadConstraints",
    },
    "global extraVolumeMounts": {"mountPath", "name", "readOnly"},
    "global extraVolumes": {"name", "secret"},
    "global extraVolumes secret": {"secretName"},
    "global image": {"tag"},
    "global logging": {"format"},
    "global networkPolicy": {"create"},
    "global topologySpreadConstraints": {"maxSkew", "topologyKey", "whenUnsatisfiable"},
    "notifications": {*COMPONENT, *SWITCH, "notifiers", "secret", "subscriptions", "templates", "triggers"},
    "notifications secret": {"create"},
    "notifications subscriptions": {"recipients", "triggers"},
    "redis": {*SIZED, "automountServiceAccountToken", "extraArgs"},
    "redis-ha": {
        *SWITCH, "auth", "hardAntiAffinity", "haproxy", "init", "podDisruptionBudget", "redis", "replicas", "sentinel",
        "splitBrainDetection", "topologySpreadConstraints",
    },
    "redis-ha haproxy": {*SIZED, *SWITCH, "deploymentStrategy", "init", "podDisruptionBudget", "replicas"},
    "redis-ha haproxy deploymentStrategy": {"rollingUpdate", "type"},
    "redis-ha haproxy deploymentStrategy rollingUpdate": {"maxSurge", "maxUnavailable"},
    "redis-ha haproxy init": SIZED,
    "redis-ha haproxy podDisruptionBudget": BUDGET,
    "redis-ha init": SIZED,
    "redis-ha podDisruptionBudget": BUDGET,
    "redis-ha redis": {*SIZED, "config"},
    "redis-ha sentinel": SIZED,
    "redis-ha splitBrainDetection": SIZED,
    "redis-ha topologySpreadConstraints": SWITCH,
    "redisSecretInit": {*SIZED, *SWITCH},
    "repoServer": {*REPLICATED, "automountServiceAccountToken", "copyutil", "serviceAccount"},
    "repoServer copyutil": SIZED,
    "repoServer pdb": {*BUDGET, *SWITCH},
    "repoServer serviceAccount": {"automountServiceAccountToken"},
    "server": {*REPLICATED, "ingress", "service"},
    "server ingress": SWITCH,
    "server pdb": {*BUDGET, *SWITCH},
    "server service": {"type"},
}  # fmt: skip
"""Keys by the path of their mapping; a list's items share its path."""

FREE = {"configs cm", "configs params", "configs rbac", "redis-ha redis config"} | {
    f"notifications {key}" for key in ("notifiers", "templates", "triggers")
}
"""Mappings that the chart copies into ConfigMaps and configuration files: their keys are not the chart's."""


def mappings(value: object, path: str = "") -> Iterator[tuple[str, Mapping[str, object]]]:
    """Every mapping of the chart's own keys, with its path."""
    if isinstance(value, list):
        for item in cast("list[object]", value):
            yield from mappings(item, path)
    elif isinstance(value, Mapping) and path not in FREE and not path.endswith(("podAnnotations", "resources")):
        keys = cast("Mapping[str, object]", value)
        yield path, keys
        for key, child in keys.items():
            yield from mappings(child, f"{path} {key}".strip())


@pytest.mark.parametrize("high_availability", [False, True])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "sso": SSO,
            "notifications": {
                "discord": {"secret": {"secretsManager": "shop/discord"}},
                "slack": {"channel": "deployments", "secret": {"secretsManager": "shop/slack"}},
            },
        },
    ],
)
def test_the_chart_knows_every_key(changes: dict[str, object], *, high_availability: bool) -> None:
    values = argocd_values(settings(high_availability=high_availability, **changes), ["shop"])
    unknown = {path: {*keys} - KNOWN.get(path, set()) for path, keys in mappings(values)}
    assert {path: keys for path, keys in unknown.items() if keys} == {}


def test_host_keys_have_a_key_that_the_chart_knows() -> None:
    access = {"kind": "ssh", "secret": {"secretsManager": "shop/key"}, "hostKeys": [host_key("github.com")]}
    configured = ArgoCdConfig.model_validate_json(json.dumps({"repositoryAccess": access}))
    found = dict(mappings(argocd_values(configured)))
    assert {*found["configs ssh"]} == KNOWN["configs ssh"]
