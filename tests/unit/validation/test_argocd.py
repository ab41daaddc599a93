"""Rules of Argo CD: what gives access to the repository, what it reads, what its project allows."""

import copy
from typing import Any

import pytest

from components.config.git_urls import ssh_address
from components.config.problems import ConfigurationError
from components.config.versions import ARGO_CD_CHART, ARGO_CD_IMAGE_TAG
from components.validation import argocd
from components.validation.controllers import needed_by_secrets
from components.validation.load import load
from tests.harness.config import stack_config
from tests.harness.config_samples import host_key, wrong
from tests.harness.harness import ROOT, run_program
from tests.unit.validation.samples import (
    APP,
    DEPLOY_KEY,
    ENTRY,
    HTTPS,
    HTTPS_URL,
    KEY,
    LOCAL,
    SSH_URL,
    TOKENS,
    Refusal,
    environment,
    messages,
    refused,
)

RULES = tuple(rule for rule in argocd.RULES if rule is not argocd.address)
SIGN_IN = {
    "name": "x",
    "issuer": "https://x.example.com",
    "clientId": "a",
    "clientSecretRef": "$s:k",
    "adminGroups": ["a"],
}
REFUSALS: tuple[Refusal, ...] = (
    ("repository.url", "github.com/a/b.git", None, "'github.com/a/b.git' is not a clone URL ("),
    ("repository.url", "https://GitHub.com/a/b.git", None, "'https://GitHub.com/a/b.git' is not a clone URL ("),
    ("repository.url", "git@GitHub.com:a/b.git", None, "'git@GitHub.com:a/b.git' is not a clone URL ("),
    ("repository.url", "ssh://git@GitHub.com/a/b.git", None, "'ssh://git@GitHub.com/a/b.git' is not a clone"),
    *(
        ("argocd.chartVersion", version, None, f"{version!r} is not an exact version.")
        for version in (">=10", "^10.9.0", "~10.9.0", "10.9", "10.x.0")
    ),
    ("argocd.url", "https://argocd.example.com:70000", None, "'https://argocd.example.com:70000' has port 70000;"),
    ("argocd.url", "https://arg\u00f6.example.com", None, "'https://arg\u00f6.example.com' is not an HTTPS URL"),
    ("argocd.sso", {**SIGN_IN, "clientId": "a\x07"}, "argocd.sso.clientId", "has the control character U+0007"),
    ("argocd.sso", SIGN_IN, "argocd.url", "is missing, and sign-in redirects to it."),
    (
        "argocd.sso",
        {**SIGN_IN, "issuer": "https://x.example.com/.well-known/openid-configuration"},
        "argocd.sso.issuer",
        "'https://x.example.com/.well-known/openid-configuration' is the address of the issuer's configuration, not "
        "the issuer. Write https://x.example.com.",
    ),
    (
        "argocd.sso",
        {**SIGN_IN, "scopes": ["profile"]},
        "argocd.sso.scopes",
        "does not include openid, without which there is no sign-in. Write [openid, profile].",
    ),
    *(
        (
            "argocd.sso",
            {**SIGN_IN, key: [group]},
            f"argocd.sso.{key}[0]",
            f"{group!r} is not a group that Argo CD's policies can name: no commas, no quotes, no blanks around it. "
            "Rename the group, or write its id.",
        )
        for key in ("adminGroups", "developerGroups")
        for group in ("a, role:admin", '"a"', " a", "")
    ),
    ("argocd.namespace", "kube-system", None, "'kube-system' is reserved. Write argocd."),
    ("argocd.namespace", "kube-argocd", None, "'kube-argocd' is reserved. Write argocd."),
    ("argocd.namespace", "platform-data", None, "'platform-data' is reserved. Write argocd."),
)


@pytest.mark.parametrize(("path", "value", "reported_at", "message"), REFUSALS)
def test_a_bad_value_is_refused_at_its_key(path: str, value: Any, reported_at: str | None, message: str) -> None:
    lines = refused(path, value)
    assert any(line.startswith(f"{reported_at or path}: {message}") for line in lines), lines


def problems(*environments: dict[str, Any], **given: Any) -> dict[str, str]:
    return messages(RULES, *environments, **given)


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
def test_credentials_that_match_the_address_are_accepted(url: str, given: dict[str, Any] | None) -> None:
    assert problems(url=url, repositoryAccess=given) == {}


