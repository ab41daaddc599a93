"""What docs/exceptions.md says is weaker still is. When a test fails, the exception has ended: remove its row.

The table is tools/exceptions.yaml. Exceptions that checkov or another test notices are not here.
"""

import json
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.harness.harness import ROOT, Recorded, Run
from tools.manifests.stacks import stacks

DATABASE, CACHE = "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"
RELEASE = "kubernetes:helm.sh/v3:Release"


def project(run: Run) -> Recorded:
    """The AppProject of the system."""
    return next(r for r in run.all("kubernetes:argoproj.io/v1alpha1:AppProject") if r.name == "gitops-project")


def values(run: Run, release: str) -> dict[str, Any]:
    """The Helm values of a release."""
    return run.one(RELEASE, release).inputs["values"]


def test_charts_create_their_own_cluster_roles(prod: Run) -> None:
    assert "scopedRBAC" not in values(prod, "operators-external-secrets")
    assert values(prod, "operators-reloader")["reloader"]["watchGlobally"] is True


def test_charts_choose_their_images_by_tag(prod: Run) -> None:
    releases = prod.all(RELEASE)
    assert len(releases) > 2
    assert not [r.name for r in releases if "sha256:" in json.dumps(r.inputs["values"])]


def test_the_program_limits_nothing_in_kube_system(prod: Run) -> None:
    objects = [r.inputs.get("metadata", {}) for r in prod.resources if r.type.startswith("kubernetes:")]
    assert not [metadata for metadata in objects if "kube-system" in (metadata.get("namespace"), metadata.get("name"))]


@pytest.mark.parametrize("folder", [".", "examples/tiketi", "examples/pingvasai"])
def test_argo_cd_has_a_local_admin_and_no_single_sign_on(folder: str) -> None:
    for config in stacks(ROOT / folder).values():
        assert config.argocd.admin_enabled
        assert config.argocd.sso is None


def test_production_syncs_at_any_time(prod: Run) -> None:
    assert "syncWindows" not in project(prod).inputs["spec"]


def test_production_uses_stagings_repositories(staging: Run, prod: Run) -> None:
    assert staging.all("aws:ecr/repository:Repository")
    assert not prod.all("aws:ecr/repository:Repository")
    assert staging.all("aws:iam/role:Role", name="github-actions-role")
    assert not prod.all("aws:iam/role:Role", name="github-actions-role")


def test_a_destroy_of_staging_leaves_repositories_and_shared_identities(staging: Run) -> None:
    shared = [
        *staging.all("aws:ecr/repository:Repository"),
        *staging.all("aws:iam/openIdConnectProvider:OpenIdConnectProvider"),
        *staging.all("aws:iam/role:Role", name="github-actions-role"),
    ]
    assert len(shared) > 2
    assert all(resource.retain_on_delete for resource in shared)


def test_services_get_secrets_as_variables() -> None:
    reader: Any = YAML(typ="safe")
    deployment = reader.load(ROOT / "k8s/infrastructure/base/service/deployment.yaml")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert any("secretKeyRef" in variable.get("valueFrom", {}) for variable in container["env"])


def test_one_secret_has_the_databases_of_all_services(prod: Run) -> None:
    secrets = prod.all("kubernetes:external-secrets.io/v1:ExternalSecret")
    (credentials,) = [r for r in secrets if r.inputs["metadata"]["name"] == "nova-db-credentials"]
    urls = [data["secretKey"] for data in credentials.inputs["spec"]["data"] if data["secretKey"].endswith("-db-url")]
    assert len(urls) > 1


def test_the_state_has_generated_secrets_and_the_preview_role_reads_it(prod: Run) -> None:
    assert prod.all("random:index/randomPassword:RandomPassword")
    assert prod.all("tls:index/privateKey:PrivateKey")
    statements = json.loads(prod.one("aws:iam/policy:Policy", "nova-prod-read").inputs["policy"])["Statement"]
    assert {"ReadState", "StateKey"} <= {statement["Sid"] for statement in statements}


