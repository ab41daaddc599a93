"""What the controllers get from the stack: the settings, and on EKS the cluster that they serve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.account.account import Account
from components.config.cluster import NodesConfig
from components.config.controllers import NodeScaling, OperatorsConfig
from components.config.edge import TargetType


@dataclass(frozen=True, kw_only=True)
class HostedZone:
    """The zone in which external-dns writes."""

    zone_id: pulumi.Input[str]
    name: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class IngressClassSettings:
    """Settings of every load balancer of the ingress class, which no Ingress can change."""

    group: str
    """Ingresses of a group share one load balancer; the system's name."""
    internal: bool
    certificate_arn: pulumi.Input[str] | None
    firewall_arn: pulumi.Input[str] | None
    https_redirect: bool
    """Whether port 80 redirects to port 443."""
    target_type: TargetType


@dataclass(frozen=True, kw_only=True)
class EksContext:
    """An EKS cluster as its controllers see it."""

    account: Account
    cluster_name: pulumi.Input[str]
    """Output of the cluster, so that identities are created after it."""
    cluster_arn: str
    """Text, so that policies can be read in a plan."""
    kubernetes_version: str
    """Minor version, for example `1.36`."""
    vpc_id: pulumi.Input[str]
    nodes: NodesConfig
    node_role_arn: pulumi.Input[str]
    node_security_group_id: pulumi.Input[str]
    node_subnet_ids: Sequence[pulumi.Input[str]]
    tags: Mapping[str, str]
    """Tags of the AWS resources that controllers create: the provider's default tags do not reach them."""
    zone: HostedZone | None
    ingress_class: IngressClassSettings | None
    """None on a stack without an edge: each Ingress then has its own settings."""
    secret_prefixes: Sequence[str]
    """Prefixes of the entries in Secrets Manager that External Secrets may read, for example `shop/`."""
    secret_arns: Sequence[pulumi.Input[str]] = ()
    """ARNs of further entries, whose names AWS chooses."""

    @property
    def cluster(self) -> str:
        """Name of the cluster as text."""
        return self.cluster_arn.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class ControllerContext:
    """The settings of all controllers, and their surroundings."""

    settings: OperatorsConfig
    scaling: NodeScaling
    system: str
    """Value of the label `app.kubernetes.io/part-of` of the environments' namespaces."""
    eks: EksContext | None
    """None on an existing cluster."""

    @property
    def on_eks(self) -> EksContext:
        """The cluster, for a controller that calls AWS: validation refuses one without a cluster of the stack."""
        assert self.eks is not None
        return self.eks
