"""Types of values in a stack file, each with its validation rule.

A type checks a single value; rules that relate values to each other are in `validation/`.
Sources: the AWS API reference of each service, RFC 1123 for names in Kubernetes.
"""

import difflib
import ipaddress
import posixpath
import re
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator

from components.account.offers import offers
from components.config.host_keys import check_host_key
from components.config.quantities import check_cpu, check_memory

_Item = TypeVar("_Item")


CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""All of Unicode's category Cc, control characters."""
CONTROL_NAMES = {"\n": "a line break", "\r": "a carriage return", "\t": "a tab"}
_PORT = re.compile(r"(?:^[a-z]+://[^/:]*|^[^/:@]+(?=:[0-9]+/)):(?P<port>[0-9]+)")
"""The port of a URL or of an image's registry; not the path of `git@host:path`, nor an image's tag."""
HIGHEST_PORT = 65535
_RESERVED_FOR_S3 = re.compile(r"^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$")
"""Source: S3's user guide, "General purpose bucket naming rules"."""


def on_one_line(text: str) -> str:
    """A validator for text without control characters."""
    return _without_controls(text)


def on_lines(text: str) -> str:
    """A validator for text that may have line breaks and tabs, but no other control characters."""
    _without_controls(re.sub(r"[\n\t]", " ", text))
    return text


def _without_controls(text: str) -> str:
    if control := CONTROL.search(text):
        name = CONTROL_NAMES.get(control[0], f"the control character U+{ord(control[0]):04X}")
        place = f"position {control.end()}"
        raise ValueError(f"has {name} at {place}; control characters are not allowed. Write e.g. text.")
    return text


def matching(pattern: str, what: str, example: str) -> AfterValidator:
    """A validator for strings that match a pattern, in ASCII as the names of AWS and Kubernetes are.

    Names that are not theirs, such as branches, have `(?u:...)`. `what` and `example` complete its message.
    """

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            if re.fullmatch(pattern, re.sub(r"[\x00-\x1f]", "", text), re.ASCII):
                on_one_line(text)
            raise ValueError(f"{text!r} is not {what}. Write e.g. {example}.")
        return on_one_line(text)

    return AfterValidator(check)


def within(lowest: int, highest: int, what: str, example: int) -> AfterValidator:
    """A validator for numbers in a range, both ends included. `what` and `example` complete its message."""

    def check(number: int) -> int:
        if not lowest <= number <= highest:
            raise ValueError(f"{number} is not {what} ({lowest}-{highest}). Write e.g. {example}.")
        return number

    return AfterValidator(check)


