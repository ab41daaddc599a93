"""A wrong IAM document stops the engine: in the preview if it is known there, otherwise in `up`."""

import json
from pathlib import Path

from sandbox.driver import Verb
from tests.engine.runs import perform

HEAD = """\
import json

import pulumi
import pulumi_aws as aws

provider = aws.Provider("aws", region="eu-central-1", allowed_account_ids=["025434362120"])
opts = pulumi.ResourceOptions(provider=provider)
"""

KNOWN = (
    HEAD
    + """
aws.iam.Role(
    "deploy",
    assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [{
        "Sid": "GitHub",
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": "arn:aws:iam::025434362120:oidc-provider/token.actions.githubusercontent.com"},
        "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}},
    }]}),
    opts=opts,
)
"""
)

UNKNOWN = (
    HEAD
    + """
queue = aws.sqs.Queue("orders", opts=opts)
aws.iam.Policy(
    "send",
    policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": "Send", "Effect": "Allow", "Action": "sqs:SendMesage", "Resource": queue.arn},
    ]}),
    opts=opts,
)
"""
)


def project(folder: Path, program: str) -> Path:
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(json.dumps({"name": "small", "runtime": "python"}))
    (folder / "Pulumi.test.yaml").write_text("config: {}\n")
    (folder / "__main__.py").write_text(program)
    return folder


def test_a_known_document_is_refused_in_the_preview(tmp_path: Path) -> None:
    step = perform(Verb.PREVIEW, "test", tmp_path / "state", project=project(tmp_path / "program", KNOWN))
    output = "\n".join(step.lines)
    assert not step.report.ok
    assert "aws:iam/role:Role resource 'deploy' has a problem: assumeRolePolicy: statement \"GitHub\": " in output
    assert "token.actions.githubusercontent.com:sub" in output


def test_a_document_that_becomes_known_is_refused_before_its_resource_is_made(tmp_path: Path) -> None:
    folder, state = project(tmp_path / "program", UNKNOWN), tmp_path / "state"
    assert perform(Verb.PREVIEW, "test", state, project=folder).report.ok
    step = perform(Verb.UP, "test", state, project=folder)
    assert not step.report.ok
    assert "Nearest: sqs:SendMessage" in "\n".join(step.lines)
    assert {type_ for type_, _ in step.account} == {"aws:sqs/queue:Queue"}
