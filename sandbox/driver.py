"""Run one operation of the real engine on a stack, in the simulated account.

Like the bare CLI, `up` and `destroy` preview first and stop there when that fails: the Automation API by itself would
make or delete what it can before it meets what is wrong or protected. The program runs in this process, so no Pulumi
language host has to be installed. Several runs in one process are fine, one after the other.
"""

import contextlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from pulumi.automation import (
    CommandError,
    ConcurrentUpdateError,
    ConfigValue,
    Deployment,
    LocalWorkspaceOptions,
    Stack,
    create_or_select_stack,
)

from sandbox.engine import Engine, engine, stoppable
from sandbox.plan import Report, Resource, Result, Watch, planned, standing
from sandbox.program import Once, at_home, inline
from sandbox.providers import ProviderProcess, serve
from sandbox.providers.account import Account
from sandbox.recovery import recover
from sandbox.workspace import PLACEHOLDER, UsageError, Workspace, prepare

ROOT = Path(__file__).resolve().parent.parent
ACCOUNT = "account.db"
"""The simulated account, in the state folder."""
PACKAGES = ("aws", "eks", "kubernetes", "random", "tls")
TIMEOUT = 600.0
PASSPHRASE = "sandbox"  # noqa: S105  protects nothing: all that it encrypts is the placeholder and what the simulation made up


class Verb(StrEnum):
    """What can be done to a stack."""

    PREVIEW = "preview"
    UP = "up"
    REFRESH = "refresh"
    DESTROY = "destroy"
    RECOVER = "recover"
    """Settle what a killed run left: its lock, its pending operations, and what it made without recording it."""


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
    """Packages left to the plugin that is installed on the PATH."""
    kubeconfig: Path | None = None
    """Send Kubernetes objects to the API server of this file's current context; default: simulate them."""
    charts: Path | None = None
    """With `kubeconfig`: folder of rendered charts; a Helm release applies the manifests in the one of its chart."""
    timeout: float = TIMEOUT
    """With `kubeconfig`: seconds to wait for an object to be ready, or gone, that does not say how long."""
    checkpoints: bool = True
    """Record each step as it ends, as a real backend does; without it a killed run loses all it did, and is faster."""
    resources: bool = True
    """Whether the report lists the resources; for a preview this costs a second one."""
    colour: bool = False


def run(request: Request, show: Callable[[str], None] = print) -> Report:
    """Do what is asked, handing the engine's display to `show` line by line. No failure of the stack raises."""
    project = request.project.resolve()
    state = (request.state or project / ".sandbox").resolve()
    request = replace(request, project=project, state=state)
    try:
        _can_be_a_folder(state)
        workspace = prepare(project, request.stack, state)
        live = _live(request)
        command = engine(ROOT)
        packages = [package for package in PACKAGES if package not in request.plugins]
        for folder in ("backend", "home"):
            (state / folder).mkdir(parents=True, exist_ok=True)
        with (
            serve(state / ACCOUNT, packages, more=live) as providers,
            stoppable(command),
            at_home(workspace.program),
        ):
            return _Run(request, workspace, command, providers, show).report()
    except UsageError as error:
        show(f"error: {error}")
        return Report(error=str(error))


def _live(request: Request) -> list[str]:
    """Options of the provider process that lead it to a real API server; UsageError where they cannot."""
    if request.kubeconfig is None:
        if request.charts is not None:
            raise UsageError("--charts: only a real API server takes the manifests of charts; add --kubeconfig FILE.")
        return []
    if "kubernetes" in request.plugins:
        raise UsageError(
            "--kubeconfig and --plugin kubernetes: the plugin takes its cluster from the program. Drop one."
        )
    if request.charts is not None and not request.charts.is_dir():
        raise UsageError(f"--charts {request.charts}: there is no such folder.")
    from sandbox.providers.kubernetes.api import client_of  # noqa: PLC0415  a quarter of a second, for these runs alone

    try:
        client_of(request.kubeconfig)
    except ValueError as error:
        raise UsageError(f"--kubeconfig {error}") from None
    options = ["--kubeconfig", str(request.kubeconfig.resolve()), "--timeout", str(request.timeout)]
    return options + (["--charts", str(request.charts.resolve())] if request.charts is not None else [])


