"""Which versions of Argo CD and of its chart may be installed.

The program always sets the image's tag, so the chart's own `appVersion` never runs. The chart still brings Argo CD's
definitions and defaults: one of an older major has those of an Argo CD before the versions that are taken here.
Source: Argo CD's security advisories of the repo-server (remote code execution, mended in 3.4.10 and 3.5.4).
"""

import re
from typing import Annotated

from pydantic import AfterValidator

from components.config.types import ExactVersion

CHART_VERSION = "10.9.0"
IMAGE_TAG = "v3.5.7"
MENDED = {(3, 4): (3, 4, 10), (3, 5): (3, 5, 4)}
"""First version without the hole, of each line that had it and was mended."""


def _parts(version: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in re.findall(r"\d+", version)[:3])
    return major, minor, patch


def _mended(tag: str) -> str:
    """The tag of an image that exists, of a version without a known hole."""
    if not tag.startswith("v"):
        raise ValueError(f"{tag!r} is no tag of Argo CD's image, which begin with v. Write v{tag}.")
    number = _parts(tag)
    line = number[:2]
    first = MENDED.get(line, max(MENDED.values()))
    # A candidate of the first mended version came before it.
    if number < first or (number == first and "-" in tag):
        remedy = (
            IMAGE_TAG if line not in MENDED or line == max(MENDED) else f"v{'.'.join(map(str, first))} or {IMAGE_TAG}"
        )
        raise ValueError(f"{tag!r} has a known hole: who writes to Git runs code in Argo CD. Write {remedy} or later.")
    return tag


def _of_this_major(version: str) -> str:
    """A chart that was made for the versions of Argo CD that are taken."""
    if _parts(version) < (_parts(CHART_VERSION)[0], 0, 0):
        raise ValueError(
            f"{version!r} was made for an older Argo CD than argocd.imageTag may name. Write {CHART_VERSION} or later."
        )
    return version


ArgoCdTag = Annotated[ExactVersion, AfterValidator(_mended)]
ArgoCdChart = Annotated[ExactVersion, AfterValidator(_of_this_major)]
