"""Allowed versions of Argo CD and of its chart.

The image's tag is always set, so the chart's `appVersion` has no effect. The chart still contains CRDs and defaults,
which in older majors are those of Argo CD versions that are not allowed here.
Source: Argo CD's security advisories on the repo-server (remote code execution, fixed in 3.4.10 and 3.5.4).
"""

import re
from typing import Annotated

from pydantic import AfterValidator

from components.config.types import exact_version
from components.config.versions import ARGO_CD_CHART, ARGO_CD_IMAGE_TAG

FIXED = {(3, 4): (3, 4, 10), (3, 5): (3, 5, 4)}
"""First version with the fix, by minor version."""
MUTUAL_TLS = (3, 5, 0)


def _parts(version: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in re.findall(r"\d+", version)[:3])
    return major, minor, patch


def supports_mutual_tls(tag: str) -> bool:
    """Whether this version's repo-server can ask its callers for a certificate: 3.5 and later."""
    return _parts(tag) >= MUTUAL_TLS


def _without_known_vulnerability(tag: str) -> str:
    if not tag.startswith("v"):
        raise ValueError(f"{tag!r} is not a tag of Argo CD's image: its tags start with v. Write v{tag}.")
    number = _parts(tag)
    minor = number[:2]
    first = FIXED.get(minor, max(FIXED.values()))
    # A release candidate of the first fixed version precedes the fix.
    if number < first or (number == first and "-" in tag):
        remedy = (
            ARGO_CD_IMAGE_TAG
            if minor not in FIXED or minor == max(FIXED)
            else f"v{'.'.join(map(str, first))} or {ARGO_CD_IMAGE_TAG}"
        )
        raise ValueError(
            f"{tag!r} has a known vulnerability: anyone who can push to Git can run code in Argo CD. "
            f"Write {remedy} or later."
        )
    return tag


def _of_current_major(version: str) -> str:
    if _parts(version) < (_parts(ARGO_CD_CHART)[0], 0, 0):
        raise ValueError(
            f"{version!r} is for Argo CD versions that argocd.imageTag does not allow. Write {ARGO_CD_CHART} or later."
        )
    return version


ArgoCdTag = Annotated[str, exact_version(ARGO_CD_IMAGE_TAG), AfterValidator(_without_known_vulnerability)]
ArgoCdChart = Annotated[str, exact_version(ARGO_CD_CHART), AfterValidator(_of_current_major)]
