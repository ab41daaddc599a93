"""The door for Git webhooks: one path of one host through the services' load balancer, and nothing beside it."""

import json
from functools import cache

import pulumi
import pytest

from components.argocd.webhook import ArgoCdWebhook, ArgoCdWebhookArgs
from tests.harness.argocd_runs import stand_in
from tests.harness.harness import Run, run_program

DOOR = "platform:argocd_webhook:ArgoCdWebhook"
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
RELEASE = "kubernetes:helm.sh/v3:Release"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
CERTIFICATE = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
FIREWALL = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/1"
CIDRS = ("10.0.0.0/24", "10.0.1.0/24")
PREFIX = "alb.ingress.kubernetes.io"


@cache
def run(*, firewall: str | None = FIREWALL, internal: bool = False, redirect: bool = True) -> Run:
    def program() -> None:
        door = ArgoCdWebhook(
            "door",
            ArgoCdWebhookArgs(
                host="argocd.example.com",
                system="shop",
                namespace="gitops",
                certificate_arn=CERTIFICATE,
                firewall_arn=firewall,
                internal=internal,
                https_redirect=redirect,
                ingress_cidrs=CIDRS,
                after=[stand_in("controller"), stand_in("release")],
            ),
        )
        pulumi.export("url", door.url)

    return run_program(program)


def annotations(done: Run) -> dict[str, str]:
    """The load-balancer controller's, without their prefix."""
    given: dict[str, str] = done.one(INGRESS).inputs["metadata"]["annotations"]
    return {key.removeprefix(f"{PREFIX}/"): value for key, value in given.items() if key.startswith(PREFIX)}


def test_exactly_the_webhook_path_of_exactly_the_host_leads_to_argo_cd() -> None:
    assert run().one(INGRESS).inputs["spec"] == {
        "ingressClassName": "alb",
        "rules": [
            {
                "host": "argocd.example.com",
                "http": {
                    "paths": [
                        {
                            "path": "/api/webhook",
                            "pathType": "Exact",
                            "backend": {"service": {"name": "argocd-server", "port": {"number": 443}}},
                        }
                    ]
                },
            }
        ],
    }


def test_the_load_balancer_is_the_systems() -> None:
    assert annotations(run())["group.name"] == "shop"


def test_tls_ends_at_the_load_balancer_and_begins_again_behind_it() -> None:
    given = annotations(run())
    assert given["certificate-arn"] == CERTIFICATE
    assert given["ssl-policy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    assert (given["backend-protocol"], given["healthcheck-protocol"]) == ("HTTPS", "HTTPS")
    assert (given["target-type"], given["healthcheck-path"]) == ("ip", "/healthz")


def test_nothing_is_served_without_tls() -> None:
    given = annotations(run())
    assert json.loads(given["listen-ports"]) == [{"HTTPS": 443}]
    assert given["ssl-redirect"] == "443"


def test_it_redirects_as_the_other_ingresses_of_its_group_do() -> None:
    assert "ssl-redirect" not in annotations(run(redirect=False))


def test_malformed_headers_do_not_pass() -> None:
    assert annotations(run())["load-balancer-attributes"] == "routing.http.drop_invalid_header_fields.enabled=true"


@pytest.mark.parametrize(("internal", "scheme"), [(False, "internet-facing"), (True, "internal")])
def test_the_internet_reaches_it_unless_it_is_internal(internal: bool, scheme: str) -> None:
    assert annotations(run(internal=internal))["scheme"] == scheme


def test_the_firewall_stands_before_it_where_there_is_one() -> None:
    assert annotations(run())["wafv2-acl-arn"] == FIREWALL
    assert "wafv2-acl-arn" not in annotations(run(firewall=None, internal=True))


def test_the_load_balancers_subnets_alone_reach_the_server_and_only_its_port() -> None:
    assert run().one(POLICY).inputs["spec"] == {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "argocd-server"}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [{"ipBlock": {"cidr": "10.0.0.0/24"}}, {"ipBlock": {"cidr": "10.0.1.0/24"}}],
                "ports": [{"port": 8080, "protocol": "TCP"}],
            }
        ],
    }


@pytest.mark.parametrize("kind", [INGRESS, POLICY])
def test_both_lie_in_argo_cds_namespace_under_the_component(kind: str) -> None:
    made = run().one(kind)
    assert (made.inputs["metadata"]["namespace"], made.inputs["metadata"]["name"]) == ("gitops", "git-webhooks")
    assert made.parent == run().one(DOOR).urn


@pytest.mark.parametrize("name", ["controller", "release"])
def test_the_ingress_goes_before_what_serves_it(name: str) -> None:
    assert run().depends(run().one(INGRESS), run().one(CONFIG_MAP, name))


def test_targets_are_healthy_from_the_start() -> None:
    assert run().depends(run().one(INGRESS), run().one(POLICY))


def test_the_ingress_is_deleted_by_itself_and_the_run_waits_for_that() -> None:
    made = run().one(INGRESS)
    assert not made.deleted_with
    assert not made.retain_on_delete
    assert "pulumi.com/skipAwait" not in made.inputs["metadata"]["annotations"]


def test_the_run_does_not_wait_for_a_load_balancer() -> None:
    assert run().one(INGRESS).inputs["metadata"]["annotations"]["pulumi.com/waitFor"] == "jsonpath={.metadata.uid}"


def test_people_learn_the_address_for_the_git_host() -> None:
    assert run().outputs["url"] == "https://argocd.example.com/api/webhook"
