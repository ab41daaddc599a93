"""The components of a stack that have been created so far, and the one idiom for those that a stack leaves out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pulumi

from components.argocd.access import ArgoCdAccess
from components.argocd.installation import ArgoCd
from components.argocd.webhook import ArgoCdWebhook
from components.ci.github_oidc import GithubOidc
from components.ci.runner import Runner
from components.cluster.eks import Eks
from components.controllers.controllers import Controllers
from components.data.bootstrap import Bootstrap
from components.data.bootstrap_namespace import BootstrapNamespace
from components.data.cache import Cache
from components.data.database import Database
from components.data.storage import Storage
from components.edge.edge import Edge
from components.environments.environment import Environment
from components.network.network import Network
from components.registry import Registry
from components.secrets.delivery import SecretDelivery
from components.secrets.entries import Secrets
from components.stack.existing import Existing

_Args = TypeVar("_Args")
_Component = TypeVar("_Component")


@dataclass(kw_only=True)
class StackComponents:
    """Filled by `__main__.py` in order; None means that the stack leaves the component out."""

    existing: Existing | None = None
    """Not a component: what the account has before the run."""
    registry: Registry | None = None
    identities: GithubOidc | None = None
    network: Network | None = None
    eks: Eks | None = None
    runner: Runner | None = None
    database: Database | None = None
    cache: Cache | None = None
    edge: Edge | None = None
    controllers: Controllers = field(init=False)
    argocd: ArgoCd = field(init=False)
    argocd_access: ArgoCdAccess = field(init=False)
    argocd_webhook: ArgoCdWebhook | None = None
    bootstrap_namespace: BootstrapNamespace | None = None
    storage: dict[str, Storage | None] = field(default_factory=dict[str, Storage | None])
    """By environment, like the following."""
    secrets: dict[str, Secrets | None] = field(default_factory=dict[str, Secrets | None])
    environments: dict[str, Environment] = field(default_factory=dict[str, Environment])
    deliveries: dict[str, SecretDelivery | None] = field(default_factory=dict[str, SecretDelivery | None])
    bootstraps: dict[str, Bootstrap | None] = field(default_factory=dict[str, Bootstrap | None])


def optional(
    component: Callable[[str, _Args, pulumi.ResourceOptions], _Component],
    name: str,
    args: _Args | None,
    opts: pulumi.ResourceOptions,
) -> _Component | None:
    """The component, or None without arguments: a section that a stack leaves out creates nothing."""
    return None if args is None else component(name, args, opts)
