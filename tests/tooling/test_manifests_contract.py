"""Which keys pods read, which are made, and what is said about the difference."""

from typing import Any

from tools.manifests.contract import ALL, Key, contract_faults, keys_made, keys_read

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


def test_an_external_secret_makes_the_keys_of_its_target_in_its_namespace() -> None:
    objects = [external("db", "url", "user"), external(None, "x"), external("db", "other", namespace="elsewhere")]
    assert keys_made(objects, NAMESPACE) == {
        Key("Secret", "db", "url"),
        Key("Secret", "db", "user"),
        Key("Secret", "entry", "x"),
    }


def test_what_is_made_and_read_is_right() -> None:
    assert list(contract_faults([URL], [external("db", "url")], NAMESPACE, {})) == []


def test_a_key_that_nobody_makes_is_named_with_its_readers() -> None:
    assert list(contract_faults([URL], [external("db", "uri")], NAMESPACE, {})) == [
        "shop: Deployment cart reads Secret db, key url, and nobody makes it",
        "shop: Secret db, key uri is made, and nobody reads it: leave it out, or say who does",
    ]


def test_a_secret_of_another_namespace_does_not_help() -> None:
    found = list(contract_faults([URL], [external("db", "url", namespace="elsewhere")], NAMESPACE, {}))
    assert found == ["shop: Deployment cart reads Secret db, key url, and nobody makes it"]


def test_an_import_of_an_object_that_nobody_makes_is_named() -> None:
    pod = deployment(containers=[{"envFrom": [{"configMapRef": {"name": "outputs"}}]}])
    assert list(contract_faults([pod], [], NAMESPACE, {})) == [
        "shop: Deployment cart reads ConfigMap outputs, every key, and nobody makes it"
    ]
    assert list(contract_faults([pod], [config("outputs", HOST="db")], NAMESPACE, {})) == []


def test_a_config_map_of_the_overlay_itself_counts_as_made() -> None:
    pod = reads(("configMapKeyRef", "urls", "A"))
    found = list(contract_faults([pod, config("urls", A="http://a", B="http://b")], [], NAMESPACE, {}))
    assert found == ["shop: ConfigMap urls, key B is made, and nobody reads it: leave it out, or say who does"]


def test_a_reason_stands_for_a_reader_and_goes_when_it_is_not_needed() -> None:
    user, gone = Key("Secret", "db", "user"), Key("Secret", "db", "gone")
    platform = [external("db", "url", "user")]
    assert list(contract_faults([URL], platform, NAMESPACE, {user: "people"})) == []
    assert list(contract_faults([URL], platform, NAMESPACE, {user: "people", gone: "people"})) == [
        "shop: Secret db, key gone has a reason (people), and nobody makes it"
    ]
    url = Key("Secret", "db", "url")
    assert list(contract_faults([URL], [external("db", "url")], NAMESPACE, {url: "people"})) == [
        "shop: Secret db, key url is read by a pod, so it needs no reason (people)"
    ]
