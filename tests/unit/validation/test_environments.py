"""Rules of environments: names, namespaces, sizes and folders."""

import copy
from typing import Any

import pytest

from components.config.problems import ConfigurationError
from components.validation import environments
from components.validation.load import load
from tests.harness.config import stack_config
from tests.harness.harness import ROOT, run_program
from tests.unit.validation.samples import (
    Refusal,
    environment,
    mended,
    messages,
    refused,
)

RULES = environments.RULES
NO_SERVICE = "is not a service of the catalogue. Remove it, or write one of: "
NO_FOLDER = "is not a folder inside the repository. Write e.g. k8s/overlays/staging."
REFUSALS: tuple[Refusal, ...] = (
    (
        "environments[0].namespace",
        "nova",
        "environments[1].namespace",
        "'nova' is already the namespace of another entry.",
    ),
    ("environments[0].namespace", "argocd", None, "'argocd' is Argo CD's own. Write nova-dev."),
    ("argocd.namespace", "nova", None, "'nova' is the namespace of environment staging. Write argocd."),
    ("argocd.namespace", "nova-dev", None, "'nova-dev' is the namespace of environment dev. Write argocd."),
    ("environments[0].namespace", "kube-system", None, "'kube-system' is reserved for Kubernetes. Write nova-dev."),
    ("environments[1].namespace", "kube-nova", None, "'kube-nova' is reserved for Kubernetes. Write nova-staging."),
    ("environments[0].namespace", "default", None, "'default' is reserved for Kubernetes. Write nova-dev."),
    ("environments[0].namespace", "platform-data", None, "'platform-data' is reserved for the platform."),
    ("environments[0].replicas", 0, None, "0 is too small. Write 1 or more."),
    (
        "environments[0].resourceClass",
        "tiny",
        None,
        "auth-service, user-service, content-service and others have no resources of class 'tiny'.",
    ),
    ("environments[0].path", "/k8s", None, "'/k8s' is not a folder inside the repository. Write k8s."),
    ("environments[0].path", "k8s/../x", None, f"'k8s/../x' {NO_FOLDER}"),
    ("environments[0].revision", "HEAD", None, "'HEAD' is not a branch, tag or commit."),
    ("environments[0].maxReplicas", 0, None, "0 is too small. Write 1 or more."),
    ("environments[1].maxReplicas", 1, None, "1 is below replicas 2. Write 2 or more."),
    ("environments[1].services", {"x": {"replicas": 1}}, "environments[1].services.x", NO_SERVICE),
    (
        "environments[1].services",
        {"auth-service": {"maxReplicas": 1}},
        "environments[1].services.auth-service.maxReplicas",
        "1 is below replicas 2. Write 2 or more.",
    ),
)


@pytest.mark.parametrize(("path", "value", "reported_at", "message"), REFUSALS)
def test_a_bad_value_is_refused_at_its_key(path: str, value: Any, reported_at: str | None, message: str) -> None:
    lines = refused(path, value)
    assert any(line.startswith(f"{reported_at or path}: {message}") for line in lines), lines


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (path, value)
        for path, value, *_ in REFUSALS
        if ("namespace" in path and value != "nova") or path in ("argocd.namespace", "environments[0].replicas")
    ],
)
def test_what_a_refusal_says_to_write_is_accepted(path: str, value: Any) -> None:
    assert mended(path, value) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("environments[0].namespace", "kubernetes"),
        ("environments[0].namespace", "kube"),
        ("environments[0].services", {"auth-service": {"replicas": 0}}),
        ("argocd.namespace", "argo-cd"),
    ],
)
def test_the_value_beside_it_is_accepted(path: str, value: Any) -> None:
    assert refused(path, value) == []


def problems(*environments: dict[str, Any], **given: Any) -> dict[str, str]:
    return messages(RULES, *environments, **given)


def test_an_application_has_a_name_that_argo_cd_accepts() -> None:
    assert problems(environment("e" * 48, namespace="shop")) == {}
    assert problems(environment("e" * 49, namespace="shop")) == {
        "environments[0].name": f"'{'e' * 49}' makes the name of its Application too long. Write at most 48 characters."
    }


def test_a_host_belongs_to_one_environment() -> None:
    environments = copy.deepcopy(stack_config("staging", ROOT / "examples" / "tiketi")["tiketi:environments"])
    second = {**environments[0], "name": "load", "namespace": "load", "databasePrefix": "load_", "cacheDatabase": 1}
    config = copy.deepcopy(stack_config("staging", ROOT / "examples" / "tiketi"))
    config["tiketi:environments"] = [environments[0], second]
    with pytest.raises(ConfigurationError) as refused:
        run_program(load, project="tiketi", stack="staging", config=config)
    assert (
        "environments[1].hosts[0]: 'api-staging.tiketi.com' is already the host of another entry. Write another one."
        in str(refused.value)
    )


@pytest.mark.parametrize("delivery", ["appOfApps", "applicationSet"])
@pytest.mark.parametrize("path", ["argocd/applications/staging", "argocd/test/applications"])
def test_a_folder_of_one_environment_or_stage_is_accepted(delivery: str, path: str) -> None:
    assert problems(environment(delivery=delivery, path=path), environment("dev")) == {}


@pytest.mark.parametrize("delivery", ["appOfApps", "applicationSet"])
def test_a_folder_of_all_stages_is_refused(delivery: str) -> None:
    reported = problems(environment(delivery=delivery, path="argocd/applications"))
    assert list(reported) == ["environments[0].path"]
    assert reported["environments[0].path"].endswith("Write e.g. argocd/applications/staging.")


@pytest.mark.parametrize("path", ["k8s", "k8s/dev"])
def test_a_folder_that_holds_another_environment_s_is_refused(path: str) -> None:
    reported = problems(environment(delivery="appOfApps", path=path), environment("dev"))
    assert list(reported) == ["environments[0].path"]
    assert f"{path} also contains the folder of environment dev." in reported["environments[0].path"]
