"""One private ECR repository for each service, with the rules by which its images expire.

Tags are written once, except those that a build pushes again and again (caches, signatures). A registry cannot
know which images run somewhere, so tagged ones are kept by a high count and never by age; caches and
signatures count as well.
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
    """What the registry needs from outside."""

    settings: RegistryConfig
    account: Account
    name: str
    """`<system>-<stage>`: what the alias of the key begins with."""
    repositories: Mapping[str, str]
    """Name of the repository by service, for example `{"auth-service": "shop/auth-service"}`."""
    protect: bool
    """Pulumi refuses to delete what holds images, unless the settings leave it standing."""


class Registry(pulumi.ComponentResource):
    """Repositories made here (`create`) or taken as they stand in the account (`existing`, no resource at all).

    With `retainOnDestroy` a destroy, or a service that leaves the catalogue, forgets the repository and leaves it
    standing; after that the stack takes it again with `ownership: existing`.
    """

    urls: dict[str, pulumi.Output[str] | str]
    """`<account>.dkr.ecr.<region>.amazonaws.com/<repository>` by service."""
    arns: dict[str, str]
    """By service; reckoned from the account in both modes, so that a first preview shows policies in full."""

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:registry:Registry", name, {}, opts)
        host = f"{args.account.account_id}.dkr.ecr.{args.account.region}.amazonaws.com"
        self.arns = {
            service: args.account.arn("ecr", f"repository/{repository}")
            for service, repository in args.repositories.items()
        }
        if args.settings.ownership is Ownership.EXISTING:
            self.urls = {service: f"{host}/{repository}" for service, repository in args.repositories.items()}
        else:
            key = self._key(name, args)
            made: dict[str, aws.ecr.Repository] = {}
            for service, repository in args.repositories.items():
                if repository not in made:  # services may share one; it is called after the first
                    made[repository] = self._repository(f"{name}-{service}", repository, key, args)
            # Read off the names, so that a first preview shows them; whoever uses one comes after its repository.
            self.urls = {
                service: made[repository].urn.apply(lambda _, url=f"{host}/{repository}": url)
                for service, repository in args.repositories.items()
            }
        self.register_outputs({"urls": self.urls, "arns": self.arns})

    def _options(self, args: RegistryArgs) -> pulumi.ResourceOptions:
        """Left standing, or protected, never both.

        Protection fails the whole destroy, also that of a resource which the destroy would only forget. What is left
        standing is as safe: Pulumi never asks AWS to delete it.
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
        made = aws.ecr.Repository(
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
            repository=made.name,
            policy=lifecycle(args.settings),
            # Holds no images, so it needs no protection; but what stays must go on being cleaned up.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=args.settings.retain_on_destroy),
        )
        return made


def lifecycle(settings: RegistryConfig) -> str:
    """The lifecycle policy as JSON text: untagged images by age, tagged ones by count. A `*` matches any tag."""
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
