"""What a set-up script would change: shown first, carried out with `--apply`."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from components.config.aws import AwsConfig
from components.config.platform import PlatformConfig
from tools.manifests.stacks import StackError, stack_config, stacks

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Step:
    """One change."""

    words: str
    """What it does, as a command to a person: `turn on versioning`."""
    carry_out: Callable[[], object]


@dataclass(frozen=True)
class Part:
    """One thing that is set up: what has to change, and what a person has to change."""

    title: str
    steps: Sequence[Step] = ()
    faults: Sequence[str] = ()
    """What is wrong and not corrected here, each with what to do."""
    notes: Sequence[str] = ()
    """What is set otherwise than the script would, and may stay so."""


class Options(argparse.Namespace):
    """Options of every set-up script."""

    project: Path
    stack: list[str]
    apply: bool


def parser(command: str, description: str) -> argparse.ArgumentParser:
    """The options that every set-up script has."""
    options = argparse.ArgumentParser(prog=command, description=description, allow_abbrev=False)
    options.add_argument("--apply", action="store_true", help="make the changes (default: only show them)")
    options.add_argument(
        "--stack", action="append", default=[], help="a stack, may be repeated (default: all stacks on AWS)"
    )
    options.add_argument(
        "--project", type=Path, default=ROOT, help="folder of Pulumi.yaml (default: the one of this repository)"
    )
    return options


def chosen(options: Options) -> Mapping[str, tuple[PlatformConfig, AwsConfig]]:
    """The configuration of each chosen stack, and its account. StackError if a file is refused, or has no account."""
    configs = stacks(options.project)
    if not configs:
        raise StackError(f"there is no Pulumi.<stack>.yaml in {options.project}.")
    found: dict[str, tuple[PlatformConfig, AwsConfig]] = {}
    for stack in options.stack or configs:
        config = stack_config(options.project, configs, stack)
        if config.aws is not None:
            found[stack] = config, config.aws
        elif options.stack:
            raise StackError(f"Pulumi.{stack}.yaml has no section aws, so it needs nothing on AWS.")
    if not found:
        raise StackError(f"no stack file in {options.project} has a section aws.")
    return found


def backend_url(bucket: str, region: str) -> str:
    """URL of Pulumi's state, for `pulumi login` and PULUMI_BACKEND_URL."""
    return f"s3://{bucket}?region={region}"


def run(parts: Sequence[Part], *, apply: bool) -> int:
    """Print every step, with `apply` after it was carried out; 1 if something is left to a person."""
    for part in parts:
        print(part.title)
        for step in part.steps:
            if apply:
                step.carry_out()
            print(f"  {step.words}")
        for note in part.notes:
            print(f"  (left as it is: {note})")
        for fault in part.faults:
            print(f"  ! {fault}")
        if not part.steps and not part.faults:
            print("  nothing to do")
    changes = sum(len(part.steps) for part in parts)
    faults = sum(len(part.faults) for part in parts)
    print()
    if apply and changes:
        print(f"Done: {_number(changes, 'change')}.")
    elif changes:
        print(f"Nothing has been changed yet. To make {_number(changes, 'change')}, run this again with --apply.")
    elif not faults:
        print("Nothing to do.")
    if faults:
        print(f"{_number(faults, 'problem')} above, marked with !, must be solved by hand.", file=sys.stderr)
    return 1 if faults else 0


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
