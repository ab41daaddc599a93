"""`python -m tools.manifests`: every overlay built, validated and compared with its stack's file. No network."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from tools.manifests.build import BuildError, build, kustomize
from tools.manifests.catalogue import differences
from tools.manifests.fields import field_faults
from tools.manifests.folders import folder_faults
from tools.manifests.model import Object, of_kind
from tools.manifests.rules import rule_faults
from tools.manifests.stacks import StackError, stacks
from tools.manifests.supplied import supply_faults
from tools.manifests.validator import ValidatorError, refusals, validator

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Overlay:
    """The folder that an environment is synced from."""

    path: str
    config: PlatformConfig
    environment: EnvironmentConfig


def overlays(configs: Mapping[str, PlatformConfig]) -> list[Overlay]:
    """Every environment's folder, in the order of the stacks."""
    return [
        Overlay(environment.path, config, environment)
        for config in configs.values()
        for environment in config.environments
    ]


def faults(overlay: Overlay, objects: Sequence[Object], binary: str) -> Iterator[str]:
    """Yield all that is wrong with the objects of an overlay, the API server's word first (`binary`: the validator)."""
    refused = list(refusals(objects, binary))
    yield from refused
    if refused:  # the other rules ask about fields that may not be there, and would only repeat it
        return
    yield from own_faults(overlay, objects)


def own_faults(overlay: Overlay, objects: Sequence[Object]) -> Iterator[str]:
    """Yield what breaks a rule of our own, and what the stack's file says otherwise."""
    yield from field_faults(objects)
    yield from rule_faults(objects)
    yield from supply_faults(overlay.config, overlay.environment, objects)
    for difference in differences(overlay.config, overlay.environment, objects):
        yield str(difference)


def check(root: Path, overlay: Overlay, *, builder: str, judge: str) -> tuple[list[str], str]:
    """Messages about one overlay, and a line that says what it holds."""
    try:
        objects = build(root / overlay.path, builder)
        found = [f"{overlay.path}: {fault}" for fault in faults(overlay, objects, judge)]
    except (BuildError, ValidatorError) as error:
        return [f"{overlay.path}: {error}".replace(f"{root}/", "")], ""
    return found, f"{overlay.path}: {len(objects)} objects, {len(of_kind(objects, 'Deployment'))} Deployments"


def main(root: Path = ROOT) -> int:
    """Print every fault to standard error; 1 if there is one."""
    try:
        builder, judge = kustomize(ROOT), validator(ROOT)
        known = overlays(stacks(root))
    except (BuildError, StackError, ValidatorError) as error:
        print(f"manifests: {error}", file=sys.stderr)
        return 1
    found = list(folder_faults(root, [overlay.path for overlay in known]))
    with ThreadPoolExecutor() as pool:
        for messages, line in pool.map(partial(check, root, builder=builder, judge=judge), known):
            found += messages
            if line:
                print(f"manifests: {line}")
    for fault in found:
        print(f"manifests: {fault}", file=sys.stderr)
    print(f"manifests: {len(known)} overlays, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