def _distinct(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    for position, item in enumerate(items):
        if item in items[:position]:
            named = item if isinstance(item, str | int) else "the same entry"
            raise ValueError(f"{named} is listed twice. Remove one.")
    return items


def not_blank(text: str) -> str:
    """A validator for text that says something, if it is not empty."""
    if text.isspace():
        raise ValueError("has only blanks. Say something, or remove it.")
    return text


def possible_port(address: str) -> str:
    """A validator for URLs and image repositories: their port, if they have one, exists."""
    match = _PORT.match(address)
    if match is not None and not 1 <= int(match["port"]) <= HIGHEST_PORT:
        without = address[: match.start("port") - 1] + address[match.end("port") :]
        raise ValueError(f"{address!r} has port {match['port']}; ports are 1-{HIGHEST_PORT}. Write {without}.")
    return address


def name_at_github(name: str) -> str:
    """A validator for names that GitHub has: without its accents, one would be the name of something else."""
    if not on_one_line(name).isascii():
        raise ValueError(f"{name!r} is not a name that IAM can compare: it is not ASCII. Rename it at GitHub.")
    return name


def _unreserved_bucket(name: str) -> str:
    reserved = _RESERVED_FOR_S3.search(name)
    if reserved is not None:
        rest = _RESERVED_FOR_S3.sub("", name)
        raise ValueError(f"{name!r} has {reserved[0]}, which S3 reserves for its own names. Write {rest}.")
    return name


def _region(name: str) -> str:
    if name not in offers().zones:
        nearest = difflib.get_close_matches(name.lower(), offers().zones, n=len(offers().zones), cutoff=0.0)
        raise ValueError(f"{name!r} is not a commercial AWS region. Write {', '.join(nearest)}.")
    return name


def _folder(path: str) -> str:
    folder, _, file = path.rpartition("/")
    if file.endswith((".yaml", ".yml")):
        raise ValueError(f"{path!r} is a file. Write {folder or 'e.g. k8s/overlays/staging'}.")
    return path


def _shortest_path(path: str) -> str:
    shortest = posixpath.normpath(path)
    if path != shortest:
        raise ValueError(f"{path!r} is not in its shortest form. Write {shortest}.")
    return path


UniqueList = Annotated[tuple[_Item, ...], AfterValidator(_distinct)]
"""A list in which nothing is twice."""
Text = Annotated[str, AfterValidator(on_one_line), AfterValidator(not_blank)]
Lines = Annotated[str, AfterValidator(on_lines)]
DnsLabel = Annotated[
    str,
    matching(
        r"^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$",
        "a name of 1-63 lower-case letters, digits and hyphens that starts with a letter",
        "auth-service",
    ),
]
"""RFC 1123 label that starts with a letter: at most 63 lower-case letters, digits and hyphens."""

BucketName = Annotated[
    str,
    matching(
        r"^(?!.*\.\.)(?![0-9]+(\.[0-9]+){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        "the name of an S3 bucket",
        "shop-pulumi-state",
    ),
    AfterValidator(_unreserved_bucket),
]
SystemName = Annotated[str, matching(r"^[a-z][a-z0-9]{1,15}$", "a name of 2-16 lower-case letters and digits", "shop")]
"""Prefix of all names: 2-16 lower-case letters and digits, short enough for AWS's limit of 32 characters."""

Stage = Annotated[str, matching(r"^[a-z][a-z0-9]{1,11}$", "a name of 2-12 lower-case letters and digits", "staging")]
"""The part after the system in every name: 2-12 lower-case letters and digits."""

AccountId = Annotated[str, matching(r"^[0-9]{12}$", "a 12-digit AWS account id", "123456789012 in quotes")]
"""Twelve digits, in quotes because YAML reads a leading zero as an octal number."""

Region = Annotated[str, AfterValidator(_region)]
RoleArn = Annotated[
    str,
    matching(
        r"^arn:aws:iam::[0-9]{12}:role/([\x21-\x2e\x30-\x7e]+/){0,255}[\w+=,.@-]{1,64}$",
        "the ARN of an IAM role",
        "arn:aws:iam::123456789012:role/platform-admin",
    ),
]
IamName = Annotated[str, matching(r"^[\w+=,.@-]{1,64}$", "an IAM name", "shop-prod-deploy")]
GithubId = Annotated[str, matching(r"^[1-9][0-9]*$", "a numeric GitHub id", "1067890123 in quotes")]
"""GitHub's numeric id, in quotes. Anything else could widen a trust policy."""

Port = Annotated[int, within(1, HIGHEST_PORT, "a port", 8080)]
Percent = Annotated[int, within(0, 100, "a percentage", 10)]
CpuQuantity = Annotated[str, BeforeValidator(check_cpu)]
MemoryQuantity = Annotated[str, BeforeValidator(check_memory)]
_URL_PATH = r"/([\w./~:@-]|%[0-9A-Fa-f]{2})*"
HttpPath = Annotated[
    str, matching(rf"^{_URL_PATH}(\?([\w./~:@=&+-]|%[0-9A-Fa-f]{{2}})*)?$", "an absolute URL path", "/health")
]
"""A URL's path, with or without a query. No commas: they separate services in an annotation."""
PathWithoutQuery = Annotated[str, matching(f"^{_URL_PATH}$", "an absolute URL path without a query", "/metrics")]
"""Prometheus would encode the question mark of a query."""
RepositoryPath = Annotated[
    str,
    matching(r"^(?![/ ])(?!.*\.\.)(?u:[\w./@ -]+)(?<! )$", "a folder inside the repository", "k8s/overlays/staging"),
    AfterValidator(_shortest_path),
    AfterValidator(_folder),
]
"""A folder in a Git repository: relative, without `..`, in its shortest form so that patterns can be appended."""

ExtensionName = Annotated[str, matching(r"^[a-z][a-z0-9_-]{0,62}$", "a PostgreSQL extension", "pgcrypto")]
DatabaseName = Annotated[
    str,
    matching(
        r"^[a-z][a-z0-9_]{0,62}$", "a PostgreSQL identifier of lower-case letters, digits and underscores", "shop_auth"
    ),
]
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)"

