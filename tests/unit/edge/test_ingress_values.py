"""What Ingress manifests find in `platform-outputs`: redirect and health check are data of the stack file."""

import json
from typing import Any

import pytest

from components.config.catalogue import ServiceConfig
from components.config.edge import EdgeConfig
from components.edge.ingress_values import ingress_values

SERVICES = tuple(
    ServiceConfig.model_validate(found)
    for found in (
        {"name": "api", "port": 8000, "healthPath": "/live"},
        {"name": "ticket-service", "port": 3002},
        {"name": "internal", "port": 3003, "public": False},
        {"name": "worker"},
    )
)
HEALTH = "HEALTH_CHECK_PATH_"


def given(**edge: Any) -> dict[str, str]:
    return dict(ingress_values(EdgeConfig.model_validate(edge), ["a.example.com", "b.example.com"], SERVICES))


def test_plain_http_is_redirected_unless_the_stack_file_says_otherwise() -> None:
    assert json.loads(given()["INGRESS_LISTEN_PORTS"]) == [{"HTTP": 80}, {"HTTPS": 443}]
    assert json.loads(given(httpsRedirect=False)["INGRESS_LISTEN_PORTS"]) == [{"HTTPS": 443}]


def test_each_service_behind_the_load_balancer_is_asked_on_the_path_of_the_catalogue() -> None:
    paths = {key: value for key, value in given().items() if key.startswith(HEALTH)}
    assert paths == {f"{HEALTH}API": "/live", f"{HEALTH}TICKET_SERVICE": "/health"}


def test_a_path_of_the_edge_holds_for_all_services() -> None:
    found = given(healthCheckPath="/lb")
    assert {found[f"{HEALTH}API"], found[f"{HEALTH}TICKET_SERVICE"]} == {"/lb"}


@pytest.mark.parametrize("target", ["ip", "instance"])
def test_targets_are_told(target: str) -> None:
    assert given()["INGRESS_TARGET_TYPE"] == "ip"
    assert given(targetType=target)["INGRESS_TARGET_TYPE"] == target


@pytest.mark.parametrize(("internal", "scheme"), [(False, "internet-facing"), (True, "internal")])
def test_scheme_and_hosts_are_told(internal: bool, scheme: str) -> None:
    found = given(internal=internal)
    assert (found["INGRESS_HOSTS"], found["INGRESS_SCHEME"]) == ("a.example.com,b.example.com", scheme)
