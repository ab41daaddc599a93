"""Pods read what the platform supplies by its names, each service its own part; Git takes no name of the platform's."""

from typing import Any

import pytest

from tests.harness.harness import Run
from tests.systems.nova_overlays import Site, planned, sites
from tests.systems.overlay_changes import (
    OVERLAY,
    Cases,
    Change,
    Objects,
    changed,
    container,
    each_case,
    init,
    named,
    settings,
    variable,
)
from tools.manifests.__main__ import Overlay, own_faults
from tools.manifests.contract import keys_made
from tools.manifests.fields import FIELDS
from tools.manifests.model import at, name
from tools.manifests.supplied import RESERVED, supplied

each_site = pytest.mark.parametrize("site", sites(), ids=[site.name for site in sites()])
JWT = {"secretKeyRef": {"name": "nova-jwt-keys", "key": "JWT_SECRET"}}


def _env(objects: Objects) -> list[dict[str, Any]]:
    return container(objects)["env"]


def _key(objects: Objects, name: str, service: str = "auth-service") -> dict[str, Any]:
    return variable(objects, name, service)["valueFrom"]["secretKeyRef"]


def _without(objects: Objects, name: str, service: str = "auth-service") -> None:
    found = named(objects, "Deployment", service)["spec"]["template"]["spec"]["containers"][0]["env"]
    found.remove(variable(objects, name, service))


def _config_map(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "nova"}, "data": {}}


DATA: Cases = [
    (
        "variable REDIS_URL must be Secret nova-redis-credentials, key REDIS_URL",
        lambda o: variable(o, "REDIS_URL").update(name="REDISURL"),
    ),
    (
        "variable REDISURL is Secret nova-redis-credentials, key REDIS_URL: call it REDIS_URL",
        lambda o: _env(o).append({**variable(o, "REDIS_URL"), "name": "REDISURL"}),
    ),
    ("variable REDIS_URL must be Secret", lambda o: _without(o, "REDIS_URL")),
    (
        "variable REDIS_URL must be Secret",
        lambda o: variable(o, "REDIS_URL").update(valueFrom=None, value="redis://here"),
    ),
    (
        "variable DATABASE_URL must be Secret nova-db-credentials, key auth-db-url",
        lambda o: _without(o, "DATABASE_URL"),
    ),
    ("variable DATABASE_URL must be Secret", lambda o: _key(o, "DATABASE_URL").update(key="DATABASE_URL")),
    (
        "variable DATABASE_URL is Secret nova-db-credentials, key user-db-url: it is another service's database",
        lambda o: _key(o, "DATABASE_URL").update(key="user-db-url"),
    ),
    (
        "variable OTHER is Secret nova-db-credentials, key user-db-url: it is another",
        lambda o: _env(o).append(
            {"name": "OTHER", "valueFrom": {"secretKeyRef": {"name": "nova-db-credentials", "key": "user-db-url"}}}
        ),
    ),
    (
        "media-service: container service: variable S3_BUCKET must be Secret nova-s3-credentials",
        lambda o: _without(o, "S3_BUCKET", "media-service"),
    ),
    (
        "media-service: container service: variable AWS_REGION must be Secret nova-s3-credentials",
        lambda o: _without(o, "AWS_REGION", "media-service"),
    ),
    (
        "variable S3_BUCKET is Secret nova-s3-credentials, key S3_BUCKET: the catalogue has no `storage: true` of auth",
        lambda o: _env(o).append(variable(o, "S3_BUCKET", "media-service")),
    ),
    (
        "variable JWT_KEY is Secret nova-jwt-keys, key JWT_PUBLIC_KEY_PEM: call it",
        lambda o: variable(o, "JWT_PUBLIC_KEY_PEM").update(name="JWT_KEY"),
    ),
    (
        "variable JWT_SECRET has a value, which does not belong in Git",
        lambda o: variable(o, "JWT_SECRET").update(valueFrom=None, value="s3cret"),
    ),
    (
        "Deployment auth-service reads Secret nova-jwt-keys, key JWT_PUBLIC, and nobody makes it",
        lambda o: _key(o, "JWT_PUBLIC_KEY_PEM").update(key="JWT_PUBLIC"),
    ),
    (
        "Deployment auth-service reads Secret jwt-keys, key JWT_SECRET, and nobody",
        lambda o: _key(o, "JWT_SECRET").update(name="jwt-keys"),
    ),
]
PLATFORM: Cases = [
    (
        "ConfigMap platform-outputs: the platform makes it in every namespace",
        lambda o: o.append(_config_map("platform-outputs")),
    ),
    ("ConfigMap kube-root-ca.crt: the platform makes it in every", lambda o: o.append(_config_map("kube-root-ca.crt"))),
    (
        "variable APP_ENV is set by the platform (platform-outputs): take it out",
        lambda o: _env(o).append({"name": "APP_ENV", "value": "dev"}),
    ),
    ("variable DB_HOST is set by the platform", lambda o: init(o)["env"][0].update(valueFrom=None, value="db")),
    (
        "variable LOG_LEVEL is ConfigMap platform-outputs, key APP_ENV, and the platform sets it",
        lambda o: _env(o).append(
            {"name": "LOG_LEVEL", "valueFrom": {"configMapKeyRef": {"name": "platform-outputs", "key": "APP_ENV"}}}
        ),
    ),
    (
        "variable APP_ENV is Secret nova-jwt-keys, key JWT_SECRET: call it JWT_SECRET",
        lambda o: _env(o).append({"name": "APP_ENV", "valueFrom": JWT}),
    ),
    ("container service: envFrom must be the ConfigMap platform-outputs", lambda o: container(o).pop("envFrom")),
    (
        "container service: envFrom must be the ConfigMap platform-outputs",
        lambda o: container(o)["envFrom"].append({"configMapRef": {"name": "own"}}),
    ),
    (
        "reads ConfigMap platform-outputs, key DB_NAME, and nobody makes it",
        lambda o: init(o)["env"][0]["valueFrom"]["configMapKeyRef"].update(key="DB_NAME"),
    ),
    ("reads ConfigMap service-urls-", lambda o: settings(o).pop("USER_SERVICE_URL")),
    (
        'annotation reloader.stakater.com/auto must be "true"',
        lambda o: named(o, "Deployment")["metadata"].pop("annotations"),
    ),
]


