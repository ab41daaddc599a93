"""A cluster whose Argo CD is at the newest commit, behind an API server that kubectl can reach."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.smoke import Answer
from tests.pipeline.application import OVERLAY
from tests.pipeline.workflows.ground import git
from tests.tooling import smoke_runs
from tests.tooling.smoke_runs import Json, Scenario

NAME, APPLICATION = "shop-cluster", "shop-staging"
SERVICES = ("auth", "cart")
PATH = f"/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/{APPLICATION}"


@dataclass
class Cluster(Scenario):
    """Everything is synced and healthy unless a test says otherwise."""

    remote: Path
    """Bare repository that Argo CD follows, on its branch main."""
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
        self.answers = {f"{name}/metrics": Answer(200, smoke_runs.METRICS.encode()) for name in SERVICES}
        if self.unhealthy:
            self.answers[f"{self.unhealthy}/health"] = Answer(503, b"no database")
        return super().get(path.replace(PATH, smoke_runs.APPLICATION))

    def revision(self) -> str:
        return self.at or git(self.remote, "rev-parse", "main")

    def application_now(self) -> Json:
        found = smoke_runs.application(self.revision())
        found["metadata"]["annotations"] = {"platform/services": ", ".join(f"{name} /health" for name in SERVICES)}
        status = found["status"]
        status["resources"] = [
            {"kind": kind, "namespace": "nova", "name": name, "status": "Synced"}
            for name in SERVICES
            for kind in ("Deployment", "Service")
        ]
        if self.refuses:
            status["operationState"].update(phase="Failed", message=self.refuses)
        return found

    def pods_now(self) -> list[Json]:
        """Pods with the tags that the overlay has."""
        overlay = git(self.remote, "show", f"{self.revision()}:{OVERLAY}/kustomization.yaml")
        tags = dict(re.findall(r"name: shop/(\w+)\n.*\n\s*newTag: \"?([^\"\n]+)", overlay))
        return [smoke_runs.pod(name, 1, tag=tags.get(name, "")) for name in SERVICES]


@contextmanager
def served(remote: Path) -> Generator[Cluster]:
    """Serve a cluster."""
    cluster = Cluster(remote)
    with smoke_runs.served(cluster) as cluster.url:
        yield cluster
