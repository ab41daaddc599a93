"""Checks a stack's configuration alone, without the engine: `python -m components.validation --stack staging`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from components.config.files import StackFiles, UnreadableError
from components.config.problems import ConfigurationError
from components.validation import support
from components.validation.load import load_files


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the problems, to standard error or as a JSON list; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m components.validation", description=__doc__)
    parser.add_argument("--stack", required=True, help="NAME of the stack file Pulumi.NAME.yaml")
    parser.add_argument("--project", type=Path, default=Path(), help="folder of Pulumi.yaml (default: the current one)")
    parser.add_argument(
        "--json", action="store_true", help="print the problems as a list of objects with place, path and message"
    )
    options = parser.parse_args(arguments)
    files = StackFiles(folder=options.project, stack=options.stack)
    found: list[dict[str, str]] = []
    text = f"{files.stack_file}: no problems found."
    try:
        text = "\n".join([text, *support.notices(load_files(files))])
    except UnreadableError as error:
        place, _, message = str(error).partition(": ")
        found, text = [{"place": place, "path": "", "message": message}], str(error)
    except ConfigurationError as error:
        found = [
            {"place": files.place(problem.path), "path": problem.where, "message": problem.message}
            for problem in error.problems
        ]
        text = str(error)
    if options.json:
        text = json.dumps(found, indent=2)
    stream = sys.stderr if found and not options.json else sys.stdout
    stream.write(f"{text}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
