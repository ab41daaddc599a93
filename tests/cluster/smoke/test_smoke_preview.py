"""A preview with the rights of CI's preview role in the cluster: Kubernetes' role `view`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.driver import Verb
from tests.cluster.stand.api import Api, ApiError
from tests.cluster.stand.control_plane import PREVIEWERS, SERVER
from tests.cluster.stand.program import write_token_command
from tests.cluster.stand.stand import Stand
from tests.engine.runs import edited_project

RBAC = "rbac.authorization.k8s.io"
BINDINGS = f"/apis/{RBAC}/v1/clusterrolebindings"
COMMITTED = "variables: {APP_ENV: staging, LOG_LEVEL: info}"


@pytest.fixture(name="previewer")
def _previewer(staging: Stand) -> Iterator[Api]:
    """The API as the role sees it; the program runs with its token."""
    subject = {"apiGroup": RBAC, "kind": "Group", "name": PREVIEWERS}
    binding = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": PREVIEWERS},
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "view"},
        "subjects": [subject],
    }
    staging.api.create(BINDINGS, binding)
    token = staging.control_plane.previewer
    write_token_command(token)
    yield Api(SERVER, token, staging.control_plane.api_server.certificate_authority)
    write_token_command(staging.control_plane.token)
    staging.api.delete(f"{BINDINGS}/{PREVIEWERS}")


def test_it_reads_no_secret(previewer: Api) -> None:
    assert previewer.items("/api/v1/namespaces/nova/configmaps")
    with pytest.raises(ApiError, match="secrets is forbidden"):
        previewer.items("/api/v1/namespaces/nova/secrets")


@pytest.mark.usefixtures("previewer")
def test_it_shows_what_an_up_would_change(staging: Stand, tmp_path: Path) -> None:
    def edit(text: str) -> str:
        assert text.count(COMMITTED) == 1
        return text.replace(COMMITTED, "variables: {APP_ENV: staging, LOG_LEVEL: warn}")

    unchanged = staging.program.run(Verb.PREVIEW)
    assert unchanged.report.ok, unchanged.lines
    assert set(unchanged.report.changes) == {"same"}
    changed = staging.program.run(Verb.PREVIEW, project=edited_project(tmp_path, "staging", edit))
    assert changed.report.ok, changed.lines
    assert changed.report.changes["update"] == 1
    assert any("ConfigMap staging-platform-outputs update" in line for line in changed.lines)
