"""The provider process over gRPC: settings, refusals, call counts, and its end."""

from __future__ import annotations

import base64
import signal
import subprocess
import sys
from pathlib import Path
from typing import cast

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.providers import ApiServer, serve
from sandbox.providers.account import Account
from sandbox.providers.wire import Json, from_struct, secret, text, to_struct

ROLE = "aws:iam/role:Role"


def provider(port: int, region: str) -> provider_pb2_grpc.ResourceProviderStub:
    """A configured provider instance with its own connection, as the engine has it."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    stub = provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{port}", options=options))
    stub.Configure(provider_pb2.ConfigureRequest(args=to_struct({"region": region, "allowedAccountIds": '["1"]'})))
    return stub


def create(stub: provider_pb2_grpc.ResourceProviderStub, type_: str, name: str, inputs: Json) -> Json:
    """Create a resource; returns its outputs and id."""
    request = provider_pb2.CreateRequest(
        urn=f"urn:{type_}::{name}", type=type_, name=name, properties=to_struct(inputs)
    )
    answer = cast("provider_pb2.CreateResponse", stub.Create(request))
    return {**from_struct(answer.properties), "id": answer.id}


def test_each_provider_instance_keeps_its_region_and_calls_are_counted(tmp_path: Path) -> None:
    with serve(tmp_path / "account.db", ["aws", "random"]) as process:
        assert set(process.ports) == {"aws", "random"}
        tokyo, dublin = (provider(process.ports["aws"], region) for region in ("ap-northeast-1", "eu-west-1"))
        process.reset_calls()
        type_ = "aws:ecr/repository:Repository"
        assert create(tokyo, type_, "a", {"name": "x"})["region"] == "ap-northeast-1"
        assert create(dublin, type_, "b", {"name": "x"})["region"] == "eu-west-1"
        with pytest.raises(grpc.RpcError) as refused:
            create(tokyo, type_, "c", {"name": "x"})
        message = str(cast("grpc.Call", refused.value).details())
        assert "creating aws:ecr/repository:Repository 'c': RepositoryAlreadyExistsException" in message
        assert process.calls() == {"Create": 3}
    assert len(Account(tmp_path / "account.db").all(type_)) == 2


def test_read_returns_secrets_wrapped_as_in_the_engines_state(tmp_path: Path) -> None:
    with serve(tmp_path / "account.db", ["aws"]) as process:
        stub = provider(process.ports["aws"], "eu-west-1")
        create(stub, ROLE, "r", {"name": "r", "description": "hush"})
        held = to_struct({"name": "r", "description": secret("hush")})
        request = provider_pb2.ReadRequest(id="r", urn="urn:r", type=ROLE, name="r", properties=held, inputs=held)
        answer = cast("provider_pb2.ReadResponse", stub.Read(request))
        assert from_struct(answer.inputs) == {"name": "r", "description": secret("hush")}
        assert from_struct(answer.properties)["description"] == secret("hush")
        missing = provider_pb2.ReadRequest(id="gone", urn="urn:r", type=ROLE, name="r")
        assert cast("provider_pb2.ReadResponse", stub.Read(missing)).id == ""


def test_diff_names_the_properties_that_replace(tmp_path: Path) -> None:
    with serve(tmp_path / "account.db", ["aws"]) as process:
        stub = provider(process.ports["aws"], "eu-west-1")
        old, new = to_struct({"name": "r", "path": "/"}), to_struct({"name": "r", "path": "/ci/", "description": "x"})
        request = provider_pb2.DiffRequest(id="r", urn="urn:r", type=ROLE, name="r", old_inputs=old, news=new)
        answer = cast("provider_pb2.DiffResponse", stub.Diff(request))
        kinds = {path: diff.kind for path, diff in answer.detailedDiff.items()}
        assert list(answer.replaces) == ["path"]
        assert answer.deleteBeforeReplace
        assert kinds == {
            "path": provider_pb2.PropertyDiff.UPDATE_REPLACE,
            "description": provider_pb2.PropertyDiff.ADD,
        }


def test_a_killed_driver_leaves_no_process_behind(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, signal, sys\n"
        "from sandbox.providers import serve\n"
        "with serve(pathlib.Path(sys.argv[1]), ['aws']):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "account.db")]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=root) as driver:
        # the providers share this pipe, which ends only when they have ended too
        assert driver.communicate(timeout=60)[1] == b""
    assert driver.returncode == -signal.SIGKILL


def test_a_package_that_is_not_simulated_ends_the_process(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="has ended"), serve(tmp_path / "account.db", ["gcp"]):
        pass
    assert "'gcp'" in capfd.readouterr().err


def test_clusters_hand_out_the_given_api_server(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text("a certificate\n")
    api_server = ApiServer(url="https://10.60.0.1:6443", certificate_authority=authority)
    with serve(tmp_path / "account.db", ["aws"], api_server=api_server) as process:
        stub = provider(process.ports["aws"], "eu-central-1")
        made = create(stub, "aws:eks/cluster:Cluster", "shop", {"name": "shop", "vpcConfig": {"subnetIds": []}})
    assert made["endpoint"] == "https://10.60.0.1:6443"
    assert base64.b64decode(text(made, "certificateAuthority.data")) == b"a certificate\n"
