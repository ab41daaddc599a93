"""Objects on an API server: whose they are, what counts as a change, and how they go."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.providers.account import Record
from sandbox.providers.eks.kubeconfig import as_text, kubeconfig
from sandbox.providers.package import Refused
from sandbox.providers.wire import UNKNOWN, Json, dig, mapping, secret, text
from tests.tooling.sandbox_live import (
    ACCOUNT_PATCH,
    APPLICATION,
    CONFIG_MAP,
    NAMESPACE,
    QUOTA,
    SECRET,
    SETTINGS_PATH,
    Live,
    application,
    live,
    settings,
)

CLUSTER: Json = {
    "name": "demo",
    "arn": "arn:aws:eks:eu-west-1:1:cluster/demo",
    "endpoint": "https://ABC.gr7.eu-west-1.eks.amazonaws.com",
    "certificateAuthority": {"data": "QUJD"},
}


@pytest.fixture
def rig(tmp_path: Path) -> Generator[Live]:
    with live(tmp_path) as made:
        yield made


def quota(cpu: str) -> Json:
    metadata: Json = {"name": "services", "namespace": "default"}
    return {"kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": {"limits.cpu": cpu}}}


def labelled(made: Json) -> None:
    """A default of the server's."""
    mapping(made["metadata"]).setdefault("labels", {"default": "yes"})


def test_an_object_is_applied_under_a_manager_of_its_own(rig: Live) -> None:
    id_, outputs = rig.make(CONFIG_MAP, settings(a="1"))
    made = rig.server.objects[SETTINGS_PATH]
    entries = dig(made, "metadata.managedFields")
    managers = [text(entry, "manager") for entry in (entries if isinstance(entries, list) else [])]
    assert (id_, dig(made, "data.a")) == ("default/settings", "1")
    assert [name.startswith("pulumi-kubernetes-") for name in managers] == [True]
    assert text(outputs, "metadata.uid") == text(made, "metadata.uid")
    assert {"managedFields", "resourceVersion", "generation"}.isdisjoint(mapping(outputs["metadata"]))


def test_nothing_of_an_object_is_kept_in_the_account(rig: Live) -> None:
    rig.make(CONFIG_MAP, settings(a="1"))
    assert rig.account.all(CONFIG_MAP) == []


def test_the_current_context_says_where_objects_go_whatever_the_program_says(rig: Live) -> None:
    call = rig.call(CONFIG_MAP, kubeconfig="{}")
    rig.kubernetes.create(call, settings(a="1"), preview=False)
    assert SETTINGS_PATH in rig.server.objects


def test_the_simulated_cluster_must_be_there_first(rig: Live) -> None:
    config = as_text(kubeconfig(CLUSTER, None))
    with pytest.raises(Refused, match="unreachable"):
        rig.kubernetes.create(rig.call(CONFIG_MAP, kubeconfig=config), settings(), preview=False)
    assert SETTINGS_PATH not in rig.server.objects


def test_an_object_that_somebody_else_made_is_not_taken_over(rig: Live) -> None:
    rig.server.apply(SETTINGS_PATH, settings(a="1"), "kubectl")
    for preview in (True, False):
        with pytest.raises(Refused, match='AlreadyExists: configmaps "settings" already exists'):
            rig.kubernetes.create(rig.call(CONFIG_MAP), settings(a="2"), preview=preview)
    assert dig(rig.server.objects[SETTINGS_PATH], "data.a") == "1"


def test_an_object_that_a_killed_run_made_is_ours(rig: Live) -> None:
    rig.make(CONFIG_MAP, settings(a="1"))
    rig.make(CONFIG_MAP, settings(a="2"))
    assert dig(rig.server.objects[SETTINGS_PATH], "data.a") == "2"


def test_a_generated_name_changes_with_each_life(rig: Live) -> None:
    made = {rig.make(CONFIG_MAP, {"kind": "ConfigMap", "data": {}})[0] for _ in range(2)}
    assert len(made) == 2


def test_a_namespace_that_is_not_there_refuses_what_lies_in_it(rig: Live) -> None:
    with pytest.raises(Refused, match='NotFound: namespaces "app" not found'):
        rig.make(CONFIG_MAP, settings("app"))


