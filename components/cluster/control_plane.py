"""The EKS control plane: private, encrypted, logged, in standard support.

It is created by pulumi-eks, with every default off that would expose it or add resources. Its only security group is
the one that EKS creates and always attaches. Nodes, add-ons and Kubernetes objects are other components.
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
from components.cluster.access_entries import create_access_entry, grants
from components.config.cluster import HTTPS_PORT, ClusterConfig

CLUSTER_POLICY = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
CLUSTER_TYPE = "aws:eks/cluster:Cluster"


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """Arguments of `Cluster`."""

    name: str
    """Physical name of the cluster, for example `shop-staging`."""
    settings: ClusterConfig
    account: Account
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Subnets of the control plane's network interfaces, in at least two zones."""
    egress: Sequence[pulumi.Resource]
    """Routes and NAT gateways, which must outlive the cluster."""
    deploy_role_arn: pulumi.Input[str] | None = None
    """Role of `pulumi up` in CI: cluster-admin, because it creates namespaces, CustomResourceDefinitions and Roles."""
    preview_role_arn: pulumi.Input[str] | None = None
    """Role of `pulumi preview` in CI: reads objects in namespaces, but no Secrets."""
    smoke_role_arn: pulumi.Input[str] | None = None
    """Role of the smoke test in CI: its group reads what the test asks for."""
    log_group_exists: bool = False
    """Whether the account already has the control plane's log group."""
    protect: bool = True
    """Whether Pulumi refuses to delete the key that encrypts Secrets and logs."""


class Cluster(pulumi.ComponentResource):
    """One EKS cluster with its key, log group, service role and access entries.

    Needs the providers of both packages: `ResourceOptions(providers=[aws, eks])`.
    """

    name: pulumi.Output[str]
    """The cluster's name: known in a preview, and makes its users depend on the cluster."""
    arn: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    kubeconfig_json: pulumi.Output[str]
    """Kubeconfig that gets tokens from the AWS CLI; contains no secret."""
    oidc_issuer: pulumi.Output[str]
    control_plane_security_group_id: pulumi.Output[str]
    """Security group that EKS created for the control plane's network interfaces."""
    access: tuple[pulumi.Resource, ...]
    """Access entries and policy associations, without which no Kubernetes object can be created or deleted."""

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:cluster:Cluster", name, {}, opts)
        log_group = log_group_name(args.name)
        key = EncryptionKey(
            f"{name}-key",
            EncryptionKeyArgs(
                alias=f"{args.name}-cluster",
                description=f"Kubernetes Secrets and control plane logs of {args.name}",
                account=args.account,
                service_statements=[logs_may_use_key(args.account, log_group)],
                protect=args.protect,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=log_group,
            retention_in_days=args.settings.log_retention_days,
            kms_key_id=key.arn,
            # EKS writes its last logs after the cluster is deleted, and makes the group again for them. The next
            # cluster of this name takes it over, and the same `up` gives it retention and key.
            opts=pulumi.ResourceOptions(parent=self, import_=log_group if args.log_group_exists else None),
        )
        role, role_policy = self._service_role(name, args)
        cluster = self._control_plane(name, args, key, role, [logs, role_policy, *args.egress])
        control_plane = cluster.eks_cluster
        self.name = control_plane.apply(lambda c: c.name)
        self.arn = control_plane.apply(lambda c: c.arn)
        self.endpoint = control_plane.apply(lambda c: c.endpoint)
        self.kubeconfig_json = cluster.kubeconfig_json
        self.oidc_issuer = cluster.oidc_issuer
        self.control_plane_security_group_id = control_plane.apply(lambda c: c.vpc_config).apply(
            lambda vpc: cast("str", vpc.cluster_security_group_id)
        )
        self._private_access(name, args.settings)
        self.access = tuple(
            resource
            for grant in grants(
                admins=args.settings.admin_role_arns,
                deployers=args.settings.deployer_role_arns,
                smoke_testers=args.settings.smoke_tester_role_arns,
                deploy_role=args.deploy_role_arn,
                preview_role=args.preview_role_arn,
                smoke_role=args.smoke_role_arn,
            )
            for resource in create_access_entry(name, self.name, grant, self)
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

    def _private_access(self, name: str, settings: ClusterConfig) -> None:
        """Rules for those outside the nodes who may connect to the private endpoint."""
        groups = settings.private_access_security_group_ids
        for source in (*settings.private_access_cidrs, *groups):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-api-server-{source}",
                description=f"{source} to the API server",
                security_group_id=self.control_plane_security_group_id,
                cidr_ipv4=None if source in groups else source,
                referenced_security_group_id=source if source in groups else None,
                ip_protocol="tcp",
                from_port=HTTPS_PORT,
                to_port=HTTPS_PORT,
                opts=pulumi.ResourceOptions(parent=self),
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
        depends_on: Sequence[pulumi.Resource],
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
            # Empty instead of absent: otherwise pulumi-eks takes the profile from the caller's shell, and the state of
            # its own Kubernetes provider contains its name.
            provider_credential_opts=eks.KubeconfigOptionsArgs(),
            opts=pulumi.ResourceOptions(
                parent=self,
                # Without the log group, EKS would create one that never expires. The role's policy and egress must
                # outlive the cluster, or nodes cannot drain; no attribute expresses these dependencies.
                depends_on=list(depends_on),
                transforms=[creator_is_no_admin],
                # With `protect`, Pulumi refuses the deletion up front; AWS would refuse in the middle of a destroy.
                protect=settings.deletion_protection,
            ),
        )


def log_group_name(cluster: str) -> str:
    """The log group that EKS writes a control plane's logs to; the name cannot be chosen."""
    return f"/aws/eks/{cluster}/cluster"


def creator_is_no_admin(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Transform of pulumi-eks' children: the cluster's creator needs an access entry to be an administrator.

    pulumi-eks hard-codes the flag to true; EKS reads it only when the cluster is created.
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
