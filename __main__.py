"""One stack's platform: load the configuration, make the providers, wire the components, export what people need."""

import gc

# One short run that frees next to nothing: with the usual thresholds, passes over the SDKs' classes take a fifth of it.
gc.set_threshold(20_000, 20, 100)

import pulumi
import pulumi_aws as aws
import pulumi_eks
import pulumi_kubernetes as k8s
import pulumi_random
import pulumi_tls
from pulumi import ResourceOptions

from components.account.account import Account
from components.argocd.access import ArgoCdAccess
from components.argocd.applications import GitOps
from components.argocd.installation import ArgoCd
from components.argocd.webhook import ArgoCdWebhook
from components.ci.github_oidc import GithubOidc
from components.cluster.eks import Eks
from components.config.platform import PlatformConfig
from components.controllers.controllers import Operators
from components.data.bootstrap import Bootstrap
from components.data.bootstrap_namespace import BootstrapNamespace
from components.data.cache import Cache
from components.data.database import Database
from components.data.storage import Storage
from components.edge.edge import Edge
from components.environments.canary import Canary
from components.environments.environment import Environment
from components.network.network import Network
from components.registry import Registry
from components.secrets.delivery import SecretDelivery
from components.secrets.entries import Secrets
from components.stack import aws as stack_aws
from components.stack import data
from components.stack import kubernetes as inside
from components.stack.outputs import Made, export_all
from components.validation.load import load


def aws_providers(config: PlatformConfig, account: Account) -> list[pulumi.ProviderResource]:
    """AWS for this account alone, with the stack's tags on everything, and the packages that build on it."""
    provider = aws.Provider("aws", stack_aws.aws_provider(config, account))
    return [provider, pulumi_eks.Provider("eks"), pulumi_random.Provider("random"), pulumi_tls.Provider("tls")]


def kubernetes_provider(config: PlatformConfig, made: Made) -> k8s.Provider:
    """The cluster of this stack, or the context of one that exists."""
    # No object before there are nodes, add-ons and access; none of these may go while an object is left.
    ready = None if made.eks is None else ResourceOptions(depends_on=made.eks.ready)
    return k8s.Provider("kubernetes", inside.provider(config, made), ready)


def on_aws(config: PlatformConfig, account: Account, opts: ResourceOptions, made: Made) -> None:
    """Make the AWS side; a section that the stack leaves out makes nothing."""
    prefix = config.prefix
    if config.registry is not None:
        made.registry = Registry(f"{prefix}-registry", stack_aws.registry(config, config.registry, account), opts)
    if config.ci is not None:
        state_path = f"{pulumi.get_project()}/{pulumi.get_stack()}"
        identities = stack_aws.identities(config, config.ci, account, made.registry, state_path)
        made.identities = GithubOidc(prefix, identities, opts)
    if config.network is None or config.cluster is None:
        return
    made.network = Network(f"{prefix}-network", stack_aws.network(config, config.network, account), opts)
    made.eks = Eks(prefix, stack_aws.eks(config, config.cluster, account, made.network, made.identities), opts)
    place = stack_aws.Place(account=account, network=made.network, eks=made.eks)
    if config.database is not None:
        made.database = Database(f"{prefix}-database", stack_aws.database(config, config.database, place), opts)
    if config.cache is not None:
        made.cache = Cache(f"{prefix}-cache", stack_aws.cache(config, config.cache, place), opts)
    if config.edge is not None:
        made.edge = Edge(f"{prefix}-edge", stack_aws.edge(config, config.edge, account), opts)
    for environment in config.environments:
        if (storage := data.storage(config, environment, account, made)) is not None:
            made.storage[environment.name] = Storage(f"{environment.name}-storage", storage, opts)
        if (secrets := data.secrets(config, environment, account, made)) is not None:
            made.secrets[environment.name] = Secrets(f"{environment.name}-secrets", secrets, opts)


def on_kubernetes(config: PlatformConfig, account: Account | None, opts: ResourceOptions, made: Made) -> None:
    """Make the Kubernetes side: controllers, Argo CD, environments, and last the Applications that fill them."""
    operators = Operators("operators", inside.operators(config, account, made), opts)
    argocd = ArgoCd("argocd", inside.argocd(config), opts)
    access = ArgoCdAccess("argocd-access", inside.access(config, argocd, operators), opts)
    if (webhook := inside.webhook(config, argocd, access, operators, made)) is not None:
        made.webhook = ArgoCdWebhook("argocd-webhook", webhook, opts)
    if (jobs := data.bootstrap_namespace(config, made)) is not None:
        made.bootstrap_namespace = BootstrapNamespace("databases", jobs, opts)
    for environment in config.environments:
        name = environment.name
        made.environments[name] = Environment(name, inside.environment(config, environment, made), opts)
        if (delivery := data.delivery(config, environment, operators, made)) is not None:
            made.deliveries[name] = SecretDelivery(f"{name}-secrets", delivery, opts)
        if (bootstrap := data.bootstrap(config, environment, operators, made)) is not None:
            made.bootstraps[name] = Bootstrap(f"{name}-database", bootstrap, opts)
        if environment.canary is not None:
            namespace = made.environments[name].namespace
            Canary(f"{name}-canary", inside.canary(environment.canary, namespace, operators), opts)
    GitOps("gitops", inside.gitops(config, argocd, access, operators, made), opts)


def main() -> None:
    """Describe the whole stack; a wrong configuration ends it before the first resource."""
    config, made = load(), Made()
    account = stack_aws.account(config)
    providers = [] if account is None else aws_providers(config, account)
    if account is not None:
        on_aws(config, account, ResourceOptions(providers=providers), made)
    providers = [*providers, kubernetes_provider(config, made)]
    on_kubernetes(config, account, ResourceOptions(providers=providers), made)
    export_all(config, made)


main()
