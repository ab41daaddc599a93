"""What the account has of a stack before a run, where the stack file alone cannot say what to do (ADR 0017).

The questions are lists: before a stack's first `up` they find nothing, and do not fail.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.cluster.control_plane import log_group_name
from components.cluster.node_group import NodeNumbers
from components.config.controllers import NodeScaling
from components.config.platform import PlatformConfig

UNREACHABLE = """\
The first `up` of this stack cannot finish. The cluster's API server has only a private endpoint, and its VPC does not
exist yet, so the machine that runs Pulumi cannot be inside it. For the first `up`, open the endpoint to this machine:

  pulumi config set --path '{project}:cluster.publicAccessCidrs[0]' <its public IPv4 address>/32

docs/first-up.md has all the steps, and the one that closes the endpoint again. Nothing was changed.
"""


@dataclass(frozen=True, kw_only=True)
class Existing:
    """What the account has of this stack."""

    reachable: bool
    """Whether something can be inside the VPC: it exists, or even the cluster does."""
    cluster_log_group: bool
    """Log group of the control plane: of this cluster, or left by an earlier one with its name."""
    nodes: NodeNumbers | None
    """Numbers of the node group that the Cluster Autoscaler scales; None if there is none."""


def ask(config: PlatformConfig, provider: pulumi.ProviderResource | None) -> Existing | None:
    """Ask AWS; None for a stack without a cluster of its own."""
    if config.cluster is None or provider is None:
        return None
    opts, cluster = pulumi.InvokeOptions(provider=provider), config.prefix
    log_group = log_group_name(cluster)
    scaled = config.cluster.nodes.scaler is NodeScaling.CLUSTER_AUTOSCALER
    exists = cluster in aws.eks.get_clusters(opts=opts).names
    return Existing(
        reachable=exists or bool(aws.ec2.get_vpcs(tags={"Name": config.prefix}, opts=opts).ids),
        cluster_log_group=log_group
        in aws.cloudwatch.get_log_groups(log_group_name_prefix=log_group, opts=opts).log_group_names,
        nodes=_node_numbers(cluster, opts) if exists and scaled else None,
    )


def _node_numbers(cluster: str, opts: pulumi.InvokeOptions) -> NodeNumbers | None:
    groups = [
        aws.eks.get_node_group(cluster_name=cluster, node_group_name=name, opts=opts).scaling_configs[0]
        for name in aws.eks.get_node_groups(cluster_name=cluster, opts=opts).names
    ]
    found = [NodeNumbers(minimum=g.min_size, desired=g.desired_size, maximum=g.max_size) for g in groups]
    return max(found, key=lambda numbers: numbers.desired, default=None)  # two while one replaces the other


def require_reachable(config: PlatformConfig, existing: Existing | None, project: str) -> None:
    """End an `up` that could not create the objects in its cluster; a preview warns. Raises pulumi.RunError."""
    if existing is None or existing.reachable or config.cluster is None or config.cluster.public_access_cidrs:
        return
    message = UNREACHABLE.format(project=project)
    if not pulumi.runtime.is_dry_run():
        raise pulumi.RunError(message)
    pulumi.log.warn(message)
