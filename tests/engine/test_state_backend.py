"""The real engine on a state bucket that enforces the policies of CI's roles: S3, KMS and IAM are moto's, on loopback.

moto evaluates actions, and for S3 resources, but no conditions: tests/unit/ci holds the rest.
"""

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import boto3
import pulumi
import pytest
import requests
from moto.s3.responses import S3Response
from moto.server import ThreadedMotoServer
from pulumi.automation import CommandError, LocalWorkspaceOptions, OpType, Stack, create_or_select_stack

from components.ci.policies.deploy import identity_policy
from components.ci.policies.read import read_policy
from sandbox.engine import engine
from tests.engine.runs import ROOT
from tests.harness.policy_samples import SCOPE, statements

BUCKET, PROJECT, STACK, KEY = "acme-state", "platform", "prod", "alias/acme-state"
"""Those of SCOPE's state."""
REGION = SCOPE.account.region

Statements = list[dict[str, Any]]


def about_the_state(policy: str) -> Statements:
    """The policy's statements about the state, in the form that moto can evaluate.

    Without the one with which S3 encrypts objects: moto's S3 does not call its KMS.
    """
    chosen = [each for each in statements(policy) if "State" in each["Sid"] and each["Sid"] != "EncryptState"]
    return [{**each, "Resource": "*"} if each["Sid"] == "StateKey" else each for each in chosen]


PREVIEW = about_the_state(read_policy(SCOPE))
DEPLOY = [*PREVIEW, *about_the_state(identity_policy(SCOPE))]


def program() -> None:
    pulumi.export("token", pulumi.Output.secret("value"))


AUTHORIZE: Any = getattr(S3Response, "_authenticate_and_authorize_s3_action")  # noqa: B009  private


def also_to_list(authorize: Callable[..., None]) -> Callable[..., None]:
    """S3 admits that a key is missing only to those who may list the bucket; moto does so to everybody."""

    def authorized(response: Any, bucket_name: str | None = None, key_name: str | None = None) -> None:
        authorize(response, bucket_name=bucket_name, key_name=key_name)
        reads = response.data["Action"] in ("GetObject", "HeadObject")
        if reads and response.backend.get_object(bucket_name, key_name) is None:
            response.data["Action"] = "ListBucket"
            authorize(response, bucket_name=bucket_name)

    return authorized


@dataclass(frozen=True)
class Cloud:
    """A moto server with the state bucket and one IAM user, whose only policy each test sets."""

    url: str
    folder: Path
    credentials: dict[str, str]

    def client(self, service: str) -> Any:
        given = {"aws_access_key_id": "unchecked", "aws_secret_access_key": "unchecked", "region_name": REGION}
        return cast("Any", boto3).client(service, endpoint_url=self.url, **given)

    def enforce(self, policy: Statements) -> None:
        """Enforce this policy, and only this one, from now on."""
        requests.post(f"{self.url}/moto-api/reset-auth", data="inf", timeout=10)
        document = json.dumps({"Version": "2012-10-17", "Statement": policy})
        self.client("iam").put_user_policy(UserName="ci", PolicyName="ci", PolicyDocument=document)
        requests.post(f"{self.url}/moto-api/reset-auth", data="0", timeout=10)

    def stack(self) -> Stack:
        """The stack in the bucket, selected as CI does, or created on first use; CommandError if that fails."""
        options = LocalWorkspaceOptions(
            work_dir=str(self.folder),
            pulumi_home=str(self.folder / "home"),
            pulumi_command=engine(ROOT),
            secrets_provider=f"awskms://{KEY}?region={REGION}&endpoint={self.url}",
            env_vars={
                **self.credentials,
                "AWS_REGION": REGION,
                "PULUMI_BACKEND_URL": f"s3://{BUCKET}?region={REGION}&endpoint={self.url}&s3ForcePathStyle=true",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
            },
        )
        return create_or_select_stack(STACK, PROJECT, program, opts=options)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cloud]:
    server = ThreadedMotoServer(port=0, verbose=False)
    patch = pytest.MonkeyPatch()
    patch.setattr(S3Response, "_authenticate_and_authorize_s3_action", also_to_list(AUTHORIZE))
    server.start()
    host, port = server.get_host_and_port()
    cloud = Cloud(f"http://{host}:{port}", tmp_path_factory.mktemp("project"), {})
    cloud.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    kms, iam = cloud.client("kms"), cloud.client("iam")
    kms.create_alias(AliasName=KEY, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    iam.create_user(UserName="ci")
    key = iam.create_access_key(UserName="ci")["AccessKey"]
    cloud.credentials.update(AWS_ACCESS_KEY_ID=key["AccessKeyId"], AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"])
    cloud.stack().up()
    yield cloud
    server.stop()
    patch.undo()


def test_the_preview_role_can_preview(cloud: Cloud) -> None:
    cloud.enforce(PREVIEW)
    assert cloud.stack().preview().change_summary == {OpType.SAME: 1}


def test_the_preview_role_can_save_a_plan_and_look_for_drift(cloud: Cloud) -> None:
    cloud.enforce(PREVIEW)
    plan = cloud.folder / "plan.json"
    cloud.stack().preview(plan=str(plan))
    assert "ciphertext" in plan.read_text()
    assert cloud.stack().preview_refresh().change_summary == {OpType.SAME: 1}


def test_the_deploy_role_can_do_everything(cloud: Cloud) -> None:
    cloud.enforce(DEPLOY)
    stack = cloud.stack()
    assert stack.preview().change_summary == {OpType.SAME: 1}
    for operation in (stack.up, stack.refresh, stack.destroy):
        assert operation().summary.result == "succeeded"
    assert stack.up().outputs["token"].secret


@pytest.mark.parametrize("missing", PREVIEW, ids=lambda s: s["Sid"])
def test_a_preview_needs_every_statement(cloud: Cloud, missing: dict[str, Any]) -> None:
    cloud.enforce([statement for statement in PREVIEW if statement != missing])
    with pytest.raises(CommandError, match="status code: 403"):
        cloud.stack().preview()


@pytest.mark.parametrize("missing", DEPLOY, ids=lambda s: s["Sid"])
@pytest.mark.parametrize("verb", ["up", "refresh", "destroy"])
def test_a_deployment_needs_every_statement(cloud: Cloud, verb: str, missing: dict[str, Any]) -> None:
    cloud.enforce([statement for statement in DEPLOY if statement != missing])
    with pytest.raises(CommandError, match="status code: 403"):
        getattr(cloud.stack(), verb)()


@pytest.mark.parametrize("verb", ["preview", "up", "refresh", "destroy"])
def test_the_stacks_tags_must_be_readable(cloud: Cloud, verb: str) -> None:
    cloud.enforce(json.loads(json.dumps(DEPLOY).replace(".pulumi-tags", ".other")))
    with pytest.raises(CommandError, match="failed to read stack tags"):
        getattr(cloud.stack(), verb)()


def test_another_stacks_rights_do_not_open_the_state(cloud: Cloud) -> None:
    cloud.enforce(json.loads(json.dumps(DEPLOY).replace(f"{PROJECT}/{STACK}", f"{PROJECT}/staging")))
    with pytest.raises(CommandError, match="status code: 403"):
        cloud.stack().preview()
