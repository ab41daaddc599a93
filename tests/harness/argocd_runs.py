"""Argo CD installations for tests: settings as in a stack file, and the component's run."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
from pydantic.alias_generators import to_camel

from components.argocd.installation import ArgoCd, ArgoCdArgs
from components.config.argocd import ArgoCdConfig
from components.config.environments import EnvironmentConfig
from tests.harness.harness import Run, once, run_program

RELEASE = "kubernetes:helm.sh/v3:Release"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
PATCH = "kubernetes:argoproj.io/v1alpha1:AppProjectPatch"
QUOTA = "kubernetes:core/v1:ResourceQuota"
NETWORKS = ("10.20.0.0/16", "172.20.0.0/16")
SSO = {
    "name": "Company",
    "issuer": "https://login.example.com",
    "clientId": "argo",
    "clientSecretRef": "$argocd-oidc:clientSecret",
    "adminGroups": ("platform-admins", "on call"),
    "developerGroups": ("developers",),
}


def settings(**changes: Any) -> ArgoCdConfig:
    return ArgoCdConfig.model_validate({to_camel(key): value for key, value in changes.items()})


def stand_in(name: str) -> pulumi.Resource:
    """A resource for others to depend on, in place of a node group or a cluster."""
    return k8s.core.v1.ConfigMap(name)


@once
def install(
    *,
    networks: Sequence[str] | None = NETWORKS,
    environments: Sequence[EnvironmentConfig] = (),
    preview: bool = False,
    **changes: Any,
) -> Run:
    """Run the component alone."""

    def program() -> None:
        ArgoCd(
            "shop-argocd",
            ArgoCdArgs(
                settings=settings(**changes),
                api_server_cidrs=networks,
                environments=environments,
            ),
        )

    return run_program(program, preview=preview)
