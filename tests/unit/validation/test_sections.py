"""Rules between sections: what each needs, and what has no effect in a stack."""

import copy
from typing import Any

import pytest

from components.account.tags import MOST_TAGS, default_tags
from components.config.problems import ConfigurationError
from components.validation.load import load
from tests.harness.config import stack_config
from tests.harness.config_samples import ABSENT
from tests.harness.harness import ROOT, run_program
from tests.systems import refused_examples
from tests.unit.validation.samples import Refusal, refused

ACCOUNT = {"accountId": "123456789012", "region": "ap-northeast-2"}
REFUSALS: tuple[Refusal, ...] = (
    (
        "aws.accountId",
        25434362120,
        None,
        "must be text, but YAML reads it as a number.",
    ),
    ("network", ABSENT, None, "is missing, and needed by cluster, database, cache, storage. Add it, or remove"),
    ("system.tags", {"aws:x": "1"}, "system.tags.aws:x", "starts with aws:, which AWS reserves for itself. Rename it."),
    ("system.tags", {"AWS:x": "1"}, "system.tags.AWS:x", "starts with AWS:, which AWS reserves for itself. Rename it."),
    ("system.tags", {"a": "Aws:x"}, "system.tags.a", "starts with Aws:, which AWS reserves for itself. Write e.g. "),
    *(
        ("system.tags", {key: "1"}, f"system.tags.{key}", "is a tag that the platform sets. Remove it.")
        for key in (
            "kubernetes.io/cluster/shop",
            "kubernetes.io/role/elb",
            "kubernetes.io/created-for/pvc/name",
            "kubernetes.io/service-name",
            "k8s.io/cluster-autoscaler/enabled",
            "karpenter.sh/nodepool",
            "eks:x",
            "elbv2.k8s.aws/cluster",
        )
    ),
    ("system.tags", {"": "1"}, "system.tags.", "has an empty key. Rename it."),
    (
        "system.tags",
        {"k" * 129: "1"},
        f"system.tags.{'k' * 129}",
        "has 129 characters; AWS allows 128 here. Rename it.",
    ),
    ("system.tags", {"k": "v" * 257}, "system.tags.k", "has 257 characters; AWS allows 256 here. Write e.g. "),
    ("system.tags", {"a&b": "1"}, "system.tags.a&b", "has '&' at position 2; AWS allows letters, digits, spaces and "),
    ("system.tags", {"a": "R&D"}, "system.tags.a", "has '&' at position 2; AWS allows letters, digits, spaces and "),
    ("system.tags", {"a": "R\nD"}, "system.tags.a", "has '\\n' at position 2; AWS allows letters, digits, spaces and "),
    ("system.owner", "R&D", None, "has '&' at position 2; AWS allows letters, digits, spaces and "),
    ("system.tags", {"Project": "1"}, "system.tags.Project", "is a tag that the platform sets. Remove it."),
    ("system.tags", {"managedBy": "1"}, "system.tags.managedBy", "is a tag that the platform sets. Remove it."),
    ("system.tags", {"Name": "1"}, "system.tags.Name", "is a tag that the platform sets. Remove it."),
    (
        "system.tags",
        {"Cost": "1", "cost": "2"},
        "system.tags.cost",
        "differs from Cost only in case, and IAM takes both for one tag. Remove it.",
    ),
    (
        "system.tags",
        {f"k{number}": "" for number in range(41)},
        None,
        "has 41 tags; AWS allows 50 on a resource, and the platform sets up to 10. Keep at most 40.",
    ),
    ("cluster", ABSENT, None, "is missing, and so is kubeconfig."),
    ("alarms", {}, "alarms.emails", "is empty, and so is endpoints: alarms would have no recipient."),
    ("alarms", {"emails": ["ops"]}, "alarms.emails[0]", "'ops' is not an e-mail address. Write e.g. ops@example.com."),
    (
        "alarms",
        {"endpoints": ["http://a.example.com"]},
        "alarms.endpoints[0]",
        "'http://a.example.com' is not an HTTPS",
    ),
    ("alarms", {"emails": ["a@b.com", "a@b.com"]}, "alarms.emails", "a@b.com is listed twice."),
    (
        "alarms",
        {"emails": ["a@b.com"], "monthlyBudgetUsd": 0},
        "alarms.monthlyBudgetUsd",
        "0 is too small. Write 1 or more.",
    ),
)


@pytest.mark.parametrize(("path", "value", "reported_at", "message"), REFUSALS)
def test_a_bad_value_is_refused_at_its_key(path: str, value: Any, reported_at: str | None, message: str) -> None:
    lines = refused(path, value)
    assert any(line.startswith(f"{reported_at or path}: {message}") for line in lines), lines


@pytest.mark.parametrize(
    "tags",
    [
        {f"k{number}": "" for number in range(40)},
        {"k" * 128: "v" * 256},
        {"Kostenstelle": "Köln_.:/=+-@ 7"},
        {"awsome": "aws", "my:aws:x": "1"},
        {"kubernetes.io/team": "a", "app.kubernetes.io/name": "b"},
    ],
)
def test_tags_that_aws_accepts_are_accepted(tags: dict[str, str]) -> None:
    assert refused("system.tags", tags) == []


def test_the_limit_of_tags_leaves_room_for_the_platforms() -> None:
    assert len(default_tags(project="a", environment="b", owner="c", extra={})) + 6 + MOST_TAGS == 50


def example(system: str, stack: str, section: str, **keys: Any) -> list[str]:
    """The refusal of an example whose section, or first environment, has other keys."""
    config = copy.deepcopy(stack_config(stack, ROOT / "examples" / system))
    target: Any = config.setdefault(f"{system}:{section}", {})
    (target[0] if section == "environments" else target).update(keys)
    with pytest.raises(ConfigurationError) as refused:
        run_program(load, project=system, stack=stack, config=config)
    return [line.split(": ", 1)[1] for line in str(refused.value).splitlines()[1:]]


@pytest.mark.parametrize(
    ("section", "keys", "message"),
    [
        ("aws", ACCOUNT, "aws: has no effect: this stack has no cluster, registry or ci on AWS. Remove it."),
        (
            "operators",
            {"karpenter": {}},
            "operators.karpenter: has no effect: it does not scale this stack's nodes. Remove it.",
        ),
        (
            "operators",
            {"clusterAutoscaler": {}},
            "operators.clusterAutoscaler: has no effect: it does not scale this stack's nodes. Remove it.",
        ),
        (
            "environments",
            {"hosts": ["shop.example.com"]},
            "environments[0].hosts: has no effect: without edge, hosts get neither a certificate nor a DNS record. "
            "Remove it.",
        ),
    ],
)
def test_a_local_cluster_has_no_key_without_effect(section: str, keys: dict[str, Any], message: str) -> None:
    assert example("tiketi", "dev", section, **keys) == [message]


def test_secrets_manager_without_secrets_is_refused() -> None:
    lines = refused_examples.refusals("pingvasai", "staging", {"secrets": ABSENT})
    assert lines[0] == (
        "secretsManager: has no effect: the program fills no entry. Add the section secrets, or remove secretsManager."
    )


def test_an_unknown_key_that_resembles_no_other_lists_the_known_ones() -> None:
    (line,) = example("tiketi", "dev", "argocd", project={"destinations": []})
    assert line.startswith(
        "argocd.project.destinations: is not a known key. Remove it, or write one of description, clusterName"
    )
