"""Values of the chart argo-cd: only what differs from its defaults, and what must not drift with them.

Argo CD reads its client secret from a Kubernetes Secret by reference, so no value here is secret. Dex is off: single
sign-on goes to the OIDC provider directly. The chart's exclusions of noisy objects (Lease, EndpointSlice …) are kept.
"""

import json
from collections.abc import Sequence

from components.argocd import pods
from components.argocd.notifications import notifications_values
from components.argocd.value_types import (
    ArgoCdValues,
    Budget,
    Component,
    Configs,
    Notifications,
    RedisHa,
    Replicated,
    Spread,
    Switch,
    UnavailablePods,
)
from components.config.argocd import ArgoCdConfig, SsoConfig

PORT_FORWARD_URL = "https://localhost:8080"
"""Where `kubectl port-forward svc/argocd-server 8080:443` shows the user interface."""
ZONE = "topology.kubernetes.io/zone"
PARALLEL_BUILDS = 4
"""Manifests that one repo-server builds at once: what its memory holds. More of them wait."""
REDIS_MEMORY_PERCENT = 75
"""Of its memory limit: the rest is for its buffers and for copies to replicas."""
EVICTION = "allkeys-lru"


def argocd_values(settings: ArgoCdConfig, application_namespaces: Sequence[str] = ()) -> ArgoCdValues:
    """The whole of the chart's values for an installation.

    `application_namespaces`: where Argo CD takes Applications from beside its own namespace.
    """
    available = settings.high_availability
    url = settings.url or PORT_FORWARD_URL
    spread = Spread(maxSkew=1, topologyKey=ZONE, whenUnsatisfiable="ScheduleAnyway")
    return {
        "global": {
            "domain": url.removeprefix("https://"),
            "image": {"tag": settings.image_tag},
            "logging": {"format": settings.log_format},
            # The chart's policies let everybody in at every port; argocd_policies has ours.
            "networkPolicy": {"create": False},
            "topologySpreadConstraints": [spread] if available else [],
        },
        # Removing the release must not remove every Application of the cluster with its definition.
        "crds": {"install": True, "keep": True},
        "configs": _configs(settings, url, application_namespaces),
        "controller": {"replicas": 1, **_component(pods.CONTROLLER)},
        "dex": {"enabled": False},
        "redis": {
            "automountServiceAccountToken": False,
            "extraArgs": ["--maxmemory", _redis_memory(), "--maxmemory-policy", EVICTION],
            "resources": pods.REDIS.resources,
        },
        "redis-ha": _redis_ha() if available else {"enabled": False},
        "redisSecretInit": {"enabled": True, "resources": pods.SECRET_INIT.resources},
        "server": {
            "service": {"type": "ClusterIP"},
            "ingress": {"enabled": False},
            **_replicated(pods.SERVER, available=available),
        },
        "repoServer": {
            "automountServiceAccountToken": False,
            "serviceAccount": {"automountServiceAccountToken": False},
            "copyutil": {"resources": pods.COPY_UTIL.resources},
            **_replicated(pods.REPO_SERVER, available=available),
        },
        "applicationSet": _replicated(pods.APPLICATION_SET, available=available),
        "notifications": _notifications(settings),
    }


def oidc_config(sso: SsoConfig) -> str:
    """`oidc.config`, as JSON, which YAML reads as well: no value of the stack file needs quoting rules of its own."""
    return json.dumps(
        {
            "name": sso.name,
            "issuer": sso.issuer,
            "clientID": sso.client_id,
            "clientSecret": sso.client_secret_ref,
            "requestedScopes": list(sso.scopes),
            "requestedIDTokenClaims": {"groups": {"essential": True}},
        },
        sort_keys=True,
    )


def _configs(settings: ArgoCdConfig, url: str, application_namespaces: Sequence[str]) -> Configs:
    found: Configs = {
        "cm": _config_map(settings, url),
        "params": _parameters(application_namespaces),
        "rbac": _rbac(settings.sso),
    }
    access = settings.repository_access
    if access is not None and access.host_keys:
        # No other host is known: an address that somebody slips into Git is refused before anything is sent to it.
        found["ssh"] = {"knownHosts": "".join(f"{key}\n" for key in access.host_keys)}
    return found


def _config_map(settings: ArgoCdConfig, url: str) -> dict[str, str | bool]:
    found: dict[str, str | bool] = {
        "admin.enabled": settings.admin_enabled,
        "exec.enabled": False,
        "users.anonymous.enabled": False,
        "statusbadge.enabled": False,
        "timeout.reconciliation": f"{settings.reconciliation_seconds}s",
        # Jitter spreads the load of thousands of Applications and lengthens the wait for a commit; here are a few.
        "timeout.reconciliation.jitter": "0s",
        "url": url,
    }
    if settings.sso is not None:
        found["oidc.config"] = oidc_config(settings.sso)
    return found


def _parameters(application_namespaces: Sequence[str]) -> dict[str, str | bool | int]:
    elsewhere = {"application.namespaces": ",".join(application_namespaces)} if application_namespaces else {}
    return {
        "server.insecure": False,
        "reposerver.disable.tls": False,
        "reposerver.parallelism.limit": PARALLEL_BUILDS,
        **elsewhere,
    }


def _rbac(sso: SsoConfig | None) -> dict[str, str]:
    """Nobody may do anything by default. Developers get their rights from the AppProject's role."""
    groups = sso.admin_groups if sso else ()
    return {
        "policy.default": "",
        "policy.csv": "".join(f"g, {group}, role:admin\n" for group in groups),
        "scopes": "[groups]",
    }


def _notifications(settings: ArgoCdConfig) -> Notifications:
    found: Notifications = {"enabled": True, **_component(pods.NOTIFICATIONS)}
    if settings.notifications is not None:
        found = {**found, **notifications_values(settings.notifications)}
    return found


def _component(size: pods.Size) -> Component:
    return {"metrics": {"enabled": True}, "resources": size.resources}


def _replicated(size: pods.Size, *, available: bool) -> Replicated:
    # With one pod a budget would stop every drain of its node.
    budget: Budget = {"enabled": available, "maxUnavailable": 1}
    return {"replicas": pods.REPLICAS_HA if available else 1, "pdb": budget, **_component(size)}


def _redis_memory() -> str:
    return f"{pods.REDIS.memory_limit * REDIS_MEMORY_PERCENT // 100}mb"


def _redis_ha() -> RedisHa:
    budget: UnavailablePods = {"maxUnavailable": 1}
    spread: Switch = {"enabled": True}
    return {
        "enabled": True,
        "auth": True,
        "replicas": pods.REDIS_NODES_HA,
        "hardAntiAffinity": True,
        "topologySpreadConstraints": spread,
        "podDisruptionBudget": budget,
        "init": {"resources": pods.CONFIG_INIT.resources},
        "redis": {
            "config": {"maxmemory": _redis_memory(), "maxmemory-policy": EVICTION},
            "resources": pods.REDIS.resources,
        },
        "sentinel": {"resources": pods.SENTINEL.resources},
        "splitBrainDetection": {"resources": pods.SPLIT_BRAIN_FIX.resources},
        "haproxy": {
            "enabled": True,
            "replicas": pods.REDIS_NODES_HA,
            "init": {"resources": pods.CONFIG_INIT.resources},
            "podDisruptionBudget": budget,
            "resources": pods.HAPROXY.resources,
        },
    }
