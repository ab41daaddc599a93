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
    """An overlay that does not build, or no kustomize to build it; the text is for a person."""


def kustomize(root: Path) -> str:
    """Path of the project's kustomize, else of the one on the PATH. BuildError without either."""
    own = root / ".tools" / "bin" / "kustomize"
    found = str(own) if own.is_file() else shutil.which("kustomize")
    if found is None:
        raise BuildError("kustomize is missing: `make manifests` builds it from tools/kustomize and needs Go.")
    return found


def build(overlay: Path, binary: str) -> list[Object]:
    """Objects of an overlay in kustomize's order. BuildError with kustomize's own message when it does not build."""
    # Bare, because a base on another host would make the build depend on the network, and on what lies there today.
    bare = {"PATH": "", "HOME": os.environ.get("HOME", "")}
    run = subprocess.run([binary, "build", str(overlay)], capture_output=True, text=True, check=False, env=bare)
    if run.returncode:
        raise BuildError(_last_cause(run.stderr))
    reader: Any = YAML(typ="safe")
    try:
        return [found for found in reader.load_all(run.stdout) if found]
    except YAMLError as error:
        raise BuildError(f"what kustomize wrote is not YAML: {error}") from None


def _last_cause(stderr: str) -> str:
    """Kustomize tells the whole way to a mistake; the last folder on it and what follows are enough."""
    told = " ".join(line.strip() for line in stderr.splitlines() if line.strip()).removeprefix("Error: ")
    return re.split(r"recursed (?:accumulation of|merging from) path ", told)[-1] or "kustomize failed without a word"
