"""Network policies of the Argo CD installation: only the traffic that each component needs (pure, no resources).

Redis and repo-server use the same ports on their pods and Services.
Sources: Argo CD's own policies (manifests/base).
"""

from collections.abc import Mapping, Sequence

import pulumi

from components.argocd.pods import (
    APPLICATION_SET_METRICS,
    CONTROLLER_METRICS,
    HAPROXY_METRICS,
    NOTIFICATIONS_METRICS,
    REPO_SERVER_METRICS,
    SERVER_METRICS,
)
from components.config.argocd import ArgoCdConfig
from components.config.git_urls import SSH_PORTS
from components.kubernetes.names import MONITORING_NAMESPACE, NAME_LABEL
from components.kubernetes.network_policy import (
    API_SERVER_PORTS,
    DEFAULT_DENY,
    HTTPS,
    PRIVATE_RANGES,
    Egress,
    Ingress,
    Policies,
    Policy,
    allow_dns,
    allow_from,
    allow_to,
    cidrs,
    internet,
    namespace,
    pods,
    policy,
    selector,
)

REDIS, SENTINEL = 6379, 26379
SERVER, REPO_SERVER = 8080, 8081

CONTROLLER = {NAME_LABEL: "argocd-application-controller"}
APPLICATION_SET = {NAME_LABEL: "argocd-applicationset-controller"}
NOTIFICATIONS = {NAME_LABEL: "argocd-notifications-controller"}
REPOSITORIES = {NAME_LABEL: "argocd-repo-server"}
USER_INTERFACE = {NAME_LABEL: "argocd-server"}
SECRET_INIT = {NAME_LABEL: "argocd-redis-secret-init"}
REDIS_SINGLE = {NAME_LABEL: "argocd-redis"}
# The chart redis-ha has labels of its own.
REDIS_NODES = {"app": "redis-ha", "release": "argocd"}
REDIS_PROXIES = {"app": "redis-ha-haproxy", "release": "argocd"}

REPO_SERVER_CLIENTS = (APPLICATION_SET, CONTROLLER, NOTIFICATIONS, USER_INTERFACE)
REDIS_CLIENTS = (CONTROLLER, REPOSITORIES, USER_INTERFACE)


def argocd_policies(
    settings: ArgoCdConfig, api_server_cidrs: Sequence[pulumi.Input[str]] | None, *, previews: bool = False
) -> Policies:
    """Policies by name. `api_server_cidrs`: ranges of the API server, IPv4; None where they are not known.

    `previews`: whether ApplicationSets ask GitHub for pull requests.
    """
    networks = cidrs(api_server_cidrs) if api_server_cidrs else [internet()]
    api_server = allow_to(networks, *((HTTPS,) if api_server_cidrs else API_SERVER_PORTS))
    repo_server = allow_to([pods(REPOSITORIES)], REPO_SERVER)
    redis = allow_to([pods(REDIS_PROXIES if settings.high_availability else REDIS_SINGLE)], REDIS)
    git = cidrs(settings.git_cidrs) or [internet(without=PRIVATE_RANGES)]
    https = allow_to([internet()], HTTPS)
    # Users come by `kubectl port-forward`, which is always allowed, unless Argo CD has an address.
    users = [allow_from(networks, SERVER)] if settings.has_address else []
    sign_in = [https] if settings.sso else []
    return {
        DEFAULT_DENY: _isolated({}, egress=[allow_dns()]),
        "application-controller": _isolated(
            CONTROLLER, ingress=[_scrapes(CONTROLLER_METRICS)], egress=[api_server, repo_server, redis]
        ),
        "applicationset-controller": _isolated(
            APPLICATION_SET,
            ingress=[_scrapes(APPLICATION_SET_METRICS)],
            egress=[api_server, repo_server, *([https] if previews else [])],
        ),
        "notifications-controller": _isolated(
            NOTIFICATIONS, ingress=[_scrapes(NOTIFICATIONS_METRICS)], egress=[api_server, repo_server, https]
        ),
        "repo-server": _isolated(
            REPOSITORIES,
            ingress=[
                allow_from([pods(client) for client in REPO_SERVER_CLIENTS], REPO_SERVER),
                _scrapes(REPO_SERVER_METRICS),
            ],
            egress=[redis, allow_to(git, *dict.fromkeys((HTTPS, *SSH_PORTS)))],
        ),
        "server": _isolated(
            USER_INTERFACE,
            ingress=[*users, _scrapes(SERVER_METRICS)],
            egress=[api_server, repo_server, redis, *sign_in],
        ),
        "redis-secret-init": _isolated(SECRET_INIT, egress=[api_server]),
        **(
            _redis_ha()
            if settings.high_availability
            else {"redis": _isolated(REDIS_SINGLE, ingress=[_redis_clients()])}
        ),
    }


def _redis_ha() -> Policies:
    """The proxies take the place of Redis; the nodes behind them talk only to each other."""
    nodes = allow_to([pods(REDIS_NODES)], REDIS, SENTINEL)
    callers = allow_from([pods(REDIS_NODES), pods(REDIS_PROXIES)], REDIS, SENTINEL)
    return {
        "redis-ha-haproxy": _isolated(
            REDIS_PROXIES, ingress=[_redis_clients(), _scrapes(HAPROXY_METRICS)], egress=[nodes]
        ),
        "redis-ha-server": _isolated(REDIS_NODES, ingress=[callers], egress=[nodes]),
    }


def _redis_clients() -> Ingress:
    return allow_from([pods(client) for client in REDIS_CLIENTS], REDIS)


def _scrapes(port: int) -> Ingress:
    return allow_from([namespace(MONITORING_NAMESPACE)], port)


def _isolated(labels: Mapping[str, str], *, ingress: Sequence[Ingress] = (), egress: Sequence[Egress] = ()) -> Policy:
    return policy(selector(labels), ingress=ingress, egress=egress, isolate=True)
