"""What a replacement or a deletion costs: which resources hold data, and what becomes of it."""

from collections.abc import Callable
from typing import NamedTuple

from tools.review.preview import REPLACE, Change, Json


class Fate(NamedTuple):
    """What becomes of the data."""

    words: str
    lost: bool = True


class Holder(NamedTuple):
    """A type of resource that holds data."""

    one: str
    many: str
    fate: Callable[[Json], Fate]
    """From the inputs with which it exists."""


def _database(inputs: Json) -> Fate:
    return Fate("data is lost") if inputs.get("skipFinalSnapshot") else Fate("after a final snapshot", lost=False)


def _cache(inputs: Json) -> Fate:
    kept = inputs.get("finalSnapshotIdentifier")
    return Fate("after a final snapshot", lost=False) if kept else Fate("data is lost")


def _bucket(inputs: Json) -> Fate:
    emptied = inputs.get("forceDestroy")
    return Fate("including all objects") if emptied else Fate("which AWS refuses unless empty", lost=False)


def _repository(inputs: Json) -> Fate:
    emptied = inputs.get("forceDelete")
    return Fate("including all images") if emptied else Fate("which AWS refuses unless empty", lost=False)


def _key(inputs: Json) -> Fate:
    return Fate(f"after {inputs.get('deletionWindowInDays', 30)} days, with all that it encrypts")


def _secret(inputs: Json) -> Fate:
    days = inputs.get("recoveryWindowInDays", 30)
    return Fate(f"recoverable for {days} days", lost=False) if days else Fate("without a recovery window")


def _everything(_inputs: Json) -> Fate:
    return Fate("including everything inside")


def _volume(_inputs: Json) -> Fate:
    return Fate("data is lost")


def _generated(_inputs: Json) -> Fate:
    return Fate("its old value becomes useless", lost=False)


HOLDERS = {
    "aws:rds/instance:Instance": Holder("database", "databases", _database),
    "aws:elasticache/replicationGroup:ReplicationGroup": Holder("cache", "caches", _cache),
    "aws:s3/bucket:Bucket": Holder("bucket", "buckets", _bucket),
    "aws:kms/key:Key": Holder("key", "keys", _key),
    "aws:ecr/repository:Repository": Holder("repository", "repositories", _repository),
    "aws:secretsmanager/secret:Secret": Holder("secret", "secrets", _secret),
    "aws:ebs/volume:Volume": Holder("volume", "volumes", _volume),
    "kubernetes:core/v1:PersistentVolumeClaim": Holder("volume", "volumes", _volume),
    "aws:eks/cluster:Cluster": Holder("cluster", "clusters", _everything),
    "kubernetes:core/v1:Namespace": Holder("namespace", "namespaces", _everything),
    "tls:index/privateKey:PrivateKey": Holder("private key", "private keys", _generated),
    "random:index/randomPassword:RandomPassword": Holder("password", "passwords", _generated),
}
"""The types that hold data, the worst first."""
ORDER = {type_: number for number, type_ in enumerate(HOLDERS)}


def rank(change: Change) -> int:
    """The place of its type among those that hold data, which come first."""
    return ORDER.get(change.type, len(ORDER))


def losses(changes: tuple[Change, ...]) -> list[Change]:
    """Replacements and deletions, the worst first."""
    lost = [change for change in changes if change.operation in (REPLACE, "delete", "discard")]
    return sorted(lost, key=lambda change: (rank(change), change.operation, change.urn))


def fate(change: Change) -> Fate | None:
    """What becomes of the data of a resource that is replaced or deleted, None if it holds none."""
    holder = HOLDERS.get(change.type)
    if holder is None:
        return None
    if change.retained:
        return Fate("but kept in the account", lost=False)
    return holder.fate(change.old)
