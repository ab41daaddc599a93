"""Specs of AppProject and Applications as the API server stores them (pure, no resources).

Omitted on purpose:
- `CreateNamespace=true`: the program creates the namespace with its quota. Two owners would fight over its labels.
- the annotation `argocd.argoproj.io/compare-result`, which some guides set: Argo CD does not have it.

The root of an app-of-apps is an ordinary Application. Its folder holds Applications that live in the environment's own
namespace ("Applications in any namespace"), so that nothing in Git needs the destination `argocd`: write access there
is administrator access to Argo CD.
Source: Argo CD, "Application Specification", "Projects", "Applications in any namespace".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from components.config.argocd import SsoConfig
from components.config.argocd_access import RepositoryAccessConfig
from components.config.argocd_project import FORBIDDEN_KINDS, ClusterResource, Orphan, ProjectConfig
from components.config.catalogue import ServiceConfig
from components.config.environments import Delivery, EnvironmentConfig, SyncConfig, SyncWindow
from components.environments.canary import TEMPLATE as CANARY_TEMPLATE
from components.environments.platform_outputs import OUTPUTS_CONFIG_MAP

Spec = Mapping[str, object]

IN_CLUSTER, IN_CLUSTER_NAME = "https://kubernetes.default.svc", "in-cluster"
OWN_OBJECTS = (
    {"kind": "ConfigMap", "name": OUTPUTS_CONFIG_MAP},
    {"kind": "ServiceAccount", "name": "*"},
)
"""Objects that the program creates in a namespace although Git may create their kind: not orphans."""
CANARY_OBJECTS = ({"group": "argoproj.io", "kind": "AnalysisTemplate", "name": CANARY_TEMPLATE},)
"""The same for a namespace with a canary."""
REPLICAS_OF_AN_AUTOSCALER = {"group": "apps", "jsonPointers": ["/spec/replicas"], "kind": "Deployment"}
REPLICAS_OF_A_ROLLOUT = {**REPLICAS_OF_AN_AUTOSCALER, "group": "argoproj.io", "kind": "Rollout"}
SERVICES = "platform/services"
"""Annotation of an Application with the services that it must contain; the smoke test reads them from here."""
PREVIEW_LABEL = "platform/preview"
NO_PREVIEW = "none"
"""The label's value on an environment's own pods: without it its Services would select the previews' pods too."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Settings that all Applications of a system share; plain data."""

    project: str
    """Name of the system and of the AppProject, and prefix of the Applications."""
    repository_url: str
    sso: SsoConfig | None
    allowed: ProjectConfig = field(default_factory=ProjectConfig)
    """What the AppProject allows in addition to the repository and the namespaces."""
    access: RepositoryAccessConfig | None = None
    """Credentials of the repository; with a GitHub App, previews use it to list pull requests."""

    def destination(self, namespace: str) -> Mapping[str, str]:
        """A namespace of Argo CD's own cluster, by the cluster's name or address."""
        if self.allowed.cluster_name is not None:
            return {"name": self.allowed.cluster_name, "namespace": namespace}
        return {"namespace": namespace, "server": IN_CLUSTER}


def services_annotation(services: Sequence[ServiceConfig]) -> Mapping[str, str]:
    """The annotation `SERVICES`: `NAME HEALTH_PATH METRICS_PATH` for each service, separated by commas.

    A service without a port has neither path, one without metrics has no second. Empty without services.
    """
    return {SERVICES: ", ".join(_name_and_paths(service) for service in services)} if services else {}


def application_namespaces(environments: Sequence[EnvironmentConfig]) -> tuple[str, ...]:
    """Namespaces in which Argo CD accepts Applications in addition to its own: those of app-of-apps, sorted."""
    return tuple(sorted(e.namespace for e in environments if e.delivery is Delivery.APP_OF_APPS))


def confined(allowed: ProjectConfig, application_namespaces: Sequence[str]) -> bool:
    """Whether Argo CD needs no right outside its own namespace and the environments'.

    It needs more for cluster-scoped objects in Git, and to watch for Applications in other namespaces.
    """
    return not allowed.cluster_resources and not application_namespaces


def cluster_secret(environments: Sequence[EnvironmentConfig]) -> Mapping[str, str]:
    """Data of the Secret that tells Argo CD which namespaces of its own cluster it reads and changes."""
    return {
        "clusterResources": "false",
        "config": "{}",
        "name": IN_CLUSTER_NAME,
        "namespaces": ",".join(sorted(environment.namespace for environment in environments)),
        "server": IN_CLUSTER,
    }


