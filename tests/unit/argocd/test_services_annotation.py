"""The catalogue's services on an Application: the smoke test, which sees nothing else, misses what Git left out."""

import json
from typing import Any

import pytest

from components.config.catalogue import ServiceConfig
from tests.facts.nova import SERVICES
from tests.harness.applications_runs import APPLICATION, APPLICATION_SET, PREVIEWS, PROJECT, environment, run
from tests.harness.harness import Recorded, Run

ANNOTATION = "platform/services"
WEB = {"name": "web", "port": 80}
WORKER = {"name": "mailer"}


def services(*given: dict[str, Any]) -> tuple[ServiceConfig, ...]:
    return tuple(ServiceConfig.model_validate_json(json.dumps(found)) for found in given)


def annotations(made: Recorded) -> dict[str, str]:
    return made.inputs["metadata"].get("annotations", {})


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ([WEB], "web /health /metrics"),
        ([{**WEB, "healthPath": "/livez", "metricsPath": "/prom"}], "web /livez /prom"),
        ([{**WEB, "metricsPath": None}], "web /health"),
        ([WEB, WORKER], "web /health /metrics, mailer"),
    ],
)
def test_the_application_names_its_services_and_the_paths_to_ask(given: list[dict[str, Any]], text: str) -> None:
    made = run([environment()], services=services(*given)).one(APPLICATION)
    assert annotations(made) == {ANNOTATION: text}


def test_without_services_there_is_no_annotation() -> None:
    assert "annotations" not in run([environment()]).one(APPLICATION).inputs["metadata"]


def test_the_services_stand_beside_the_wait() -> None:
    made = run([environment(waitFor=True)], services=services(WEB)).one(APPLICATION)
    assert set(annotations(made)) == {ANNOTATION, "pulumi.com/waitFor"}


def test_a_root_and_the_project_carry_none() -> None:
    done = run([environment(delivery="appOfApps")], services=services(WEB))
    assert [annotations(made) for made in (done.one(APPLICATION), done.one(PROJECT))] == [{}, {}]


@pytest.mark.parametrize("changes", [{"delivery": "applicationSet"}, {"pullRequests": PREVIEWS}])
def test_a_set_and_what_it_makes_carry_none(changes: dict[str, Any]) -> None:
    made = run([environment(**changes)], services=services(WEB)).one(APPLICATION_SET)
    assert annotations(made) == {}
    assert set(made.inputs["spec"]["template"]["metadata"]) == {"name"}


@pytest.mark.parametrize(("stack", "environments"), [("staging", ("dev", "staging")), ("prod", ("production",))])
def test_every_environment_of_nova_must_bring_all_services(
    stack: str, environments: tuple[str, ...], staging: Run, prod: Run
) -> None:
    done = {"staging": staging, "prod": prod}[stack]
    wanted = ", ".join(f"{service.name} /health /metrics" for service in SERVICES)
    assert {name: annotations(done.named(f"gitops-{name}")) for name in environments} == {
        name: {ANNOTATION: wanted} for name in environments
    }
