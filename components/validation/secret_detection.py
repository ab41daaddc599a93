"""Refuses secrets pasted into a stack file, by the form of a value or by the name of an environment variable.

The end of a variable's name decides: `DB_PASSWORD` holds a password, `PASSWORD_MIN_LENGTH` and `SECRET_NAME` do not.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

from components.config.problems import PathPart, Problem
from components.config.redaction import looks_secret

_SECRET_NAME = re.compile(
    r"(SECRET([_.-]?KEY([_.-]?BASE)?)?|TOKEN|CREDENTIALS|BASIC[_.-]?AUTH"
    r"|(API|APP|ACCESS|MASTER|PRIVATE|ENCRYPTION|SIGNING|STRIPE)[_.-]?KEY|(^|[_.-])SALT)[0-9]*$",
    re.IGNORECASE,
)
_PASSWORD_NAME = re.compile(r"(PASSWORD|PASSPHRASE|PASSWD|(^|[_.-])(PASS|PWD))[0-9]*$", re.IGNORECASE)
_HARMLESS = re.compile(
    r"\s*(|true|false|yes|no|on|off|none|enabled|disabled|required|optional|(?P<number>[0-9._]+)[a-z]{0,2}|arn:\S+"
    r"|[a-z]+://[^\s/?#@]+([/?#]\S*)?|\.{0,2}/\S*|\$[({]\w+[)}])\s*",
    re.IGNORECASE,
)
"""Nothing, a switch, a number with its unit, an ARN, a URL without user information, a path, another variable."""


def pasted(value: Any, path: tuple[PathPart, ...] = ()) -> Iterator[Problem]:
    """Every value in a section (plain data) that has the form of a secret, or is a variable with the name of one."""
    if isinstance(value, str):
        yield from _pasted_text(value, path)
    entries = cast("dict[str, Any]", value).items() if isinstance(value, dict) else ()
    for key, inner in entries:
        yield from pasted(inner, (*path, key))
    for index, inner in enumerate(cast("list[Any]", value) if isinstance(value, list) else ()):
        yield from pasted(inner, (*path, index))


def _pasted_text(text: str, path: tuple[PathPart, ...]) -> Iterator[Problem]:
    of_variable = path[:1] == ("environments",) and path[2:3] == ("variables",)
    if looks_secret(text):
        yield Problem(
            path=path,
            message="has the form of a secret, but stack files are committed to Git. Remove it and rotate it; "
            "docs/secrets.md says where secrets belong.",
        )
    elif of_variable and holds_secret(str(path[-1]), text):
        yield Problem(
            path=path,
            message="would put a secret in plain text into Git and a ConfigMap. Remove it, and add its key to "
            "`secrets.supplied` or `secrets.generated` (docs/secrets.md).",
        )


def holds_secret(name: str, value: str) -> bool:
    """Whether a variable's name ends like that of a secret and its value is not plainly something else."""
    harmless = _HARMLESS.fullmatch(value)
    if _PASSWORD_NAME.search(name) is not None:
        return harmless is None or bool(harmless["number"])
    return _SECRET_NAME.search(name) is not None and harmless is None
