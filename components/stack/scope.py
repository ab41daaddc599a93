"""A stack as IAM policies see it, from its configuration. Pure: no Pulumi."""

from components.ci.scope import StackScope, StateStore
from components.config.platform import PlatformConfig
from components.config.types import Ownership


def stack_scope(config: PlatformConfig, state_path: str) -> StackScope | None:
    """The scope; None for a stack without AWS. `state_path`: `<project>/<stack>`."""
    if config.aws is None:
        return None
    ci, edge = config.ci, config.edge
    hosts = {host for environment in config.environments for host in environment.hosts}
    if edge is not None and edge.argocd_host is not None:
        hosts.add(edge.argocd_host)
    environment_roles = [] if ci is None else [ci.preview_role, ci.deploy_role, ci.smoke_role]
    roles = [role.name for role in environment_roles if role is not None]
    push = None if ci is None else ci.push_role
    push_role = push.name if push is not None and push.ownership is Ownership.CREATE else None
    state = None
    if ci is not None and ci.state_bucket is not None:
        state = StateStore(bucket=ci.state_bucket, path=state_path, key_alias=ci.state_key_alias)
    return StackScope(
        account=config.aws.account,
        prefix=config.prefix,
        tags={"Project": config.system.name, "Environment": config.stage},
        cluster_name=None if config.cluster is None else config.prefix,
        nodes=None if config.cluster is None else config.cluster.nodes,
        interface_endpoints=config.network is not None and bool(config.network.interface_endpoints),
        edge=edge,
        alarms=config.alarms is not None,
        runner_connection=None if ci is None or ci.runner is None else ci.runner.connection_arn,
        secret_prefixes=[config.secret_prefix(environment.name) for environment in config.environments],
        readable_secret_prefixes=config.secret_prefixes,
        creates_buckets=config.creates_buckets,
        hosts=sorted(hosts),
        ci_roles=[*roles, *([push_role] if push_role else [])],
        push_role=push_role,
        state=state,
    )
