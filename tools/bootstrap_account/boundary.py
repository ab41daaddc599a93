"""A stack's permissions boundary as a policy in IAM, with the text of `make boundary`."""

import json
from typing import Any

from tools.bootstrap_account.calls import found
from tools.steps import Part, Step

VERSIONS = 5
"""Versions that IAM keeps of a policy. Source: IAM user guide, IAM and AWS STS quotas."""


def boundary_part(iam: Any, arn: str, text: str, stack_file: str) -> Part:
    """The policy; a text that differs becomes a new version, and the old one stays to return to.

    `text` is the policy's document, made from the stack file with this name.
    """
    name = arn.rpartition("/")[2]
    title = f"permissions boundary {name}"
    policy = found(iam.get_policy, "NoSuchEntity", PolicyArn=arn).get("Policy", {})
    if not policy:
        description = "The most that any role of the stack can do, whatever its policies say"
        create = Step(
            f"create it from {stack_file}",
            lambda: iam.create_policy(PolicyName=name, PolicyDocument=text, Description=description),
        )
        return Part(title, [create])
    default = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    if default["Document"] == json.loads(text):
        return Part(title)
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    steps: list[Step] = []
    if len(versions) >= VERSIONS:
        oldest = min(
            (str(version["VersionId"]) for version in versions if not version["IsDefaultVersion"]),
            key=lambda version: int(version.removeprefix("v")),
        )
        steps.append(
            Step(
                f"delete {oldest}, its oldest version that is not in use: IAM keeps {VERSIONS}",
                lambda: iam.delete_policy_version(PolicyArn=arn, VersionId=oldest),
            )
        )
    steps.append(
        Step(
            f"set the text of {stack_file} in place of {policy['DefaultVersionId']}, as a new version",
            lambda: iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True),
        )
    )
    return Part(title, steps)
