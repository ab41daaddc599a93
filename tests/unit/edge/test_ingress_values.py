"""Variables of `platform-outputs` for Ingress manifests: redirect and health checks follow the stack file."""

import json
from typing import Any

import pytest

from components.config.catalogue import ServiceConfig
from components.config.edge import EdgeConfig
from components.edge.ingress_values import ingress_values

SERVICES = tuple(
    ServiceConfig.model_validate(service)
    for service in (
        {"name": "api", "port": 8000, "healthPath": "/live"},
        {"name": "ticket-service", "port": 3002},
        {"name": "internal", "port": 3003, "public": False},
        {"name": "worker"},
    )
)
HEALTH = "HEALTH_CHECK_PATH_"


def values_of(**edge: Any) -> dict[str, str]:
    return dict(ingress_values(EdgeConfig.model_validate(edge), ["a.example.com", "b.example.com"], SERVICES))


def test_http_is_redirected_by_default() -> None:
    assert json.loads(values_of()["INGRESS_LISTEN_PORTS"]) == [{"HTTP": 80}, {"HTTPS": 443}]
    assert json.loads(values_of(httpsRedirect=False)["INGRESS_LISTEN_PORTS"]) == [{"HTTPS": 443}]


def test_health_check_paths_come_from_the_catalogue() -> None:
    paths = {key: value for key, value in values_of().items() if key.startswith(HEALTH)}
    assert paths == {f"{HEALTH}API": "/live", f"{HEALTH}TICKET_SERVICE": "/health"}


def test_health_check_path_of_the_edge_overrides_all_services() -> None:
    values = values_of(healthCheckPath="/lb")
    assert {values[f"{HEALTH}API"], values[f"{HEALTH}TICKET_SERVICE"]} == {"/lb"}


@pytest.mark.parametrize("target", ["ip", "instance"])
def test_target_type_is_a_variable(target: str) -> None:
    assert values_of()["INGRESS_TARGET_TYPE"] == "ip"
    assert values_of(targetType=target)["INGRESS_TARGET_TYPE"] == target


@pytest.mark.parametrize(("internal", "scheme"), [(False, "internet-facing"), (True, "internal")])
def test_scheme_and_hosts_are_variables(internal: bool, scheme: str) -> None:
    values = values_of(internal=internal)
    assert (values["INGRESS_HOSTS"], values["INGRESS_SCHEME"]) == ("a.example.com,b.example.com", scheme)
