"""A cluster whose Argo CD is at the newest commit, behind an API server that kubectl can reach."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from scripts.smoke import Answer
from tests.pipeline.application import OVERLAY
from tests.pipeline.workflows.ground import git
from tests.tooling import smoke_runs
from tests.tooling.smoke_runs import Json, Scenario

NAME = "shop-cluster"
ANY_APPLICATION = re.compile(r"/namespaces/([\w-]+)/applications/[\w-]+$")


@dataclass
class Cluster(Scenario):
    """Everything is synced and healthy unless a test says otherwise."""

    remote: Path
    """Bare repository that Argo CD follows."""
    branch: str = "main"
    overlay: str = OVERLAY
    services: tuple[str, ...] = ("auth", "cart")
    """Each runs the image whose name ends in the service's."""
    argocd_namespace: str = "argocd"
    url: str = ""
    refuses: str = ""
    """Words with which Argo CD refuses every commit."""
    at: str = ""
    """The commit that Argo CD stays at; empty for the newest."""
    unhealthy: str = ""
    """A service that answers with an error."""

    def __post_init__(self) -> None:
        super().__init__()

    def get(self, path: str) -> Answer:
        """Answer in place of the API server."""
        self.application, self.pods = self.application_now(), self.pods_now()
        self.answers = {f"{name}/metrics": Answer(200, smoke_runs.METRICS.encode()) for name in self.services}
        if self.unhealthy:
            self.answers[f"{self.unhealthy}/health"] = Answer(503, b"no database")
        asked = ANY_APPLICATION.search(path)
        if asked and asked[1] != self.argocd_namespace:
            return smoke_runs.refused(404, f"applications.argoproj.io not found in {asked[1]}")
        return super().get(smoke_runs.APPLICATION if asked else path)

    def revision(self) -> str:
        return self.at or git(self.remote, "rev-parse", self.branch)

    def application_now(self) -> Json:
        found = smoke_runs.application(self.revision())
        found["metadata"]["annotations"] = {"platform/services": ", ".join(f"{name} /health" for name in self.services)}
        status = found["status"]
        status["resources"] = [
            {"kind": kind, "namespace": "nova", "name": name, "status": "Synced"}
            for name in self.services
            for kind in ("Deployment", "Service")
        ]
        if self.refuses:
            status["operationState"].update(phase="Failed", message=self.refuses)
        return found

    def pods_now(self) -> list[Json]:
        """Pods with the tags that the overlay has."""
        text = git(self.remote, "show", f"{self.revision()}:{self.overlay}/kustomization.yaml")
        images: list[dict[str, str]] = YAML(typ="safe").load(text).get("images", [])
        tags = {image["name"].rpartition("/")[2]: image.get("newTag", "") for image in images}
        return [smoke_runs.pod(name, 1, tag=tags.get(name, "")) for name in self.services]


@contextmanager
def served(remote: Path) -> Generator[Cluster]:
    """Serve a cluster."""
    cluster = Cluster(remote)
    with smoke_runs.served(cluster) as cluster.url:
        yield cluster
