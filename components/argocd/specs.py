"""Specs of AppProject and Applications as the API server stores them (pure, no resources).

Left out on purpose:
- `CreateNamespace=true`: the namespace is the program's, with its quota. Two owners would fight over its labels.
- the annotation `argocd.argoproj.io/compare-result`, which some descriptions have: Argo CD knows no such annotation.

A root of app-of-apps is an Application like any other: its folder holds Applications of its environment, which live in
the environment's own namespace ("Applications in any namespace"). So nothing that Git makes needs the destination
`argocd`, where whoever may write is Argo CD's administrator.
Source: Argo CD, "Application Specification", "Projects", "Applications in any namespace".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from components.account.names import fixed_name
from components.config.argocd import SsoConfig
from components.config.argocd_access import RepositoryAccessConfig
from components.config.argocd_project import FORBIDDEN_KINDS, ClusterResource, Orphan, ProjectConfig
from components.config.catalogue import ServiceConfig
from components.config.environments import Delivery, EnvironmentConfig, SyncConfig, SyncWindow
from components.environments.canary import TEMPLATE as CANARY_TEMPLATE
from components.environments.environment import OUTPUTS_CONFIG_MAP

Spec = Mapping[str, object]

IN_CLUSTER = "https://kubernetes.default.svc"
OWN_OBJECTS = (
    {"kind": "ConfigMap", "name": OUTPUTS_CONFIG_MAP},
    {"kind": "ServiceAccount", "name": "*"},
)
"""What the program makes in a namespace and Git may make as well: no orphans."""
CANARY_OBJECTS = ({"group": "argoproj.io", "kind": "AnalysisTemplate", "name": CANARY_TEMPLATE},)
"""The same in a namespace with a canary."""
REPLICAS_OF_AN_AUTOSCALER = {"group": "apps", "jsonPointers": ["/spec/replicas"], "kind": "Deployment"}
REPLICAS_OF_A_ROLLOUT = {**REPLICAS_OF_AN_AUTOSCALER, "group": "argoproj.io", "kind": "Rollout"}
SERVICES = "platform/services"
"""Annotation of an Application: the services that it must bring. Nothing else that the smoke test may read says so."""
PREVIEW_LABEL = "platform/preview"
NO_PREVIEW = "none"
"""The label's value on an environment's own pods: without it its Services would reach the previews' pods as well."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What all Applications of a system share; plain data."""

    project: str
    """The system's name: name of the AppProject and prefix of its Applications."""
    repository_url: str
    sso: SsoConfig | None
    allowed: ProjectConfig = field(default_factory=ProjectConfig)
    """What the AppProject allows beside repository and namespaces."""
    access: RepositoryAccessConfig | None = None
    """Credentials of the repository: previews ask GitHub as its App, where it is one."""

    def destination(self, namespace: str) -> Mapping[str, str]:
        """A namespace of the cluster that Argo CD runs in, by the cluster's name or by its address."""
        if self.allowed.cluster_name is not None:
            return {"name": self.allowed.cluster_name, "namespace": namespace}
        return {"namespace": namespace, "server": IN_CLUSTER}


def application_name(project: str, settings: EnvironmentConfig) -> str:
    """Name of an environment's Application; ValueError when it is too long for Kubernetes."""
    return fixed_name("Kubernetes name", project, settings.name)


def services_annotation(services: Sequence[ServiceConfig]) -> Mapping[str, str]:
    """The annotation `SERVICES`: `NAME HEALTH_PATH METRICS_PATH` of each service, between commas.

    A path that is not asked for is left out: those of a service without a port, and the second one without metrics.
    No services, no annotation.
    """
    return {SERVICES: ", ".join(_asked(service) for service in services)} if services else {}


def application_namespaces(environments: Sequence[EnvironmentConfig]) -> tuple[str, ...]:
    """Namespaces whose Applications Argo CD takes beside its own: those of app-of-apps' children, sorted."""
    return tuple(sorted(found.namespace for found in environments if found.delivery is Delivery.APP_OF_APPS))


def project_spec(scope: Scope, environments: Sequence[EnvironmentConfig]) -> Spec:
    """`spec` of the AppProject: repositories, namespaces and objects of the cluster by name."""
    allowed = scope.allowed
    spec: dict[str, object] = {
        "clusterResourceWhitelist": [_cluster_resource(found) for found in allowed.cluster_resources],
        "description": allowed.description or f"Environments of {scope.project}",
        "destinations": [scope.destination(found.namespace) for found in environments],
        "namespaceResourceBlacklist": [{"group": group, "kind": kind} for group, kind in FORBIDDEN_KINDS],
        # What is forbidden above is never an orphan, nor what something owns, as ExternalSecrets do their Secrets; the
        # rest that the program makes is named here.
        "orphanedResources": {
            "ignore": [
                *OWN_OBJECTS,
                *(CANARY_OBJECTS if any(found.canary is not None for found in environments) else ()),
                *(_orphan(found) for found in allowed.ignored_orphans),
            ],
            "warn": True,
        },
        "roles": _roles(scope, environments),
        "sourceRepos": [scope.repository_url, *allowed.source_repositories],
    }
    namespaces = application_namespaces(environments)
    if allowed.namespace_resources:
        spec["namespaceResourceWhitelist"] = [
            *({"group": found.group, "kind": found.kind} for found in allowed.namespace_resources),
            # What a root is for.
            *([{"group": "argoproj.io", "kind": "Application"}] if namespaces else []),
        ]
    if namespaces:
        spec["sourceNamespaces"] = list(namespaces)
    windows = [_window(scope, found, window) for found in environments for window in found.sync.windows]
    if windows:
        spec["syncWindows"] = windows
    return spec


