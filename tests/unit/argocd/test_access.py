"""What Argo CD reads that is secret: out of Secrets Manager, in the form that it looks for, and never a literal."""

import json
from typing import Any

import pytest

from components.argocd.access import ArgoCdAccess, ArgoCdAccessArgs
from tests.harness.applications_runs import GITHUB_APP, PREVIEWS, environment
from tests.harness.argocd_runs import settings, stand_in
from tests.harness.config_samples import host_key
from tests.harness.harness import Run, run_program

SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
URL = "git@github.com:example/shop.git"
SSH = {"kind": "ssh", "secret": {"secretsManager": "shop/deploy-key"}, "hostKeys": [host_key("github.com")]}
HTTPS = {"kind": "https", "secret": {"secretsManager": "shop/token"}}
BOTH = {
    "slack": {"channel": "deploys", "secret": {"secretsManager": "shop/slack"}},
    "discord": {"secret": {"secretsManager": "shop/discord"}},
}


def run(*, pull_requests: dict[str, Any] | None = None, **argocd: Any) -> Run:
    given = settings().model_validate_json(json.dumps(argocd))
    dev = environment("dev", **({"pullRequests": pull_requests} if pull_requests else {}))

    def program() -> None:
        ArgoCdAccess(
            "access",
            ArgoCdAccessArgs(
                settings=given,
                project="shop",
                repository_url=URL,
                namespace="argocd",
                environments=[dev],
                after=[stand_in("store")],
                release=stand_in("release"),
            ),
        )

    return run_program(program)


def spec(done: Run, name: str) -> dict[str, Any]:
    return done.one(SECRET, f"access-{name}").inputs["spec"]


