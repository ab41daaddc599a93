"""Rules of what an environment's path may hold, and of previews beside it."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from components.config.argocd_access import RepositoryAuthentication
from components.config.environments import Delivery, EnvironmentConfig
from components.config.git_urls import github_repository, has_blocked_port
from components.config.platform import PlatformConfig
from components.config.problems import PathPart, Problem

Path = tuple[PathPart, ...]


def folder(config: PlatformConfig, index: int, environment: EnvironmentConfig) -> Iterator[Problem]:
    """What makes Applications reads a folder of its environment only: others would come into this cluster with it."""
    if environment.delivery is Delivery.APPLICATION:
        return
    here, own = ("environments", index, "path"), PurePosixPath(environment.path)
    for other in config.environments:
        path = PurePosixPath(other.path)
        if other.name != environment.name and (own == path or own in path.parents):
            yield Problem(
                path=here,
                message=f"{own} holds the folder of environment {other.name} as well. "
                f"Write a folder of its own, e.g. {own}/{environment.name}.",
            )
            return
    if not {environment.name, config.stage} & set(own.parts):
        yield Problem(
            path=here,
            message=f"{own} does not name the environment: everything in it comes into this cluster, "
            f"other stages included. Write e.g. {own}/{environment.name}.",
        )


def previews(config: PlatformConfig, index: int, environment: EnvironmentConfig) -> Iterator[Problem]:
    """Previews come from GitHub, with somebody who may read them, and fit beside what is there once."""
    if environment.pull_requests is None:
        return
    here: Path = ("environments", index, "pullRequests")
    if github_repository(config.repository.url) is None and not has_blocked_port(config.repository.url):
        yield Problem(path=here, message=f"come from GitHub, and {config.repository.url} is not there. Leave it out.")
    if not environment.sync.automated:
        yield Problem(path=here, message="sync by themselves, and this environment is manual. Leave it out.")
    sets = [found.name for found in config.environments if found.delivery is Delivery.APPLICATION_SET]
    if environment.delivery is not Delivery.APPLICATION:
        yield Problem(
            path=here, message=f"need the manifests under the path, not {environment.delivery}. Write application."
        )
    elif sets:
        yield Problem(
            path=here,
            message=f"are counted by their Applications, and those of {', '.join(sets)} (applicationSet) have no "
            "number. Leave it out, or put it into another stack.",
        )
    if environment.canary is not None and not config.local:
        yield Problem(
            path=here,
            message="stand beside canary: a preview's Rollout would keep the names of the environment's own Services "
            "and Ingress, and take its traffic. Leave one of the two out.",
        )
    access = config.argocd.repository_access
    is_app = access is not None and access.kind is RepositoryAuthentication.GITHUB_APP
    if access is not None and not is_app and environment.pull_requests.secret is None:
        place = (
            f"{{kubernetes: {config.system.name}-pull-requests}}, a Secret in Argo CD's namespace"
            if config.local
            else f"{{secretsManager: {config.system.name}/argocd/pull-requests}}"
        )
        yield Problem(
            path=(*here, "secret"),
            message="is missing: the repository is private, and its pull requests are read with a token or as a "
            f"GitHub App. Write e.g. secret: {place}.",
        )
    for key, number in (
        ("nodePorts", environment.objects.node_ports),
        ("persistentVolumeClaims", environment.objects.persistent_volume_claims),
    ):
        if number:
            yield Problem(
                path=here,
                message=f"repeat what the environment runs, and its objects.{key} are there once. Leave it out.",
            )
