"""The Ingress for Git webhooks to Argo CD: one path of one host, through the load balancer of the services.

Ingresses of class `alb` with the same `group.name`, the system's name, share a load balancer across namespaces. Exactly
the webhook path is open: user interface and API need `kubectl port-forward` or an Ingress of their own. Argo CD serves
TLS, and the load balancer connects to it by TLS.
Sources: AWS Load Balancer Controller, "Ingress annotations", "IngressGroup"; Argo CD, "Git Webhook Configuration".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import IngressSpecArgsDict

from components.argocd.network_policies import SERVER, USER_INTERFACE
from components.controllers.load_balancer_controller import INGRESS_CLASS, TLS_POLICY
from components.edge.waf import WEBHOOK_PATH
from components.kubernetes.names import NAME_LABEL
from components.kubernetes.network_policy import HTTPS, Policy, allow_from, cidrs, policy, selector

OBJECT_NAME = "git-webhooks"
PREFIX = "alb.ingress.kubernetes.io"


@dataclass(frozen=True, kw_only=True)
class ArgoCdWebhookArgs:
    """Arguments of the Ingress."""

    host: str
    """Host name in the certificate; external-dns writes its record."""
    system: str
    """Name of the system: the group of the Ingresses that share the load balancer."""
    namespace: pulumi.Input[str]
    """Argo CD's namespace."""
    certificate_arn: pulumi.Input[str]
    firewall_arn: pulumi.Input[str] | None
    internal: bool
    """Whether only the VPC reaches the load balancer."""
    https_redirect: bool
    """Whether plain HTTP is redirected: all Ingresses of a group must agree."""
    ingress_cidrs: Sequence[pulumi.Input[str]]
    """Subnets of the load balancer: the public ones, or the private ones of an internal one."""
    after: Sequence[pulumi.Resource]
    """The controllers, which create and delete the load balancer, Argo CD, and the secret that verifies webhooks."""


class ArgoCdWebhook(pulumi.ComponentResource):
    """An Ingress with one path, and the network policy for its load balancer."""

    url: str
    """The URL to configure at the Git host."""

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
            # Health checks need the policy. The controller's finalizer deletes the load balancer, so the Ingress is
            # deleted before the controller and never with its namespace.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, *args.after]),
        )
        self.url = f"https://{args.host}{WEBHOOK_PATH}"
        self.register_outputs({"url": self.url})


def _annotations(args: ArgoCdWebhookArgs) -> Mapping[str, pulumi.Input[str]]:
    """Scheme, TLS policy, firewall and redirect apply to the whole group: no other Ingress of it may differ."""
    annotations: dict[str, pulumi.Input[str]] = {
        f"{PREFIX}/backend-protocol": "HTTPS",
        f"{PREFIX}/certificate-arn": args.certificate_arn,
        f"{PREFIX}/group.name": args.system,
        f"{PREFIX}/healthcheck-path": "/healthz",
        f"{PREFIX}/healthcheck-protocol": "HTTPS",
        # Port 443 only; another Ingress of the group that opens port 80 gets a redirect there.
        f"{PREFIX}/listen-ports": json.dumps([{"HTTPS": HTTPS}]),
        f"{PREFIX}/load-balancer-attributes": "routing.http.drop_invalid_header_fields.enabled=true",
        f"{PREFIX}/scheme": "internal" if args.internal else "internet-facing",
        f"{PREFIX}/ssl-policy": TLS_POLICY,
        f"{PREFIX}/target-type": "ip",
        # Do not wait for the load balancer: a certificate that is not issued yet, or an invalid Ingress of the group,
        # would block `up` until it fails. `skipAwait` would also skip the wait for its deletion.
        "pulumi.com/waitFor": "jsonpath={.metadata.uid}",
    }
    if args.https_redirect:
        annotations[f"{PREFIX}/ssl-redirect"] = str(HTTPS)
    if args.firewall_arn is not None:
        annotations[f"{PREFIX}/wafv2-acl-arn"] = args.firewall_arn
    return annotations


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
                            "backend": {"service": {"name": USER_INTERFACE[NAME_LABEL], "port": {"number": HTTPS}}},
                        }
                    ]
                },
            }
        ],
    }


def _opening(ranges: Sequence[pulumi.Input[str]]) -> Policy:
    """Adds to the server's own policy. Ranges, because a load balancer has no labels."""
    return policy(selector(USER_INTERFACE), ingress=[allow_from(cidrs(ranges), SERVER)])
