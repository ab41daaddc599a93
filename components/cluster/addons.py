"""The EKS add-ons in two steps: what a node needs before it starts, and what needs a node to run on.

An add-on of the second kind that is made before the nodes waits for 20 minutes and fails. EKS wins every conflict, when
an add-on is made and when it changes: what the program says is what runs, and an edit by hand does not last. (The other
choice for updates, PRESERVE, would keep a network policy engine that somebody switched off.)
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.policy_documents import pod_identity_trust
from components.cluster import addon_pods
from components.config.versions import AddonVersions

Configuration = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class AddonsArgs:
    """What add-ons need from outside."""

    cluster_name: pulumi.Input[str]
    """The cluster's name as its output: add-ons come after the cluster."""
    cluster_arn: str
    """The cluster's ARN as text, so that trust policies can be read in a plan."""
    account: Account
    versions: AddonVersions


@dataclass(frozen=True, kw_only=True)
class BootstrapAddonsArgs(AddonsArgs):
    """What the add-ons before the nodes need."""

    prefix_delegation: bool


@dataclass(frozen=True, kw_only=True)
class WorkloadAddonsArgs(AddonsArgs):
    """What the add-ons after the nodes need."""

    nodes: pulumi.Resource
    """The node group that they run on."""


@dataclass(frozen=True, kw_only=True)
class _Addon:
    """One add-on, and for those that call AWS the service account and the policy of its role."""

    addon: str
    version: str
    configuration: Configuration | None = None
    service_account: str | None = None
    policy_arn: str | None = None


class BootstrapAddons(pulumi.ComponentResource):
    """vpc-cni (with network policies on), kube-proxy and the Pod Identity agent: before the first node."""

    ready: tuple[pulumi.Resource, ...]
    """Node groups depend on these."""

    def __init__(self, name: str, args: BootstrapAddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:addons:BootstrapAddons", name, {}, opts)
        addons = (
            _Addon(
                addon="vpc-cni",
                version=args.versions.vpc_cni,
                configuration=cni_configuration(prefix_delegation=args.prefix_delegation),
                service_account="aws-node",
                policy_arn="arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
            ),
            _Addon(
                addon="kube-proxy",
                version=args.versions.kube_proxy,
                configuration={"resources": addon_pods.KUBE_PROXY.resources},
            ),
            _Addon(addon="eks-pod-identity-agent", version=args.versions.pod_identity_agent),
        )
        self.ready = tuple(_install(name, addon, args, self, after=()) for addon in addons)
        self.register_outputs({})


class WorkloadAddons(pulumi.ComponentResource):
    """coredns, the EBS CSI driver and metrics-server: after the nodes."""

    ready: tuple[pulumi.Resource, ...]
    """What resolves names or claims volumes depends on these."""

    def __init__(self, name: str, args: WorkloadAddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:addons:WorkloadAddons", name, {}, opts)
        csi = {"resources": addon_pods.EBS_CSI.resources}
        addons = (
            _Addon(
                addon="coredns",
                version=args.versions.coredns,
                configuration={"replicaCount": addon_pods.REPLICAS, "resources": addon_pods.COREDNS.resources},
            ),
            _Addon(
                addon="aws-ebs-csi-driver",
                version=args.versions.ebs_csi_driver,
                configuration={"controller": {"replicaCount": addon_pods.REPLICAS, **csi}, "node": csi},
                service_account="ebs-csi-controller-sa",
                policy_arn="arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
            ),
            _Addon(
                addon="metrics-server",
                version=args.versions.metrics_server,
                configuration={"replicas": addon_pods.REPLICAS, "resources": addon_pods.METRICS_SERVER.resources},
            ),
        )
        self.ready = tuple(_install(name, addon, args, self, after=(args.nodes,)) for addon in addons)
        self.register_outputs({})


def cni_configuration(*, prefix_delegation: bool) -> Configuration:
    """Configuration of vpc-cni. Without the first key every NetworkPolicy of the cluster is ignored."""
    if not prefix_delegation:
        return {"enableNetworkPolicy": "true"}
    return {"enableNetworkPolicy": "true", "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}}


def _install(
    name: str, addon: _Addon, args: AddonsArgs, parent: pulumi.Resource, *, after: Sequence[pulumi.Resource]
) -> aws.eks.Addon:
    identity = _identity(name, addon, args, parent)
    return aws.eks.Addon(
        f"{name}-{addon.addon}",
        cluster_name=args.cluster_name,
        addon_name=addon.addon,
        addon_version=addon.version,
        configuration_values=json.dumps(addon.configuration, sort_keys=True) if addon.configuration else None,
        pod_identity_associations=[association for association, _ in identity],
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        opts=pulumi.ResourceOptions(
            parent=parent,
            # Its pods need the role's policy when they start and until they are gone; some need nodes to run on.
            depends_on=[*after, *(policy for _, policy in identity)],
        ),
    )


def _identity(
    name: str, addon: _Addon, args: AddonsArgs, parent: pulumi.Resource
) -> list[tuple[aws.eks.AddonPodIdentityAssociationArgs, pulumi.Resource]]:
    """The role of the add-on's service account, if it has one, with what must exist before the role is of use."""
    if addon.service_account is None or addon.policy_arn is None:
        return []
    child = pulumi.ResourceOptions(parent=parent)
    role = aws.iam.Role(
        f"{name}-{addon.addon}",
        description=f"Add-on {addon.addon} of the cluster",
        assume_role_policy=pod_identity_trust(args.account.account_id, args.cluster_arn),
        permissions_boundary=args.account.permissions_boundary_arn,
        opts=child,
    )
    attachment = aws.iam.RolePolicyAttachment(
        f"{name}-{addon.addon}", role=role.name, policy_arn=addon.policy_arn, opts=child
    )
    association = aws.eks.AddonPodIdentityAssociationArgs(role_arn=role.arn, service_account=addon.service_account)
    return [(association, attachment)]