UtcWindow = Annotated[str, matching(f"{_CLOCK}-{_CLOCK}", "a daily window", "17:00-18:00")]
"""A daily window in UTC, `hh:mm-hh:mm`."""

WeeklyWindow = Annotated[str, matching(f"{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}", "a weekly window", "sun:18:30-sun:19:30")]
"""A weekly window in UTC, `ddd:hh:mm-ddd:hh:mm`."""


def exact_version(example: str) -> AfterValidator:
    """A validator for pinned versions, never a range; `example` is the one that is pinned here."""
    return matching(r"^v?[0-9]+\.[0-9]+\.[0-9]+([.+-][\w.+-]+)?$", "an exact version", example)


CloneUrl = Annotated[
    str,
    matching(
        r"^(https://[a-z0-9_.-]+/|git@[a-z0-9_.-]+:|ssh://([\w.-]+@)?[a-z0-9_.-]+(:[0-9]+)?/)[\w./-]+$",
        "a clone URL (HTTPS or SSH, the host in lower case, no wildcards)",
        "https://github.com/example/shop.git",
    ),
    AfterValidator(possible_port),
]
"""Clone URL. The host is lower case because host keys are looked up by its exact spelling."""


def _as_at_the_server(revision: str) -> str:
    """Without what only a clone or the command line puts before a branch."""
    prefix = re.match(r"(refs/)?(heads|tags|remotes/[^/]+)/|origin/", revision)
    rest = "" if prefix is None else revision[prefix.end() :]
    if rest:
        raise ValueError(f"{revision!r} is not the name that the Git server has. Write {rest}.")
    return revision


def git_name(characters: str, what: str) -> AfterValidator:
    """A validator for names of branches and tags, made of these characters.

    Source: git-check-ref-format(1).
    """
    return matching(rf"^(?!(?i:head)$)(?!.*(\.\.|//|/\.|@\{{))(?!.*\.lock(/|$)){characters}(?<![/.])$", what, "main")


GitRevision = Annotated[
    str, AfterValidator(_as_at_the_server), git_name(r"(?u:[\w(][\w./+#@()=,-]*)", "a branch, tag or commit")
]
"""A branch, tag or commit without `refs/heads/`; not HEAD, which would change with the default branch."""
BranchName = Annotated[
    str,
    AfterValidator(_as_at_the_server),
    AfterValidator(name_at_github),
    git_name(r"[\w(][\w./+@#()=,-]*", "the full name of one branch, not a pattern"),
]

