"""Every Secret and ConfigMap that pods read exists. kwok would start a pod without it; a kubelet would not."""

import base64
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlsplit

from components.environments.plan import EnvironmentPlan
from tests.cluster.stand import observe
from tests.cluster.stand.api import Json
from tests.cluster.stand.stand import Stand


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
