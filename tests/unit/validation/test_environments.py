"""Rules of environments: names, syncs and windows, image tags, deliveries and previews."""

import copy
from typing import Any

import pytest

from components.config.problems import ConfigurationError
from components.validation import environments
from components.validation.load import load
from tests.harness.config import stack_config
from tests.harness.config_samples import changed, loaded, refusals, wrong
from tests.harness.harness import ROOT, run_program
from tests.systems import refused_examples
from tests.unit.validation.samples import (
    APP,
    DEPLOY_KEY,
    ENTRY,
    HTTPS,
    HTTPS_URL,
    SSH_URL,
    Refusal,
    environment,
    messages,
    refused,
)

RULES = environments.RULES
WINDOW = {"kind": "allow", "schedule": "0 22 * * 1-5", "duration": "8h", "timeZone": "Asia/Tokyo"}
HERE = "Pulumi.staging.yaml: environments[1].sync"
PUSH = {"triggers": ["push"]}
EXISTING = {"ownership": "existing"}
NO_NAME = "would use the ServiceAccount 'default', which every namespace already has. Write another name."
SMALL = {"cpuRequest": "10m", "memoryRequest": "16Mi", "cpuLimit": "10m", "memoryLimit": "16Mi"}
NO_SERVICE = "is not a service of the catalogue. Write "
NO_FOLDER = "is not a folder inside the repository. Write e.g. k8s/overlays/staging."
REFUSALS: tuple[Refusal, ...] = (
    (
        "environments[0].namespace",
        "nova",
        "environments[1].namespace",
        "'nova' is already the namespace of another entry.",
    ),
    ("environments[0].namespace", "argocd", None, "'argocd' is reserved."),
    ("environments[0].namespace", "kube-system", None, "'kube-system' is reserved."),
    ("environments[0].namespace", "platform-data", None, "'platform-data' is reserved."),
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


def problems(*environments: dict[str, Any], **given: Any) -> dict[str, str]:
    return messages(RULES, *environments, **given)


def test_an_application_has_a_name_that_argo_cd_accepts() -> None:
    assert problems(environment("e" * 48, namespace="shop")) == {}
    assert problems(environment("e" * 49, namespace="shop")) == {
        "environments[0].name": f"results in the Application 'shop-{'e' * 49}', which has 54 characters; 53 are "
        "allowed. Write at most 48 characters."
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


def test_an_extra_workload_without_a_port_is_not_public() -> None:
    extra = {"name": "mail", "resources": SMALL}
    assert wrong(environments__0__extras=[extra]) == []
    assert wrong(environments__0__extras=[{**extra, "public": True}]) == [
        "environments[0].extras[0].public: has no effect: mail has no port. Write its port, or remove public."
    ]


@pytest.mark.parametrize("name", ["default", "default-service"])
def test_no_extra_workload_takes_the_namespaces_own_service_account(name: str) -> None:
    assert wrong(environments__0__extras=[{"name": name, "resources": SMALL}]) == [
        f"environments[0].extras[0].name: {name!r} {NO_NAME}"
    ]
    lines = refused_examples.refusals("tiketi", "dev", {"environments 0 databaseInNamespace app": name})
    assert f"environments[0].databaseInNamespace.app: {name!r} {NO_NAME}" in lines


@pytest.mark.parametrize("key", ["prune", "selfHeal"])
def test_a_manual_sync_neither_prunes_nor_heals(key: str) -> None:
    assert wrong(environments__0__sync={"automated": False, key: False}) == []
    assert wrong(environments__0__sync={"automated": True, key: True}) == []
    (line,) = wrong(environments__0__sync={"automated": False, key: True})
    assert line == (
        f"environments[0].sync.{key}: applies to automated syncs only; this environment syncs manually. Remove it."
    )


def test_a_manual_sync_has_no_retry() -> None:
    (line,) = wrong(environments__0__sync={"automated": False, "retry": {"limit": 2}})
    assert line.startswith("environments[0].sync.retry: applies to automated syncs only")


def test_a_manual_sync_does_not_empty_an_application() -> None:
    reported = problems(environment(sync={"automated": False, "allowEmpty": True}))
    assert list(reported) == ["environments[0].sync.allowEmpty"]
    assert problems(environment(sync={"allowEmpty": True})) == {}


@pytest.mark.parametrize(
    ("retry", "message"),
    [
        (
            {"duration": "5m", "maxDuration": "3m"},
            "maxDuration: 3m is shorter than the first wait, duration 5m. Write 5m or more.",
        ),
        ({"duration": "200s", "maxDuration": "3m"}, "maxDuration: 3m is shorter than the first wait, duration 200s."),
        ({"factor": 0}, "factor: 0 is too small. Write 1 or more."),
    ],
)
def test_a_retry_waits_at_least_as_long_as_at_first(retry: dict[str, Any], message: str) -> None:
    (line,) = refusals(environments__1__sync={"retry": retry})
    assert line.startswith(f"{HERE}.retry.{message}")


def test_a_window_that_opens_is_accepted() -> None:
    config = loaded(changed(environments__1__sync={"windows": [WINDOW]}))
    assert config.environments[1].sync.windows[0].time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"schedule": "0 25 * * *"},
            "schedule: '0 25 * * *' is not a schedule: the hour 25 is not one of 0-23. Write e.g. '0 22 * * 1-5'",
        ),
        (
            {"schedule": "99 99 99 99 99"},
            "schedule: '99 99 99 99 99' is not a schedule: the minute 99 is not one of 0-59.",
        ),
        (
            {"timeZone": "Asia/Tokio"},
            "timeZone: 'Asia/Tokio' is not a time zone of the IANA database. Write e.g. Asia/Tokyo.",
        ),
        ({"timeZone": "Mars/Olympus"}, "timeZone: 'Mars/Olympus' is not a time zone of the IANA database. Write e.g. "),
        ({"duration": "30s"}, "duration: 30s is not between a minute and a year. Write e.g. 8h."),
        ({"duration": "9000h"}, "duration: 9000h is not between a minute and a year. Write e.g. 8h."),
        ({"duration": "8 hours"}, "duration: '8 hours' is not a duration. Write e.g. 90s."),
    ],
)
def test_a_window_that_means_nothing_is_refused(change: dict[str, str], message: str) -> None:
    (line,) = refusals(environments__1__sync={"windows": [{**WINDOW, **change}]})
    assert line.startswith(f"{HERE}.windows[0].{message}")