CertificateArn = Annotated[
    str,
    matching(
        r"^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        "the ARN of an ACM certificate",
        "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
    ),
]
HOST = "a host name of lower-case letters, digits, hyphens and dots"
_LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_DOMAIN = rf"({_LABEL}\.)+[a-z]{{2,63}}"
_ANY_HOST = r"[a-z0-9]([\w-]*[a-z0-9])?(\.[a-z0-9]([\w-]*[a-z0-9])?)*(:[1-9][0-9]{0,4})?"
"""Also of one label, or an address, with a port or without."""
HostName = Annotated[str, matching(f"^{_DOMAIN}$", HOST, "api.example.com")]
_MAILBOX = r"[\w!#$%&'*+/=?^`{|}~-]+"
EmailAddress = Annotated[
    str, matching(rf"^{_MAILBOX}(\.{_MAILBOX})*@{_DOMAIN}$", "an e-mail address", "ops@example.com")
]
"""Source: RFC 5322, `dot-atom`."""
HttpsUrl = Annotated[
    str,
    matching(
        rf"^https://{_DOMAIN}(:[0-9]{{1,5}})?(/[\w./~%-]*)?(\?[\w.=&%-]+)?$",
        "an HTTPS URL",
        "https://alarms.example.com/sns",
    ),
    AfterValidator(possible_port),
]
HttpsAddress = Annotated[
    str,
    matching(rf"^https://{_ANY_HOST}$", "an HTTPS URL without path or trailing slash", "https://argocd.example.com"),
    AfterValidator(possible_port),
]
HttpsUrlOfAnyHost = Annotated[
    str,
    matching(rf"^https://{_ANY_HOST}(/[\w.~%/-]*)?$", "an HTTPS URL", "https://login.example.com"),
    AfterValidator(possible_port),
]
HostedZoneId = Annotated[str, matching(r"^Z[A-Z0-9]{1,31}$", "the id of a hosted zone", "Z0123456789ABCDEFGHIJ")]
SecretName = Annotated[
    str, matching(r"^[\w/+=.@-]{1,512}$", "the name of an entry in Secrets Manager", "shop/argocd/deploy-key")
]
SshHostKey = Annotated[
    str,
    matching(
        r"^[\w.,:\[\]-]+ (ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,3}$",
        "a line of known_hosts",
        "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
    ),
    AfterValidator(check_host_key),
]


def _log_retention(days: int) -> int:
    if days not in offers().log_retention_days:
        if days <= 0:
            raise ValueError(f"CloudWatch Logs has no retention of {days} days. Write e.g. 365.")
        nearest = min(offers().log_retention_days, key=lambda allowed: abs(allowed - days))
        raise ValueError(f"CloudWatch Logs has no retention of {days} days. Write {nearest}.")
    return days


def _ipv4_network(text: str) -> str:
    on_one_line(text)
    try:
        network = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is not an IPv4 range. Write e.g. 10.0.0.0/16.") from None
    if "/" not in text:
        zeros = len(text.split(".")) - len(re.sub(r"(\.0)+$", "", text).split("."))
        raise ValueError(f"{text} has no prefix length. Write e.g. {text}/{max(16, 32 - 8 * zeros)}.")
    if text != str(network):
        bits = text == f"{text.partition('/')[0]}/{network.prefixlen}"
        wrong = "has host bits set" if bits else "does not end with a prefix length"
        raise ValueError(f"{text} {wrong}. Write {network}.")
    return text


LogRetentionDays = Annotated[int, AfterValidator(_log_retention)]
Ipv4Cidr = Annotated[str, AfterValidator(_ipv4_network)]
SecurityGroupId = Annotated[
    str, matching(r"^sg-([0-9a-f]{8}|[0-9a-f]{17})$", "the id of a security group", "sg-0123456789abcdef0")
]


class Ownership(StrEnum):
    """Whether the stack creates a resource that an account has once, or uses an existing one."""

    CREATE = "create"
    EXISTING = "existing"


class NatGateways(StrEnum):
    """NAT gateways of the private subnets: one for all zones, or one per zone."""

    SINGLE = "single"
    PER_ZONE = "perZone"


class TransitEncryption(StrEnum):
    """TLS between services and cache: off, optional or required."""

    OFF = "off"
    PREFERRED = "preferred"
    REQUIRED = "required"


class PodSecurity(StrEnum):
    """Pod Security Standard enforced in a namespace."""

    BASELINE = "baseline"
    RESTRICTED = "restricted"


class CapacityType(StrEnum):
    """Purchase option of the nodes."""

    ON_DEMAND = "ON_DEMAND"
    SPOT = "SPOT"


class AmiFamily(StrEnum):
    """Operating system of the nodes; the architecture follows from the instance type."""

    AL2023 = "AL2023"
    BOTTLEROCKET = "BOTTLEROCKET"


class Trigger(StrEnum):
    """Event that deploys a new version to an environment."""

    MANUAL = "manual"
    PULL_REQUEST = "pullRequest"
    PUSH = "push"
    RELEASE_TAG = "releaseTag"
