"""The EKS cluster of a stack, or the context of one that exists already."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.config.base import Section
from components.config.controllers import NodeScaling
from components.config.types import AmiFamily, CapacityType, Ipv4Cidr, LogRetentionDays, Port, RoleArn, matching
from components.config.versions import ADDON_VERSIONS, AddonVersions

ControlPlaneLog = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]
AddonVersion = Annotated[
    str, matching(r"^v[0-9]+(\.[0-9]+){2}-eksbuild\.[0-9]+$", "a version as EKS lists it", "v1.22.4-eksbuild.3")
]
"""A version as EKS lists it, for example `v1.22.4-eksbuild.3`."""

ContextName = Annotated[str, matching(r"^\S(.*\S)?$", "a context of the kubeconfig", "kind-shop")]

KARPENTER_PODS = 2
HTTPS_PORT = 443


def _with_https(ports: tuple[int, ...]) -> tuple[int, ...]:
    """Images, AWS's APIs and Git over HTTPS all come through 443: without it no node joins."""
    if HTTPS_PORT not in ports:
        raise ValueError(
            f"has no {HTTPS_PORT}, through which images and AWS's APIs come. Write {[HTTPS_PORT, *ports]}."
        )
    return ports


class NodesConfig(Section):
    """The managed node group in the private subnets."""

    instance_type: str = Field(description="EC2 instance type; its capacity decides whether everything fits.")
    minimum: int = Field(ge=1, le=100, description="Fewest nodes.")
    desired: int = Field(
        ge=1,
        le=100,
        description="Nodes at birth. A change does not move a group that lives: an autoscaler owns the number then, "
        "within `minimum` and `maximum`. Capacity is reckoned with it.",
    )
    maximum: int = Field(ge=1, le=100, description="Most nodes.")
    disk_gib: int = Field(default=50, ge=20, le=16384, description="Size of the encrypted gp3 root volume in GiB.")
    scaling: NodeScaling = Field(
        default=NodeScaling.CLUSTER_AUTOSCALER,
        description="Who moves the number of nodes between minimum and maximum; `none` leaves it at `desired`.",
    )
    ami_family: AmiFamily = Field(default=AmiFamily.AL2023, description="Operating system.")
    capacity_type: CapacityType = Field(default=CapacityType.ON_DEMAND, description="`ON_DEMAND` or `SPOT`.")
    prefix_delegation: bool = Field(
        default=False, description="Gives a node /28 prefixes in place of single addresses: up to 110 pods a node."
    )
    max_unavailable_percent: int = Field(
        default=33, ge=1, le=33, description="Nodes that an update may replace at once, in %."
    )
    customer_managed_key: bool = Field(
        default=False,
        description="Encrypts node volumes with a key of the stack instead of AWS's own. The account must have the "
        "role AWSServiceRoleForAutoScaling: "
        "`aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com`.",
    )
    egress_ports: Annotated[tuple[Port, ...], AfterValidator(_with_https)] = Field(
        default=(443,),
        description="TCP ports that nodes and their pods may reach on the internet: 443; 22 as well for Git over SSH.",
    )

    @property
    def least_desired(self) -> int:
        """Nodes of the group without which it does not work: Karpenter's pods never share one."""
        return KARPENTER_PODS if self.scaling is NodeScaling.KARPENTER else 1

    @property
    def scaler(self) -> NodeScaling:
        """Who scales: nobody where there is nothing between minimum and maximum."""
        return NodeScaling.NONE if self.minimum == self.maximum else self.scaling


class AddonsConfig(Section):
    """Versions of EKS add-ons other than those that `components/config/versions.py` pins for the Kubernetes version."""

    vpc_cni: AddonVersion | None = Field(default=None, description="Version of vpc-cni.")
    kube_proxy: AddonVersion | None = Field(default=None, description="Version of kube-proxy.")
    coredns: AddonVersion | None = Field(default=None, description="Version of coredns.")
    pod_identity_agent: AddonVersion | None = Field(default=None, description="Version of eks-pod-identity-agent.")
    ebs_csi_driver: AddonVersion | None = Field(default=None, description="Version of aws-ebs-csi-driver.")
    metrics_server: AddonVersion | None = Field(default=None, description="Version of metrics-server.")


class ClusterConfig(Section):
    """The control plane: private, encrypted, logged, in standard support."""

    version: Literal["1.35", "1.36"] = Field(description="Kubernetes minor version, quoted.")
    admin_role_arns: tuple[RoleArn, ...] = Field(
        min_length=1, description="Roles with cluster-admin. Whoever runs `pulumi up` must hold one of them."
    )
    deployer_role_arns: tuple[RoleArn, ...] = Field(
        default=(), description="Roles that may look at and restart the services' deployments, and nothing else."
    )
    smoke_tester_role_arns: tuple[RoleArn, ...] = Field(
        default=(),
        description="Roles that may run `scripts/smoke.py`: see pods and Applications, ask the services by GET, and "
        "nothing else. Each needs `eks:DescribeCluster` of IAM too.",
    )
    public_access_cidrs: tuple[Ipv4Cidr, ...] = Field(
        default=(),
        description="Ranges that may reach the API server from the internet; none closes the public endpoint.",
    )
    log_types: tuple[ControlPlaneLog, ...] = Field(
        default=("api", "audit", "authenticator", "controllerManager", "scheduler"),
        description="Control plane logs that CloudWatch receives.",
    )
    log_retention_days: LogRetentionDays = Field(default=365, description="Days that CloudWatch Logs keeps them.")
    deletion_protection: bool = Field(default=True, description="AWS refuses to delete the cluster while it is on.")
    service_cidr: Ipv4Cidr = Field(
        default="172.20.0.0/16", description="Addresses of Services; must not overlap the VPC."
    )
    nodes: NodesConfig = Field(description="The node group.")
    addons: AddonsConfig = Field(default=AddonsConfig(), description="Add-on versions other than the pinned ones.")

    @property
    def addon_versions(self) -> AddonVersions:
        """The version of every add-on: what this section says, or what is pinned for the Kubernetes version."""
        return replace(ADDON_VERSIONS[self.version], **self.addons.model_dump(exclude_none=True))


class KubeconfigConfig(Section):
    """A cluster that exists already, in place of `network` and `cluster`."""

    context: ContextName = Field(description="Context of the kubeconfig of whoever runs the program.")
