"""What a stack file may not say about repository access, notifications, previews, folders and the project."""

import json
from typing import Any

import pytest

from components.config.platform import PlatformConfig
from components.config.ssh_addresses import ssh_address
from components.validation import argocd as argocd_rules
from components.validation import environments as environment_rules
from tests.harness.config_samples import host_key

HTTPS_URL = "https://github.com/example/shop.git"
SSH_URL = "git@github.com:example/shop.git"
KEY = host_key("github.com")
ENTRY = {"secretsManager": "shop/argocd/secret"}
LOCAL = {"kubernetes": "shop-secret"}
DEPLOY_KEY = {"kind": "ssh", "secret": ENTRY, "hostKeys": [KEY]}
APP = {"kind": "githubApp", "secret": ENTRY, "githubAppId": 7, "githubAppInstallationId": 8}
HTTPS = {"kind": "https", "secret": ENTRY}
TOKENS = {"kubernetes": "argocd-notifications-secret"}
AWS = {"accountId": "123456789012", "region": "eu-west-1"}
OPERATORS: dict[str, Any] = {"externalSecrets": {}}


def environment(name: str = "staging", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": f"shop-{name}",
        "path": f"k8s/{name}",
        "revision": "main",
        "deployment": {"triggers": ["push"], "imageTag": "commitSha"},
        "resourceClass": "standard",
        "replicas": 2,
        **changes,
    }


def problems(
    *environments: dict[str, Any],
    url: str = HTTPS_URL,
    local: bool = False,
    operators: dict[str, Any] = OPERATORS,
    **argocd: Any,
) -> dict[str, str]:
    """Messages by key."""
    config = PlatformConfig.model_validate_json(
        json.dumps(
            {
                "system": {"name": "shop", "owner": "team"},
                "repository": {"url": url},
                "services": [{"name": "api"}],
                "stage": "test",
                **({"kubeconfig": {"context": "kind"}} if local else {"aws": AWS}),
                "operators": operators,
                "argocd": argocd,
                "environments": environments or [environment()],
            }
        )
    )
    return {problem.where: problem.message for rule in (*argocd_rules.RULES, environment_rules.folders, environment_rules.previews, environment_rules.syncs) for problem in rule(config)}


@pytest.mark.parametrize(
    ("url", "given"),
    [
        (HTTPS_URL, None),
        (HTTPS_URL, HTTPS),
        (HTTPS_URL, APP),
        (SSH_URL, DEPLOY_KEY),
        ("ssh://git@github.com/example/shop.git", DEPLOY_KEY),
        (
            "ssh://git@ssh.github.com:443/example/shop.git",
            {**DEPLOY_KEY, "hostKeys": [host_key("other.example.com,[ssh.github.com]:443")]},
        ),
        (HTTPS_URL, {"kind": "githubApp", "secret": LOCAL}),
    ],
)
def test_credentials_that_fit_the_address_are_taken(url: str, given: dict[str, Any] | None) -> None:
    assert problems(url=url, repositoryAccess=given) == {}


@pytest.mark.parametrize(
    ("url", "given", "key", "words"),
    [
        (SSH_URL, None, "", "Write kind: ssh with the secret of a deploy key and the host's keys."),
        (SSH_URL, HTTPS, ".kind", f"does not give access to {SSH_URL}, which is an SSH address."),
        (SSH_URL, APP, ".kind", "which is an SSH address."),
        (HTTPS_URL, DEPLOY_KEY, ".kind", "Write https or githubApp, or the repository's SSH address."),
        (SSH_URL, {"kind": "ssh", "secret": ENTRY}, ".hostKeys", "Write the lines of `ssh-keyscan github.com`"),
        (
            SSH_URL,
            {**DEPLOY_KEY, "hostKeys": [KEY, host_key("gitlab.com")]},
            ".hostKeys[1]",
            "is a key of gitlab.com, not of github.com.",
        ),
        (
            "ssh://git@ssh.github.com:443/example/shop.git",
            {**DEPLOY_KEY, "hostKeys": [host_key("ssh.github.com")]},
            ".hostKeys[0]",
            "not of [ssh.github.com]:443. Write a line of `ssh-keyscan -p 443 ssh.github.com`.",
        ),
        (HTTPS_URL, {**HTTPS, "hostKeys": [KEY]}, ".hostKeys", "apply to kind ssh only, and kind is https. Remove them."),
        (HTTPS_URL, {"kind": "githubApp", "secret": ENTRY, "githubAppInstallationId": 8}, ".githubAppId", "is missing"),
        (HTTPS_URL, {"kind": "githubApp", "secret": ENTRY, "githubAppId": 8}, ".githubAppInstallationId", "is missing"),
        (HTTPS_URL, {**HTTPS, "githubAppId": 8}, ".githubAppId", "applies to kind githubApp only, and kind is https."),
        ("https://gitlab.com/a/b.git", APP, ".kind", "githubApp does not give access to https://gitlab.com/a/b.git."),
        (HTTPS_URL, {"kind": "https", "secret": {}}, ".secret", "Write either secretsManager or kubernetes."),
        (HTTPS_URL, {"kind": "https", "secret": {**ENTRY, **LOCAL}}, ".secret", "must be in exactly one place."),
    ],
)
def test_credentials_that_do_not_fit_are_refused(url: str, given: dict[str, Any] | None, key: str, words: str) -> None:
    found = problems(url=url, repositoryAccess=given)
    assert list(found) == [f"argocd.repositoryAccess{key}"]
    assert words in found[f"argocd.repositoryAccess{key}"]


