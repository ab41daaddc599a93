"""Commits that break an environment temporarily."""

import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.stand.api import Json
from tests.cluster.stand.binaries import built
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for

ADDED = "added.yaml"
RETRY_SECONDS = 200
"""Longer than the longest pause between two retries."""
QUOTA = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: more}\nspec: {hard: {pods: '999'}}\n"
"""An object that no Application may contain: quotas belong to the platform."""

Edit = Callable[[Path], None]
"""Changes the files of an overlay, given its folder."""


def resource(text: str) -> Edit:
    """Adds a manifest."""

    def edit(overlay: Path) -> None:
        (overlay / ADDED).write_text(text)
        _kustomize(overlay, "resource", ADDED)

    return edit


def patch(text: str, *target: str) -> Edit:
    """Adds a patch; `target` has options of `kustomize edit add patch`."""

    def edit(overlay: Path) -> None:
        (overlay / ADDED).write_text(text)
        _kustomize(overlay, "patch", "--path", ADDED, *target)

    return edit


@contextmanager
def committed(stand: Stand, environment: str, edit: Edit) -> Generator[str]:
    """The SHA of a commit that Argo CD was notified of. At the end it is reverted, and the environment has settled.

    A refused sync retries after growing pauses, and blocks self-heal: its end is waited for as well.
    """
    application = stand.application_name(environment)
    edit(stand.repository.tree / stand.environment(environment).path)
    revision = stand.repository.commit(f"{environment}: temporary change")
    stand.argocd.refresh(application)
    try:
        yield revision
    finally:
        reverted = stand.repository.revert(revision)
        stand.argocd.refresh(application)
        stand.settle(environment, reverted)
        wait_for("the end of the sync", lambda: _phase(stand, environment) != "Running", RETRY_SECONDS)


def refusal(stand: Stand, environment: str, revision: str) -> str:
    """Argo CD's messages about the failed sync of a commit, one per object; empty before there are any."""
    result: Json = stand.application(environment)["status"].get("operationState", {}).get("syncResult", {})
    resources: list[Json] = result.get("resources", []) if result.get("revision") == revision else []
    return "\n".join(str(item.get("message", "")) for item in resources if item.get("status") == "SyncFailed")


def _phase(stand: Stand, environment: str) -> str:
    return str(stand.application(environment)["status"].get("operationState", {}).get("phase"))


def _kustomize(overlay: Path, what: str, *options: str) -> None:
    subprocess.run([built("kustomize"), "edit", "add", what, *options], cwd=overlay, check=True, capture_output=True)
