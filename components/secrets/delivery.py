"""The Kubernetes Secrets of one environment, synced by External Secrets from AWS Secrets Manager.

Pulumi waits until the Secret exists, so pods that depend on an ExternalSecret find every key. It is deleted
individually instead of with its namespace, because its finalizer needs the operator.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.secrets.external_secret import (
    EXTERNAL_SECRET,
    EXTERNAL_SECRETS_API,
    WAIT_UNTIL_READY,
    Spec,
    external_secret_spec,
)
from components.secrets.plan import Keys


@dataclass(frozen=True, kw_only=True)
class SecretDeliveryArgs:
    """Arguments of `SecretDelivery`."""

    secrets: Mapping[str, Keys]
    """Sources of each Secret's keys, by the Secret's name."""
    namespace: pulumi.Input[str]
    """The environment's namespace as an output, so that the ExternalSecrets depend on it."""
    refresh_minutes: int
    after: Sequence[pulumi.Resource]
    """The operator, its ClusterSecretStore, and the secrets with their values."""


class SecretDelivery(pulumi.ComponentResource):
    """One ExternalSecret for each Secret, with the same name."""

    ready: tuple[pulumi.Resource, ...]
    """For `depends_on` of anything that reads the Secrets."""

    def __init__(self, name: str, args: SecretDeliveryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:secret_delivery:SecretDelivery", name, {}, opts)
        self.ready = tuple(
            external_secret(
                f"{name}-{secret}",
                ObjectMetaArgs(name=secret, namespace=args.namespace, annotations={**WAIT_UNTIL_READY}),
                external_secret_spec(secret, keys, refresh=duration(args.refresh_minutes)),
                # The CRD is installed with the operator, and without its secret it would never become ready.
                pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
            )
            for secret, keys in args.secrets.items()
        )
        self.register_outputs({})


def external_secret(name: str, metadata: ObjectMetaArgs, spec: Spec, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """An ExternalSecret, from which the operator makes a Secret."""
    return k8s.apiextensions.CustomResource(
        name, api_version=EXTERNAL_SECRETS_API, kind=EXTERNAL_SECRET, metadata=metadata, spec=spec, opts=opts
    )


def duration(minutes: int) -> str:
    """Minutes in Kubernetes' duration format: `15m0s`, `1h0m0s`."""
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m0s" if hours else f"{minutes}m0s"
