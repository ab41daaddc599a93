"""Validation loads no SDK: a refusal comes at once, and counting pods does not load all of AWS."""

import subprocess
import sys

from tests.harness.harness import ROOT

SDKS = ("pulumi_aws", "pulumi_eks", "pulumi_kubernetes")
PROGRAM = f"""
import sys
import components.validation.load
from components.controllers.controller import controllers
controllers()  # imports every controller's module, as the capacity sums do
print([name for name in {SDKS!r} if name in sys.modules])
"""


def test_validation_imports_no_sdk() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
