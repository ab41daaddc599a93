"""Runs a Pulumi program under mocks and returns its requests to the engine.

    run = run_program(lambda: Network("net", NetworkArgs(...)))
    assert run.one("aws:ec2/vpc:Vpc").inputs["cidrBlock"] == "10.0.0.0/16"

Arguments that contain Outputs must be created inside the program, where the event loop runs. Each run has its own
context, event loop and monitor, and leaves nothing in the process: the SDK keeps its settings in context variables.
The monitor implements no inheritance: the effects of `protect` and providers on the children of a *remote* component,
and of transforms, appear only on the real engine (tests/engine). A local component's children get both from the SDK.
"""

import asyncio
import functools
import gc
import pickle
import runpy
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, ParamSpec
from unittest.mock import patch

from pulumi.runtime import resource, rpc
from pulumi.runtime.config import set_all_config
from pulumi.runtime.proto import source_pb2
from pulumi.runtime.settings import Settings, configure
from pulumi.runtime.stack import run_in_stack

from tests.harness.config import config_values, load_project, stack_config
from tests.harness.frozen import FrozenList
from tests.harness.monitor import Invoked, Recorded, Recorder

__all__ = ["ROOT", "UNKNOWN", "Invoked", "Recorded", "Run", "once", "run_program", "run_stack"]

ROOT = Path(__file__).resolve().parents[2]
UNKNOWN = rpc.UNKNOWN
"""The value in inputs and outputs that is unknown in a preview."""


class Run:
    """The resources that a run registered (in order) and read (`X.get`), its invokes and outputs, without the stack."""

    def __init__(self, recorder: Recorder) -> None:
        self.resources: list[Recorded] = FrozenList(recorder.recorded)
        self.reads: list[Recorded] = FrozenList(recorder.reads)
        self.invokes: list[Invoked] = FrozenList(recorder.invokes)
        self.outputs: dict[str, Any] = recorder.stack_outputs
        self.secret_outputs: frozenset[str] = recorder.secret_outputs
        self._by_urn = {r.urn: r for r in (*recorder.recorded, *recorder.reads)}

    def all(self, type: str, **inputs: Any) -> list[Recorded]:  # noqa: A002 the word the engine uses
        """The resources of this type token whose inputs equal the given ones (camelCase)."""
        return [
            r
            for r in self.resources
            if r.type == type and all(key in r.inputs and r.inputs[key] == value for key, value in inputs.items())
        ]

    def one(self, type: str, name: str | None = None) -> Recorded:  # noqa: A002 the word the engine uses
        """The only resource of this type (and name). AssertionError with the candidates otherwise."""
        matches = [r for r in self.all(type) if name in (None, r.name)]
        candidates = [r.name for r in self.all(type)] or sorted({r.type for r in self.resources})
        assert len(matches) == 1, f"{len(matches)} resources are {type} {name or ''}; there are: {candidates}"
        return matches[0]

    def named(self, name: str) -> Recorded:
        """The only resource of this logical name. AssertionError with all names otherwise."""
        matches = [r for r in self.resources if r.name == name]
        candidates = [f"{r.type} {r.name}" for r in matches or self.resources]
        assert len(matches) == 1, f"{len(matches)} resources are named {name}; there are: {candidates}"
        return matches[0]

    def children(self, of: Recorded) -> list[Recorded]:
        return [r for r in self.resources if r.parent == of.urn]

    def under(self, of: Recorded) -> list[Recorded]:
        """All descendants."""
        return [r for child in self.children(of) for r in (child, *self.under(child))]

    def depends(self, a: Recorded, b: Recorded) -> bool:
        """Whether the engine creates `b` before `a` and deletes it after.

        Follows dependencies, the provider, `deleted_with` and the parent, transitively: a child is deleted before its
        parent, and so before what the parent depends on. The SDK sends a dependency on a component as one on each of
        its descendants; so `a` depends on a local component if it depends on all of them.
        """
        reached = self._reached_from(a)
        if b.custom or b.remote:
            return b.urn in reached
        inside = [r for r in self.under(b) if r.custom or r.remote]
        return bool(inside) and all(r.urn in reached for r in inside)

    def _reached_from(self, start: Recorded) -> set[str]:
        reached: set[str] = set()
        todo = self._edges(start)
        while todo:
            urn = todo.pop()
            if urn in reached:
                continue
            reached.add(urn)
            if urn in self._by_urn:
                todo |= self._edges(self._by_urn[urn])
        return reached

    def _edges(self, of: Recorded) -> set[str]:
        edges = set(of.depends_on)
        if of.provider:
            edges.add(of.provider.rpartition("::")[0])
        if of.deleted_with:
            edges.add(of.deleted_with)
        if of.parent:
            edges.add(of.parent)
        return edges


