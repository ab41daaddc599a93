"""The optional controllers for tests: settings as in a stack file, and runs of the component."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.config.cluster import NodesConfig
from components.config.controllers import NodeScaling, OperatorsConfig
from components.controllers.context import EksContext, HostedZone, IngressClassSettings
from components.controllers.controllers import Controllers, ControllersArgs
from tests.harness.harness import Run, run_program

ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
NAMESPACE = "kubernetes:core/v1:Namespace"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
QUOTA = "kubernetes:core/v1:ResourceQuota"
LIMITS = "kubernetes:core/v1:LimitRange"
RELEASE = "kubernetes:helm.sh/v3:Release"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
STORE = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
POOL = "kubernetes:karpenter.sh/v1:NodePool"
CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"

ACCOUNT = Account(account_id="111122223333", region="eu-central-1", permissions_boundary_name="boundary")
CLUSTER = "shop-staging"
CLUSTER_ARN = f"arn:aws:eks:eu-central-1:111122223333:cluster/{CLUSTER}"
CONTROL_PLANE = ("10.20.200.0/28", "10.20.200.16/28")
API_SERVER = ("10.20.0.0/16", "172.20.0.0/16")
ALL = ("externalSecrets", "loadBalancerController", "externalDns", "rollouts", "prometheus")
LOCAL = ("rollouts", "prometheus")
NODE_ROLE = "arn:aws:iam::111122223333:role/shop-staging-nodes-0a1b2c3"
INGRESS_CLASS = IngressClassSettings(
    group="shop",
    internal=False,
    certificate_arn="arn:certificate",
    firewall_arn="arn:firewall",
    https_redirect=True,
    target_type="ip",
)


def settings(*controllers: str, **changes: Mapping[str, Any]) -> OperatorsConfig:
    return OperatorsConfig.model_validate({**{key: {} for key in controllers}, **changes})


def nodes(**changes: Any) -> NodesConfig:
    given = {"instanceType": "t3.large", "minimum": 2, "desired": 3, "maximum": 6, "diskGib": 60}
    return NodesConfig.model_validate_json(json.dumps({**given, **changes}))


def eks_context(cluster_name: pulumi.Input[str] = CLUSTER, **node_changes: Any) -> EksContext:
    return EksContext(
        account=ACCOUNT,
        cluster_name=cluster_name,
        cluster_arn=CLUSTER_ARN,
        kubernetes_version="1.36",
        vpc_id="vpc-1",
        nodes=nodes(**node_changes),
        node_role_arn=NODE_ROLE,
        node_security_group_id="sg-nodes",
        node_subnet_ids=["subnet-a", "subnet-b"],
        tags={"Environment": "staging", "Project": "shop"},
        zone=HostedZone(zone_id="Z0123456789", name="example.com"),
        ingress_class=INGRESS_CLASS,
        secret_prefixes=["shop/"],
    )


def install(
    *controllers: str,
    scaling: NodeScaling = NodeScaling.NONE,
    local: bool = False,
    control_plane: Sequence[str] | None = CONTROL_PLANE,
    api_server: Sequence[str] | None = API_SERVER,
    prefix: str = "shop-staging",
    preview: bool = False,
    nodes: Mapping[str, Any] | None = None,
    **changes: Mapping[str, Any],
) -> Run:
    """The component alone, with a cluster whose name it depends on."""

    def program() -> None:
        context = None
        if not local:
            cluster = aws.eks.Cluster(
                "cluster",
                name=CLUSTER,
                role_arn="arn:aws:iam::111122223333:role/cluster",
                vpc_config={"subnet_ids": []},
            )
            context = eks_context(cluster.name, **(nodes or {}))
        Controllers(
            "operators",
            ControllersArgs(
                settings=settings(*controllers, **changes),
                scaling=scaling,
                system="shop",
                prefix=prefix,
                eks=context,
                secret_namespaces=["argocd", "shop"],
                control_plane_cidrs=None if local else control_plane,
                api_server_cidrs=None if local else api_server,
            ),
        )

    return run_program(program, preview=preview)
