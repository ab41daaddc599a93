"""How objects go from an API server, and what the client makes of the server's answers."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from sandbox.providers.kubernetes.api import Served, Thing
from sandbox.providers.kubernetes.drift import as_inputs, rewritten
from sandbox.providers.package import Refused
from sandbox.providers.wire import Json, mapping, text
from tests.tooling.sandbox_live import (
    ACCOUNT_PATCH,
    APPLICATION,
    CONFIG_MAP,
    NAMESPACE,
    SETTINGS_PATH,
    Live,
    application,
    live,
    settings,
)

SHOP = "/apis/argoproj.io/v1/namespaces/default/applications/shop"
THING = Thing(Served.of("v1", "configmaps"), "default", "settings")


@pytest.fixture
def rig(tmp_path: Path) -> Generator[Live]:
    with live(tmp_path) as made:
        made.define()
        yield made


@pytest.mark.parametrize(
    ("wanted", "sent"), [("background", "Background"), ("Orphan", "Orphan"), ("", "Foreground"), ("x", "Foreground")]
)
def test_an_object_says_how_it_is_deleted(rig: Live, wanted: str, sent: str) -> None:
    id_, _ = rig.make(APPLICATION, application(deletionPropagation=wanted))
    rig.kubernetes.delete(rig.call(APPLICATION), id_)
    assert rig.server.propagations == [sent]


def test_an_object_that_skips_waits_is_not_waited_for_when_it_goes(rig: Live) -> None:
    inputs = application(skipAwait="true")
    mapping(inputs["metadata"])["finalizers"] = ["f"]
    id_, _ = rig.make(APPLICATION, inputs)
    rig.kubernetes.delete(rig.call(APPLICATION), id_)
    assert text(rig.server.objects[SHOP], "metadata.deletionTimestamp")


def test_an_object_whose_name_another_one_has_by_now_is_gone(rig: Live) -> None:
    rig.make(CONFIG_MAP, settings())
    old: Json = {"metadata": {"uid": "another"}}
    rig.objects.gone(THING, old, 0)
    rig.objects.api.delete(THING, "another", "Foreground")
    assert SETTINGS_PATH in rig.server.objects


def test_a_patch_of_an_object_that_goes_meanwhile_does_not_make_it_again(rig: Live) -> None:
    path = "/api/v1/namespaces/default/serviceaccounts/default"
    account: Json = {"kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "default"}}
    rig.server.apply(path, {**account, "apiVersion": "v1"}, "controller")
    id_, _ = rig.make(ACCOUNT_PATCH, account)
    rig.kubernetes.delete(rig.call(ACCOUNT_PATCH), id_)
    assert [text(sent, "metadata.uid") for sent in rig.server.applied[-1:]] == [
        text(rig.server.objects[path], "metadata.uid")
    ]


def test_a_job_that_tidied_itself_away_was_done(rig: Live) -> None:
    job: Json = {"kind": "ConfigMap", "spec": {"ttlSecondsAfterFinished": 0}}
    assert rig.objects.ready(THING, job, [lambda _: "not complete"], 5) == job


def test_an_object_that_is_being_deleted_cannot_be_made(rig: Live) -> None:
    inputs: Json = {"kind": "Namespace", "metadata": {"name": "app", "finalizers": ["f"]}}
    rig.make(NAMESPACE, inputs)
    rig.server.delete("/api/v1/namespaces/app")
    with pytest.raises(Refused, match="object is being deleted"):
        rig.make(NAMESPACE, inputs)


def test_a_busy_server_is_asked_again(rig: Live) -> None:
    rig.server.busy = 1
    rig.make(CONFIG_MAP, settings(a="1"))
    assert SETTINGS_PATH in rig.server.objects


@pytest.mark.parametrize(
    ("sent", "kept", "paths"),
    [
        ({"a": False, "b": {}, "c": [], "d": None}, {}, []),
        ({"a": True}, {}, [("a",)]),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, []),
        ({"a": ["x"]}, {"a": ["other", "x"]}, []),
        ({"a": ["x", "y"]}, {"a": ["other"]}, [("a", 0), ("a", 1)]),
        ({"a": [{"n": 1}]}, {"a": [{"n": 2}]}, [("a", 0, "n")]),
    ],
)
def test_only_what_was_said_and_is_not_kept_is_rewritten(
    sent: Json, kept: Json, paths: list[tuple[str | int, ...]]
) -> None:
    assert rewritten(sent, kept) == paths


@pytest.mark.parametrize(
    ("held", "found", "inputs"),
    [
        ({"a": 1}, {"a": 2, "b": 3}, {"a": 2}),
        ({"a": {}, "b": False}, {}, {"a": {}, "b": False}),
        ({"a": 1}, {}, {}),
        ({"a": [{"n": 1}]}, {"a": [{"n": 2, "m": 1}]}, {"a": [{"n": 2}]}),
        ({"a": [1]}, {"a": [1, 2]}, {"a": [1, 2]}),
    ],
)
def test_refreshed_inputs_say_what_the_held_ones_said_with_the_live_values(
    held: Json, found: Json, inputs: Json
) -> None:
    assert as_inputs(held, found) == inputs
