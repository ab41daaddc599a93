"""Nova's own workflows, run by act against the stand: its Git repository, its API server, its Argo CD."""

import sys
import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from moto.server import ThreadedMotoServer

from tests.cluster.smoke.script import Smoke
from tests.cluster.stand.certificates import Authority
from tests.cluster.stand.https import HttpsServer
from tests.cluster.stand.namespace import HOSTS, REGISTRY_ADDRESS
from tests.cluster.stand.stand import Stand
from tests.facts.nova import NAMES, REGISTRY
from tests.pipeline.workflows import servers
from tests.pipeline.workflows.act import Event, Run, Runner, path_of, set_desk
from tests.pipeline.workflows.actions.stand_in import ROOT
from tests.pipeline.workflows.ground import PLATFORM, RUN_TOKEN, git, program, snapshot
from tests.pipeline.workflows.servers import CRANE, GitHub, Registry

NAME = "proerror77/Nova"
WORKFLOWS = ".github/workflows"
LOGIN = """#!/bin/sh
# `aws eks update-kubeconfig`: the login of the smoke test's group.
mkdir -p "$HOME/.kube" && cp {kubeconfig} "$HOME/.kube/config"
"""
LOOK_SECONDS = 0.5


class NovaRepository:
    """The stand's repository as the developers' working copy, and GitHub's webhook to Argo CD."""

    def __init__(self, stand: Stand, runner: Runner, hub: GitHub, registry: Registry) -> None:
        self.stand, self.hub, self.registry = stand, hub, registry
        self._runner = runner
        self._runs = 0

    def run(self, workflow: str, event: Event) -> Run:
        """Run one of Nova's workflows for the newest commit; a webhook tells Argo CD of what it pushes."""
        self._runs += 1
        artifacts = self._runner.scratch / f"artifacts-{self._runs}"
        artifacts.mkdir()
        environment = {**self._runner.environment, "STAND_IN_ARTIFACTS": str(artifacts)}
        over = threading.Event()
        webhook = threading.Thread(target=self._tell_argo_cd, args=[over])
        webhook.start()
        try:
            return replace(self._runner, environment=environment).run(f"{WORKFLOWS}/{workflow}", event)
        finally:
            over.set()
            webhook.join()
            git(self.stand.repository.tree, "pull", "--quiet", "--rebase", "origin", "main")

    def _tell_argo_cd(self, over: threading.Event) -> None:
        seen = self._head()
        while not over.wait(LOOK_SECONDS):
            if self._head() != seen:
                seen = self._head()
                self.stand.argocd.refresh(self.stand.application_name("staging"))

    def _head(self) -> str:
        return git(self.hub.folder / NAME, "rev-parse", "main")

    def message(self) -> str:
        """The last message to Slack."""
        return next(each.body["text"] for each in reversed(self.hub.requests) if each.path == "/chat/slack")


@contextmanager
def nova(stand: Stand, smoke: Smoke, folder: Path) -> Generator[NovaRepository]:
    """Nova's repository with a Dockerfile for each service; the registry answers at its real address."""
    tree = stand.repository.tree
    for name in NAMES:
        (tree / "backend" / name).mkdir(parents=True)
        (tree / "backend" / name / "Dockerfile").write_text(f"FROM scratch\n# {name}\n", encoding="utf-8")
    (tree / "Makefile").write_text("manifests:\n\tkubectl kustomize k8s/infrastructure/overlays/staging\n")
    stand.repository.commit("The services")
    records = folder / "records"
    records.mkdir()
    with ExitStack() as exits:
        hub = exits.enter_context(servers.github(folder / "repositories", snapshot(folder / "platform")))
        (hub.folder / "proerror77").mkdir()
        hub.adopt(NAME, Path(git(tree, "remote", "get-url", "origin")))
        registry = exits.enter_context(servers.registry(lambda handler: _at_its_address(handler, stand.authority)))
        registry.repositories.update(f"nova/{name}" for name in NAMES)
        aws = ThreadedMotoServer(port=0, verbose=False)
        aws.start()
        exits.callback(aws.stop)
        host, port = aws.get_host_and_port()
        login = program(folder / "aws", LOGIN.format(kubeconfig=smoke.kubeconfig))
        programs = {name: ROOT / f".tools/bin/{name}" for name in ("kubectl", "kustomize")}
        path = path_of(folder / "bin", {"python3": Path(sys.executable).resolve(), "aws": login, **programs})
        runner = Runner(
            scratch=folder,
            checkout=tree,
            desk=set_desk(folder / "desk", ROOT),
            repository=NAME,
            environment={
                "PATH": path,
                "AWS_ENDPOINT_URL": f"http://{host}:{port}",
                "SSL_CERT_FILE": str(stand.authority.certificate),
                "STAND_IN_RECORDS": str(records),
                "STAND_IN_PLATFORM": PLATFORM,
                "STAND_IN_REGISTRY": registry.address,
                "STAND_IN_CRANE": str(CRANE),
                "STAND_IN_FINDINGS": "{}",
            },
            secrets={
                "GITHUB_TOKEN": RUN_TOKEN,
                "AWS_ROLE_ARN": "arn:aws:iam::025434362120:role/github-actions-role",
                "SLACK_WEBHOOK_URL": f"{hub.url}/chat/slack",
            },
            variables={"AWS_SMOKE_ROLE_ARN": "arn:aws:iam::025434362120:role/nova-staging-smoke"},
            contexts={"GITHUB_SERVER_URL": hub.url, "GITHUB_API_URL": hub.api},
        )
        yield NovaRepository(stand, runner, hub, registry)


@contextmanager
def _at_its_address(handler: type[BaseHTTPRequestHandler], authority: Authority) -> Generator[str]:
    with HOSTS.open("a") as file:
        file.write(f"{REGISTRY_ADDRESS} {REGISTRY}\n")
    server = HttpsServer(handler, 443, authority.server("registry", f"DNS:{REGISTRY}"), address=REGISTRY_ADDRESS)
    server.start()
    yield REGISTRY
    server.stop()
