"""The EKS control plane: private, encrypted, logged, in standard support.

pulumi-eks makes it, with every default off that would open or enlarge it. It carries the security group that EKS itself
makes and no other: EKS attaches that one anyway. Nodes, add-ons and Kubernetes objects are other components.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

from components.account.account import Account
from components.account.keys import EncryptionKey, EncryptionKeyArgs
from components.account.policy_documents import logs_may_use_key, service_trust
from components.cluster.access_entries import allow, grants
from components.config.cluster import ClusterConfig

CLUSTER_POLICY = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
CLUSTER_TYPE = "aws:eks/cluster:Cluster"


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """What a cluster needs from outside."""

    name: str
    """Physical name of the cluster, for example `shop-staging`."""
    settings: ClusterConfig
    account: Account
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Subnets of the control plane's network interfaces, in at least two zones."""
    egress: Sequence[pulumi.Resource]
    """Routes and NAT gateways: what runs in the cluster needs them until it is gone."""
    deploy_role_arn: pulumi.Input[str] | None = None
    """Role of `pulumi up` in CI: cluster-admin, because it makes namespaces, custom resource definitions and roles."""
    preview_role_arn: pulumi.Input[str] | None = None
    """Role of `pulumi preview` in CI: reads every object."""
    protect: bool = True
    """Whether Pulumi refuses to delete the key of Secrets and logs."""


class Cluster(pulumi.ComponentResource):
    """One EKS cluster with its key, log group, service role and access entries.

    The caller hands in the providers of both packages: `ResourceOptions(providers=[aws, eks])`.
    """

    name: pulumi.Output[str]
    """The cluster's name, known in a preview; what uses it comes after the cluster."""
    arn: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    kubeconfig_json: pulumi.Output[str]
    """Kubeconfig that asks the AWS CLI for a token; holds no secret."""
    oidc_issuer: pulumi.Output[str]
    control_plane_security_group_id: pulumi.Output[str]
    """Group that EKS made for the control plane's network interfaces."""
    access: tuple[pulumi.Resource, ...]
    """Access entries and their policies: without them nobody can make (or delete) a Kubernetes object."""

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:cluster:Cluster", name, {}, opts)
        log_group_name = f"/aws/eks/{args.name}/cluster"
        key = EncryptionKey(
            f"{name}-key",
            EncryptionKeyArgs(
                alias=f"{args.name}-cluster",
                description=f"Kubernetes Secrets and control plane logs of {args.name}",
                account=args.account,
                service_statements=[logs_may_use_key(args.account.account_id, args.account.region, log_group_name)],
                protect=args.protect,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=log_group_name,
            retention_in_days=args.settings.log_retention_days,
            kms_key_id=key.arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        role, role_policy = self._service_role(name, args)
        cluster = self._control_plane(name, args, key, role, [log_group, role_policy, *args.egress])
        control_plane = cluster.eks_cluster
        self.name = control_plane.apply(lambda c: c.name)
        self.arn = control_plane.apply(lambda c: c.arn)
        self.endpoint = control_plane.apply(lambda c: c.endpoint)
        self.kubeconfig_json = cluster.kubeconfig_json
        self.oidc_issuer = cluster.oidc_issuer
        self.control_plane_security_group_id = control_plane.apply(lambda c: c.vpc_config).apply(
            lambda vpc: cast("str", vpc.cluster_security_group_id)
        )
        self.access = tuple(
            resource
            for grant in grants(
                admins=args.settings.admin_role_arns,
                deployers=args.settings.deployer_role_arns,
                smoke_testers=args.settings.smoke_tester_role_arns,
                deploy_role=args.deploy_role_arn,
                preview_role=args.preview_role_arn,
            )
            for resource in allow(name, self.name, grant, self)
        )
        self.register_outputs(
            {
                "name": self.name,
                "arn": self.arn,
                "endpoint": self.endpoint,
                "kubeconfigJson": self.kubeconfig_json,
                "oidcIssuer": self.oidc_issuer,
                "controlPlaneSecurityGroupId": self.control_plane_security_group_id,
            }
        )

    def _service_role(self, name: str, args: ClusterArgs) -> tuple[aws.iam.Role, pulumi.Resource]:
        role = aws.iam.Role(
            f"{name}-control-plane",
            description=f"EKS on behalf of cluster {args.name}",
            assume_role_policy=service_trust("eks.amazonaws.com", args.account.account_id),
            permissions_boundary=args.account.permissions_boundary_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        attachment = aws.iam.RolePolicyAttachment(
            f"{name}-control-plane",
            role=role.name,
            policy_arn=CLUSTER_POLICY,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return role, attachment

    def _control_plane(
        self,
        name: str,
        args: ClusterArgs,
        key: EncryptionKey,
        role: aws.iam.Role,
        outlived_by: Sequence[pulumi.Resource],
    ) -> eks.Cluster:
        settings = args.settings
        public = bool(settings.public_access_cidrs)
        return eks.Cluster(
            name,
            name=args.name,
            version=settings.version,
            vpc_id=args.vpc_id,
            private_subnet_ids=args.subnet_ids,
            endpoint_private_access=True,
            endpoint_public_access=public,
            public_access_cidrs=list(settings.public_access_cidrs) if public else None,
            authentication_mode=eks.AuthenticationMode.API,
            service_role=role,
            encryption_config_key_arn=key.arn,
            enabled_cluster_log_types=list(settings.log_types),
            deletion_protection=settings.deletion_protection,
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
            kubernetes_service_ip_address_range=settings.service_cidr,
            bootstrap_self_managed_addons=False,
            create_oidc_provider=False,
            skip_default_node_group=True,
            skip_default_security_groups=True,
            use_default_vpc_cni=True,
            kube_proxy_addon_options=eks.KubeProxyAddonOptionsArgs(enabled=False),
            coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=False),
            opts=pulumi.ResourceOptions(
                parent=self,
                # The log group comes first, or EKS makes one that never expires. The role's policy and the way to the
                # internet must stay until the cluster is gone, or nothing can drain; no attribute says so.
                depends_on=list(outlived_by),
                transforms=[creator_is_no_admin],
                # AWS would refuse in the middle of a destroy what Pulumi refuses in its preview.
                protect=settings.deletion_protection,
            ),
        )


def creator_is_no_admin(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Transform of pulumi-eks' children: whoever creates the cluster is an administrator only by an access entry.

    pulumi-eks sets the flag to true and takes no argument for it; EKS reads it once, when the cluster is made.
    """
    if args.type_ != CLUSTER_TYPE:
        return None
    props = cast("Mapping[str, pulumi.Input[object]]", args.props)
    access = pulumi.Output.from_input(props["accessConfig"]).apply(
        lambda config: {
            **cast("Mapping[str, object]", config),
            "bootstrapClusterCreatorAdminPermissions": False,
        }
    )
    return pulumi.ResourceTransformResult(props={**props, "accessConfig": access}, opts=args.opts)
