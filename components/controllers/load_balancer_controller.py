"""AWS Load Balancer Controller: makes application load balancers for Ingresses.

Everything that it creates carries the cluster's name in a tag, and it may change or delete only resources with that
tag; read calls without resources are on `*`. NLBs are not allowed: no namespace may have a Service of type
LoadBalancer.
Source: docs/install/iam_policy.json of aws-load-balancer-controller 3.5.
"""

from collections.abc import Iterator, Mapping

import pulumi

from components.account.account import Account
from components.account.policy_documents import Condition, Statement, document
from components.controllers.chart import Chart, Values
from components.controllers.context import ControllerContext, IngressClassSettings
from components.controllers.controller import REPLICAS, Controller
from components.edge.ingress_values import HTTPS_PORT
from components.kubernetes.defaults import CONTAINER_SECURITY, ONE_AT_A_TIME, POD_SECURITY
from components.sizing.pods import ContainerSize, Workload

NAME, CHART = "load-balancer-controller", "aws-load-balancer-controller"
METRICS_PORT, WEBHOOK_PORT = 8080, 9443
INGRESS_CLASS = "alb"
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
"""TLS 1.2 and 1.3, forward secrecy and authenticated encryption only."""
LOAD_BALANCER_TAG = "elbv2.k8s.aws/cluster"
"""The controller sets it, with the cluster's name, on everything that it creates."""

LOAD_BALANCER_CONTROLLER = ContainerSize(cpu=50, memory=128, cpu_limit=500, memory_limit=256)


def ingress_class_spec(settings: IngressClassSettings | None) -> Values:
    """Settings of every load balancer of the class: one for the system, TLS 1.2 or later, certificate, firewall.

    A redirect needs a port with a certificate. Health checks differ between services and cannot be set in a class.
    """
    if settings is None:
        return {"sslPolicy": TLS_POLICY, "targetType": "ip"}
    spec: dict[str, object] = {
        "group": {"name": settings.group},
        "scheme": "internal" if settings.internal else "internet-facing",
        "sslPolicy": TLS_POLICY,
        "targetType": settings.target_type,
    }
    if settings.certificate_arn is not None:
        spec["certificateArn"] = [settings.certificate_arn]
        if settings.https_redirect:
            spec["sslRedirectPort"] = str(HTTPS_PORT)
    if settings.firewall_arn is not None:
        spec["wafv2AclArn"] = settings.firewall_arn
    return spec


def values(
    *,
    cluster_name: pulumi.Input[str],
    region: str,
    vpc_id: pulumi.Input[str],
    tags: Mapping[str, str],
    ingress_class: Values,
) -> Values:
    """Helm values: application load balancers with pods as targets.

    `ingress_class`: `spec` of the IngressClassParams, which no Ingress has to repeat or can change.
    """
    return {
        "clusterName": cluster_name,
        "defaultTags": dict(tags),
        "defaultTargetType": "ip",
        # Without permission for Shield and the old firewall, calls to them would fail.
        "enableShield": False,
        "enableWaf": False,
        # It would intercept every Service of the cluster, and block them all while the controller is down.
        "enableServiceMutatorWebhook": False,
        "fullnameOverride": NAME,
        "ingressClass": INGRESS_CLASS,
        "ingressClassParams": {"create": True, "name": INGRESS_CLASS, "spec": ingress_class},
        "podDisruptionBudget": ONE_AT_A_TIME,
        "podSecurityContext": POD_SECURITY,
        "region": region,
        "securityContext": CONTAINER_SECURITY,
        "serviceAccount": {"name": NAME},
        "vpcId": vpc_id,
        "replicaCount": REPLICAS,
        "resources": LOAD_BALANCER_CONTROLLER.resources,
    }


