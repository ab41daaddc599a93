"""What each controller may do in AWS, as IAM policy documents (pure).

No service is granted as a whole. What a controller makes carries the cluster's name in a tag, and only what carries it
may be changed or deleted; reading calls that know no resources are on `*`. NLBs are left out: no namespace may have a
Service of type LoadBalancer. Karpenter's document stands in `operator_policies_karpenter.py`.
Sources: docs/install/iam_policy.json of aws-load-balancer-controller 3.5, the projects' AWS guides.
"""

from collections.abc import Sequence

from components.account.account import Account
from components.account.policy_documents import Condition, Statement, document

LOAD_BALANCER_TAG = "elbv2.k8s.aws/cluster"
"""The controller puts it, with the cluster's name, on everything it makes."""
RECORD_TYPES = ("A", "AAAA", "CNAME", "TXT")
"""What an Ingress needs, and the mark of ownership; no delegation, no mail."""


def external_secrets_policy(account: Account, prefixes: Sequence[str], arns: Sequence[str] = ()) -> str:
    """Reading the entries of Secrets Manager whose names begin with one of the prefixes, for example `shop/`.

    `arns`: further entries, those that AWS names itself.

    ValueError without a prefix: the controller could read nothing, and IAM knows no statement about nothing.
    """
    if not prefixes:
        raise ValueError("External Secrets needs a prefix of entries that it may read, for example `shop/`.")
    entries = [*(account.arn("secretsmanager", f"secret:{prefix}*") for prefix in prefixes), *arns]
    return document(
        [
            Statement(
                sid="Entries",
                actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                resources=entries,
            ),
            # The entry says which key it is: the key's own id does not have to be known, and no other use is allowed.
            Statement(
                sid="KeysOfTheEntries",
                actions=["kms:Decrypt"],
                resources=[account.arn("kms", "key/*")],
                condition={
                    "StringEquals": {"kms:ViaService": f"secretsmanager.{account.region}.amazonaws.com"},
                    "StringLike": {"kms:EncryptionContext:SecretARN": entries},
                },
            ),
        ]
    )


def external_dns_policy(zone_id: str) -> str:
    """Writing the records of one hosted zone."""
    zone = f"arn:aws:route53:::hostedzone/{zone_id}"
    return document(
        [
            Statement(
                sid="Records",
                actions=["route53:ChangeResourceRecordSets"],
                resources=[zone],
                condition={
                    "ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": list(RECORD_TYPES)}
                },
            ),
            Statement(sid="ReadRecords", actions=["route53:ListResourceRecordSets"], resources=[zone]),
            Statement(sid="FindZone", actions=["route53:ListHostedZones"], resources=["*"]),
        ]
    )


def rollouts_policy() -> str:
    """Looking whether a load balancer sends traffic where a canary says. These calls know no resources."""
    calls = ("Listeners", "LoadBalancers", "Rules", "Tags", "TargetGroups", "TargetHealth")
    return document(
        [
            Statement(
                sid="VerifyTraffic",
                actions=[f"elasticloadbalancing:Describe{call}" for call in calls],
                resources=["*"],
            )
        ]
    )


def cluster_autoscaler_policy(account: Account, cluster_name: str) -> str:
    """Changing the size of the cluster's own node groups: EKS tags their Auto Scaling groups."""
    return document(
        [
            Statement(
                sid="Scale",
                actions=["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
                resources=[account.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")],
                condition={
                    "StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster_name}": "owned"}
                },
            ),
            Statement(
                sid="ReadNodeGroups",
                actions=["eks:DescribeNodegroup"],
                resources=[account.arn("eks", f"nodegroup/{cluster_name}/*")],
            ),
            Statement(
                sid="Read",
                actions=["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances",
                         "autoscaling:DescribeLaunchConfigurations", "autoscaling:DescribeScalingActivities",
                         "autoscaling:DescribeTags", "ec2:DescribeImages", "ec2:DescribeInstanceTypes",
                         "ec2:DescribeLaunchTemplateVersions", "ec2:GetInstanceTypesFromInstanceRequirements"],
                resources=["*"],
            ),
        ]
    )  # fmt: skip


def load_balancer_policy(account: Account, *, cluster_name: str, vpc_id: str, node_security_group_id: str) -> str:
    """Making, changing and deleting application load balancers of one cluster, with certificate and firewall."""
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
        # Load balancers reach pods through the nodes' group, which is not the controller's.
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
                     "elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets",
                     "elasticloadbalancing:SetWebAcl"],
            resources=[balancers, targets],
            condition=made,
        ),
        # A listener belongs to its load balancer; not all of them carry a tag.
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
