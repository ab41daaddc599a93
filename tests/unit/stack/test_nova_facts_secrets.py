"""The committed stacks: secrets and buckets reach the pods before they start, and no value is anywhere else."""

import json

import pytest

from tests.harness.harness import Recorded, Run

SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
APPLICATION = "kubernetes:argoproj.io/v1alpha1:Application"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
ENVIRONMENTS = {"staging": {"dev": "nova-dev", "staging": "nova"}, "prod": {"production": "nova"}}
each_stack = pytest.mark.parametrize("stack", ["staging", "prod"])


@pytest.fixture(name="run")
def _run(stack: str, staging: Run, prod: Run) -> Run:
    return {"staging": staging, "prod": prod}[stack]


def delivered(run: Run, environment: str) -> list[Recorded]:
    return [s for s in run.all(SECRET) if s.name.startswith(f"{environment}-secrets-")]


@each_stack
def test_every_environment_gets_the_secrets_of_the_description(stack: str, run: Run) -> None:
    for environment, namespace in ENVIRONMENTS[stack].items():
        found = delivered(run, environment)
        assert {s.inputs["metadata"]["name"] for s in found} == {
            "nova-db-credentials", "nova-jwt-keys", "nova-messaging-keys", "nova-redis-credentials",
            "nova-s3-credentials",
        }  # fmt: skip
        assert {s.inputs["metadata"]["namespace"] for s in found} == {namespace}


@each_stack
def test_every_entry_that_a_secret_reads_is_filled_before_it(stack: str, run: Run) -> None:
    names = {r.inputs["name"]: r for r in run.all("aws:secretsmanager/secret:Secret")}
    for environment in ENVIRONMENTS[stack]:
        for secret in delivered(run, environment):
            for item in secret.inputs["spec"]["data"]:
                entry = names[item["remoteRef"]["key"]]
                [filled] = [v for v in run.all(VERSION) if run.depends(v, entry)]
                assert run.depends(secret, filled)


@each_stack
def test_an_application_comes_after_its_secrets_and_its_bucket(stack: str, run: Run) -> None:
    for environment in ENVIRONMENTS[stack]:
        application = run.one(APPLICATION, f"gitops-{environment}")
        assert all(run.depends(application, secret) for secret in delivered(run, environment))
        association = run.named(f"{environment}-storage-media")
        assert run.depends(application, association)


@each_stack
def test_secrets_go_before_the_operator_that_clears_them_away(stack: str, run: Run) -> None:
    release = run.one("kubernetes:helm.sh/v3:Release", "operators-external-secrets")
    assert [s.name for e in ENVIRONMENTS[stack] for s in delivered(run, e) if not run.depends(s, release)] == []


@each_stack
def test_the_operator_reads_the_databases_master_password_and_the_systems_entries(stack: str, run: Run) -> None:
    [policy] = [p for p in run.all("aws:iam/rolePolicy:RolePolicy") if p.name.endswith("-external-secrets")]
    [entries, _] = json.loads(policy.inputs["policy"])["Statement"]
    prefix = "arn:aws:secretsmanager:ap-northeast-1:025434362120:secret:"
    named = {arn.removeprefix(prefix) for arn in entries["Resource"]}
    assert {f"nova/{environment}/*" for environment in ENVIRONMENTS[stack]} <= named
    assert [name for name in named if name.startswith("rds!")] != []


@each_stack
def test_the_outputs_name_entries_and_secrets_and_tell_no_value(stack: str, run: Run) -> None:
    for environment in ENVIRONMENTS[stack]:
        told = run.outputs["environments"][environment]
        assert f"nova/{environment}/auth-db-url" in told["secretEntries"]
        assert "auth-db-url" in told["secrets"]["nova-db-credentials"]
        assert told["bucket"].startswith(f"nova-{stack}-{environment}")
    assert run.secret_outputs == frozenset()
    values = {v.inputs["secretString"] for v in run.all(VERSION)}
    assert [value for value in values if value in json.dumps(run.outputs)] == []


def test_staging_can_be_made_again_at_once_and_production_can_be_restored(staging: Run, prod: Run) -> None:
    window = {r.inputs["recoveryWindowInDays"] for r in staging.all("aws:secretsmanager/secret:Secret")}
    assert window == {0}
    assert {r.inputs["recoveryWindowInDays"] for r in prod.all("aws:secretsmanager/secret:Secret")} == {30}
    assert {b.inputs["forceDestroy"] for b in staging.all("aws:s3/bucket:Bucket")} == {True}
    assert [(b.inputs["forceDestroy"], b.protect) for b in prod.all("aws:s3/bucket:Bucket")] == [(False, True)]
