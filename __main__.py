"""The platform of one stack: load the configuration, make the providers, wire the components, export what people need."""

import pulumi
import pulumi_aws as aws
import pulumi_eks
import pulumi_kubernetes as k8s
import pulumi_random
from pulumi import ResourceOptions

from components import wiring
from components.account import Account
from components.argocd import ArgoCd, ArgoCdArgs
from components.cache import Cache, CacheArgs
from components.config import PlatformConfig, load
from components.database import Database, DatabaseArgs
from components.eks import Eks
from components.environment import Environment
from components.exports import Made, export_all
from components.github_oidc import GithubOidc
from components.gitops import GitOps
from components.network import Network, NetworkArgs
from components.registry import Registry, RegistryArgs


def on_aws(config: PlatformConfig, account: Account, made: Made) -> None:
    """Make the AWS side; a section that the stack leaves out makes nothing."""
    prefix, protect = config.prefix, config.protect
    default_tags = aws.ProviderDefaultTagsArgs(tags=wiring.tags(config))
    provider = aws.Provider(
        "aws", region=account.region, allowed_account_ids=[account.account_id], default_tags=default_tags
    )
    opts = ResourceOptions(providers=[provider, pulumi_eks.Provider("eks"), pulumi_random.Provider("random")])
    if config.registry is not None:
        registry = RegistryArgs(
            settings=config.registry, account=account, name=prefix, repositories=config.repositories, protect=protect
        )
        made.registry = Registry(f"{prefix}-registry", registry, opts)
    if config.ci is not None:
        state_path = f"{pulumi.get_project()}/{pulumi.get_stack()}"
        made.identities = GithubOidc(
            prefix, wiring.identities(config, config.ci, account, made.registry, state_path), opts
        )
    if config.network is None or config.cluster is None:
        return
    made.network = Network(
        f"{prefix}-network",
        NetworkArgs(name=prefix, settings=config.network, account=account, cluster_name=prefix, protect=protect),
        opts,
    )
    made.eks = Eks(prefix, wiring.eks(config, config.cluster, account, made.network, made.identities), opts)
    if config.database is not None:
        database = DatabaseArgs(
            name=prefix,
            settings=config.database,
            account=account,
            vpc_id=made.network.vpc_id,
            subnet_ids=made.network.private_subnet_ids,
            client_security_group_id=made.eks.node_security_group_id,
            protect=protect,
        )
        made.database = Database(f"{prefix}-database", database, opts)
    if config.cache is not None:
        cache = CacheArgs(
            name=prefix,
            settings=config.cache,
            account=account,
            vpc_id=made.network.vpc_id,
            subnet_ids=made.network.private_subnet_ids,
            client_security_group_id=made.eks.node_security_group_id,
            protect=protect,
        )
        made.cache = Cache(f"{prefix}-cache", cache, opts)


def on_kubernetes(config: PlatformConfig, made: Made) -> None:
    """Make the Kubernetes side: Argo CD, the environments, and last the Applications that fill them."""
    opts = ResourceOptions(provider=kubernetes_provider(config, made))
    made.argocd = ArgoCd(
        "argocd",
        ArgoCdArgs(settings=config.argocd, api_server_cidrs=wiring.api_server_cidrs(config)),
        opts,
    )
    for environment in config.environments:
        made.environments[environment.name] = Environment(
            environment.name, wiring.environment(config, environment, made), opts
        )
    GitOps("gitops", wiring.gitops(config, made.argocd, made.environments), opts)


def kubernetes_provider(config: PlatformConfig, made: Made) -> k8s.Provider:
    """The cluster of this stack, or the context of one that exists."""
    if made.eks is not None:
        # Without the identifier a changed kubeconfig would replace every object.
        cluster = made.eks.cluster
        # No object before there are nodes, add-ons and access; none of these may go while an object is left.
        ready = ResourceOptions(depends_on=made.eks.ready)
        return k8s.Provider(
            "kubernetes",
            kubeconfig=cluster.kubeconfig_json,
            cluster_identifier=cluster.arn,
            enable_config_map_mutable=True,
            opts=ready,
        )
    context = None if config.kubeconfig is None else config.kubeconfig.context
    return k8s.Provider("kubernetes", context=context, cluster_identifier=context, enable_config_map_mutable=True)


def main() -> None:
    """Describe the whole stack; a wrong configuration ends it before the first resource."""
    config, made = load(), Made()
    account = wiring.account(config)
    if account is not None:
        on_aws(config, account, made)
    on_kubernetes(config, made)
    export_all(config, made)


main()