def iam_policy(account: Account, *, cluster_name: str, vpc_id: str, node_security_group_id: str) -> str:
    """Create, change and delete application load balancers of one cluster, with certificate and firewall."""
    made: Condition = {"StringEquals": {f"aws:ResourceTag/{LOAD_BALANCER_TAG}": cluster_name}}
    new: Condition = {"StringEquals": {f"aws:RequestTag/{LOAD_BALANCER_TAG}": cluster_name}}
    return document(
        [
            *_reading(account),
            *_security_groups(account, vpc_id, node_security_group_id, made=made, new=new),
            *_load_balancers(account, made=made, new=new),
            Statement(
                sid="Firewall",
                actions=["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL", "wafv2:GetWebACL",
                         "wafv2:GetWebACLForResource"],
                resources=[account.arn("wafv2", "regional/webacl/*"), _load_balancer(account, "loadbalancer/app/*")],
            ),
            Statement(
                sid="ServiceLinkedRole",
                actions=["iam:CreateServiceLinkedRole"],
                resources=[account.role_arn("aws-service-role/elasticloadbalancing.amazonaws.com/*")],
                condition={"StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}},
            ),
        ]
    )  # fmt: skip


def _reading(account: Account) -> tuple[Statement, Statement]:
    return (
        Statement(
            sid="Read",
            actions=["acm:ListCertificates", "ec2:DescribeAccountAttributes", "ec2:DescribeAddresses",
                     "ec2:DescribeAvailabilityZones", "ec2:DescribeInstances", "ec2:DescribeInternetGateways",
                     "ec2:DescribeIpamPools", "ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables",
                     "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeTags",
                     "ec2:DescribeVpcPeeringConnections", "ec2:DescribeVpcs", "ec2:GetSecurityGroupsForVpc",
                     "elasticloadbalancing:DescribeCapacityReservation",
                     "elasticloadbalancing:DescribeListenerAttributes",
                     "elasticloadbalancing:DescribeListenerCertificates", "elasticloadbalancing:DescribeListeners",
                     "elasticloadbalancing:DescribeLoadBalancerAttributes",
                     "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeRules",
                     "elasticloadbalancing:DescribeSSLPolicies", "elasticloadbalancing:DescribeTags",
                     "elasticloadbalancing:DescribeTargetGroupAttributes",
                     "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
                     "elasticloadbalancing:DescribeTrustStores"],
            resources=["*"],
        ),
        Statement(
            sid="ReadCertificates",
            actions=["acm:DescribeCertificate"],
            resources=[account.arn("acm", "certificate/*")],
        ),
    )  # fmt: skip


def _security_groups(
    account: Account, vpc_id: str, node_security_group_id: str, *, made: Condition, new: Condition
) -> tuple[Statement, ...]:
    groups = account.arn("ec2", "security-group/*")
    rules = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
    create, tag = "ec2:CreateSecurityGroup", ["ec2:CreateTags"]
    at_birth: Condition = {"StringEquals": {**new["StringEquals"], "ec2:CreateAction": "CreateSecurityGroup"}}
    return (
        Statement(sid="GroupsInTheVpc", actions=[create], resources=[account.arn("ec2", f"vpc/{vpc_id}")]),
        Statement(sid="CreateGroups", actions=[create], resources=[groups], condition=new),
        Statement(sid="TagNewGroups", actions=tag, resources=[groups], condition=at_birth),
        Statement(sid="TagGroups", actions=[*tag, "ec2:DeleteTags"], resources=[groups], condition=made),
        Statement(sid="ChangeGroups", actions=[*rules, "ec2:DeleteSecurityGroup"], resources=[groups], condition=made),
        # Load balancers reach pods through the nodes' security group, which the controller does not own.
        Statement(
            sid="OpenNodes",
            actions=rules,
            resources=[account.arn("ec2", f"security-group/{node_security_group_id}")],
        ),
    )


def _load_balancers(account: Account, *, made: Condition, new: Condition) -> tuple[Statement, ...]:
    balancers, targets = _load_balancer(account, "loadbalancer/app/*"), _load_balancer(account, "targetgroup/*")
    listeners = [_load_balancer(account, "listener/app/*"), _load_balancer(account, "listener-rule/app/*")]
    return (
        Statement(
            sid="Create",
            actions=["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
            resources=[balancers, targets],
            condition=new,
        ),
        Statement(
            sid="TagNew",
            actions=["elasticloadbalancing:AddTags"],
            resources=[balancers, targets, *listeners],
            condition=new,
        ),
        Statement(
            sid="Tag",
            actions=["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
            resources=[balancers, targets, *listeners],
            condition=made,
        ),
        Statement(
            sid="Change",
            actions=["elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteTargetGroup",
                     "elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:ModifyCapacityReservation",
                     "elasticloadbalancing:ModifyIpPools", "elasticloadbalancing:ModifyLoadBalancerAttributes",
                     "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes",
                     "elasticloadbalancing:RegisterTargets", "elasticloadbalancing:SetIpAddressType",
                     "elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets"],
            resources=[balancers, targets],
            condition=made,
        ),
        # no resource-level permissions; which web ACL may be attached is up to `wafv2:AssociateWebACL`
        Statement(sid="AttachFirewall", actions=["elasticloadbalancing:SetWebAcl"], resources=["*"]),
        # A listener belongs to its load balancer; not every listener has a tag.
        Statement(
            sid="Listeners",
            actions=["elasticloadbalancing:AddListenerCertificates", "elasticloadbalancing:CreateListener",
                     "elasticloadbalancing:CreateRule", "elasticloadbalancing:DeleteListener",
                     "elasticloadbalancing:DeleteRule", "elasticloadbalancing:ModifyListener",
                     "elasticloadbalancing:ModifyListenerAttributes", "elasticloadbalancing:ModifyRule",
                     "elasticloadbalancing:RemoveListenerCertificates", "elasticloadbalancing:SetRulePriorities"],
            resources=[balancers, *listeners],
        ),
    )  # fmt: skip


def _load_balancer(account: Account, resource: str) -> str:
    return account.arn("elasticloadbalancing", resource)


def _charts(context: ControllerContext) -> Iterator[Chart]:
    if context.settings.load_balancer_controller is None:
        return
    eks = context.on_eks
    ids = pulumi.Output.all(vpc_id=eks.vpc_id, group_id=eks.node_security_group_id)
    yield Chart(
        name=NAME,
        chart=CHART,
        repository="https://aws.github.io/eks-charts",
        version=context.settings.load_balancer_controller.chart_version,
        values=values(
            cluster_name=eks.cluster,
            region=eks.account.region,
            vpc_id=eks.vpc_id,
            tags=eks.tags,
            ingress_class=ingress_class_spec(eks.ingress_class),
        ),
        policy=ids.apply(
            lambda known: iam_policy(
                eks.account,
                cluster_name=eks.cluster,
                vpc_id=known["vpc_id"],
                node_security_group_id=known["group_id"],
            )
        ),
    )


CONTROLLER = Controller(
    name=CHART,
    workloads=(Workload(name=CHART, pods=REPLICAS, containers={CHART: LOAD_BALANCER_CONTROLLER}),),
    charts=_charts,
    enabled=lambda settings, _: settings.load_balancer_controller is not None,
    requires_eks=True,
    metrics_port=METRICS_PORT,
    webhooks={CHART: WEBHOOK_PORT},
)
