"""What Argo CD may read that is secret: the repository, pull requests, the tokens of notifications and of webhooks.

Each is a Secret in Argo CD's namespace, named by the chart's values or by a label. External Secrets fills it from AWS
Secrets Manager, so no secret passes through Pulumi or a stack file. For a reference to Kubernetes (a local cluster
without Secrets Manager) nothing is made: the Secret must exist by that name, see `RepositoryAccessConfig`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.argocd.secrets import (
    REPOSITORY_SECRET,
    pull_requests_secret,
    repository_secret,
    token_secret,
    tokens_secret,
    webhook_secret,
)
from components.config.argocd import ArgoCdConfig
from components.config.argocd_access import NOTIFICATIONS_SECRET
from components.config.environments import EnvironmentConfig
from components.secrets.external_secret import EXTERNAL_SECRET, EXTERNAL_SECRETS_API, WAIT_UNTIL_READY, Spec

WEBHOOK_SECRET = "git-webhooks"  # noqa: S105 the name of an object, not a secret


@dataclass(frozen=True, kw_only=True)
class ArgoCdAccessArgs:
    """What the secrets need from outside."""

    settings: ArgoCdConfig
    project: str
    """Name of the AppProject, which alone uses the repository's credentials."""
    repository_url: str
    namespace: pulumi.Input[str]
    """Argo CD's namespace, as its component gives it: what is in it comes after it."""
    environments: Sequence[EnvironmentConfig]
    after: Sequence[pulumi.Resource]
    """The operator with its definitions, and the store: without them a secret is refused, or never filled."""
    release: pulumi.Resource
    """Argo CD's release, which makes the Secret that takes the secret of webhooks."""


class ArgoCdAccess(pulumi.ComponentResource):
    """The ExternalSecrets of Argo CD; none where every reference is to Kubernetes, or there is none."""

    secrets: tuple[pulumi.Resource, ...]
    """What Applications and ApplicationSets come after: all but that of webhooks."""
    webhook_secret: pulumi.Resource | None
    """What the door for webhooks comes after; ready when Argo CD's Secret holds the value."""

    def __init__(self, name: str, args: ArgoCdAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:argocd_access:ArgoCdAccess", name, {}, opts)
        self.secrets = tuple(
            k8s.apiextensions.CustomResource(
                f"{name}-{secret}",
                api_version=EXTERNAL_SECRETS_API,
                kind=EXTERNAL_SECRET,
                metadata=ObjectMetaArgs(name=secret, namespace=args.namespace),
                spec=spec,
                # The kind comes with the operator, and its finalizers need the operator to go.
                opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
            )
            for secret, spec in external_secrets(args).items()
        )
        self.webhook_secret = self._webhook_secret(name, args)
        self.register_outputs({})

    def _webhook_secret(self, name: str, args: ArgoCdAccessArgs) -> pulumi.Resource | None:
        reference = args.settings.webhook_secret
        if reference is None or reference.secrets_manager is None:
            return None
        return k8s.apiextensions.CustomResource(
            f"{name}-{WEBHOOK_SECRET}",
            api_version=EXTERNAL_SECRETS_API,
            kind=EXTERNAL_SECRET,
            metadata=ObjectMetaArgs(
                name=WEBHOOK_SECRET,
                namespace=args.namespace,
                # An entry that is missing ends the run here: behind an open door Argo CD would believe every webhook.
                annotations={**WAIT_UNTIL_READY},
            ),
            spec=webhook_secret(reference.secrets_manager),
            # Beside kind and operator it needs the Secret, which it does not make itself.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*args.after, args.release]),
        )


def external_secrets(args: ArgoCdAccessArgs) -> Mapping[str, Spec]:
    """`spec` of each ExternalSecret by its name, which is also the Secret's."""
    found: dict[str, Spec] = {}
    access, notifications = args.settings.repository_access, args.settings.notifications
    if access is not None and access.secret.secrets_manager is not None:
        found[REPOSITORY_SECRET] = repository_secret(
            access, access.secret.secrets_manager, project=args.project, url=args.repository_url
        )
    tokens = None if notifications is None else tokens_secret(notifications)
    if tokens is not None:
        found[NOTIFICATIONS_SECRET] = tokens
    for environment in args.environments:
        secret = None if environment.pull_requests is None else environment.pull_requests.secret
        if secret is not None and secret.secrets_manager is not None:
            name = pull_requests_secret(environment.name)
            found[name] = token_secret(name, secret.secrets_manager)
    return found
