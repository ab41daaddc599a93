"""`python -m sandbox VERB --stack NAME`: the command line of the sandbox."""

import argparse
import os
import sys
from collections.abc import Sequence
from ipaddress import IPv4Address
from itertools import pairwise
from pathlib import Path

from rich.console import Console

from sandbox.display import Display
from sandbox.driver import PACKAGES, Request, Verb, run
from sandbox.plan import Report
from sandbox.summary import summary


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="{preview,up,refresh,destroy,recover}")
    for verb, text in HELP.items():
        command = verbs.add_parser(verb, help=text, description=text)
        command.add_argument("--stack", required=True, help="NAME of the stack file Pulumi.NAME.yaml")
        command.add_argument(
            "--project", type=Path, default=Path(), help="folder of Pulumi.yaml (default: the current one)"
        )
        command.add_argument(
            "--state", type=Path, help="folder of the state and the simulated account (default: PROJECT/.sandbox)"
        )
        command.add_argument("--json", type=Path, metavar="FILE", help="write the report to FILE as JSON")
        if verb is Verb.PREVIEW:
            command.add_argument("--events", type=Path, metavar="FILE", help="write the engine's events to FILE")
        command.add_argument(
            "--plugin", action="append", default=[], metavar="PACKAGE", choices=PACKAGES,
            help="use the plugin on the PATH for this package instead of simulating it; may be repeated",
        )  # fmt: skip
        command.add_argument(
            "--address", type=IPv4Address, metavar="IPV4",
            help="address of the machine that runs Pulumi: it reaches an API server only if its endpoint accepts "
            "that address (default: a machine inside the VPC, which reaches all)",
        )  # fmt: skip
        command.add_argument(
            "--checkpoints",
            action=argparse.BooleanOptionalAction,
            default=True,
            help="save the state after each step (default), or only at the end, which is faster",
        )
        command.add_argument(
            "--verbose",
            action="store_true",
            default=os.environ.get("VERBOSE", "0") not in ("", "0"),
            help="show the engine's own output: a line for each step, and all outputs (or set VERBOSE=1)",
        )
    return parser


HELP = {
    Verb.PREVIEW: "show the changes that up would make",
    Verb.UP: "preview, and if that succeeds apply the changes",
    Verb.REFRESH: "update the state from the simulated account",
    Verb.DESTROY: "preview, and if that succeeds delete everything",
    Verb.RECOVER: "after a killed run: remove its lock, and adopt the resources it created but did not record",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it succeeds, otherwise 1."""
    options = parser().parse_args(arguments)
    request = Request(
        verb=Verb(options.verb),
        stack=options.stack,
        project=options.project,
        state=options.state,
        plugins=frozenset(options.plugin),
        address=None if options.address is None else str(options.address),
        checkpoints=options.checkpoints,
        resources=options.json is not None,
        colour=sys.stdout.isatty(),
        events=vars(options).get("events"),
    )
    if options.verbose:
        report = run(request, show=_show)
    else:
        display = Display(_show, sys.stdout if sys.stdout.isatty() else None)
        report = run(request, show=display.show, display=display)
    if options.json:
        report.write(options.json)
    if report.ok and request.verb in (Verb.PREVIEW, Verb.UP):
        _print_summary(report)
    return 0 if report.ok else 1


def _print_summary(report: Report) -> None:
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    with console.capture() as captured:
        for part in summary(report):
            console.print(part)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    for before, line in pairwise(["", *lines]):  # the tables begin and end with a blank line of their own
        if before or line:
            _show(line)


def _show(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
