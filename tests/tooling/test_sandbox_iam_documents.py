"""IAM documents are judged in Check, with AWS's published tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.providers.aws.iam import judge
from sandbox.providers.aws.iam.documents import IamDocuments
from sandbox.providers.wire import UNKNOWN, Json, Value, secret
from tests.harness.policy_samples import CONTROLLERS, TEXTS
from tests.tooling.sandbox_cloud import REPOSITORY, ROLE, Cloud

ACCOUNT = "025434362120"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
BUCKET_ARN = "arn:aws:s3:::nova-uploads"
TABLE = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/orders"
GITHUB = "token.actions.githubusercontent.com"
GITHUB_ARN = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"
OURS: Json = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}

IDENTITY = ("iam/policy:Policy", "policy")
TRUST = ("iam/role:Role", "assumeRolePolicy")
KEY = ("kms/key:Key", "policy")
BUCKET = ("s3/bucketPolicy:BucketPolicy", "policy")
QUEUE = ("sqs/queuePolicy:QueuePolicy", "policy")
TOPIC = ("sns/topicPolicy:TopicPolicy", "policy")
SECRET = ("secretsmanager/secretPolicy:SecretPolicy", "policy")
REPOSITORY_POLICY = ("ecr/repositoryPolicy:RepositoryPolicy", "policy")
ENDPOINT = ("ec2/vpcEndpoint:VpcEndpoint", "policy")
Place = tuple[str, str]


def statement(action: Value, resource: Value = None, **more: Value) -> Json:
    """A statement named `S`; without a resource it has none."""
    parts: Json = {"Sid": "S", "Effect": "Allow", "Action": action, **more}
    return parts if resource is None else {**parts, "Resource": resource}


def document(*statements: Value, **more: Value) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})


def web_identity(subject: Value, operator: str = "StringLike", audience: Value = "sts.amazonaws.com") -> str:
    condition: Json = {"StringEquals": {f"{GITHUB}:aud": audience}} if audience else {}
    if subject:
        condition[operator] = {**condition.get(operator, {}), f"{GITHUB}:sub": subject}  # type: ignore[dict-item]
    return document(
        statement("sts:AssumeRoleWithWebIdentity", Principal={"Federated": GITHUB_ARN}, Condition=condition)
    )


Reasons = Callable[[Place, Value], list[str]]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> IamDocuments:
    return IamDocuments(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def reasons(documents: IamDocuments) -> Reasons:
    """Judges one property and returns the reasons of its refusal."""

    def of(place: Place, value: Value) -> list[str]:
        type_, property_ = place
        failures = documents.failures(type_, {property_: value})
        assert all(failure.reason.startswith(f"{property_}: ") for failure in failures)
        return [failure.reason.removeprefix(f"{property_}: ") for failure in failures]

    return of


WRONG: list[tuple[str, Place, str, str]] = [
    ("not JSON", IDENTITY, "{'Version'", "not a valid JSON policy"),
    ("a list", IDENTITY, "[]", "must be an object"),
    (
        "repeated key",
        IDENTITY,
        '{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}',
        "'Version' appears twice",
    ),
    ("no statement", IDENTITY, '{"Version": "2012-10-17"}', "missing the Statement"),
    ("empty statement", IDENTITY, document(), "empty Statement"),
    (
        "no version",
        IDENTITY,
        json.dumps({"Statement": [statement("s3:ListBucket", BUCKET_ARN)]}),
        "missing the Version",
    ),
    ("wrong version", IDENTITY, document(statement("s3:ListBucket", BUCKET_ARN), Version="2012-10-18"), "2012-10-18"),
    ("old version", IDENTITY, document(statement("s3:ListBucket", BUCKET_ARN), Version="2008-10-17"), "2008-10-17"),
    ("unknown element", IDENTITY, document(statement("s3:ListBucket", BUCKET_ARN, Conditions={})), "Conditions"),
    ("action is a number", IDENTITY, document(statement(5, BUCKET_ARN)), "Statement.0.Action"),
    ("wrong effect", IDENTITY, document(statement("s3:ListBucket", BUCKET_ARN, Effect="allow")), "Allow or Deny"),
    ("repeated Sid", IDENTITY, document(*[statement("s3:ListBucket", BUCKET_ARN)] * 2), "used 2 times"),
    ("Sid with a hyphen", IDENTITY, document(statement("s3:ListBucket", BUCKET_ARN, Sid="list-it")), "alphanumeric"),
    ("no resource", IDENTITY, document(statement("s3:ListBucket")), "Resource"),
    (
        "too long",
        IDENTITY,
        document(statement("s3:GetObject", [f"{BUCKET_ARN}/{n:0100}" for n in range(50)])),
        "at most 6144",
    ),
    (
        "too long for a trust policy",
        TRUST,
        document(
            statement("sts:AssumeRole", Principal={"AWS": [f"arn:aws:iam::{ACCOUNT}:role/{n:060}" for n in range(25)]})
        ),
        "at most 2048",
    ),
    ("unknown service", IDENTITY, document(statement("secretmanager:GetSecretValue", "*")), "secretsmanager"),
    ("unknown action", IDENTITY, document(statement("s3:GetObjekt", f"{BUCKET_ARN}/*")), "s3:GetObject"),
    ("wildcard without match", IDENTITY, document(statement("ec2:Descrbe*", "*")), "Descrbe*"),
    ("action without a service", IDENTITY, document(statement("GetObject", "*")), "GetObject"),
    (
        "resource of another type",
        IDENTITY,
        document(statement("s3:GetObject", BUCKET_ARN)),
        "arn:<Partition>:s3:::<BucketName>/<ObjectName>",
    ),
    ("resource of another service", IDENTITY, document(statement("s3:GetObject", TABLE)), "s3:::<BucketName>"),
    (
        "wildcard action, resource of another service",
        IDENTITY,
        document(statement("s3:Get*", TABLE)),
        "no action of s3:Get*",
    ),
    (
        "action needs *",
        IDENTITY,
        document(statement("ecr:GetAuthorizationToken", f"arn:aws:ecr:eu-central-1:{ACCOUNT}:repository/x")),
        '"*"',
    ),
    ("not an ARN", IDENTITY, document(statement("s3:ListBucket", "nova-uploads")), "nova-uploads"),
    ("any resource", IDENTITY, document(statement("s3:DeleteBucket", "*")), "all resources"),
    ("all of a service", IDENTITY, document(statement("s3:*", f"{BUCKET_ARN}/*")), "s3:*"),
    ("everything", IDENTITY, document(statement("*", "*")), "all actions"),
    (
        "all but",
        IDENTITY,
        document({"Sid": "S", "Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        "NotAction",
    ),
    ("passing any role", IDENTITY, document(statement("iam:PassRole", "*")), "iam:PassRole"),
    (
        "passing a role to any service",
        IDENTITY,
        document(statement("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/x")),
        "iam:PassedToService",
    ),
    (
        "unknown key",
        IDENTITY,
        document(statement("s3:ListBucket", BUCKET_ARN, Condition={"StringLike": {"s3:prefixes": "a/"}})),
        "s3:prefix",
    ),
    (
        "unknown global key",
        IDENTITY,
        document(statement("s3:ListBucket", BUCKET_ARN, Condition={"Bool": {"aws:SecureTransports": "true"}})),
        "aws:SecureTransports",
    ),
    (
        "key of another action",
        IDENTITY,
        document(statement("s3:GetObject", f"{BUCKET_ARN}/*", Condition={"StringLike": {"s3:prefix": "a/"}})),
        "s3:prefix",
    ),
    (
        "unknown operator",
        IDENTITY,
        document(statement("s3:ListBucket", BUCKET_ARN, Condition={"StringEqual": {"s3:prefix": "a/"}})),
        "StringEquals",
    ),
    (
        "operator of another type",
        IDENTITY,
        document(statement("s3:ListBucket", BUCKET_ARN, Condition={"NumericEquals": {"s3:prefix": "1"}})),
        "Numeric",
    ),
    (
        "value of another type",
        IDENTITY,
        document(statement("s3:ListBucket", BUCKET_ARN, Condition={"IpAddress": {"aws:SourceIp": "10.0.0"}})),
        "10.0.0",
    ),
    (
        "wildcard compared literally",
        IDENTITY,
        document(statement("s3:ListBucket", BUCKET_ARN, Condition={"StringEquals": {"s3:prefix": "a/*"}})),
        "StringLike",
    ),
    (
        "condition that accepts everything",
        IDENTITY,
        document(statement("s3:ListBucket", BUCKET_ARN, Condition={"StringLike": {"s3:prefix": "*"}})),
        "every value",
    ),
    (
        "principal in an identity policy",
        IDENTITY,
        document(statement("s3:ListBucket", BUCKET_ARN, Principal={"AWS": ROOT})),
        "Principal",
    ),
    ("no principal in a key policy", KEY, document(statement("kms:Decrypt", "*")), "Principal"),
    ("no principal in a bucket policy", BUCKET, document(statement("s3:ListBucket", BUCKET_ARN)), "Principal"),
    (
        "public bucket",
        BUCKET,
        document(statement("s3:GetObject", f"{BUCKET_ARN}/*", Principal="*")),
        "aws:SourceAccount",
    ),
    (
        "account with 11 digits",
        BUCKET,
        document(statement("s3:ListBucket", BUCKET_ARN, Principal={"AWS": "arn:aws:iam::02543436212:root"})),
        "02543436212",
    ),
    (
        "unknown kind of principal",
        KEY,
        document(statement("kms:Decrypt", "*", Principal={"Services": "s3.amazonaws.com"}, Condition=OURS)),
        "Services",
    ),
    (
        "not a service",
        TRUST,
        document(statement("sts:AssumeRole", Principal={"Service": "eks.amazonaws.con"}, Condition=OURS)),
        "eks.amazonaws.con",
    ),
    (
        "queue open to a service",
        QUEUE,
        document(
            statement(
                "sqs:SendMessage",
                f"arn:aws:sqs:eu-central-1:{ACCOUNT}:q",
                Principal={"Service": "events.amazonaws.com"},
            )
        ),
        "aws:SourceAccount",
    ),
    (
        "topic open to a service",
        TOPIC,
        document(
            statement("sns:Publish", f"arn:aws:sns:eu-central-1:{ACCOUNT}:t", Principal={"Service": "s3.amazonaws.com"})
        ),
        "aws:SourceAccount",
    ),
    (
        "secret open to everyone",
        SECRET,
        document(statement("secretsmanager:GetSecretValue", "*", Principal="*")),
        "Principal",
    ),
    (
        "resource in a repository policy",
        REPOSITORY_POLICY,
        document(statement("ecr:BatchGetImage", "*", Principal={"AWS": ROOT})),
        "Remove it",
    ),
    (
        "unknown action in a repository policy",
        REPOSITORY_POLICY,
        document(statement("ecr:PullImage", Principal={"AWS": ROOT})),
        "PullImage",
    ),
    (
        "unknown action in an endpoint policy",
        ENDPOINT,
        document(statement("s3:ReadObject", "*", Principal="*")),
        "ReadObject",
    ),
    (
        "trusted by any service",
        TRUST,
        document(statement("sts:AssumeRole", Principal={"Service": "monitoring.rds.amazonaws.com"})),
        "aws:SourceAccount",
    ),
    ("trusted by anyone", TRUST, document(statement("sts:AssumeRole", Principal={"AWS": "*"})), "Principal"),
    ("trust without principal", TRUST, document(statement("sts:AssumeRole")), "Principal"),
    ("trust with a resource", TRUST, document(statement("sts:AssumeRole", "*", Principal={"AWS": ROOT})), "Resource"),
    (
        "web identity for a service",
        TRUST,
        document(
            statement("sts:AssumeRoleWithWebIdentity", Principal={"Service": "eks.amazonaws.com"}, Condition=OURS)
        ),
        "Federated",
    ),
    ("web identity without audience", TRUST, web_identity("repo:nova/api:*", audience=None), f"{GITHUB}:aud"),
    ("web identity without subject", TRUST, web_identity(None), f"{GITHUB}:sub"),
    ("web identity of everyone", TRUST, web_identity("*"), "every value"),
    ("web identity of any repository", TRUST, web_identity("repo:*"), "any owner"),
    ("subject compared literally", TRUST, web_identity("repo:nova/api:*", "StringEquals"), "StringLike"),
    ("no action", IDENTITY, document(statement([], BUCKET_ARN)), "Action is empty"),
    (
        "no value",
        IDENTITY,
        document(statement("s3:ListBucket", BUCKET_ARN, Condition={"StringEquals": {"s3:prefix": []}})),
        "no value",
    ),
    ("a resource that no action supports", IDENTITY, document(statement("s3:ListBucket", [BUCKET_ARN, TABLE])), TABLE),
    (
        "unknown global key for everything",
        IDENTITY,
        document(
            statement("*", "*", Effect="Deny", Condition={"StringNotEquals": {"aws:RequestdRegion": "eu-central-1"}})
        ),
        "aws:RequestdRegion",
    ),
    (
        "source in any account",
        TRUST,
        document(
            statement(
                "sts:AssumeRole",
                Principal={"Service": "eks.amazonaws.com"},
                Condition={"ArnLike": {"aws:SourceArn": "arn:aws:eks:*:*:cluster/*"}},
            )
        ),
        "account open",
    ),
    ("subject only if it exists", TRUST, web_identity("repo:nova/api:x", "StringEqualsIfExists"), "Remove IfExists"),
    (
        "not an action of a trust policy",
        TRUST,
        document(statement("s3:GetObject", Principal={"AWS": ROOT})),
        "sts:AssumeRole",
    ),
    (
        "a key that nobody can administer",
        KEY,
        document(statement("kms:Decrypt", "*", Principal={"AWS": ROOT})),
        "kms:PutKeyPolicy",
    ),
    (
        "an IAM document in another type",
        ("glue/resourcePolicy:ResourcePolicy", "policy"),
        document(statement("glue:GetTabel", f"arn:aws:glue:eu-central-1:{ACCOUNT}:catalog", Principal={"AWS": ROOT})),
        "glue:GetTable",
    ),
]


@pytest.mark.parametrize(("place", "text", "part"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_document_is_refused(reasons: Reasons, place: Place, text: str, part: str) -> None:
    refused = reasons(place, text)
    assert any(part in reason for reason in refused), refused
    assert all(len(reason) <= 300 for reason in refused)


RIGHT: list[tuple[str, Place, str]] = [
    ("read objects", IDENTITY, document(statement(["s3:GetObject", "s3:ListBucket"], [BUCKET_ARN, f"{BUCKET_ARN}/*"]))),
    (
        "one statement without a list",
        IDENTITY,
        json.dumps({"Version": "2012-10-17", "Statement": statement("s3:ListBucket", BUCKET_ARN)}),
    ),
    ("describe", IDENTITY, document(statement(["ec2:Describe*", "ecr:GetAuthorizationToken"], "*"))),
    (
        "pass a role to a service",
        IDENTITY,
        document(
            statement(
                "iam:PassRole",
                f"arn:aws:iam::{ACCOUNT}:role/x",
                Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
            )
        ),
    ),
    (
        "deny all but",
        IDENTITY,
        document(
            {
                "Effect": "Deny",
                "NotAction": "iam:*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            }
        ),
    ),
    (
        "context of encryption",
        IDENTITY,
        document(
            statement(
                "kms:Decrypt",
                f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/*",
                Condition={"StringEquals": {"kms:EncryptionContext:app": "nova"}},
            )
        ),
    ),
    ("own account", TRUST, document(statement("sts:AssumeRole", Principal={"AWS": ROOT}))),
    ("instances", TRUST, document(statement("sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"}))),
    (
        "monitoring of databases",
        TRUST,
        document(statement("sts:AssumeRole", Principal={"Service": "monitoring.rds.amazonaws.com"}, Condition=OURS)),
    ),
    ("repository on GitHub", TRUST, web_identity("repo:nova/api:ref:refs/heads/main", "StringEquals")),
    ("branches of a repository", TRUST, web_identity("repo:nova/api:*")),
    ("default key policy", KEY, document(statement("kms:*", "*", Principal={"AWS": ROOT}))),
    (
        "key for CloudWatch Logs",
        KEY,
        document(
            statement("kms:*", "*", Principal={"AWS": ROOT}, Sid="Account"),
            statement(
                ["kms:Decrypt", "kms:GenerateDataKey*"],
                "*",
                Principal={"Service": "logs.eu-central-1.amazonaws.com"},
                Condition={
                    "ArnEquals": {
                        "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:x"
                    }
                },
            ),
        ),
    ),
    (
        "key of a topic",
        KEY,
        document(
            statement("kms:*", "*", Principal={"AWS": ROOT}, Sid="Account"),
            statement(
                ["kms:Decrypt", "kms:GenerateDataKey"],
                "*",
                Principal={"Service": ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"]},
                Condition={
                    "StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": f"arn:aws:sns:eu-central-1:{ACCOUNT}:t"}
                },
            ),
        ),
    ),
    (
        "encrypted connections only",
        BUCKET,
        document(
            {
                "Sid": "Tls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [BUCKET_ARN, f"{BUCKET_ARN}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ),
    ),
    (
        "bucket behind CloudFront",
        BUCKET,
        document(
            statement(
                "s3:GetObject",
                f"{BUCKET_ARN}/*",
                Principal={"Service": "cloudfront.amazonaws.com"},
                Condition={"StringEquals": {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"}},
            )
        ),
    ),
    (
        "queue of a topic",
        QUEUE,
        document(
            statement(
                "sqs:SendMessage",
                f"arn:aws:sqs:eu-central-1:{ACCOUNT}:q",
                Principal={"Service": "sns.amazonaws.com"},
                Condition={"ArnEquals": {"aws:SourceArn": f"arn:aws:sns:eu-central-1:{ACCOUNT}:t"}},
            )
        ),
    ),
    (
        "secret for a role",
        SECRET,
        document(
            statement("secretsmanager:GetSecretValue", "*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"})
        ),
    ),
    (
        "images for an account",
        REPOSITORY_POLICY,
        document(statement(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Principal={"AWS": ROOT})),
    ),
    (
        "images for Lambda",
        REPOSITORY_POLICY,
        document(
            statement(
                ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                Principal={"Service": "lambda.amazonaws.com"},
                Condition={"StringLike": {"aws:SourceArn": f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:*"}},
            )
        ),
    ),
    ("endpoint", ENDPOINT, document(statement("s3:GetObject", f"{BUCKET_ARN}/*", Principal="*"))),
    (
        "a lifecycle policy is no IAM document",
        ("ecr/lifecyclePolicy:LifecyclePolicy", "policy"),
        json.dumps({"rules": []}),
    ),
]


@pytest.mark.parametrize(("place", "text"), [row[1:] for row in RIGHT], ids=[row[0] for row in RIGHT])
def test_a_right_document_is_accepted(reasons: Reasons, place: Place, text: str) -> None:
    assert reasons(place, text) == []


MISSPELT = document(statement("s3:GetObjekt", f"{BUCKET_ARN}/*"))


def test_a_secret_document_is_judged(reasons: Reasons) -> None:
    assert reasons(IDENTITY, secret(MISSPELT)) != []


def test_an_inline_policy_of_a_role_is_judged(documents: IamDocuments) -> None:
    inline: Json = {"inlinePolicies": [{"name": "a"}, {"name": "b", "policy": MISSPELT}]}
    (failure,) = documents.failures("iam/role:Role", inline)
    assert failure.reason.startswith('inlinePolicies.1.policy: statement "S": ')


def test_what_is_unknown_is_not_judged(reasons: Reasons) -> None:
    unknown = statement("s3:GetObject", UNKNOWN)
    assert reasons(IDENTITY, UNKNOWN) == []
    assert reasons(IDENTITY, document(statement("s3:GetObjekt", f"{UNKNOWN}/*"))) == []
    assert reasons(IDENTITY, {"Version": "2012-10-17", "Statement": [unknown]}) == []
    assert reasons(IDENTITY, {"Version": "2012-10-17", "Statement": UNKNOWN}) == []


def test_the_known_statements_of_an_object_are_judged(reasons: Reasons) -> None:
    statements: list[Value] = [
        statement("s3:GetObject", UNKNOWN),
        statement("s3:GetObjekt", f"{BUCKET_ARN}/*", Sid="T"),
    ]
    (reason,) = reasons(IDENTITY, {"Version": "2012-10-17", "Statement": statements})
    assert reason.startswith('statement "T": ')


def test_verdicts_are_kept_for_the_next_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = IamDocuments(tmp_path).failures("iam/policy:Policy", {"policy": MISSPELT})
    monkeypatch.setattr(judge, "judge", None)
    assert IamDocuments(tmp_path).failures("iam/policy:Policy", {"policy": MISSPELT}) == first != []


def test_check_reports_property_statement_fault_and_remedy(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    _, (failure,) = cloud.aws.check(cloud.call("aws:iam/policy:Policy", "p"), {}, {"policy": MISSPELT})
    assert failure.reason == (
        'policy: statement "S": Action GetObjekt not found in service s3. Nearest: s3:GetObject, s3:GetObjectAcl'
    )


def test_other_inputs_are_left_alone(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    assert cloud.aws.check(cloud.call(REPOSITORY, "r"), {}, {"name": "policy"})[1] == []
    assert cloud.aws.check(cloud.call(ROLE, "r"), {}, {"permissionsBoundary": ROOT})[1] == []


@pytest.mark.parametrize("name", [*TEXTS, *CONTROLLERS])
def test_the_policies_of_ci_and_of_all_controllers_are_accepted(name: str) -> None:
    assert judge.judge("iam/policy:Policy", "IDENTITY_POLICY", json.loads({**TEXTS, **CONTROLLERS}[name])) == []


def test_eks_cannot_use_a_grant_for_aws_resources_only() -> None:
    document = json.loads(TEXTS["cluster"])
    for statement in document["Statement"]:
        if "kms:CreateGrant" in statement["Action"]:
            statement["Condition"] = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    faults = judge.judge("iam/policy:Policy", "IDENTITY_POLICY", document)
    assert [fault for fault in faults if "eks:CreateCluster sends no kms:GrantIsForAWSResource" in fault]


@pytest.mark.parametrize(
    ("resource", "accepted"),
    [
        ("arn:aws:ssm:eu-central-1::parameter/aws/service/eks/*", True),
        ("arn:aws:ssm:eu-central-1::parameter/shop/*", False),
        (f"arn:aws:ssm:eu-central-1:{ACCOUNT}:document/shop", False),
    ],
)
def test_only_awss_own_parameters_need_no_account(resource: str, accepted: bool) -> None:
    statement = {"Effect": "Allow", "Action": ["ssm:GetParameter"], "Resource": [resource]}
    faults = judge.judge("iam/policy:Policy", "IDENTITY_POLICY", {"Version": "2012-10-17", "Statement": [statement]})
    assert (faults == []) is accepted
