"""Rules of `edge`: the certificate, host names and what answers at them, Argo CD's host for webhooks."""

from collections.abc import Iterator

from components.config.git_urls import github_repository
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.config.types import Ownership
from components.environments.plan import plan_environments
from components.validation.rule import Rule

MOST_NAMES = 10
"""Names that ACM puts into one certificate by default."""
NO_PUBLIC_SERVICE = "no service has both `port` and `public: true`"
PUBLISH_ONE = "Write both for one service"


def free_host(config: PlatformConfig, label: str) -> str:
    """`<label>.<zone>`, numbered where the stack already uses that name: an example that the next run accepts."""
    zone = "example.com" if config.edge is None or config.edge.zone is None else config.edge.zone.name
    taken = {host for environment in config.environments for host in environment.hosts}
    if config.edge is not None and config.edge.argocd_host is not None:
        taken.add(config.edge.argocd_host)
    names = (f"{label}.{zone}", *(f"{label}-{number}.{zone}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def certificate(config: PlatformConfig) -> Iterator[Problem]:
    """A certificate of this account and region, or a zone in which the program can have one validated."""
    edge = config.edge
    if edge is None or config.aws is None:
        return
    arn = edge.certificate.arn
    if arn is None and edge.zone is None:
        yield Problem(
            path=("edge", "certificate", "arn"),
            message="is missing, and so is edge.zone, in which a certificate could be validated. Write one of the two.",
        )
    if arn is not None:
        _, _, _, region, account, _ = arn.split(":", 5)
        if (region, account) != (config.aws.region, config.aws.account_id):
            yield Problem(
                path=("edge", "certificate", "arn"),
                message=f"belongs to region {region} and account {account}; a load balancer takes only certificates of "
                f"{config.aws.region} and {config.aws.account_id}. Request one there and write its ARN.",
            )
    names = {host for environment in config.environments for host in environment.hosts}
    if edge.argocd_host is not None:
        names.add(edge.argocd_host)
    if arn is None and len(names) > MOST_NAMES:
        yield Problem(
            path=("environments", 0, "hosts"),
            message=f"the stack has {len(names)} host names; a certificate holds {MOST_NAMES}. "
            "Write edge.certificate.arn of a certificate with a wildcard.",
        )


def zone(config: PlatformConfig) -> Iterator[Problem]:
    """An existing zone has its id, and every host lies in the zone."""
    if config.edge is None or config.aws is None or config.edge.zone is None:
        return
    zone = config.edge.zone
    if zone.ownership is Ownership.EXISTING and zone.zone_id is None:
        yield Problem(
            path=("edge", "zone", "zoneId"),
            message="is missing, and ownership is existing. Write the id of the zone, or ownership: create.",
        )
    if zone.ownership is not Ownership.EXISTING and zone.zone_id is not None:
        yield Problem(
            path=("edge", "zone", "zoneId"),
            message="applies only to a zone with ownership existing. Remove it, or write ownership: existing.",
        )
    for index, environment in enumerate(config.environments):
        for position, host in enumerate(environment.hosts):
            if not _within(host, zone.name):
                yield Problem(
                    path=("environments", index, "hosts", position),
                    message=f"{host} is not in the zone {zone.name}. Write e.g. {free_host(config, 'api')}.",
                )


def _within(host: str, zone: str) -> bool:
    return host == zone or host.endswith(f".{zone}")


def hosts(config: PlatformConfig) -> Iterator[Problem]:
    """The certificate has a name, and a service answers at each host."""
    if config.edge is None or config.aws is None:
        return
    with_target = [index for index, plan in enumerate(plan_environments(config)) if plan.load_balanced]
    named = any(environment.hosts for environment in config.environments)
    if not named and config.edge.argocd_host is None:
        if with_target:
            yield Problem(
                path=("environments", with_target[0], "hosts"),
                message=f"is missing, and edge needs a name to certify. Write e.g. {free_host(config, 'api')}.",
            )
        else:
            yield Problem(path=("edge",), message=f"has no target: {NO_PUBLIC_SERVICE}. {PUBLISH_ONE}, or remove edge.")
    for index, environment in enumerate(config.environments):
        if environment.hosts and index not in with_target:
            alone = config.edge.argocd_host is None and not with_target
            yield Problem(
                path=("environments", index, "hosts"),
                message=f"have no target: {NO_PUBLIC_SERVICE}. "
                f"{PUBLISH_ONE}, or remove hosts{' and edge' if alone else ''}.",
            )


def hosts_without_edge(config: PlatformConfig) -> Iterator[Problem]:
    """Hosts are written only where edge gives them a certificate and a record."""
    if config.edge is not None or (config.cluster is None and not config.local):
        return
    for index, environment in enumerate(config.environments):
        if environment.hosts:
            remedy = "Remove it" if config.cluster is None else "Add the section edge, or remove hosts"
            yield Problem(
                path=("environments", index, "hosts"),
                message=f"has no effect: without edge, hosts get neither a certificate nor a DNS record. {remedy}.",
            )


def targets(config: PlatformConfig) -> Iterator[Problem]:
    """With nodes as targets, each load-balanced Service has a node port; Argo CD's Service and previews have none."""
    if config.edge is None or config.edge.target_type != "instance":
        return
    if config.edge.argocd_host is not None:
        yield Problem(
            path=("edge", "targetType"),
            message="instance cannot reach argocdHost: Argo CD's Service has no node port. "
            "Write ip, or remove argocdHost.",
        )
    for index, plan in enumerate(plan_environments(config)):
        environment = plan.settings
        # A canary has a second Service in addition to the stable one.
        needed = len(plan.load_balanced) * (1 if environment.canary is None else 2)
        given = environment.objects.node_ports
        if environment.hosts and environment.pull_requests is not None and not given:
            yield Problem(
                path=("environments", index, "pullRequests"),
                message="would duplicate node ports, which edge.targetType instance needs and which exist once in a "
                "cluster. Write edge.targetType: ip, or remove pullRequests.",
            )
        elif environment.hosts and given < needed:
            yield Problem(
                path=("environments", index, "objects", "nodePorts"),
                message=f"{given} is too few: edge.targetType instance needs a node port for each of {needed} Services "
                f"behind the load balancer. Write {needed} or more, or edge.targetType: ip.",
            )


def argocd_host(config: PlatformConfig) -> Iterator[Problem]:
    """Argo CD's host for webhooks: a load balancer, a webhook secret, a firewall, and a name of its own."""
    edge = config.edge
    host = None if edge is None else edge.argocd_host
    if edge is None or host is None:
        return
    here = ("edge", "argocdHost")
    if config.operators.load_balancer_controller is None:
        yield Problem(
            path=here,
            message="needs a load balancer, and no controller creates one. "
            "Add `loadBalancerController: {}` to operators, or remove argocdHost.",
        )
    if config.argocd.webhook_secret is None:
        yield Problem(
            path=here,
            message="needs argocd.webhookSecret: without it Argo CD acts on webhooks from anyone. "
            f"Write e.g. argocd.webhookSecret: {{secretsManager: {config.system.name}/argocd/webhook}}.",
        )
    on_github = github_repository(config.repository.url) is not None
    if edge.internal and on_github:
        yield Problem(
            path=here,
            message="is called by GitHub from the internet, which edge.internal keeps out. "
            "Remove argocdHost (Argo CD then polls Git), or write internal: false with a firewall.",
        )
    if edge.firewall is None and not edge.internal:
        alternative = "" if on_github else ", or write internal: true"
        yield Problem(
            path=here,
            message=f"is open to the internet without a firewall. Add `firewall: {{}}` to edge{alternative}.",
        )
    if edge.zone is not None and not _within(host, edge.zone.name):
        yield Problem(
            path=here, message=f"{host} is not in the zone {edge.zone.name}. Write e.g. {free_host(config, 'argocd')}."
        )
    if any(host in environment.hosts for environment in config.environments):
        yield Problem(
            path=here,
            message=f"{host} is already a host of the services. Write another one, e.g. {free_host(config, 'argocd')}.",
        )


RULES: tuple[Rule, ...] = (certificate, zone, hosts, hosts_without_edge, targets, argocd_host)
