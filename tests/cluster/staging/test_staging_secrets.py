"""From an entry in Secrets Manager to what a pod reads, by the real External Secrets.

Every Secret and ConfigMap that pods read exists: kwok would start a pod without it; a kubelet would not.
"""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from components.environments.plan import EnvironmentPlan
from tests.cluster.conftest import Figures
from tests.cluster.stand import observe
from tests.cluster.stand.api import Json
from tests.cluster.stand.operators import force_sync
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for

EXTERNAL_SECRETS = "/apis/external-secrets.io/v1/namespaces/nova/externalsecrets"
SECRETS = "/api/v1/namespaces/nova/secrets"
SECONDS = 60


def _references(pod: Json) -> Iterator[tuple[str, str, str | None]]:
    """Kind, name and key (None: the whole object) of every source of the containers' environment."""
    for container in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]:
        for source in container.get("envFrom", []):
            if "configMapRef" in source:
                yield "configmaps", source["configMapRef"]["name"], None
            if "secretRef" in source:
                yield "secrets", source["secretRef"]["name"], None
        for variable in cast("list[dict[str, Any]]", container.get("env", [])):
            origin = variable.get("valueFrom", {})
            for field, kind in (("configMapKeyRef", "configmaps"), ("secretKeyRef", "secrets")):
                if field in origin:
                    yield kind, origin[field]["name"], origin[field]["key"]


def test_every_secret_and_key_that_a_pod_reads_exists(staging: Stand) -> None:
    absent: set[tuple[str, ...]] = set()
    for environment in staging.config.environments:
        root = f"/api/v1/namespaces/{environment.namespace}"
        read = {source for pod in observe.pods_of(staging.api, environment.namespace) for source in _references(pod)}
        assert {kind for kind, _, _ in read} == {"configmaps", "secrets"}
        for kind, name, key in read:
            item = staging.api.find(f"{root}/{kind}/{name}")
            if item is None or (key is not None and key not in item.get("data", {})):
                absent.add((environment.namespace, kind, name, key or ""))
    assert absent == set()


def test_a_database_url_refers_to_the_services_own_database(staging: Stand) -> None:
    for environment in staging.config.environments:
        path = f"/api/v1/namespaces/{environment.namespace}/secrets/nova-db-credentials"
        data = cast("dict[str, str]", staging.api.get(path)["data"])
        for service, database in EnvironmentPlan(staging.config, environment).databases.by_service.items():
            short = service.removesuffix("-service")
            url = urlsplit(base64.b64decode(data[f"{short}-db-url"]).decode())
            assert (url.scheme, url.username, url.path) == ("postgresql", database, f"/{database}")
            assert url.password


def _environment(staging: Stand, service: str) -> dict[str, str]:
    """Values that the containers of a service's pods read from single keys of Secrets."""
    pods = staging.api.items("/api/v1/namespaces/nova/pods", labelSelector=f"app.kubernetes.io/name={service}")
    secrets = {name: key for kind, name, key in _references(pods[0]) if kind == "secrets" and key is not None}
    data = {name: staging.api.get(f"{SECRETS}/{name}")["data"] for name in secrets}
    return {
        key: base64.b64decode(data[name][key]).decode()
        for kind, name, key in _references(pods[0])
        if kind == "secrets" and key is not None
    }


def _condition(staging: Stand, path: str) -> Json:
    (ready,) = [item for item in staging.api.get(path)["status"]["conditions"] if item["type"] == "Ready"]
    return ready


def test_a_written_entry_reaches_the_environment_of_the_pod_that_reads_it(staging: Stand, figures: Figures) -> None:
    path = f"{EXTERNAL_SECRETS}/nova-messaging-keys"
    references = {item["secretKey"]: item["remoteRef"] for item in staging.api.get(path)["spec"]["data"]}
    before = _environment(staging, "messaging-service")
    read = references.keys() & before.keys()
    assert read
    (entry,) = {reference["key"] for reference in references.values()}
    value = {reference["property"]: f"written {key}" for key, reference in references.items()}
    staging.secrets.put(entry, json.dumps(value))
    start = time.monotonic()
    force_sync(staging.api, path)

    def written() -> bool:
        now = _environment(staging, "messaging-service")
        return all(now[key] == f"written {key}" for key in read)

    wait_for("the written values", written, SECONDS)
    figures.seconds("staging: an entry of Secrets Manager to the pods' environment", time.monotonic() - start)


@pytest.mark.parametrize("broken", [None, "no JSON"], ids=["deleted", "malformed"])
def test_an_entry_that_cannot_be_read_leaves_the_secret_as_it_was(
    staging: Stand, figures: Figures, broken: str | None
) -> None:
    path = f"{EXTERNAL_SECRETS}/nova-messaging-keys"
    (entry,) = {item["remoteRef"]["key"] for item in staging.api.get(path)["spec"]["data"]}
    data = staging.api.get(f"{SECRETS}/nova-messaging-keys")["data"]
    value = staging.secrets.delete(entry)
    if broken is not None:
        staging.secrets.put(entry, broken)
    start = time.monotonic()
    try:
        force_sync(staging.api, path)
        wait_for("the report", lambda: _condition(staging, path)["status"] == "False", SECONDS)
        figures.seconds(f"staging: {broken or 'deleted'} entry reported after", time.monotonic() - start)
        figures.note("staging: its message", _condition(staging, path)["message"])
        assert _condition(staging, path)["reason"] == "SecretSyncedError"
        assert staging.api.get(f"{SECRETS}/nova-messaging-keys")["data"] == data
    finally:
        staging.secrets.put(entry, value)
        force_sync(staging.api, path)
        wait_for("the repaired entry", lambda: _condition(staging, path)["status"] == "True", SECONDS)
