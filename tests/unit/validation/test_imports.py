"""Validation loads no SDK and no tool: a refusal comes at once, and counting pods does not load all of AWS."""

import subprocess
import sys

from tests.harness.harness import ROOT

UNNEEDED = ("pulumi_aws", "pulumi_eks", "pulumi_kubernetes", "cfnlint")
PROGRAM = f"""
import sys
import components.validation.load
from components.controllers.controller import controllers
controllers()  # imports every controller's module, as the capacity sums do
print([name for name in {UNNEEDED!r} if name in sys.modules])
"""


def test_validation_imports_no_sdk_and_no_tool() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
