"""The form of what the descriptions of Tiketi and PingvasAI say: a fact, and where it is shown.

Each check says one thing by hand; nothing is read from stack files or components, so a test that compares the two can
fail. A check looks at one of four places, and `Shown` names it: most are in the plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SOME = object()
"""As an expected value: there is one, whichever."""

CLUSTER = "eks:index:Cluster"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
DATABASE = "aws:rds/instance:Instance"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
CERTIFICATE = "aws:acm/certificate:Certificate"
FIREWALL = "aws:wafv2/webAcl:WebAcl"
LIMITS = "kubernetes:core/v1:LimitRange"
NAMESPACE = "kubernetes:core/v1:Namespace"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
QUOTA = "kubernetes:core/v1:ResourceQuota"
RELEASE = "kubernetes:helm.sh/v3:Release"
REPOSITORY = "aws:ecr/repository:Repository"
SERVICE_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
SUBNET = "aws:ec2/subnet:Subnet"


class Shown(StrEnum):
    """Where a fact stands."""

    PLAN = "plan"
    """Inputs of a resource, or an output, of a mocked run of the stack."""
    APPLICATION = "application"
    """The Application, or the AppProject, as it is rendered."""
    CATALOGUE = "catalogue"
    """The validated service catalogue: the plan has no probe and no Service; the manifests take them from there."""
    DOCS = "docs"
    """`docs/application-repository.md`: what the application repository brings."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """The distinct values found at a path, in any order; none means that nothing may stand there."""

    shown: Shown
    values: tuple[object, ...]
    path: str = ""
    """Keys separated by spaces; `*` is every entry of a list or mapping. In documentation: the heading of a section."""
    kind: str = ""
    """Type of the resource; in an empty one the path is that of a stack output."""
    name: str | None = None
    """Name of the resource, where there are several of its type."""


Cell = tuple[Check, ...]
Table = Mapping[str, Mapping[str, Cell]]
"""Cells by row and column; a column is a stack."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What the text beside the tables says, and the stacks in which it is shown."""

    what: str
    stacks: tuple[str, ...]
    checks: Cell


def plan(kind: str, path: str, *values: object, name: str | None = None) -> Check:
    """Inputs of the resources of a type."""
    return Check(shown=Shown.PLAN, kind=kind, path=path, values=values, name=name)


def output(path: str, *values: object) -> Check:
    """An output of the stack."""
    return Check(shown=Shown.PLAN, path=path, values=values)


def application(path: str, *values: object) -> Check:
    """The Applications of a stack."""
    return Check(shown=Shown.APPLICATION, kind="kubernetes:argoproj.io/v1alpha1:Application", path=path, values=values)


def project(path: str, *values: object) -> Check:
    """The AppProject of a stack."""
    return Check(shown=Shown.APPLICATION, kind="kubernetes:argoproj.io/v1alpha1:AppProject", path=path, values=values)


def catalogue(path: str, *values: object) -> Check:
    """The configuration, keys as in YAML."""
    return Check(shown=Shown.CATALOGUE, path=path, values=values)


def docs(section: str, *words: str) -> Check:
    """Words that stand in a section of the documentation."""
    return Check(shown=Shown.DOCS, path=section, values=words)


def row(stages: tuple[str, ...], *cells: Check | Cell) -> Mapping[str, Cell]:
    """A row of a table, its cells in the order of the columns."""
    return {stage: (cell,) if isinstance(cell, Check) else cell for stage, cell in zip(stages, cells, strict=True)}
