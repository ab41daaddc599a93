"""Writes `image.json`, what a build has put into the registry, and judges its vulnerabilities."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

from scripts import smoke
from scripts.delivery import actions
from scripts.delivery.actions import StepError, optional, require
from scripts.delivery.images import BuiltImage

BLOCKING = {"none": (), "critical": ("critical",), "high": ("critical", "high")}
"""Severities that keep an image from being deployed, by the input `block-on`."""


def findings(report: Path) -> dict[str, int]:
    """Count the vulnerabilities of Trivy's JSON report by severity: `{"critical": 1, "high": 4}`."""
    results = smoke.items(json.loads(report.read_text(encoding="utf-8")), "Results")
    found = [each for result in results for each in smoke.items(result, "Vulnerabilities")]
    return dict(Counter(smoke.text(each, "Severity").lower() for each in found))


def main() -> None:
    existing, report, block_on = optional("EXISTING_DIGEST"), optional("REPORT"), require("BLOCK_ON")
    if block_on not in BLOCKING:
        raise StepError(f"block-on is {block_on!r}. Write one of {', '.join(BLOCKING)}.")
    image = BuiltImage(
        image=require("IMAGE"),
        reference=require("REFERENCE"),
        digest=existing or require("BUILT_DIGEST"),
        built=not existing,
        seconds=int(time.time()) - int(require("STARTED")),
        findings=findings(Path(report)) if report else None,
    )
    Path("image.json").write_text(json.dumps(image._asdict()), encoding="utf-8")
    actions.summarise(f"`{image.reference}`: {'built' if image.built else 'was in the registry already'}")
    blocking = {severity: count for severity, count in (image.findings or {}).items() if severity in BLOCKING[block_on]}
    if blocking:
        counts = ", ".join(f"{count} {severity}" for severity, count in sorted(blocking.items()))
        raise StepError(
            f"{image.reference} has vulnerabilities: {counts}. It stays in the registry and is not deployed. Update "
            f"what the image is built from, or write another `block-on` than {block_on}."
        )


if __name__ == "__main__":
    actions.run(main)
