"""Names of what the platform tells the services of an environment: keys of the ConfigMap `platform-outputs` (pure).

The values come from what was made, in `wiring_kubernetes`; which names there are follows from the stack file alone, so
that a variable of the same name is refused before anything is made. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.edge.ingress_values import ingress_values

if TYPE_CHECKING:  # at run time the configuration's rules import this module, and not the other way round
    from components.config.environments import EnvironmentConfig
    from components.config.platform import PlatformConfig

ALWAYS = ("REPOSITORY_URL",)
OF_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "aws": ("AWS_ACCOUNT_ID", "AWS_REGION"),
    "cluster": ("CLUSTER_URL",),
}
"""Names that a section of the stack file brings by being there."""
OF_DATABASE = ("DB_HOST", "DB_PORT")
OF_CACHE = ("REDIS_HOST", "REDIS_PORT", "REDIS_SCHEME", "REDIS_DATABASE")


def platform_variables(config: PlatformConfig, environment: EnvironmentConfig) -> frozenset[str]:
    """Every name that the platform sets in the environment, whatever its value turns out to be."""
    found = {*ALWAYS, *(name for key, names in OF_SECTIONS.items() if getattr(config, key) for name in names)}
    if config.uses_database(environment):
        found |= {*OF_DATABASE}
    if config.uses_cache(environment):
        found |= {*OF_CACHE}
    if config.aws is not None and config.registry is not None:
        found.add("IMAGE_REGISTRY")
    if config.edge is not None and environment.hosts:
        found |= {"CERTIFICATE_ARN", *ingress_values(config.edge, environment.hosts, config.services)}
        if config.edge.firewall is not None:
            found.add("FIREWALL_ARN")
    if environment.canary is not None:
        found.add("CANARY_STEPS")
    return frozenset(found)
