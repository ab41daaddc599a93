"""ExternalSecrets as the API server stores them, its defaults included (pure, no resources).

What the defaults would add later is written out here, so that a second run changes nothing.
Source: the definition of `external-secrets.io/v1` ExternalSecret.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi

from components.secrets.secret_store import SECRET_STORE, SECRET_STORE_KIND

Spec = Mapping[str, object]

EXTERNAL_SECRET = "ExternalSecret"  # noqa: S105 a kind
WAIT_UNTIL_READY: Mapping[str, str] = {"pulumi.com/waitFor": "condition=Ready"}
"""Annotation: a run waits for the Secret, and ends where its entry is missing."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a value stands in AWS Secrets Manager."""

    entry: pulumi.Input[str]
    """Name of the entry, for example `shop/prod/auth-db-url`, or the ARN of one that AWS names."""
    property: str | None = None
    """Key in the entry's JSON object; None for an entry that is the value itself."""


def external_secret_spec(
    secret: str,
    sources: Mapping[str, Source],
    *,
    refresh: str,
    template: Spec | None = None,
    creation: Literal["Owner", "Merge"] = "Owner",
) -> Spec:
    """`spec` of the ExternalSecret behind a Secret.

    `sources`: where the value of each key stands. Without a template these are the Secret's keys, with one they are
    the template's words. `refresh`: how long a changed value takes at most, as Kubernetes writes it (`1h0m0s`).
    `creation`: whether the Secret is made (Owner), or exists and gets more keys (Merge).
    """
    return {
        "data": [{"remoteRef": _reference(source), "secretKey": key} for key, source in sources.items()],
        "refreshInterval": refresh,
        "secretStoreRef": {"kind": SECRET_STORE_KIND, "name": SECRET_STORE},
        "target": {
            "creationPolicy": creation,
            # What reads it keeps working on what it knows when the entry is gone for a while.
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
