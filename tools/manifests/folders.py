"""Folders of the manifests that nothing is built from: no environment and no kustomization comes to them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tools.manifests.model import at, items

MANIFESTS = Path("k8s/infrastructure")
OVERLAYS = MANIFESTS / "overlays"


def folder_faults(root: Path, paths: Iterable[str]) -> Iterator[str]:
    """Yield a message for each folder that no overlay (`paths`, from the root) comes to."""
    reached: set[Path] = set()
    for path in paths:
        _follow((root / path).resolve(), reached)
    for folder in sorted(path for path in (root / MANIFESTS).rglob("*") if path.is_dir()):
        path = folder.relative_to(root)
        if folder.resolve() in reached:
            continue
        if path.parent == OVERLAYS:
            yield f"{path}: no environment of any stack is synced from here"
        elif any(folder.glob("*.yaml")):
            yield f"{path}: no kustomization that an environment is built from lists this folder: list it or remove it"


def _follow(folder: Path, reached: set[Path]) -> None:
    """Add the folder, and every folder that its kustomization takes something from."""
    if folder in reached:
        return
    reached.add(folder)
    try:
        reader: Any = YAML(typ="safe")
        listed = reader.load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    except (OSError, YAMLError):  # kustomize says what is wrong with it
        return
    entries = [*items(listed, "resources"), *items(listed, "components")]
    entries += [at(patch, "path") for patch in items(listed, "patches")]
    for entry in entries:
        target = (folder / str(entry)).resolve()
        if target.is_dir():
            _follow(target, reached)
        elif target.is_file():
            reached.add(target.parent)
