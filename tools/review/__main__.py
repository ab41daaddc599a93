"""The review of a pull request against the stacks, as Markdown for GitHub.

`keep` reduces a preview's events to those that a review reads, `render` makes the comment of such files, `own` finds
the comment to update, and `annotate` shows validation's problems on their lines. It needs no package, so that the job
that may write to the pull request installs nothing.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.review.comment import LIMIT, Stack, comment, own
from tools.review.preview import read, relevant
from tools.review.problems import problems


def found(folder: Path, stack: str) -> Stack:
    """What the folder has about a stack: plan-STACK.jsonl, problems-STACK.json, or nothing."""
    plan = folder / f"plan-{stack}.jsonl"
    lines = plan.read_text(encoding="utf-8").splitlines() if plan.is_file() else []
    return Stack(
        name=stack, preview=read(lines) if lines else None, problems=problems(folder / f"problems-{stack}.json")
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.review", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("keep", help="pass on the events on standard input that a review reads")
    commands.add_parser("own", help="print the id of the comment to update, of GitHub's pages on standard input")
    render = commands.add_parser("render", help="print the comment")
    render.add_argument("folder", type=Path, help="folder of plan-STACK.jsonl and problems-STACK.json")
    render.add_argument("stacks", nargs="+", metavar="STACK", help="the stacks, in the order of the comment")
    render.add_argument("--run", required=True, help="URL of the workflow's run")
    render.add_argument("--commit", required=True, help="the commit that was previewed")
    render.add_argument("--limit", type=int, default=LIMIT, help="bytes of the comment (default: GitHub's limit)")
    annotate = commands.add_parser("annotate", help="print GitHub's annotation for each problem")
    annotate.add_argument("file", type=Path, help="problems-STACK.json")
    options = parser.parse_args(arguments)
    if options.command == "keep":
        sys.stdout.writelines(relevant(sys.stdin))
    elif options.command == "own":
        sys.stdout.write(str(own(json.load(sys.stdin)) or ""))
    elif options.command == "render":
        stacks = [found(options.folder, stack) for stack in options.stacks]
        sys.stdout.write(comment(stacks, run=options.run, commit=options.commit, limit=options.limit))
    else:
        sys.stdout.writelines(f"{problem.annotation}\n" for problem in problems(options.file))
    return 0


if __name__ == "__main__":
    sys.exit(main())
