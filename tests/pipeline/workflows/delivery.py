"""An application repository to deliver from, with all that its runs talk to."""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.pipeline.application import FIRST, OVERLAY, SECOND, Application
from tests.pipeline.workflows import cluster as clusters
from tests.pipeline.workflows import servers
from tests.pipeline.workflows.act import LABELS, Event, Run, Runner, path_of, set_desk
from tests.pipeline.workflows.actions.stand_in import ROOT
from tests.pipeline.workflows.cluster import Cluster
from tests.pipeline.workflows.ground import PLATFORM, RUN_TOKEN, program, recorded
from tests.pipeline.workflows.programs.wrapper import wrapper
from tests.pipeline.workflows.servers import CRANE, GitHub, Registry

NAME = "acme/shop"
CALLER = ".github/workflows/delivery.yml"
PUSH_ROLE = "arn:aws:iam::123456789012:role/shop-push"
SMOKE_ROLE = "arn:aws:iam::123456789012:role/shop-smoke"
APP_TOKEN = "ghs_token_of_the_app"
INPUTS = {
    "environment": "staging",
    "images": f"{FIRST} backend/auth\n{SECOND} backend/cart\n",
    "tag": "commitSha",
    "overlay": OVERLAY,
    "application": "shop-staging",
    "cluster": clusters.NAME,
    "smoke-environment": "smoke-staging",
    "wait-minutes": 1,
    "region": "eu-central-1",
}
SECRETS = {
    "GITHUB_TOKEN": RUN_TOKEN,
    "AWS_ROLE_ARN": PUSH_ROLE,
    "APP_PRIVATE_KEY": "the app's key",
}
PUSH = Event("push")
CHATS = ("SLACK_WEBHOOK_URL", "DISCORD_WEBHOOK_URL")


class Delivery:
    """An application repository with its registry and its cluster."""

    def __init__(
        self, folder: Path, aws: str, *, hub: GitHub, registry: Registry, application: Application, cluster: Cluster
    ) -> None:
        self.hub, self.registry, self.application, self.cluster = hub, registry, application, cluster
        self.folder, self.records, self.artifacts = folder, folder / "records", folder / "artifacts"
        hub.tokens[APP_TOKEN] = "shop-deployer[bot]"
        hub.adopt(NAME, application.remote)
        registry.repositories.update((FIRST, SECOND))
        self.records.mkdir()
        desk = set_desk(folder / "desk", ROOT)
        programs = {name: ROOT / f".tools/bin/{name}" for name in ("kubectl", "kustomize")}
        aws_program = program(folder / "aws", wrapper("aws"))
        path = path_of(folder / "bin", {"python3": Path(sys.executable).resolve(), "aws": aws_program, **programs})
        self.runner = Runner(
            scratch=folder,
            checkout=application.work,
            desk=desk,
            repository=NAME,
            environment={
                "PATH": path,
                "AWS_ENDPOINT_URL": aws,
                "STAND_IN_RECORDS": str(self.records),
                "STAND_IN_ARTIFACTS": str(self.artifacts),
                "STAND_IN_PLATFORM": PLATFORM,
                "STAND_IN_REGISTRY": registry.address,
                "STAND_IN_CRANE": str(CRANE),
                "STAND_IN_CLUSTER": clusters.NAME,
                "STAND_IN_CLUSTER_URL": cluster.url,
                "STAND_IN_APP_TOKEN": APP_TOKEN,
                "STAND_IN_APP_SLUG": "shop-deployer",
            },
            secrets={**SECRETS, **{name: f"{hub.url}/chat/{name}" for name in CHATS}},
            variables={"AWS_SMOKE_ROLE_ARN": SMOKE_ROLE},
            contexts={"GITHUB_SERVER_URL": hub.url, "GITHUB_API_URL": hub.api},
            repositories={f"{PLATFORM}@main": desk},
        )
        self.call()

    def call(self, **inputs: str | bool | int) -> str:
        """Write the caller with these inputs besides the required ones, and push it; the commit."""
        job = {
            "uses": f"{PLATFORM}/.github/workflows/services.yml@main",
            "with": {**INPUTS, **{name.replace("_", "-"): value for name, value in inputs.items()}},
            "secrets": "inherit",
        }
        caller = {"name": "delivery", "on": "push", "jobs": {"deliver": job}}
        text = json.dumps(caller, indent=2)
        (self.runner.desk / CALLER).write_text(text, encoding="utf-8")
        self.application.write(CALLER, text)
        return self.application.commit("The caller")

    def run(
        self,
        findings: dict[str, list[str]] | None = None,
        workflow: str = CALLER,
        event: Event = PUSH,
        labels: tuple[str, ...] = LABELS,
    ) -> Run:
        """Run a caller for the commit of the working copy, with what the scan finds in an image."""
        self.artifacts = self.folder / f"artifacts-{len(list(self.folder.glob('artifacts-*')))}"
        self.artifacts.mkdir()
        given = {"STAND_IN_FINDINGS": json.dumps(findings or {}), "STAND_IN_ARTIFACTS": str(self.artifacts)}
        return replace(self.runner, environment={**self.runner.environment, **given}).run(workflow, event, labels)

    def messages(self) -> dict[str, str]:
        """The text that each chat got."""
        chats = [request for request in self.hub.requests if request.path.startswith("/chat/")]
        return {request.path.removeprefix("/chat/"): next(iter(request.body.values())) for request in chats}

    def jobs_with(self, kind: str, **facts: str) -> list[str]:
        """The jobs in which something with these facts was recorded."""
        return [each["job"] for each in recorded(self.records, kind) if facts.items() <= each.items()]


@contextmanager
def ground(folder: Path, platform: Path, aws: str) -> Generator[Delivery]:
    """An application repository that nothing was delivered from."""
    application = Application(folder)
    with (
        servers.github(folder / "repositories", platform) as hub,
        servers.registry() as registry,
        clusters.served(application.remote) as cluster,
    ):
        yield Delivery(folder, aws, hub=hub, registry=registry, application=application, cluster=cluster)
