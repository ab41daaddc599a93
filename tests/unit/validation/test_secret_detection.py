"""Secrets in a stack file are refused: known forms anywhere, and environment variables that are named like secrets."""

from typing import Any

import pytest

from tests.harness.config_samples import wrong

SLACK = "https://hooks.slack.com/services/T0/B0/SECRETTOKEN"
GITHUB = "ghp_SECRETTOKENSECRETTOKENSECRETTOKEN12"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("system.owner", GITHUB),
        ("environments.0.variables", {"DSN": "postgres://u:hunter2@h/db"}),
        ("environments.0.variables", {"GREETING": SLACK}),
        ("environments.1.revision", GITHUB),
        ("alarms", {"endpoints": ["https://oncall.example.com/sns?apiKey=SECRETTOKEN"]}),
    ],
)
def test_value_that_looks_like_a_secret_is_refused_in_any_text(path: str, value: Any) -> None:
    (line,) = wrong(**{path.replace(".", "__"): value})
    assert "has the form of a secret, but stack files are committed to Git. Remove it and rotate it; docs/" in line
    assert "SECRETTOKEN" not in line
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "hunter2"),
        ("PGPASSWORD", "hunter2"),
        ("DB_PASSWORD2", "hunter2"),
        ("DB_PASS", "hunter2"),
        ("DB_PASSWORD", "12345678"),
        ("REGISTRY_BASIC_AUTH", "ci:hunter2"),
        ("SMTP_PWD", "hunter2"),
        ("PASSWD", "hunter2"),
        ("JWT_SECRET_KEY", "abc"),
        ("SECRET_KEY_BASE", "abc"),
        ("KEY_PASSPHRASE", "correct horse"),
        ("GITHUB_TOKEN", "abcdef"),
        ("JWT_SECRET", "change-me"),
        ("SECRET", "x"),
        ("SMTP_CREDENTIALS", "user:x"),
        ("STRIPE_API_KEY", "abc"),
        ("SIGNING_KEY", "abc"),
        ("AWS_SECRET_ACCESS_KEY", "abc"),
        ("JWT_PRIVATE_KEY", "abc"),
        ("COOKIE_ENCRYPTION_KEY", "abc"),
        ("spring.datasource.password", "hunter2"),
        ("stripe-api-key", "abc"),
        ("apiKey", "abc"),
        ("jwtSecret", "change-me"),
        ("API_TOKEN", "https://hunter2@login.example.com/"),
        ("DB_PASSWORD", "$(DB_USER)-hunter2"),
    ],
)
def test_variable_with_the_name_of_a_secret_is_refused_with_the_remedy(name: str, value: str) -> None:
    (line,) = wrong(environments__0__variables={name: value})
    assert line == (
        f"environments[0].variables.{name}: would put a secret in plain text into Git and a ConfigMap. Remove it, and "
        "add its key to `secrets.supplied` or `secrets.generated` (docs/secrets.md)."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN_TTL", "3600"),
        ("token.ttl", "one-hour"),
        ("db.password.min-length", "twelve"),
        ("TOKEN_TTL", "one-hour"),
        ("SECRET_NAME", "shop-db"),
        ("MAX_TOKENS", "4096"),
        ("TOKEN_LIFETIME", "15m"),
        ("PASSWORD_MIN_LENGTH", "12"),
        ("PASSWORD_FILE", "run/secrets/db"),
        ("DB_PASSWORD", "/run/secrets/db"),
        ("REQUIRE_TOKEN", "true"),
        ("CSRF_TOKEN", "enabled"),
        ("API_TOKEN", ""),
        ("DB_SECRET", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop"),
        ("DB_PASSWORD", "$(SHARED_PASSWORD)"),
        ("VAULT_TOKEN", "https://vault.example.com/v1/token?for=@shop"),
        ("TOKEN_URL", "https://login.example.com/token"),
        ("AUTH_TOKEN_ISSUER", "shop"),
        ("TOKENIZER", "bpe"),
        ("CACHE_KEY", "orders"),
        ("ROUTING_KEY", "orders.created"),
        ("JWT_PUBLIC_KEY", ""),
        ("LOGIN_BYPASS", "never"),
        ("COMPASS", "north"),
        ("KEYBOARD", "a1b2c3d4e5f6a7b8"),
        ("APP_ENV", "staging"),
        ("COMMIT", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ],
)
def test_variable_that_is_not_a_secret_is_accepted(name: str, value: str) -> None:
    assert wrong(environments__0__variables={name: value}) == []


DSN = f"https://{'0a1b2c3d' * 4}@o42.ingest.us.sentry.io/4507"


@pytest.mark.parametrize("value", [DSN, DSN.replace("ingest.us", "ingest")])
def test_a_dsn_of_sentry_is_accepted(value: str) -> None:
    assert wrong(environments__0__variables={"SENTRY_DSN": value}) == []


@pytest.mark.parametrize(
    "value",
    [
        DSN.replace("@", ":0a1b2c3d0a1b2c3d@"),
        DSN.replace("0a1b", "Xa1b"),
        DSN.replace("sentry.io", "example.com"),
        DSN.replace("sentry.io", "sentry.io.example.com"),
        f"{DSN} {DSN.replace('sentry', 'other')}",
    ],
)
def test_other_user_information_in_a_url_is_refused(value: str) -> None:
    (line,) = wrong(environments__0__variables={"SENTRY_DSN": value})
    assert "has the form of a secret" in line
