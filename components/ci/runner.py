"""GitHub Actions runners inside the VPC: a CodeBuild project that starts one for each job with its label.

GitHub's own runners cannot reach a private API endpoint. A job gets the project's service role as well as the role that
it assumes with GitHub's token, so the service role can do nothing but start the runner and write its log.
"""

from __future__ import annotations  # loading this SDK module takes a second, and not every stack needs it

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.keys import EncryptionKey, EncryptionKeyArgs
from components.account.policy_documents import Statement, document, logs_may_use_key, service_trust
from components.ci.policies.runner import CODEBUILD, project_name
from components.config.ci import RunnerConfig
from components.config.cluster import HTTPS_PORT
from components.config.git_urls import GithubRepository

CONCURRENT_RUNNERS = 4
"""Both of a stack's jobs that reach the cluster, and the same of one more run. Further jobs wait."""
TIMEOUT_MINUTES = 360
"""As long as a job may take on GitHub's own runners, so that it never ends an `up`."""


def log_group_name(prefix: str) -> str:
    """The runners' log group, whose name has the stack's prefix as the policies of CI expect it."""
    return f"/aws/codebuild/{prefix}/runner"


@dataclass(frozen=True, kw_only=True)
class RunnerArgs:
    """Arguments of `Runner`."""

    name: str
    """`<system>-<stage>`: name of the project, and prefix of the log group and the key."""
    settings: RunnerConfig
    account: Account
    repository: GithubRepository
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    """Private subnets with a route to the internet, where GitHub and Pulumi's plugins are."""
    egress: Sequence[pulumi.Resource]
    """Those routes and their gateways; without them, no runner could report to GitHub."""
    api_security_group_id: pulumi.Input[str]
    """Security group of the API server's network interfaces."""
    protect: bool
    """Whether Pulumi refuses to delete the log's key."""


