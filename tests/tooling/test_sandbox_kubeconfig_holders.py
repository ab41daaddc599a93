"""What keeps an object of an API server from going is named, with one command that frees it."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from sandbox.providers.package import Refused
from sandbox.providers.wire import Json, mapping
from tests.tooling.sandbox_live import APPLICATION, NAMESPACE, Live, application, live


@pytest.fixture
def rig(tmp_path: Path) -> Generator[Live]:
    with live(tmp_path) as made:
        yield made


def held(name: str, finalizer: str = "f") -> Json:
    inputs = application()
    mapping(inputs["metadata"]).update(name=name, finalizers=[finalizer])
    return inputs


def test_deleting_waits_for_finalizers_and_names_the_one_that_holds(rig: Live) -> None:
    rig.define()
    inputs = application()
    mapping(inputs["metadata"])["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
    id_, _ = rig.make(APPLICATION, inputs)
    with pytest.raises(Refused) as refused:
        rig.kubernetes.delete(rig.call(APPLICATION), id_)
    assert "still there after 0.2 s" in str(refused.value)
    assert "the finalizer resources-finalizer.argocd.argoproj.io" in str(refused.value)
    command = "kubectl -n default patch applications.argoproj.io/shop --type=merge -p "
    assert command + '\'{"metadata":{"finalizers":null}}\'' in str(refused.value)


def test_a_namespace_that_stays_names_what_holds_it(rig: Live) -> None:
    rig.define()
    id_, _ = rig.make(NAMESPACE, {"kind": "Namespace", "metadata": {"name": "app", "finalizers": ["kubernetes"]}})
    held = application()
    held["metadata"] = {"name": "shop", "namespace": "app", "finalizers": ["f"]}
    rig.server.apply("/apis/argoproj.io/v1/namespaces/app/applications/shop", held, "somebody")
    said = "Some resources are remaining: applications.argoproj.io has 1 resource instances"
    status: Json = {"conditions": [{"type": "NamespaceContentRemaining", "status": "True", "message": said}]}
    rig.server.edit("/api/v1/namespaces/app", lambda made: made.update(status=status))
    with pytest.raises(Refused, match=r"kubectl -n app patch applications\.argoproj\.io/shop"):
        rig.kubernetes.delete(rig.call(NAMESPACE), id_)


def test_one_command_frees_all_that_waits_for_the_same_controller(rig: Live) -> None:
    rig.define()
    for name, finalizer in (("shop", "f"), ("blog", "f"), ("other", "g")):
        rig.make(APPLICATION, held(name, finalizer), name)
    rig.server.apply("/apis/argoproj.io/v1/namespaces/default/applications/foreign", held("foreign"), "somebody")
    with pytest.raises(Refused) as refused:
        rig.kubernetes.delete(rig.call(APPLICATION), "default/shop")
    command = "kubectl -n default patch applications.argoproj.io/blog applications.argoproj.io/shop --type=merge -p "
    assert command in str(refused.value)


def test_what_an_object_says_about_its_end_is_told(rig: Live) -> None:
    rig.define()
    id_, _ = rig.make(APPLICATION, held("shop"))
    status: Json = {"operationState": {"message": "one or more objects failed to apply. Retrying attempt #2"}}
    path = "/apis/argoproj.io/v1/namespaces/default/applications/shop"
    rig.server.edit(path, lambda made: made.update(status=status))
    with pytest.raises(Refused, match=r"It says: one or more objects failed to apply\. Retrying attempt #2\. While"):
        rig.kubernetes.delete(rig.call(APPLICATION), id_)