@pytest.mark.parametrize(
    ("url", "given", "key", "words"),
    [
        (SSH_URL, None, "", "Write e.g. {kind: ssh, secret: {secretsManager: shop/argocd/deploy-key}}."),
        (SSH_URL, HTTPS, ".kind", f"does not give access to {SSH_URL}, which is an SSH address."),
        (SSH_URL, APP, ".kind", "which is an SSH address."),
        (
            HTTPS_URL,
            DEPLOY_KEY,
            ".kind",
            "Write https and remove hostKeys, or the repository's SSH address as its url.",
        ),
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
        (
            HTTPS_URL,
            {**HTTPS, "hostKeys": [KEY]},
            ".hostKeys",
            "apply to kind ssh only, and kind is https. Remove it.",
        ),
        (HTTPS_URL, {"kind": "githubApp", "secret": ENTRY, "githubAppInstallationId": 8}, ".githubAppId", "is missing"),
        (HTTPS_URL, {"kind": "githubApp", "secret": ENTRY, "githubAppId": 8}, ".githubAppInstallationId", "is missing"),
        (HTTPS_URL, {**HTTPS, "githubAppId": 8}, ".githubAppId", "applies to kind githubApp only, and kind is https."),
        ("https://gitlab.com/a/b.git", APP, ".kind", "githubApp does not give access to https://gitlab.com/a/b.git."),
        (HTTPS_URL, {"kind": "https", "secret": {}}, ".secret", "Write e.g. {secretsManager: shop/argocd/repository}."),
        (
            HTTPS_URL,
            {"kind": "https", "secret": {**ENTRY, **LOCAL}},
            ".secret.kubernetes",
            "would be a second place of one secret. Remove it.",
        ),
    ],
)
def test_credentials_that_do_not_fit_are_refused(url: str, given: dict[str, Any] | None, key: str, words: str) -> None:
    reported = problems(url=url, repositoryAccess=given)
    assert list(reported) == [f"argocd.repositoryAccess{key}"]
    assert words in reported[f"argocd.repositoryAccess{key}"]


def test_a_port_that_is_closed_to_argo_cd_is_refused() -> None:
    reported = problems(
        url="ssh://git@git.example.com:7999/shop.git",
        repositoryAccess={**DEPLOY_KEY, "hostKeys": [host_key("[git.example.com]:7999")]},
    )
    assert reported == {
        "repository.url": "port 7999 is closed to Argo CD, which connects to 22 and 443. "
        "Write e.g. ssh://git@git.example.com/shop.git.",
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


def test_every_reference_to_secrets_manager_needs_external_secrets() -> None:
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
    assert messages([*RULES, needed_by_secrets], dev, operators={}, **given) == {
        "operators.externalSecrets": f"is missing; it fetches {keys[0]}. Add `externalSecrets: {{}}`."
    }
    locally = problems(dev, local=True, operators={}, **given)
    assert list(locally) == [key.removesuffix(".secretsManager") for key in keys]
    assert all("Write e.g. {kubernetes: " in message for message in locally.values())
    assert problems(dev, **given) == {}


@pytest.mark.parametrize("entry", ["other/argocd/secret", "shop/prod/secret", "argocd/secret", "ghp_0123456789abcdef"])
def test_only_entries_of_this_system_and_stage_come_into_the_cluster(entry: str) -> None:
    reported = problems(repositoryAccess={"kind": "https", "secret": {"secretsManager": entry}})
    assert list(reported) == ["argocd.repositoryAccess.secret.secretsManager"]
    (message,) = reported.values()
    assert message.endswith(
        "those begin with shop/argocd/ or shop/staging/ or shop/test/. Write e.g. shop/argocd/repository."
    )
    assert entry not in message


def test_a_local_cluster_accepts_secrets_created_by_hand() -> None:
    reported = problems(
        environment("dev", pullRequests={"secret": LOCAL}),
        local=True,
        operators={},
        repositoryAccess={"kind": "https", "secret": LOCAL},
        notifications={"discord": {"secret": TOKENS}},
    )
    assert reported == {}


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        ({}, "", "have no receiver."),
        ({"discord": {"secret": LOCAL}}, ".discord.secret.kubernetes", "Write argocd-notifications-secret."),
        (
            {"slack": {"channel": "deploys", "secret": ENTRY}, "discord": {"secret": TOKENS}},
            ".slack.secret",
            "Write e.g. {kubernetes: argocd-notifications-secret}.",
        ),
    ],
)
def test_notifications_read_one_secret(given: dict[str, Any], key: str, words: str) -> None:
    reported = problems(notifications=given)
    assert list(reported) == [f"argocd.notifications{key}"]
    assert words in reported[f"argocd.notifications{key}"]


@pytest.mark.parametrize(
    ("reference", "key", "words"),
    [
        ({"kubernetes": "webhook"}, ".kubernetes", "Write argocd-secret."),
        ({}, "", "Write e.g. {secretsManager: shop/argocd/webhook}."),
    ],
)
def test_the_webhook_secret_is_where_argo_cd_looks_for_it(reference: dict[str, Any], key: str, words: str) -> None:
    reported = problems(webhookSecret=reference)
    assert list(reported) == [f"argocd.webhookSecret{key}"]
    assert reported[f"argocd.webhookSecret{key}"].endswith(words)


