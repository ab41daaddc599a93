"""How every chart is installed: pinned, into a namespace of the program, and cleaned up after a failure."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s

TIMEOUT_SECONDS = 900
"""Redis with high availability starts three nodes one after the other, each with an image pull and a 30 s delay."""
KEPT_REVISIONS = 5


def release(
    name: str,
    *,
    release_name: str,
    chart: str,
    repository: str | None,
    version: str,
    namespace: pulumi.Input[str],
    values: Mapping[str, object],
    take_ownership: bool = False,
    opts: pulumi.ResourceOptions,
) -> k8s.helm.v3.Release:
    """A Helm release; `repository` is None for a chart with an `oci://` address.

    `take_ownership`: adopt existing objects that do not belong to the release, instead of failing.
    """
    return k8s.helm.v3.Release(
        name,
        name=release_name,
        chart=chart,
        version=version,
        repository_opts=None if repository is None else k8s.helm.v3.RepositoryOptsArgs(repo=repository),
        namespace=namespace,
        create_namespace=False,
        values={**values},
        take_ownership=take_ownership or None,
        # A failed installation is removed and a failed upgrade is rolled back, so that the next run starts clean.
        atomic=True,
        cleanup_on_fail=True,
        skip_await=False,
        timeout=TIMEOUT_SECONDS,
        max_history=KEPT_REVISIONS,
        opts=opts,
    )
