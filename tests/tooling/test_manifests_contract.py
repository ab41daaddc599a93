"""The keys that pods read, the keys that exist, and the report of the difference."""

from typing import Any

from tests.harness.contract import contract_faults
from tools.manifests.contract import ALL, Key, keys_created, keys_read

NAMESPACE = "shop"


def deployment(name: str = "cart", **pod: Any) -> dict[str, Any]:
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"template": {"spec": {"containers": [{"name": "service"}], **pod}}},
    }


def reads(*references: tuple[str, str, str]) -> dict[str, Any]:
    env = [{"name": key, "valueFrom": {field: {"name": owner, "key": key}}} for field, owner, key in references]
    return deployment(containers=[{"name": "service", "env": env}])


def external(target: str | None, *keys: str, namespace: str = NAMESPACE) -> dict[str, Any]:
    return {
        "kind": "ExternalSecret",
        "metadata": {"name": "entry", "namespace": namespace},
        "spec": {"target": {"name": target} if target else {}, "data": [{"secretKey": key} for key in keys]},
    }


def config(name: str, **data: str) -> dict[str, Any]:
    return {"kind": "ConfigMap", "metadata": {"name": name, "namespace": NAMESPACE}, "data": data}


URL = reads(("secretKeyRef", "db", "url"))


def test_variables_imports_and_volumes_are_read() -> None:
    pod = deployment(
        initContainers=[
            {"env": [{"name": "HOST", "valueFrom": {"configMapKeyRef": {"name": "outputs", "key": "HOST"}}}]}
        ],
        containers=[{"envFrom": [{"configMapRef": {"name": "outputs"}}, {"secretRef": {"name": "all"}}]}],
        volumes=[
            {"name": "a", "secret": {"secretName": "keys", "items": [{"key": "pem", "path": "pem"}]}},
            {"name": "b", "configMap": {"name": "files"}},
            {"name": "c", "emptyDir": {}},
        ],
    )
    assert set(keys_read([pod])) == {
        Key("ConfigMap", "outputs", "HOST"),
        Key("ConfigMap", "outputs", ALL),
        Key("Secret", "all", ALL),
        Key("Secret", "keys", "pem"),
        Key("ConfigMap", "files", ALL),
    }


def test_an_external_secret_creates_the_keys_of_its_target_in_its_namespace() -> None:
    objects = [external("db", "url", "user"), external(None, "x"), external("db", "other", namespace="elsewhere")]
    assert keys_created(objects, NAMESPACE) == {
        Key("Secret", "db", "url"),
        Key("Secret", "db", "user"),
        Key("Secret", "entry", "x"),
    }


def test_a_key_that_is_created_and_read_is_no_fault() -> None:
    assert list(contract_faults([URL], [external("db", "url")], NAMESPACE, {})) == []


def test_a_missing_key_is_reported_with_its_readers() -> None:
    assert list(contract_faults([URL], [external("db", "uri")], NAMESPACE, {})) == [
        "shop: Deployment cart reads key url of Secret db, which nothing creates",
        "shop: key uri of Secret db is created but never read: remove it, or record its reason",
    ]


def test_a_secret_of_another_namespace_does_not_count() -> None:
    faults = list(contract_faults([URL], [external("db", "url", namespace="elsewhere")], NAMESPACE, {}))
    assert faults == ["shop: Deployment cart reads key url of Secret db, which nothing creates"]


def test_an_import_of_a_missing_object_is_reported() -> None:
    pod = deployment(containers=[{"envFrom": [{"configMapRef": {"name": "outputs"}}]}])
    assert list(contract_faults([pod], [], NAMESPACE, {})) == [
        "shop: Deployment cart reads every key of ConfigMap outputs, which nothing creates"
    ]
    assert list(contract_faults([pod], [config("outputs", HOST="db")], NAMESPACE, {})) == []


def test_a_config_map_of_the_overlay_counts() -> None:
    pod = reads(("configMapKeyRef", "urls", "A"))
    faults = list(contract_faults([pod, config("urls", A="http://a", B="http://b")], [], NAMESPACE, {}))
    assert faults == ["shop: key B of ConfigMap urls is created but never read: remove it, or record its reason"]


def test_an_unread_key_needs_a_reason_and_a_reason_needs_an_unread_key() -> None:
    user, gone = Key("Secret", "db", "user"), Key("Secret", "db", "gone")
    platform = [external("db", "url", "user")]
    assert list(contract_faults([URL], platform, NAMESPACE, {user: "people"})) == []
    assert list(contract_faults([URL], platform, NAMESPACE, {user: "people", gone: "people"})) == [
        "shop: key gone of Secret db has a reason (people), but nothing creates it"
    ]
    url = Key("Secret", "db", "url")
    assert list(contract_faults([URL], [external("db", "url")], NAMESPACE, {url: "people"})) == [
        "shop: key url of Secret db is read by a pod, so it needs no reason (people)"
    ]