class Runner(pulumi.ComponentResource):
    """A CodeBuild project with webhook, service role, security group and log.

    Its connection to GitHub has to exist: a person approves it, in GitHub and in AWS's console.
    """

    label: pulumi.Output[str]
    """For `runs-on`, with `-<run id>-<run attempt>` after it."""
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: RunnerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:runner:Runner", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        group, rules = self._security_group(name, args)
        log_group = self._log_group(name, args)
        role, policy = self._service_role(name, args, group)
        project = aws.codebuild.Project(
            name,
            name=project_name(args.name),
            description=f"GitHub Actions runners inside the VPC of {args.name}",
            service_role=role.arn,
            source=aws.codebuild.ProjectSourceArgs(
                type="GITHUB",
                location=f"https://github.com/{args.repository.owner}/{args.repository.name}.git",
                auth=aws.codebuild.ProjectSourceAuthArgs(type="CODECONNECTIONS", resource=args.settings.connection_arn),
            ),
            artifacts=aws.codebuild.ProjectArtifactsArgs(type="NO_ARTIFACTS"),
            environment=aws.codebuild.ProjectEnvironmentArgs(
                type="LINUX_CONTAINER",
                compute_type=args.settings.compute_type,
                image=args.settings.image,
                image_pull_credentials_type="CODEBUILD",
                privileged_mode=False,  # images are built on GitHub's runners
            ),
            vpc_config=aws.codebuild.ProjectVpcConfigArgs(
                vpc_id=args.vpc_id, subnets=args.subnet_ids, security_group_ids=[group.id]
            ),
            logs_config=aws.codebuild.ProjectLogsConfigArgs(
                cloudwatch_logs=aws.codebuild.ProjectLogsConfigCloudwatchLogsArgs(
                    status="ENABLED", group_name=log_group.name
                )
            ),
            concurrent_build_limit=CONCURRENT_RUNNERS,
            build_timeout=TIMEOUT_MINUTES,
            # CodeBuild checks the role when it creates the project, and its ARN is known before its policy is attached.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, *rules, *args.egress]),
        )
        aws.codebuild.Webhook(
            name,
            project_name=project.name,
            build_type="BUILD",
            filter_groups=[
                aws.codebuild.WebhookFilterGroupArgs(
                    filters=[aws.codebuild.WebhookFilterGroupFilterArgs(type="EVENT", pattern="WORKFLOW_JOB_QUEUED")]
                )
            ],
            opts=self._child,
        )
        self.label = pulumi.Output.concat("codebuild-", project.name)
        self.security_group_id = group.id
        self.register_outputs({"label": self.label, "securityGroupId": self.security_group_id})

    def _security_group(self, name: str, args: RunnerArgs) -> tuple[aws.ec2.SecurityGroup, list[pulumi.Resource]]:
        """Nothing connects to a runner; a runner connects to port 443 only, the API server's among them."""
        group = aws.ec2.SecurityGroup(
            name,
            description=f"GitHub Actions runners of {args.name}",
            vpc_id=args.vpc_id,
            tags={"Name": f"{args.name}-runner"},
            opts=self._child,
        )
        out = aws.vpc.SecurityGroupEgressRule(
            f"{name}-https",
            description="Runners to GitHub, AWS and the API server",
            security_group_id=group.id,
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="tcp",
            from_port=HTTPS_PORT,
            to_port=HTTPS_PORT,
            opts=self._child,
        )
        to_api_server = aws.vpc.SecurityGroupIngressRule(
            f"{name}-api-server",
            description="Runners to the API server",
            security_group_id=args.api_security_group_id,
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=HTTPS_PORT,
            to_port=HTTPS_PORT,
            opts=self._child,
        )
        return group, [out, to_api_server]

    def _log_group(self, name: str, args: RunnerArgs) -> aws.cloudwatch.LogGroup:
        key = EncryptionKey(
            f"{name}-key",
            EncryptionKeyArgs(
                alias=f"{args.name}-runner",
                description=f"Logs of the runners of {args.name}",
                account=args.account,
                service_statements=[logs_may_use_key(args.account, log_group_name(args.name))],
                protect=args.protect,
            ),
            self._child,
        )
        return aws.cloudwatch.LogGroup(
            name,
            name=log_group_name(args.name),
            retention_in_days=args.settings.log_retention_days,
            kms_key_id=key.arn,
            opts=self._child,
        )

    def _service_role(
        self, name: str, args: RunnerArgs, group: aws.ec2.SecurityGroup
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        role = aws.iam.Role(
            name,
            description=f"CodeBuild on behalf of the runners of {args.name}",
            assume_role_policy=service_trust(CODEBUILD, args.account.account_id),
            permissions_boundary=args.account.permissions_boundary_arn,
            opts=self._child,
        )
        subnets: pulumi.Output[list[str]] = pulumi.Output.all(*args.subnet_ids)  # pyright: ignore[reportUnknownMemberType]
        policy = aws.iam.RolePolicy(
            name,
            role=role.name,
            policy=pulumi.Output.all(subnets, group.id).apply(
                lambda ids: service_policy(
                    args.account, args.name, args.settings.connection_arn, subnet_ids=ids[0], group_id=ids[1]
                )
            ),
            opts=self._child,
        )
        return role, policy


def service_policy(
    account: Account, prefix: str, connection_arn: str, *, subnet_ids: Sequence[str], group_id: str
) -> str:
    """Permissions of the project's service role. Source: CodeBuild User Guide, identity-based policies."""
    log_group = account.arn("logs", f"log-group:{log_group_name(prefix)}")
    interfaces = account.arn("ec2", "network-interface/*")
    subnets = [account.arn("ec2", f"subnet/{subnet}") for subnet in subnet_ids]
    return document(
        [
            Statement(
                sid="Logs",
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[f"{log_group}:*"],
            ),
            Statement(
                sid="Connection",
                actions=["codeconnections:GetConnection", "codeconnections:GetConnectionToken",
                         "codeconnections:UseConnection"],
                resources=[connection_arn],
            ),
            Statement(  # no resource-level permissions
                sid="FindNetwork",
                actions=["ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups",
                         "ec2:DescribeSubnets", "ec2:DescribeVpcs"],
                resources=["*"],
            ),
            Statement(
                sid="NewInterface",
                actions=["ec2:CreateNetworkInterface"],
                resources=[interfaces, account.arn("ec2", f"security-group/{group_id}"), *subnets],
            ),
            Statement(
                sid="DeleteInterface",
                actions=["ec2:DeleteNetworkInterface"],
                resources=[interfaces],
                condition={"ArnEquals": {"ec2:Subnet": subnets}},
            ),
            Statement(
                sid="LendInterface",
                actions=["ec2:CreateNetworkInterfacePermission"],
                resources=[interfaces],
                condition={
                    "ArnEquals": {"ec2:Subnet": subnets},
                    "StringEquals": {"ec2:AuthorizedService": CODEBUILD},
                },
            ),
        ]
    )  # fmt: skip
