"""What a stack is to IAM: its account, its names and tags, and which optional parts it has. Pure: no Pulumi."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.account.account import Account
from components.account.policy_documents import Condition
from components.config.cluster import NodesConfig
from components.config.edge import EdgeConfig
from components.config.types import Ownership


@dataclass(frozen=True, kw_only=True)
class StateStore:
    """Where the stack's state lies: one stack's files in an S3 bucket, and the key of its secrets."""

    bucket: str
    path: str
    """`<project>/<stack>`, as the S3 backend files it."""
    key_alias: str | None
    """`alias/NAME` of the KMS key behind `awskms://`, or None for a passphrase."""

    def objects(self, folder: str) -> str:
        """ARN pattern of everything that belongs to this stack in one folder of the backend."""
        if folder == "stacks":
            return f"arn:aws:s3:::{self.bucket}/.pulumi/stacks/{self.path}.json*"
        return f"arn:aws:s3:::{self.bucket}/.pulumi/{folder}/{self.path}/*"


@dataclass(frozen=True, kw_only=True)
class StackScope:
    """What a policy may be about: this account, this region, this stack's names and tags."""

    account: Account
    prefix: str
    """`<system>-<stage>`, with which the name of everything in the stack begins."""
    tags: Mapping[str, str]
    """Tags that only this stack's resources carry: they tell apart what has no name, EC2 resources and keys."""
    cluster_name: str | None
    nodes: NodesConfig | None
    """Nodes of the cluster, or None without one: with Karpenter there is more in AWS than a node group."""
    edge: EdgeConfig | None
    """What stands before the load balancer, or None."""
    entry_prefixes: Sequence[str]
    """Beginnings of the stack's entries in Secrets Manager, `<system>/<environment>/`."""
    makes_buckets: bool
    """Whether environments of the stack have buckets."""
    role_names: Sequence[str]
    """Roles of the stack whose names a person chose; the others begin with the prefix."""
    state: StateStore | None

    def role_arns(self) -> list[str]:
        """Every role that belongs to the stack."""
        return [self.account.role_arn(name) for name in (f"{self.prefix}-*", *self.role_names)]

    def policy_arn(self) -> str:
        """Every customer managed policy that belongs to the stack."""
        return f"arn:aws:iam::{self.account.account_id}:policy/{self.prefix}-*"

    def secret_arns(self) -> list[str]:
        """Every entry of Secrets Manager that belongs to the stack."""
        return [self.account.arn("secretsmanager", f"secret:{prefix}*") for prefix in self.entry_prefixes]

    def bucket_arn(self) -> str:
        """Every bucket that belongs to the stack."""
        return f"arn:aws:s3:::{self.prefix}-*"

    def tagged(self, key: str) -> dict[str, dict[str, str]]:
        """Condition that the stack's tags are there; `key` is `aws:ResourceTag` or `aws:RequestTag`."""
        return {"StringEquals": {f"{key}/{name}": value for name, value in sorted(self.tags.items())}}

    def newly_tagged(self) -> Condition:
        """Condition that something gets the stack's tags and had none before, so that no other stack's is adopted."""
        return {**self.tagged("aws:RequestTag"), "Null": {f"aws:ResourceTag/{min(self.tags)}": "true"}}

    def in_region(self) -> Condition:
        """For the few actions that take no resource."""
        return {"StringEquals": {"aws:RequestedRegion": self.account.region}}

    @property
    def makes_zone(self) -> bool:
        """Whether the hosted zone is the stack's own."""
        zone = self.edge.zone if self.edge else None
        return zone is not None and zone.ownership is Ownership.CREATE

    @property
    def makes_firewall(self) -> bool:
        """Whether there is a web firewall, with its log."""
        return self.edge is not None and self.edge.firewall is not None

    def eks_arns(self) -> list[str]:
        """The cluster and all that hangs under it; none without a cluster."""
        if self.cluster_name is None:
            return []
        kinds = ("nodegroup", "addon", "access-entry", "podidentityassociation")
        return [
            self.account.arn("eks", f"cluster/{self.cluster_name}"),
            *(self.account.arn("eks", f"{kind}/{self.cluster_name}/*") for kind in kinds),
        ]