def fetched(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Entry and key in Secrets Manager, by the name that the template uses."""
    return {item["secretKey"]: (item["remoteRef"]["key"], item["remoteRef"]["property"]) for item in found["data"]}


def test_a_public_repository_and_nobody_to_tell_need_no_secret() -> None:
    assert not run().all(SECRET)


def test_a_deploy_key_becomes_a_secret_that_argo_cd_takes_for_a_repository() -> None:
    found = spec(run(repositoryAccess=SSH), "repository")
    template = found["target"]["template"]
    assert template["metadata"] == {"labels": {"argocd.argoproj.io/secret-type": "repository"}}
    assert template["data"] == {
        "project": "shop",
        "sshPrivateKey": "{{ .sshPrivateKey }}",
        "type": "git",
        "url": URL,
    }
    assert fetched(found) == {"sshPrivateKey": ("shop/deploy-key", "sshPrivateKey")}


def test_user_and_token_come_from_the_same_entry() -> None:
    found = spec(run(repositoryAccess=HTTPS), "repository")
    assert found["target"]["template"]["data"] == {
        "password": "{{ .password }}",
        "project": "shop",
        "type": "git",
        "url": URL,
        "username": "{{ .username }}",
    }
    assert fetched(found) == {"password": ("shop/token", "password"), "username": ("shop/token", "username")}


def test_of_a_github_app_only_the_key_is_secret() -> None:
    found = spec(run(repositoryAccess=GITHUB_APP), "repository")
    data = found["target"]["template"]["data"]
    assert (data["githubAppID"], data["githubAppInstallationID"]) == ("7", "8")
    assert data["githubAppPrivateKey"] == "{{ .githubAppPrivateKey }}"
    assert fetched(found) == {"githubAppPrivateKey": ("shop/app", "githubAppPrivateKey")}


def test_tokens_of_notifications_go_into_the_one_secret_that_is_looked_for() -> None:
    found = spec(run(notifications=BOTH), "argocd-notifications-secret")
    assert found["target"]["name"] == "argocd-notifications-secret"
    assert found["target"]["template"]["data"] == {
        "discord-webhook": "{{ .discord_webhook }}",
        "slack-token": "{{ .slack_token }}",
    }
    assert "metadata" not in found["target"]["template"]
    assert fetched(found) == {
        "discord_webhook": ("shop/discord", "discord-webhook"),
        "slack_token": ("shop/slack", "slack-token"),
    }


def test_the_token_of_previews_is_a_secret_of_its_environment() -> None:
    found = spec(run(pull_requests=PREVIEWS), "pull-requests-dev")
    assert found["target"]["name"] == "pull-requests-dev"
    assert found["target"]["template"]["data"] == {"token": "{{ .token }}"}
    assert found["target"]["template"]["metadata"] == {"labels": {"argocd.argoproj.io/secret-type": "scm-creds"}}
    assert fetched(found) == {"token": ("shop/github", "token")}


@pytest.mark.parametrize(
    "argocd",
    [
        {"repositoryAccess": {**SSH, "secret": {"kubernetes": "deploy-key"}}},
        {"notifications": {"discord": {"secret": {"kubernetes": "argocd-notifications-secret"}}}},
        {"pull_requests": {**PREVIEWS, "secret": {"kubernetes": "github"}}},
        {"pull_requests": {"maximum": 1}},
    ],
)
def test_what_somebody_puts_into_the_cluster_is_not_made(argocd: dict[str, Any]) -> None:
    assert not run(**argocd).all(SECRET)


def test_every_secret_is_fetched_through_the_platform_s_store_after_it_is_there() -> None:
    done = run(repositoryAccess=SSH, notifications=BOTH, pull_requests=PREVIEWS)
    made = done.all(SECRET)
    assert sorted(found.inputs["metadata"]["name"] for found in made) == [
        "argocd-notifications-secret",
        "pull-requests-dev",
        "repository",
    ]
    for found in made:
        assert found.inputs["apiVersion"] == "external-secrets.io/v1"
        assert found.inputs["metadata"]["namespace"] == "argocd"
        assert found.inputs["spec"]["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "platform"}
        assert found.inputs["spec"]["target"]["creationPolicy"] == "Owner"
        assert found.inputs["spec"]["target"]["deletionPolicy"] == "Retain"
        assert found.inputs["spec"]["target"]["template"]["mergePolicy"] == "Replace"
        assert found.inputs["spec"]["refreshInterval"] == "1h0m0s"
        assert found.parent == done.one("platform:argocd_access:ArgoCdAccess").urn
        assert done.named("store").urn in found.depends_on


def test_no_secret_passes_through_the_stack() -> None:
    done = run(repositoryAccess=SSH, notifications=BOTH, pull_requests=PREVIEWS)
    for found in done.all(SECRET):
        assert not found.secret_keys
        templated = {f"{{{{ .{item['secretKey']} }}}}" for item in found.inputs["spec"]["data"]}
        assert templated <= set(found.inputs["spec"]["target"]["template"]["data"].values())


WEBHOOKS = {"secretsManager": "shop/argocd/webhook"}


def test_the_secret_of_webhooks_joins_argo_cds_own_and_leaves_its_keys() -> None:
    target = spec(run(webhookSecret=WEBHOOKS), "git-webhooks")["target"]
    assert (target["name"], target["creationPolicy"], target["deletionPolicy"]) == ("argocd-secret", "Merge", "Retain")


def test_webhooks_of_every_kind_of_host_are_checked_with_it() -> None:
    found = spec(run(webhookSecret=WEBHOOKS), "git-webhooks")
    assert fetched(found) == {"secret": ("shop/argocd/webhook", "secret")}
    assert found["target"]["template"]["data"] == {
        "webhook.azuredevops.password": "{{ .secret }}",
        "webhook.azuredevops.username": "{{ .secret }}",
        "webhook.bitbucket.uuid": "{{ .secret }}",
        "webhook.bitbucketserver.secret": "{{ .secret }}",
        "webhook.github.secret": "{{ .secret }}",
        "webhook.gitlab.secret": "{{ .secret }}",
        "webhook.gogs.secret": "{{ .secret }}",
        "webhook.harbor.secret": "{{ .secret }}",
    }


def test_the_secret_of_webhooks_comes_after_store_and_argo_cd_and_is_waited_for() -> None:
    done = run(webhookSecret=WEBHOOKS)
    made = done.one(SECRET, "access-git-webhooks")
    assert made.inputs["metadata"]["annotations"] == {"pulumi.com/waitFor": "condition=Ready"}
    assert made.inputs["metadata"]["namespace"] == "argocd"
    assert made.parent == done.one("platform:argocd_access:ArgoCdAccess").urn
    for name in ("store", "release"):
        assert done.depends(made, done.one("kubernetes:core/v1:ConfigMap", name))


def test_a_secret_of_webhooks_that_somebody_puts_into_the_cluster_is_not_made() -> None:
    assert not run(webhookSecret={"kubernetes": "argocd-secret"}).all(SECRET)
