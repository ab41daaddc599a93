"""Nova's own workflows, run by act against a stand: its Git repository, its API server, its Argo CD."""

import sys
import tempfile
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from moto.server import ThreadedMotoServer

from tests.cluster.stand import observe
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

    def __init__(self, stand: Stand, environment: str, *, runner: Runner, hub: GitHub, registry: Registry) -> None:
        self.stand, self.hub, self.registry = stand, hub, registry
        self.environment = stand.environment(environment)
        self._runner = runner

    def run(self, workflow: str, event: Event) -> Run:
        """Run one of Nova's workflows for the newest commit."""
        (run,) = self.race(workflow, event, self.stand.repository.tree)
        return run

    def race(self, workflow: str, event: Event, *copies: Path) -> list[Run]:
        """Run a workflow at the same time for the newest commit of each working copy."""
        self.hub.requests.clear()
        with self._webhook(), ThreadPoolExecutor() as pool:
            return list(pool.map(partial(self._run, workflow, event), copies))

    def _run(self, workflow: str, event: Event, copy: Path) -> Run:
        scratch = Path(tempfile.mkdtemp(dir=self._runner.scratch))
        artifacts = scratch / "artifacts"
        artifacts.mkdir()
        environment = {**self._runner.environment, "STAND_IN_ARTIFACTS": str(artifacts)}
        runner = replace(self._runner, scratch=scratch, checkout=copy, environment=environment)
        return runner.run(f"{WORKFLOWS}/{workflow}", event)

    @contextmanager
    def _webhook(self) -> Generator[None]:
        """Tell Argo CD of each push; at the end the working copy has them too."""
        over = threading.Event()
        webhook = threading.Thread(target=self._tell_argo_cd, args=[over])
        webhook.start()
        try:
            yield
        finally:
            over.set()
            webhook.join()
            git(self.stand.repository.tree, "pull", "--quiet", "--rebase", "origin", "main")

    def _tell_argo_cd(self, over: threading.Event) -> None:
        seen = ""
        while not over.wait(LOOK_SECONDS):
            if self.head != seen:
                seen = self.head
                self.stand.argocd.refresh(self.stand.application_name(self.environment.name))

    @property
    def head(self) -> str:
        """The newest commit of main on the server."""
        return git(self.hub.folder / NAME, "rev-parse", "main")

    def copy(self, folder: Path) -> Path:
        """Another developer's working copy."""
        git(folder.parent, "clone", "--quiet", str(self.hub.folder / NAME), str(folder))
        return folder

    @contextmanager
    def hook(self, script: str) -> Generator[None]:
        """Let a script decide on each push."""
        file = self.hub.folder / NAME / "hooks/pre-receive"
        program(file, script)
        try:
            yield
        finally:
            file.unlink()

    @contextmanager
    def input(self, workflow: str, name: str, value: object) -> Generator[None]:
        """Add an input to a workflow's call of the pipeline."""
        file = self._runner.desk / WORKFLOWS / workflow
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("    with:\n", f"    with:\n      {name}: {value}\n"), encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(text, encoding="utf-8")

    def overlay(self) -> str:
        """What the pipeline writes, as it is in the working copy."""
        file = self.stand.repository.tree / self.environment.path / "kustomization.yaml"
        return file.read_text(encoding="utf-8")

    def ready_images(self) -> dict[str, set[str]]:
        """Images of the ready pods by service."""
        return observe.images_of(self.stand.api, self.environment.namespace)

    def message(self) -> str:
        """What the last run has posted to Slack."""
        (text,) = (each.body["text"] for each in self.hub.requests if each.path == "/chat/slack")
        return text


@contextmanager
def nova(stand: Stand, environment: str, folder: Path) -> Generator[NovaRepository]:
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
        kubeconfig = stand.control_plane.kubeconfig("smoke-tester", stand.control_plane.smoke_tester)
        login = program(folder / "aws", LOGIN.format(kubeconfig=kubeconfig))
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
        yield NovaRepository(stand, environment, runner=runner, hub=hub, registry=registry)


@contextmanager
def _at_its_address(handler: type[BaseHTTPRequestHandler], authority: Authority) -> Generator[str]:
    with HOSTS.open("a") as file:
        file.write(f"{REGISTRY_ADDRESS} {REGISTRY}\n")
    server = HttpsServer(handler, 443, authority.server("registry", f"DNS:{REGISTRY}"), address=REGISTRY_ADDRESS)
    server.start()
    yield REGISTRY
    server.stop()
