"""The chart's values: sizes, what is off, who may do what, high availability."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

import pytest
from pydantic import ValidationError

from components.argocd.pods import argocd_pods, argocd_workloads
from components.argocd.values import argocd_values
from components.sizing import capacity, quantities
from tests.harness.argocd_runs import SSO, settings

BOTH = pytest.mark.parametrize("high_availability", [False, True])

PATHS = {
    ("argocd-application-controller", "application-controller"): "controller",
    ("argocd-applicationset-controller", "applicationset-controller"): "applicationSet",
    ("argocd-notifications-controller", "notifications-controller"): "notifications",
    ("argocd-repo-server", "repo-server"): "repoServer",
    ("argocd-repo-server", "copyutil"): "repoServer copyutil",
    ("argocd-server", "server"): "server",
    ("argocd-redis-secret-init", "secret-init"): "redisSecretInit",
    ("argocd-redis", "redis"): "redis",
    ("argocd-redis-ha-server", "redis"): "redis-ha redis",
    ("argocd-redis-ha-server", "sentinel"): "redis-ha sentinel",
    ("argocd-redis-ha-server", "split-brain-fix"): "redis-ha splitBrainDetection",
    ("argocd-redis-ha-server", "config-init"): "redis-ha init",
    ("argocd-redis-ha-haproxy", "haproxy"): "redis-ha haproxy",
    ("argocd-redis-ha-haproxy", "config-init"): "redis-ha haproxy init",
}
"""Where the chart takes the resources of each container from."""
REPLICAS = {
    "argocd-application-controller": "controller replicas",
    "argocd-applicationset-controller": "applicationSet replicas",
    "argocd-repo-server": "repoServer replicas",
    "argocd-server": "server replicas",
    "argocd-redis-ha-server": "redis-ha replicas",
    "argocd-redis-ha-haproxy": "redis-ha haproxy replicas",
}


def values(**changes: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", argocd_values(settings(**changes)))


def at(found: Mapping[str, Any], path: str) -> Any:
    for key in path.split():
        found = found[key]
    return found


@BOTH
def test_every_container_gets_the_size_that_is_counted(*, high_availability: bool) -> None:
    given = values(high_availability=high_availability)
    for workload in argocd_workloads(settings(high_availability=high_availability)):
        for container, size in {**workload.containers, **workload.init_containers}.items():
            resources = at(given, PATHS[workload.name, container])["resources"]
            for kind, cpu, memory in (
                ("requests", size.cpu, size.memory),
                ("limits", size.cpu_limit, size.memory_limit),
            ):
                assert quantities.millicores(resources[kind]["cpu"]) == cpu, container
                assert quantities.mebibytes(resources[kind]["memory"]) == memory, container


@BOTH
def test_as_many_pods_are_counted_as_the_chart_makes(*, high_availability: bool) -> None:
    given = values(high_availability=high_availability)
    for group in argocd_pods(settings(high_availability=high_availability)):
        assert group.pods == (at(given, REPLICAS[group.name]) if group.name in REPLICAS else 1), group.name


@BOTH
def test_limits_are_at_least_requests_and_none_is_zero(*, high_availability: bool) -> None:
    for workload in argocd_workloads(settings(high_availability=high_availability)):
        for size in (*workload.containers.values(), *workload.init_containers.values()):
            assert 0 < size.cpu <= size.cpu_limit
            assert 0 < size.memory <= size.memory_limit


@BOTH
def test_no_init_container_is_larger_than_its_pod(*, high_availability: bool) -> None:
    for workload in argocd_workloads(settings(high_availability=high_availability)):
        group = workload.group
        for size in workload.init_containers.values():
            assert size.cpu <= group.cpu_request
            assert size.memory <= group.memory_request
            assert size.cpu_limit <= group.cpu_limit
            assert size.memory_limit <= group.memory_limit


def test_a_small_installation_has_seven_pods_with_the_job() -> None:
    assert capacity.total(argocd_pods(settings())).pods == 7


def test_a_pod_asks_for_the_sum_of_its_containers() -> None:
    node = next(g for g in argocd_pods(settings(high_availability=True)) if g.name == "argocd-redis-ha-server")
    sizes = next(w for w in argocd_workloads(settings(high_availability=True)) if w.name == node.name).containers
    assert node.memory_request == sum(size.memory for size in sizes.values())
    assert node.cpu_limit == sum(size.cpu_limit for size in sizes.values())
    assert len(sizes) == 3


def test_the_image_is_pinned_above_the_chart_s_own() -> None:
    tag = at(values(), "global image tag")
    assert re.fullmatch(r"v\d+\.\d+\.\d+", tag)
    assert tuple(int(part) for part in tag[1:].split(".")) >= (3, 5, 7)
    assert at(values(image_tag="v3.6.1"), "global image tag") == "v3.6.1"


def test_web_terminal_anonymous_access_and_jsonnet_are_off() -> None:
    config_map = at(values(), "configs cm")
    assert config_map["exec.enabled"] is False
    assert config_map["users.anonymous.enabled"] is False
    assert config_map["statusbadge.enabled"] is False
    assert config_map["jsonnet.enable"] is False


@pytest.mark.parametrize(
    ("changes", "enabled"),
    [({}, True), ({"sso": SSO}, False), ({"sso": SSO, "local_admin": True}, True), ({"local_admin": False}, False)],
)
def test_the_local_admin_is_off_once_there_is_single_sign_on(changes: dict[str, Any], *, enabled: bool) -> None:
    assert at(values(**changes), "configs cm")["admin.enabled"] is enabled


def test_nobody_may_do_anything_by_default() -> None:
    assert at(values(), "configs rbac")["policy.default"] == ""
    assert at(values(), "configs rbac")["policy.csv"] == ""


def test_only_named_groups_administer() -> None:
    rules = at(values(sso=SSO), "configs rbac")["policy.csv"].splitlines()
    assert rules == ["g, platform-admins, role:admin", "g, on call, role:admin"]


def test_the_client_secret_is_a_reference() -> None:
    config_map = at(values(sso=SSO), "configs cm")
    assert json.loads(config_map["oidc.config"]) == {
        "clientID": "argo",
        "clientSecret": "$argocd-oidc:clientSecret",
        "issuer": "https://login.example.com",
        "name": "Company",
        "requestedIDTokenClaims": {"groups": {"essential": True}},
        "requestedScopes": ["openid", "profile", "email", "groups"],
    }


@pytest.mark.parametrize("secret", ["hunter2", "$secret", "secret:key", "$a b:c"])
def test_a_literal_client_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError):
        settings(sso=SSO | {"clientSecretRef": secret})


def test_without_single_sign_on_there_is_no_provider() -> None:
    assert "oidc.config" not in at(values(), "configs cm")
    assert at(values(sso=SSO), "dex") == at(values(), "dex") == {"enabled": False}


def test_the_server_is_not_reached_from_outside() -> None:
    assert at(values(), "server service type") == "ClusterIP"
    assert at(values(), "server ingress") == {"enabled": False}


def test_tls_stays_on() -> None:
    assert at(values(), "configs params")["server.insecure"] is False
    assert at(values(), "configs params")["reposerver.disable.tls"] is False


def test_the_repo_server_holds_no_token() -> None:
    assert at(values(), "repoServer automountServiceAccountToken") is False
    assert at(values(), "repoServer serviceAccount automountServiceAccountToken") is False
    assert at(values(), "redis automountServiceAccountToken") is False


def test_redis_has_a_password_and_stays_below_its_limit() -> None:
    assert at(values(), "redisSecretInit enabled") is True
    assert at(values(high_availability=True), "redis-ha auth") is True
    arguments = at(values(), "redis extraArgs")
    maximum = int(arguments[arguments.index("--maxmemory") + 1].removesuffix("mb"))
    assert maximum < quantities.mebibytes(at(values(), "redis resources limits memory"))
    assert at(values(high_availability=True), "redis-ha redis config maxmemory") == f"{maximum}mb"


def test_the_chart_s_own_network_policies_are_off() -> None:
    assert at(values(), "global networkPolicy") == {"create": False}


def test_definitions_outlive_the_release() -> None:
    assert at(values(), "crds") == {"install": True, "keep": True}


def test_git_is_polled_in_the_stated_interval() -> None:
    config_map = at(values(reconciliation_seconds=90), "configs cm")
    assert config_map["timeout.reconciliation"] == "90s"
    assert config_map["timeout.reconciliation.jitter"] == "0s"
    assert at(values(), "configs cm")["timeout.reconciliation"] == "180s"


def test_logs_are_json_unless_said_otherwise() -> None:
    assert at(values(), "global logging format") == "json"
    assert at(values(log_format="text"), "global logging format") == "text"


def test_links_lead_to_the_address() -> None:
    assert at(values(url="https://argocd.example.com"), "configs cm")["url"] == "https://argocd.example.com"
    assert at(values(url="https://argocd.example.com"), "global domain") == "argocd.example.com"
    assert at(values(), "configs cm")["url"] == "https://localhost:8080"


def test_high_availability_has_two_of_each_and_three_of_redis() -> None:
    given = values(high_availability=True)
    for component in ("server", "repoServer", "applicationSet"):
        assert given[component]["replicas"] == 2
        assert given[component]["pdb"] == {"enabled": True, "maxUnavailable": 1}
    assert given["redis-ha"]["enabled"] is True
    assert given["redis-ha"]["replicas"] == 3
    assert given["redis-ha"]["hardAntiAffinity"] is True
    assert given["redis-ha"]["topologySpreadConstraints"] == {"enabled": True}
    assert given["redis-ha"]["podDisruptionBudget"] == {"maxUnavailable": 1}
    assert given["redis-ha"]["haproxy"]["enabled"] is True
    assert given["redis-ha"]["haproxy"]["replicas"] == 3
    assert given["redis-ha"]["haproxy"]["podDisruptionBudget"] == {"maxUnavailable": 1}
    assert given["redis-ha"]["haproxy"]["deploymentStrategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1},
    }
    assert [spread["topologyKey"] for spread in given["global"]["topologySpreadConstraints"]] == [
        "topology.kubernetes.io/zone"
    ]


def test_without_high_availability_no_budget_holds_up_a_drain() -> None:
    given = values()
    for component in ("server", "repoServer", "applicationSet"):
        assert given[component]["replicas"] == 1
        assert given[component]["pdb"]["enabled"] is False
    assert given["redis-ha"] == {"enabled": False}
    assert "topologySpreadConstraints" not in given["global"]


@BOTH
def test_there_is_one_controller(*, high_availability: bool) -> None:
    assert at(values(high_availability=high_availability), "controller replicas") == 1


@pytest.mark.parametrize(
    ("component", "port"),
    [
        ("applicationSet", "8080"),
        ("controller", "8082"),
        ("notifications", "9001"),
        ("repoServer", "8084"),
        ("server", "8083"),
    ],
)
def test_prometheus_scrapes_every_component(component: str, port: str) -> None:
    annotations = at(values(), component)["podAnnotations"]
    assert annotations == {"prometheus.io/port": port, "prometheus.io/scrape": "true"}


def test_notifications_run_without_a_target() -> None:
    assert at(values(), "notifications enabled") is True
