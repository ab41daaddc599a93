"""Rules of `operators`: controllers that other sections need, that run on EKS only, or that would have no effect."""

from collections.abc import Iterator
from contextlib import suppress

from components.config.base import BrokenField
from components.config.cluster import NodesConfig
from components.config.controllers import NodeScaling, OperatorsConfig
from components.config.platform import PlatformConfig
from components.config.problems import Problem, key_path
from components.config.versions import CLUSTER_AUTOSCALER_IMAGE_TAGS
from components.controllers.controller import controllers
from components.environments.plan import EnvironmentPlan, plan_environments
from components.validation import argocd
from components.validation.edge import NO_PUBLIC_SERVICE, free_host, without_edge
from components.validation.rule import Path, Rule, each_environment, known


def needed_by_edge(config: PlatformConfig) -> Iterator[Problem]:
    """The load balancers that edge describes have a controller that creates them."""
    if config.edge is not None and config.aws is not None and config.operators.load_balancer_controller is None:
        yield Problem(
            path=("operators", "loadBalancerController"),
            message="is missing; it creates the load balancers of `edge`. Add `loadBalancerController: {}`.",
        )


def needed_by_secrets(config: PlatformConfig) -> Iterator[Problem]:
    """The Secrets of an environment, and the entries that Argo CD reads, have a controller that fetches them."""
    if config.operators.external_secrets is not None:
        return
    needed: list[str] = []
    with suppress(BrokenField):
        if config.secrets is not None and any(_has_secrets(plan) for plan in plan_environments(config)):
            needed.append("creates the Secrets of `secrets`")
    with suppress(BrokenField):
        read = [] if config.local else [path for path, _ in argocd.entries(config)]
        needed += [f"fetches {key_path(path)}" for path in read[:1]]
    if needed:
        yield Problem(
            path=("operators", "externalSecrets"),
            message=f"is missing; it {' and '.join(needed)}. Add `externalSecrets: {{}}`.",
        )


def _has_secrets(plan: EnvironmentPlan) -> bool:
    with suppress(BrokenField):
        return bool(plan.secrets.secrets)
    return False


def aws_only(config: PlatformConfig) -> Iterator[Problem]:
    """Controllers that call AWS run on EKS only."""
    for field, controller in controllers().items():
        if config.local and controller.requires_eks and controller.enabled(config.operators, NodeScaling.NONE):
            yield Problem(
                path=("operators", str(OperatorsConfig.model_fields[field].alias)),
                message="calls AWS, and this stack uses an existing cluster (kubeconfig). Remove it.",
            )


def dns_zone(config: PlatformConfig) -> Iterator[Problem]:
    """DNS records have a zone."""
    if config.cluster is None or config.operators.external_dns is None:
        return
    if (config.edge is None or config.edge.zone is None) and len(without_edge(config)) <= 1:
        yield Problem(
            path=("operators", "externalDns"), message="has no zone for its records. Remove it, or add edge.zone."
        )


def unused_scalers(config: PlatformConfig) -> Iterator[Problem]:
    """A node scaler has settings only where it scales the nodes."""
    if config.cluster is None and not config.local:
        return
    scaling = NodeScaling.NONE if config.cluster is None else config.cluster.nodes.scaler
    for field, scaler in (
        ("cluster_autoscaler", NodeScaling.CLUSTER_AUTOSCALER),
        ("karpenter", NodeScaling.KARPENTER),
    ):
        if field in config.operators.model_fields_set and scaling is not scaler:
            yield Problem(
                path=("operators", scaler.value),
                message="has no effect: it does not scale this stack's nodes. "
                f"Remove it{_alternative(config, scaler)}.",
            )


def _alternative(config: PlatformConfig, scaler: NodeScaling) -> str:
    if config.cluster is None:
        return ""
    if config.cluster.nodes.scaling is scaler:
        return ", or write a cluster.nodes.maximum above minimum"
    return f", or write cluster.nodes.scaling: {scaler}"


def autoscaler_version(config: PlatformConfig) -> Iterator[Problem]:
    """The Cluster Autoscaler simulates the scheduler of the cluster's own minor version."""
    tag = config.operators.cluster_autoscaler.image_tag
    if config.cluster is None or tag is None:
        return
    version, minor = config.cluster.version, ".".join(tag.removeprefix("v").split(".")[:2])
    pinned = CLUSTER_AUTOSCALER_IMAGE_TAGS[version]
    if minor != version or not tag.startswith("v"):
        yield Problem(
            path=("operators", "clusterAutoscaler", "imageTag"),
            message=f"{tag} is not a tag for Kubernetes {version}. Write {pinned}, or remove it.",
        )


