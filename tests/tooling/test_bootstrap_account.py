"""scripts/bootstrap-account on an account that moto plays."""

import json
import re
import shutil
from collections.abc import Generator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from tests.harness.harness import ROOT
from tools.bootstrap_account.__main__ import main
from tools.boundary import of_stack

ACCOUNT, REGION = "025434362120", "ap-northeast-1"
BUCKET, ALIAS = "nova-pulumi-state", "alias/nova-pulumi-state"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary-nova-staging"
NOTHING = f"""\
KMS key {ALIAS} in {REGION}
  nothing to do
S3 bucket {BUCKET}
  nothing to do
permissions boundary boundary-nova-prod
  nothing to do
permissions boundary boundary-nova-staging
  nothing to do

Nothing to do.
"""


SESSION: Any = cast("Any", boto3).Session(aws_access_key_id="any", aws_secret_access_key="any")
OTHER = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


@cache
def cached(service: str, region: str) -> Any:
    """A client, which takes longer to make than its calls to moto take."""
    return SESSION.client(service, region_name=region)


def client(service: str, region_name: str = REGION) -> Any:
    return cached(service, region_name)


@dataclass
class Account:
    """The stack files' account, and the command run in it."""

    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def log_in(self, account: str) -> None:
        """Use credentials of this account."""
        self.patch.setenv("MOTO_ACCOUNT_ID", account)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit status and both streams."""
        self.capture.readouterr()
        status = main(arguments)
        streams = self.capture.readouterr()
        return status, streams.out, streams.err

    def part(self, title: str, *arguments: str) -> list[str]:
        """The lines below a heading."""
        _, out, _ = self.run(*arguments)
        [section] = re.findall(rf"^{re.escape(title)}.*\n((?:  .*\n)+)", out, re.MULTILINE)
        return [line.strip() for line in section.splitlines()]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Generator[Account]:
    # moto answers to other accounts' buckets unless configured otherwise; AWS does not.
    monkeypatch.setenv("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "false")
    monkeypatch.setattr(boto3, "client", client)
    with mock_aws():
        account = Account(monkeypatch, capsys)
        account.log_in(ACCOUNT)
        yield account


@pytest.fixture
def bootstrapped(account: Account) -> Account:
    status, _, err = account.run("--apply")
    assert (status, err) == (0, "")
    return account


def shown(page: str) -> str:
    """The expected output in a page: its block that begins with the command."""
    text = (ROOT / "docs" / page).read_text()
    [block] = re.findall(r"```console\n\$ scripts/bootstrap-account\n(.*?)```", text, re.DOTALL)
    return block


def test_a_dry_run_shows_every_step_and_changes_nothing(account: Account) -> None:
    status, out, err = account.run()
    assert (status, out, err) == (0, shown("state-backend.md"), "")
    assert client("s3").list_buckets()["Buckets"] == []
    assert client("kms").list_keys()["Keys"] == []
    assert client("iam").list_policies(Scope="Local")["Policies"] == []


def test_a_second_run_finds_nothing_to_do(bootstrapped: Account) -> None:
    assert bootstrapped.run() == (0, NOTHING, "")
    assert bootstrapped.run("--apply")[1].startswith(NOTHING)
    assert len(client("kms").list_keys()["Keys"]) == 1


def test_the_bucket_keeps_versions_is_private_and_encrypted_with_the_key(bootstrapped: Account) -> None:
    del bootstrapped
    s3, key = client("s3"), client("kms").describe_key(KeyId=ALIAS)["KeyMetadata"]
    assert s3.head_bucket(Bucket=BUCKET)["BucketRegion"] == REGION
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    [rule] = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule == {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]},
        "BucketKeyEnabled": True,
    }
    assert set(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values()) == {True}
    [owner] = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert owner == {"ObjectOwnership": "BucketOwnerEnforced"}


def test_old_versions_are_deleted_after_90_days_except_the_newest_ten(account: Account) -> None:
    events, sent = client("s3").meta.events, list[Any]()

    def record(params: Any, **_: object) -> None:  # moto keeps only the days
        sent.extend(params["LifecycleConfiguration"]["Rules"])

    name = "provide-client-params.s3.PutBucketLifecycleConfiguration"
    events.register(name, record)
    assert account.run("--apply")[0] == 0
    events.unregister(name, record)
    [rule] = sent
    assert (rule["Status"], rule["Filter"]) == ("Enabled", {})
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90, "NewerNoncurrentVersions": 10}
    assert "Expiration" not in rule


def test_the_bucket_refuses_requests_without_tls_and_objects_without_the_key(bootstrapped: Account) -> None:
    del bootstrapped
    tls, key = json.loads(client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    assert {tls["Effect"], key["Effect"]} == {"Deny"}
    assert {tls["Principal"]["AWS"], key["Principal"]["AWS"]} == {"*"}
    assert (tls["Action"], tls["Condition"]) == (["s3:*"], {"Bool": {"aws:SecureTransport": "false"}})
    assert tls["Resource"] == [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    assert (key["Action"], key["Resource"]) == (["s3:PutObject"], [f"arn:aws:s3:::{BUCKET}/*"])
    named = "s3:x-amz-server-side-encryption"
    # Without the second condition, Pulumi could not write: it names no encryption.
    assert key["Condition"] == {"StringNotEquals": {named: "aws:kms"}, "Null": {named: "false"}}


def test_the_key_rotates_and_no_stage_can_make_it_its_own(bootstrapped: Account) -> None:
    del bootstrapped
    kms = client("kms")
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "Environment", "TagValue": "pulumi-state"}]


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_each_stack_has_its_boundary(bootstrapped: Account, stack: str) -> None:
    del bootstrapped
    arn = f"arn:aws:iam::{ACCOUNT}:policy/boundary-nova-{stack}"
    version = client("iam").get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    assert version["Document"] == json.loads(of_stack(ROOT, stack))


def test_one_stack_can_be_chosen(account: Account) -> None:
    assert account.run("--stack", "staging", "--apply")[0] == 0
    names = [policy["PolicyName"] for policy in client("iam").list_policies(Scope="Local")["Policies"]]
    assert names == ["boundary-nova-staging"]


def test_the_commands_for_a_new_stack_have_its_names(account: Account) -> None:
    _, out, _ = account.run("--apply")
    assert out.endswith(
        '  pulumi login "s3://nova-pulumi-state?region=ap-northeast-1"\n'
        '  pulumi stack init prod --secrets-provider="awskms://alias/nova-pulumi-state?region=ap-northeast-1"\n'
        '  pulumi stack init staging --secrets-provider="awskms://alias/nova-pulumi-state?region=ap-northeast-1"\n'
    )


def test_another_account_is_refused(account: Account) -> None:
    account.log_in("111111111111")
    status, out, err = account.run("--apply")
    assert (status, out) == (1, "")
    assert err == (
        "error: Pulumi.prod.yaml: aws.accountId is 025434362120, and these credentials are of account 111111111111 "
        "(arn:aws:sts::111111111111:user/moto). Use credentials of 025434362120, or choose the "
        "stacks of one account with --stack.\n"
    )
    assert client("iam").list_policies(Scope="Local")["Policies"] == []


def test_a_bucket_of_another_account_is_refused(account: Account) -> None:
    account.log_in("111111111111")
    client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
    account.log_in(ACCOUNT)
    status, out, err = account.run("--apply")
    assert (status, out) == (1, "")
    assert err.startswith(f"error: the bucket {BUCKET} exists, and is not one that these credentials")
    assert err.endswith("write another one in ci.stateBucket.\n")
    assert client("kms").list_keys()["Keys"] == []


def test_versioning_that_is_off_is_turned_on(bootstrapped: Account) -> None:
    s3 = client("s3")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    assert bootstrapped.part("S3 bucket", "--apply") == ["turn on versioning"]
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"


def test_what_others_added_to_the_bucket_stays(bootstrapped: Account) -> None:
    s3 = client("s3")
    backup = {
        "Sid": "Backup", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*",
    }  # fmt: skip
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [backup]}))
    history = {
        "ID": "history", "Status": "Enabled", "Filter": {"Prefix": ".pulumi/history/"},
        "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}],
    }  # fmt: skip
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [history]})
    assert bootstrapped.part("S3 bucket", "--apply") == [
        "refuse requests without TLS, and objects without the key",
        "delete old versions of an object after 90 days, except the newest 10",
    ]
    statements = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    assert [statement["Sid"] for statement in statements] == ["Backup", "TlsOnly", "KeyOnly"]
    assert statements[0] == backup
    rules = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert [rule["ID"] for rule in rules] == ["history", "old-versions"]


def test_old_versions_that_someone_keeps_longer_are_not_deleted(bootstrapped: Account) -> None:
    s3 = client("s3")
    longer = {
        "ID": "old-versions", "Status": "Enabled", "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 365},
    }  # fmt: skip
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [longer]})
    assert bootstrapped.part("S3 bucket", "--apply") == [
        "(left as it is: its rule old-versions deletes old versions after 365 days)",
        "nothing to do",
    ]
    [rule] = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 365


def encrypt(s3: Any, **default: str) -> None:
    rules = [{"ApplyServerSideEncryptionByDefault": default}]
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": rules})


def test_a_bucket_with_s3s_own_encryption_gets_the_key(bootstrapped: Account) -> None:
    encrypt(client("s3"), SSEAlgorithm="AES256")
    assert bootstrapped.part("S3 bucket", "--apply") == [f"encrypt new objects with {ALIAS}"]
    assert bootstrapped.part("S3 bucket") == ["nothing to do"]


def test_a_bucket_with_another_key_keeps_it(bootstrapped: Account) -> None:
    s3 = client("s3")
    other = client("kms").create_key()["KeyMetadata"]["Arn"]
    encrypt(s3, SSEAlgorithm="aws:kms", KMSMasterKeyID=other)
    [fault] = bootstrapped.part("S3 bucket", "--apply")
    assert fault.startswith(f"! encrypts new objects with {other}, not with {ALIAS}")
    status, _, err = bootstrapped.run("--apply")
    assert (status, err) == (1, "1 problem above, marked with !, must be solved by hand.\n")
    [rule] = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == other


def test_a_bucket_in_another_region_is_used_where_it_is(account: Account) -> None:
    location = {"LocationConstraint": "eu-west-1"}
    client("s3", region_name="eu-west-1").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    assert account.part("S3 bucket", "--apply")[-1] == (
        "(left as it is: it is in eu-west-1, so write region=eu-west-1 where a URL names it)"
    )
    assert client("s3").head_bucket(Bucket=BUCKET)["BucketRegion"] == "eu-west-1"


def test_a_key_made_by_hand_gets_rotation_and_the_tag(account: Account) -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=key)
    assert account.part("KMS key", "--apply") == [
        "turn on yearly rotation",
        "tag it Environment=pulumi-state, so that no deploy role can make it its own",
    ]
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    assert account.part("KMS key") == ["nothing to do"]


TAGGED = {"Tags": [{"TagKey": "Environment", "TagValue": "prod"}]}


@pytest.mark.parametrize(
    ("operation", "parameters", "fault", "remedy"),
    [
        ("disable_key", {}, "is Disabled, so the state cannot be read.", "aws kms enable-key"),
        ("schedule_key_deletion", {}, "will be deleted on 20", "aws kms cancel-key-deletion"),
        ("tag_resource", TAGGED, "is tagged Environment=prod, so the deploy role of prod", "aws kms tag-resource"),
    ],
)
def test_a_key_that_a_person_has_to_repair_is_named(
    bootstrapped: Account, operation: str, parameters: dict[str, Any], fault: str, remedy: str
) -> None:
    kms = client("kms")
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    getattr(kms, operation)(KeyId=key, **parameters)
    [line] = bootstrapped.part("KMS key", "--apply")
    assert line.startswith(f"! {fault}")
    assert f"{remedy} --key-id {key}" in line
    assert bootstrapped.run()[0] == 1


def test_a_key_of_another_kind_is_named(account: Account) -> None:
    kms = client("kms")
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=key)
    assert account.part("KMS key") == [
        "! is a key of type RSA_2048, which cannot encrypt the state. Write another ci.stateKeyAlias."
    ]


def test_a_boundary_with_another_text_gets_a_new_version_and_the_oldest_goes_where_iam_keeps_no_more(
    bootstrapped: Account,
) -> None:
    iam = client("iam")
    iam.create_policy_version(PolicyArn=BOUNDARY, PolicyDocument=OTHER, SetAsDefault=True)
    assert bootstrapped.part("permissions boundary boundary-nova-staging", "--apply") == [
        "set the text of Pulumi.staging.yaml in place of v2, as a new version"
    ]
    for _ in range(2):  # v4, v5: the policy is full
        iam.create_policy_version(PolicyArn=BOUNDARY, PolicyDocument=OTHER, SetAsDefault=False)
    iam.set_default_policy_version(PolicyArn=BOUNDARY, VersionId="v1")
    iam.delete_policy_version(PolicyArn=BOUNDARY, VersionId="v4")
    iam.create_policy_version(PolicyArn=BOUNDARY, PolicyDocument=OTHER, SetAsDefault=True)  # v6
    assert bootstrapped.part("permissions boundary boundary-nova-staging", "--apply") == [
        "delete v1, its oldest version that is not in use: IAM keeps 5",
        "set the text of Pulumi.staging.yaml in place of v6, as a new version",
    ]
    versions = {v["VersionId"]: v["IsDefaultVersion"] for v in iam.list_policy_versions(PolicyArn=BOUNDARY)["Versions"]}
    assert versions == {"v2": False, "v3": False, "v5": False, "v6": False, "v7": True}
    document = iam.get_policy_version(PolicyArn=BOUNDARY, VersionId="v7")["PolicyVersion"]["Document"]
    assert document == json.loads(of_stack(ROOT, "staging"))


def test_the_version_in_use_is_never_deleted(bootstrapped: Account) -> None:
    iam = client("iam")
    for _ in range(4):
        iam.create_policy_version(PolicyArn=BOUNDARY, PolicyDocument=OTHER, SetAsDefault=False)
    iam.set_default_policy_version(PolicyArn=BOUNDARY, VersionId="v2")
    iam.delete_policy_version(PolicyArn=BOUNDARY, VersionId="v1")
    iam.create_policy_version(PolicyArn=BOUNDARY, PolicyDocument=OTHER, SetAsDefault=False)  # v6
    lines = bootstrapped.part("permissions boundary boundary-nova-staging")
    assert lines[0] == "delete v3, its oldest version that is not in use: IAM keeps 5"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_passphrase_needs_no_key(account: Account, project: Path) -> None:
    for file in project.glob("Pulumi.*.yaml"):
        edit(file, f"    stateKeyAlias: {ALIAS}\n", "")
    status, out, _ = account.run("--project", str(project), "--apply")
    assert status == 0
    assert "KMS" not in out
    assert "  refuse requests without TLS\n" in out
    assert "--secrets-provider" not in out


def test_two_keys_for_one_bucket_are_refused(account: Account, project: Path) -> None:
    edit(project / "Pulumi.staging.yaml", f"stateKeyAlias: {ALIAS}", "stateKeyAlias: alias/other")
    status, _, err = account.run("--project", str(project))
    assert status == 1
    assert err == (
        f"error: Pulumi.staging.yaml: ci.stateKeyAlias is alias/other, and another stack has {ALIAS} with the same "
        f"ci.stateBucket {BUCKET}, which is encrypted with one key. Write the same alias, or another bucket.\n"
    )


def test_a_bucket_in_us_east_1_is_created_without_a_location(account: Account) -> None:
    account.log_in("210987654321")
    assert account.run("--project", str(ROOT / "examples/pingvasai"), "--apply")[0] == 0
    assert client("s3").head_bucket(Bucket="pingvasai-pulumi-state")["BucketRegion"] == "us-east-1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--stack", "test"], f"error: no stack 'test' in {ROOT}; its stacks: prod, staging\n"),
        (
            ["--project", str(ROOT / "examples/tiketi"), "--stack", "dev"],
            "error: Pulumi.dev.yaml has no section aws, so it needs nothing on AWS.\n",
        ),
        (["--project", str(ROOT / "docs")], f"error: there is no Pulumi.<stack>.yaml in {ROOT / 'docs'}.\n"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(account: Account, arguments: list[str], message: str) -> None:
    assert account.run(*arguments) == (1, "", message)


def test_missing_credentials_are_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main([]) == 1
    assert capsys.readouterr().err.startswith("error: there are no AWS credentials. Log in")
