"""Secrets that stand in a stack file as they are: known by the form of a value, or by the name of a variable.

A name alone is no proof: `TOKEN_TTL`, `SECRET_NAME` and `MAX_TOKENS: "4096"` are none. What a name ends in counts, and
a value that says what it is (a number, an ARN, an address, a path) is believed.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

from components.config.platform import PlatformConfig
from components.config.problems import PathPart, Problem
from components.config.redaction import looks_secret

SECRET_WORDS = frozenset(
    {"PASSWORD", "PASSWORDS", "PASSWD", "PASSPHRASE", "SECRET", "SECRETS", "TOKEN", "TOKENS", "CREDENTIAL"}
    | {"CREDENTIALS", "APIKEY"}
)
KEY_WORDS = frozenset(
    {"API", "ACCESS", "PRIVATE", "MASTER", "ENCRYPTION", "SIGNING", "JWT", "AUTH", "HMAC", "LICENSE", "SSH"}
)
"""What makes a secret of a name that ends in KEY: others are those of a cache, a queue or a table."""
ABOUT = frozenset(
    {"ALG", "ALGORITHM", "ARN", "AUDIENCE", "CLAIM", "CLAIMS", "COOKIE", "COUNT", "DAYS", "DURATION", "ENABLED"}
    | {"ENDPOINT", "EXPIRES", "EXPIRY", "FIELD", "FILE", "FORMAT", "HASH", "HASHER", "HEADER", "HOST", "HOURS", "ID"}
    | {"INTERVAL", "ISSUER", "LENGTH", "LIFETIME", "LIMIT", "MAX", "MIN", "MINUTES", "MODE", "NAME", "PATH", "POLICY"}
    | {"PORT", "PREFIX", "PROVIDER", "REGION", "REQUIRED", "ROTATION", "SCOPE", "SCOPES", "SECONDS", "SIZE", "STORE"}
    | {"SUFFIX", "TIMEOUT", "TTL", "TYPE", "URI", "URL", "VERSION"}
)
"""Last words of names that say something about a secret: `TOKEN_TTL`."""
_HARMLESS = re.compile(
    r"|true|false|yes|no|on|off|none|[0-9._]+[a-z]{0,2}|arn:\S+|[a-z]+://\S+|\.{0,2}/\S*|\$[({]\w+[)}]"
)
"""Nothing, a switch, a number with its unit, an ARN, an address, a path, a reference to another variable."""
_RANDOM = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[\w+/=-]{16,}")


def pasted(value: Any, path: tuple[PathPart, ...] = ()) -> Iterator[Problem]:
    """Every value inside a section, as plain data, that has the form of a secret."""
    if isinstance(value, str) and looks_secret(value):
        yield Problem(
            path=path,
            message="has the form of a secret, and a stack file is in Git. Take it out and renew it at its issuer; "
            "docs/secrets.md says where secrets belong.",
        )
    entries = cast("dict[str, Any]", value).items() if isinstance(value, dict) else ()
    for key, inner in entries:
        yield from pasted(inner, (*path, key))
    for index, inner in enumerate(cast("list[Any]", value) if isinstance(value, list) else ()):
        yield from pasted(inner, (*path, index))


def variables(config: PlatformConfig) -> Iterator[Problem]:
    """Variables whose name says that their value is a secret."""
    for index, environment in enumerate(config.environments):
        for name, value in environment.variables.items():
            if names_secret(name, value) and not looks_secret(value):
                yield Problem(
                    path=("environments", index, "variables", name),
                    message="would be a secret in plain text, in Git and in a ConfigMap. Leave it out, and add its key "
                    "to `secrets.supplied`, or to `secrets.generated` (docs/secrets.md).",
                )


def names_secret(name: str, value: str) -> bool:
    """Whether a variable's name says that it is a secret, and its value does not say that it is something else."""
    words = name.split("_")
    if words[-1] in ABOUT or _HARMLESS.fullmatch(value.strip().lower()):
        return False
    if SECRET_WORDS & set(words):
        return True
    return words[-1] in ("KEY", "KEYS") and (
        bool(KEY_WORDS & set(words)) or ("PUBLIC" not in words and _RANDOM.fullmatch(value) is not None)
    )
