"""Run one operation of the real engine on a stack, in the simulated account.

Like the Pulumi CLI, `up` and `destroy` preview first and stop if that fails: the Automation API alone would create or
delete resources until it reaches the one that is invalid or protected. The program runs in this process, so no Pulumi
language host has to be installed. One process can do several runs, one after the other.
"""

import contextlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from pulumi.automation import (
    CommandError,
    ConcurrentUpdateError,
    ConfigValue,
    Deployment,
    EngineEvent,
    LocalWorkspaceOptions,
    Stack,
    create_or_select_stack,
)

from sandbox.display import Display
from sandbox.engine import Engine, OnOutput, engine, forwarding_signals
from sandbox.plan import Report, Resource, Result, Watch, planned_resources, recorded_resources
from sandbox.program import ErrorFilter, inline, inside_project
from sandbox.providers import ApiServer, ProviderProcess, serve
from sandbox.providers.account import Account
from sandbox.recovery import recover
from sandbox.teardown import again, exported, names_taken, refusal, refused, switched_on, taken
from sandbox.workspace import PLACEHOLDER, UsageError, Workspace, prepare

OnEvent = Callable[[EngineEvent], Any]

ROOT = Path(__file__).resolve().parent.parent
ACCOUNT = "account.db"
"""The simulated account, in the state folder."""
PACKAGES = ("aws", "eks", "kubernetes", "random", "tls")
PASSPHRASE = "sandbox"  # noqa: S105  protects nothing: it encrypts only the placeholder and simulated values


class Verb(StrEnum):
    """The operations on a stack."""

    PREVIEW = "preview"
    UP = "up"
    REFRESH = "refresh"
    DESTROY = "destroy"
    RECOVER = "recover"
    """Clean up after a killed run: its lock, its pending operations, and resources created but not recorded."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One operation on one stack."""

    verb: Verb
    stack: str
    project: Path = Path()
    """Folder of Pulumi.yaml."""
    state: Path | None = None
    """Folder of the backend and the simulated account; default `.sandbox` in the project."""
    plugins: frozenset[str] = frozenset()
    """Packages that are not simulated: the plugin on the PATH serves them."""
    api_server: ApiServer | None = None
    """A real API server for the simulated EKS clusters to answer with; of use to the plugin of package kubernetes."""
    address: str | None = None
    """IPv4 address of the machine that runs Pulumi, outside the VPC; without one the machine is inside."""
    checkpoints: bool = True
    """Save the state after each step, as a real backend does; without it a run is faster, but loses all if killed."""
    skip_preview: bool = False
    """Apply `up` and `destroy` at once, as `pulumi up --skip-preview` does."""
    resources: bool = True
    """Whether the report lists the resources; a preview then runs twice."""
    colour: bool = False
    events: Path | None = None
    """File for the engine's events of a preview, as `pulumi preview --json` streams them."""
    plan: Path | None = None
    """File of a plan, which a preview saves, and which `up` is held to."""


def run(request: Request, show: Callable[[str], None] = print, display: Display | None = None) -> Report:
    """Perform the request; a failed operation does not raise.

    The engine's output is passed to `show` line by line, or its events to `display`.
    """
    project = request.project.resolve()
    state = (request.state or project / ".sandbox").resolve()
    request = replace(request, project=project, state=state)
    try:
        _require_writable(state)
        workspace = prepare(project, request.stack, state)
        command = engine(ROOT)
        packages = [package for package in PACKAGES if package not in request.plugins]
        for folder in ("backend", "home"):
            (state / folder).mkdir(parents=True, exist_ok=True)
        with (
            serve(state / ACCOUNT, packages, api_server=request.api_server, address=request.address) as providers,
            forwarding_signals(command),
            inside_project(workspace.program),
        ):
            return _Run(request, workspace, command, providers, show, display=display).report()
    except UsageError as error:
        show(f"error: {error}")
        return Report(error=str(error))


