"""Rules of `edge`: the certificate, host names and what answers at them, Argo CD's host for webhooks."""

from collections.abc import Collection, Iterator
from contextlib import suppress

from components.config.base import BrokenField
from components.config.edge import EdgeConfig
from components.config.git_urls import github_repository
from components.config.platform import PlatformConfig
from components.config.problems import Problem, key_path
from components.config.types import Ownership
from components.environments.plan import EnvironmentPlan, plan_environments
from components.validation.rule import Path, Rule, each_environment, known

MOST_NAMES = 10
"""Names that ACM puts into one certificate by default."""
KEYS_NAMED = 3
"""Keys that one message names."""
ARGOCD_HOST: Path = ("edge", "argocdHost")
NO_PUBLIC_SERVICE = "no service has both `port` and `public: true`"


def free_host(config: PlatformConfig, label: str, others: Collection[str] = ()) -> str:
    """`<label>.<zone>`, numbered where the stack or `others` use that name: an example that the next run accepts."""
    zone = "example.com"
    with suppress(BrokenField):
        zone = zone if config.edge is None or config.edge.zone is None else config.edge.zone.name
    taken = {*_names(config), *others}
    names = (f"{label}.{zone}", *(f"{label}-{number}.{zone}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _names(config: PlatformConfig) -> list[str]:
    return [name for _, name in host_names(config)]


def host_names(config: PlatformConfig) -> list[tuple[Path, str]]:
    """Host names of the environments and of Argo CD with their keys, as far as they can be read."""
    names: list[tuple[Path, str]] = [
        (("environments", index, "hosts", position), host)
        for index, hosts in known(config.environments, lambda environment: environment.hosts)
        for position, host in enumerate(hosts)
    ]
    with suppress(BrokenField):
        if config.edge is not None and config.edge.argocd_host is not None:
            names.append((ARGOCD_HOST, config.edge.argocd_host))
    return names


def recorded_hosts(config: PlatformConfig) -> list[tuple[Path, str]]:
    """Those of which external-dns writes a record."""
    with suppress(BrokenField):
        if config.edge is not None and config.edge.zone is not None and config.operators.external_dns is not None:
            return host_names(config)
    return []


def _on_eks(config: PlatformConfig) -> EdgeConfig | None:
    return None if config.aws is None else config.edge


def certificate(config: PlatformConfig) -> Iterator[Problem]:
    """There is a certificate, or a zone in which the program can have one validated."""
    edge = _on_eks(config)
    if edge is not None and edge.certificate.arn is None and edge.zone is None:
        yield Problem(
            path=("edge", "certificate", "arn"),
            message="is missing, and so is edge.zone, in which a certificate could be validated. Write one of the two.",
        )


def certificate_place(config: PlatformConfig) -> Iterator[Problem]:
    """An existing certificate is in this account and region."""
    arn = None if config.edge is None else config.edge.certificate.arn
    if arn is None or config.aws is None:
        return
    _, _, _, region, account, _ = arn.split(":", 5)
    if (region, account) != (config.aws.region, config.aws.account_id):
        yield Problem(
            path=("edge", "certificate", "arn"),
            message=f"belongs to region {region} and account {account}; a load balancer takes only certificates of its "
            f"own. Request one in {config.aws.region} and account {config.aws.account_id}, and write its ARN.",
        )


def certificate_names(config: PlatformConfig) -> Iterator[Problem]:
    """The names of the stack fit into the certificate that the program creates."""
    edge, names = _on_eks(config), set(_names(config))
    if edge is not None and edge.certificate.arn is None and len(names) > MOST_NAMES:
        yield Problem(
            path=("environments", 0, "hosts"),
            message=f"the stack has {len(names)} host names; a certificate holds {MOST_NAMES}. "
            "Write edge.certificate.arn of a certificate with a wildcard.",
        )


def zone_id(config: PlatformConfig) -> Iterator[Problem]:
    """An existing zone has its id, and no other one has any."""
    edge = _on_eks(config)
    if edge is not None and edge.zone is not None:
        zone = edge.zone
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


@each_environment
def hosts_in_zone(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Every host lies in the zone."""
    edge = _on_eks(plan.config)
    if edge is None or edge.zone is None:
        return
    for position, host in enumerate(plan.settings.hosts):
        if not _within(host, edge.zone.name):
            yield Problem(
                path=(*here, "hosts", position),
                message=f"{host} is not in the zone {edge.zone.name}. "
                f"Write e.g. {free_host(plan.config, host.partition('.')[0])}.",
            )


def records(config: PlatformConfig) -> Iterator[Problem]:
    """A controller writes the DNS records of the hosts into the zone. Without a zone, someone else writes them."""
    if config.edge is None or config.edge.zone is None or config.cluster is None:
        return
    names = _names(config)
    if names and config.operators.external_dns is None:
        yield Problem(
            path=("operators", "externalDns"),
            message=f"is missing: without it nothing writes the DNS record of {names[0]} into edge.zone. "
            "Add `externalDns: {}`.",
        )


def _within(host: str, zone: str) -> bool:
    return host == zone or host.endswith(f".{zone}")


def named(config: PlatformConfig) -> Iterator[Problem]:
    """The certificate has a name, and a service answers at it."""
    edge = _on_eks(config)
    if edge is None or edge.argocd_host is not None or any(environment.hosts for environment in config.environments):
        return
    with_target = [index for index, plan in enumerate(plan_environments(config)) if plan.load_balanced]
    if with_target:
        yield Problem(
            path=("environments", with_target[0], "hosts"),
            message=f"is missing, and edge needs a name to certify. Write e.g. [{free_host(config, 'api')}].",
        )
    else:
        yield Problem(path=("edge",), message=f"has no target: {NO_PUBLIC_SERVICE}. Remove it, or write both for one.")


@each_environment
def hosts_with_target(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A service answers at each host."""
    if _on_eks(plan.config) is not None and plan.settings.hosts and not plan.load_balanced:
        alone = not any(other.load_balanced for other in plan_environments(plan.config))
        and_edge = " and edge" if alone and plan.config.edge and plan.config.edge.argocd_host is None else ""
        yield Problem(
            path=(*here, "hosts"),
            message=f"have no target: {NO_PUBLIC_SERVICE}. Remove hosts{and_edge}, or write both for one service.",
        )


def without_edge(config: PlatformConfig) -> list[Path]:
    """The keys of a stack on EKS that have an effect only with edge, if it has none."""
    found: list[Path] = []
    if config.cluster is None or config.edge is not None:
        return found
    for index, environment in enumerate(config.environments):
        for key, read in (("hosts", lambda e=environment: e.hosts), ("canary", lambda e=environment: e.canary)):
            with suppress(BrokenField):
                found += [("environments", index, key)] if read() else []
    with suppress(BrokenField):
        found += [] if config.operators.external_dns is None else [("operators", "externalDns")]
    return found


def missing_edge(config: PlatformConfig) -> Iterator[Problem]:
    """There is edge where several keys have an effect only with it; a single one is refused itself."""
    needing = [key_path(path) for path in without_edge(config)]
    if len(needing) > 1:
        rest = len(needing) - KEYS_NAMED
        named, last = (needing[:KEYS_NAMED], f"{rest} more") if rest > 0 else (needing[:-1], needing[-1])
        those = f"{', '.join(named)} and {last}"
        yield Problem(path=("edge",), message=f"is missing, and needed by {those}. Add it, or remove those.")


@each_environment
def hosts_without_edge(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Hosts are written only where edge gives them a certificate and a record."""
    config = plan.config
    if len(without_edge(config)) > 1:
        return
    if config.edge is None and (config.cluster is not None or config.local) and plan.settings.hosts:
        remedy = "Remove it" if config.cluster is None else "Remove it, or add the section edge"
        yield Problem(
            path=(*here, "hosts"),
            message=f"has no effect: without edge, hosts get neither a certificate nor a DNS record. {remedy}.",
        )


@each_environment
def node_ports(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """With nodes as targets, each load-balanced Service has a node port, which previews cannot have."""
    edge, environment = plan.config.edge, plan.settings
    if edge is None or edge.target_type != "instance" or not environment.hosts:
        return
    # A canary has a second Service in addition to the stable one.
    needed = len(plan.load_balanced) * (1 if environment.canary is None else 2)
    given = environment.objects.node_ports
    if environment.pull_requests is not None and not given:
        yield Problem(
            path=(*here, "pullRequests"),
            message="would duplicate node ports, which edge.targetType instance needs and which exist once in a "
            "cluster. Remove it, or write edge.targetType: ip.",
        )
    elif given < needed:
        yield Problem(
            path=(*here, "objects", "nodePorts"),
            message=f"{given} is too few: edge.targetType instance needs a node port for each of {needed} Services "
            f"behind the load balancer. Write {needed} or more, or edge.targetType: ip.",
        )


def argocd_target(config: PlatformConfig) -> Iterator[Problem]:
    """Argo CD's Service has no node port."""
    if config.edge is not None and config.edge.target_type == "instance" and config.edge.argocd_host is not None:
        yield Problem(
            path=("edge", "targetType"),
            message="instance cannot reach argocdHost: Argo CD's Service has no node port. "
            "Write ip, or remove argocdHost.",
        )


def argocd_webhook_secret(config: PlatformConfig) -> Iterator[Problem]:
    """Argo CD knows its Git host's webhooks by their secret."""
    if config.edge is not None and config.edge.argocd_host is not None and config.argocd.webhook_secret is None:
        yield Problem(
            path=("argocd", "webhookSecret"),
            message="is missing: without it Argo CD acts on webhooks from anyone who reaches edge.argocdHost. "
            f"Write e.g. {{secretsManager: {config.system.name}/argocd/webhook}}.",
        )


def argocd_from_github(config: PlatformConfig) -> Iterator[Problem]:
    """GitHub reaches Argo CD's host from the internet."""
    edge = config.edge
    on_github = github_repository(config.repository.url) is not None
    if edge is not None and edge.argocd_host is not None and edge.internal and on_github:
        yield Problem(
            path=ARGOCD_HOST,
            message="is called by GitHub from the internet, which edge.internal keeps out; without it Argo CD polls "
            "Git. Remove it, or write internal: false with a firewall.",
        )


def argocd_firewall(config: PlatformConfig) -> Iterator[Problem]:
    """A host of Argo CD on the internet has a firewall."""
    edge = config.edge
    if edge is not None and edge.argocd_host is not None and edge.firewall is None and not edge.internal:
        on_github = github_repository(config.repository.url) is not None
        yield Problem(
            path=("edge", "firewall"),
            message="is missing, and argocdHost is open to the internet. "
            f"Add `firewall: {{}}`{'' if on_github else ', or internal: true'}.",
        )


def argocd_in_zone(config: PlatformConfig) -> Iterator[Problem]:
    """Argo CD's host lies in the zone."""
    edge = config.edge
    if edge is not None and edge.argocd_host is not None and edge.zone is not None:
        host = edge.argocd_host
        if not _within(host, edge.zone.name):
            yield Problem(
                path=ARGOCD_HOST,
                message=f"{host} is not in the zone {edge.zone.name}. Write e.g. {free_host(config, 'argocd')}.",
            )


def argocd_name(config: PlatformConfig) -> Iterator[Problem]:
    """Argo CD's host is none of the services'."""
    host = None if config.edge is None else config.edge.argocd_host
    hosts = [host for _, hosts in known(config.environments, lambda environment: environment.hosts) for host in hosts]
    if host is not None and host in hosts:
        yield Problem(
            path=ARGOCD_HOST,
            message=f"{host} is already a host of the services. Write e.g. {free_host(config, 'argocd')}.",
        )


RULES: tuple[Rule, ...] = (
    certificate,
    certificate_place,
    certificate_names,
    zone_id,
    hosts_in_zone,
    records,
    named,
    hosts_with_target,
    missing_edge,
    hosts_without_edge,
    node_ports,
    argocd_target,
    argocd_webhook_secret,
    argocd_from_github,
    argocd_firewall,
    argocd_in_zone,
    argocd_name,
)
