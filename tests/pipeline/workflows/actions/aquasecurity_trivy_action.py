"""Reports what `STAND_IN_FINDINGS`, a JSON object, has for an image's repository or a folder: severities.

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
    image, output = given["scan-type"] == "image", given["output"]
    reference = given["image-ref"] if image else given["scan-ref"]
    crane = [os.environ["STAND_IN_CRANE"], "manifest", reference]
    if image and subprocess.run(crane, capture_output=True, check=False).returncode:
        fail(f"FATAL: unable to find the specified image {reference!r}")
    repository = reference.partition("/")[2].partition("@")[0].partition(":")[0] if image else reference
    severities: list[str] = json.loads(os.environ.get("STAND_IN_FINDINGS") or "{}").get(repository, [])
    wanted = given["severity"].split(",")
    found = [
        {"VulnerabilityID": f"CVE-2026-{number:04}", "PkgName": "openssl", "Severity": severity}
        for number, severity in enumerate(severities)
        if severity in wanted
    ]
    result = {"Target": reference, "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": found}
    report = {"SchemaVersion": 2, "ArtifactName": reference, "ArtifactType": given["scan-type"], "Results": [result]}
    if given["format"] == "json" and output:
        Path(output).write_text(json.dumps(report), encoding="utf-8")
    record("scan", reference=reference, severity=given["severity"])
    sys.exit(int(given["exit-code"] or "0") if found else 0)


main()
