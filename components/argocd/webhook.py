"""The door for Git webhooks to Argo CD: one path of one host, through the load balancer of the services' Ingresses.

Ingresses of class `alb` with the same `group.name`, which is the system's, share a load balancer whatever their
namespace. Exactly the webhook path is open: user interface and API stay behind `kubectl port-forward` or a door of
their own. Argo CD serves on TLS, and the load balancer speaks TLS to it.
Sources: AWS Load Balancer Controller, "Ingress annotations", "IngressGroup"; Argo CD, "Git Webhook Configuration".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import IngressSpecArgsDict, NetworkPolicySpecArgsDict

from components.argocd.network_policies import HTTPS, NAME, SERVER, USER_INTERFACE
from components.controllers.values import INGRESS_CLASS, TLS_POLICY
from components.edge.waf import WEBHOOK_PATH

OBJECT_NAME = "git-webhooks"
PREFIX = "alb.ingress.kubernetes.io"


@dataclass(frozen=True, kw_only=True)
class ArgoCdWebhookArgs:
    """What the door needs from outside."""

    host: str
    """Host name, covered by the certificate; external-dns makes its record."""
    system: str
    """The system's name: the group by which Ingresses share the load balancer."""
    namespace: pulumi.Input[str]
    """Argo CD's namespace, as its component gives it."""
    certificate_arn: pulumi.Input[str]
    firewall_arn: pulumi.Input[str] | None
    internal: bool
    """Whether only the VPC reaches the load balancer."""
    https_redirect: bool
    """Whether plain HTTP is redirected: in a group all Ingresses say the same."""
    ingress_cidrs: Sequence[pulumi.Input[str]]
    """Subnets of the load balancer: the public ones, or the private ones of an internal one."""
    after: Sequence[pulumi.Resource]
    """Controllers, Argo CD and its webhook secret: without them nobody makes the load balancer, cleans it up, answers
    behind it, or checks what comes in."""


class ArgoCdWebhook(pulumi.ComponentResource):
    """An Ingress with one path, and the policy that lets its load balancer reach Argo CD's server."""

    url: str
    """What the Git host's webhook is set to."""

    def __init__(self, name: str, args: ArgoCdWebhookArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:argocd_webhook:ArgoCdWebhook", name, {}, opts)
        policy = k8s.networking.v1.NetworkPolicy(
            name,
            metadata=ObjectMetaArgs(name=OBJECT_NAME, namespace=args.namespace),
            spec=_opening(args.ingress_cidrs),
            opts=pulumi.ResourceOptions(parent=self),
        )
        k8s.networking.v1.Ingress(
            name,
            metadata=ObjectMetaArgs(name=OBJECT_NAME, namespace=args.namespace, annotations={**_annotations(args)}),
            spec=_rules(args.host),
            # Health checks need the policy. The rest is there before, and goes after: the controller's finalizer takes
            # the load balancer away, so the Ingress is deleted by itself and never with its namespace.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, *args.after]),
        )
        self.url = f"https://{args.host}{WEBHOOK_PATH}"
        self.register_outputs({"url": self.url})


def _annotations(args: ArgoCdWebhookArgs) -> Mapping[str, pulumi.Input[str]]:
    """Scheme, TLS policy, firewall and redirect hold for the whole group: no other Ingress of it may differ."""
    found: dict[str, pulumi.Input[str]] = {
        f"{PREFIX}/backend-protocol": "HTTPS",
        f"{PREFIX}/certificate-arn": args.certificate_arn,
        f"{PREFIX}/group.name": args.system,
        f"{PREFIX}/healthcheck-path": "/healthz",
        f"{PREFIX}/healthcheck-protocol": "HTTPS",
        # Port 443 alone; whoever else of the group opens port 80 gets a redirect there.
        f"{PREFIX}/listen-ports": json.dumps([{"HTTPS": HTTPS}]),
        f"{PREFIX}/load-balancer-attributes": "routing.http.drop_invalid_header_fields.enabled=true",
        f"{PREFIX}/scheme": "internal" if args.internal else "internet-facing",
        f"{PREFIX}/ssl-policy": TLS_POLICY,
        f"{PREFIX}/target-type": "ip",
        # Not for the load balancer: a certificate that AWS has not issued yet, or another Ingress of the group that is
        # wrong, would hold `up` until it fails. `skipAwait` would also skip the wait for the load balancer to be gone.
        "pulumi.com/waitFor": "jsonpath={.metadata.uid}",
    }
    if args.https_redirect:
        found[f"{PREFIX}/ssl-redirect"] = str(HTTPS)
    if args.firewall_arn is not None:
        found[f"{PREFIX}/wafv2-acl-arn"] = args.firewall_arn
    return found


def _rules(host: str) -> IngressSpecArgsDict:
    return {
        "ingress_class_name": INGRESS_CLASS,
        "rules": [
            {
                "host": host,
                "http": {
                    "paths": [
                        {
                            "path": WEBHOOK_PATH,
                            "path_type": "Exact",
                            "backend": {"service": {"name": USER_INTERFACE[NAME], "port": {"number": HTTPS}}},
                        }
                    ]
                },
            }
        ],
    }


def _opening(cidrs: Sequence[pulumi.Input[str]]) -> NetworkPolicySpecArgsDict:
    """Adds to the server's own policy. Ranges, because a load balancer has no labels."""
    return {
        "pod_selector": {"match_labels": {**USER_INTERFACE}},
        "policy_types": ["Ingress"],
        "ingress": [
            {
                "from_": [{"ip_block": {"cidr": cidr}} for cidr in cidrs],
                "ports": [{"port": SERVER, "protocol": "TCP"}],
            }
        ],
    }
