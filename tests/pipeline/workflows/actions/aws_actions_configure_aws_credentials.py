"""Assumes the role at the test's AWS (`AWS_ENDPOINT_URL`) with a made-up OIDC token, and exports its credentials."""

import os
import re
import urllib.parse
import urllib.request

from tests.pipeline.workflows.actions.stand_in import export, fail, inputs, output, record

EXPORTED = {
    "AccessKeyId": "AWS_ACCESS_KEY_ID", "SecretAccessKey": "AWS_SECRET_ACCESS_KEY", "SessionToken": "AWS_SESSION_TOKEN",
}  # fmt: skip


def main() -> None:
    given = inputs()
    role, region = given["role-to-assume"], given["aws-region"]
    if not region:
        fail("Input required and not supplied: aws-region")
    if not role:
        fail("Could not load credentials from any providers")
    request = {
        "Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "WebIdentityToken": "made-up",
        "RoleArn": role, "RoleSessionName": given["role-session-name"] or "GitHubActions",
    }  # fmt: skip
    with urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"], urllib.parse.urlencode(request).encode()) as response:
        credentials = response.read().decode()
    for field, variable in EXPORTED.items():
        value = re.search(f"<{field}>([^<]+)<", credentials)
        if not value:
            fail(f"Could not assume role with OIDC: {credentials}")
        export(variable, value.group(1))
    export("AWS_DEFAULT_REGION", region)
    export("AWS_REGION", region)
    output("aws-account-id", role.split(":")[4])
    record("role", role=role, region=region)


main()
