"""A secret pasted into a stack file is refused and never shown, because messages end up in CI logs."""

from typing import Any

import pytest

from components.config.problems import Problem
from components.config.redaction import masked
from tests.harness.config_samples import wrong

PEM = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n-----END OPENSSH PRIVATE KEY-----\n"
DISCORD = "https://discord.com/api/webhooks/123/SECRETTOKEN"
SLACK = "https://hooks.slack.com/services/T0/B0/SECRETTOKEN"
GITHUB = "ghp_SECRETTOKENSECRETTOKENSECRETTOKEN12"


def _one(path: str, value: Any, *hidden: str) -> str:
    """The problem at a path, after a check that no problem shows the hidden words."""
    lines = wrong(**{path.replace(".", "__"): value})
    for word in hidden:
        assert not any(word in line for line in lines), lines
    return next(line for line in lines if line.startswith(path))


@pytest.mark.parametrize(
    ("path", "value", "hidden"),
    [
        ("argocd.notifications", {"discord": {"secret": {"secretsManager": DISCORD}}}, "SECRETTOKEN"),
        ("argocd.notifications", {"discord": {"secret": {"kubernetes": DISCORD}}}, "SECRETTOKEN"),
        ("argocd.notifications", {"discord": {"secret": DISCORD}}, "SECRETTOKEN"),
        ("argocd.notifications", {"slack": {"channel": "x", "secret": "xoxb-1-SECRETTOKEN"}}, "SECRETTOKEN"),
        ("argocd.notifications", {"slack": {"channel": SLACK, "secret": {"kubernetes": "a"}}}, "SECRETTOKEN"),
        ("argocd.repositoryAccess", {"kind": "ssh", "secret": {"secretsManager": PEM}}, "b3Blbn"),
        ("argocd.repositoryAccess", {"kind": "ssh", "secret": {"kubernetes": PEM}}, "b3Blbn"),
        ("argocd.repositoryAccess", {"kind": "ssh", "secret": PEM}, "b3Blbn"),
        ("argocd.repositoryAccess", {"kind": "ssh", "secret": [PEM]}, "b3Blbn"),
        ("argocd.repositoryAccess", {"kind": "ssh", "hostKeys": [PEM], "secret": {"kubernetes": "a"}}, "b3Blbn"),
        ("argocd.repositoryAccess", {"kind": GITHUB, "secret": {"kubernetes": "a"}}, "SECRETTOKEN"),
        ("argocd.repositoryAccess", {"kind": "https", "secret": {"kubernetes": "hunter2SECRET"}}, "hunter2"),
        ("argocd.repositoryAccess", {"kind": "https", "secret": {GITHUB: "x"}}, "SECRETTOKEN"),
        ("argocd.webhookSecret", "hunter2SECRET", "hunter2"),
        ("argocd.webhookSecret", {"kubernetes": "hunter2"}, "hunter2"),
        ("argocd.notifications", {"discord": {"secret": {"kubernetes": "hunter2"}}}, "hunter2"),
        ("argocd.sso", {"clientSecretRef": "hunter2SECRET"}, "hunter2"),
        ("secrets.generated", [{"secret": "hunter2SECRET", "key": "a"}], "hunter2"),
        ("repository.url", f"https://x-access-token:{GITHUB}@github.com/a/b.git", "SECRETTOKEN"),
        ("repository.url", f"https://{GITHUB}@github.com/a/b.git", "SECRETTOKEN"),
        ("repository.url", "https://me:hunter2SECRET@github.com/a/b.git", "hunter2"),
        ("stage", "AKIAIOSFODNN7EXAMPLE", "IOSFODNN"),
        ("database", "postgres://shop:hunter2SECRET@host/shop", "hunter2"),
        ("cluster.nodes.desired", "AIzaSyA1234567890abcdefghijklmnopqrstuv", "1234567890"),
    ],
)
def test_pasted_secret_is_refused_at_its_key_and_not_shown(path: str, value: Any, hidden: str) -> None:
    assert _one(path, value, hidden)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("argocd.repositoryAccess", {"kind": "https", "secret": "hunter2SECRET"}),
        ("argocd.repositoryAccess", {"kind": "https", "secret": "hunter2/SECRET"}),
        ("argocd.webhookSecret", "$hunter2SECRET"),
        ("argocd.sso", {"name": "Company", "clientSecretRef": "$hunter2SECRET"}),
    ],
)
def test_a_secret_in_place_of_its_reference_is_not_shown(path: str, value: Any) -> None:
    lines = wrong(**{path.replace(".", "__"): value})
    assert lines
    assert not any("SECRET" in line for line in lines)


def test_masked_values_keep_their_prefix_and_the_remedy() -> None:
    line = _one("repository.url", f"https://x-access-token:{GITHUB}@github.com/a/b.git")
    assert "repository.url: 'https://x-access-token:***@github.com/a/b.git' is not a clone URL (" in line
    assert line.endswith("Write https://github.com/a/b.git.")
    line = _one("argocd.webhookSecret", "hunter2SECRET")
    assert "argocd.webhookSecret: is not a map. Write `key: value` pairs under it." in line
    line = _one("argocd.repositoryAccess", {"kind": "ssh", "secret": {"secretsManager": PEM}})
    assert "secret.secretsManager: '***' is not the name of an entry in Secrets Manager. Write one like " in line


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        repr(PEM),
        DISCORD,
        "https://discordapp.com/api/v10/webhooks/1/a",
        SLACK,
        GITHUB,
        "github_pat_11ABCDEFG0123456789_abcdef",
        "glpat-abcdefghij0123456789",
        "xoxb-123456789012-abcdef",
        "AKIAIOSFODNN7EXAMPLE",
        "AIzaSyA1234567890abcdefghijklmnopqrstuv",
        "sk_live_0123456789abcdef",
        "SG.abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuv",
        "sk-ant-abcdefghijklmnopqrstuvwxyz",
        "npm_abcdefghijklmnopqrstuvwxyz",
        "https://oncall.example.com/sns?token=0123456789",
        "postgres://u:pass@h/db",
        "redis://:pass@h:6379",
        "https://user:p/w@d@host/x",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    ],
)
def test_known_forms_of_secrets_are_masked(text: str) -> None:
    assert masked(text) != text
    assert masked(masked(text)) == masked(text)
    assert "***" in Problem(path=("stage",), message=f"{text!r} is not it.").message


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
        "arn:aws:iam::123456789012:role/aws-service-role/AWSServiceRoleForAutoScaling",
        "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
        "ssh://git@github.com:22/example/shop.git",
        "git@github.com:example/shop.git",
        "k8s/infrastructure/overlays/staging",
        "public.ecr.aws/docker/library/postgres:18.4-alpine3.23",
        "AWSManagedRulesCommonRuleSetSizeRestrictionsBODY",
        "https://example.com:8443/path",
        "an_extraordinarily_long_name_of_a_database_of_56_letters",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    ],
)
def test_names_are_not_masked(text: str) -> None:
    assert masked(text) == text
