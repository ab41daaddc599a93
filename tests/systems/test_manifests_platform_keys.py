"""Each service reads its own keys of the platform by their names; Git uses no name that the platform reserves."""

from dataclasses import replace
from typing import Any

import pytest

from components.environments.plan import EnvironmentPlan
from tests.harness.harness import Run
from tests.systems.nova_overlays import Site, planned, sites
from tests.systems.overlay_changes import PLAN, Cases, Change, Objects, changed, each_case
from tools.manifests.__main__ import project_faults
from tools.manifests.contract import keys_created
from tools.manifests.fields import FIELDS
from tools.manifests.model import at, name
from tools.manifests.platform_keys import RESERVED, platform_keys

each_site = pytest.mark.parametrize("site", sites(), ids=[site.name for site in sites()])
JWT = {"secretKeyRef": {"name": "nova-jwt-keys", "key": "JWT_SECRET"}}


def _key(objects: Objects, name: str, service: str = "auth-service") -> dict[str, Any]:
    return objects.variable(name, service)["valueFrom"]["secretKeyRef"]


def _without(objects: Objects, name: str, service: str = "auth-service") -> None:
    objects.env(service).remove(objects.variable(name, service))


def _config_map(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "nova"}, "data": {}}


DATA: Cases = [
    (
        "variable REDIS_URL must read key REDIS_URL of Secret nova-redis-credentials",
        lambda o: o.variable("REDIS_URL").update(name="REDISURL"),
    ),
    (
        "variable REDISURL reads key REDIS_URL of Secret nova-redis-credentials: name it REDIS_URL",
        lambda o: o.env().append({**o.variable("REDIS_URL"), "name": "REDISURL"}),
    ),
    ("variable REDIS_URL must read key REDIS_URL", lambda o: _without(o, "REDIS_URL")),
    (
        "variable REDIS_URL must read key REDIS_URL",
        lambda o: o.variable("REDIS_URL").update(valueFrom=None, value="redis://here"),
    ),
    (
        "variable DATABASE_URL must read key auth-db-url of Secret nova-db-credentials",
        lambda o: _without(o, "DATABASE_URL"),
    ),
    ("variable DATABASE_URL must read key auth-db-url", lambda o: _key(o, "DATABASE_URL").update(key="DATABASE_URL")),
    (
        "variable DATABASE_URL reads key user-db-url of Secret nova-db-credentials: it is the database of another",
        lambda o: _key(o, "DATABASE_URL").update(key="user-db-url"),
    ),
    (
        "variable OTHER reads key user-db-url of Secret nova-db-credentials: it is the database of another",
        lambda o: o.env().append(
            {"name": "OTHER", "valueFrom": {"secretKeyRef": {"name": "nova-db-credentials", "key": "user-db-url"}}}
        ),
    ),
    (
        "media-service: container service: variable S3_BUCKET must read key S3_BUCKET of Secret nova-s3-credentials",
        lambda o: _without(o, "S3_BUCKET", "media-service"),
    ),
    (
        "media-service: container service: variable AWS_REGION must read key AWS_REGION of Secret nova-s3-credentials",
        lambda o: _without(o, "AWS_REGION", "media-service"),
    ),
    (
        "variable S3_BUCKET reads key S3_BUCKET of Secret nova-s3-credentials: auth-service does not have",
        lambda o: o.env().append(o.variable("S3_BUCKET", "media-service")),
    ),
    (
        "variable JWT_KEY reads key JWT_PUBLIC_KEY_PEM of Secret nova-jwt-keys: name it",
        lambda o: o.variable("JWT_PUBLIC_KEY_PEM").update(name="JWT_KEY"),
    ),
    (
        "variable JWT_SECRET has a literal value, which does not belong in Git",
        lambda o: o.variable("JWT_SECRET").update(valueFrom=None, value="s3cret"),
    ),
    (
        "Deployment auth-service reads key JWT_PUBLIC of Secret nova-jwt-keys, which nothing creates",
        lambda o: _key(o, "JWT_PUBLIC_KEY_PEM").update(key="JWT_PUBLIC"),
    ),
    (
        "Deployment auth-service reads key JWT_SECRET of Secret jwt-keys, which nothing creates",
        lambda o: _key(o, "JWT_SECRET").update(name="jwt-keys"),
    ),
]
PLATFORM: Cases = [
    (
        "ConfigMap platform-outputs: the platform creates it in every namespace",
        lambda o: o.append(_config_map("platform-outputs")),
    ),
    (
        "ConfigMap kube-root-ca.crt: the platform creates it in every",
        lambda o: o.append(_config_map("kube-root-ca.crt")),
    ),
    (
        "variable APP_ENV is set by the platform (platform-outputs): remove it",
        lambda o: o.env().append({"name": "APP_ENV", "value": "dev"}),
    ),
    (
        "variable DB_HOST is set by the platform",
        lambda o: o.init_container["env"][0].update(valueFrom=None, value="db"),
    ),
    (
        "variable LOG_LEVEL reads key APP_ENV of ConfigMap platform-outputs, but the platform sets it",
        lambda o: o.env().append(
            {"name": "LOG_LEVEL", "valueFrom": {"configMapKeyRef": {"name": "platform-outputs", "key": "APP_ENV"}}}
        ),
    ),
    (
        "variable APP_ENV reads key JWT_SECRET of Secret nova-jwt-keys: name it JWT_SECRET",
        lambda o: o.env().append({"name": "APP_ENV", "valueFrom": JWT}),
    ),
    ("container service: envFrom must be the ConfigMap platform-outputs", lambda o: o.container.pop("envFrom")),
    (
        "container service: envFrom must be the ConfigMap platform-outputs",
        lambda o: o.container["envFrom"].append({"configMapRef": {"name": "own"}}),
    ),
    (
        "reads key DB_NAME of ConfigMap platform-outputs, which nothing creates",
        lambda o: o.init_container["env"][0]["valueFrom"]["configMapKeyRef"].update(key="DB_NAME"),
    ),
    ("reads key USER_SERVICE_URL of ConfigMap service-urls-", lambda o: o.config_map.pop("USER_SERVICE_URL")),
    (
        'annotation reloader.stakater.com/auto must be "true"',
        lambda o: o.named("Deployment")["metadata"].pop("annotations"),
    ),
]


