"""ExternalSecrets as the API server stores them, and the ClusterSecretStore they refer to (pure, no resources).

Defaults that the server would add are written out, so that a second run shows no diff. It is a ClusterSecretStore
because Argo CD's namespace and every environment read AWS Secrets Manager through the same identity.
Source: the CustomResourceDefinition of ExternalSecret, `external-secrets.io/v1`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi

Spec = Mapping[str, object]

EXTERNAL_SECRETS_API = "external-secrets.io/v1"
EXTERNAL_SECRET = "ExternalSecret"  # noqa: S105 a kind
SECRET_STORE = "platform"  # noqa: S105 the name of an object, not a secret
SECRET_STORE_KIND = "ClusterSecretStore"  # noqa: S105 a kind
WAIT_UNTIL_READY: Mapping[str, str] = {"pulumi.com/waitFor": "condition=Ready"}
"""Annotation that makes Pulumi wait for the Secret, and fail if its source is missing."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The source of a value in AWS Secrets Manager."""

    entry: pulumi.Input[str]
    """Name of the secret, for example `shop/prod/auth-db-url`, or the ARN of one that AWS named."""
    property: str | None = None
    """Key in the secret's JSON object; None if the whole secret is the value."""


def external_secret_spec(
    secret: str,
    sources: Mapping[str, Source],
    *,
    refresh: str,
    template: Spec | None = None,
    creation: Literal["Owner", "Merge"] = "Owner",
) -> Spec:
    """`spec` of the ExternalSecret that syncs a Secret.

    `sources`: the source of each value, by the Secret's key, or by the template's variable if there is a template.
    `refresh`: refresh interval in Kubernetes' format (`1h0m0s`). `creation`: whether the operator creates the Secret
    (Owner) or adds keys to an existing one (Merge).
    """
    return {
        "data": [{"remoteRef": _reference(source), "secretKey": key} for key, source in sources.items()],
        "refreshInterval": refresh,
        "secretStoreRef": {"kind": SECRET_STORE_KIND, "name": SECRET_STORE},
        "target": {
            "creationPolicy": creation,
            # Pods keep the last known values while the source is missing.
            "deletionPolicy": "Retain",
            "name": secret,
            **({} if template is None else {"template": template}),
        },
    }


def _reference(source: Source) -> Mapping[str, pulumi.Input[str]]:
    return {
        "conversionStrategy": "Default",
        "decodingStrategy": "None",
        "key": source.entry,
        "metadataPolicy": "None",
        **({} if source.property is None else {"property": source.property}),
    }
