"""The deploy role's permissions on the network, IAM and the Pulumi state. Pure: no Pulumi.

EC2 resources have no names in their ARNs, so permissions depend on the stack's tags: created resources must get them,
changed resources must have them. In a shared account, staging's role therefore cannot touch production's network. Roles
can be created and given policies only under the permissions boundary; otherwise the deploy role could create an
administrator. Permissions on other services are separate policies (`services.py`, `edge.py`, `karpenter.py`), because
IAM limits a managed policy to 6,144 characters.
"""

from components.account.policy_documents import Statement, document
from components.ci.policies.read import state_key
from components.ci.policies.runner import CODEBUILD
from components.ci.scope import StackScope

# Actions that create a resource. They also need permission on the resources they refer to; statement `Change` has it.
_CREATE = (
    "ec2:AllocateAddress", "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateFlowLogs", "ec2:CreateInternetGateway", "ec2:CreateLaunchTemplate", "ec2:CreateNatGateway",
    "ec2:CreateRouteTable", "ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateVpc", "ec2:CreateVpcEndpoint",
)  # fmt: skip

_CHANGE = (
    "ec2:AssociateRouteTable", "ec2:AttachInternetGateway", "ec2:CreateLaunchTemplateVersion", "ec2:CreateRoute",
    "ec2:CreateTags", "ec2:DeleteFlowLogs", "ec2:DeleteInternetGateway", "ec2:DeleteLaunchTemplate",
    "ec2:DeleteLaunchTemplateVersions", "ec2:DeleteNatGateway", "ec2:DeleteRoute", "ec2:DeleteRouteTable",
    "ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags", "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints",
    "ec2:DetachInternetGateway", "ec2:DisassociateAddress", "ec2:DisassociateRouteTable", "ec2:ModifyLaunchTemplate",
    "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint",
    "ec2:ReleaseAddress", "ec2:ReplaceRoute", "ec2:ReplaceRouteTableAssociation", "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress", "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
    "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
)  # fmt: skip

_RULES = ("ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress",
          "ec2:RevokeSecurityGroupIngress")  # fmt: skip

_ATTACHABLE = (
    "AmazonEC2ContainerRegistryPullOnly", "AmazonEKSClusterPolicy", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy",
    "AmazonSSMManagedInstanceCore", "service-role/AmazonEBSCSIDriverPolicy",
    "service-role/AmazonRDSEnhancedMonitoringRole",
)  # fmt: skip
"""AWS managed policies that the platform's roles use; no others can be attached."""

_PASSED_TO = ("ec2.amazonaws.com", "eks.amazonaws.com", "monitoring.rds.amazonaws.com", "pods.eks.amazonaws.com",
              "vpc-flow-logs.amazonaws.com")  # fmt: skip

_SERVICE_LINKED = (
    "autoscaling.amazonaws.com", "eks-nodegroup.amazonaws.com", "eks.amazonaws.com", "elasticache.amazonaws.com",
    "elasticloadbalancing.amazonaws.com", "rds.amazonaws.com", "spot.amazonaws.com",
)  # fmt: skip