@each_case([*DATA, *PLATFORM])
def test_a_wrong_use_of_the_platforms_keys_is_reported(message: str, change: Change) -> None:
    faults = list(project_faults(PLAN, changed(change)))
    assert any(message in fault for fault in faults), faults


def _catalogue(**fields: object) -> EnvironmentPlan:
    """Production with other settings of auth-service in the catalogue."""
    services = tuple(
        service.model_copy(update=fields) if service.name == "auth-service" else service
        for service in PLAN.config.services
    )
    return replace(PLAN, config=PLAN.config.model_copy(update={"services": services}))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"cache": False},
            "variable REDIS_URL reads key REDIS_URL of Secret nova-redis-credentials: auth-service has `cache: false`",
        ),
        ({"database": None}, "reads key auth-db-url of Secret nova-db-credentials, which nothing creates"),
        ({"storage": True}, "variable S3_BUCKET must read key S3_BUCKET of Secret nova-s3-credentials"),
    ],
)
def test_a_service_reads_what_the_catalogue_says_it_uses(fields: dict[str, object], message: str) -> None:
    faults = list(project_faults(_catalogue(**fields), changed(lambda _: None)))
    assert any(message in fault for fault in faults), faults


@pytest.fixture(scope="module")
def runs(staging: Run, prod: Run) -> dict[str, Run]:
    return {"staging": staging, "prod": prod}


@each_site
def test_the_plan_lists_the_keys_that_the_program_creates(site: Site, runs: dict[str, Run]) -> None:
    created = keys_created(planned(runs[site.stack]), site.environment.namespace)
    assert platform_keys(site.plan).keys == created


@each_site
def test_names_that_the_program_uses_of_kinds_allowed_in_git_are_reserved(site: Site, runs: dict[str, Run]) -> None:
    objects = [
        item for item in planned(runs[site.stack]) if at(item, "metadata", "namespace") == site.environment.namespace
    ]
    used = {(item["kind"], name(item)) for item in objects if item["kind"] in FIELDS}
    assert used == {("ConfigMap", "platform-outputs")}
    assert all(reserved in RESERVED[kind] for kind, reserved in used)
