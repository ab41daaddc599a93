"""The comment on a pull request, of real plans against a staging that exists."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from sandbox.driver import Verb
from tests.bench.projects import multiplied
from tests.engine.runs import ROOT, cli, edited_project, perform, secret_words
from tools.review.__main__ import main
from tools.review.markdown import size
from tools.review.preview import relevant

Review = Callable[[Path], str]

SERVICE = """      - name: billing-service
        port: 8090
        database: {}
        resources:
          standard: {cpuRequest: 100m, memoryRequest: 256Mi, cpuLimit: 500m, memoryLimit: 512Mi}
      - name: streaming-service
"""
LARGER = {"db.t4g.medium": "db.t4g.large"}
"""A database with connections for one service more."""
BUCKETS = """  nova:storage:
    customerManagedKey: false
    noncurrentDays: 7
    # Staging is destroyed and made again, its objects with it.
    forceDestroy: true

"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Staging as it is committed."""
    folder = tmp_path_factory.mktemp("review")
    step = perform(Verb.UP, "staging", folder)
    assert step.report.ok, step.lines
    return folder


@pytest.fixture
def review(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Review:
    """The comment on a project with a changed staging."""

    def comment(project: Path) -> str:
        events = tmp_path / "events"
        cli(Verb.PREVIEW, "staging", "--project", project, "--state", state, "--events", events)
        with events.open() as stream:
            (tmp_path / "plan-staging.jsonl").write_text("".join(relevant(stream)))
        capsys.readouterr()
        main(["render", str(tmp_path), "staging", "--run", "https://github.com/o/r/actions/runs/1", "--commit", "0123"])
        return capsys.readouterr().out

    return comment


def changed(folder: Path, stack: Mapping[str, str], system: Mapping[str, str] | None = None) -> Path:
    """The project with other words in staging's file, and in the system's."""

    def edit(text: str, words: Iterable[tuple[str, str]]) -> str:
        for old, new in words:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return text

    project = edited_project(folder, "staging", lambda text: edit(text, stack.items()))
    file = project / "Pulumi.yaml"
    file.write_text(edit(file.read_text(), (system or {}).items()))
    return project


def test_nothing_changes(review: Review) -> None:
    assert review(ROOT).splitlines()[-1] == "- **staging**: nothing changes"


def test_one_service_more(review: Review, tmp_path: Path) -> None:
    shown = review(changed(tmp_path, LARGER, {"      - name: streaming-service\n": SERVICE}))
    assert "- **staging**: **4 resources are replaced**; 12 resources are created; 18 change\n" in shown
    assert "- **database**: `instanceClass` `db.t4g.medium` → `db.t4g.large`, in the maintenance window\n" in shown
    assert "- **registry**: 2 created (LifecyclePolicy, Repository)\n" in shown
    egress = "  - NetworkPolicy `staging-database-egress`: `spec.podSelector.matchExpressions[0].values`"
    assert f"{egress} gains `billing-service`\n" in shown
    assert "| quota of staging: pods | 36 | 40 |\n" in shown
    assert "| connections | 360 of 401 | 405 of 829 |\n" in shown


def test_nodes_resized(review: Review, tmp_path: Path) -> None:
    shown = review(changed(tmp_path, {"instanceType: t3.large": "instanceType: t3.xlarge"}))
    assert "- **staging**: 2 resources change, nothing is replaced or deleted\n" in shown
    assert "- **nodes**: `instanceType` `t3.large` → `t3.xlarge`, rolling\n" in shown
    assert "| nodes | 4 x t3.large | 4 x t3.xlarge |\n" in shown


def test_the_database_replaced(review: Review, tmp_path: Path, state: Path) -> None:
    shown = review(changed(tmp_path, {"  nova:database:\n": "  nova:database:\n    username: other\n"}))
    assert "- **staging**: **1 database is replaced, data is lost; 20 other resources are replaced**; 5 " in shown
    first = shown.split("**Replaced or deleted**\n\n")[1].splitlines()[0]
    assert first == (
        "- **1 database is replaced, data is lost**: `nova-staging-database`, "
        "because of `username` `platform_admin` → `other`"
    )
    assert "**18 SecretVersion resources are replaced**" in shown
    assert "because of `secretString`\n" in shown
    words = secret_words(state)
    assert len(words) >= 2 * 12
    for text in (shown, (tmp_path / "events").read_text()):
        assert [word for word in words if word in text] == []


def test_a_bucket_deleted(review: Review, tmp_path: Path) -> None:
    shown = review(changed(tmp_path, {BUCKETS: ""}, {"        storage: true\n": ""}))
    lost = "2 buckets and 2 secrets are deleted, data is lost; 22 other resources are deleted"
    assert f"- **staging**: **{lost}**; 2 resources change\n" in shown
    assert "- **2 buckets are deleted, including all objects**: `nova-staging-dev`, `nova-staging-staging`\n" in shown
    assert "- **9 resources of storage dev are deleted**: " in shown


def test_200_services_fit_with_what_matters(review: Review, tmp_path: Path) -> None:
    shown = review(multiplied(tmp_path, "staging", 200).project)
    assert size(shown) <= 65_536
    assert "- **staging**: **4 resources are replaced**; 2358 resources are created; 20 change\n" in shown
    assert "- **registry**: 384 created (192 LifecyclePolicy, 192 Repository)\n" in shown
    assert "| quota of staging: pods | 36 | 880 |\n" in shown
    assert re.search(r"\d+ more lines do not fit here: \[the run\]", shown)


def test_a_refused_file_is_shown_with_its_lines(review: Review, tmp_path: Path) -> None:
    shown = review(changed(tmp_path, {"natGateways: single": "natGateway: single"}))
    assert "- **staging**: **the preview failed** with 1 error\n" in shown
    assert re.search(
        r"- Pulumi\.staging\.yaml:\d+: network\.natGateway: is not a known key\. Write natGateways\.", shown
    )