def project_spec(scope: Scope, environments: Sequence[EnvironmentConfig]) -> Spec:
    """`spec` of the AppProject: repositories, namespaces, and cluster-scoped objects by name."""
    allowed = scope.allowed
    spec: dict[str, object] = {
        "clusterResourceWhitelist": [_cluster_resource(resource) for resource in allowed.cluster_resources],
        "description": allowed.description or f"Environments of {scope.project}",
        "destinations": [scope.destination(environment.namespace) for environment in environments],
        "namespaceResourceBlacklist": [{"group": group, "kind": kind} for group, kind in FORBIDDEN_KINDS],
        # Kinds on the blacklist and objects with an owner, such as the Secrets of ExternalSecrets, are never orphans.
        # These are the program's other objects.
        "orphanedResources": {
            "ignore": [
                *OWN_OBJECTS,
                *(CANARY_OBJECTS if any(e.canary is not None for e in environments) else ()),
                *(_orphan(orphan) for orphan in allowed.ignored_orphans),
            ],
            "warn": True,
        },
        "roles": _roles(scope, environments),
        "sourceRepos": [scope.repository_url, *allowed.source_repositories],
    }
    namespaces = application_namespaces(environments)
    if allowed.namespace_resources:
        spec["namespaceResourceWhitelist"] = [
            *({"group": kind.group, "kind": kind.kind} for kind in allowed.namespace_resources),
            # The root of an app-of-apps creates Applications.
            *([{"group": "argoproj.io", "kind": "Application"}] if namespaces else []),
        ]
    if namespaces:
        spec["sourceNamespaces"] = list(namespaces)
    windows = [_window(scope, e, window) for e in environments for window in e.sync.windows]
    if windows:
        spec["syncWindows"] = windows
    return spec


def application_spec(scope: Scope, settings: EnvironmentConfig, *, hpa: bool) -> Spec:
    """`spec` of one Application, as the API server stores it: empty fields are omitted.

    `hpa`: whether an autoscaler owns the replicas of any of its Deployments, or of the Rollouts that replace them.
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
        # Without it a sync would reset the replicas that the comparison ignores.
        "RespectIgnoreDifferences=true": hpa,
    }
    policy: dict[str, object] = {"syncOptions": [option for option, wanted in options.items() if wanted]}
    # With manual syncs, the person who syncs also handles failures.
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
            # A retry uses the newest revision: otherwise a rejected revision would block its own fix.
            "refresh": True,
        }
    return policy


def _roles(scope: Scope, environments: Sequence[EnvironmentConfig]) -> Sequence[Spec]:
    """Developers read and sync. Administrators do all but create ApplicationSets, which reach beyond a project."""
    has_sets = any(e.delivery is Delivery.APPLICATION_SET or e.pull_requests is not None for e in environments)
    read = ("logs, get", *(["applicationsets, get"] if has_sets else []))
    sso = scope.sso
    return [
        _role(scope.project, "admin", ("applications, *", *read), sso.admin_groups if sso else ()),
        _role(
            scope.project,
            "developer",
            ("applications, get", "applications, sync", *read),
            sso.developer_groups if sso else (),
        ),
    ]


def _role(project: str, role: str, rights: Sequence[str], groups: Sequence[str]) -> Spec:
    return {
        "groups": list(groups),
        "name": role,
        "policies": [f"p, proj:{project}:{role}, {right}, {project}/*, allow" for right in rights],
    }


def _name_and_paths(service: ServiceConfig) -> str:
    paths = () if service.port is None else (service.health_path, service.metrics_path)
    return " ".join((service.name, *(path for path in paths if path is not None)))


def _window(scope: Scope, settings: EnvironmentConfig, window: SyncWindow) -> Spec:
    by_name = settings.delivery is Delivery.APPLICATION and settings.pull_requests is None
    fields: dict[str, object] = {
        "duration": window.duration,
        "kind": window.kind,
        "manualSync": window.manual_sync,
        "schedule": window.schedule,
        "timeZone": window.time_zone,
    }
    # Applications that come from Git have names of their own; they share their destination.
    if by_name:
        return {"applications": [settings.application(scope.project)], **fields}
    return {"namespaces": [settings.namespace], **fields}


def _cluster_resource(resource: ClusterResource) -> Spec:
    name = {} if resource.name is None else {"name": resource.name}
    return {"group": resource.group, "kind": resource.kind, **name}


def _orphan(orphan: Orphan) -> Spec:
    group = {"group": orphan.group} if orphan.group else {}
    return {**group, "kind": orphan.kind, "name": orphan.name}