def network_policy(scope: StackScope) -> str:
    """VPC, gateways, routes, security groups, endpoints, flow logs and launch templates."""
    account = scope.account
    everything = account.arn("ec2", "*")
    security_groups = account.arn("ec2", "security-group/*")
    owned, new = scope.tagged("aws:ResourceTag"), scope.newly_tagged()
    statements = [
        Statement(sid="Create", actions=_CREATE, resources=[everything], condition=new),
        Statement(sid="Change", actions=[*_CREATE, *_CHANGE], resources=[everything], condition=owned),
        Statement(
            sid="TagAtCreation",
            actions=["ec2:CreateTags"],
            resources=[everything],
            condition={"Null": {"ec2:CreateAction": "false"}},
        ),
        # AWS creates a VPC's default security group without tags; the network removes its rules. No condition tells it
        # from another group without tags: its VPC has no id before it exists.
        Statement(
            sid="AdoptDefaultSecurityGroup",
            actions=["ec2:CreateTags"],
            resources=[security_groups],
            condition=new,
        ),
        Statement(  # EKS checks with the caller's permissions whether the launch template could start a node
            sid="NodesFromLaunchTemplate",
            actions=["ec2:RunInstances"],
            resources=[
                everything,
                f"arn:aws:ec2:{account.region}::image/*",
                f"arn:aws:ec2:{account.region}::snapshot/*",
            ],
            condition={"ArnLike": {"ec2:LaunchTemplate": account.arn("ec2", "launch-template/*")}},
        ),
    ]
    if scope.interface_endpoints:
        statements.append(
            Statement(  # each endpoint has a private hosted zone, which belongs to AWS
                sid="PrivateDnsOfEndpoints",
                actions=["route53:AssociateVPCWithHostedZone"],
                resources=["arn:aws:route53:::hostedzone/*"],
            )
        )
    if scope.cluster_name is not None:
        statements.append(
            Statement(  # EKS creates it, with its own tags instead of ours
                sid="ClusterSecurityGroup",
                actions=_RULES,
                resources=[security_groups],
                condition={"StringEquals": {"aws:ResourceTag/aws:eks:cluster-name": scope.cluster_name}},
            )
        )
    return document(statements)


def identity_policy(scope: StackScope) -> str:
    """Roles and policies of the stack, all under the permissions boundary, and write access to its state.

    Not CI's own: the boundary denies those. Validation refuses a deploy role without a boundary: it could escalate its
    own permissions.
    """
    account = scope.account
    assert account.permissions_boundary_arn is not None
    capped = {"iam:PermissionsBoundary": account.permissions_boundary_arn}
    roles, owned, new = [account.role_arn(f"{scope.prefix}-*")], scope.tagged("aws:ResourceTag"), scope.newly_tagged()
    policies = [scope.policy_arn()]
    runner = [] if scope.runner_connection is None else [CODEBUILD]
    attachable = [*policies, *(f"arn:aws:iam::aws:policy/{name}" for name in _ATTACHABLE)]
    statements = [
        Statement(
            sid="CappedRoles",
            actions=["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
            resources=roles,
            condition={"StringEquals": capped},
        ),
        Statement(
            sid="KnownPolicies",
            actions=["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
            resources=roles,
            condition={"StringEquals": capped, "ArnLike": {"iam:PolicyARN": attachable}},
        ),
        Statement(
            sid="ChangeRoles",
            actions=["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
                     "iam:UpdateRoleDescription"],
            resources=roles,
            condition=owned,
        ),
        Statement(sid="TagNewRoles", actions=["iam:TagRole"], resources=roles, condition=new),
        Statement(
            sid="NewPolicies", actions=["iam:CreatePolicy", "iam:TagPolicy"], resources=policies, condition=new
        ),
        Statement(
            sid="ChangePolicies",
            actions=["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:TagPolicy",
                     "iam:UntagPolicy"],
            resources=policies,
            condition=owned,
        ),
        Statement(
            sid="PassToServices",
            actions=["iam:PassRole"],
            resources=[account.role_arn(f"{scope.prefix}-*")],
            condition={"StringEquals": {"iam:PassedToService": [*_PASSED_TO, *runner]}},
        ),
        Statement(
            sid="ServiceLinkedRoles",
            actions=["iam:CreateServiceLinkedRole"],
            resources=[account.role_arn("aws-service-role/*")],
            condition={"StringEquals": {"iam:AWSServiceName": _SERVICE_LINKED}},
        ),
    ]  # fmt: skip
    return document([*statements, *_state_writing(scope)])


def _state_writing(scope: StackScope) -> list[Statement]:
    """Write access to the state of this stack only: staging's role cannot write production's state."""
    state = scope.state
    if state is None:
        return []
    locks = f"arn:aws:s3:::{state.bucket}/.pulumi/locks/organization/{state.path}/*"
    return [
        Statement(
            sid="WriteState",
            actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            resources=[state.objects("backups"), state.objects("history"), locks, *state.checkpoint_arns],
        ),
        *state_key(scope, "EncryptState", "kms:GenerateDataKey"),  # S3 encrypts the objects of the bucket with it
    ]
