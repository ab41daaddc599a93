"""One stack's platform: load the configuration, create each component in order, export what people need next.

A function of `components.stack` returns None for a component that the stack file leaves out, and `optional` then
creates nothing.
"""

import gc

# One short run that frees next to nothing: at the default thresholds the collector takes a fifth of the time.
gc.set_threshold(20_000, 20, 100)

import pulumi
import pulumi_aws
import pulumi_eks
import pulumi_kubernetes
import pulumi_random
import pulumi_tls
from pulumi import ResourceOptions

from components.alarms.alarms import Alarms
from components.argocd.access import ArgoCdAccess
from components.argocd.applications import GitOps
from components.argocd.installation import ArgoCd
from components.argocd.webhook import ArgoCdWebhook
from components.ci.github_oidc import GithubOidc
from components.ci.runner import Runner
from components.cluster.eks import Eks
from components.config.platform import PlatformConfig
from components.controllers.controllers import Controllers
from components.data.bootstrap import Bootstrap
from components.data.bootstrap_namespace import BootstrapNamespace
from components.data.cache import Cache
from components.data.database import Database
from components.data.storage import Storage
from components.edge.edge import Edge
from components.environments.canary import Canary
from components.environments.environment import Environment
from components.environments.plan import EnvironmentPlan, plan_environments
from components.network.network import Network
from components.registry import Registry
from components.secrets.delivery import SecretDelivery
from components.secrets.entries import Secrets
from components.stack import aws, data, existing, kubernetes
from components.stack.components import StackComponents, optional
from components.stack.outputs import export_all
from components.validation import support
from components.validation.load import load

Plans = tuple[EnvironmentPlan, ...]


def aws_providers(config: PlatformConfig) -> list[pulumi.ProviderResource]:
    """Restricted to the stack's account, with its tags on every resource; none for a stack without AWS."""
    account = aws.stack_account(config)
    if account is None:
        return []
    return [
        pulumi_aws.Provider("aws", aws.provider(config, account)),
        pulumi_eks.Provider("eks"),
        pulumi_random.Provider("random"),
    ]


def kubernetes_provider(config: PlatformConfig, stack: StackComponents) -> pulumi_kubernetes.Provider:
    """The cluster of this stack, or the context of an existing one."""
    # Nodes, add-ons and access exist before the first object and until the last one is deleted.
    ready = None if stack.eks is None else ResourceOptions(depends_on=stack.eks.ready)
    return pulumi_kubernetes.Provider("kubernetes", kubernetes.provider(config, stack), ready)


def create_on_aws(config: PlatformConfig, plans: Plans, opts: ResourceOptions, stack: StackComponents) -> None:
    """The components on AWS."""
    prefix, state_path = config.prefix, f"{pulumi.get_project()}/{pulumi.get_stack()}"
    stack.registry = optional(Registry, f"{prefix}-registry", aws.registry(config), opts)
    stack.identities = optional(GithubOidc, prefix, aws.identities(config, stack, state_path), opts)
    stack.network = optional(Network, f"{prefix}-network", aws.network(config), opts)
    stack.eks = optional(Eks, prefix, aws.eks(config, stack), opts)
    stack.runner = optional(Runner, f"{prefix}-runner", aws.runner(config, stack), opts)
    stack.database = optional(Database, f"{prefix}-database", aws.database(config, stack), opts)
    stack.cache = optional(Cache, f"{prefix}-cache", aws.cache(config, stack), opts)
    stack.edge = optional(Edge, f"{prefix}-edge", aws.edge(config), opts)
    optional(Alarms, f"{prefix}-alarms", aws.alarms(config, stack), opts)
    for plan in plans:
        name = plan.name
        stack.storage[name] = optional(Storage, f"{name}-storage", data.storage(config, plan, stack), opts)
        stack.secrets[name] = optional(Secrets, f"{name}-secrets", data.secrets(config, plan, stack), opts)


def create_on_kubernetes(config: PlatformConfig, plans: Plans, opts: ResourceOptions, stack: StackComponents) -> None:
    """The components inside the cluster: controllers, Argo CD, environments, and last the Applications."""
    stack.controllers = Controllers("operators", kubernetes.controllers(config, plans, stack), opts)
    stack.argocd = ArgoCd("argocd", kubernetes.argocd(config), opts)
    stack.argocd_access = ArgoCdAccess("argocd-access", kubernetes.argocd_access(config, stack), opts)
    stack.argocd_webhook = optional(ArgoCdWebhook, "argocd-webhook", kubernetes.argocd_webhook(config, stack), opts)
    stack.bootstrap_namespace = optional(BootstrapNamespace, "databases", data.bootstrap_namespace(plans, stack), opts)
    for plan in plans:
        name = plan.name
        stack.environments[name] = Environment(name, kubernetes.environment(config, plan, stack), opts)
        stack.deliveries[name] = optional(SecretDelivery, f"{name}-secrets", data.delivery(config, plan, stack), opts)
        stack.bootstraps[name] = optional(Bootstrap, f"{name}-database", data.bootstrap(config, plan, stack), opts)
        optional(Canary, f"{name}-canary", kubernetes.canary(plan, stack), opts)
    GitOps("gitops", kubernetes.applications(config, plans, stack), opts)


def main() -> None:
    """Describe the whole stack; an invalid configuration ends the program before the first resource."""
    config, stack = load(), StackComponents()
    for key, reason in config.exceptions.items():
        pulumi.warn(f"{key} is an exception to protect: {reason}")
    for notice in support.notices(config):
        pulumi.warn(notice)
    plans, providers = plan_environments(config), aws_providers(config)
    stack.existing = existing.ask(config, next(iter(providers), None))
    existing.require_reachable(config, stack.existing, pulumi.get_project())
    providers.append(pulumi_tls.Provider("tls"))
    create_on_aws(config, plans, ResourceOptions(providers=providers), stack)
    providers.append(kubernetes_provider(config, stack))
    create_on_kubernetes(config, plans, ResourceOptions(providers=providers), stack)
    export_all(config, plans, stack)


main()
