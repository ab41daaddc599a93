"""What the services read that is secret: one contract for all stacks, and how a stack keeps it in Secrets Manager."""

from typing import Annotated

from pydantic import AfterValidator, Field

from components.config.base import Section
from components.config.types import DatabaseName, DnsLabel, matching

SecretKey = Annotated[
    str,
    matching(r"^[A-Za-z0-9][\w.-]{0,252}$", "a key of a Secret", "MESSAGE_ENCRYPTION_MASTER_KEY"),
]
"""A key inside a Kubernetes Secret: letters, digits, `_`, `.` and `-`."""


def _recovery_window(days: int) -> int:
    if days and not 7 <= days <= 30:
        raise ValueError(f"{days} days is not a recovery window that Secrets Manager has. Write 0, or 7-30.")
    return days


class GeneratedSecret(Section):
    """A random value, made once for each environment and the same until someone deletes it."""

    secret: DnsLabel = Field(description="Its Secret is `<system>-<secret>`; entries with the same fill one Secret.")
    key: SecretKey = Field(description="Key in the Secret.")
    bytes: int = Field(default=32, ge=16, le=64, description="Length in bytes; written as hexadecimal digits.")


class SuppliedSecret(Section):
    """Values that nobody can generate, such as a payment provider's: a person writes them into Secrets Manager.

    The entry is `<system>/<environment>/<secret>`, a JSON object with these keys. It must be there before `pulumi up`.
    """

    secret: DnsLabel = Field(description="Its Secret is `<system>-<secret>`.")
    keys: tuple[SecretKey, ...] = Field(min_length=1, description="Keys of the entry, and of the Secret.")


class SecretsConfig(Section):
    """The Secrets of every environment on EKS. A local cluster brings its own, by the same names and keys."""

    shared_database: DatabaseName | None = Field(
        default=None,
        description="Name, after the environment's prefix, of a database that every service may use: `DATABASE_URL`, "
        "`DB_USER` and `DB_PASSWORD` of `<system>-db-credentials`.",
    )
    signing_keys: bool = Field(
        default=False,
        description="Makes `<system>-jwt-keys`: an RSA key pair in PEM, and a secret for symmetric signatures.",
    )
    generated: tuple[GeneratedSecret, ...] = Field(default=(), description="Further random values.")
    supplied: tuple[SuppliedSecret, ...] = Field(default=(), description="Values that a person supplies.")


class SecretsManagerConfig(Section):
    """How a stack keeps the entries of its environments in AWS Secrets Manager."""

    customer_managed_key: bool = Field(
        default=True, description="Encrypts with a key of the environment instead of AWS's own."
    )
    recovery_window_days: Annotated[int, AfterValidator(_recovery_window)] = Field(
        default=30,
        description="Days (7-30) in which a deleted entry can be restored, and its name is taken; 0 deletes at once.",
    )
    refresh_minutes: int = Field(
        default=15, ge=5, le=60, description="Minutes that a changed entry takes to arrive in the cluster at most."
    )