def _can_be_a_folder(state: Path) -> None:
    nearest = next(place for place in (state, *state.parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise UsageError(f"--state {state}: nothing can be written there. Name a folder of yours.")


class _Run:
    """One request, with its provider process running."""

    def __init__(
        self,
        request: Request,
        workspace: Workspace,
        command: Engine,
        providers: ProviderProcess,
        show: Callable[[str], None],
    ) -> None:
        self._request = request
        self._workspace = workspace
        self._engine = command
        self._providers = providers
        self._show = show
        self._said: set[str] = set()
        self._watch = Watch()
        self._report = Report()

    def report(self) -> Report:
        """Run the operation to its end, whatever that is."""
        report, verb = self._report, self._request.verb
        try:
            stack = self._stack()
            self._first(stack)
            if not self._engine.interrupted:
                self._operate(stack)
                report.resources = self._resources(stack)
                report.result = Result.SUCCEEDED
        except CommandError as error:
            self._explain(error)
        if report.result is Result.FAILED and verb is not Verb.PREVIEW:
            with contextlib.suppress(CommandError):  # the state may be what is broken; why it failed is known already
                report.resources = self._resources(self._stack())
        if self._engine.interrupted:
            report.result = Result.INTERRUPTED
        return report

    def _first(self, stack: Stack) -> None:
        """Do what has to go well before the operation may begin."""
        if self._request.verb is Verb.UP:
            self._perform(stack.preview)
        elif self._request.verb is Verb.DESTROY:
            self._perform(stack.preview_destroy)
        elif self._request.verb is Verb.RECOVER:
            stack.cancel()
            self._adopt(stack)

    def _adopt(self, stack: Stack) -> None:
        state = stack.export_stack()
        with contextlib.closing(Account(Path(f"{self._request.state}/{ACCOUNT}"))) as account:
            recovery = recover(state.deployment or {}, account.made_as)
        stack.import_stack(Deployment(state.version, recovery.deployment))
        for urn, physical in recovery.adopted.items():
            self._show(f"made but not recorded, taken over: {urn} ({physical})")

    def _operate(self, stack: Stack) -> None:
        operations = {
            Verb.PREVIEW: stack.preview,
            Verb.UP: stack.up,
            Verb.REFRESH: stack.refresh,
            Verb.DESTROY: stack.destroy,
            Verb.RECOVER: partial(stack.refresh, clear_pending_creates=True),
        }
        self._watch = watch = Watch()
        self._providers.reset_calls()
        self._report.result = Result.FAILED  # until it has ended well: from here on the account may be called
        try:
            self._perform(operations[self._request.verb])
        finally:
            self._report.calls = self._providers.calls()
            self._report.seconds = round(self._engine.operation, 3)
            self._report.changes, self._report.kinds, self._report.outputs = watch.changes, watch.kinds, watch.outputs

    def _perform(self, operation: Callable[..., object]) -> None:
        operation(
            on_output=Once(self._show),
            on_error=self._say,
            on_event=self._watch,
            color="always" if self._request.colour else "never",
        )

    def _say(self, line: str) -> None:
        self._said.add(line)
        self._show(line)

    def _stack(self) -> Stack:
        """Give the stack, made on first use, with every secret of its configuration set."""
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
                **fast,
            },
        )
        stack = create_or_select_stack(
            self._workspace.stack,
            project_name=self._workspace.project,
            program=inline(self._workspace.program),
            opts=options,
        )
        if self._workspace.secrets:
            secret = ConfigValue(PLACEHOLDER, secret=True)
            stack.set_all_config(dict.fromkeys(self._workspace.secrets, secret), path=True)
        self._workspace.settle()
        return stack

    def _resources(self, stack: Stack) -> list[Resource]:
        if not self._request.resources:
            return []
        if self._request.verb is Verb.PREVIEW:
            return planned(json.loads(stack.preview(json=True).stdout))
        return standing(stack.export_stack().deployment or {}, self._watch.ops)

    def _explain(self, error: CommandError) -> None:
        """Show what the engine said beside its display, and keep it in the report."""
        said = self._engine.stderr.splitlines()
        for line in said:
            if line not in self._said:
                self._show(line)
        self._report.error = "\n".join(self._watch.errors or said)
        if isinstance(error, ConcurrentUpdateError):
            places = f"--project {self._request.project} --state {self._request.state}"
            self._show("If the run that holds the lock was killed, clear what it left with:")
            self._show(f"  python -m sandbox recover --stack {self._request.stack} {places}")