class _Inline(ThreadPoolExecutor):
    """Runs calls in the caller's thread: no thread leaks, and registrations have one order."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # the waiting coroutine raises it
            future.set_exception(error)
        return future


def run_program(
    program: Callable[[], object],
    *,
    project: str = "test",
    stack: str = "test",
    config: Mapping[str, Any] | None = None,
    root: Path = ROOT,
    preview: bool = False,
    outputs: Mapping[str, Mapping[str, Any]] | None = None,
) -> Run:
    """Run `program` in a new runtime, wait for everything that it started, and re-raise its error, or a registration's.

    `config`: as in a stack file; a key without a namespace gets the project's, `{"secure": text}` is a secret.
    `preview`: computed outputs are unknown, and applies on them do not run.
    `outputs`: mocked outputs (camelCase) by the token of a type or an invoke; they override the table.
    """
    recorder = Recorder(outputs or {}, preview=preview)
    values, secret_keys = config_values(config or {}, project)
    settings = Settings(
        project=project,
        stack=stack,
        monitor=recorder,
        engine=None,
        dry_run=preview,
        organization="organization",
        root_directory=str(root),
    )
    setattr(settings, "callbacks", recorder.transforms)  # noqa: B010 the SDK declares no type that takes a stand-in

    def call() -> None:
        program()

    async def main() -> None:
        configure(settings)
        set_all_config(values, secret_keys)
        await run_in_stack(call)

    thresholds = gc.get_threshold()
    # Not asyncio.Runner: it starts a thread, and looks for tasks to cancel among those of all earlier runs.
    loop = asyncio.new_event_loop()
    loop.set_default_executor(_Inline())
    # After a failure the SDK does not await its other tasks; asyncio would log each. The failure itself is raised.
    loop.set_exception_handler(lambda _loop, _context: None)
    try:
        # Recording where each resource is created takes a fifth of a run in pytest's deep stack; no test reads it.
        with patch.object(resource, "_get_stack_trace", source_pb2.StackTrace):
            loop.run_until_complete(main())
    finally:
        loop.close()
        # The program sets them for its own process.
        gc.set_threshold(*thresholds)
    return Run(recorder)


_Given = ParamSpec("_Given")


def once(helper: Callable[_Given, Run]) -> Callable[_Given, Run]:
    """A helper that runs a component once for the same arguments, and then returns the same Run."""
    runs: dict[bytes, Run] = {}

    @functools.wraps(helper)
    def shared(*args: _Given.args, **kwargs: _Given.kwargs) -> Run:
        given = pickle.dumps((args, kwargs))
        if given not in runs:
            runs[given] = helper(*args, **kwargs)
        return runs[given]

    return shared


def run_stack(stack: str, root: Path = ROOT, *, preview: bool = False) -> Run:
    """Run the program of `root`'s Pulumi.yaml (`main`, or the root itself) with a stack's committed configuration."""
    project = load_project(root)
    program = root / project.get("main", "") / "__main__.py"

    def main() -> None:
        runpy.run_path(str(program), run_name="__main__")

    config = stack_config(stack, root)
    return run_program(main, project=project["name"], stack=stack, config=config, root=root, preview=preview)