def test_argo_cds_own_secret_is_accepted_for_webhooks() -> None:
    assert problems(webhookSecret={"kubernetes": "argocd-secret"}) == {}


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
            "makes everyone with write access to Git an administrator of the cluster. Remove it, or add the name",
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
def test_the_project_allows_nothing_that_the_program_manages(given: dict[str, Any], key: str, words: str) -> None:
    reported = problems(project=given)
    assert list(reported) == [f"argocd.project.{key}"]
    assert words in reported[f"argocd.project.{key}"]


def test_a_canary_has_a_kind_that_the_project_allows() -> None:
    canary = {"stepPercent": 10, "maxPercent": 50, "successRatePercent": 99.0, "p99Milliseconds": 500}
    project = {"namespaceResources": [{"group": "apps", "kind": "Deployment"}]}
    assert problems(environment(canary=canary), project=project) == {
        "argocd.project.namespaceResources": "does not include the Rollouts of environment staging, which has a "
        "canary. Add {group: argoproj.io, kind: Rollout}."
    }
    assert problems(environment(), project=project) == {}
    project["namespaceResources"].append({"group": "argoproj.io", "kind": "Rollout"})
    assert problems(environment(canary=canary), project=project) == {}


def test_cluster_objects_that_grant_rights_are_accepted_by_name() -> None:
    named = {"group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "shop-reader"}
    assert problems(project={"clusterResources": [named]}) == {}


def test_notifications_link_to_an_address() -> None:
    config = copy.deepcopy(stack_config("staging", ROOT / "examples" / "pingvasai"))
    del config["pingvasai:argocd"]["url"]
    with pytest.raises(ConfigurationError, match=r"argocd\.url: is missing, and notifications link to it") as refused:
        run_program(load, project="pingvasai", stack="staging", config=config)
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("v3.5.3", ARGO_CD_IMAGE_TAG),
        ("v3.5.4-rc1", ARGO_CD_IMAGE_TAG),
        ("v3.5.0", ARGO_CD_IMAGE_TAG),
        ("v3.4.9", "v3.4.10"),
        ("v3.3.99", ARGO_CD_IMAGE_TAG),
        ("v2.14.20", ARGO_CD_IMAGE_TAG),
    ],
)
def test_an_argo_cd_with_a_known_vulnerability_is_refused(tag: str, written: str) -> None:
    assert wrong(argocd__imageTag=tag) == [
        f"argocd.imageTag: {tag!r} has a known vulnerability: anyone who can push to Git can run code in Argo CD. "
        f"Write {written} or later."
    ]


@pytest.mark.parametrize("tag", ["v3.4.10", "v3.5.4", ARGO_CD_IMAGE_TAG, "v3.6.1", "v3.10.0", "v4.0.0-rc1"])
def test_an_argo_cd_without_the_vulnerability_is_accepted(tag: str) -> None:
    assert wrong(argocd__imageTag=tag) == []


def test_argo_cds_tags_begin_with_v() -> None:
    (line,) = wrong(argocd__imageTag="3.5.7")
    assert line == "argocd.imageTag: '3.5.7' is not a tag of Argo CD's image: its tags start with v. Write v3.5.7."


@pytest.mark.parametrize("version", ["9.9.9", "5.0.0"])
def test_a_chart_of_an_older_argo_cd_is_refused(version: str) -> None:
    assert wrong(argocd__chartVersion=version) == [
        f"argocd.chartVersion: {version!r} is for Argo CD versions that argocd.imageTag does not allow. "
        f"Write {ARGO_CD_CHART} or later."
    ]


@pytest.mark.parametrize("version", [ARGO_CD_CHART, "99.0.0"])
def test_a_chart_of_the_current_major_or_a_later_one_is_accepted(version: str) -> None:
    assert wrong(argocd__chartVersion=version) == []


def test_a_bad_host_key_does_not_hide_a_missing_id() -> None:
    access = {"kind": "githubApp", "secret": {"secretsManager": "nova/argocd/app"}, "hostKeys": ["github.com"]}
    lines = wrong(argocd__repositoryAccess=access, argocd__namespace="kube-argocd")
    assert {line.partition(": ")[0] for line in lines} == {
        "argocd.repositoryAccess.hostKeys[0]",
        "argocd.repositoryAccess.githubAppId",
        "argocd.repositoryAccess.githubAppInstallationId",
        "argocd.namespace",
    }


def test_a_project_s_bad_entry_hides_no_other() -> None:
    project = {
        "clusterResources": [{"kind": "namespace"}, {"kind": "Namespace"}],
        "namespaceResources": [{"kind": "ResourceQuota"}],
    }
    assert [line.partition(": ")[0] for line in wrong(argocd__project=project)] == [
        "argocd.project.clusterResources[0].kind",
        "argocd.project.clusterResources[1]",
        "argocd.project.namespaceResources[0]",
    ]


@pytest.mark.parametrize(
    "url", ["https://argocd.example.com:65535", "https://argocd.example.com:1", "https://a_b.example"]
)
def test_an_address_with_a_port_that_exists_is_accepted(url: str) -> None:
    assert wrong(argocd__url=url) == []
