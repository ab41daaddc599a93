"""The estimate of each committed stack counts the resources that its program creates, and forgets no type of them."""

from collections import Counter
from pathlib import Path

import pytest

from components.config.files import StackFiles
from components.cost.estimate import Estimate, monthly
from components.cost.resource_types import BY_USE, FREE, PRICED, unknown
from components.validation.load import load_files
from tests.harness.harness import ROOT, Run, run_stack
from tests.systems.example_runs import EXAMPLES, example

NOVA = ("staging", "prod")
STACKS = (*NOVA, *EXAMPLES)


def run_of(path: str, request: pytest.FixtureRequest) -> Run:
    run: Run = request.getfixturevalue(path) if path in NOVA else example(path)
    return run


def estimate_of(path: str) -> Estimate:
    folder, _, stack = path.rpartition("/")
    files = StackFiles(folder=ROOT / "examples" / folder if folder else Path(ROOT), stack=stack)
    found = monthly(load_files(files))
    assert found is not None
    return found


def counted(found: Estimate, *words: str) -> int:
    """The number of units in the lines with one of these beginnings."""
    return sum(line.count or 0 for line in found.lines if line.what.startswith(words))


@pytest.mark.parametrize("path", STACKS)
def test_every_type_of_resource_has_a_price_or_a_reason_for_none(path: str, request: pytest.FixtureRequest) -> None:
    assert unknown(resource.type for resource in run_of(path, request).resources) == []


def test_a_stack_on_an_existing_cluster_creates_nothing_that_aws_charges() -> None:
    run = run_stack("dev", root=ROOT / "examples" / "tiketi")
    assert not [resource.type for resource in run.resources if resource.type.startswith(("aws:", "eks:"))]


def test_the_clusters_own_child_is_known_too() -> None:
    """Mocks do not create what is inside the component of pulumi-eks; the engine does."""
    assert unknown(["aws:eks/cluster:Cluster", "eks:index:Cluster"]) == []


def test_a_type_that_nobody_has_looked_up_is_reported() -> None:
    assert unknown(["aws:neptune/cluster:Cluster", "aws:ec2/vpc:Vpc", "kubernetes:core/v1:Pod"]) == [
        "aws:neptune/cluster:Cluster"
    ]


def test_a_type_is_in_one_table() -> None:
    assert max(Counter([*PRICED, *BY_USE, *FREE]).values()) == 1


@pytest.mark.parametrize("path", STACKS)
def test_the_lines_count_what_the_program_creates(path: str, request: pytest.FixtureRequest) -> None:
    run, found = run_of(path, request), estimate_of(path)
    keys = [line for line in found.lines if line.component == "keys"]
    interfaces = run.all("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Interface")
    assert counted(found, "NAT gateways") == len(run.all("aws:ec2/natGateway:NatGateway"))
    assert counted(found, "public addresses of NAT") == len(run.all("aws:ec2/eip:Eip"))
    assert counted(found, "interface endpoints") == sum(len(endpoint.inputs["subnetIds"]) for endpoint in interfaces)
    assert len(keys) == len(run.all("aws:kms/key:Key"))
    assert counted(found, "alarms") == len(run.all("aws:cloudwatch/metricAlarm:MetricAlarm"))
    assert counted(found, "entries of Secrets Manager") == len(run.all("aws:secretsmanager/secret:Secret"))
    assert counted(found, "web ACL") == len(run.all("aws:wafv2/webAcl:WebAcl"))
    assert counted(found, "rules of the web ACL") == sum(
        len(acl.inputs["rules"]) for acl in run.all("aws:wafv2/webAcl:WebAcl")
    )


@pytest.mark.parametrize("path", STACKS)
def test_the_lines_have_the_sizes_that_the_program_asks_for(path: str, request: pytest.FixtureRequest) -> None:
    run, found = run_of(path, request), estimate_of(path)
    counts = {line.what: line.count for line in found.lines}
    nodes = run.one("aws:eks/nodeGroup:NodeGroup").inputs["scalingConfig"]["desiredSize"]
    template = run.one("aws:ec2/launchTemplate:LaunchTemplate").inputs
    database = run.one("aws:rds/instance:Instance").inputs
    cache = run.one("aws:elasticache/replicationGroup:ReplicationGroup").inputs
    disk = sum(device["ebs"]["volumeSize"] for device in template["blockDeviceMappings"])
    assert counts[template["instanceType"]] == nodes
    assert counts["volumes, GiB"] == nodes * disk
    assert counted(found, database["instanceClass"]) == (2 if database["multiAz"] else 1)
    assert counts["storage, GiB"] == database["allocatedStorage"]
    assert counts[cache["nodeType"]] == cache["numCacheClusters"]
