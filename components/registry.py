"""One private ECR repository per service, with a lifecycle policy.

Tags are immutable, except those that a build overwrites (caches, signatures). A registry cannot know which images are
running, so tagged images expire by a high count and never by age; caches and signatures count towards it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.keys import EncryptionKey, EncryptionKeyArgs
from components.config.registry import RegistryConfig
from components.config.types import Ownership


@dataclass(frozen=True, kw_only=True)
class RegistryArgs:
    """Arguments of `Registry`."""

    settings: RegistryConfig
    account: Account
    name: str
    """`<system>-<stage>`: prefix of the key's alias."""
    repositories: Mapping[str, str]
    """Repository name by service, for example `{"auth-service": "shop/auth-service"}`."""
    protect: bool
    """Whether Pulumi refuses to delete repositories and their key; no effect with `retainOnDestroy`."""


class Registry(pulumi.ComponentResource):
    """Repositories that the stack creates (`create`), or that exist in the account (`existing`: no resources).

    With `retainOnDestroy`, a repository stays in AWS when the stack is destroyed or its service is removed from the
    catalogue. The stack can use it again with `ownership: existing`.
    """

    urls: dict[str, pulumi.Output[str] | str]
    """`<account>.dkr.ecr.<region>.amazonaws.com/<repository>` by service."""
    arns: dict[str, str]
    """By service; built from the account id in both modes, so that the first preview shows complete policies."""

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:registry:Registry", name, {}, opts)
        host = args.account.registry_host
        self.arns = {
            service: args.account.arn("ecr", f"repository/{repository}")
            for service, repository in args.repositories.items()
        }
        if args.settings.ownership is Ownership.EXISTING:
            self.urls = {service: f"{host}/{repository}" for service, repository in args.repositories.items()}
        else:
            key = self._key(name, args)
            repositories: dict[str, aws.ecr.Repository] = {}
            for service, repository in args.repositories.items():
                if repository not in repositories:  # services may share one; its logical name is the first service's
                    repositories[repository] = self._repository(f"{name}-{service}", repository, key, args)
            # Built from the names, so that the first preview shows them; the URN makes users depend on the repository.
            self.urls = {
                service: repositories[repository].urn.apply(lambda _, url=f"{host}/{repository}": url)
                for service, repository in args.repositories.items()
            }
        self.register_outputs({"urls": self.urls, "arns": self.arns})

    def _options(self, args: RegistryArgs) -> pulumi.ResourceOptions:
        """Retained or protected, never both.

        A protected resource makes the whole destroy fail, even if it would have been retained. A retained one is just
        as safe: Pulumi never asks AWS to delete it.
        """
        retain = args.settings.retain_on_destroy
        return pulumi.ResourceOptions(parent=self, retain_on_delete=retain, protect=args.protect and not retain)

    def _key(self, name: str, args: RegistryArgs) -> EncryptionKey | None:
        if not args.settings.customer_managed_key:
            return None
        return EncryptionKey(
            f"{name}-key",
            EncryptionKeyArgs(
                alias=f"{args.name}-registry",
                description=f"Images in the repositories of {args.name}",
                account=args.account,
                protect=args.protect and not args.settings.retain_on_destroy,
                retain=args.settings.retain_on_destroy,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _repository(
        self, name: str, repository: str, key: EncryptionKey | None, args: RegistryArgs
    ) -> aws.ecr.Repository:
        mutable = args.settings.mutable_tags
        resource = aws.ecr.Repository(
            name,
            name=repository,
            force_delete=False,
            image_tag_mutability="IMMUTABLE_WITH_EXCLUSION" if mutable else "IMMUTABLE",
            image_tag_mutability_exclusion_filters=[
                aws.ecr.RepositoryImageTagMutabilityExclusionFilterArgs(filter=pattern, filter_type="WILDCARD")
                for pattern in mutable
            ]
            or None,
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[
                aws.ecr.RepositoryEncryptionConfigurationArgs(
                    encryption_type="KMS" if key else "AES256", kms_key=key.arn if key else None
                )
            ],
            opts=self._options(args),
        )
        aws.ecr.LifecyclePolicy(
            name,
            repository=resource.name,
            policy=lifecycle(args.settings),
            # It holds no data and needs no protection, but a retained repository must keep its lifecycle policy.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=args.settings.retain_on_destroy),
        )
        return resource


def lifecycle(settings: RegistryConfig) -> str:
    """The lifecycle policy as JSON text: untagged images expire by age, tagged ones by count. `*` matches any tag."""
    untagged = {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": settings.untagged_days,
    }
    tagged = {
        "tagStatus": "tagged",
        "tagPatternList": ["*"],
        "countType": "imageCountMoreThan",
        "countNumber": settings.keep_tagged,
    }
    rules = [
        {"rulePriority": 1, "description": "Untagged images expire", "selection": untagged},
        {"rulePriority": 2, "description": "The newest tagged images stay", "selection": tagged},
    ]
    return json.dumps({"rules": [{**rule, "action": {"type": "expire"}} for rule in rules]}, sort_keys=True)
