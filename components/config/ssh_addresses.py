"""Host and port of an SSH clone URL, and the ports that are open to Argo CD (pure)."""

import re

SSH_PORTS = (22, 443)
"""What Argo CD's network policies let the repo-server out to."""


def ssh_address(url: str) -> tuple[str, int] | None:
    """Host and port of an SSH clone URL; None for one over HTTPS."""
    match = re.match(r"git@([\w.-]+):", url) or re.match(r"ssh://(?:[\w.-]+@)?([\w.-]+)(?::([0-9]+))?/", url)
    if match is None:
        return None
    port = match[2] if match.re.groups > 1 else None
    return match[1], int(port or 22)


def closed_port(url: str) -> bool:
    """Whether Argo CD does not get to the address: what else holds of such a URL, nobody need know."""
    address = ssh_address(url)
    return address is not None and address[1] not in SSH_PORTS
