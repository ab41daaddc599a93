"""The Job that makes databases: what it is told, when it is another Job, and what it comes after."""

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


def run(*, preview: bool = False, databases: tuple[DatabaseAccess, ...] = (AUTH, SHARED), **given: Any) -> Run:
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
        made = Bootstrap("test-database", replace(args, **given))
        k8s.core.v1.ConfigMap("after", opts=pulumi.ResourceOptions(depends_on=list(made.ready)))

    return run_program(program, preview=preview)


@cache
def done() -> Run:
    return run()


def job(found: Run | None = None) -> Recorded:
    return (found or done()).one(JOB)


def pod(found: Run | None = None) -> dict[str, Any]:
    return job(found).inputs["spec"]["template"]["spec"]


def name(found: Run) -> str:
    return job(found).inputs["metadata"]["name"]


def test_what_it_does_is_in_its_name() -> None:
    assert name(done()).startswith("database-bootstrap-test-")
    assert name(run()) == name(run(databases=(SHARED, AUTH))) == name(done())
    extended = replace(AUTH, plan=DatabasePlan(name="shop_auth", extensions=("pgcrypto", "vector")))
    names = {
        name(found)
        for found in (done(), run(databases=(AUTH,)), run(databases=(extended, SHARED)), run(image="other:1"))
    }
    assert len(names) == 4


def test_a_changed_password_or_another_instance_is_a_new_job_of_the_same_name() -> None:
    rotated = run(databases=(replace(AUTH, version="v9"), SHARED))
    restored = run(instance=replace(INSTANCE, resource_id="db-TWO"))
    for found in (rotated, restored):
        assert name(found) == name(done())
        assert job(found).inputs["spec"]["template"] != job().inputs["spec"]["template"]
    assert (job().replace_on_changes, job().delete_before_replace) == (["spec"], True)


def test_it_stays_after_it_is_done_and_a_failed_one_is_made_again() -> None:
    assert "ttlSecondsAfterFinished" not in job().inputs["spec"]
    assert job().inputs["metadata"]["annotations"] == {"pulumi.com/replaceUnready": "true"}


def test_it_gives_up_before_pulumi_does() -> None:
    assert job().custom_timeouts == {"create": "10m", "update": "10m"}
    assert job().inputs["spec"]["activeDeadlineSeconds"] < 600
    assert (job().inputs["spec"]["backoffLimit"], pod()["restartPolicy"]) == (5, "Never")


def test_its_scripts_are_those_of_its_name_and_never_change() -> None:
    scripts = done().one(CONFIG_MAP, "test-database").inputs
    assert scripts["metadata"]["name"] == name(done())
    assert scripts["immutable"] is True
    assert scripts["data"]["databases"] == "shop_auth\tpgcrypto\nshop_shared\n"
    assert {"name": "scripts", "configMap": {"name": name(done())}} in pod()["volumes"]


def test_passwords_come_from_the_entries_and_the_masters_from_rds() -> None:
    made = done().one(EXTERNAL_SECRET).inputs
    assert made["metadata"]["name"] == made["spec"]["target"]["name"] == "database-bootstrap-test"
    found = {d["secretKey"]: (d["remoteRef"]["key"], d["remoteRef"].get("property")) for d in made["spec"]["data"]}
    assert found == {
        "master-username": (ARN, "username"),
        "master-password": (ARN, "password"),
        "shop_auth.v1": ("shop/test/auth-db-url", None),
        "shop_shared.v2": ("shop/test/shared-db", "url"),
    }


def test_the_pod_waits_for_the_version_of_each_password_that_it_was_made_for() -> None:
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
    assert {found["name"]: found["value"] for found in container["env"]} == {
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


def test_everything_is_in_the_namespace_given_and_says_whose_it_is() -> None:
    made = [r.inputs["metadata"] for r in done().children(done().one(COMPONENT))]
    assert len(made) == 3
    assert [m["name"] for m in made if not m["name"].startswith("database-bootstrap-test")] == []
    assert [m["labels"] for m in made] == [LABELS] * 3
    assert {m["namespace"] for m in made} == {"jobs"}
    assert job().inputs["spec"]["template"]["metadata"]["labels"] == LABELS


def test_two_environments_share_no_name() -> None:
    def names(environment: str) -> set[str]:
        found = run(environment=environment)
        return {r.inputs["metadata"]["name"] for r in found.children(found.one(COMPONENT))}

    assert not names("test") & names("live")


def test_its_pod_keeps_to_the_restricted_level_without_a_token() -> None:
    found, (container,) = pod(), pod()["containers"]
    assert (found["securityContext"]["runAsNonRoot"], found["securityContext"]["runAsUser"]) == (True, 65534)
    assert found["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    assert found["automountServiceAccountToken"] is False
    assert found["serviceAccountName"] == "database-bootstrap"


def test_the_group_of_the_pod_alone_reads_its_files() -> None:
    (volume,) = [v["secret"] for v in pod()["volumes"] if "secret" in v]
    assert (volume["defaultMode"], pod()["securityContext"]["fsGroup"]) == (0o440, 65534)
    assert {mount["readOnly"] for mount in pod()["containers"][0]["volumeMounts"]} == {True}


def test_its_container_states_what_the_quota_counts() -> None:
    assert pod()["containers"][0]["resources"] == {
        "limits": {"cpu": "250m", "memory": "128Mi"},
        "requests": {"cpu": "50m", "memory": "64Mi"},
    }


def test_it_comes_after_what_it_needs_and_before_what_uses_databases() -> None:
    found = done()
    for needed in (
        found.named("before"),
        found.one(EXTERNAL_SECRET),
        found.one(CONFIG_MAP, "test-database"),
    ):
        assert found.depends(job(), needed), needed.name
    assert found.depends(found.named("after"), job())


def test_all_but_the_external_secret_goes_with_the_namespace() -> None:
    found = done()
    namespace = found.named("namespace")
    kept = {r.type: r.deleted_with for r in found.children(found.one(COMPONENT))}
    assert kept.pop(EXTERNAL_SECRET) == ""  # its finalizer needs the operator
    assert set(kept.values()) == {namespace.urn}


def test_a_first_preview_shows_the_job_and_its_plan() -> None:
    found = run(preview=True)
    assert name(found) == name(done())
    assert (
        found.one(CONFIG_MAP, "test-database").inputs["data"] == done().one(CONFIG_MAP, "test-database").inputs["data"]
    )
    assert UNKNOWN not in str(pod(found))
