"""Builds an overlay with the pinned kustomize, as Argo CD does: no plugins, no Helm, no flags."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tools.manifests.model import Object


class BuildError(Exception):
    """An overlay that does not build, or a missing kustomize; the text is shown to the user."""


def kustomize(root: Path) -> str:
    """Path of the project's own kustomize, or of the one on the PATH. BuildError without either."""
    own = root / ".tools" / "bin" / "kustomize"
    binary = str(own) if own.is_file() else shutil.which("kustomize")
    if binary is None:
        raise BuildError("kustomize is missing: `make manifests` builds it from tools/kustomize, which needs Go.")
    return binary


def build(overlay: Path, binary: str) -> list[Object]:
    """Objects of an overlay in kustomize's order. BuildError with kustomize's own message when it does not build."""
    # No PATH, so no git: a base on another host would make the build depend on the network and on a moving branch.
    environment = {"PATH": "", "HOME": os.environ.get("HOME", "")}
    run = subprocess.run([binary, "build", str(overlay)], capture_output=True, text=True, check=False, env=environment)
    if run.returncode:
        raise BuildError(_last_cause(run.stderr))
    reader: Any = YAML(typ="safe")
    try:
        return [document for document in reader.load_all(run.stdout) if document]
    except YAMLError as error:
        raise BuildError(f"the output of kustomize is not YAML: {error}") from None


def _last_cause(stderr: str) -> str:
    """Kustomize lists every folder on the way to an error; the last one and its message are enough."""
    message = " ".join(line.strip() for line in stderr.splitlines() if line.strip()).removeprefix("Error: ")
    cause = re.split(r"recursed (?:accumulation of|merging from) path ", message)[-1]
    return cause or "kustomize failed without a message"
