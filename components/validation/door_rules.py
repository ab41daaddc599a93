"""Rules of what stands behind the load balancer: host names that are certified, and pods that answer at them."""

from collections.abc import Iterator

from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from components.config.problems import Problem

NOBODY = "no service is public and has a port"
ANYBODY = "Give one a port and public: true"


def free_host(config: PlatformConfig, label: str) -> str:
    """`<label>.<zone>`, numbered where the stack has that name already: an example that the next run takes."""
    zone = "example.com" if config.edge is None or config.edge.zone is None else config.edge.zone.name
    taken = {host for environment in config.environments for host in environment.hosts}
    if config.edge is not None and config.edge.argocd_host is not None:
        taken.add(config.edge.argocd_host)
    names = (f"{label}.{zone}", *(f"{label}-{number}.{zone}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def behind_door(config: PlatformConfig, environment: EnvironmentConfig) -> list[str]:
    """What of an environment answers to the load balancer: services, and what runs beside the catalogue."""
    services = [*config.services, *(extra.service for extra in environment.extras)]
    return [service.name for service in services if service.public and service.port is not None]


def hosts(config: PlatformConfig) -> Iterator[Problem]:
    """A name for the certificate, and somebody who answers at each."""
    if config.edge is None or config.aws is None:
        return
    answering = [index for index, found in enumerate(config.environments) if behind_door(config, found)]
    named = any(environment.hosts for environment in config.environments)
    if not named and config.edge.argocd_host is None:
        if answering:
            yield Problem(
                path=("environments", answering[0], "hosts"),
                message=f"is missing, and edge certifies it. Write e.g. {free_host(config, 'api')}.",
            )
        else:
            yield Problem(path=("edge",), message=f"leads to nobody: {NOBODY}. {ANYBODY}, or leave edge out.")
    for index, environment in enumerate(config.environments):
        if environment.hosts and index not in answering:
            alone = config.edge.argocd_host is None and not answering
            yield Problem(
                path=("environments", index, "hosts"),
                message=f"lead to nobody: {NOBODY}. {ANYBODY}, or leave hosts out{', and edge' if alone else ''}.",
            )


def targets(config: PlatformConfig) -> Iterator[Problem]:
    """Nodes as targets: a node port for each Service behind the load balancer, and none of them Argo CD's."""
    if config.edge is None or config.edge.target_type != "instance":
        return
    if config.edge.argocd_host is not None:
        yield Problem(
            path=("edge", "targetType"),
            message="instance does not reach argocdHost: Argo CD's Service has no node port. "
            "Write ip, or leave argocdHost out.",
        )
    for index, environment in enumerate(config.environments):
        # A canary has a Service of its own beside the stable one.
        needed = len(behind_door(config, environment)) * (1 if environment.canary is None else 2)
        given = environment.objects.node_ports
        if environment.hosts and environment.pull_requests is not None and not given:
            yield Problem(
                path=("environments", index, "pullRequests"),
                message="repeat Services with node ports, which edge.targetType instance wants, and those are there "
                "once. Write edge.targetType: ip, or leave pullRequests out.",
            )
        elif environment.hosts and given < needed:
            yield Problem(
                path=("environments", index, "objects", "nodePorts"),
                message=f"{given} is too few: edge.targetType instance wants a node port for each of {needed} Services "
                f"behind the load balancer. Write {needed} or more, or edge.targetType: ip.",
            )


def canaries(config: PlatformConfig) -> Iterator[Problem]:
    """A canary shifts traffic that comes through the load balancer, at a host, to a service."""
    for index, environment in enumerate(config.environments):
        if environment.canary is None or config.local:
            continue
        if not behind_door(config, environment):
            missing, remedy = f"has no traffic to shift: {NOBODY}", ANYBODY
        elif config.edge is None:
            missing, remedy = "shifts traffic of a load balancer that edge describes", "Add the section edge"
        elif not environment.hosts:
            missing = "shifts traffic that comes in at a host, and the environment has none"
            remedy = f"Write hosts, e.g. {free_host(config, 'api')}"
        else:
            continue
        yield Problem(path=("environments", index, "canary"), message=f"{missing}. {remedy}, or leave the canary out.")
