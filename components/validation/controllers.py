"""Rules of `operators`: controllers that other sections need, that run on EKS only, or that would have no effect."""

from collections.abc import Iterator

from components.config.controllers import NodeScaling, OperatorsConfig
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.config.versions import CLUSTER_AUTOSCALER_IMAGE_TAGS
from components.controllers.controller import controllers
from components.environments.plan import EnvironmentPlan, plan_environments
from components.validation.edge import NO_PUBLIC_SERVICE, PUBLISH_ONE, free_host
from components.validation.rule import Path, Rule, each_environment


def needed_by_edge(config: PlatformConfig) -> Iterator[Problem]:
    """The load balancers that edge describes have a controller that creates them."""
    if config.edge is not None and config.aws is not None and config.operators.load_balancer_controller is None:
        yield Problem(
            path=("operators", "loadBalancerController"),
            message="is missing; it creates the load balancers of `edge`. "
            "Add `loadBalancerController: {}` to operators.",
        )


def needed_by_secrets(config: PlatformConfig) -> Iterator[Problem]:
    """The Secrets of an environment have a controller that creates them."""
    if config.secrets is None or config.operators.external_secrets is not None:
        return
    if any(plan.secrets.secrets for plan in plan_environments(config)):
        yield Problem(
            path=("operators", "externalSecrets"),
            message="is missing; it creates the Secrets of `secrets`. Add `externalSecrets: {}` to operators.",
        )


def aws_only(config: PlatformConfig) -> Iterator[Problem]:
    """Controllers that call AWS run on EKS only; DNS records need a zone."""
    for field, controller in controllers().items():
        if config.local and controller.requires_eks and controller.enabled(config.operators, NodeScaling.NONE):
            yield Problem(
                path=("operators", str(OperatorsConfig.model_fields[field].alias)),
                message="calls AWS, and this stack uses an existing cluster (kubeconfig). Remove it.",
            )
    if config.cluster is None:
        return
    if config.operators.external_dns is not None and (config.edge is None or config.edge.zone is None):
        yield Problem(
            path=("operators", "externalDns"), message="has no zone for its records. Add edge.zone, or remove it."
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
                message=f"has no effect: it does not scale this stack's nodes. {_remedy(config, scaler)}.",
            )


def _remedy(config: PlatformConfig, scaler: NodeScaling) -> str:
    if config.cluster is None:
        return "Remove it"
    if config.cluster.nodes.scaling is scaler:
        return "Write a cluster.nodes.maximum above minimum, or remove it"
    return f"Write cluster.nodes.scaling: {scaler}, or remove it"


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
            message=f"{tag} is not a tag for Kubernetes {version}. Write {pinned} or another v{version} tag, "
            "or remove it.",
        )


def karpenter(config: PlatformConfig) -> Iterator[Problem]:
    """Karpenter runs on two nodes that it did not create, and may start at least one."""
    if config.cluster is None:
        return
    nodes = config.cluster.nodes
    if nodes.scaling is not NodeScaling.KARPENTER:
        return
    if nodes.desired < nodes.least_desired:
        yield Problem(
            path=("cluster", "nodes", "desired"),
            message=f"{nodes.desired} is too few for karpenter's {nodes.least_desired} pods, which never share a node. "
            f"Write {nodes.least_desired} or more.",
        )
    if nodes.desired == nodes.maximum:
        yield Problem(
            path=("cluster", "nodes", "maximum"),
            message=f"{nodes.maximum} leaves no node for karpenter to start: the group's desired {nodes.desired} use "
            f"them all. Write {nodes.desired + 1} or more, or scaling: none.",
        )
    if nodes.customer_managed_key:
        yield Problem(
            path=("cluster", "nodes", "customerManagedKey"),
            message="is not supported with scaling karpenter, whose volumes use AWS's own key. Remove it.",
        )


@each_environment
def canaries(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A canary needs controllers that shift its traffic and measure it."""
    if plan.settings.canary is None:
        return
    if plan.config.local:
        yield Problem(
            path=(*here, "canary"),
            message="is not available on an existing cluster (kubeconfig): an AWS load balancer shifts its "
            "traffic. Remove it.",
        )
        return
    operators = plan.config.operators
    for key, settings in (
        ("rollouts", operators.rollouts),
        ("prometheus", operators.prometheus),
        ("loadBalancerController", operators.load_balancer_controller),
    ):
        if settings is None:
            yield Problem(
                path=(*here, "canary"),
                message=f"needs operators.{key}. Add `{key}: {{}}` to operators, or remove the canary.",
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
            f"Write a multiple of stepPercent, e.g. {reached}.",
        )


@each_environment
def canary_traffic(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A canary shifts traffic that reaches a service at a host, through the load balancer."""
    if plan.settings.canary is None or plan.config.local:
        return
    if not plan.load_balanced:
        wrong, remedy = f"has no traffic to shift: {NO_PUBLIC_SERVICE}", PUBLISH_ONE
    elif plan.config.edge is None:
        wrong, remedy = "has no traffic to shift: there is no load balancer without edge", "Add the section edge"
    elif not plan.settings.hosts:
        wrong = "has no traffic to shift: the environment has no hosts"
        remedy = f"Write hosts, e.g. {free_host(plan.config, 'api')}"
    else:
        return
    yield Problem(path=(*here, "canary"), message=f"{wrong}. {remedy}, or remove the canary.")


RULES: tuple[Rule, ...] = (
    needed_by_edge,
    needed_by_secrets,
    aws_only,
    unused_scalers,
    autoscaler_version,
    karpenter,
    canaries,
    canary_steps,
    canary_traffic,
)