def test_a_port_that_is_closed_to_argo_cd_is_refused() -> None:
    found = problems(
        url="ssh://git@git.example.com:7999/shop.git",
        repositoryAccess={**DEPLOY_KEY, "hostKeys": [host_key("[git.example.com]:7999")]},
    )
    assert found == {
        "repository.url": "port 7999 is closed to Argo CD. Write an address at port 22 or 443, or an HTTPS address.",
    }


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (SSH_URL, ("github.com", 22)),
        ("ssh://git@git.example.com:2222/a.git", ("git.example.com", 2222)),
        ("ssh://git.example.com/a.git", ("git.example.com", 22)),
        (HTTPS_URL, None),
    ],
)
def test_ssh_addresses_are_read(url: str, address: tuple[str, int] | None) -> None:
    assert ssh_address(url) == address


def test_every_reference_to_secrets_manager_needs_somebody_to_fetch_it() -> None:
    given: dict[str, Any] = {
        "repositoryAccess": HTTPS,
        "notifications": {"slack": {"channel": "deploys", "secret": ENTRY}, "discord": {"secret": ENTRY}},
    }
    dev = environment("dev", pullRequests={"secret": ENTRY})
    keys = [
        "argocd.repositoryAccess.secret.secretsManager",
        "argocd.notifications.slack.secret.secretsManager",
        "argocd.notifications.discord.secret.secretsManager",
        "environments[0].pullRequests.secret.secretsManager",
    ]
    without_operator = problems(dev, operators={}, **given)
    assert list(without_operator) == keys
    assert all("Add `externalSecrets: {}` to operators." in message for message in without_operator.values())
    locally = problems(dev, local=True, operators={}, **given)
    assert list(locally) == keys
    assert all("Write e.g. kubernetes: " in message for message in locally.values())
    assert problems(dev, **given) == {}


@pytest.mark.parametrize("entry", ["other/argocd/secret", "shop/prod/secret", "argocd/secret", "ghp_0123456789abcdef"])
def test_only_entries_of_this_system_and_stage_come_into_the_cluster(entry: str) -> None:
    found = problems(repositoryAccess={"kind": "https", "secret": {"secretsManager": entry}})
    assert list(found) == ["argocd.repositoryAccess.secret.secretsManager"]
    (message,) = found.values()
    assert message.endswith("Write a name that begins with shop/argocd/ or shop/staging/ or shop/test/.")
    assert entry not in message