def application_spec(scope: Scope, settings: EnvironmentConfig, *, hpa: bool) -> Spec:
    """`spec` of one Application, written as the API server stores it: what has no content is left out.

    `hpa`: whether an autoscaler owns the replicas of any of its Deployments, or of the Rollouts that a canary makes
    of them.
    """
    source: dict[str, object] = {
        "path": settings.path,
        "repoURL": scope.repository_url,
        "targetRevision": settings.revision,
    }
    if settings.pull_requests is not None:
        source["kustomize"] = {"commonLabels": {PREVIEW_LABEL: NO_PREVIEW}}
    spec: dict[str, object] = {
        "destination": scope.destination(settings.namespace),
        "project": scope.project,
        "revisionHistoryLimit": settings.sync.revision_history_limit,
        "source": source,
        "syncPolicy": _sync_policy(settings.sync, hpa=hpa),
    }
    if hpa:
        spec["ignoreDifferences"] = _owned_by_an_autoscaler(settings)
    return spec


def _owned_by_an_autoscaler(settings: EnvironmentConfig) -> Sequence[Spec]:
    rollouts = [] if settings.canary is None else [REPLICAS_OF_A_ROLLOUT]
    return [REPLICAS_OF_AN_AUTOSCALER, *rollouts]


def _sync_policy(sync: SyncConfig, *, hpa: bool) -> Spec:
    options = {
        "ApplyOutOfSyncOnly=true": sync.apply_out_of_sync_only,
        "PruneLast=true": sync.prune_last,
        # Without it a sync would set the replicas that the comparison ignores.
        "RespectIgnoreDifferences=true": hpa,
    }
    policy: dict[str, object] = {"syncOptions": [option for option, wanted in options.items() if wanted]}
    # Where a person syncs, a person decides what happens after a failure, too.
    if sync.automated:
        policy["automated"] = {
            "prune": sync.prune,
            "selfHeal": sync.self_heal,
            **({"allowEmpty": True} if sync.allow_empty else {}),
        }
        policy["retry"] = {
            "backoff": {
                "duration": sync.retry.duration,
                "factor": sync.retry.factor,
                "maxDuration": sync.retry.max_duration,
            },
            "limit": sync.retry.limit,
            # A retry takes the newest revision: a refused one would keep its own fix waiting.
            "refresh": True,
        }
    return policy


def _roles(scope: Scope, environments: Sequence[EnvironmentConfig]) -> Sequence[Spec]:
    """Developers look and sync, administrators do all but make ApplicationSets: these reach beyond a project."""
    made = any(found.delivery is Delivery.APPLICATION_SET or found.pull_requests is not None for found in environments)
    look = ("logs, get", *(["applicationsets, get"] if made else []))
    sso = scope.sso
    return [
        _role(scope.project, "admin", ("applications, *", *look), sso.admin_groups if sso else ()),
        _role(
            scope.project,
            "developer",
            ("applications, get", "applications, sync", *look),
            sso.developer_groups if sso else (),
        ),
    ]


def _role(project: str, role: str, rights: Sequence[str], groups: Sequence[str]) -> Spec:
    return {
        "groups": list(groups),
        "name": role,
        "policies": [f"p, proj:{project}:{role}, {right}, {project}/*, allow" for right in rights],
    }


def _asked(service: ServiceConfig) -> str:
    paths = () if service.port is None else (service.health_path, service.metrics_path)
    return " ".join((service.name, *(path for path in paths if path is not None)))


def _window(scope: Scope, settings: EnvironmentConfig, window: SyncWindow) -> Spec:
    alone = settings.delivery is Delivery.APPLICATION and settings.pull_requests is None
    found: dict[str, object] = {
        "duration": window.duration,
        "kind": window.kind,
        "manualSync": window.manual_sync,
        "schedule": window.schedule,
        "timeZone": window.time_zone,
    }
    # Applications that come out of Git have names of their own; what they share is where they go.
    if alone:
        return {"applications": [application_name(scope.project, settings)], **found}
    return {"namespaces": [settings.namespace], **found}


def _cluster_resource(found: ClusterResource) -> Spec:
    named = {} if found.name is None else {"name": found.name}
    return {"group": found.group, "kind": found.kind, **named}


def _orphan(found: Orphan) -> Spec:
    group = {"group": found.group} if found.group else {}
    return {**group, "kind": found.kind, "name": found.name}
