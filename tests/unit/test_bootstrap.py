"""The Job that makes databases: what it is told, where it may go, when it is another Job."""

from dataclasses import replace
from functools import cache
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components import capacity
from components.bootstrap import Bootstrap, BootstrapArgs, DatabaseAccess, Instance, resources
from components.bootstrap_sql import DatabasePlan
from components.environment import quota
from components.external_secrets import Source
from components.quantities import mebibytes, millicores
from components.workloads import Workload, workloads
from tests.unit.config_samples import changed, loaded
from tests.unit.harness import UNKNOWN, Recorded, Run, run_program

COMPONENT = "platform:bootstrap:Bootstrap"
JOB = "kubernetes:batch/v1:Job"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
ACCOUNT = "kubernetes:core/v1:ServiceAccount"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:rds!db-1-a1b2c3"
LABEL = {"app.kubernetes.io/name": "database-bootstrap"}
AUTH = DatabaseAccess(
    plan=DatabasePlan(name="shop_auth", extensions=("pgcrypto",)),
    url=Source(entry="shop/test/auth-db-url"),
    version="v1",
)
SHARED = DatabaseAccess(
    plan=DatabasePlan(name="shop_shared"), url=Source(entry="shop/test/shared-db", property="url"), version="v2"
)
INSTANCE = Instance(
    address="db.example", port=5433, resource_id="db-ONE", master_secret_arn=ARN, cidrs=("10.0.0.0/20", "10.0.16.0/20")
)


@cache
def of(stack: str, environment: str) -> tuple[Workload, ...]:
    config = loaded(changed(stack), stack)
    here = next(e for e in config.environments if e.name == environment)
    return workloads(config.services, config.resource_classes, here)


def run(*, preview: bool = False, databases: tuple[DatabaseAccess, ...] = (AUTH, SHARED), **given: Any) -> Run:
    services = of("staging", "staging")

    def program() -> None:
        namespace = k8s.core.v1.Namespace("namespace")
        before = k8s.core.v1.ConfigMap("before")
        args = BootstrapArgs(
            namespace="shop",
            namespace_object=namespace,
            databases=databases,
            instance=INSTANCE,
            image="registry/postgres:18",
            workloads=services,
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
    assert name(done()).startswith("database-bootstrap-")
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
    assert made["metadata"]["name"] == made["spec"]["target"]["name"] == "database-bootstrap"
    found = {d["secretKey"]: (d["remoteRef"]["key"], d["remoteRef"].get("property")) for d in made["spec"]["data"]}
    assert found == {
        "master-username": (ARN, "username"),
        "master-password": (ARN, "password"),
        "shop_auth.v1": ("shop/test/auth-db-url", None),
        "shop_shared.v2": ("shop/test/shared-db", "url"),
    }


def test_the_pod_waits_for_the_version_of_each_password_that_it_was_made_for() -> None:
    (volume,) = [v["secret"] for v in pod()["volumes"] if "secret" in v]
    assert volume["secretName"] == "database-bootstrap"
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


def test_it_alone_reaches_the_instance() -> None:
    made = done().one(POLICY).inputs
    assert made["metadata"]["name"] == "allow-database-bootstrap"
    assert made["spec"] == {
        "podSelector": {"matchLabels": LABEL},
        "policyTypes": ["Egress"],
        "egress": [
            {
                "to": [{"ipBlock": {"cidr": "10.0.0.0/20"}}, {"ipBlock": {"cidr": "10.0.16.0/20"}}],
                "ports": [{"port": 5433, "protocol": "TCP"}],
            }
        ],
    }
    assert job().inputs["spec"]["template"]["metadata"]["labels"] == LABEL


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
    assert done().one(ACCOUNT).inputs["automountServiceAccountToken"] is False
    assert found["serviceAccountName"] == done().one(ACCOUNT).inputs["metadata"]["name"] == "database-bootstrap"


def test_the_group_of_the_pod_alone_reads_its_files() -> None:
    (volume,) = [v["secret"] for v in pod()["volumes"] if "secret" in v]
    assert (volume["defaultMode"], pod()["securityContext"]["fsGroup"]) == (0o440, 65534)
    assert {mount["readOnly"] for mount in pod()["containers"][0]["volumeMounts"]} == {True}


@pytest.mark.parametrize(("stack", "environment"), [("staging", "dev"), ("staging", "staging"), ("prod", "production")])
def test_its_container_is_no_larger_than_the_environment_allows(stack: str, environment: str) -> None:
    pods = [workload.pods for workload in of(stack, environment)]
    given: Any = resources(of(stack, environment))
    assert millicores(given["limits"]["cpu"]) <= max(p.cpu_limit for p in pods)
    assert mebibytes(given["limits"]["memory"]) <= max(p.memory_limit for p in pods)
    assert millicores(given["requests"]["cpu"]) <= millicores(given["limits"]["cpu"])
    assert mebibytes(given["requests"]["memory"]) <= mebibytes(given["limits"]["memory"])


def test_its_container_is_cut_to_a_tiny_environment() -> None:
    tiny = of("staging", "staging")[0]
    small = tiny.resources.model_copy(update={"cpu_limit": "20m", "memory_limit": "32Mi"})
    assert resources([replace(tiny, resources=small)]) == {
        "limits": {"cpu": "20m", "memory": "32Mi"},
        "requests": {"cpu": "20m", "memory": "32Mi"},
    }


def test_it_fits_into_the_headroom_of_the_quota_beside_a_rolling_update_of_everything() -> None:
    config = loaded(changed("staging"))
    for environment in config.environments:
        found = workloads(config.services, config.resource_classes, environment)
        hard, peak = quota(found, environment.quota_headroom_percent), capacity.rolling_peak(w.pods for w in found)
        given: Any = resources(found)
        assert millicores(hard["requests.cpu"]) >= peak.cpu_request + millicores(given["requests"]["cpu"])
        assert mebibytes(hard["requests.memory"]) >= peak.memory_request + mebibytes(given["requests"]["memory"])
        assert millicores(hard["limits.cpu"]) >= peak.cpu_limit + millicores(given["limits"]["cpu"])
        assert mebibytes(hard["limits.memory"]) >= peak.memory_limit + mebibytes(given["limits"]["memory"])
        assert int(hard["pods"]) > peak.pods


def test_it_comes_after_namespace_and_operator_and_before_what_uses_databases() -> None:
    found = done()
    for needed in (
        found.named("before"),
        found.one(EXTERNAL_SECRET),
        found.one(POLICY),
        found.one(ACCOUNT),
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
