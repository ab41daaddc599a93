"""Validates objects with the API server's own code: decoding, defaults, validation, Pod Security admission.

`tools/kubernetes/validate` is that code without a server. The level is `restricted` for every environment, even where
the namespace enforces less: services need no more.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from components.config.types import PodSecurity
from components.config.versions import POD_SECURITY_VERSION
from tools.manifests.model import Object

STANDARD = f"{PodSecurity.RESTRICTED.value}:{POD_SECURITY_VERSION}"


class ValidatorError(Exception):
    """A missing validator, or one that failed; the text is shown to the user."""


def validator(root: Path) -> str:
    """Path of the project's validator. ValidatorError where it has not been built."""
    own = root / ".tools" / "bin" / "validate-manifests"
    if not own.is_file():
        raise ValidatorError(
            "validate-manifests is missing: `make manifests` builds it from tools/kubernetes, which needs Go."
        )
    return str(own)


def refusals(objects: Sequence[Object], binary: str) -> Iterator[str]:
    """Yield `Kind name: path: message` for each reason to refuse an object, and for each warning."""
    run = subprocess.run([binary, STANDARD], input=json.dumps(objects), capture_output=True, text=True, check=False)
    if run.returncode:
        raise ValidatorError(run.stderr.strip() or f"{binary} exited with status {run.returncode}")
    for line in run.stdout.splitlines():
        fault = json.loads(line)
        heading = f"{fault['kind'] or 'object without kind'} {fault['name'] or 'without name'}"
        yield f"{heading}: {fault['message']}"
