"""The EKS cluster of a stack, or the context of one that exists already."""

from typing import Literal

from pydantic import Field

from components.config.base import Section
from components.config.types import AmiFamily, CapacityType, Ipv4Cidr, LogRetentionDays, RoleArn

ControlPlaneLog = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]
AddonVersion = str


class NodesConfig(Section):
    """The managed node group in the private subnets."""

    instance_type: str = Field(description="EC2 instance type; its capacity decides whether everything fits.")
    minimum: int = Field(ge=1, le=100, description="Fewest nodes.")
    desired: int = Field(
        ge=1,
        le=100,
        description="Nodes at birth; an autoscaler owns the number afterwards. Capacity is reckoned with it.",
    )
    maximum: int = Field(ge=1, le=100, description="Most nodes.")
    disk_gib: int = Field(default=50, ge=20, le=16384, description="Size of the encrypted gp3 root volume in GiB.")
    ami_family: AmiFamily = Field(default=AmiFamily.AL2023, description="Operating system.")
    capacity_type: CapacityType = Field(default=CapacityType.ON_DEMAND, description="`ON_DEMAND` or `SPOT`.")
    prefix_delegation: bool = Field(
        default=False, description="Gives a node /28 prefixes in place of single addresses: up to 110 pods a node."
    )
    max_unavailable_percent: int = Field(
        default=33, ge=1, le=33, description="Nodes that an update may replace at once, in %."
    )
    customer_managed_key: bool = Field(
        default=False, description="Encrypts node volumes with a key of the stack instead of AWS's own."
    )


class AddonsConfig(Section):
    """Versions of the EKS add-ons; a newer one is a reviewed change, never a surprise."""

    vpc_cni: AddonVersion = Field(
        default="v1.21.1-eksbuild.1", pattern=r"^v[\w.-]+$", description="Version of vpc-cni."
    )
    kube_proxy: AddonVersion = Field(
        default="v1.35.0-eksbuild.2", pattern=r"^v[\w.-]+$", description="Version of kube-proxy."
    )
    coredns: AddonVersion = Field(
        default="v1.13.1-eksbuild.1", pattern=r"^v[\w.-]+$", description="Version of coredns."
    )
    pod_identity_agent: AddonVersion = Field(
        default="v1.3.10-eksbuild.1", pattern=r"^v[\w.-]+$", description="Version of eks-pod-identity-agent."
    )
    ebs_csi_driver: AddonVersion = Field(
        default="v1.54.0-eksbuild.1", pattern=r"^v[\w.-]+$", description="Version of aws-ebs-csi-driver."
    )
    metrics_server: AddonVersion = Field(
        default="v0.8.0-eksbuild.5", pattern=r"^v[\w.-]+$", description="Version of metrics-server."
    )


class ClusterConfig(Section):
    """The control plane: private, encrypted, logged, in standard support."""

    version: Literal["1.35", "1.36"] = Field(description="Kubernetes minor version, quoted.")
    admin_role_arns: tuple[RoleArn, ...] = Field(
        min_length=1, description="Roles with cluster-admin. Whoever runs `pulumi up` must hold one of them."
    )
    deployer_role_arns: tuple[RoleArn, ...] = Field(
        default=(), description="Roles that may look at and restart the services' deployments, and nothing else."
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
    addons: AddonsConfig = Field(default=AddonsConfig(), description="Pinned add-on versions.")


class KubeconfigConfig(Section):
    """A cluster that exists already, in place of `network` and `cluster`."""

    context: str = Field(min_length=1, description="Context of the kubeconfig of whoever runs the program.")
