"""The secrets of one environment in AWS Secrets Manager, and their values.

Every value is generated here or comes from a data store, is a Pulumi secret, and stays the same until the resource that
generated it is deleted. A database user's password is generated here; the user itself is created inside the cluster
from the same secret. Passwords and tokens are letters and digits, because they are part of URLs.
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_random as random
import pulumi_tls as tls

from components.account.account import Account
from components.account.keys import EncryptionKey, EncryptionKeyArgs
from components.config.secrets import SecretsManagerConfig
from components.secrets.passwords import url_safe_password
from components.secrets.plan import (
    BUCKET,
    PASSWORD,
    PRIVATE_KEY,
    PUBLIC_KEY,
    REGION,
    SYMMETRIC_KEY,
    URL,
    USERNAME,
    Content,
    Entry,
)

PASSWORD_LENGTH = 40
SECRET_BYTES = 32
RSA_BITS = 2048


@dataclass(frozen=True, kw_only=True)
class DatabaseServer:
    """Address of the environment's database instance."""

    address: pulumi.Input[str]
    port: int


@dataclass(frozen=True, kw_only=True)
class CacheServer:
    """Address of the environment's cache."""

    scheme: str
    """`redis`, or `rediss` for TLS."""
    address: pulumi.Input[str]
    port: int
    token: pulumi.Input[str] | None
    """Password, or None without one."""
    database: int
    """The environment's database number."""


@dataclass(frozen=True, kw_only=True)
class SecretsArgs:
    """Arguments of `Secrets`."""

    label: str
    """`<system>-<stage>-<environment>`: prefix of the key's alias."""
    entries: Sequence[Entry]
    settings: SecretsManagerConfig
    account: Account
    protect: bool = True
    """Whether Pulumi refuses to delete resources that hold the only copy of a value."""
    database: DatabaseServer | None = None
    """Each store is None only if no entry needs it."""
    cache: CacheServer | None = None
    bucket: pulumi.Input[str] | None = None


class Secrets(pulumi.ComponentResource):
    """Secrets with their values. Needs the providers of AWS, random and tls."""

    names: Sequence[str]
    """Names of the secrets."""
    versions: Mapping[str, pulumi.Output[str]]
    """Version id by the secret's name; it changes with the value."""
    ready: tuple[pulumi.Resource, ...]
    """The secrets' values, for `depends_on` of anything that reads them."""

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:secrets:Secrets", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._protected = pulumi.ResourceOptions(parent=self, protect=args.protect)
        key = self._key() if args.settings.customer_managed_key else None
        versions = {entry.path: self._entry(entry, key) for entry in args.entries}
        self.versions = {path: version.version_id for path, version in versions.items()}
        self.ready = tuple(versions.values())
        self.names = [entry.path for entry in args.entries]
        self.register_outputs({"names": self.names})

    def _key(self) -> EncryptionKey:
        label = f"{self._args.label}-secrets"
        return EncryptionKey(
            f"{self._name}-key",
            EncryptionKeyArgs(
                alias=label,
                description=f"Entries of {self._args.label} in Secrets Manager",
                account=self._args.account,
                protect=self._args.protect,
            ),
            self._child,
        )

    def _entry(self, entry: Entry, key: EncryptionKey | None) -> aws.secretsmanager.SecretVersion:
        secret = aws.secretsmanager.Secret(
            f"{self._name}-{entry.name}",
            name=entry.path,
            description=f"{self._args.label}: {entry.content}",
            kms_key_id=key.arn if key else None,
            recovery_window_in_days=self._args.settings.recovery_window_days,
            opts=self._protected,
        )
        return aws.secretsmanager.SecretVersion(
            f"{self._name}-{entry.name}",
            secret_id=secret.id,
            # The provider marks it as secret, even if it is a URL without a password or a bucket's name.
            secret_string=self._value(entry),
            opts=self._child,
        )

    def _value(self, entry: Entry) -> pulumi.Output[str]:
        match entry.content:
            case Content.DATABASE_URL:
                return self._database(entry)[URL]
            case Content.DATABASE:
                return pulumi.Output.json_dumps(self._database(entry))
            case Content.CACHE_URL:
                return self._cache_url()
            case Content.SIGNING_KEYS:
                return pulumi.Output.json_dumps(self._signing_keys(entry))
            case Content.STORAGE:
                assert self._args.bucket is not None
                return pulumi.Output.json_dumps({BUCKET: self._args.bucket, REGION: self._args.account.region})
            case Content.GENERATED:
                return pulumi.Output.json_dumps(
                    {key: self._bytes(f"{entry.name}-{key}", length) for key, length in entry.generated.items()}
                )

    def _database(self, entry: Entry) -> Mapping[str, pulumi.Output[str]]:
        server, user = self._args.database, entry.database
        assert server is not None
        password = url_safe_password(f"{self._name}-{entry.name}", PASSWORD_LENGTH, self._protected)
        address = pulumi.Output.concat(server.address, f":{server.port}/{user}?sslmode=require")
        return {
            URL: pulumi.Output.concat(f"postgresql://{user}:", password, "@", address),
            USERNAME: pulumi.Output.from_input(user),
            PASSWORD: password,
        }

    def _cache_url(self) -> pulumi.Output[str]:
        server = self._args.cache
        assert server is not None
        credentials: list[pulumi.Input[str]] = [] if server.token is None else [":", server.token, "@"]
        address = (server.address, f":{server.port}/{server.database}")
        return pulumi.Output.concat(f"{server.scheme}://", *credentials, *address)

    def _signing_keys(self, entry: Entry) -> Mapping[str, pulumi.Input[str]]:
        pair = tls.PrivateKey(f"{self._name}-{entry.name}", algorithm="RSA", rsa_bits=RSA_BITS, opts=self._protected)
        return {
            PRIVATE_KEY: pair.private_key_pem_pkcs8,
            PUBLIC_KEY: pair.public_key_pem,
            SYMMETRIC_KEY: self._bytes(f"{entry.name}-{SYMMETRIC_KEY}", SECRET_BYTES),
        }

    def _bytes(self, name: str, length: int) -> pulumi.Output[str]:
        """Random bytes in hex. Not a RandomBytes, whose id is the value: the state does not encrypt ids."""
        return random.RandomPassword(
            f"{self._name}-{name}",
            length=2 * length,
            lower=False,
            upper=False,
            numeric=False,
            override_special=string.hexdigits.lower()[:16],
            opts=self._protected,
        ).result