def test_a_local_cluster_takes_secrets_that_somebody_puts_there() -> None:
    found = problems(
        environment("dev", pullRequests={"secret": LOCAL}),
        local=True,
        operators={},
        repositoryAccess={"kind": "https", "secret": LOCAL},
        notifications={"discord": {"secret": TOKENS}},
    )
    assert found == {}


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        ({}, "", "have no receiver."),
        ({"discord": {"secret": LOCAL}}, ".discord.secret.kubernetes", "Write argocd-notifications-secret."),
        (
            {"slack": {"channel": "deploys", "secret": ENTRY}, "discord": {"secret": TOKENS}},
            ".slack.secret",
            "Write secretsManager for both, or kubernetes for both.",
        ),
    ],
)
def test_notifications_read_one_secret(given: dict[str, Any], key: str, words: str) -> None:
    found = problems(notifications=given)
    assert list(found) == [f"argocd.notifications{key}"]
    assert words in found[f"argocd.notifications{key}"]


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        ({"sourceRepositories": [HTTPS_URL]}, "sourceRepositories[0]", "is already allowed."),
        (
            {"sourceRepositories": ["https://a.example/b", "https://a.example/b"]},
            "sourceRepositories[1]",
            "Remove it",
        ),
        ({"clusterResources": [{"kind": "Namespace"}]}, "clusterResources[0]", "and add an environment."),
        (
            {"clusterResources": [{"group": "rbac.authorization.k8s.io", "kind": "ClusterRoleBinding"}]},
            "clusterResources[0]",
            "ClusterRoleBinding without a name makes everyone with write access to Git an administrator of the cluster. Add the `name`",
        ),
        (
            {"clusterResources": [{"group": "rbac.authorization.k8s.io", "kind": "ClusterRole"}]},
            "clusterResources[0]",
            "ClusterRole without a name",
        ),
        (
            {"namespaceResources": [{"kind": "Service"}, {"group": "networking.k8s.io", "kind": "NetworkPolicy"}]},
            "namespaceResources[1]",
            "NetworkPolicy is managed by the program",
        ),
    ],
)
def test_the_project_opens_nothing_that_is_the_program_s(given: dict[str, Any], key: str, words: str) -> None:
    found = problems(project=given)
    assert list(found) == [f"argocd.project.{key}"]
    assert words in found[f"argocd.project.{key}"]


@pytest.mark.parametrize("delivery", ["appOfApps", "applicationSet"])
@pytest.mark.parametrize("path", ["argocd/applications/staging", "argocd/test/applications"])
def test_a_folder_of_one_environment_or_stage_is_taken(delivery: str, path: str) -> None:
    assert problems(environment(delivery=delivery, path=path), environment("dev")) == {}


@pytest.mark.parametrize("delivery", ["appOfApps", "applicationSet"])
def test_a_folder_of_all_stages_is_refused(delivery: str) -> None:
    found = problems(environment(delivery=delivery, path="argocd/applications"))
    assert list(found) == ["environments[0].path"]
    assert found["environments[0].path"].endswith("Write e.g. argocd/applications/staging.")


@pytest.mark.parametrize("path", ["k8s", "k8s/dev"])
def test_a_folder_that_holds_another_environment_s_is_refused(path: str) -> None:
    found = problems(environment(delivery="appOfApps", path=path), environment("dev"))
    assert list(found) == ["environments[0].path"]
    assert f"{path} also contains the folder of environment dev." in found["environments[0].path"]


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
def test_previews_need_an_environment_that_can_be_there_twice(changes: dict[str, Any], words: str) -> None:
    found = problems(environment(pullRequests={}, **changes))
    assert list(found) == ["environments[0].pullRequests"]
    assert words in found["environments[0].pullRequests"]


def test_previews_are_of_github_and_can_be_counted() -> None:
    elsewhere = problems(environment(pullRequests={}), url="https://gitlab.com/a/b.git")
    assert "https://gitlab.com/a/b.git is not there." in elsewhere["environments[0].pullRequests"]
    beside = problems(environment(pullRequests={}), environment("dev", delivery="applicationSet"))
    assert "an applicationSet creates any number (dev)." in beside["environments[0].pullRequests"]
    assert problems(environment(pullRequests={}), environment("dev")) == {}


@pytest.mark.parametrize(("url", "given"), [(SSH_URL, DEPLOY_KEY), (HTTPS_URL, HTTPS)])
def test_previews_of_a_private_repository_are_read_by_somebody(url: str, given: dict[str, Any]) -> None:
    found = problems(environment(pullRequests={}), url=url, repositoryAccess=given)
    assert list(found) == ["environments[0].pullRequests.secret"]
    assert found["environments[0].pullRequests.secret"].endswith(
        "Write e.g. secret: {secretsManager: shop/argocd/pull-requests}."
    )
    assert problems(environment(pullRequests={"secret": ENTRY}), url=url, repositoryAccess=given) == {}


@pytest.mark.parametrize("given", [None, APP])
def test_previews_of_a_public_repository_or_of_a_github_app_need_no_token(given: dict[str, Any] | None) -> None:
    assert problems(environment(pullRequests={}), repositoryAccess=given) == {}


def test_objects_of_the_cluster_that_give_rights_are_taken_by_name() -> None:
    named = {"group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "shop-reader"}
    assert problems(project={"clusterResources": [named]}) == {}


def test_what_only_an_automated_sync_does_is_refused_for_a_manual_one() -> None:
    found = problems(environment(sync={"automated": False, "allowEmpty": True}))
    assert list(found) == ["environments[0].sync.allowEmpty"]
    assert problems(environment(sync={"allowEmpty": True})) == {}
