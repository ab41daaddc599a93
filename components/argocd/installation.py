"""Argo CD: its namespace with quota, limits and network policies, the Helm release, an empty default project.

When its server first starts, Argo CD creates the project `default`, which allows everything. It can be neither created
here (it exists by then), nor adopted (it does not exist before), nor created by the chart (its CRD is in the same
chart). So a forced server-side patch takes over its fields after the release: an Application without a project reaches
nothing.

Break-glass login, when the identity provider is down: set `localAdmin: true`, `pulumi up`, read the password from the
Secret `argocd-initial-admin-secret` (or set one with `argocd account update-password`), then revert the setting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.argocd.mutual_tls import client_certificate
from components.argocd.network_policies import argocd_policies
from components.argocd.pods import argocd_workloads
from components.argocd.specs import application_namespaces
from components.argocd.values import argocd_values
from components.config.argocd import ArgoCdConfig
from components.config.environments import EnvironmentConfig
from components.kubernetes import helm
from components.kubernetes.namespace import NamespaceArgs, create_namespace, platform_quota

CHART, CHART_REPOSITORY = "argo-cd", "https://argoproj.github.io/argo-helm"
RELEASE = "argocd"
"""Fixed: the chart leaves its CRDs behind, and only a release of the same name may adopt them."""
API_VERSION = "argoproj.io/v1alpha1"

NOTHING: Mapping[str, object] = {
    "clusterResourceWhitelist": [],
    "destinations": [],
    "namespaceResourceBlacklist": [{"group": "*", "kind": "*"}],
    "sourceNamespaces": [],
    "sourceRepos": [],
}
"""An AppProject that allows nothing."""


@dataclass(frozen=True, kw_only=True)
class ArgoCdArgs:
    """Arguments of Argo CD."""

    settings: ArgoCdConfig
    api_server_cidrs: Sequence[pulumi.Input[str]] | None
    """Ranges in which pods reach the API server: VPC and Services. None on an existing cluster: anywhere."""
    environments: Sequence[EnvironmentConfig] = ()
    """Their delivery decides where Applications may live and whether Argo CD asks GitHub for pull requests."""


class ArgoCd(pulumi.ComponentResource):
    """One Argo CD in a namespace of its own, whose quota has room for a rolling update of the installation."""

    namespace: pulumi.Output[str]
    """Known in a preview; a resource that uses it depends on the namespace."""
    quota: Mapping[str, str]
    """`hard` of the ResourceQuota, in the API server's notation."""
    release: pulumi.Resource
    """AppProjects and Applications depend on it: it installs their CRDs and runs their controllers."""

    def __init__(self, name: str, args: ArgoCdArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:argocd:ArgoCd", name, {}, opts)
        settings = args.settings
        self.quota = platform_quota(argocd_workloads(settings))
        previews = any(environment.pull_requests is not None for environment in args.environments)
        namespace = create_namespace(
            name,
            NamespaceArgs(
                namespace=settings.namespace,
                part_of="argocd",
                quota_name="installation",
                quota=self.quota,
                policies=argocd_policies(settings, args.api_server_cidrs, previews=previews),
            ),
            self,
        )
        self.namespace = namespace.name
        guards = [*namespace.guards]
        if settings.has_mutual_tls:
            child = pulumi.ResourceOptions(parent=self)
            inside = pulumi.ResourceOptions(parent=self, deleted_with=namespace.resource)
            guards.append(client_certificate(name, namespace.name, child, inside))
        self.release = helm.release(
            name,
            release_name=RELEASE,
            chart=CHART,
            repository=CHART_REPOSITORY,
            version=settings.chart_version,
            namespace=namespace.name,
            values=argocd_values(settings, application_namespaces(args.environments)),
            # The hook's Job needs its network policy and its quota before the first pod starts, which mounts the
            # certificate. The release is deleted before its namespace: its hooks clean up objects outside.
            opts=pulumi.ResourceOptions(parent=self, depends_on=guards),
        )
        self._empty_default_project(name, namespace.resource)
        self.register_outputs({"namespace": self.namespace, "quota": self.quota})

    def _empty_default_project(self, name: str, namespace: pulumi.Resource) -> None:
        k8s.apiextensions.CustomResourcePatch(
            f"{name}-default-project",
            api_version=API_VERSION,
            kind="AppProject",
            metadata=ObjectMetaArgs(
                name="default",
                namespace=self.namespace,
                # Argo CD owns the fields that it wrote: without force the patch would be a conflict.
                annotations={"pulumi.com/patchForce": "true"},
            ),
            spec=NOTHING,
            # The server has created the project by the time that the release is ready.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.release], deleted_with=namespace),
        )
