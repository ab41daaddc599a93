"""The Job that creates databases: its inputs, what re-creates it, and its dependencies."""

from dataclasses import replace
from functools import cache
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.data.bootstrap import Bootstrap, BootstrapArgs, DatabaseAccess, Instance
from components.data.bootstrap_scripts import DatabasePlan
from components.secrets.external_secret import Source
from tests.harness.harness import UNKNOWN, Recorded, Run, run_program

COMPONENT = "platform:bootstrap:Bootstrap"
JOB = "kubernetes:batch/v1:Job"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:rds!db-1-a1b2c3"
LABELS = {"app.kubernetes.io/name": "database-bootstrap", "environment": "test"}
AUTH = DatabaseAccess(
    plan=DatabasePlan(name="shop_auth", extensions=("pgcrypto",)),
    url=Source(entry="shop/test/auth-db-url"),
    version="v1",
)
SHARED = DatabaseAccess(
    plan=DatabasePlan(name="shop_shared"), url=Source(entry="shop/test/shared-db", property="url"), version="v2"
)
INSTANCE = Instance(address="db.example", port=5433, resource_id="db-ONE", master_secret_arn=ARN)


def run(*, preview: bool = False, databases: tuple[DatabaseAccess, ...] = (AUTH, SHARED), **changes: Any) -> Run:
    def program() -> None:
        namespace = k8s.core.v1.Namespace("namespace")
        before = k8s.core.v1.ConfigMap("before")
        args = BootstrapArgs(
            environment="test",
            namespace="jobs",
            namespace_object=namespace,
            databases=databases,
            instance=INSTANCE,
            image="registry/postgres:18",
            refresh="15m0s",
            after=[before],
        )
        bootstrap = Bootstrap("test-database", replace(args, **changes))
        k8s.core.v1.ConfigMap("after", opts=pulumi.ResourceOptions(depends_on=list(bootstrap.ready)))

    return run_program(program, preview=preview)


@cache
def done() -> Run:
    return run()


def job(result: Run | None = None) -> Recorded:
    return (result or done()).one(JOB)


def pod(result: Run | None = None) -> dict[str, Any]:
    return job(result).inputs["spec"]["template"]["spec"]


def name(result: Run) -> str:
    return job(result).inputs["metadata"]["name"]


def test_job_name_changes_with_databases_extensions_and_image() -> None:
    assert name(done()).startswith("database-bootstrap-test-")
    assert name(run()) == name(run(databases=(SHARED, AUTH))) == name(done())
    extended = replace(AUTH, plan=DatabasePlan(name="shop_auth", extensions=("pgcrypto", "vector")))
    names = {
        name(result)
        for result in (done(), run(databases=(AUTH,)), run(databases=(extended, SHARED)), run(image="other:1"))
    }
    assert len(names) == 4


def test_changed_password_or_replaced_instance_recreates_the_job_under_the_same_name() -> None:
    rotated = run(databases=(replace(AUTH, version="v9"), SHARED))
    restored = run(instance=replace(INSTANCE, resource_id="db-TWO"))
    for result in (rotated, restored):
        assert name(result) == name(done())
        assert job(result).inputs["spec"]["template"] != job().inputs["spec"]["template"]
    assert (job().replace_on_changes, job().delete_before_replace) == (["spec"], True)


def test_job_has_no_ttl_and_a_failed_one_is_replaced() -> None:
    assert "ttlSecondsAfterFinished" not in job().inputs["spec"]
    assert job().inputs["metadata"]["annotations"] == {"pulumi.com/replaceUnready": "true"}


def test_job_deadline_is_shorter_than_pulumis_timeout() -> None:
    assert job().custom_timeouts == {"create": "10m", "update": "10m"}
    assert job().inputs["spec"]["activeDeadlineSeconds"] < 600
    assert (job().inputs["spec"]["backoffLimit"], pod()["restartPolicy"]) == (5, "Never")


def test_scripts_are_in_an_immutable_config_map_named_like_the_job() -> None:
    scripts = done().one(CONFIG_MAP, "test-database").inputs
    assert scripts["metadata"]["name"] == name(done())
    assert scripts["immutable"] is True
    assert scripts["data"]["databases"] == "shop_auth\tpgcrypto\nshop_shared\n"
    assert {"name": "scripts", "configMap": {"name": name(done())}} in pod()["volumes"]


