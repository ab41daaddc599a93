"""Names of the variables that the platform sets for an environment's services (pure, no resources).

They are the keys of the ConfigMap `platform-outputs`. The names follow from the stack file alone, so that a variable of
the same name is refused before anything is created; `stack/kubernetes.py` puts the values together, and a test compares
the two.
"""

from collections.abc import Mapping

from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from components.edge.ingress_values import ingress_values

OUTPUTS_CONFIG_MAP = "platform-outputs"
ALWAYS = ("REPOSITORY_URL",)
BY_SECTION: Mapping[str, tuple[str, ...]] = {
    "aws": ("AWS_ACCOUNT_ID", "AWS_REGION"),
    "cluster": ("CLUSTER_URL",),
}
"""Names that are set when the stack file has the section."""
DATABASE = ("DB_HOST", "DB_PORT")
CACHE = ("REDIS_HOST", "REDIS_PORT", "REDIS_SCHEME", "REDIS_DATABASE")


def platform_variables(config: PlatformConfig, environment: EnvironmentConfig) -> frozenset[str]:
    """Every name that the platform may set in the environment."""
    names = {*ALWAYS, *(name for key, names in BY_SECTION.items() if getattr(config, key) for name in names)}
    if config.uses_database(environment):
        names |= {*DATABASE}
    if config.uses_cache(environment):
        names |= {*CACHE}
    if config.aws is not None and config.registry is not None:
        names.add("IMAGE_REGISTRY")
    if config.edge is not None and environment.hosts:
        names |= {"CERTIFICATE_ARN", *ingress_values(config.edge, environment.hosts, config.services)}
        if config.edge.firewall is not None:
            names.add("FIREWALL_ARN")
    if environment.canary is not None:
        names.add("CANARY_STEPS")
    return frozenset(names)
