"""The kubernetes package on a fake API server, for the tests of both."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sandbox.providers.account import Account
from sandbox.providers.kubernetes.api import Api
from sandbox.providers.kubernetes.live import LiveKubernetes
from sandbox.providers.kubernetes.objects import Objects
from sandbox.providers.package import Call
from sandbox.providers.wire import Json, Value
from tests.tooling.fake_api_server import FakeApiServer, fake_api_server

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
NAMESPACE = "kubernetes:core/v1:Namespace"
SECRET = "kubernetes:core/v1:Secret"
QUOTA = "kubernetes:core/v1:ResourceQuota"
ACCOUNT_PATCH = "kubernetes:core/v1:ServiceAccountPatch"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
APPLICATION = "kubernetes:argoproj.io/v1:Application"
SETTINGS_PATH = "/api/v1/namespaces/default/configmaps/settings"


class Live:
    """The package, and the server that it sends to. Waits end after a fifth of a second."""

    def __init__(self, folder: Path, server: FakeApiServer, kubeconfig: Path, charts: Path | None) -> None:
        self.server = server
        self.account = Account(folder / "account.db")
        self.objects = Objects(Api(kubeconfig), 0.2, longest_pause=0.02)
        self.kubernetes = LiveKubernetes(self.account, self.objects, charts)

    def call(self, type_: str, name: str = "thing", timeout: float = 0, **settings: Value) -> Call:
        return Call(f"urn:pulumi:dev::project::{type_}::{name}", type_, name, settings, timeout)

    def make(self, type_: str, inputs: Json, name: str = "thing") -> tuple[str, Json]:
        call = self.call(type_, name)
        checked, failures = self.kubernetes.check(call, {}, inputs)
        assert failures == []
        return self.kubernetes.create(call, checked, preview=False)

    def preview(self, type_: str, inputs: Json, name: str = "thing") -> Json:
        return self.kubernetes.create(self.call(type_, name), inputs, preview=True)[1]

    def changes(self, type_: str, olds: Json, news: Json, name: str = "thing") -> dict[str, bool]:
        """Changed paths, and whether each replaces the object."""
        found = self.kubernetes.diff(self.call(type_, name, enableConfigMapMutable="true"), olds, news)
        return {change.key: change.replaces for change in found.changes}

    def define(self, kind: str = "Application", plural: str = "applications") -> None:
        """Make a custom kind of group argoproj.io."""
        self.server.kinds.setdefault("/apis/argoproj.io/v1", {})[kind] = (plural, True)


@contextmanager
def live(folder: Path, charts: Path | None = None) -> Generator[Live]:
    with fake_api_server(folder) as (server, kubeconfig):
        made = Live(folder, server, kubeconfig, charts)
        yield made
        made.account.close()


def settings(namespace: str = "default", **data: Value) -> Json:
    """A ConfigMap called settings."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": namespace},
        "data": data,
    }


def application(name: str = "shop", **annotations: Value) -> Json:
    metadata: Json = {"name": name, "namespace": "default"}
    if annotations:
        metadata["annotations"] = {f"pulumi.com/{key}": value for key, value in annotations.items()}
    return {"apiVersion": "argoproj.io/v1", "kind": "Application", "metadata": metadata, "spec": {"project": "p"}}
