"""Reports what `STAND_IN_FINDINGS`, a JSON object, has for the image's repository: a list of severities.

The image must be in the registry. The report has the form of Trivy's `--format json`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.pipeline.workflows.actions.stand_in import fail, inputs, record


def main() -> None:
    given = inputs()
    reference = given["image-ref"]
    crane = [os.environ["STAND_IN_CRANE"], "manifest", reference]
    if subprocess.run(crane, capture_output=True, check=False).returncode:
        fail(f"FATAL: unable to find the specified image {reference!r}")
    repository = reference.partition("/")[2].partition("@")[0].partition(":")[0]
    severities: list[str] = json.loads(os.environ.get("STAND_IN_FINDINGS") or "{}").get(repository, [])
    wanted = given["severity"].split(",")
    found = [
        {"VulnerabilityID": f"CVE-2026-{number:04}", "PkgName": "openssl", "Severity": severity}
        for number, severity in enumerate(severities)
        if severity in wanted
    ]
    if given["format"] != "json" or not given["output"]:
        fail("the stand-in only writes JSON into a file")
    result = {"Target": reference, "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": found}
    report = {"SchemaVersion": 2, "ArtifactName": reference, "ArtifactType": "container_image", "Results": [result]}
    Path(given["output"]).write_text(json.dumps(report), encoding="utf-8")
    record("scan", reference=reference, severity=given["severity"])
    sys.exit(int(given["exit-code"] or "0") if found else 0)


main()
