"""Clone URLs: the GitHub repository, SSH host and port that they contain (pure)."""

import re
from dataclasses import dataclass

_CLONE_URL = re.compile(
    r"(?:https://github\.com/|git@github\.com:|ssh://git@github\.com(?::22)?/|ssh://git@ssh\.github\.com:443/)"
    r"([\w-]+)/([\w.-]+?)(?:\.git)?/?"
)
"""Port 22 of github.com, and 443 of ssh.github.com for networks that block 22."""
GITHUB_OWNER = re.compile(
    r"(?P<start>(?:\w+://)?(?:[\w.-]+@)?(?:www\.|ssh\.)?github\.com(?::[0-9]+)?[:/]+[A-Za-z0-9-]+)/?(?P<name>[\w.-]+)?"
)
"""An address on GitHub, of one repository or of something else."""
SSH_PORTS = (22, 443)
"""Ports of Git over SSH: Argo CD's network policies open these and no others."""


@dataclass(frozen=True, kw_only=True)
class GithubRepository:
    """A repository as GitHub's OIDC tokens identify it; the ids are digits, or None if they are not configured."""

    owner: str
    name: str
    owner_id: str | None = None
    repository_id: str | None = None


def github_repository(
    url: str, owner_id: str | None = None, repository_id: str | None = None
) -> GithubRepository | None:
    """The repository of an HTTPS or SSH clone URL, or None if it is not on GitHub."""
    match = _CLONE_URL.fullmatch(url)
    if match is None:
        return None
    return GithubRepository(owner=match[1], name=match[2], owner_id=owner_id, repository_id=repository_id)


def ssh_address(url: str) -> tuple[str, int] | None:
    """Host and port of an SSH clone URL; None for an HTTPS one."""
    match = re.match(r"git@([\w.-]+):", url) or re.match(r"ssh://(?:[\w.-]+@)?([\w.-]+)(?::([0-9]+))?/", url)
    if match is None:
        return None
    port = match[2] if match.re.groups > 1 else None
    return match[1], int(port or 22)


def has_blocked_port(url: str) -> bool:
    """Whether it is an SSH URL with a port that Argo CD's network policies block."""
    address = ssh_address(url)
    return address is not None and address[1] not in SSH_PORTS


def is_on_github(url: str) -> bool:
    """Whether it is an address on GitHub, which need not be one repository, nor have a port that is open."""
    return GITHUB_OWNER.match(url) is not None
