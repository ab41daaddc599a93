"""The cluster of one stack, with everything on it.

    with Stand("staging", folder) as stand:            # 10 s: API server, nodes, system pods, Git server, metrics
        stand.up()                                     # the program's objects; Argo CD starts with its release's pods
        seconds = stand.settle("staging")              # the Application is Synced and Healthy
        revision = stand.repository.set_images(...)    # a commit
        stand.settle("staging", revision)              # ... is rolled out
        stand.api.items("/api/v1/namespaces/nova/pods")

Only one stand can run in a network namespace, because its ports are fixed numbers. Tests get it from the fixtures of
their folder (`tests/cluster/staging`, `tests/cluster/prod`), where it is created once.
"""

import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from components.config.environments import EnvironmentConfig
from sandbox.driver import Verb
from tests.cluster.stand import observe
from tests.cluster.stand.api import Api, Json
from tests.cluster.stand.argocd import ArgoCd
from tests.cluster.stand.binaries import ROOT
from tests.cluster.stand.certificates import Authority
from tests.cluster.stand.chart_repository import ChartRepository
from tests.cluster.stand.charts import stack_charts
from tests.cluster.stand.control_plane import ControlPlane
from tests.cluster.stand.entries import entries
from tests.cluster.stand.git_server import git_server
from tests.cluster.stand.load_balancers import load_balancers
from tests.cluster.stand.metrics import Metrics
from tests.cluster.stand.namespace import TRUSTED
from tests.cluster.stand.nodes import create_nodes, write_stages
from tests.cluster.stand.operators import operators
from tests.cluster.stand.pods import create_system_pods
from tests.cluster.stand.processes import Processes
from tests.cluster.stand.program import Program, configuration, write_token_command
from tests.cluster.stand.reloader import Reloader
from tests.cluster.stand.repository import Repository
from tests.cluster.stand.secrets_manager import SecretsManager
from tests.cluster.stand.waiting import wait_for
from tests.engine.runs import Step

SETTLE_SECONDS = 240
LAST_LINES = 40


class Stand:
    """A stack's cluster; see the module's docstring."""

    def __init__(self, stack: str, folder: Path, project: Path = ROOT) -> None:
        """`project` is the folder of the stack file; `folder` is for the stand's own files."""
        self.stack = stack
        self.config = configuration(stack, project)
        self.folder = folder
        self.processes = Processes(folder / "logs")
        self.authority = Authority(folder / "certificates")
        shutil.copy2(self.authority.certificate, TRUSTED)
        self.control_plane = ControlPlane(folder / "control-plane", self.processes, self.authority)
        self.api: Api = self.control_plane.api
        self.kubeconfig = self.control_plane.kubeconfig("admin", self.control_plane.token)
        """The administrator's kubeconfig, for kubectl."""
        self.program = Program(
            stack=stack, project=project, state=folder / "state", api_server=self.control_plane.api_server
        )
        assert self.config.aws is not None, "a stand's secrets are in the stack's account"
        self.secrets = SecretsManager(self.config.aws.region, lambda: entries(self.program.state))
        self.charts = ChartRepository(self.authority, stack_charts(self.config))
        self.repository = Repository(folder / "git", folder / "tree", self.config.repository.url)
        self.metrics = Metrics(self.api, self.authority)
        self.argocd = ArgoCd(
            folder / "argocd",
            self.processes,
            self.control_plane,
            namespace=self.config.argocd.namespace,
            authority=self.authority,
        )
        self.nodes: list[str] = []
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            exits.callback(self.processes.stop_all)
            self._start(exits)
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    def _start(self, exits: ExitStack) -> None:
        stages = self.folder / "stages.yaml"
        write_stages(stages)
        write_token_command(self.control_plane.token)
        git = git_server(self.folder / "git", self.authority)
        self.control_plane.start(stages)
        reloader = Reloader(self.api, self.config, self.control_plane.service_account)
        controllers = operators(self.processes, self.control_plane)
        balancers = load_balancers(self.api)
        for part in (git, self.charts, self.metrics, self.secrets, reloader, balancers, controllers, self.argocd):
            part.start()
            exits.callback(part.stop)
        self.nodes = create_nodes(self.api, self.config)
        create_system_pods(self.api)

    def up(self) -> Step:
        """Run the program with the committed stack file against this API server. RuntimeError when that fails."""
        step = self.program.run(Verb.UP)
        if not step.report.ok:
            raise RuntimeError(f"up of {self.stack}: {step.report.error}\n" + "\n".join(step.lines[-LAST_LINES:]))
        return step

    def environment(self, name: str) -> EnvironmentConfig:
        """An environment of the stack file."""
        return next(environment for environment in self.config.environments if environment.name == name)

    def application(self, environment: str) -> Json:
        """The current state of an environment's Application."""
        return self.argocd.application(self.application_name(environment))

    def application_name(self, environment: str) -> str:
        """Name of the Application of an environment."""
        return self.environment(environment).application(self.config.system.name)

    def settle(self, environment: str, revision: str | None = None, *, within: float = SETTLE_SECONDS) -> float:
        """Wait until an environment is Synced and Healthy (at a Git revision); returns the seconds that it took.

        TimeoutError with the Application's messages otherwise.
        """
        start = time.monotonic()
        what = f"{environment} Synced and Healthy" + (f" at {revision[:7]}" if revision else "")
        try:
            wait_for(what, lambda: self._is_settled(environment, revision), within)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self._messages(environment)}") from None
        return time.monotonic() - start

    def _is_settled(self, environment: str, revision: str | None) -> bool:
        self.processes.check()
        return observe.settled(self.application(environment), revision)

    def _messages(self, environment: str) -> str:
        status = self.application(environment).get("status", {})
        namespace = self.environment(environment).namespace
        lines = [f"sync {status.get('sync', {}).get('status')}, health {status.get('health', {}).get('status')}"]
        lines += [str(condition["message"]) for condition in status.get("conditions", [])]
        lines.append(str(status.get("operationState", {}).get("message", "")))
        lines += sorted(set(observe.refused(self.api, namespace)))[:5]
        return "\n".join(lines)