def test_the_repo_servers_clients_have_one_certificate_for_ten_years(prod: Run) -> None:
    certificate = prod.one("tls:index/selfSignedCert:SelfSignedCert", "argocd-repo-server")
    assert certificate.inputs["validityPeriodHours"] == 10 * 365 * 24


def test_there_are_no_network_acls(staging: Run, prod: Run) -> None:
    assert not [r for run in (staging, prod) for r in run.resources if "networkAcl" in r.type]


def test_stores_have_their_standard_ports(staging: Run, prod: Run) -> None:
    for run in (staging, prod):
        assert run.one(DATABASE).inputs["port"] == 5432
        assert run.one(CACHE).inputs["port"] == 6379


def test_nothing_is_copied_to_another_region_or_account(prod: Run) -> None:
    copies = ("aws:backup/", "aws:rds/instanceAutomatedBackupsReplication", "aws:s3/bucketReplicationConfig")
    assert not [r for r in prod.resources if r.type.startswith(copies)]


def test_staging_has_one_nat_gateway(staging: Run) -> None:
    assert len(staging.all("aws:ec2/natGateway:NatGateway")) == 1


def test_staging_is_made_to_be_deleted(staging: Run) -> None:
    assert staging.one("eks:index:Cluster").inputs["deletionProtection"] is False
    assert staging.one(DATABASE).inputs["skipFinalSnapshot"] is True
    assert "finalSnapshotIdentifier" not in staging.one(CACHE).inputs
    assert not staging.one(CACHE).protect
    assert all(r.inputs["forceDestroy"] for r in staging.all("aws:s3/bucket:Bucket"))
    assert all(r.inputs["recoveryWindowInDays"] == 0 for r in staging.all("aws:secretsmanager/secret:Secret"))


def test_staging_saves_what_production_pays_for(staging: Run, prod: Run) -> None:
    def savings(run: Run) -> list[bool]:
        endpoints = [
            e for e in run.all("aws:ec2/vpcEndpoint:VpcEndpoint") if e.inputs["vpcEndpointType"] == "Interface"
        ]
        [disk] = run.one("aws:ec2/launchTemplate:LaunchTemplate").inputs["blockDeviceMappings"]
        [rule] = run.all("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")[0].inputs["rules"]
        return [
            endpoints == [],
            "kmsKeyId" not in disk["ebs"],
            rule["noncurrentVersionExpiration"]["noncurrentDays"] == 7,
            values(run, "argocd")["redis-ha"] == {"enabled": False},
        ]

    assert (savings(staging), savings(prod)) == ([True] * 4, [False] * 4)


def test_staging_keeps_short_backups(staging: Run, prod: Run) -> None:
    assert [run.one(DATABASE).inputs["backupRetentionPeriod"] for run in (staging, prod)] == [7, 30]
    assert [run.one(CACHE).inputs["snapshotRetentionLimit"] for run in (staging, prod)] == [1, 7]


def test_only_production_has_alarms_and_a_budget(staging: Run, prod: Run) -> None:
    alarms = ("aws:budgets/", "aws:cloudwatch/metricAlarm", "aws:rds/eventSubscription", "aws:sns/")
    assert [any(r.type.startswith(alarms) for r in run.resources) for run in (staging, prod)] == [False, True]


def test_the_cache_sends_no_events(prod: Run) -> None:
    assert "notificationTopicArn" not in prod.one(CACHE).inputs


def test_the_account_is_not_the_programs(staging: Run, prod: Run) -> None:
    services = ("cloudtrail", "cfg", "guardduty", "securityhub", "ebs")
    for run in (staging, prod):
        assert not [r for r in run.resources if r.type.startswith(tuple(f"aws:{service}/" for service in services))]
        assert not run.all("aws:s3/bucket:Bucket", bucket="nova-pulumi-state")
        assert not [r for r in run.all("aws:iam/policy:Policy") if "boundary" in r.name]
