"""The real engine stops in its preview at a value that AWS would refuse, and names it."""

from pathlib import Path

import pytest

from sandbox.driver import Verb
from tests.engine.runs import Step, perform

PROGRAM = """\
import pulumi
import pulumi_aws as aws

provider = aws.Provider("aws", region="ap-northeast-1", allowed_account_ids=["025434362120"])
opts = pulumi.ResourceOptions(provider=provider)
vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=opts)
group = aws.ec2.SecurityGroup("group", vpc_id=vpc.id, opts=opts)
"""

RETENTION = """\
aws.cloudwatch.LogGroup("log", retention_in_days=366, opts=opts)
"""

DATABASE = """\
aws.rds.Instance(
    "database",
    engine="postgres",
    instance_class="db.t4g.mediun",
    vpc_security_group_ids=[group.id],
    allocated_storage=20,
    opts=opts,
)
"""

SOURCES = """\
aws.vpc.SecurityGroupIngressRule(
    "rule",
    security_group_id=group.id,
    referenced_security_group_id=group.id,
    cidr_ipv4="10.0.0.0/16",
    ip_protocol="-1",
    opts=opts,
)
"""


def run(folder: Path, verb: Verb, resource: str) -> Step:
    (folder / "Pulumi.yaml").write_text("name: values\nruntime: python\n")
    (folder / "Pulumi.test.yaml").write_text("config: {}\n")
    (folder / "__main__.py").write_text(PROGRAM + resource)
    return perform(verb, "test", folder / "state", project=folder)


@pytest.mark.parametrize(
    ("resource", "property_", "remedy"),
    [
        (RETENTION, "retentionInDays", "similar: 180, 365, 400, 545"),
        (DATABASE, "instanceClass", "similar: db.t4g.medium"),
        (SOURCES, "referencedSecurityGroupId", "exclude each other; remove one"),
    ],
)
def test_a_preview_names_property_and_remedy(tmp_path: Path, resource: str, property_: str, remedy: str) -> None:
    step = run(tmp_path, Verb.PREVIEW, resource)
    assert not step.report.ok
    assert [line for line in step.lines if property_ in line and remedy in line], step.lines


def test_an_update_creates_nothing(tmp_path: Path) -> None:
    step = run(tmp_path, Verb.UP, DATABASE)
    assert step.report.result == "refused"
    assert step.account == frozenset()
