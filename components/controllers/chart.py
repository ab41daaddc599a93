"""One Helm chart of a controller, with what the controller may do in AWS."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

Values = Mapping[str, pulumi.Input[object]]

KEEP: Mapping[str, str] = {"helm.sh/resource-policy": "keep"}
"""Annotation of CRDs that are templates of a chart: they stay, with their objects, when the release is removed."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One Helm release."""

    name: str
    """Name of the release and of the controller's service account; part of its role's name."""
    chart: str
    """Name in the repository, or a whole `oci://` address."""
    repository: str | None
    version: str
    values: Values
    policy: pulumi.Input[str] | None = None
    """IAM policy of the controller; None for one that does not call AWS."""
    take_ownership: bool = False
    """Whether it adopts objects that another release installed."""
    after: str | None = None
    """Name of an earlier release whose CRDs the chart looks for."""


def scraped(port: int) -> Mapping[str, str]:
    """Pod annotations by which Prometheus finds a controller's metrics."""
    return {"prometheus.io/port": str(port), "prometheus.io/scrape": "true"}
