"""The network policies of three whole stacks, rule for rule: one rule more, less, wider or narrower is a difference.

Nova's staging has database and cache on AWS, Tiketi's `dev` runs them as pods of a local cluster, and Tiketi's `prod`
has load balancers, private endpoints, monitoring, webhooks and a highly available Argo CD.
"""

from pathlib import Path

import pytest

from tests.harness.harness import ROOT, Run
from tests.systems.example_runs import example
from tests.systems.network_rules import network_rules

TABLES = Path(ROOT, "tests/facts/network_rules")


def table(name: str) -> dict[str, list[str]]:
    """The expected rules by namespace; the title of a section lists the namespaces that share them."""
    rules: dict[str, list[str]] = {}
    for section in (TABLES / f"{name}.txt").read_text().strip().split("\n\n"):
        title, *lines = section.splitlines()
        rules |= dict.fromkeys(title.strip("[]").split(", "), lines)
    return rules


def test_novas_staging_opens_exactly_this(staging: Run) -> None:
    assert network_rules(staging) == table("nova-staging")


@pytest.mark.parametrize("path", ["tiketi/dev", "tiketi/prod"])
def test_tiketi_opens_exactly_this(path: str) -> None:
    assert network_rules(example(path)) == table(path.replace("/", "-"))


def test_a_private_endpoint_and_a_highly_available_redis_are_all_that_novas_prod_adds(staging: Run, prod: Run) -> None:
    without, having = network_rules(staging), network_rules(prod)
    lines = {line for namespace in ("argocd", "nova") for line in having[namespace]}
    known = {line for namespace in ("argocd", "nova") for line in without[namespace]}
    redis = "app=redis-ha release=argocd"
    assert lines - known == {
        "  to internet, private subnets at 443/TCP",
        "  to app=redis-ha-haproxy release=argocd at 6379/TCP",
        "redis-ha-haproxy: app=redis-ha-haproxy release=argocd, Ingress Egress",
        "  from monitoring/every pod at 9101/TCP",
        f"redis-ha-server: {redis}, Ingress Egress",
        f"  from {redis}, app=redis-ha-haproxy release=argocd at 26379/TCP, 6379/TCP",
        f"  to {redis} at 26379/TCP, 6379/TCP",
    }
    assert {name: having[name] for name in ("platform", "platform-data")} == {
        name: without[name] for name in ("platform", "platform-data")
    }