@each_case([*DATA, *PLATFORM])
def test_what_the_platform_supplies_is_read_by_its_name(message: str, change: Change) -> None:
    found = list(own_faults(OVERLAY, changed(change)))
    assert any(message in fault for fault in found), found


def _catalogue(**fields: object) -> Overlay:
    """Production with another word of the catalogue about auth-service."""
    config = OVERLAY.config
    services = tuple(one.model_copy(update=fields) if one.name == "auth-service" else one for one in config.services)
    return Overlay(OVERLAY.path, config.model_copy(update={"services": services}), OVERLAY.environment)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"cache": False},
            "variable REDIS_URL is Secret nova-redis-credentials, key REDIS_URL: the catalogue says `cache: false`",
        ),
        ({"database": None}, "reads Secret nova-db-credentials, key auth-db-url, and nobody makes it"),
        ({"storage": True}, "variable S3_BUCKET must be Secret nova-s3-credentials, key S3_BUCKET"),
    ],
)
def test_a_service_reads_what_the_catalogue_says_it_uses(fields: dict[str, object], message: str) -> None:
    found = list(own_faults(_catalogue(**fields), changed(lambda _: None)))
    assert any(message in fault for fault in found), found


@pytest.fixture(scope="module")
def runs(staging: Run, prod: Run) -> dict[str, Run]:
    return {"staging": staging, "prod": prod}


@each_site
def test_what_an_environment_is_supplied_with_is_what_the_program_makes(site: Site, runs: dict[str, Run]) -> None:
    made = keys_made(planned(runs[site.stack]), site.environment.namespace)
    assert supplied(site.config, site.environment).keys == made


@each_site
def test_every_name_that_the_program_takes_of_a_kind_that_git_may_bring_is_reserved(
    site: Site, runs: dict[str, Run]
) -> None:
    here = [one for one in planned(runs[site.stack]) if at(one, "metadata", "namespace") == site.environment.namespace]
    taken = {(one["kind"], name(one)) for one in here if one["kind"] in FIELDS}
    assert taken == {("ConfigMap", "platform-outputs")}
    assert all(called in RESERVED[kind] for kind, called in taken)