def test_a_preview_is_a_dry_run(rig: Live) -> None:
    rig.server.rewrite = labelled
    planned = rig.preview(CONFIG_MAP, settings(a="1"))
    assert dig(planned, "metadata.labels") == {"default": "yes"}
    assert (dig(planned, "metadata.uid"), SETTINGS_PATH in rig.server.objects) == (UNKNOWN, False)


@pytest.mark.parametrize(("type_", "inputs"), [(CONFIG_MAP, settings("app", a="1")), (APPLICATION, application())])
def test_a_preview_of_what_has_no_place_yet_says_what_the_inputs_say(rig: Live, type_: str, inputs: Json) -> None:
    planned = rig.preview(type_, inputs)
    assert mapping(planned["metadata"]).get("uid") in (None, UNKNOWN)
    assert {key: planned[key] for key in inputs if key != "metadata"} == {
        key: inputs[key] for key in inputs if key != "metadata"
    }


def test_applying_again_is_no_change(rig: Live) -> None:
    rig.make(CONFIG_MAP, settings(a="1"))
    rig.server.edit(SETTINGS_PATH, lambda made: made.update(status={"seen": "yes"}))
    rig.server.edit(SETTINGS_PATH, lambda made: mapping(made["metadata"]).update(generation=7, resourceVersion="99"))
    assert rig.changes(CONFIG_MAP, settings(a="1"), settings(a="1")) == {}


def test_a_change_of_the_inputs_is_a_change_of_the_object(rig: Live) -> None:
    rig.make(CONFIG_MAP, settings(a="1", b="1"))
    assert rig.changes(CONFIG_MAP, settings(a="1", b="1"), settings(a="2")) == {"data.a": False, "data.b": False}


def test_what_cannot_be_changed_replaces_the_object(rig: Live) -> None:
    rig.make(CONFIG_MAP, settings(a="1"))
    moved = settings("kube-system", a="1")
    assert rig.changes(CONFIG_MAP, settings(a="1"), moved) == {"metadata.namespace": True}


def test_a_value_that_the_server_rewrites_is_a_change_with_its_path(
    rig: Live, capfd: pytest.CaptureFixture[str]
) -> None:
    rig.server.rewrite = lambda made: (
        made.update(spec={"hard": {"limits.cpu": "1"}}) if made["kind"] == "ResourceQuota" else None
    )
    rig.make(QUOTA, quota("1000m"))
    assert rig.changes(QUOTA, quota("1000m"), quota("1000m")) == {'spec.hard["limits.cpu"]': False}
    assert 'does not keep spec.hard["limits.cpu"]' in capfd.readouterr().err
    assert rig.changes(QUOTA, quota("1"), quota("1")) == {}


def test_what_the_server_adds_is_no_change(rig: Live) -> None:
    rig.server.rewrite = labelled
    rig.make(CONFIG_MAP, settings(a="1"))
    assert rig.changes(CONFIG_MAP, settings(a="1"), settings(a="1")) == {}


def test_a_manual_edit_shows_in_the_next_up_and_in_a_refresh(rig: Live) -> None:
    _, outputs = rig.make(CONFIG_MAP, settings(a="1"))
    rig.server.edit(SETTINGS_PATH, lambda made: mapping(made["data"]).update(a="9", other="x"))
    assert rig.changes(CONFIG_MAP, settings(a="1"), settings(a="1")) == {"data.a": False}
    seen = rig.kubernetes.refresh(rig.call(CONFIG_MAP), "default/settings", settings(a="1"), outputs)
    assert seen is not None
    assert seen.inputs == settings(a="9")
    assert dig(seen.outputs, "data") == {"a": "9", "other": "x"}


def test_a_manual_edit_is_a_conflict_unless_the_patch_is_forced(rig: Live) -> None:
    rig.make(CONFIG_MAP, settings(a="1"))
    rig.server.edit(SETTINGS_PATH, lambda made: mapping(made["data"]).update(a="9"))
    with pytest.raises(Refused, match="Conflict"):
        rig.kubernetes.update(rig.call(CONFIG_MAP), "default/settings", settings(a="1"), preview=False)
    forced = settings(a="1")
    mapping(forced["metadata"])["annotations"] = {"pulumi.com/patchForce": "true"}
    rig.kubernetes.update(rig.call(CONFIG_MAP), "default/settings", forced, preview=False)
    assert dig(rig.server.objects[SETTINGS_PATH], "data.a") == "1"


