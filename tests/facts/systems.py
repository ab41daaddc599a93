"""The model of the facts in the descriptions of Tiketi and PingvasAI, each with the checks that show it.

Checks are written by hand; nothing is read from stack files or components, so that a test that compares the two can
fail. A check looks at one of the four places in `Shown`, most at the plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SOME = object()
"""As an expected value: any value."""

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
    """The place that shows a fact."""

    PLAN = "plan"
    """Inputs of a resource, or a stack output, in a mocked run of the stack."""
    APPLICATION = "application"
    """The Application or AppProject in the plan."""
    CATALOGUE = "catalogue"
    """The validated configuration: probes and Services are in the manifests, which use its values."""
    DOCS = "docs"
    """`docs/application-repository.md`: the content of the application repository."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """The distinct values at a path, in any order; without values the path must be empty."""

    shown: Shown
    values: tuple[object, ...]
    path: str = ""
    """Keys separated by spaces; `*` is every entry of a list or mapping. In documentation, the heading of a section."""
    kind: str = ""
    """Type of the resource; if empty, the path is that of a stack output."""
    name: str | None = None
    """Name of the resource, if there are several of its type."""


Cell = tuple[Check, ...]
Table = Mapping[str, Mapping[str, Cell]]
"""Cells by row and column; a column is a stack."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A fact in the text of the description, and the stacks that show it."""

    what: str
    stacks: tuple[str, ...]
    checks: Cell


def plan(kind: str, path: str, *values: object, name: str | None = None) -> Check:
    """A check of the inputs of the resources of a type."""
    return Check(shown=Shown.PLAN, kind=kind, path=path, values=values, name=name)


def output(path: str, *values: object) -> Check:
    """A check of a stack output."""
    return Check(shown=Shown.PLAN, path=path, values=values)


def application(path: str, *values: object) -> Check:
    """A check of a stack's Applications."""
    return Check(shown=Shown.APPLICATION, kind="kubernetes:argoproj.io/v1alpha1:Application", path=path, values=values)


def project(path: str, *values: object) -> Check:
    """A check of a stack's AppProject."""
    return Check(shown=Shown.APPLICATION, kind="kubernetes:argoproj.io/v1alpha1:AppProject", path=path, values=values)


def catalogue(path: str, *values: object) -> Check:
    """A check of the configuration, with the keys of the stack file."""
    return Check(shown=Shown.CATALOGUE, path=path, values=values)


def docs(section: str, *words: str) -> Check:
    """A check of words in a section of the documentation."""
    return Check(shown=Shown.DOCS, path=section, values=words)


def row(stages: tuple[str, ...], *cells: Check | Cell) -> Mapping[str, Cell]:
    """A row of a table, with its cells in the order of the columns."""
    return {stage: (cell,) if isinstance(cell, Check) else cell for stage, cell in zip(stages, cells, strict=True)}
