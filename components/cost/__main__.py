"""What a stack costs in a month, in full, from its files: `python -m components.cost --stack staging`.

Does not check the configuration: `make check` does. The prices are in docs/cost.md.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from components.config.files import StackFiles, UnreadableError
from components.config.platform import PlatformConfig
from components.config.reader import sections_of_files
from components.cost.report import full, output


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the estimate as text or JSON; 1 if the stack's files cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m components.cost", description=__doc__)
    parser.add_argument("--stack", required=True, help="NAME of the stack file Pulumi.NAME.yaml")
    parser.add_argument("--project", type=Path, default=Path(), help="folder of Pulumi.yaml (default: the current one)")
    parser.add_argument("--json", action="store_true", help="print the stack's output monthlyCost")
    options = parser.parse_args(arguments)
    files = StackFiles(folder=options.project, stack=options.stack)
    try:
        config = _read(files)
    except UnreadableError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if config is None:
        sys.stderr.write(f"{files.stack_file}: has problems. Run `make check STACK={options.stack}`.\n")
        return 1
    sys.stdout.write(json.dumps(output(config), indent=2) if options.json else "\n".join(full(config)))
    sys.stdout.write("\n")
    return 0


def _read(files: StackFiles) -> PlatformConfig | None:
    """The configuration; None if a value in it is wrong."""
    sections, problems = sections_of_files(files, PlatformConfig)
    try:
        return None if problems else PlatformConfig.model_validate_json(json.dumps(sections))
    except ValidationError:
        return None


if __name__ == "__main__":
    sys.exit(main())
