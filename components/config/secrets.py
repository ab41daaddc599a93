"""The services' secrets: the same keys in all stacks, stored in AWS Secrets Manager as each stack configures it."""

from typing import Annotated

from pydantic import AfterValidator, Field

from components.config.base import Section
from components.config.types import DatabaseName, DnsLabel, matching

SecretKey = Annotated[
    str,
    matching(r"^[A-Za-z0-9][\w.-]{0,252}$", "a key of a Kubernetes Secret", "MESSAGE_ENCRYPTION_MASTER_KEY"),
]
"""A key in a Kubernetes Secret: letters, digits, `_`, `.` and `-`."""


def _recovery_window(days: int) -> int:
    if days and not 7 <= days <= 30:
        nearest = 7 if days < 7 else 30
        raise ValueError(
            f"{days} is not a recovery window of Secrets Manager: 7 to 30 days, or 0 for none. Write {nearest}."
        )
    return days


class GeneratedSecret(Section):
    """A random value, generated once per environment and kept until someone deletes it."""

    secret: DnsLabel = Field(
        description="Name of the Secret without the prefix `<system>-`; values with the same name share one Secret."
    )
    key: SecretKey = Field(description="Key in the Secret.")
    bytes: int = Field(default=32, ge=16, le=64, description="Length in bytes; the value is hexadecimal.")


class SuppliedSecret(Section):
    """Values that cannot be generated, such as a payment provider's: a person stores them in Secrets Manager.

    The entry is named `<system>/<environment>/<secret>` and is a JSON object with these keys. It must exist before
    `pulumi up`.
    """

    secret: DnsLabel = Field(description="Name of the Secret without the prefix `<system>-`.")
    keys: tuple[SecretKey, ...] = Field(min_length=1, description="Keys of the entry and of the Secret.")


class SecretsConfig(Section):
    """The Secrets of every environment on EKS. On a local cluster, create Secrets with the same names and keys."""

    shared_database: DatabaseName | None = Field(
        default=None,
        description="Name, without the environment's prefix, of a database that every service may use, through "
        "`DATABASE_URL`, `DB_USER` and `DB_PASSWORD` of `<system>-db-credentials`.",
    )
    signing_keys: bool = Field(
        default=False,
        description="Creates `<system>-jwt-keys`: an RSA key pair in PEM, and a secret for symmetric signatures.",
    )
    generated: tuple[GeneratedSecret, ...] = Field(default=(), description="Further random values.")
    supplied: tuple[SuppliedSecret, ...] = Field(default=(), description="Values that a person supplies.")


class SecretsManagerConfig(Section):
    """How a stack stores its environments' secrets in AWS Secrets Manager."""

    customer_managed_key: bool = Field(
        default=True, description="Encrypts with a key of the environment instead of AWS's own."
    )
    recovery_window_days: Annotated[int, AfterValidator(_recovery_window)] = Field(
        default=30,
        description="Days (7-30) during which a deleted entry can be restored and its name is reserved; 0 deletes at "
        "once.",
    )
    refresh_minutes: int = Field(
        default=15, ge=5, le=60, description="Minutes until a changed entry reaches the cluster, at most."
    )
