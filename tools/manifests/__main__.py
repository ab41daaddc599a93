"""`python -m tools.manifests`: build and validate every overlay, and compare it with its stack file. No network."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from components.environments.plan import EnvironmentPlan, plan_environments
from tools.manifests.build import BuildError, build, kustomize
from tools.manifests.catalogue import differences
from tools.manifests.fields import field_faults
from tools.manifests.folders import folder_faults
from tools.manifests.model import Object, of_kind
from tools.manifests.platform_keys import key_faults
from tools.manifests.rules import rule_faults
from tools.manifests.stacks import StackError, stacks
from tools.manifests.validator import ValidatorError, refusals, validator
from tools.report import report

ROOT = Path(__file__).resolve().parents[2]


def environments(root: Path) -> list[EnvironmentPlan]:
    """Every environment of the project's stacks; each one's overlay is in the folder `settings.path`."""
    return [plan for config in stacks(root).values() for plan in plan_environments(config)]


def faults(plan: EnvironmentPlan, objects: Sequence[Object], binary: str) -> Iterator[str]:
    """Yield all faults in the objects of an overlay, refusals of the API server first (`binary`: the validator)."""
    refused = list(refusals(objects, binary))
    yield from refused
    if not refused:  # the project's rules read fields that a refused object may lack, and would only repeat its faults
        yield from project_faults(plan, objects)


def project_faults(plan: EnvironmentPlan, objects: Sequence[Object]) -> Iterator[str]:
    """Yield each broken rule of this project, and each difference from the stack file."""
    yield from field_faults(objects)
    yield from rule_faults(objects)
    yield from key_faults(plan, objects)
    for difference in differences(plan, objects):
        yield str(difference)


def check(root: Path, plan: EnvironmentPlan, *, builder: str, judge: str) -> tuple[list[str], str]:
    """Faults of one overlay, and a line that counts its objects."""
    path = plan.settings.path
    try:
        objects = build(root / path, builder)
        messages = [f"{path}: {fault}" for fault in faults(plan, objects, judge)]
    except (BuildError, ValidatorError) as error:
        return [f"{path}: {error}".replace(f"{root}/", "")], ""
    return messages, f"{path}: {len(objects)} objects, {len(of_kind(objects, 'Deployment'))} Deployments"


def main(root: Path = ROOT) -> int:
    """Print every fault to standard error; 1 if there is one."""
    try:
        builder, judge = kustomize(ROOT), validator(ROOT)
        plans = environments(root)
    except (BuildError, StackError, ValidatorError) as error:
        print(f"manifests: {error}", file=sys.stderr)
        return 1
    messages = list(folder_faults(root, [plan.settings.path for plan in plans]))
    with ThreadPoolExecutor() as pool:
        for of_overlay, summary in pool.map(partial(check, root, builder=builder, judge=judge), plans):
            messages += of_overlay
            if summary:
                print(f"manifests: {summary}")
    return report("manifests", f"{len(plans)} overlays", messages)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tools.manifests", description=__doc__)
    parser.add_argument("--project", type=Path, default=ROOT, help="folder of Pulumi.yaml (default: this repository)")
    sys.exit(main(parser.parse_args().project.resolve()))