def test_a_provider_that_forces_takes_manual_edits_back(rig: Live) -> None:
    rig.make(CONFIG_MAP, settings(a="1"))
    rig.server.edit(SETTINGS_PATH, lambda made: mapping(made["data"]).update(a="9"))
    call = replace(rig.call(CONFIG_MAP), settings={"enablePatchForce": "true"})
    rig.kubernetes.update(call, "default/settings", settings(a="1"), preview=False)
    assert dig(rig.server.objects[SETTINGS_PATH], "data.a") == "1"


def test_a_refresh_that_finds_nothing_new_gives_back_what_was_held(rig: Live) -> None:
    _, outputs = rig.make(CONFIG_MAP, settings(a="1"))
    rig.server.edit(SETTINGS_PATH, lambda made: made.update(status={"seen": "yes"}))
    seen = rig.kubernetes.refresh(rig.call(CONFIG_MAP), "default/settings", settings(a="1"), outputs)
    assert seen is not None
    assert (seen.inputs, seen.outputs) == (settings(a="1"), outputs)


def test_what_was_deleted_by_hand_is_gone_for_refresh_and_made_again_by_up(rig: Live) -> None:
    rig.make(CONFIG_MAP, settings(a="1"))
    rig.server.delete(SETTINGS_PATH)
    assert rig.kubernetes.refresh(rig.call(CONFIG_MAP), "default/settings", settings(), {}) is None
    assert rig.changes(CONFIG_MAP, settings(a="1"), settings(a="1")) == {"metadata.uid": True}


def test_the_strings_of_a_secret_are_compared_as_they_are_stored(rig: Live) -> None:
    def store(made: Json) -> None:
        if made.pop("stringData", None):
            made["data"] = {"word": "aHVzaA=="}

    rig.server.rewrite = store
    inputs: Json = {
        "kind": "Secret",
        "metadata": {"name": "s", "namespace": "default"},
        "stringData": {"word": secret("hush")},
    }
    _, outputs = rig.make(SECRET, inputs)
    assert outputs["data"] == secret({"word": "aHVzaA=="})
    assert rig.changes(SECRET, inputs, inputs) == {}
    seen = rig.kubernetes.refresh(rig.call(SECRET), "default/s", inputs, outputs)
    assert seen is not None
    assert dig(seen.inputs, "stringData.word") == "hush"


def test_a_patch_takes_an_object_of_others_and_gives_up_only_its_fields(rig: Live) -> None:
    path = "/api/v1/namespaces/default/serviceaccounts/default"
    account: Json = {"kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "default"}}
    rig.server.apply(path, {**account, "apiVersion": "v1"}, "controller")
    id_, _ = rig.make(ACCOUNT_PATCH, {**account, "automountServiceAccountToken": False})
    assert rig.server.objects[path]["automountServiceAccountToken"] is False
    rig.kubernetes.delete(rig.call(ACCOUNT_PATCH), id_)
    assert "automountServiceAccountToken" not in rig.server.objects[path]
    rig.server.delete(path)
    rig.kubernetes.delete(rig.call(ACCOUNT_PATCH), id_)
    assert path not in rig.server.objects


def test_deleting_what_is_gone_is_no_error(rig: Live) -> None:
    rig.kubernetes.delete(rig.call(CONFIG_MAP), "default/settings")
    rig.kubernetes.delete(rig.call(APPLICATION), "default/shop")


def test_a_deleted_namespace_takes_its_releases_along(rig: Live) -> None:
    rig.make(NAMESPACE, {"kind": "Namespace", "metadata": {"name": "app"}})
    release: Json = {"name": "r", "namespace": "app", "chart": "c"}
    rig.make("kubernetes:helm.sh/v3:Release", release)
    rig.kubernetes.delete(rig.call(NAMESPACE), "app")
    left: list[Record] = rig.account.all("kubernetes:helm.sh/v3:Release")
    assert left == []
