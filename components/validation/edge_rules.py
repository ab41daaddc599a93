"""Rules of the way in, and of what a cluster that is not ours cannot have."""

from collections.abc import Iterator

from components.config.controllers import NodeScaling
from components.config.git_urls import github_repository
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.config.types import Ownership
from components.validation.door_rules import free_host

MOST_NAMES = 10
"""Names that ACM puts into one certificate by default."""


def edge(config: PlatformConfig) -> Iterator[Problem]:
    """A certificate of this account and region, or a zone to prove one in, for hosts inside that zone."""
    settings = config.edge
    if settings is None or config.aws is None:
        return
    if config.operators.load_balancer_controller is None:
        yield Problem(
            path=("operators", "loadBalancerController"),
            message="is missing, and edge describes load balancers that nobody would make. "
            "Write `loadBalancerController: {}`.",
        )
    arn = settings.certificate.arn
    if arn is None and settings.zone is None:
        yield Problem(
            path=("edge", "certificate", "arn"),
            message="is missing, and there is no zone in which a certificate could be validated. Write one of the two.",
        )
    if arn is not None:
        _, _, _, region, account, _ = arn.split(":", 5)
        if (region, account) != (config.aws.region, config.aws.account_id):
            yield Problem(
                path=("edge", "certificate", "arn"),
                message=f"is of region {region} and account {account}; a load balancer takes only one of "
                f"{config.aws.region} and {config.aws.account_id}. Request it there.",
            )
    if settings.zone is not None:
        if (settings.zone.ownership is Ownership.EXISTING) != (settings.zone.zone_id is not None):
            yield Problem(
                path=("edge", "zone", "zoneId"),
                message="goes with ownership existing, and only with it. Write the id of the zone, "
                "or ownership: create.",
            )
        for index, environment in enumerate(config.environments):
            for position, host in enumerate(environment.hosts):
                if not (host == settings.zone.name or host.endswith(f".{settings.zone.name}")):
                    example = free_host(config, "api")
                    yield Problem(
                        path=("environments", index, "hosts", position),
                        message=f"{host} is not in the zone {settings.zone.name}. Write e.g. {example}.",
                    )
    names = {host for environment in config.environments for host in environment.hosts}
    certified = names if settings.argocd_host is None else {*names, settings.argocd_host}
    if arn is None and len(certified) > MOST_NAMES:
        yield Problem(
            path=("environments", 0, "hosts"),
            message=f"the stack has {len(certified)} host names; a certificate takes {MOST_NAMES}. "
            "Write edge.certificate.arn, of one with a wildcard.",
        )


def webhooks(config: PlatformConfig) -> Iterator[Problem]:
    """Argo CD's host: somebody who makes the load balancer, a secret and a firewall, and a name of its own."""
    edge = config.edge
    host = None if edge is None else edge.argocd_host
    if edge is None or host is None:
        return
    here = ("edge", "argocdHost")
    if config.operators.load_balancer_controller is None:
        yield Problem(
            path=here,
            message="needs a load balancer, and nothing makes one. Add `loadBalancerController: {}` to operators, "
            "or leave it out.",
        )
    if config.argocd.webhook_secret is None:
        yield Problem(
            path=here,
            message="lets anybody make Argo CD work: without argocd.webhookSecret it believes every webhook. "
            f"Write e.g. argocd.webhookSecret: {{secretsManager: {config.system.name}/argocd/webhook}}.",
        )
    on_github = github_repository(config.repository.url) is not None
    if edge.internal and on_github:
        yield Problem(
            path=here,
            message="is called by GitHub from the internet, and edge.internal lets nobody in from there. "
            "Leave it out (Argo CD then polls Git), or write internal: false with a firewall.",
        )
    if edge.firewall is None and not edge.internal:
        otherwise = "" if on_github else ", or write internal: true"
        yield Problem(
            path=here,
            message=f"is open to the internet without a firewall. Add `firewall: {{}}` to edge{otherwise}.",
        )
    zone = None if edge.zone is None else edge.zone.name
    if zone is not None and not (host == zone or host.endswith(f".{zone}")):
        example = free_host(config, "argocd")
        yield Problem(path=here, message=f"{host} is not in the zone {zone}. Write e.g. {example}.")
    if any(host in environment.hosts for environment in config.environments):
        yield Problem(
            path=here,
            message=f"{host} is a host of the services. Write one of its own, e.g. {free_host(config, 'argocd')}.",
        )


