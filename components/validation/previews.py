"""Rules of `pullRequests`: previews come from GitHub, sync automatically, and repeat nothing that exists once."""

from collections.abc import Iterator

from components.config.argocd_access import RepositoryAuthentication
from components.config.environments import Delivery
from components.config.git_urls import is_on_github
from components.config.problems import Problem
from components.environments.plan import EnvironmentPlan
from components.validation.rule import Path, Rule, each_environment, known, title


@each_environment
def source(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Previews come from pull requests on GitHub."""
    url = plan.config.repository.url
    if plan.settings.pull_requests is not None and not is_on_github(url):
        yield Problem(path=(*here, "pullRequests"), message=f"need GitHub, and {url} is not there. Remove it.")


@each_environment
def sync(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Previews sync automatically."""
    if plan.settings.pull_requests is not None and not plan.settings.sync.automated:
        yield Problem(
            path=(*here, "pullRequests"),
            message="sync automatically, and this environment syncs manually. Remove it.",
        )


@each_environment
def access(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Argo CD can read the pull requests of a private repository."""
    config, previews, access = plan.config, plan.settings.pull_requests, plan.config.argocd.repository_access
    is_app = access is not None and access.kind is RepositoryAuthentication.GITHUB_APP
    if access is not None and not is_app and previews is not None and previews.secret is None:
        where, example = "", f"{{secretsManager: {config.system.name}/argocd/pull-requests}}"
        if config.local:
            where, example = ", in Argo CD's namespace", f"{{kubernetes: {config.system.name}-pull-requests}}"
        yield Problem(
            path=(*here, "pullRequests", "secret"),
            message="is missing: the repository is private, so Argo CD needs a token or a GitHub App to read its pull "
            f"requests{where}. Write e.g. {example}.",
        )


@each_environment
def delivery(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Previews can be counted: the environment has the manifests, and no other one has any number of Applications."""
    delivery = plan.settings.delivery
    if plan.settings.pull_requests is None:
        return
    if delivery is not Delivery.APPLICATION:
        yield Problem(
            path=(*here, "pullRequests"),
            message=f"need the manifests themselves under path, not {delivery}. "
            "Remove it, or write delivery: application.",
        )
        return
    deliveries = known(plan.config.environments, lambda other: other.delivery)
    sets = [title(plan.config, index) for index, other in deliveries if other is Delivery.APPLICATION_SET]
    if sets:
        yield Problem(
            path=(*here, "pullRequests"),
            message="have a maximum number of Applications, and an applicationSet creates any number "
            f"({', '.join(sets)}). Remove it, or move that environment to another stack.",
        )


@each_environment
def canary(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A preview has no canary, whose traffic it would take."""
    if plan.settings.pull_requests is not None and plan.settings.canary is not None and not plan.config.local:
        yield Problem(
            path=(*here, "pullRequests"),
            message="cannot be combined with canary: a preview's Rollout would use the environment's own Services and "
            "Ingress, and take its traffic. Remove it, or canary.",
        )


@each_environment
def objects(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Previews repeat nothing that exists once."""
    objects = plan.settings.objects
    for key, number in (
        ("nodePorts", objects.node_ports),
        ("persistentVolumeClaims", objects.persistent_volume_claims),
    ):
        if number and plan.settings.pull_requests is not None:
            yield Problem(
                path=(*here, "pullRequests"),
                message=f"duplicate the environment, and its objects.{key} can exist only once. Remove it.",
            )


RULES: tuple[Rule, ...] = (
    source,
    sync,
    access,
    delivery,
    canary,
    objects,
)
