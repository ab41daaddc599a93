"""Which GitHub repository a clone URL names."""

import re
from dataclasses import dataclass

_CLONE_URL = re.compile(
    r"(?:https://github\.com/|git@github\.com:|ssh://git@github\.com(?::22)?/|ssh://git@ssh\.github\.com:443/)"
    r"([\w-]+)/([\w.-]+?)(?:\.git)?/?"
)
"""Port 22 of github.com, and 443 of ssh.github.com for networks that keep 22 shut."""


@dataclass(frozen=True, kw_only=True)
class GithubRepository:
    """A repository as GitHub's OIDC tokens name it; the ids are digits, or None where they are not known."""

    owner: str
    name: str
    owner_id: str | None = None
    repository_id: str | None = None


def github_repository(
    url: str, owner_id: str | None = None, repository_id: str | None = None
) -> GithubRepository | None:
    """The repository behind an HTTPS or SSH clone URL, or None when it is not on GitHub."""
    match = _CLONE_URL.fullmatch(url)
    if match is None:
        return None
    return GithubRepository(owner=match[1], name=match[2], owner_id=owner_id, repository_id=repository_id)
