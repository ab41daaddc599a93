"""Secrets in Secrets Manager: their values, that Pulumi treats them as secret, and that they are protected."""

import json
import string
from functools import cache

import pulumi
import pytest

from components.account.account import Account
from components.config.secrets import SecretsManagerConfig
from components.secrets.entries import CacheServer, DatabaseServer, Secrets, SecretsArgs
from components.secrets.plan import Content, Entry
from tests.harness.harness import Run, run_program
from tests.harness.mock_outputs import mock_outputs

SECRET = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
PASSWORD = "random:index/randomPassword:RandomPassword"
PAIR = "tls:index/privateKey:PrivateKey"
KEY = "aws:kms/key:Key"
ENTRIES = (
    Entry(path="shop/prod/auth-db-url", content=Content.DATABASE_URL, database="shop_auth"),
    Entry(path="shop/prod/shared-db", content=Content.DATABASE, database="shop_shared"),
    Entry(path="shop/prod/redis-url", content=Content.CACHE_URL),
    Entry(path="shop/prod/jwt-keys", content=Content.SIGNING_KEYS),
    Entry(path="shop/prod/s3", content=Content.STORAGE),
    Entry(path="shop/prod/tokens", content=Content.GENERATED, generated={"A": 16}),
)
MADE = (PASSWORD, PAIR, SECRET, KEY)
TLS = CacheServer(scheme="rediss", address="cache.example", port=6379, token="t0ken", database=3)
PLAIN = CacheServer(scheme="redis", address="cache.example", port=6379, token=None, database=0)


@cache
def run(settings: str = "{}", *, protect: bool = True, server: CacheServer = TLS) -> Run:
    args = SecretsArgs(
        label="shop-prod-prod",
        entries=ENTRIES,
        settings=SecretsManagerConfig.model_validate_json(settings),
        account=Account(account_id="111122223333", region="eu-central-1"),
        protect=protect,
        database=DatabaseServer(address="db.example", port=5432),
        cache=server,
        bucket="shop-prod-prod-0a1b2c3",
    )
    return run_program(lambda: pulumi.export("names", Secrets("prod-secrets", args).names))


def content(name: str, done: Run | None = None) -> str:
    return (done or run()).one(VERSION, f"prod-secrets-{name}").inputs["secretString"]


def content_of_password(name: str) -> str:
    """The mocked password: digits of a hash, with the requested length."""
    password = run().one(PASSWORD, f"prod-secrets-{name}")
    return str(mock_outputs(password.type, password.name, password.inputs)[1]["result"])


def test_database_url_has_user_server_and_database_and_requires_tls() -> None:
    url = content("auth-db-url")
    user, _, rest = url.removeprefix("postgresql://").partition(":")
    password, _, place = rest.partition("@")
    assert (user, place) == ("shop_auth", "db.example:5432/shop_auth?sslmode=require")
    assert password


def test_passwords_need_no_url_encoding() -> None:
    found = [p for p in run().all(PASSWORD) if p.name.endswith(("-db-url", "-db"))]
    assert [(p.inputs["special"], p.inputs["length"]) for p in found] == [(False, 40)] * 2
    assert set(content("auth-db-url").partition("shop_auth:")[2].partition("@")[0]) <= {
        *string.ascii_letters, *string.digits
    }  # fmt: skip


def test_every_database_user_has_its_own_password() -> None:
    found = [run().one(PASSWORD, f"prod-secrets-{entry}").urn for entry in ("auth-db-url", "shared-db")]
    versions = [run().one(VERSION, f"prod-secrets-{entry}") for entry in ("auth-db-url", "shared-db")]
    used = [{urn for urn in found if urn in v.property_dependencies["secretString"]} for v in versions]
    assert used == [{found[0]}, {found[1]}]


def test_shared_databases_secret_has_url_user_and_password() -> None:
    found = json.loads(content("shared-db"))
    assert found["username"] == "shop_shared"
    assert found["url"] == f"postgresql://shop_shared:{found['password']}@db.example:5432/shop_shared?sslmode=require"


