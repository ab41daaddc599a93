"""Rules that only the engine can show, on small programs: inherited protection, and secrets at rest."""

from pathlib import Path

import pytest

from sandbox.driver import Verb
from sandbox.workspace import PLACEHOLDER
from tests.engine.runs import Step, perform

PROTECTED = """\
import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

providers = [aws.Provider("aws", region="ap-northeast-1", allowed_account_ids=["025434362120"]), eks.Provider("eks")]
protected = pulumi.ResourceOptions(providers=providers, protect=True)
provider = pulumi.ResourceOptions(provider=providers[0])


class Store(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("test:index:Store", "store", {}, protected)
        aws.kms.Key("key", opts=pulumi.ResourceOptions(parent=self))


Store()
vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=provider)
subnets = [
    aws.ec2.Subnet(f"subnet-{zone}", vpc_id=vpc.id, cidr_block=cidr, availability_zone=zone, opts=provider)
    for zone, cidr in {"ap-northeast-1a": "10.0.0.0/24", "ap-northeast-1c": "10.0.1.0/24"}.items()
]
eks.Cluster(
    "cluster",
    name="cluster",
    vpc_id=vpc.id,
    private_subnet_ids=[subnet.id for subnet in subnets],
    authentication_mode=eks.AuthenticationMode.API,
    skip_default_node_group=True,
    opts=protected,
)
"""

SECRETS = """\
import pulumi
import pulumi_aws as aws
import pulumi_random as random

provider = aws.Provider("aws", region="ap-northeast-1", allowed_account_ids=["025434362120"])
opts = pulumi.ResourceOptions(provider=provider)
token = pulumi.Config().require_secret("token")
password = random.RandomPassword("password", length=32, special=False)
aws.ssm.Parameter("token", type="SecureString", value=token, opts=opts)
aws.ssm.Parameter("password", type="SecureString", value=password.result, opts=opts)
pulumi.export("token", token)
pulumi.export("length", password.result.apply(len))
pulumi.export("open", pulumi.Output.unsecret(password.result))
"""

Steps = dict[Verb, Step]


def project(folder: Path, program: str, config: str = "config: {}\n") -> Path:
    (folder / "Pulumi.yaml").write_text("name: small\nruntime: python\n")
    (folder / "Pulumi.test.yaml").write_text(config)
    (folder / "__main__.py").write_text(program)
    return folder


@pytest.fixture(scope="module")
def protected(tmp_path_factory: pytest.TempPathFactory) -> Steps:
    folder, state = project(tmp_path_factory.mktemp("protected"), PROTECTED), tmp_path_factory.mktemp("state")
    return {verb: perform(verb, "test", state, project=folder) for verb in (Verb.UP, Verb.DESTROY)}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Steps, list[bytes]]:
    """The runs, and the content of every file of the backend afterwards."""
    config = "config:\n  small:token:\n    secure: v1:abc:def\n"
    folder, state = project(tmp_path_factory.mktemp("secrets"), SECRETS, config), tmp_path_factory.mktemp("state")
    steps = {verb: perform(verb, "test", state, project=folder) for verb in (Verb.UP, Verb.REFRESH)}
    return steps, [file.read_bytes() for file in (state / "backend").rglob("*") if file.is_file()]


def test_a_components_children_are_protected_with_it(protected: Steps) -> None:
    assert protected[Verb.UP].report.ok, protected[Verb.UP].lines
    assert [key["protect"] for key in protected[Verb.UP].all("aws:kms/key:Key")] == [True]


def test_a_remote_components_children_are_protected_with_it(protected: Steps) -> None:
    step = protected[Verb.UP]
    inside = [r for r in step.resources if "eks:index:Cluster$" in r["urn"] and r["custom"]]
    assert "aws:eks/cluster:Cluster" in {r["type"] for r in inside}
    assert [r["name"] for r in inside if not r["protect"]] == []


def test_resources_outside_a_protected_component_are_not_protected(protected: Steps) -> None:
    assert [r["protect"] for r in protected[Verb.UP].all("aws:ec2/subnet:Subnet")] == [False, False]


def test_nothing_is_deleted_if_anything_is_protected(protected: Steps) -> None:
    assert protected[Verb.DESTROY].report.result == "refused"
    assert protected[Verb.DESTROY].account == protected[Verb.UP].account


def test_no_secret_is_in_the_state_in_plain_text(secrets: tuple[Steps, list[bytes]]) -> None:
    steps, files = secrets
    assert steps[Verb.UP].report.ok, steps[Verb.UP].lines
    assert files
    assert not [content for content in files if PLACEHOLDER.encode() in content]


def test_no_secret_is_in_a_report_in_plain_text(secrets: tuple[Steps, list[bytes]]) -> None:
    for step in secrets[0].values():
        assert step.report.ok
        assert step.one("aws:ssm/parameter:Parameter", "token")["value"] == "[secret]"
        assert PLACEHOLDER not in str(step.report)
        assert PLACEHOLDER not in "\n".join(step.lines)


def test_a_generated_password_is_a_secret_everywhere(secrets: tuple[Steps, list[bytes]]) -> None:
    steps, _ = secrets
    assert steps[Verb.UP].one("aws:ssm/parameter:Parameter", "password")["value"] == "[secret]"


def test_a_refresh_keeps_secrets_secret_and_changes_nothing(secrets: tuple[Steps, list[bytes]]) -> None:
    step = secrets[0][Verb.REFRESH]
    assert set(step.report.changes) == {"same"}
    assert step.one("aws:ssm/parameter:Parameter", "token")["value"] == "[secret]"
