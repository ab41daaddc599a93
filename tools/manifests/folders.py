"""Folders of the manifests that no environment is built from."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tools.manifests.model import at, items

MANIFESTS = Path("k8s/infrastructure")
OVERLAYS = MANIFESTS / "overlays"


def folder_faults(root: Path, paths: Iterable[str]) -> Iterator[str]:
    """Yield a message for each folder that no overlay uses, directly or through a base (`paths`, from the root)."""
    used: set[Path] = set()
    for path in paths:
        _follow((root / path).resolve(), used)
    for folder in sorted(path for path in (root / MANIFESTS).rglob("*") if path.is_dir()):
        path = folder.relative_to(root)
        if folder.resolve() in used:
            continue
        if path.parent == OVERLAYS:
            yield f"{path}: no environment is synced from this folder"
        elif any(folder.glob("*.yaml")):
            yield f"{path}: no environment's kustomization lists this folder: list it, or remove it"


def _follow(folder: Path, used: set[Path]) -> None:
    """Add the folder and every folder that its kustomization refers to."""
    if folder in used:
        return
    used.add(folder)
    try:
        reader: Any = YAML(typ="safe")
        kustomization = reader.load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    except (OSError, YAMLError):  # kustomize reports it
        return
    entries = [*items(kustomization, "resources"), *items(kustomization, "components")]
    entries += [at(patch, "path") for patch in items(kustomization, "patches")]
    for entry in entries:
        target = (folder / str(entry)).resolve()
        if target.is_dir():
            _follow(target, used)
        elif target.is_file():
            used.add(target.parent)
