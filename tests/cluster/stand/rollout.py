"""The rollout of a commit: its duration, its peak load and its refusals."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from components.sizing.capacity import Load
from tests.cluster.stand import observe
from tests.cluster.stand.stand import Stand


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """The effects of one commit."""

    revision: str
    seconds: float
    """From the push to Synced and Healthy at the revision."""
    before: dict[str, set[str]]
    """Images of the ready pods by service."""
    after: dict[str, set[str]]
    peak: Load
    """The highest load of the namespace."""
    on_nodes: Load
    """The highest load of all nodes."""
    refused: list[str]


def roll_out(stand: Stand, environment: str, commit: Callable[[], str], *, refresh: bool = False) -> Rollout:
    """Commit, and observe until the environment has settled at the revision; `refresh` acts as a webhook."""
    namespace = stand.environment(environment).namespace
    before = observe.images_of(stand.api, namespace)
    observe.forget_refusals(stand.api, namespace)
    with observe.Peak(stand.api) as peak:
        revision = commit()
        start = time.monotonic()
        if refresh:
            stand.argocd.refresh(stand.application_name(environment))
        stand.settle(environment, revision)
        seconds = time.monotonic() - start
    return Rollout(
        revision=revision,
        seconds=seconds,
        before=before,
        after=observe.images_of(stand.api, namespace),
        peak=peak.namespaces[namespace],
        on_nodes=peak.everything,
        refused=observe.refused(stand.api, namespace),
    )


def image_of(stand: Stand, service: str, tag: str) -> str:
    """Reference of a service's image in the stack's registry."""
    assert stand.config.aws is not None, "a stack without AWS has no registry"
    registry = stand.config.aws.account.registry_host
    return f"{registry}/{stand.config.repositories[service]}:{tag}"


def new_images(stand: Stand, environment: str, tag: str) -> Callable[[], str]:
    """A commit like the pipeline's: every service of an environment gets the tag."""
    names = [service.name for service in stand.config.services]
    images = [f"{stand.config.repositories[name]}={image_of(stand, name, tag)}" for name in names]
    return lambda: stand.repository.set_images(stand.environment(environment).path, images)
