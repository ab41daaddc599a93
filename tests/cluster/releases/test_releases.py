"""Helm releases by the provider's own Helm: failed and interrupted ones leave a state from which the next `up` goes on.

One scenario on PingvasAI's staging, to which Reloader is added: its chart is written here in versions that are ready
and versions for which no node has room.
"""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from components.controllers import reloader
from components.kubernetes import helm
from components.kubernetes.names import PLATFORM_NAMESPACE
from components.sizing.pods import Workload
from sandbox.driver import Verb
from tests.cluster.conftest import Figures
from tests.cluster.releases.conftest import PINGVASAI
from tests.cluster.stand.binaries import ROOT
from tests.cluster.stand.charts import PackagedChart, chart_files
from tests.cluster.stand.pods import chart_workload
from tests.cluster.stand.reloader import rights
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for
from tests.engine.runs import Step, edited_project

OPERATORS = "    externalSecrets: {}\n"
NAME = reloader.NAME
REPOSITORY = "https://stakater.github.io/stakater-charts"
ROOM = {"stand/room": "yes"}
"""Labels that a node must have for a chart that is not ready; no node has them."""
SHORT_SECONDS = 20
"""Instead of 15 minutes."""
SECONDS = 60
SECRETS = f"/api/v1/namespaces/{PLATFORM_NAMESPACE}/secrets"
DEPLOYMENT = f"/apis/apps/v1/namespaces/{PLATFORM_NAMESPACE}/deployments/{NAME}"
CONFIG_MAP = f"/api/v1/namespaces/{PLATFORM_NAMESPACE}/configmaps/chart"
COMMAND = re.compile(r"^ +(kubectl .* delete secret .*)$", re.MULTILINE)
ENGINE, PROVIDER = "pulumi", "pulumi-resource-kubernetes"


def _chart(version: str, *, ready: bool) -> PackagedChart:
    (workload,) = reloader.CONTROLLER.workloads
    deployment = chart_workload(Workload(name=workload.name, pods=1, containers=workload.containers))
    if not ready:
        deployment["spec"]["template"]["spec"]["nodeSelector"] = ROOM
    version_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "chart"}, "data": {"version": version}}
    return PackagedChart(
        repository=REPOSITORY, name=NAME, version=version, files=chart_files([deployment, version_map, *rights()])
    )


@dataclass(frozen=True)
class Releases:
    """A stand, and its releases of Reloader."""

    stand: Stand
    folder: Path
    """For the projects."""

    def project(self, version: str | None) -> Path:
        """The stack with Reloader's chart in a version."""
        folder = self.folder / (version or "none")
        folder.mkdir(exist_ok=True)
        line = "" if version is None else f'    reloader: {{chartVersion: "{version}"}}\n'

        def edit(stack_file: str) -> str:
            assert stack_file.count(OPERATORS) == 1
            return stack_file.replace(OPERATORS, OPERATORS + line)

        return edited_project(folder, self.stand.stack, edit, PINGVASAI)

    def up(self, version: str | None) -> Step:
        return self.stand.program.run(Verb.UP, project=self.project(version))

    def revisions(self) -> dict[str, str]:
        """Status by revision."""
        labels = [
            item["metadata"]["labels"]
            for item in self.stand.api.items(SECRETS, labelSelector=f"owner=helm,name={NAME}")
        ]
        return {str(each["version"]): str(each["status"]) for each in labels}

    def installed(self) -> str | None:
        """The version that the release's own object has."""
        found = self.stand.api.find(CONFIG_MAP)
        return None if found is None else str(found["data"]["version"])


@pytest.fixture(scope="package")
def releases(stand: Stand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Releases]:
    stand.up()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(helm, "TIMEOUT_SECONDS", SHORT_SECONDS)
        yield Releases(stand, tmp_path_factory.mktemp("projects"))


def test_an_installation_that_fails_is_taken_away(releases: Releases) -> None:
    releases.stand.charts.publish(_chart("1.0.0", ready=False))
    step = releases.up("1.0.0")
    assert not step.report.ok
    assert releases.revisions() == {}
    assert releases.stand.api.find(DEPLOYMENT) is None


def test_the_next_up_installs_it(releases: Releases) -> None:
    releases.stand.charts.publish(_chart("1.0.1", ready=True))
    step = releases.up("1.0.1")
    assert step.report.ok, step.lines
    assert (releases.revisions(), releases.installed()) == ({"1": "deployed"}, "1.0.1")


def test_another_version_is_an_upgrade(releases: Releases) -> None:
    releases.stand.charts.publish(_chart("1.1.0", ready=True))
    step = releases.up("1.1.0")
    assert step.report.ok, step.lines
    assert (releases.revisions(), releases.installed()) == ({"1": "superseded", "2": "deployed"}, "1.1.0")


def test_an_upgrade_that_fails_is_rolled_back(releases: Releases) -> None:
    releases.stand.charts.publish(_chart("1.2.0", ready=False))
    step = releases.up("1.2.0")
    assert not step.report.ok
    assert releases.revisions()["4"] == "deployed"
    assert releases.installed() == "1.1.0"


def test_the_next_version_upgrades_it(releases: Releases) -> None:
    releases.stand.charts.publish(_chart("1.2.1", ready=True))
    step = releases.up("1.2.1")
    assert step.report.ok, step.lines
    assert releases.installed() == "1.2.1"


def test_a_release_that_the_stack_no_longer_has_is_removed(releases: Releases) -> None:
    step = releases.up(None)
    assert step.report.ok, step.lines
    assert releases.revisions() == {}
    assert (releases.stand.api.find(DEPLOYMENT), releases.installed()) == (None, None)


def _kill(name: str) -> None:
    """Kill the processes of a program; the namespaces have none but the stand's."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")[0].decode()
        except OSError:
            continue
        if Path(command).name == name:
            os.kill(int(process.name), signal.SIGKILL)


@pytest.fixture(scope="package")
def killed(releases: Releases) -> Releases:
    """Engine and provider, killed while Helm waits for the pods of a new release."""
    releases.stand.charts.publish(_chart("2.0.0", ready=False))
    run = partial(releases.stand.program.run, Verb.UP, project=releases.project("2.0.0"), checkpoints=True)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    wait_for("the release", lambda: releases.revisions() == {"1": "pending-install"}, SECONDS, step=0.1)
    _kill(ENGINE)
    _kill(PROVIDER)
    thread.join(SECONDS)
    assert not thread.is_alive()
    return releases


@pytest.mark.filterwarnings("ignore:Error in event stream")
def test_a_killed_installation_stays_pending(killed: Releases) -> None:
    assert killed.revisions() == {"1": "pending-install"}


def test_after_the_documented_command_the_next_up_installs_it(killed: Releases, figures: Figures) -> None:
    stand = killed.stand
    (command,) = COMMAND.findall((ROOT / "docs" / "upgrades.md").read_text())
    command = command.replace("NAMESPACE", PLATFORM_NAMESPACE)
    subprocess.run(["sh", "-c", command], check=True, env={**os.environ, "KUBECONFIG": str(stand.kubeconfig)})
    recovered = stand.program.run(Verb.RECOVER)
    assert recovered.report.ok, recovered.lines
    for node in stand.nodes:
        stand.api.patch(f"/api/v1/nodes/{node}", {"metadata": {"labels": ROOM}})
    step = killed.up("2.0.0")
    figures.seconds("releases: up after a killed installation", step.report.seconds)
    assert step.report.ok, step.lines
    assert (killed.revisions(), killed.installed()) == ({"1": "deployed"}, "2.0.0")
