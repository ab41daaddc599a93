"""Objects as the API server judges them, by its own code: decoding, defaults, validation, Pod Security admission.

`tools/kubernetes/validate` is that code without a server. The level is `restricted` for every environment, also where a
namespace enforces less: services need no more.
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
    """No validator, or one that broke; the text is for a person."""


def validator(root: Path) -> str:
    """Path of the project's validator. ValidatorError where it is not built."""
    own = root / ".tools" / "bin" / "validate-manifests"
    if not own.is_file():
        raise ValidatorError(
            "validate-manifests is missing: `make manifests` builds it from tools/kubernetes and needs Go."
        )
    return str(own)


def refusals(objects: Sequence[Object], binary: str) -> Iterator[str]:
    """Yield `Kind name: path: message` for each reason to refuse an object, and for each warning."""
    run = subprocess.run([binary, STANDARD], input=json.dumps(objects), capture_output=True, text=True, check=False)
    if run.returncode:
        raise ValidatorError(run.stderr.strip() or f"{binary} ended with status {run.returncode}")
    for line in run.stdout.splitlines():
        fault = json.loads(line)
        title = f"{fault['kind'] or 'object without kind'} {fault['name'] or 'without name'}"
        yield f"{title}: {fault['message']}"
