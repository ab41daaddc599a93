"""Runs checkov on a stack's resources. It has an environment of its own: its dependencies conflict with ours."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from sandbox.plan import Resource
from tools.checkov.plan import kubernetes_objects, terraform_plan

PROGRAM = Path(".tools/checkov/bin/checkov")


class CheckovError(Exception):
    """checkov could not check everything."""


@dataclass(frozen=True, order=True)
class Finding:
    """A check that fails, such as `CKV_AWS_16`, and the resource: `aws_db_instance.shop-live-database`."""

    check: str
    resource: str
    title: str


@dataclass(frozen=True)
class Findings:
    """What checkov says about a stack."""

    passed: int
    failed: Sequence[Finding]


def findings(resources: Sequence[Resource]) -> Findings:
    """The checks that pass and fail. CheckovError if checkov does not run, or cannot read its input."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "plan.json").write_text(json.dumps(terraform_plan(resources)), encoding="utf-8")
        (folder / "objects.json").write_text(json.dumps(kubernetes_objects(resources)), encoding="utf-8")
        return _read(_run(folder))


def _run(folder: Path) -> str:
    frameworks = ("terraform_plan", "kubernetes")
    command = [str(PROGRAM), "--directory", str(folder), "--framework", *frameworks, "--output", "json", "--compact"]
    # `--soft-fail`: a status other than 0 is a fault of checkov itself. `--skip-download`: nothing from the network.
    options = ["--quiet", "--soft-fail", "--skip-download"]
    try:
        result = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise CheckovError(f"{PROGRAM} is missing: run tools/setup checkov") from error
    if result.returncode != 0:
        raise CheckovError(result.stderr)
    return result.stdout


def _read(output: str) -> Findings:
    """From one report, or a list of them: one for each form that checkov found resources in."""
    printed: Any = json.loads(output)
    reports = cast("list[dict[str, Any]]", printed if isinstance(printed, list) else [printed])
    if any(report["summary"]["parsing_errors"] for report in reports):
        raise CheckovError("checkov cannot read what tools/checkov/plan.py wrote")
    failed = [
        Finding(check["check_id"], check["resource"], check["check_name"])
        for report in reports
        for check in report["results"]["failed_checks"]
    ]
    return Findings(passed=sum(report["summary"]["passed"] for report in reports), failed=sorted(failed))
