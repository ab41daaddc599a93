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
from dataclasses import dataclass, field
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
from tests.cluster.stand.program import edited_project
from tests.cluster.stand.reloader import rights
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for
from tests.engine.runs import Step

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
    told = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "chart"}, "data": {"version": version}}
    return PackagedChart(
        repository=REPOSITORY, name=NAME, version=version, files=chart_files([deployment, told, *rights()])
    )


@dataclass
class Releases:
    """A stand, and what its releases of Reloader came to."""

    stand: Stand
    folder: Path
    steps: dict[str, Step] = field(default_factory=dict[str, Step])
    found: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """Status of the release's revisions after each step."""

    def project(self, version: str | None) -> Path:
        """The stack with Reloader's chart in a version."""
        folder = self.folder / (version or "none")
        folder.mkdir(exist_ok=True)
        line = "" if version is None else f'    reloader: {{chartVersion: "{version}"}}\n'

        def edit(stack_file: str) -> str:
            assert stack_file.count(OPERATORS) == 1
            return stack_file.replace(OPERATORS, OPERATORS + line)

        return edited_project(folder, self.stand.stack, edit, PINGVASAI)

    def up(self, name: str, version: str | None) -> None:
        self.steps[name] = self.stand.program.run(Verb.UP, project=self.project(version))
        self.found[name] = self.revisions()

    def revisions(self) -> dict[str, str]:
        """Status by revision."""
        labels = [
            item["metadata"]["labels"]
            for item in self.stand.api.items(SECRETS, labelSelector=f"owner=helm,name={NAME}")
        ]
        return {str(each["version"]): str(each["status"]) for each in labels}

    def told(self) -> str | None:
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
    releases.up("failed", "1.0.0")
    assert not releases.steps["failed"].report.ok
    assert releases.found["failed"] == {}
    assert releases.stand.api.find(DEPLOYMENT) is None


def test_the_next_up_installs_it(releases: Releases) -> None:
    releases.stand.charts.publish(_chart("1.0.1", ready=True))
    releases.up("installed", "1.0.1")
    assert releases.steps["installed"].report.ok, releases.steps["installed"].lines
    assert (releases.found["installed"], releases.told()) == ({"1": "deployed"}, "1.0.1")


def test_another_version_is_an_upgrade(releases: Releases) -> None:
    releases.stand.charts.publish(_chart("1.1.0", ready=True))
    releases.up("upgraded", "1.1.0")
    assert releases.steps["upgraded"].report.ok, releases.steps["upgraded"].lines
    assert (releases.found["upgraded"], releases.told()) == ({"1": "superseded", "2": "deployed"}, "1.1.0")


def test_an_upgrade_that_fails_is_rolled_back(releases: Releases) -> None:
    releases.stand.charts.publish(_chart("1.2.0", ready=False))
    releases.up("rolled back", "1.2.0")
    assert not releases.steps["rolled back"].report.ok
    assert releases.found["rolled back"]["4"] == "deployed"
    assert releases.told() == "1.1.0"


def test_the_next_version_upgrades_it(releases: Releases) -> None:
    releases.stand.charts.publish(_chart("1.2.1", ready=True))
    releases.up("upgraded again", "1.2.1")
    assert releases.steps["upgraded again"].report.ok, releases.steps["upgraded again"].lines
    assert releases.told() == "1.2.1"


def test_a_release_that_the_stack_no_longer_has_is_removed(releases: Releases) -> None:
    releases.up("removed", None)
    assert releases.steps["removed"].report.ok, releases.steps["removed"].lines
    assert releases.found["removed"] == {}
    assert (releases.stand.api.find(DEPLOYMENT), releases.told()) == (None, None)


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
    killed.up("recovered", "2.0.0")
    figures.seconds("releases: up after a killed installation", killed.steps["recovered"].report.seconds)
    assert killed.steps["recovered"].report.ok, killed.steps["recovered"].lines
    assert (killed.found["recovered"], killed.told()) == ({"1": "deployed"}, "2.0.0")