@pytest.mark.parametrize("tag", ["latest", "staging", "release"])
def test_an_immutable_tag_cannot_be_a_fixed_image_tag(tag: str) -> None:
    (line,) = refusals(environments__1__deployment={"triggers": ["push"], "imageTag": tag})
    assert line == (
        f"Pulumi.staging.yaml: environments[1].deployment.imageTag: {tag} is a fixed tag that every deployment would "
        "move, and the registry makes tags immutable, except for dev-latest, cache-*, sha256-*. "
        f"Add {tag} to registry.mutableTags, "
        "or write one of commitSha, commitShaAndTime, releaseTag."
    )


@pytest.mark.parametrize("tag", ["dev-latest", "cache-main", "commitSha", "commitShaAndTime", "releaseTag"])
def test_a_mutable_tag_or_a_keyword_is_accepted(tag: str) -> None:
    config = loaded(changed(environments__1__deployment={"triggers": ["push"], "imageTag": tag}))
    assert config.environments[1].deployment.image_tag == tag


def _tag(tag: str) -> dict[str, Any]:
    return {**PUSH, "imageTag": tag}


def test_fixed_tags_of_existing_repositories_are_checked_where_mutable_tags_are_listed() -> None:
    tag = _tag("nightly")
    first = _tag("commitSha")
    assert wrong(registry=EXISTING, environments__0__deployment=first, environments__1__deployment=tag) == []
    known = {**EXISTING, "mutableTags": ["nightly"]}
    assert wrong(registry=known, environments__0__deployment=first, environments__1__deployment=tag) == []
    other = {**EXISTING, "mutableTags": ["latest"]}
    (line,) = wrong(registry=other, environments__0__deployment=first, environments__1__deployment=tag)
    assert line.startswith("environments[1].deployment.imageTag: nightly is a fixed tag that every deployment")


@pytest.mark.parametrize(
    ("tag", "keyword"),
    [
        ("commitSHA", "commitSha"),
        ("commitsha", "commitSha"),
        ("commit-sha", "commitSha"),
        ("commitShaTime", "commitShaAndTime"),
        ("releasetag", "releaseTag"),
    ],
)
@pytest.mark.parametrize("registry", ["create", "existing"])
def test_a_misspelt_keyword_is_not_a_fixed_tag(tag: str, keyword: str, registry: str) -> None:
    registry_of: dict[str, Any] = {"ownership": registry, "mutableTags": ["dev-latest"]}
    assert wrong(registry=registry_of, environments__1__deployment=_tag(tag)) == [
        f"environments[1].deployment.imageTag: {tag} is not a keyword, and would be used as a fixed tag. "
        f"Write {keyword}."
    ]
    registry_of["mutableTags"] = ["dev-latest", tag]
    assert wrong(registry=registry_of, environments__1__deployment=_tag(tag)) == []


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


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sync": {"automated": False}}, "this environment syncs manually."),
        ({"delivery": "appOfApps"}, "not appOfApps. Write delivery: application, or remove pullRequests."),
        ({"delivery": "applicationSet"}, "not applicationSet. Write delivery: application, or remove pullRequests."),
        ({"objects": {"nodePorts": 7}}, "its objects.nodePorts can exist only once."),
        ({"objects": {"persistentVolumeClaims": 1}}, "its objects.persistentVolumeClaims can exist only once."),
    ],
)
def test_previews_need_an_environment_that_can_be_duplicated(changes: dict[str, Any], words: str) -> None:
    reported = problems(environment(pullRequests={}, **changes))
    assert list(reported) == ["environments[0].pullRequests"]
    assert words in reported["environments[0].pullRequests"]


def test_previews_are_of_github_and_can_be_counted() -> None:
    elsewhere = problems(environment(pullRequests={}), url="https://gitlab.com/a/b.git")
    assert "https://gitlab.com/a/b.git is not there." in elsewhere["environments[0].pullRequests"]
    beside = problems(environment(pullRequests={}), environment("dev", delivery="applicationSet"))
    assert "an applicationSet creates any number (dev)." in beside["environments[0].pullRequests"]
    assert problems(environment(pullRequests={}), environment("dev")) == {}


@pytest.mark.parametrize(("url", "given"), [(SSH_URL, DEPLOY_KEY), (HTTPS_URL, HTTPS)])
def test_previews_of_a_private_repository_need_a_token(url: str, given: dict[str, Any]) -> None:
    reported = problems(environment(pullRequests={}), url=url, repositoryAccess=given)
    assert list(reported) == ["environments[0].pullRequests.secret"]
    assert reported["environments[0].pullRequests.secret"].endswith(
        "Write e.g. secret: {secretsManager: shop/argocd/pull-requests}."
    )
    assert problems(environment(pullRequests={"secret": ENTRY}), url=url, repositoryAccess=given) == {}


@pytest.mark.parametrize("given", [None, APP])
def test_previews_of_a_public_repository_or_of_a_github_app_need_no_token(given: dict[str, Any] | None) -> None:
    assert problems(environment(pullRequests={}), repositoryAccess=given) == {}
