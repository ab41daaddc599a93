"""Creates what must exist in an account before the first `pulumi up`: the state's bucket and key, and each boundary.

Names come from the stack files. Without --apply it only shows what it would do. It deletes nothing that holds data, and
a second run finds nothing to do. Use the credentials of an administrator of the account.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, cast

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from components.config.aws import AwsConfig
from components.config.platform import PlatformConfig
from tools.bootstrap_account.boundary import boundary_part
from tools.bootstrap_account.bucket import StateBucket, bucket_part
from tools.bootstrap_account.key import key_part
from tools.boundary import of_stack
from tools.manifests.stacks import StackError
from tools.steps import Options, Part, backend_url, chosen, parser, run

Chosen = Mapping[str, tuple[PlatformConfig, AwsConfig]]
"""Configuration and account by stack."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Show, or create; the exit status is 1 if it cannot, or if something is left to a person."""
    options = parser("scripts/bootstrap-account", __doc__ or "").parse_args(arguments, namespace=Options())
    try:
        stacks = chosen(options)
        _check_account(stacks)
        parts = [*_keys(stacks), *_buckets(stacks), *_boundaries(stacks, options)]
        if not parts:
            raise StackError(
                "the stack files have none of ci.stateBucket, ci.stateKeyAlias and aws.permissionsBoundary"
            )
        status = run(parts, apply=options.apply)
    except (StackError, BotoCoreError, ClientError) as error:
        print(f"error: {_reason(error)}", file=sys.stderr)
        return 1
    if options.apply:
        _print_next(stacks)
    return status


def _reason(error: Exception) -> str:
    if isinstance(error, NoCredentialsError):
        return "there are no AWS credentials. Log in (`aws sso login`, or AWS_PROFILE) as an administrator."
    return str(error)


def _client(service: str, region: str) -> Any:
    return cast("Any", boto3).client(service, region_name=region)


def _check_account(stacks: Chosen) -> None:
    """StackError if the credentials are of another account than a stack file's."""
    regions = [aws.region for _, aws in stacks.values()]
    identity = _client("sts", regions[0]).get_caller_identity()
    for stack, (_, aws) in stacks.items():
        if identity["Account"] != aws.account_id:
            raise StackError(
                f"Pulumi.{stack}.yaml: aws.accountId is {aws.account_id}, and these credentials are of account "
                f"{identity['Account']} ({identity['Arn']}). Use credentials of {aws.account_id}, or choose the stacks "
                "of one account with --stack."
            )


def _keys(stacks: Chosen) -> list[Part]:
    keys = {(config.ci.state_key_alias, aws.region) for config, aws in stacks.values() if config.ci is not None}
    stages = [config.stage for config, _ in stacks.values()]
    return [
        key_part(_client("kms", region), alias, region, stages)
        for alias, region in sorted((alias, region) for alias, region in keys if alias is not None)
    ]


def _buckets(stacks: Chosen) -> list[Part]:
    """Each bucket once, in the region of the first stack that has it."""
    buckets: dict[str, StateBucket] = {}
    for stack, (config, aws) in stacks.items():
        if config.ci is None or config.ci.state_bucket is None:
            continue
        bucket = StateBucket(
            s3=_client("s3", aws.region),
            kms=_client("kms", aws.region),
            name=config.ci.state_bucket,
            account_id=aws.account_id,
            region=aws.region,
            key_alias=config.ci.state_key_alias,
        )
        first = buckets.setdefault(bucket.name, bucket)
        if first.key_alias != bucket.key_alias:
            raise StackError(
                f"Pulumi.{stack}.yaml: ci.stateKeyAlias is {bucket.key_alias}, and another stack has {first.key_alias} "
                f"with the same ci.stateBucket {bucket.name}, which is encrypted with one key. Write the same alias, "
                "or another bucket."
            )
    return [bucket_part(bucket) for bucket in buckets.values()]


def _boundaries(stacks: Chosen, options: Options) -> list[Part]:
    return [
        boundary_part(_client("iam", aws.region), arn, of_stack(options.project, stack), f"Pulumi.{stack}.yaml")
        for stack, (_, aws) in stacks.items()
        if (arn := aws.account.permissions_boundary_arn) is not None
    ]


def _print_next(stacks: Chosen) -> None:
    """The commands that create a stack in the bucket, with its names."""
    print("\nA stack that does not exist yet is created with:")
    here = ""
    for stack, (config, aws) in stacks.items():
        if config.ci is None or config.ci.state_bucket is None:
            continue
        url, alias = backend_url(config.ci.state_bucket, aws.region), config.ci.state_key_alias
        if url != here:
            print(f'  pulumi login "{url}"')
            here = url
        provider = "" if alias is None else f' --secrets-provider="awskms://{alias}?region={aws.region}"'
        print(f"  pulumi stack init {stack}{provider}")


if __name__ == "__main__":
    sys.exit(main())
