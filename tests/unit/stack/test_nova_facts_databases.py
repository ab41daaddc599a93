"""Nova's databases: which Job makes which, before what, and which names are refused."""

from typing import Any

import pytest

from tests.harness.config_samples import refusals
from tests.harness.harness import Run

JOB = "kubernetes:batch/v1:Job"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"


def test_each_environment_of_nova_has_its_own_databases(staging: Run, prod: Run) -> None:
    plans = {
        r.name: r.inputs["data"]["databases"].splitlines()
        for r in staging.all(CONFIG_MAP)
        if r.name.endswith("-database")
    }
    assert set(plans) == {"dev-database", "staging-database"}
    short = ["auth", "content", "feed", "media", "messaging", "search", "shared", "streaming", "user"]
    assert [line.split("\t")[0] for line in plans["staging-database"]] == [f"nova_{name}" for name in short]
    assert [line.split("\t")[0] for line in plans["dev-database"]] == [f"nova_dev_{name}" for name in short]
    assert "nova_media\tpgcrypto,uuid-ossp,vector" in plans["staging-database"]
    assert {line.split("\t")[1] for line in plans["staging-database"] if "media" not in line} == {"pgcrypto,uuid-ossp"}
    assert len(prod.all(JOB)) == 1


def test_novas_applications_come_after_their_databases(staging: Run) -> None:
    for environment in ("dev", "staging"):
        application = staging.one("kubernetes:argoproj.io/v1alpha1:Application", f"gitops-{environment}")
        assert staging.depends(application, staging.one(JOB, f"{environment}-database"))


def test_external_secrets_may_read_the_masters_secret(staging: Run) -> None:
    policy = staging.one("aws:iam/rolePolicy:RolePolicy", "nova-staging-external-secrets").inputs["policy"]
    (made,) = [r for r in staging.all(EXTERNAL_SECRET) if r.name == "dev-database"]
    arns = {d["remoteRef"]["key"] for d in made.inputs["spec"]["data"] if d["secretKey"].startswith("master-")}
    assert len(arns) == 1
    assert f'"{arns.pop()}"' in policy


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"environments__1__databasePrefix": "pg_"}, "a name reserved for PostgreSQL or RDS."),
        ({"environments__1__databasePrefix": "rds_"}, "a name reserved for PostgreSQL or RDS."),
        ({"database__username": "nova_auth"}, "'nova_auth', a name reserved for the master user."),
        (
            {"services__0__database": {"name": "gres"}, "environments__1__databasePrefix": "post"},
            "'postgres', a name reserved for",
        ),
    ],
)
def test_a_database_never_has_the_name_of_somebody_else(changes: dict[str, Any], words: str) -> None:
    found = [line for line in refusals(**changes) if words in line]
    assert found
    assert all(line.startswith("Pulumi.staging.yaml: environments[1].databasePrefix: results in") for line in found)
