"""The EKS add-ons in two steps: those that a node needs before it starts, and those that run on nodes.

An add-on of the second kind that is created before the nodes waits for 20 minutes and fails. The program's
configuration overwrites manual edits, at creation and at updates: PRESERVE would keep a network policy engine that was
switched off by hand.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.pod_identity import pod_identity_role
from components.cluster import addon_pods
from components.config.versions import AddonVersions

Configuration = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class AddonsArgs:
    """Arguments of both groups of add-ons."""

    cluster_name: pulumi.Input[str]
    """Output of the cluster, so that add-ons are created after it."""
    cluster_arn: str
    """Text, so that trust policies can be read in a plan."""
    account: Account
    versions: AddonVersions
    tags: Mapping[str, str]
    """The stack's tags. What the add-ons create gets two of them, by which the boundary tells stages apart."""

    @property
    def stage_tags(self) -> Mapping[str, str]:
        """The two tags. The others may have characters that a driver's command line does not take."""
        return {key: self.tags[key] for key in ("Environment", "Project")}


@dataclass(frozen=True, kw_only=True)
class BootstrapAddonsArgs(AddonsArgs):
    """Arguments of the add-ons before the nodes."""

    prefix_delegation: bool


@dataclass(frozen=True, kw_only=True)
class WorkloadAddonsArgs(AddonsArgs):
    """Arguments of the add-ons after the nodes."""

    nodes: pulumi.Resource
    """The node group that runs them."""


@dataclass(frozen=True, kw_only=True)
class _Addon:
    """One add-on, with the service account and policy of its role if it calls AWS."""

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
                configuration=_cni_configuration(args),
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
    """Pods that resolve names or claim volumes depend on these."""

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
                configuration={
                    "controller": {
                        "extraVolumeTags": dict(args.stage_tags),
                        "replicaCount": addon_pods.REPLICAS,
                        **csi,
                    },
                    "node": csi,
                },
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


def _cni_configuration(args: BootstrapAddonsArgs) -> Configuration:
    """Configuration of vpc-cni. Without `enableNetworkPolicy` every NetworkPolicy of the cluster is ignored."""
    env = {"ADDITIONAL_ENI_TAGS": json.dumps(args.stage_tags, sort_keys=True)}
    if args.prefix_delegation:
        env |= {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}
    return {"enableNetworkPolicy": "true", "env": env}


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
            # Its pods need the role's policy from their start to their end; some need nodes to run on.
            depends_on=[*after, *(policy for _, policy in identity)],
        ),
    )


def _identity(
    name: str, addon: _Addon, args: AddonsArgs, parent: pulumi.Resource
) -> list[tuple[aws.eks.AddonPodIdentityAssociationArgs, pulumi.Resource]]:
    """The role of the add-on's service account, if it has one, with the attachment of its policy."""
    if addon.service_account is None or addon.policy_arn is None:
        return []
    role = pod_identity_role(
        f"{name}-{addon.addon}",
        description=f"Add-on {addon.addon} of the cluster",
        account=args.account,
        cluster_arn=args.cluster_arn,
        parent=parent,
    )
    attachment = aws.iam.RolePolicyAttachment(
        f"{name}-{addon.addon}",
        role=role.name,
        policy_arn=addon.policy_arn,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    association = aws.eks.AddonPodIdentityAssociationArgs(role_arn=role.arn, service_account=addon.service_account)
    return [(association, attachment)]
