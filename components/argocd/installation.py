"""Argo CD on the cluster: its namespace with quota, limits and network policies, the Helm release, an empty project.

Argo CD makes the project `default`, which allows everything, when its server first starts. It can be neither created
here (it exists by then), nor adopted (it does not exist before), nor made by the chart (its definition is in the same
chart). So a forced server-side patch takes its fields over after the release: who names no project reaches nothing.

Break-glass login, when the identity provider is down: set `localAdmin: true`, `pulumi up`, read the password from the
Secret `argocd-initial-admin-secret` (or set one with `argocd account update-password`), then take the setting back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.argocd.network_policies import argocd_policies
from components.argocd.pods import Size, argocd_pods
from components.argocd.specs import application_namespaces
from components.argocd.values import argocd_values
from components.config.argocd import ArgoCdConfig
from components.config.environments import EnvironmentConfig
from components.config.versions import POD_SECURITY_VERSION
from components.environments.environment import FORBIDDEN
from components.environments.network_policies import NAMESPACE_LABEL
from components.sizing import capacity

CHART, CHART_REPOSITORY = "argo-cd", "https://argoproj.github.io/argo-helm"
RELEASE = "argocd"
"""Fixed: the chart leaves its definitions behind, and only a release of the same name may take them back."""
API_VERSION = "argoproj.io/v1alpha1"
POD_SECURITY = "restricted"
"""The chart's pods satisfy it, init containers and the hook's job included."""
QUOTA_HEADROOM_PERCENT = 10
TIMEOUT_SECONDS = 900
"""Three nodes of Redis start one after the other, each with an image to pull and 30 s before its first probe."""
KEPT_REVISIONS = 5
DEFAULT_SIZE = Size(cpu=10, memory=32, cpu_limit=250, memory_limit=128)
"""What a container gets that states nothing, such as a debugging pod's."""

NOTHING: Mapping[str, object] = {
    "clusterResourceWhitelist": [],
    "destinations": [],
    "namespaceResourceBlacklist": [{"group": "*", "kind": "*"}],
    "sourceNamespaces": [],
    "sourceRepos": [],
}
"""A project that reaches nothing."""


@dataclass(frozen=True, kw_only=True)
class ArgoCdArgs:
    """What Argo CD needs from outside."""

    settings: ArgoCdConfig
    api_server_cidrs: Sequence[pulumi.Input[str]] | None
    """Where pods reach the API server: the ranges of VPC and Services. None on a local cluster: anywhere."""
    environments: Sequence[EnvironmentConfig] = ()
    """How they are delivered decides where Applications may live and whether GitHub is asked for pull requests."""


class ArgoCd(pulumi.ComponentResource):
    """One Argo CD in a namespace of its own. The namespace's quota holds the installation while all of it rolls."""

    namespace: pulumi.Output[str]
    """Name of the namespace, known in a preview; what uses it comes after the namespace."""
    quota: Mapping[str, str]
    """`hard` of the ResourceQuota, in the API server's notation."""
    release: pulumi.Resource
    """Projects and Applications depend on it: their definitions come, and their controllers go, with it."""

    def __init__(self, name: str, args: ArgoCdArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:argocd:ArgoCd", name, {}, opts)
        namespace = k8s.core.v1.Namespace(
            name,
            metadata=ObjectMetaArgs(name=args.settings.namespace, labels=_namespace_labels(args.settings.namespace)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        child = pulumi.ResourceOptions(parent=self, deleted_with=namespace)
        self.namespace = namespace.urn.apply(lambda _: args.settings.namespace)
        self.quota = quota(args.settings)
        guards = [*self._limits(name, child), *self._network_policies(name, args, child)]
        self.release = self._release(name, args, guards)
        self._empty_default_project(name, namespace)
        self.register_outputs({"namespace": self.namespace, "quota": self.quota})

    def _metadata(self, object_name: str) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=object_name, namespace=self.namespace)

    def _limits(self, name: str, child: pulumi.ResourceOptions) -> Iterator[pulumi.Resource]:
        yield k8s.core.v1.ResourceQuota(
            name,
            metadata=self._metadata("installation"),
            spec=k8s.core.v1.ResourceQuotaSpecArgs(hard=self.quota),
            opts=child,
        )
        sizes = DEFAULT_SIZE.resources
        yield k8s.core.v1.LimitRange(
            name,
            metadata=self._metadata("containers"),
            spec=k8s.core.v1.LimitRangeSpecArgs(
                limits=[
                    k8s.core.v1.LimitRangeItemArgs(
                        type="Container", default=sizes["limits"], default_request=sizes["requests"]
                    )
                ]
            ),
            opts=child,
        )

    def _network_policies(
        self, name: str, args: ArgoCdArgs, child: pulumi.ResourceOptions
    ) -> Iterator[pulumi.Resource]:
        previews = any(found.pull_requests is not None for found in args.environments)
        for policy, spec in argocd_policies(args.settings, args.api_server_cidrs, previews=previews).items():
            yield k8s.networking.v1.NetworkPolicy(
                f"{name}-{policy}", metadata=self._metadata(policy), spec=spec, opts=child
            )

    def _release(self, name: str, args: ArgoCdArgs, guards: Sequence[pulumi.Resource]) -> k8s.helm.v3.Release:
        return k8s.helm.v3.Release(
            name,
            name=RELEASE,
            chart=CHART,
            version=args.settings.chart_version,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=CHART_REPOSITORY),
            namespace=self.namespace,
            create_namespace=False,
            values={**argocd_values(args.settings, application_namespaces(args.environments))},
            # An installation that fails is taken away, an upgrade that fails is rolled back: the next run starts clean.
            atomic=True,
            cleanup_on_fail=True,
            skip_await=False,
            timeout=TIMEOUT_SECONDS,
            max_history=KEPT_REVISIONS,
            # The hook's job needs its opening in the policies and its place in the quota before the first pod starts.
            # It is deleted by itself and before its namespace: its hooks clean up what lies outside.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(guards)),
        )

    def _empty_default_project(self, name: str, namespace: pulumi.Resource) -> None:
        k8s.apiextensions.CustomResourcePatch(
            f"{name}-default-project",
            api_version=API_VERSION,
            kind="AppProject",
            metadata=ObjectMetaArgs(
                name="default",
                namespace=self.namespace,
                # Argo CD owns the fields that it wrote: without force the patch ends in a conflict.
                annotations={"pulumi.com/patchForce": "true"},
            ),
            spec=NOTHING,
            # The server has made the project by the time that the release is ready.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.release], deleted_with=namespace),
        )


def quota(settings: ArgoCdConfig) -> Mapping[str, str]:
    """The `hard` of the namespace's ResourceQuota: the installation while all of it rolls, plus headroom."""
    return {**capacity.quota(capacity.rolling_peak(argocd_pods(settings)), QUOTA_HEADROOM_PERCENT), **FORBIDDEN}


def _namespace_labels(namespace: str) -> Mapping[str, str]:
    labels = {"app.kubernetes.io/part-of": "argocd", NAMESPACE_LABEL: namespace}
    for mode in ("audit", "enforce", "warn"):
        labels[f"pod-security.kubernetes.io/{mode}"] = POD_SECURITY
        labels[f"pod-security.kubernetes.io/{mode}-version"] = POD_SECURITY_VERSION
    return labels
