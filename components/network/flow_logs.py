"""VPC flow logs, in a log group managed by the stack.

The role that writes them cannot create log groups: records delivered after a destroy must not re-create the group
without its retention and its key.
"""

import pulumi
import pulumi_aws as aws

from components.account.keys import EncryptionKey, EncryptionKeyArgs
from components.account.policy_documents import Statement, document, logs_may_use_key, service_trust
from components.config.network import FlowLogsConfig
from components.network.context import NetworkScope


def writer_policy(log_group_arn: str) -> str:
    """Permissions of the flow logs service: write to one log group, and find it."""
    return document(
        [
            Statement(
                sid="WriteFlowLogs",
                actions=["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                resources=[log_group_arn, f"{log_group_arn}:*"],
            ),
            # no resource-level permissions
            Statement(sid="FindLogGroup", actions=["logs:DescribeLogGroups"], resources=["*"]),
        ]
    )


def flow_logs(scope: NetworkScope, settings: FlowLogsConfig, *, protect: bool) -> None:
    """Logs accepted and rejected traffic of the VPC to the log group `/vpc/<display_name>/flow-logs`.

    `protect` applies to the key, without which the records cannot be read.
    """
    name, account = f"{scope.name}-flow-logs", scope.account
    group_name = f"/vpc/{scope.display_name}/flow-logs"
    group = aws.cloudwatch.LogGroup(
        name,
        name=group_name,
        retention_in_days=settings.retention_days,
        kms_key_id=_key(scope, group_name, protect=protect) if settings.customer_managed_key else None,
        opts=scope.child,
    )
    role = aws.iam.Role(
        name,
        description=f"Writes the flow logs of {scope.display_name}",
        assume_role_policy=service_trust("vpc-flow-logs.amazonaws.com", account.account_id),
        permissions_boundary=account.permissions_boundary_arn,
        opts=scope.child,
    )
    policy = aws.iam.RolePolicy(
        name, role=role.name, policy=writer_policy(account.arn("logs", f"log-group:{group_name}")), opts=scope.child
    )
    aws.ec2.FlowLog(
        name,
        vpc_id=scope.vpc.id,
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        tags={"Name": f"{scope.display_name}-flow-logs"},
        # The role's ARN is known before its policy is attached.
        opts=pulumi.ResourceOptions(parent=scope.parent, depends_on=[policy]),
    )


def _key(scope: NetworkScope, group_name: str, *, protect: bool) -> pulumi.Output[str]:
    key = EncryptionKey(
        f"{scope.name}-flow-logs-key",
        EncryptionKeyArgs(
            alias=f"{scope.display_name}-flow-logs",
            description=f"Flow logs of {scope.display_name}",
            account=scope.account,
            service_statements=[logs_may_use_key(scope.account, group_name)],
            protect=protect,
        ),
        scope.child,
    )
    return key.arn
