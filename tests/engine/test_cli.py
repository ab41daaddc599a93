"""The command line: mistakes are refused early and clearly, and a run does not change the working tree."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.driver import Verb
from tests.engine.runs import account, cli, tree
from tests.harness.harness import ROOT

MISTAKES = {
    "  nova:stage: staging": "  nova:stage: Staging!",
    "    natGateways: single": "    natGateway: single",
    "      minimum: 3": "      minimum: three",
    "    provider: create": "    provider: mine",
}
REPORTED = (
    "stage: 'Staging!'",
    "network.natGateway: is not a known key",
    "cluster.nodes.minimum: 'three'",
    "ci.provider: 'mine'",
)


REFUSED_BY_AWS = (
    # file, what it has, what is written instead, the key that is refused
    (
        "Pulumi.yaml",
        "      owner: backend\n",
        "      owner: backend\n      tags: {aws:team: a, Centre: 'a#b'}\n",
        "system.tags",
    ),
    ("Pulumi.yaml", "uuid-ossp, pgcrypto, vector", "uuid-ossp, pgcrypto, pgvector", ".database.extensions[2]"),
    (
        "Pulumi.yaml",
        "- name: auth-service\n",
        "- name: auth-service\n        repository: a\n",
        "services[0].repository",
    ),
    ("Pulumi.staging.yaml", "name: nova-staging-deploy,", "name: nova-staging-preview,", "ci.deployRole.name"),
    (
        "Pulumi.staging.yaml",
        "  nova:cluster:\n",
        "  nova:cluster:\n    serviceCidr: 8.8.0.0/16\n",
        "cluster.serviceCidr",
    ),
    ("Pulumi.staging.yaml", "  nova:database:\n", "  nova:database:\n    port: 22\n", "database.port"),
    ("Pulumi.staging.yaml", "  nova:database:\n", "  nova:database:\n    username: pg_owner\n", "database.username"),
    (
        "Pulumi.staging.yaml",
        "  nova:database:\n",
        "  nova:database:\n    maintenanceWindow: sun:20:00-sun:20:10\n",
        "database.maintenanceWindow",
    ),
    (
        "Pulumi.staging.yaml",
        "  nova:cache:\n",
        "  nova:cache:\n    maintenanceWindow: sun:20:00-sun:20:30\n",
        "cache.maintenanceWindow",
    ),
    ("Pulumi.staging.yaml", "    storageGib: 20\n", "    storageGib: 70000\n", "database.storageGib"),
)
"""Mistakes that AWS would find when it makes the resource, after others have been made."""


@pytest.fixture
def broken(project: Path) -> Path:
    """A project with four mistakes in staging."""
    file = project / "Pulumi.staging.yaml"
    text = file.read_text()
    for right, wrong in MISTAKES.items():
        assert text.count(f"{right}\n") == 1, right
        text = text.replace(f"{right}\n", f"{wrong}\n")
    file.write_text(text)
    return project


def test_what_aws_would_refuse_ends_an_up_before_the_first_resource(project: Path, tmp_path: Path) -> None:
    for file, right, wrong, _ in REFUSED_BY_AWS:
        text = (project / file).read_text()
        assert right in text
        (project / file).write_text(text.replace(right, wrong, 1))
    result = cli(Verb.UP, "staging", "--project", project, "--state", tmp_path / "state")
    assert result.returncode == 1
    for *_, key in REFUSED_BY_AWS:
        assert key in result.stdout
    assert account(tmp_path / "state") == frozenset()


@pytest.mark.parametrize("verb", [Verb.PREVIEW, Verb.UP])
def test_an_invalid_stack_file_is_refused_clearly_before_anything_is_called(
    verb: Verb, broken: Path, tmp_path: Path
) -> None:
    state, file = tmp_path / "state", tmp_path / "report.json"
    result = cli(verb, "staging", "--project", broken, "--state", state, "--json", file)
    assert result.returncode == 1
    for problem in REPORTED:
        assert problem in result.stdout
    assert re.search(
        r"Pulumi\.staging\.yaml:\d+: network\.natGateway: is not a known key\. Write natGateways\.", result.stdout
    )
    assert "Traceback" not in result.stdout
    assert 'File "' not in result.stdout
    assert "    1 resource in " in result.stdout
    assert account(state) == frozenset()
    report = json.loads(file.read_text())
    assert {report["calls"].get(method, 0) for method in ("Check", "Create", "Construct")} == {0}
    assert report["resources"] == []
    for problem in REPORTED:
        assert problem in report["error"]


PASTED = {
    "    highAvailability: false\n": """    highAvailability: false
    webhookSecret: hunter2SECRET
    repositoryAccess:
      kind: ssh
      hostKeys: [xoxb-1-SECRETTOKEN]
      secret:
        secretsManager: |
          -----BEGIN OPENSSH PRIVATE KEY-----
          SECRETBLOB
          -----END OPENSSH PRIVATE KEY-----
    notifications: {discord: {secret: {kubernetes: https://discord.com/api/webhooks/123/SECRETTOKEN}}}
""",
    "variables: {APP_ENV: dev, LOG_LEVEL: debug}": "variables: {DSN: 'postgres://u:hunter2SECRET@h/db'}",
    "  nova:stage: staging\n": "  nova:stage: ghp_SECRETTOKENSECRETTOKEN\n",
}
"""Secrets in place of names."""


def test_a_pasted_secret_is_nowhere_in_the_output_of_a_preview(project: Path, tmp_path: Path) -> None:
    file, report = project / "Pulumi.staging.yaml", tmp_path / "report.json"
    text = file.read_text()
    for right, wrong in PASTED.items():
        assert text.count(right) == 1, right
        text = text.replace(right, wrong)
    file.write_text(text)
    result = cli(Verb.PREVIEW, "staging", "--project", project, "--state", tmp_path / "state", "--json", report)
    assert result.returncode == 1
    for key in ("argocd.webhookSecret: ", "secret.secretsManager: '***' is not", "variables.DSN: ", "stage: 'ghp_***'"):
        assert key in result.stdout
    for output in (result.stdout, report.read_text()):
        assert "SECRET" not in output


def test_nodes_that_are_too_small_are_refused_with_the_totals(project: Path, tmp_path: Path) -> None:
    file = project / "Pulumi.staging.yaml"
    text = (
        file.read_text()
        .replace("instanceType: t3.large", "instanceType: t3.medium")
        .replace("desired: 4", "desired: 3")
    )
    file.write_text(text)
    result = cli(Verb.UP, "staging", "--project", project, "--state", tmp_path / "state")
    assert result.returncode == 1
    assert "3 x t3.medium" in result.stdout
    assert "Traceback" not in result.stdout
    assert account(tmp_path / "state") == frozenset()


def test_a_run_does_not_change_the_working_tree(project: Path) -> None:
    before = tree(project)
    assert cli(Verb.UP, "staging", "--project", project, "--no-checkpoints").returncode == 0
    assert tree(project) == before
    assert (project / ".sandbox" / "account.db").is_file()


def test_verbose_shows_the_engines_own_output(project: Path, tmp_path: Path) -> None:
    folders: tuple[str | Path, ...] = ("--project", project, "--state", tmp_path / "state")
    short, verbose = (cli(Verb.PREVIEW, "staging", *folders, *more).stdout for more in ((), ("--verbose",)))
    assert " +  aws:ec2:Vpc nova-staging-network create" in verbose
    assert 'updateKubeconfig       : "aws eks update-kubeconfig' in verbose
    assert "Outputs:" not in short
    for table in ("elasticIps: 1 of the 5", "quota: fits", "    + 389 to create"):
        assert (short.count(table), table in verbose) == (1, True)
    assert len(short.splitlines()) < 100
    assert not [line for line in short.splitlines() if line != line.rstrip() or "\x1b" in line or "\r" in line]
    values = short.replace("Previewing update (staging):", "").count("limits.memory")
    assert values == 2  # one table for each of two environments


def test_a_preview_of_a_change_says_what_changes_and_how(project: Path, tmp_path: Path) -> None:
    folders: tuple[str | Path, ...] = ("--project", project, "--state", tmp_path / "state", "--no-checkpoints")
    assert cli(Verb.UP, "staging", *folders).returncode == 0
    file = project / "Pulumi.staging.yaml"
    text = file.read_text()
    for old, new in (
        ("db.t4g.medium", "db.t4g.large"),
        ("LOG_LEVEL: debug", "LOG_LEVEL: warn"),
        ("    reloader: {}\n", ""),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text)
    lines = cli(Verb.PREVIEW, "staging", *folders).stdout.splitlines()
    database = lines.index(" ~  aws:rds:Instance nova-staging-database update")
    assert lines[database + 1] == '        instanceClass: "db.t4g.medium" => "db.t4g.large"'
    assert '        data.LOG_LEVEL: "debug" => "warn"' in lines
    assert " -  kubernetes:helm.sh/v3:Release operators-reloader delete" in lines


def test_a_broken_project_file_is_explained_before_anything_starts(project: Path, tmp_path: Path) -> None:
    file = project / "Pulumi.yaml"
    file.write_text(file.read_text().replace("  name: python\n", "  nam: python\n"))
    for verb in (Verb.PREVIEW, Verb.UP, Verb.REFRESH, Verb.DESTROY):
        result = cli(verb, "staging", "--project", project, "--state", tmp_path / "state")
        assert result.returncode == 1
        assert "runtime.name: is missing. Write `name: python` below `runtime:`." in result.stdout
        assert "Traceback" not in result.stdout
    assert not (tmp_path / "state" / "backend").exists()


def test_a_system_in_another_folder_is_previewed_from_there(tmp_path: Path) -> None:
    for file in (ROOT / "examples/tiketi").glob("Pulumi*.yaml"):
        shutil.copy2(file, tmp_path)
    project = tmp_path / "Pulumi.yaml"
    project.write_text(project.read_text().replace("main: ../..", f"main: {ROOT}").replace("../../.venv", sys.prefix))
    result = subprocess.run(
        [sys.executable, "-m", "sandbox", "preview", "--stack", "dev"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout
    assert "to create" in result.stdout
