"""A stack as IAM policies see it: account, name prefix, tags, and which optional parts it has. Pure: no Pulumi."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.account.account import Account
from components.account.policy_documents import Condition
from components.config.cluster import NodesConfig
from components.config.edge import EdgeConfig
from components.config.types import Ownership


@dataclass(frozen=True, kw_only=True)
class StateStore:
    """The stack's state: its files in an S3 bucket, and the key that encrypts its secrets."""

    bucket: str
    path: str
    """`<project>/<stack>`, its path in the S3 backend."""
    key_alias: str | None
    """`alias/NAME` of the KMS key of the `awskms://` secrets provider, or None for a passphrase."""

    @property
    def checkpoint_arns(self) -> list[str]:
        """The state with its copies, and the stack's tags, which the engine reads before every operation.

        Not `<stack>.*`, which would also match a stack named `<stack>.something`.
        """
        stack = f"arn:aws:s3:::{self.bucket}/.pulumi/stacks/{self.path}"
        return [f"{stack}.json*", f"{stack}.pulumi-tags"]

    def objects(self, folder: str) -> str:
        """ARN pattern of this stack's objects in another folder of the backend."""
        return f"arn:aws:s3:::{self.bucket}/.pulumi/{folder}/{self.path}/*"


@dataclass(frozen=True, kw_only=True)
class StackScope:
    """The resources that a policy may cover: this account, this region, this stack's name prefix and tags."""

    account: Account
    prefix: str
    """`<system>-<stage>`, the prefix of every name in the stack."""
    tags: Mapping[str, str]
    """Tags that identify this stack's resources where names do not: EC2 resources and KMS keys."""
    cluster_name: str | None
    nodes: NodesConfig | None
    """Nodes of the cluster, or None without one. Karpenter needs more AWS resources than a node group."""
    interface_endpoints: bool
    """Whether the VPC has interface endpoints."""
    edge: EdgeConfig | None
    alarms: bool
    """Whether the stack has alarms: a topic, an alarm for each metric, perhaps a budget."""
    runner_connection: str | None
    """ARN of the connection to GitHub that the stack's runners use, or None without runners."""
    secret_prefixes: Sequence[str]
    """Name prefixes of the stack's secrets in Secrets Manager, `<system>/<environment>/`."""
    creates_buckets: bool
    """Whether any environment of the stack has a bucket."""
    readable_secret_prefixes: Sequence[str]
    """Name prefixes of all entries that the cluster may read: the above, the stage's and Argo CD's."""
    hosts: Sequence[str]
    """Host names of the stack's environments and of Argo CD's webhook."""
    ci_roles: Sequence[str]
    """Names of the roles of CI that the stack creates; the stack file sets them."""
    push_role: str | None
    """The one of them that pushes images."""
    state: StateStore | None

    def role_arns(self) -> list[str]:
        """ARN patterns of the stack's roles."""
        others = [role for role in self.ci_roles if not role.startswith(f"{self.prefix}-")]
        return [self.account.role_arn(name) for name in (f"{self.prefix}-*", *others)]

    def policy_arn(self) -> str:
        """ARN pattern of the stack's customer managed policies."""
        return f"arn:aws:iam::{self.account.account_id}:policy/{self.prefix}-*"

    def secret_arns(self) -> list[str]:
        """ARN patterns of the stack's secrets in Secrets Manager."""
        return [self.account.arn("secretsmanager", f"secret:{prefix}*") for prefix in self.secret_prefixes]

    def bucket_arn(self) -> str:
        """ARN pattern of the stack's buckets."""
        return f"arn:aws:s3:::{self.prefix}-*"

    def tagged(self, key: str) -> dict[str, dict[str, str]]:
        """Condition that requires the stack's tags; `key` is `aws:ResourceTag` or `aws:RequestTag`."""
        return {"StringEquals": {f"{key}/{name}": value for name, value in sorted(self.tags.items())}}

    def newly_tagged(self) -> Condition:
        """Condition for tagging an untagged resource with the stack's tags: another stack's cannot be taken over."""
        return {**self.tagged("aws:RequestTag"), "Null": {f"aws:ResourceTag/{min(self.tags)}": "true"}}

    def in_region(self) -> Condition:
        """Condition for the few actions without resource-level permissions."""
        return {"StringEquals": {"aws:RequestedRegion": self.account.region}}

    @property
    def creates_zone(self) -> bool:
        """Whether the stack creates its hosted zone."""
        zone = self.edge.zone if self.edge else None
        return zone is not None and zone.ownership is Ownership.CREATE

    @property
    def creates_firewall(self) -> bool:
        """Whether the stack creates a web ACL and its log."""
        return self.edge is not None and self.edge.firewall is not None

    def eks_arns(self) -> list[str]:
        """ARN patterns of the cluster and its sub-resources; none without a cluster."""
        if self.cluster_name is None:
            return []
        kinds = ("nodegroup", "addon", "access-entry", "podidentityassociation")
        return [
            self.account.cluster_arn(self.cluster_name),
            *(self.account.arn("eks", f"{kind}/{self.cluster_name}/*") for kind in kinds),
        ]
