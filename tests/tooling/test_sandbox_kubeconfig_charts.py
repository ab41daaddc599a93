"""Rendered charts of Helm releases, and the options of the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import cast

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from sandbox.__main__ import main
from sandbox.providers import serve
from sandbox.providers.kubernetes.package import RELEASE
from sandbox.providers.package import Refused
from sandbox.providers.wire import Json, from_struct, to_struct
from tests.tooling.fake_api_server import fake_api_server
from tests.tooling.sandbox_live import APPLICATION, SETTINGS_PATH, Live, application, live, settings

DEFINITION: Json = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "applications.argoproj.io"},
    "spec": {"group": "argoproj.io", "names": {"kind": "Application", "plural": "applications"}},
}
RELEASED: Json = {"name": "argo", "namespace": "default", "chart": "oci://example.test/argo-cd", "version": "1"}
DEFINED = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/applications.argoproj.io"
SHOP = "/apis/argoproj.io/v1/namespaces/default/applications/shop"


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    folder = tmp_path / "charts" / "argo-cd"
    folder.mkdir(parents=True)
    unplaced: Json = {**settings(a="1"), "metadata": {"name": "settings"}}
    (folder / "1.yaml").write_text("\n---\n".join(json.dumps(item) for item in (application(), unplaced)))
    (folder / "2.yaml").write_text(json.dumps(DEFINITION))
    return folder.parent


@pytest.fixture
def rig(tmp_path: Path, charts: Path) -> Generator[Live]:
    with live(tmp_path, charts) as made:
        yield made


def test_a_release_applies_its_chart_definitions_first(rig: Live) -> None:
    rig.make(RELEASE, RELEASED)
    assert {DEFINED, SHOP, SETTINGS_PATH} <= set(rig.server.objects)
    written = [line for line in rig.server.requests if line.startswith("PATCH")]
    assert DEFINED in written[0]
    assert [record.id for record in rig.account.all(RELEASE)] == ["default/argo"]


def test_a_list_of_manifests_is_opened(rig: Live, charts: Path) -> None:
    item: Json = {**settings(), "metadata": {"name": "listed"}}
    (charts / "argo-cd" / "3.yaml").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [item]}))
    rig.make(RELEASE, RELEASED)
    assert "/api/v1/namespaces/default/configmaps/listed" in rig.server.objects


def test_a_preview_of_a_release_applies_nothing(rig: Live) -> None:
    rig.preview(RELEASE, RELEASED)
    assert DEFINED not in rig.server.objects


def test_an_update_applies_again(rig: Live) -> None:
    id_, _ = rig.make(RELEASE, RELEASED)
    rig.server.delete(SETTINGS_PATH)
    rig.kubernetes.update(rig.call(RELEASE), id_, {**RELEASED, "version": "2"}, preview=False)
    assert SETTINGS_PATH in rig.server.objects


def test_a_release_that_goes_leaves_the_definitions(rig: Live) -> None:
    id_, _ = rig.make(RELEASE, RELEASED)
    rig.kubernetes.delete(rig.call(RELEASE), id_)
    assert {DEFINED, SHOP, SETTINGS_PATH} & set(rig.server.objects) == {DEFINED}
    assert rig.account.all(RELEASE) == []


def test_a_release_whose_chart_is_not_rendered_is_only_remembered(rig: Live) -> None:
    before = set(rig.server.objects)
    rig.make(RELEASE, {**RELEASED, "chart": "other"})
    assert set(rig.server.objects) == before
    assert len(rig.account.all(RELEASE)) == 1


@pytest.mark.parametrize("atomic", [True, False])
def test_an_atomic_release_that_fails_is_taken_away(rig: Live, charts: Path, atomic: bool) -> None:
    web: Json = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 1}}
    (charts / "argo-cd" / "3.yaml").write_text(json.dumps(web))
    with pytest.raises(Refused, match=r"chart oci://example\.test/argo-cd: Deployment default/web is not ready"):
        rig.make(RELEASE, {**RELEASED, "atomic": atomic, "timeout": 0.1})
    assert (SETTINGS_PATH in rig.server.objects) != atomic
    assert rig.account.all(RELEASE) == []
    rig.make(RELEASE, {**RELEASED, "skipAwait": True, "timeout": 0.1})


def test_a_release_needs_its_namespace_or_makes_it(rig: Live) -> None:
    elsewhere: Json = {**RELEASED, "namespace": "tools"}
    with pytest.raises(Refused, match='namespaces "tools" not found'):
        rig.make(RELEASE, elsewhere)
    rig.make(RELEASE, {**elsewhere, "createNamespace": True})
    assert "/api/v1/namespaces/tools" in rig.server.objects


def test_a_manifest_that_is_none_is_named(rig: Live, charts: Path) -> None:
    (charts / "argo-cd" / "9.yaml").write_text("kind: ConfigMap\napiVersion: v1\n")
    with pytest.raises(Refused, match=r"9\.yaml: an object has no metadata\.name"):
        rig.make(RELEASE, RELEASED)


def test_the_engine_is_told_of_an_object_that_is_not_ready(tmp_path: Path) -> None:
    with fake_api_server(tmp_path) as (server, kubeconfig):
        server.kinds["/apis/argoproj.io/v1"] = {"Application": ("applications", True)}
        more = ["--kubeconfig", str(kubeconfig), "--timeout", "0.1"]
        with serve(tmp_path / "account.db", ["kubernetes"], more=more) as process:
            stub = provider_pb2_grpc.ResourceProviderStub(
                grpc.insecure_channel(f"127.0.0.1:{process.ports['kubernetes']}")
            )
            inputs = to_struct(application(waitFor="condition=Ready"))
            request = provider_pb2.CreateRequest(urn="urn:a", type=APPLICATION, name="a", properties=inputs)
            with pytest.raises(grpc.RpcError) as refused:
                stub.Create(request)
    failed = provider_pb2.ErrorResourceInitFailed()
    trailing = cast("grpc.Call", refused.value).trailing_metadata() or ()
    details = next(value for key, value in trailing if key == "grpc-status-details-bin")
    status_pb2.Status.FromString(cast("bytes", details)).details[0].Unpack(failed)
    assert failed.id == "default/shop"
    assert "condition Ready=True" in failed.reasons[0]
    assert from_struct(failed.properties)["spec"] == {"project": "p"}


def test_a_server_that_does_not_answer_is_named_with_its_file(tmp_path: Path) -> None:
    with live(tmp_path) as made:
        made.server.stop()
        with pytest.raises(Refused, match=r"http://127\.0\.0\.1:\d+ \(in .*kubeconfig\) does not answer"):
            made.make("kubernetes:core/v1:ConfigMap", settings())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--charts", "."], "add --kubeconfig FILE"),
        (["--kubeconfig", "none"], "error: --kubeconfig none is no kubeconfig with a current context"),
        (["--kubeconfig", "empty"], "error: --kubeconfig empty is no kubeconfig with a current context"),
        (["--kubeconfig", "empty", "--plugin", "kubernetes"], "Remove one of them."),
        (["--kubeconfig", "empty", "--charts", "none"], "error: --charts none: the folder does not exist."),
    ],
)
def test_a_kubeconfig_that_leads_nowhere_is_one_line_and_status_1(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.staging.yaml").write_text("config: {}\n")
    (tmp_path / "__main__.py").write_text("")
    (tmp_path / "empty").write_text("kind: Config\n")
    monkeypatch.chdir(tmp_path)
    assert main(["up", "--stack", "staging", *arguments]) == 1
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("stopped", "said"),
    [(True, "does not answer"), (False, "treats the user of the current context as anonymous. Renew its token")],
)
def test_a_server_that_cannot_be_used_is_told_before_anything_is_made(
    stopped: bool, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.staging.yaml").write_text("config: {}\n")
    (tmp_path / "__main__.py").write_text("")
    with fake_api_server(tmp_path) as (server, kubeconfig):
        server.user = "system:anonymous"
        if stopped:
            server.stop()
        project, state = ["--project", str(tmp_path)], tmp_path / "state"
        arguments = ["--stack", "staging", *project, "--state", str(state), "--kubeconfig", str(kubeconfig)]
        assert main(["up", *arguments]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert said in lines[0]
    assert not (state / "account.db").exists()


def test_a_run_without_a_kubeconfig_does_not_load_the_client() -> None:
    program = (
        "import sys, sandbox.__main__, sandbox.providers.server\n"
        "from sandbox.providers.registry import make_package\n"
        "make_package('kubernetes', None, None)\n"
        "sys.exit('kubernetes' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0
