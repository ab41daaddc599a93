"""The Secrets of one environment, made by External Secrets out of the entries in Secrets Manager.

An ExternalSecret is made when its Secret is there: pods that come after it find every key. It is deleted for real and
not with its namespace, because its finalizer needs the operator, which would go at the same time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.secrets.external_secret import EXTERNAL_SECRET, WAIT_UNTIL_READY, external_secret_spec
from components.secrets.plan import Keys
from components.secrets.secret_store import EXTERNAL_SECRETS_API


@dataclass(frozen=True, kw_only=True)
class SecretDeliveryArgs:
    """What the Secrets need from outside."""

    secrets: Mapping[str, Keys]
    """Sources of the keys of each Secret, by its name."""
    namespace: pulumi.Input[str]
    """The environment's namespace, as its component gives it: what is in it comes after it."""
    refresh_minutes: int
    after: Sequence[pulumi.Resource]
    """The operator, its store, and the entries with their values."""


class SecretDelivery(pulumi.ComponentResource):
    """One ExternalSecret for each Secret, by the same name."""

    ready: tuple[pulumi.Resource, ...]
    """What reads the Secrets comes after these."""

    def __init__(self, name: str, args: SecretDeliveryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:secret_delivery:SecretDelivery", name, {}, opts)
        self.ready = tuple(
            k8s.apiextensions.CustomResource(
                f"{name}-{secret}",
                api_version=EXTERNAL_SECRETS_API,
                kind=EXTERNAL_SECRET,
                metadata=ObjectMetaArgs(name=secret, namespace=args.namespace, annotations={**WAIT_UNTIL_READY}),
                spec=external_secret_spec(secret, keys, refresh=duration(args.refresh_minutes)),
                # The kind comes with the operator; without the entry it would never be ready.
                opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
            )
            for secret, keys in args.secrets.items()
        )
        self.register_outputs({})


def duration(minutes: int) -> str:
    """Minutes as Kubernetes writes them: `15m0s`, `1h0m0s`."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}h{rest}m0s" if hours else f"{rest}m0s"