def _karpenter_nodes(config: PlatformConfig) -> NodesConfig | None:
    """The nodes of a cluster that Karpenter scales."""
    nodes = None if config.cluster is None else config.cluster.nodes
    return nodes if nodes is not None and nodes.scaling is NodeScaling.KARPENTER else None


def karpenter_pods(config: PlatformConfig) -> Iterator[Problem]:
    """Karpenter's pods run on two nodes that it did not create."""
    nodes = _karpenter_nodes(config)
    if nodes is not None and nodes.desired < nodes.least_desired:
        yield Problem(
            path=("cluster", "nodes", "desired"),
            message=f"{nodes.desired} is too few for karpenter's {nodes.least_desired} pods, which never share a node. "
            f"Write {nodes.least_desired} or more.",
        )


def karpenter_room(config: PlatformConfig) -> Iterator[Problem]:
    """Karpenter may start at least one node."""
    nodes = _karpenter_nodes(config)
    if nodes is not None and nodes.desired == nodes.maximum:
        yield Problem(
            path=("cluster", "nodes", "maximum"),
            message=f"{nodes.maximum} leaves no node for karpenter to start: the group's desired {nodes.desired} use "
            f"them all. Write {nodes.desired + 1} or more, or scaling: none.",
        )


def karpenter_volumes(config: PlatformConfig) -> Iterator[Problem]:
    """Volumes of Karpenter's nodes use AWS's own key."""
    nodes = _karpenter_nodes(config)
    if nodes is not None and nodes.customer_managed_key:
        yield Problem(
            path=("cluster", "nodes", "customerManagedKey"),
            message="is not supported with scaling karpenter, whose volumes use AWS's own key. Remove it.",
        )


@each_environment
def local_canaries(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A canary's traffic is shifted by an AWS load balancer."""
    if plan.settings.canary is not None and plan.config.local:
        yield Problem(
            path=(*here, "canary"),
            message="is not available on an existing cluster (kubeconfig): an AWS load balancer shifts its "
            "traffic. Remove it.",
        )


def needed_by_canaries(config: PlatformConfig) -> Iterator[Problem]:
    """A canary needs controllers that shift its traffic and measure it; `needed_by_edge` is about the load balancer."""
    canaries = [name for _, name in known(config.environments, lambda e: e.name if e.canary else None) if name]
    if config.local or not canaries:
        return
    for key in ("rollouts", "prometheus"):
        with suppress(BrokenField):
            if getattr(config.operators, key) is None:
                yield Problem(
                    path=("operators", key),
                    message=f"is missing, and the canary of environment {canaries[0]} needs it. "
                    f"Add `{key}: {{}}`, or remove the canary.",
                )


@each_environment
def canary_steps(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A canary's steps reach its maximum."""
    canary = plan.settings.canary
    if canary is not None and not plan.config.local and canary.max_percent % canary.step_percent:
        reached = max(1, canary.max_percent // canary.step_percent) * canary.step_percent
        yield Problem(
            path=(*here, "canary", "maxPercent"),
            message=f"{canary.max_percent} cannot be reached in steps of stepPercent {canary.step_percent}. "
            f"Write {reached}.",
        )


@each_environment
def canary_traffic(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A canary shifts traffic that reaches a service at a host, through the load balancer."""
    if plan.settings.canary is None or plan.config.local:
        return
    if not plan.load_balanced:
        wrong, remedy = f"has no traffic to shift: {NO_PUBLIC_SERVICE}", "write both for one service"
    elif plan.config.edge is None:
        if len(without_edge(plan.config)) > 1:
            return
        wrong, remedy = "has no traffic to shift: there is no load balancer without edge", "add the section edge"
    elif not plan.settings.hosts:
        wrong = "has no traffic to shift: the environment has no hosts"
        remedy = f"write hosts: [{free_host(plan.config, 'api')}]"
    else:
        return
    yield Problem(path=(*here, "canary"), message=f"{wrong}. Remove it, or {remedy}.")


RULES: tuple[Rule, ...] = (
    needed_by_edge,
    needed_by_secrets,
    aws_only,
    dns_zone,
    unused_scalers,
    autoscaler_version,
    karpenter_pods,
    karpenter_room,
    karpenter_volumes,
    local_canaries,
    needed_by_canaries,
    canary_steps,
    canary_traffic,
)
