"""What previews of the stacks say, as Markdown for GitHub.

`keep` reduces the engine's events to those that a review reads, `render` makes the comment of such files, `own` finds
the comment to update, and `annotate` shows validation's problems on their lines. Of a deployment, `steps` is what two
plans are compared by; of a refresh, `drift` is the issue and `refuse` the reason not to deploy. It needs no package, so
that a job that may write to the repository installs nothing.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.review.comment import LIMIT, MARKER, Stack, comment, own
from tools.review.drift import issue, marker, sentence
from tools.review.preview import read, refreshed, relevant, steps
from tools.review.problems import escaped, problems


def found(folder: Path, stack: str) -> Stack:
    """What the folder has about a stack: plan-STACK.jsonl, problems-STACK.json, or nothing."""
    plan = folder / f"plan-{stack}.jsonl"
    lines = plan.read_text(encoding="utf-8").splitlines() if plan.is_file() else []
    return Stack(
        name=stack, preview=read(lines) if lines else None, problems=problems(folder / f"problems-{stack}.json")
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands; `refuse` returns 1 for a stack that has drifted."""
    options = _parser().parse_args(arguments)
    if options.command == "keep":
        sys.stdout.writelines(relevant(sys.stdin))
    elif options.command == "own":
        entry = own(json.load(sys.stdin), marker(options.drift) if options.drift else MARKER)
        sys.stdout.write(str(entry["number" if options.drift else "id"]) if entry else "")
    elif options.command == "render":
        stacks = [found(options.folder, stack) for stack in options.stacks]
        sys.stdout.write(comment(stacks, run=options.run, commit=options.commit, limit=options.limit))
    elif options.command == "annotate":
        sys.stdout.writelines(f"{problem.annotation}\n" for problem in problems(options.file))
    else:
        return _about_events(options)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m tools.review", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("keep", help="pass on the events on standard input that a review reads")
    own = commands.add_parser("own", help="print the id of the comment to update, of GitHub's pages on standard input")
    own.add_argument("--drift", metavar="STACK", help="the number of the issue on a stack's drift instead")
    render = commands.add_parser("render", help="print the comment")
    render.add_argument("folder", type=Path, help="folder of plan-STACK.jsonl and problems-STACK.json")
    render.add_argument("stacks", nargs="+", metavar="STACK", help="the stacks, in the order of the comment")
    render.add_argument("--run", required=True, help="URL of the workflow's run")
    render.add_argument("--commit", required=True, help="the commit that was previewed")
    render.add_argument("--limit", type=int, default=LIMIT, help="bytes of the comment (default: GitHub's limit)")
    annotate = commands.add_parser("annotate", help="print GitHub's annotation for each problem")
    annotate.add_argument("file", type=Path, help="problems-STACK.json")
    steps = commands.add_parser("steps", help="print operation and URN of what a preview would change")
    steps.add_argument("file", type=Path, help="plan-STACK.jsonl")
    drift = commands.add_parser("drift", help="print the issue on a stack's drift; nothing without drift")
    drift.add_argument("file", type=Path, help="drift-STACK.jsonl")
    drift.add_argument("stack")
    drift.add_argument("--run", required=True, help="URL of the workflow's run")
    errors = commands.add_parser("errors", help="print GitHub's annotation for each error of a refresh")
    errors.add_argument("file", type=Path, help="drift-STACK.jsonl")
    refuse = commands.add_parser("refuse", help="print GitHub's annotation for drift, and end with status 1 on it")
    refuse.add_argument("file", type=Path, help="drift-STACK.jsonl")
    refuse.add_argument("stack")
    return parser


def _about_events(options: argparse.Namespace) -> int:
    """The commands that read one file of events."""
    events = options.file.read_text(encoding="utf-8").splitlines()
    if options.command == "steps":
        sys.stdout.writelines(f"{step}\n" for step in steps(events))
        return 0
    if options.command == "errors":
        sys.stdout.writelines(f"::error::{escaped(error)}\n" for error in read(events).errors)
        return 0
    changes = refreshed(events)
    if options.command == "drift":
        sys.stdout.write(issue(options.stack, changes, run=options.run))
        return 0
    if changes:
        sys.stdout.write(f"::error::{escaped(sentence(options.stack, changes))}\n")
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