def operators(config: PlatformConfig) -> Iterator[Problem]:
    """Controllers that speak to AWS need a cluster of ours; records need a zone."""
    needs_aws = {
        "externalSecrets": config.operators.external_secrets,
        "loadBalancerController": config.operators.load_balancer_controller,
        "externalDns": config.operators.external_dns,
    }
    for key, settings in needs_aws.items():
        if settings is not None and config.local:
            yield Problem(
                path=("operators", key),
                message="speaks to AWS, and this stack takes a cluster that exists. Leave it out.",
            )
    if config.cluster is None:
        return
    if config.operators.external_dns is not None and (config.edge is None or config.edge.zone is None):
        yield Problem(
            path=("operators", "externalDns"), message="has no zone to write into. Add edge.zone, or leave it out."
        )


def scaling(config: PlatformConfig) -> Iterator[Problem]:
    """Karpenter runs on two nodes that it did not make, and may start at least one."""
    if config.cluster is None:
        return
    nodes = config.cluster.nodes
    if nodes.scaling is not NodeScaling.KARPENTER:
        return
    if nodes.desired < nodes.least_desired:
        yield Problem(
            path=("cluster", "nodes", "desired"),
            message=f"{nodes.desired} node does not hold karpenter's {nodes.least_desired} pods, which never share "
            f"one. Write {nodes.least_desired} or more.",
        )
    if nodes.desired == nodes.maximum:
        yield Problem(
            path=("cluster", "nodes", "maximum"),
            message=f"{nodes.maximum} leaves karpenter no node to start: with the desired {nodes.desired} of the "
            f"group it never has more. Write {nodes.desired + 1} or more, or scaling: none.",
        )
    if nodes.customer_managed_key:
        yield Problem(
            path=("cluster", "nodes", "customerManagedKey"),
            message="is not supported with scaling karpenter, whose volumes use AWS's own key. Leave it out.",
        )


def canaries(config: PlatformConfig) -> Iterator[Problem]:
    """A canary needs somebody who shifts the traffic, a load balancer that does it, and somebody who measures it."""
    for index, environment in enumerate(config.environments):
        canary = environment.canary
        if canary is None:
            continue
        if config.local:
            yield Problem(
                path=("environments", index, "canary"),
                message="is not for a cluster that exists already (kubeconfig). "
                "Its traffic is shifted by a load balancer of AWS. Leave it out.",
            )
            continue
        needed = {
            "rollouts": config.operators.rollouts,
            "prometheus": config.operators.prometheus,
            "loadBalancerController": config.operators.load_balancer_controller,
        }
        for key, settings in needed.items():
            if settings is None:
                yield Problem(
                    path=("environments", index, "canary"),
                    message=f"needs operators.{key}. Add `{key}: {{}}` to operators, or leave the canary out.",
                )
        if canary.max_percent % canary.step_percent:
            reached = max(1, canary.max_percent // canary.step_percent) * canary.step_percent
            yield Problem(
                path=("environments", index, "canary", "maxPercent"),
                message=f"{canary.max_percent} is not reached in steps of stepPercent {canary.step_percent}. "
                f"Write a multiple of stepPercent, e.g. {reached}.",
            )


def named_data(config: PlatformConfig) -> Iterator[Problem]:
    """An environment names data of the stack's own database and cache only where there is one and it uses it."""
    for index, environment in enumerate(config.environments):
        for key, value, what, section, used in (
            (
                "databasePrefix",
                environment.database_prefix,
                "database",
                config.database,
                config.uses_database(environment),
            ),
            ("cacheDatabase", environment.cache_database, "cache", config.cache, config.uses_cache(environment)),
        ):
            if value is None or used:
                continue
            if section is None:
                wrong = (
                    "names data of a stack's own database or cache, and this stack has none. Leave it out; "
                    "databaseInNamespace and cacheInNamespace describe those of the application repository."
                )
            else:
                wrong = (
                    f"stands beside {what}InNamespace: the environment's data is on the stack's own {what}, or in its "
                    "namespace. Leave one of the two out."
                )
            yield Problem(path=("environments", index, key), message=wrong)