@pytest.mark.parametrize(
    ("server", "url"),
    [(TLS, "rediss://:t0ken@cache.example:6379/3"), (PLAIN, "redis://cache.example:6379/0")],
    ids=["TLS", "plain"],
)
def test_cache_url_has_scheme_password_and_database_number(server: CacheServer, url: str) -> None:
    assert content("redis-url", run(server=server)) == url


def test_signing_keys_are_an_rsa_pair_in_pem_and_a_random_secret() -> None:
    pair = run().one(PAIR)
    assert (pair.inputs["algorithm"], pair.inputs["rsaBits"] >= 2048) == ("RSA", True)
    found = json.loads(content("jwt-keys"))
    assert found["privateKey"].startswith("-----BEGIN PRIVATE KEY-----")
    assert found["publicKey"].startswith("-----BEGIN PUBLIC KEY-----")
    assert found["secret"] == content_of_password("jwt-keys-secret")


def test_generated_values_have_the_configured_length() -> None:
    assert json.loads(content("tokens")) == {"A": content_of_password("tokens-A")}


@pytest.mark.parametrize(("name", "length"), [("jwt-keys-secret", 32), ("tokens-A", 16)])
def test_random_bytes_are_hex_and_not_in_an_id(name: str, length: int) -> None:
    inputs = run().one(PASSWORD, f"prod-secrets-{name}").inputs
    assert (inputs["overrideSpecial"], inputs["length"]) == ("0123456789abcdef", 2 * length)
    assert [inputs[kind] for kind in ("lower", "upper", "numeric")] == [False] * 3
    # Ids are plain text in the state, and the id of a RandomBytes is its value.
    assert [r.type for r in run().resources if r.type.endswith((":RandomBytes", ":RandomId", ":RandomString"))] == []


def test_storage_secret_has_bucket_and_region() -> None:
    assert json.loads(content("s3")) == {"bucket": "shop-prod-prod-0a1b2c3", "region": "eu-central-1"}


def test_every_value_is_a_pulumi_secret() -> None:
    versions = run(server=PLAIN).all(VERSION)
    assert len(versions) == len(ENTRIES)
    assert [v.name for v in versions if "secretString" not in v.secret_keys] == []


def test_values_are_in_no_other_property() -> None:
    done = run()
    values = {p.partition("shop_auth:")[2].partition("@")[0] for p in [content("auth-db-url")]}
    told = [r.name for r in done.resources if r.type != VERSION and any(v in json.dumps(r.inputs) for v in values)]
    assert told == []
    assert done.outputs == {"names": [entry.path for entry in ENTRIES]}


def test_each_database_has_three_resources() -> None:
    assert len([r for r in run().resources if r.name == "prod-secrets-auth-db-url"]) == 3


def test_resources_that_hold_a_value_are_protected() -> None:
    for protect in (True, False):
        done = run(protect=protect)
        assert {r.protect for kind in MADE for r in done.all(kind)} == {protect}
    # A secret's value must be replaceable.
    assert {v.protect for v in run().all(VERSION)} == {None}


def test_secrets_are_encrypted_with_the_environments_key_or_awss() -> None:
    done = run()
    key = done.one(KEY)
    assert all(done.depends(secret, key) for secret in done.all(SECRET))
    assert done.one("aws:kms/alias:Alias").inputs["name"] == "alias/shop-prod-prod-secrets"
    without = run('{"customerManagedKey": false}')
    assert (without.all(KEY), {"kmsKeyId" in s.inputs for s in without.all(SECRET)}) == ([], {False})


def test_recovery_window_follows_the_settings() -> None:
    assert {s.inputs["recoveryWindowInDays"] for s in run().all(SECRET)} == {30}
    assert {s.inputs["recoveryWindowInDays"] for s in run('{"recoveryWindowDays": 0}').all(SECRET)} == {0}
