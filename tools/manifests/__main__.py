"""`python -m tools.manifests`: every overlay built, validated and compared with its stack's file. No network."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from components.config import PlatformConfig
from components.config.environments import EnvironmentConfig
from tools.manifests.build import BuildError, build, kustomize
from tools.manifests.catalogue import differences
from tools.manifests.model import Object, of_kind
from tools.manifests.rules import rule_faults
from tools.manifests.schema import schema_faults
from tools.manifests.stacks import StackError, stacks

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = Path("k8s/infrastructure/overlays")


@dataclass(frozen=True)
class Overlay:
    """The folder that an environment is synced from."""

    path: str
    config: PlatformConfig
    environment: EnvironmentConfig

    @property
    def version(self) -> str | None:
        """Kubernetes version of the cluster; None where the cluster is not ours."""
        return None if self.config.cluster is None else self.config.cluster.version


def overlays(configs: Mapping[str, PlatformConfig]) -> list[Overlay]:
    """Every environment's folder, in the order of the stacks."""
    return [
        Overlay(environment.path, config, environment)
        for config in configs.values()
        for environment in config.environments
    ]


def unused(root: Path, known: list[Overlay]) -> Iterator[str]:
    """Yield a message for each overlay that no environment is synced from."""
    paths = {overlay.path for overlay in known}
    for folder in sorted((root / OVERLAYS).iterdir()) if (root / OVERLAYS).is_dir() else ():
        path = str(OVERLAYS / folder.name)
        if path not in paths:
            yield f"{path}: no environment of any stack is synced from here"


def faults(overlay: Overlay, objects: Sequence[Object]) -> Iterator[str]:
    """Yield all that is wrong with the objects of an overlay, the schema's word first."""
    broken = list(schema_faults(objects, overlay.version))
    yield from broken
    if broken:  # the other rules ask about fields that may not be there, and would only repeat it
        return
    yield from faults_beyond_the_schema(overlay, objects)


def faults_beyond_the_schema(overlay: Overlay, objects: Sequence[Object]) -> Iterator[str]:
    """Yield what breaks a rule of our own, and what the stack's file says otherwise."""
    yield from rule_faults(objects)
    for difference in differences(overlay.config, overlay.environment, objects):
        yield str(difference)


def check(root: Path, binary: str, overlay: Overlay) -> tuple[list[str], str]:
    """Messages about one overlay, and a line that says what it holds."""
    try:
        objects = build(root / overlay.path, binary)
    except BuildError as error:
        return [f"{overlay.path}: {error}".replace(f"{root}/", "")], ""
    found = [f"{overlay.path}: {fault}" for fault in faults(overlay, objects)]
    return found, f"{overlay.path}: {len(objects)} objects, {len(of_kind(objects, 'Deployment'))} Deployments"


def main(root: Path = ROOT) -> int:
    """Print every fault to standard error; 1 if there is one."""
    try:
        binary = kustomize(ROOT)
        known = overlays(stacks(root))
    except (BuildError, StackError) as error:
        print(f"manifests: {error}", file=sys.stderr)
        return 1
    found = list(unused(root, known))
    with ThreadPoolExecutor() as pool:
        for messages, line in pool.map(partial(check, root, binary), known):
            found += messages
            if line:
                print(f"manifests: {line}")
    for fault in found:
        print(f"manifests: {fault}", file=sys.stderr)
    print(f"manifests: {len(known)} overlays, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
