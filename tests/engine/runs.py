"""Runs stacks on the real engine and the sandbox, and records the output and the result of each run.

A test never runs anything on a state that another test reads: it reads the `Step`s of a fixture, or has its own state
folder. Checkpoints are off unless a test kills a run: they take half the time of an `up`.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sandbox.driver import Request, Verb, run
from sandbox.plan import Report, Resource
from sandbox.providers.wire import revealed

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ("__main__.py", "Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml")
LATE_LOGS = {"aws:cloudwatch/logGroup:LogGroup": 1}
"""What EKS's last logs make after the destroy of a stack with a cluster (docs/destroy.md): number by type."""
MUTATING = ("Create", "Update", "Delete")
DELETION = re.compile(r"^ - +(\S+) (\S+) (deleting|deleted) ")


@dataclass(frozen=True)
class Step:
    """One run: its report, the engine's output, and type and id of all resources in the account afterwards."""

    report: Report
    lines: tuple[str, ...]
    account: frozenset[tuple[str, str]]

    @property
    def resources(self) -> list[Resource]:
        return self.report.resources

    @property
    def mutating_calls(self) -> int:
        return sum(self.report.calls.get(method, 0) for method in MUTATING)

    def all(self, type_: str) -> list[Resource]:
        return [resource for resource in self.resources if resource["type"] == type_]

    def one(self, type_: str, name: str) -> dict[str, Any]:
        """Inputs of the only resource of this type and name; AssertionError otherwise."""
        matches = [resource for resource in self.all(type_) if resource["name"] == name]
        assert len(matches) == 1, f"{len(matches)} resources are {type_} {name}"
        return matches[0]["inputs"]

    def urns(self) -> set[str]:
        """URNs of all resources except the engine's own provider, which is in states but not in plans."""
        return {resource["urn"] for resource in self.resources if resource["type"] != "pulumi:providers:pulumi"}


def perform(
    verb: Verb,
    stack: str,
    state: Path,
    *,
    project: Path = ROOT,
    checkpoints: bool = False,
    address: str | None = None,
    plan: Path | None = None,
) -> Step:
    """Run one operation in this process."""
    lines: list[str] = []
    request = Request(
        verb=verb, stack=stack, project=project, state=state, checkpoints=checkpoints, address=address, plan=plan
    )
    report = run(request, show=lines.append)
    return Step(report, tuple(lines), account(state))


def account(state: Path) -> frozenset[tuple[str, str]]:
    """Type and id of everything in the simulated account."""
    if not (state / "account.db").is_file():
        return frozenset()
    with closing(sqlite3.connect(state / "account.db")) as database:
        return frozenset(cast("list[tuple[str, str]]", database.execute("SELECT type, id FROM resources").fetchall()))


def secret_words(state: Path) -> frozenset[str]:
    """Passwords, private keys and random values in the simulated Secrets Manager, which no file may contain."""
    with closing(sqlite3.connect(state / "account.db")) as database:
        rows = database.execute("SELECT inputs FROM resources WHERE type LIKE '%:SecretVersion'").fetchall()
    texts = [str(revealed(json.loads(row[0]))["secretString"]) for row in cast("list[tuple[str]]", rows)]
    return frozenset(word for text in texts for word in _words(text))


def _words(text: str) -> Iterator[str]:
    if text.startswith("{"):
        for value in cast("dict[str, str]", json.loads(text)).values():
            yield from _words(value)
    elif text.startswith("-----BEGIN PRIVATE"):
        # The first lines contain the modulus, which is also in the public key.
        yield from text.splitlines()[8:-1]
    elif re.fullmatch(r"([0-9a-f]{2}){16,}", text):
        yield from (text, b64encode(bytes.fromhex(text)).decode().rstrip("="))
    elif text.startswith("postgresql://"):
        yield text.split(":")[2].partition("@")[0]


def recorded(state: Path, stack: str) -> dict[str, str]:
    """Ids in the state file by URN, read without the engine."""
    (file,) = (state / "backend").rglob(f"stacks/*/{stack}.json")
    resources = cast("list[dict[str, Any]]", json.loads(file.read_text())["checkpoint"]["latest"]["resources"])
    return {str(resource["urn"]): str(resource.get("id", "")) for resource in resources}


def command(verb: Verb, stack: str, *options: str | Path) -> list[str]:
    """The command as a user types it."""
    return [sys.executable, "-m", "sandbox", verb.value, "--stack", stack, *map(str, options)]


def cli(verb: Verb, stack: str, *options: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, with both outputs in `stdout`."""
    return subprocess.run(
        command(verb, stack, *options),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def copy_of_project(folder: Path) -> Path:
    """Copy the program and the stack files, for a test that changes or compares them."""
    shutil.copytree(ROOT / "components", folder / "components", ignore=shutil.ignore_patterns("__pycache__"))
    for name in PROGRAM:
        shutil.copy2(ROOT / name, folder / name)
    return folder


def edited_project(folder: Path, stack: str, edit: Callable[[str], str], project: Path = ROOT) -> Path:
    """The folder, with a project's stack files, of which one is edited."""
    lines = (project / "Pulumi.yaml").read_text().splitlines(keepends=True)
    (folder / "Pulumi.yaml").write_text(
        f"main: {ROOT}\n" + "".join(line for line in lines if not line.startswith("main:"))
    )
    file = f"Pulumi.{stack}.yaml"
    (folder / file).write_text(edit((project / file).read_text()))
    return folder


def unprotected(stack_file: str, system: str) -> str:
    """A protected stack's file in which nothing is protected."""
    text = stack_file.replace(f"{system}:protect: true\n", f"{system}:protect: false\n")
    assert text != stack_file, "it is not protected"
    for section, first in (("cluster", 'version: "1.36"'), ("database", 'engineVersion: "17"')):
        begin = f"  {system}:{section}:\n    {first}\n"
        assert text.count(begin) == 1, begin
        text = text.replace("    deletionProtection: true\n", "")
        text = text.replace(begin, f"{begin}    deletionProtection: false\n")
    return text


def tree(folder: Path) -> dict[str, bytes]:
    """Content of all files by path, without bytecode and the sandbox's own folder."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not {"__pycache__", ".sandbox"} & set(file.relative_to(folder).parts)
    }


def deletion_span(step: Step, type_: str) -> tuple[int, int]:
    """Lines of the output at which the first deletion of a type begins and the last one ends."""
    begun, ended = dict[str, int](), dict[str, int]()  # line by name: a provider may report progress in between
    for number, line in enumerate(step.lines):
        match = DELETION.match(line)
        if match and match[1] == type_:
            (begun if match[3] == "deleting" else ended).setdefault(match[2], number)
    assert begun, f"no {type_} is deleted"
    assert begun.keys() == ended.keys(), f"not every {type_} is deleted"
    return min(begun.values()), max(ended.values())