def _require_writable(state: Path) -> None:
    nearest = next(folder for folder in (state, *state.parents) if folder.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise UsageError(f"--state {state}: the folder is not writable. Choose another one.")


class _Run:
    """One request, with its provider process running."""

    def __init__(
        self,
        request: Request,
        workspace: Workspace,
        command: Engine,
        providers: ProviderProcess,
        show: Callable[[str], None],
        *,
        display: Display | None,
    ) -> None:
        self._request = request
        self._workspace = workspace
        self._engine = command
        self._providers = providers
        self._show = show
        self._display = display
        self._shown_errors: set[str] = set()
        self._watch = Watch()
        self._report = Report()
        self._exported: dict[str, list[str]] = {}

    def report(self) -> Report:
        """Run the operation to its end, successful or not."""
        report, verb = self._report, self._request.verb
        try:
            stack = self._stack()
            self._before(stack)
            if not self._engine.interrupted:
                self._operate(stack)
                report.resources = self._resources(stack)
                report.result = Result.SUCCEEDED
                if verb is Verb.DESTROY:
                    self._advise(again(self._exported.get("retains", ()), *self._files))
        except CommandError as error:
            self._explain(error)
        if report.result is Result.FAILED and verb is not Verb.PREVIEW:
            with contextlib.suppress(CommandError):  # the state itself may be broken; the cause is already reported
                report.resources = self._resources(self._stack())
        if self._engine.interrupted:
            report.result = Result.INTERRUPTED
        return report

    def _before(self, stack: Stack) -> None:
        """Do what must succeed before the operation may begin."""
        if self._request.verb is Verb.DESTROY:
            self._exported = exported(stack.export_stack().deployment or {})
        previews = {
            Verb.UP: (stack.preview, "Previewing update"),
            Verb.DESTROY: (stack.preview_destroy, "Previewing destroy"),
        }
        if self._request.verb in previews and not self._request.skip_preview:
            self._perform(*previews[self._request.verb])
        if self._request.verb is Verb.RECOVER:
            stack.cancel()
            self._adopt(stack)

    def _adopt(self, stack: Stack) -> None:
        state = stack.export_stack()
        with contextlib.closing(Account(Path(f"{self._request.state}/{ACCOUNT}"))) as account:
            recovery = recover(state.deployment or {}, account.created_by)
        stack.import_stack(Deployment(state.version, recovery.deployment))
        for urn, physical in recovery.adopted.items():
            self._show(f"adopted, created but not recorded: {urn} ({physical})")

    def _operate(self, stack: Stack) -> None:
        events, plan = self._request.events, self._request.plan and str(self._request.plan)
        preview = partial(stack.preview, plan=plan) if events is None else partial(self._streamed, stack, events)
        operations = {
            Verb.PREVIEW: (preview, "Previewing update"),
            Verb.UP: (partial(stack.up, plan=plan), "Updating"),
            Verb.REFRESH: (stack.refresh, "Refreshing"),
            Verb.DESTROY: (stack.destroy, "Destroying"),
            Verb.RECOVER: (partial(stack.refresh, clear_pending_creates=True), "Refreshing"),
        }
        self._watch = watch = Watch()
        self._providers.reset_calls()
        self._report.result = Result.FAILED  # until it succeeds: from here on the account may change
        try:
            self._perform(*operations[self._request.verb])
        finally:
            self._report.calls = self._providers.calls()
            self._report.seconds = round(self._engine.operation, 3)
            self._report.changes, self._report.kinds, self._report.outputs = watch.changes, watch.kinds, watch.outputs

    def _streamed(
        self, stack: Stack, file: Path, *, on_event: OnEvent, on_error: OnOutput | None = None, **_display: Any
    ) -> None:
        """A preview that prints its events, and so nothing else."""
        file.parent.mkdir(parents=True, exist_ok=True)
        plain = stack.workspace.env_vars
        stack.workspace.env_vars = {**plain, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
        with file.open("w", encoding="utf-8") as events:

            def each(line: str) -> None:
                events.write(f"{line}\n")
                on_event(EngineEvent.from_json(json.loads(line)))

            stack.preview(json=True, on_output=each, on_error=on_error)
        stack.workspace.env_vars = plain

    def _perform(self, operation: Callable[..., object], title: str) -> None:
        if self._display is None:
            colour = "always" if self._request.colour else "never"
            output = ErrorFilter(self._show)
            operation(on_output=output, on_error=self._show_error, on_event=self._watch, color=colour)
            return
        preview = title.startswith("Previewing")
        stack = f"{self._workspace.project}-{self._workspace.stack}"
        with self._display.operation(f"{title} ({self._workspace.stack})", stack, preview=preview) as shown:

            def each(event: EngineEvent) -> None:
                self._watch(event)
                shown(event)

            operation(on_error=self._show_error, on_event=each, color="never")

    def _show_error(self, line: str) -> None:
        self._shown_errors.add(line)
        self._show(line)

    def _stack(self) -> Stack:
        """The stack, created on first use, with every secret of its configuration set."""
        ports = ",".join(f"{package}:{port}" for package, port in self._providers.ports.items())
        fast = {} if self._request.checkpoints else {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
        state = self._request.state
        options = LocalWorkspaceOptions(
            work_dir=str(self._workspace.folder),
            pulumi_home=f"{state}/home",
            pulumi_command=self._engine,
            env_vars={
                "PULUMI_BACKEND_URL": f"file://{state}/backend?metadata=skip",
                "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
                "PULUMI_DEBUG_PROVIDERS": ports,
                # Otherwise the engine also looks at plugins on the PATH, and warns.
                **({} if self._request.plugins else {"PULUMI_IGNORE_AMBIENT_PLUGINS": "true"}),
                **fast,
            },
        )
        stack = create_or_select_stack(
            self._workspace.stack,
            project_name=self._workspace.project,
            program=inline(self._workspace.program, self._request.project),
            opts=options,
        )
        if self._workspace.secrets:
            secret = ConfigValue(PLACEHOLDER, secret=True)
            stack.set_all_config(dict.fromkeys(self._workspace.secrets, secret), path=True)
        self._workspace.mark_complete()
        return stack

    def _resources(self, stack: Stack) -> list[Resource]:
        if not self._request.resources:
            return []
        if self._request.verb is Verb.PREVIEW:
            return planned_resources(json.loads(stack.preview(json=True).stdout))
        return recorded_resources(stack.export_stack().deployment or {}, self._watch.ops)

    @property
    def _files(self) -> tuple[Path, str]:
        return self._request.project, self._request.stack

    def _advise(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._show(line)

    def _unrecorded(self, urns: set[str]) -> bool:
        """Whether a killed run began to create one of them."""
        if not urns:
            return False
        operations: list[dict[str, Any]] = []
        with contextlib.suppress(CommandError):
            operations = (self._stack().export_stack().deployment or {}).get("pending_operations") or []
        return any(operation["resource"]["urn"] in urns for operation in operations)

    def _explain(self, error: CommandError) -> None:
        """Show the errors that the engine printed outside its display, and add them to the report."""
        lines = self._engine.stderr.splitlines()
        for line in lines:
            if line not in self._shown_errors:
                self._show(line)
        self._report.error = "\n".join(self._watch.errors or lines)
        if refused(self._watch.errors):
            self._advise(refusal(self._exported.get("protectedBy", ()), *self._files))
        self._advise(switched_on(self._watch.failed.values()))
        if isinstance(error, ConcurrentUpdateError):
            cause = "If the run that holds the lock was killed, clean up after it with:"
        elif self._unrecorded(names_taken(self._watch.failed)):
            cause = "A killed run created this, and did not record it. Clean up after it with:"
        else:
            cause = ""
            self._advise(taken(self._watch.failed, *self._files))
        if cause:
            folders = f"--project {self._request.project} --state {self._request.state}"
            self._show(cause)
            self._show(f"  python -m sandbox recover --stack {self._request.stack} {folders}")
