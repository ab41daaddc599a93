"""The simulated AWS refuses what AWS refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.providers.package import Refused
from sandbox.providers.wire import Json
from tests.tooling.sandbox_cloud import (
    BUCKET,
    CLUSTER,
    DATABASE,
    GROUP,
    INGRESS,
    LOG_GROUP,
    NODES,
    OBJECT,
    REGION,
    REPOSITORY,
    ROLE,
    SECRET,
    SETTINGS,
    SUBNET,
    VERSIONING,
    VPC,
    Cloud,
    refusal,
)


@pytest.mark.parametrize(
    ("type_", "inputs", "code"),
    [
        (REPOSITORY, {"name": "x/y"}, "RepositoryAlreadyExistsException"),
        (ROLE, {"name": "ci"}, "EntityAlreadyExists"),
        ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", {"url": "https://x"}, "EntityAlreadyExists"),
        (CLUSTER, {"name": "demo"}, "ResourceInUseException"),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "/x"}, "ResourceAlreadyExistsException"),
        (DATABASE, {"identifier": "db"}, "DBInstanceAlreadyExists"),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"replicationGroupId": "cache"},
            "ReplicationGroupAlreadyExists",
        ),
        ("aws:kms/alias:Alias", {"name": "alias/x"}, "AlreadyExistsException"),
    ],
)
def test_a_fixed_name_cannot_be_taken_twice(tmp_path: Path, type_: str, inputs: Json, code: str) -> None:
    cloud = Cloud(tmp_path)
    cloud.create(type_, "first", dict(inputs))
    assert refusal(lambda: cloud.create(type_, "second", dict(inputs))) == code


def test_a_name_that_is_taken_is_refused_in_the_preview(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.create(REPOSITORY, "api", {"name": "shop/api"})
    # Another process for the next run: the stack was destroyed in between, and retained the repository.
    later = Cloud(tmp_path)
    code = "RepositoryAlreadyExistsException"
    assert refusal(lambda: later.preview(REPOSITORY, "api", {"name": "shop/api"})) == code
    assert later.preview(REPOSITORY, "other", {"name": "shop/other"})


def test_a_replacement_may_have_the_name_of_what_it_replaces(tmp_path: Path) -> None:
    inputs: Json = {"name": "shop/api"}
    cloud = Cloud(tmp_path)
    cloud.create(REPOSITORY, "api", inputs)
    later = Cloud(tmp_path)
    later.aws.check(later.call(REPOSITORY, "api"), inputs, inputs)
    assert later.preview(REPOSITORY, "api", inputs)["name"] == "shop/api"


def test_a_replacement_that_only_its_difference_announced_may_have_the_name(tmp_path: Path) -> None:
    # The engine deletes it first, because it replaces what it depends on; it then checks only the replacement.
    inputs: Json = {"name": "shop/api"}
    Cloud(tmp_path).create(REPOSITORY, "api", inputs)
    later = Cloud(tmp_path)
    later.aws.diff(later.call(REPOSITORY, "api"), inputs, inputs)
    assert later.preview(REPOSITORY, "api", inputs)["name"] == "shop/api"


def test_rules_of_one_group_differ_by_their_ports(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    rule: Json = {"securityGroupId": "sg-1", "ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/8", "toPort": 80}
    cloud.create(INGRESS, "a", {**rule, "fromPort": 80})
    cloud.create(INGRESS, "b", {**rule, "fromPort": 79})
    assert refusal(lambda: cloud.create(INGRESS, "c", {**rule, "fromPort": 80})) == "InvalidPermission.Duplicate"


@pytest.mark.parametrize(
    ("cidr", "zone", "code"),
    [
        ("10.0.0.128/25", f"{REGION}a", "InvalidSubnet.Conflict"),
        ("10.9.0.0/24", f"{REGION}a", "InvalidSubnet.Range"),
        ("10.0.1.0/24", f"{REGION}b", "InvalidParameterValue"),
    ],
)
def test_a_subnet_that_does_not_fit_is_refused(tmp_path: Path, cidr: str, zone: str, code: str) -> None:
    cloud = Cloud(tmp_path)
    vpc, _ = cloud.create(VPC, "net", {"cidrBlock": "10.0.0.0/21"})
    cloud.create(SUBNET, "a", {"vpcId": vpc, "cidrBlock": "10.0.0.0/24", "availabilityZone": f"{REGION}a"})
    inputs: Json = {"vpcId": vpc, "cidrBlock": cidr, "availabilityZone": zone}
    assert refusal(lambda: cloud.create(SUBNET, "b", inputs)) == code


def test_a_network_in_use_cannot_be_deleted(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    vpc, subnet = cloud.network()
    assert refusal(lambda: cloud.delete(VPC, "net", vpc)) == "DependencyViolation"
    nat, _ = cloud.create("aws:ec2/natGateway:NatGateway", "nat", {"subnetId": subnet, "allocationId": "eipalloc-1"})
    igw, _ = cloud.create("aws:ec2/internetGateway:InternetGateway", "igw", {"vpcId": vpc})
    assert refusal(lambda: cloud.delete(SUBNET, "a", subnet)) == "DependencyViolation"
    assert refusal(lambda: cloud.delete("aws:ec2/internetGateway:InternetGateway", "igw", igw)) == "DependencyViolation"
    cloud.delete("aws:ec2/natGateway:NatGateway", "nat", nat)
    cloud.delete("aws:ec2/internetGateway:InternetGateway", "igw", igw)
    cloud.delete(SUBNET, "a", subnet)
    cloud.delete(VPC, "net", vpc)
    assert cloud.account.all(VPC) == []


def test_a_security_group_in_use_cannot_be_deleted_and_its_own_rules_are_deleted_with_it(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    one, _ = cloud.create(GROUP, "one", {"vpcId": "vpc-1"})
    two, _ = cloud.create(GROUP, "two", {"vpcId": "vpc-1"})
    rule: Json = {"ipProtocol": "-1"}
    cloud.create(INGRESS, "self", {**rule, "securityGroupId": one, "referencedSecurityGroupId": one})
    cloud.create(INGRESS, "other", {**rule, "securityGroupId": two, "referencedSecurityGroupId": one})
    assert refusal(lambda: cloud.delete(GROUP, "one", one)) == "DependencyViolation"
    cloud.delete(GROUP, "two", two)
    cloud.delete(GROUP, "one", one)
    assert cloud.account.all(INGRESS) == []


def test_a_protected_cluster_or_one_with_nodes_cannot_be_deleted(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    _, subnet = cloud.network()
    cluster = cloud.cluster(subnet, deletionProtection=True)
    assert refusal(lambda: cloud.delete(CLUSTER, "c", cluster)) == "InvalidRequestException"
    (record,) = cloud.account.all(CLUSTER)
    unprotected: Json = {**record.inputs, "deletionProtection": False}
    cloud.aws.update(cloud.call(CLUSTER, "c"), cluster, record.inputs, unprotected, preview=False)
    nodes, _ = cloud.create(NODES, "n", {"clusterName": "demo", "subnetIds": [subnet]})
    assert refusal(lambda: cloud.delete(CLUSTER, "c", cluster)) == "ResourceInUseException"
    cloud.delete(NODES, "n", nodes)
    cloud.delete(CLUSTER, "c", cluster)
    assert cloud.account.all(CLUSTER) == []


def test_coredns_needs_nodes(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    addon: Json = {"clusterName": "demo", "addonName": "coredns"}
    with pytest.raises(Refused, match="DEGRADED"):
        cloud.create("aws:eks/addon:Addon", "dns", addon)
    cloud.create(NODES, "n", {"clusterName": "demo", "subnetIds": []})
    assert cloud.create("aws:eks/addon:Addon", "dns", addon)[0] == "demo:coredns"


def _numbers(minimum: int, desired: int, maximum: int) -> Json:
    return {"minSize": minimum, "desiredSize": desired, "maxSize": maximum}


@pytest.mark.parametrize("numbers", [(5, 4, 8), (3, 7, 6), (4, 4, 3)])
def test_a_node_groups_numbers_are_in_order(tmp_path: Path, numbers: tuple[int, int, int]) -> None:
    cloud = Cloud(tmp_path)
    group: Json = {"clusterName": "demo", "nodeGroupName": "n", "scalingConfig": _numbers(3, 4, 6)}
    wrong: Json = {**group, "scalingConfig": _numbers(*numbers)}
    assert refusal(lambda: cloud.create(NODES, "wrong", wrong)) == "InvalidParameterException"
    id_, _ = cloud.create(NODES, "n", group)
    call = cloud.call(NODES, "n")
    assert refusal(lambda: cloud.aws.update(call, id_, group, wrong, preview=False)) == "InvalidParameterException"


def test_an_update_sends_only_what_changed(tmp_path: Path) -> None:
    cloud, call = Cloud(tmp_path), Cloud(tmp_path).call(NODES, "n")
    born: Json = {"clusterName": "demo", "nodeGroupName": "n", "scalingConfig": _numbers(3, 4, 6), "version": "1.35"}
    id_, _ = cloud.create(NODES, "n", born)
    scaled: Json = {**born, "scalingConfig": _numbers(3, 6, 6)}
    cloud.aws.update(call, id_, born, scaled, preview=False)  # an autoscaler, of which the state knows nothing
    cloud.aws.update(call, id_, born, {**born, "version": "1.36"}, preview=False)
    record = cloud.aws.read(call, id_)
    assert record is not None
    assert (record.inputs["scalingConfig"], record.inputs["version"]) == (_numbers(3, 6, 6), "1.36")
    cloud.aws.update(call, id_, born, {**born, "scalingConfig": _numbers(3, 4, 8)}, preview=False)
    record = cloud.aws.read(call, id_)
    assert record is not None
    assert record.inputs["scalingConfig"] == _numbers(3, 4, 8)


@pytest.mark.parametrize(
    ("cluster_remains", "name", "made_again"),
    [(False, "/aws/eks/demo/cluster", True), (True, "/aws/eks/demo/cluster", False), (False, "/aws/other", False)],
)
def test_late_logs_make_the_log_group_of_a_deleted_cluster_again(
    tmp_path: Path, cluster_remains: bool, name: str, made_again: bool
) -> None:
    cloud = Cloud(tmp_path)
    if cluster_remains:
        cloud.cluster(cloud.network()[1])
    inputs: Json = {"name": name, "retentionInDays": 30}
    id_, _ = cloud.create(LOG_GROUP, "logs", inputs)
    cloud.delete(LOG_GROUP, "logs", id_)
    left = cloud.aws.read(cloud.call(LOG_GROUP, "logs"), id_)
    assert (left is not None) is made_again
    if left is not None:
        assert left.inputs == {"name": name}
        assert refusal(lambda: cloud.create(LOG_GROUP, "logs", inputs)) == "ResourceAlreadyExistsException"


def test_a_protected_database_is_not_deleted_and_a_final_snapshot_is_unique(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    protected, _ = cloud.create(DATABASE, "p", {"identifier": "p", "deletionProtection": True})
    assert refusal(lambda: cloud.delete(DATABASE, "p", protected)) == "InvalidParameterCombination"
    bare, _ = cloud.create(DATABASE, "b", {"identifier": "b"})
    with pytest.raises(Refused, match="final_snapshot_identifier"):
        cloud.delete(DATABASE, "b", bare)
    inputs: Json = {"identifier": "s", "finalSnapshotIdentifier": "last"}
    cloud.delete(DATABASE, "s", cloud.create(DATABASE, "s", inputs)[0])
    again, _ = cloud.create(DATABASE, "s", inputs)
    assert refusal(lambda: cloud.delete(DATABASE, "s", again)) == "DBSnapshotAlreadyExists"


def test_a_secrets_name_is_taken_during_its_recovery_window(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.delete(SECRET, "now", cloud.create(SECRET, "now", {"name": "now", "recoveryWindowInDays": 0})[0])
    cloud.create(SECRET, "now", {"name": "now"})
    cloud.delete(SECRET, "later", cloud.create(SECRET, "later", {"name": "later"})[0])
    assert refusal(lambda: cloud.create(SECRET, "later", {"name": "later"})) == "InvalidRequestException"


def test_a_bucket_with_objects_is_deleted_only_with_force_destroy(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    for name, force in (("kept", False), ("emptied", True)):
        cloud.create(BUCKET, name, {"bucket": name, "forceDestroy": force})
        cloud.create(VERSIONING, name, {"bucket": name, "versioningConfiguration": {"status": "Enabled"}})
        cloud.create(OBJECT, name, {"bucket": name, "key": "a"})
    assert refusal(lambda: cloud.delete(BUCKET, "kept", "kept")) == "BucketNotEmpty"
    cloud.delete(BUCKET, "emptied", "emptied")
    left = [r.inputs["bucket"] for type_ in (BUCKET, VERSIONING, OBJECT) for r in cloud.account.all(type_)]
    assert left == ["kept"] * 3


def test_a_buckets_name_is_unique(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.create(BUCKET, "a", {"bucket": "shop"})
    assert refusal(lambda: cloud.create(BUCKET, "b", {"bucket": "shop"})) == "BucketAlreadyOwnedByYou"


def test_a_missing_resource_can_be_deleted_and_reads_as_none(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    id_, _ = cloud.create(VPC, "net", {"cidrBlock": "10.0.0.0/16"})
    cloud.account.remove(cloud.account.all(VPC)[0])
    assert cloud.aws.read(cloud.call(VPC, "net"), id_) is None
    cloud.delete(VPC, "net", id_)


def test_a_policy_that_is_not_json_is_refused_by_check(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    _, failures = cloud.aws.check(cloud.call(ROLE, "r"), {}, {"assumeRolePolicy": "{"})
    (failure,) = failures
    assert failure.reason.startswith("assumeRolePolicy: is not a valid JSON policy")


def test_a_provider_without_a_region_is_refused(tmp_path: Path) -> None:
    assert "region" in Cloud(tmp_path).aws.configure({})
    assert Cloud(tmp_path).aws.configure(SETTINGS) == ""
