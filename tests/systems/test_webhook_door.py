"""The door for Git webhooks in the one committed stack that has it, and in one that keeps it inside."""

import copy
import runpy
from typing import Any

import pytest

from tests.harness.config import stack_config
from tests.harness.harness import ROOT, Recorded, Run, run_program
from tests.systems.example_runs import example
from tests.unit.argocd.test_webhook import INGRESS, POLICY, RELEASE, SECRET, annotations


def prod() -> tuple[Run, Recorded]:
    done = example("tiketi/prod")
    return done, done.one(INGRESS)


def test_production_says_where_github_calls() -> None:
    assert prod()[0].outputs["argocdWebhookUrl"] == "https://argocd.tiketi.com/api/webhook"


def test_a_stack_without_a_host_for_argo_cd_has_no_door() -> None:
    done = example("tiketi/staging")
    assert not done.all(INGRESS)
    assert "argocdWebhookUrl" not in done.outputs


def test_the_door_uses_certificate_and_firewall_of_the_stack() -> None:
    done, _ = prod()
    given = annotations(done)
    assert given["certificate-arn"] == done.outputs["certificateArn"]
    assert given["wafv2-acl-arn"] == done.outputs["firewallArn"]
    assert given["group.name"] == "tiketi"


def test_the_public_subnets_are_the_load_balancers() -> None:
    done, _ = prod()
    public = [
        found.inputs["cidrBlock"]
        for found in done.all("aws:ec2/subnet:Subnet")
        if "kubernetes.io/role/elb" in found.inputs["tags"]
    ]
    rules: list[dict[str, Any]] = done.one(POLICY, "argocd-webhook").inputs["spec"]["ingress"]
    assert len(public) == 3
    assert [peer["ipBlock"]["cidr"] for rule in rules for peer in rule["from"]] == public


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (RELEASE, "argocd"),
        (RELEASE, "operators-load-balancer-controller"),
        (SECRET, "argocd-access-git-webhooks"),
        ("aws:wafv2/webAcl:WebAcl", "tiketi-prod-edge"),
    ],
)
def test_the_door_opens_after_controller_argo_cd_secret_and_firewall(kind: str, name: str) -> None:
    done, ingress = prod()
    assert done.depends(ingress, done.one(kind, name))


def test_no_application_waits_for_the_secret_of_webhooks() -> None:
    done, _ = prod()
    application = done.one("kubernetes:argoproj.io/v1alpha1:Application")
    assert not done.depends(application, done.one(SECRET, "argocd-access-git-webhooks"))


def test_an_internal_door_is_open_to_the_private_subnets_instead() -> None:
    config = copy.deepcopy(stack_config("prod", ROOT / "examples" / "tiketi"))
    config["tiketi:edge"]["internal"] = True
    config["tiketi:repository"] = {"url": "https://git.example.com/shop.git"}
    del config["tiketi:argocd"]["repositoryAccess"], config["tiketi:ci"]
    main = str(ROOT / "__main__.py")
    done = run_program(lambda: runpy.run_path(main, run_name="__main__"), project="tiketi", stack="prod", config=config)
    private = [
        found.inputs["cidrBlock"]
        for found in done.all("aws:ec2/subnet:Subnet")
        if "kubernetes.io/role/internal-elb" in found.inputs["tags"]
    ]
    (rule,) = done.one(POLICY, "argocd-webhook").inputs["spec"]["ingress"]
    assert annotations(done)["scheme"] == "internal"
    assert len(private) == 3
    assert [peer["ipBlock"]["cidr"] for peer in rule["from"]] == private