def test_passwords_come_from_the_environments_secrets_and_the_masters_from_rds() -> None:
    inputs = done().one(EXTERNAL_SECRET).inputs
    assert inputs["metadata"]["name"] == inputs["spec"]["target"]["name"] == "database-bootstrap-test"
    sources = {d["secretKey"]: (d["remoteRef"]["key"], d["remoteRef"].get("property")) for d in inputs["spec"]["data"]}
    assert sources == {
        "master-username": (ARN, "username"),
        "master-password": (ARN, "password"),
        "shop_auth.v1": ("shop/test/auth-db-url", None),
        "shop_shared.v2": ("shop/test/shared-db", "url"),
    }


def test_pod_waits_for_its_version_of_each_password() -> None:
    (volume,) = [v["secret"] for v in pod()["volumes"] if "secret" in v]
    assert volume["secretName"] == "database-bootstrap-test"
    assert {item["key"]: item["path"] for item in volume["items"]} == {
        "master-username": "master/username",
        "master-password": "master/password",
        "shop_auth.v1": "databases/shop_auth",
        "shop_shared.v2": "databases/shop_shared",
    }
    assert "optional" not in volume


def test_no_secret_is_an_environment_variable() -> None:
    (container,) = pod()["containers"]
    assert {variable["name"]: variable["value"] for variable in container["env"]} == {
        "BOOTSTRAP": "/bootstrap",
        "PGAPPNAME": "database-bootstrap",
        "PGCONNECT_TIMEOUT": "10",
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGSSLMODE": "require",
        "SECRETS": "/secrets",
    }
    assert "envFrom" not in container
    assert container["command"] == ["sh", "/bootstrap/bootstrap.sh"]


def test_every_object_is_in_the_given_namespace_with_labels() -> None:
    metadata = [r.inputs["metadata"] for r in done().children(done().one(COMPONENT))]
    assert len(metadata) == 3
    assert [m["name"] for m in metadata if not m["name"].startswith("database-bootstrap-test")] == []
    assert [m["labels"] for m in metadata] == [LABELS] * 3
    assert {m["namespace"] for m in metadata} == {"jobs"}
    assert job().inputs["spec"]["template"]["metadata"]["labels"] == LABELS


def test_environments_share_no_object_names() -> None:
    def names(environment: str) -> set[str]:
        result = run(environment=environment)
        return {r.inputs["metadata"]["name"] for r in result.children(result.one(COMPONENT))}

    assert not names("test") & names("live")


def test_pod_meets_the_restricted_level_without_a_token() -> None:
    spec, (container,) = pod(), pod()["containers"]
    assert (spec["securityContext"]["runAsNonRoot"], spec["securityContext"]["runAsUser"]) == (True, 65534)
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    assert spec["automountServiceAccountToken"] is False
    assert spec["serviceAccountName"] == "database-bootstrap"


def test_secret_files_are_readable_by_the_pods_group_only() -> None:
    (volume,) = [v["secret"] for v in pod()["volumes"] if "secret" in v]
    assert (volume["defaultMode"], pod()["securityContext"]["fsGroup"]) == (0o440, 65534)
    assert {mount["readOnly"] for mount in pod()["containers"][0]["volumeMounts"]} == {True}


def test_container_resources_match_the_capacity_calculation() -> None:
    assert pod()["containers"][0]["resources"] == {
        "limits": {"cpu": "250m", "memory": "128Mi"},
        "requests": {"cpu": "50m", "memory": "64Mi"},
    }


def test_job_depends_on_its_inputs_and_users_depend_on_the_job() -> None:
    result = done()
    for needed in (
        result.named("before"),
        result.one(EXTERNAL_SECRET),
        result.one(CONFIG_MAP, "test-database"),
    ):
        assert result.depends(job(), needed), needed.name
    assert result.depends(result.named("after"), job())


def test_everything_but_the_external_secret_is_deleted_with_the_namespace() -> None:
    result = done()
    namespace = result.named("namespace")
    kept = {r.type: r.deleted_with for r in result.children(result.one(COMPONENT))}
    assert kept.pop(EXTERNAL_SECRET) == ""  # its finalizer needs the operator
    assert set(kept.values()) == {namespace.urn}


def test_first_preview_shows_the_job_and_its_scripts() -> None:
    result = run(preview=True)
    assert name(result) == name(done())
    assert (
        result.one(CONFIG_MAP, "test-database").inputs["data"] == done().one(CONFIG_MAP, "test-database").inputs["data"]
    )
    assert UNKNOWN not in str(pod(result))
