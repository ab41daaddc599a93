"""Values of the chart argo-cd: those that differ from its defaults, and those that must not change with them.

Argo CD reads its client secret from a Kubernetes Secret by reference, so no value is secret. Dex is off: single sign-on
uses the OIDC provider directly. The chart's exclusions of noisy objects (Lease, EndpointSlice …) stay.
A test compares the keys with those that the chart knows: Helm drops an unknown key silently.
Sources: charts/argo-cd/values.yaml of argo-helm, charts/redis-ha/values.yaml of DandyDeveloper.
"""

import json
from collections.abc import Mapping, Sequence

from components.argocd import mutual_tls, pods
from components.argocd.notifications import notifications_values
from components.argocd.specs import confined
from components.config.argocd import ArgoCdConfig, SsoConfig
from components.controllers.chart import scraped
from components.kubernetes.defaults import ZONE
from components.sizing.pods import ContainerSize

Values = Mapping[str, object]

PORT_FORWARD_URL = "https://localhost:8080"
"""Address of the user interface with `kubectl port-forward svc/argocd-server 8080:443`."""
PARALLEL_BUILDS = 4
"""Builds that one repo-server runs at once, limited by its memory. Others wait."""
REDIS_MEMORY_PERCENT = 75
"""Share of the memory limit; the rest is for buffers and for replication."""
EVICTION = "allkeys-lru"


def argocd_values(settings: ArgoCdConfig, application_namespaces: Sequence[str] = ()) -> Values:
    """The chart's values.

    `application_namespaces`: namespaces in which Argo CD accepts Applications, in addition to its own.
    """
    available, mutual = settings.high_availability, settings.has_mutual_tls
    client, server = (mutual_tls.client_flags(), mutual_tls.server_flags()) if mutual else ([], [])
    url = settings.url or PORT_FORWARD_URL
    spread = {"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "ScheduleAnyway"}
    return {
        # In the environments' namespaces, components/environments/access.py has its Roles.
        "createClusterRoles": not confined(settings.project, application_namespaces),
        "global": {
            "domain": url.removeprefix("https://"),
            "image": {"tag": settings.image_tag},
            "logging": {"format": settings.log_format},
            # The chart's policies allow every caller; network_policies.py has ours.
            "networkPolicy": {"create": False},
            **({"topologySpreadConstraints": [spread]} if available else {}),
            **(mutual_tls.volumes() if mutual else {}),
        },
        # Removing the release must not remove every Application of the cluster with its CRD.
        "crds": {"install": True, "keep": True},
        "configs": _configs(settings, url, application_namespaces),
        "controller": {"replicas": 1, "extraArgs": client, **_component(pods.CONTROLLER, pods.CONTROLLER_METRICS)},
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
            "extraArgs": client,
            **_replicated(pods.SERVER, pods.SERVER_METRICS, available=available),
        },
        "repoServer": {
            "automountServiceAccountToken": False,
            "serviceAccount": {"automountServiceAccountToken": False},
            "copyutil": {"resources": pods.COPY_UTIL.resources},
            "extraArgs": server,
            **_replicated(pods.REPO_SERVER, pods.REPO_SERVER_METRICS, available=available),
        },
        "applicationSet": {
            "extraArgs": client,
            **_replicated(pods.APPLICATION_SET, pods.APPLICATION_SET_METRICS, available=available),
        },
        "notifications": _notifications(settings),
    }


def oidc_config(sso: SsoConfig) -> str:
    """`oidc.config` as JSON, which is valid YAML and needs no quoting rules for values of the stack file."""
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


def _configs(settings: ArgoCdConfig, url: str, application_namespaces: Sequence[str]) -> Values:
    configs: dict[str, object] = {
        "cm": _config_map(settings, url),
        "params": _parameters(application_namespaces),
        "rbac": _rbac(settings.sso),
    }
    access = settings.repository_access
    if access is not None and access.host_keys:
        # No other host is known: an unexpected address in Git is refused before any data is sent to it.
        configs["ssh"] = {"knownHosts": "".join(f"{key}\n" for key in access.host_keys)}
    return configs


def _config_map(settings: ArgoCdConfig, url: str) -> dict[str, str | bool]:
    values: dict[str, str | bool] = {
        "admin.enabled": settings.admin_enabled,
        "exec.enabled": False,
        # The repo-server would run programs from Git, and no system here has any.
        "jsonnet.enable": False,
        "users.anonymous.enabled": False,
        "statusbadge.enabled": False,
        "timeout.reconciliation": f"{settings.reconciliation_seconds}s",
        # Jitter spreads the load of thousands of Applications and delays commits; there are only a few here.
        "timeout.reconciliation.jitter": "0s",
        "url": url,
    }
    if settings.sso is not None:
        values["oidc.config"] = oidc_config(settings.sso)
    return values


def _parameters(application_namespaces: Sequence[str]) -> dict[str, str | bool | int]:
    namespaces = {"application.namespaces": ",".join(application_namespaces)} if application_namespaces else {}
    return {
        "server.insecure": False,
        "reposerver.disable.tls": False,
        "reposerver.parallelism.limit": PARALLEL_BUILDS,
        **namespaces,
    }


def _rbac(sso: SsoConfig | None) -> dict[str, str]:
    """No permission by default. Developers get theirs from the AppProject's role."""
    groups = sso.admin_groups if sso else ()
    return {
        "policy.default": "",
        "policy.csv": "".join(f"g, {group}, role:admin\n" for group in groups),
        "scopes": "[groups]",
    }


def _notifications(settings: ArgoCdConfig) -> Values:
    notifications: Values = {
        "enabled": True,
        "extraArgs": mutual_tls.client_flags() if settings.has_mutual_tls else [],
        **_component(pods.NOTIFICATIONS, pods.NOTIFICATIONS_METRICS),
    }
    if settings.notifications is not None:
        notifications = {**notifications, **notifications_values(settings.notifications)}
    return notifications


def _component(size: ContainerSize, metrics_port: int) -> Values:
    return {"podAnnotations": scraped(metrics_port), "resources": size.resources}


def _replicated(size: ContainerSize, metrics_port: int, *, available: bool) -> Values:
    # With one pod a budget would block every drain of its node.
    budget = {"enabled": available, "maxUnavailable": 1}
    return {"replicas": pods.REPLICAS_HA if available else 1, "pdb": budget, **_component(size, metrics_port)}


def _redis_memory() -> str:
    return f"{pods.REDIS.memory_limit * REDIS_MEMORY_PERCENT // 100}mb"


def _redis_ha() -> Values:
    budget = {"maxUnavailable": 1}
    spread = {"enabled": True}
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
            # Each proxy needs a node of its own, so on three nodes a fourth pod has none.
            "deploymentStrategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1},
            },
            "enabled": True,
            "replicas": pods.REDIS_NODES_HA,
            "init": {"resources": pods.CONFIG_INIT.resources},
            "podDisruptionBudget": budget,
            "resources": pods.HAPROXY.resources,
        },
    }
