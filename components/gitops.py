"""What Argo CD syncs: one AppProject for the system, one Application for each environment.

Left out on purpose:
- `CreateNamespace=true`: the namespace is the program's, with its quota. Two owners would fight over its labels.
- the annotation `argocd.argoproj.io/compare-result`, which some descriptions have: Argo CD knows no such annotation.

Deletion goes from the Applications (each takes its workload along, which needs a living controller) to the AppProject
(without it an Application hangs for ever) to Argo CD. Both are deleted even where their cluster goes too: volumes and
load balancers of their workloads would be left over.
Source: Argo CD, "Application Specification", "Projects".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.argocd import API_VERSION
from components.config.argocd import SsoConfig
from components.config.environments import EnvironmentConfig, SyncConfig, SyncWindow
from components.environment import OUTPUTS_CONFIG_MAP
from components.naming import fixed_name

IN_CLUSTER = "https://kubernetes.default.svc"
FINALIZER = "resources-finalizer.argocd.argoproj.io"
"""On an Application: deletes its workload first. On an AppProject: waits for its Applications."""

FORBIDDEN_KINDS = (
    ("", "LimitRange"),
    ("", "ResourceQuota"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
)
"""Group and kind of what the program owns in a namespace: Git must not loosen it."""

OWN_OBJECTS = (("ConfigMap", OUTPUTS_CONFIG_MAP), ("ServiceAccount", "*"))
"""Kind and name of what the program makes in a namespace and Git may make as well: no orphans."""
REPLICAS_OF_AN_AUTOSCALER = {"group": "apps", "jsonPointers": ["/spec/replicas"], "kind": "Deployment"}


@dataclass(frozen=True, kw_only=True)
class ApplicationSpec:
    """One environment as its Application sees it."""

    settings: EnvironmentConfig
    hpa: bool
    """Whether an autoscaler owns the replicas of any of its Deployments."""
    after: Sequence[pulumi.Resource]
    """The environment's namespace and all in it: pods that come sooner are refused, or run without policies."""


@dataclass(frozen=True, kw_only=True)
class GitOpsArgs:
    """What the Applications need from outside."""

    project: str
    """The system's name: name of the AppProject and prefix of its Applications."""
    repository_url: str
    argocd_namespace: pulumi.Input[str]
    sso: SsoConfig | None
    applications: Sequence[ApplicationSpec]
    argocd: pulumi.Resource
    """The release of Argo CD."""


class GitOps(pulumi.ComponentResource):
    """The AppProject and its Applications."""

    project: pulumi.Output[str]
    """Name of the AppProject."""
    applications: Sequence[str]
    """Names of the Applications, `<system>-<environment>`."""

    def __init__(self, name: str, args: GitOpsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:gitops:GitOps", name, {}, opts)
        project = k8s.apiextensions.CustomResource(
            f"{name}-project",
            api_version=API_VERSION,
            kind="AppProject",
            metadata=_metadata(args.project, args.argocd_namespace),
            spec=project_spec(args),
            # Its definition comes with the release, and its finalizer needs the release's controller.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.argocd]),
        )
        for application in args.applications:
            k8s.apiextensions.CustomResource(
                f"{name}-{application.settings.name}",
                api_version=API_VERSION,
                kind="Application",
                metadata=_metadata(application_name(args.project, application.settings), args.argocd_namespace),
                spec=application_spec(args, application),
                # The project must be there until the Application is gone.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[project, *application.after]),
            )
        self.project = project.urn.apply(lambda _: args.project)
        self.applications = tuple(application_name(args.project, found.settings) for found in args.applications)
        self.register_outputs({"project": self.project, "applications": self.applications})


def application_name(project: str, settings: EnvironmentConfig) -> str:
    """Name of an environment's Application; ValueError when it is too long for Kubernetes."""
    return fixed_name("Kubernetes name", project, settings.name)


def project_spec(args: GitOpsArgs) -> Mapping[str, object]:
    """`spec` of the AppProject: one repository, the environments' namespaces, nothing of the cluster's own."""
    spec: dict[str, object] = {
        "clusterResourceWhitelist": [],
        "description": f"Environments of {args.project}",
        "destinations": [{"namespace": found.settings.namespace, "server": IN_CLUSTER} for found in args.applications],
        "namespaceResourceBlacklist": [{"group": group, "kind": kind} for group, kind in FORBIDDEN_KINDS],
        # What is forbidden above is never an orphan; the rest that the program makes is named here.
        "orphanedResources": {
            "ignore": [{"kind": kind, "name": own} for kind, own in OWN_OBJECTS],
            "warn": True,
        },
        "roles": _roles(args.project, args.sso),
        "sourceRepos": [args.repository_url],
    }
    windows = [
        _window(window, application_name(args.project, found.settings))
        for found in args.applications
        for window in found.settings.sync.windows
    ]
    if windows:
        spec["syncWindows"] = windows
    return spec


def application_spec(args: GitOpsArgs, application: ApplicationSpec) -> Mapping[str, object]:
    """`spec` of one Application, written as the API server stores it: what has no content is left out."""
    settings = application.settings
    spec: dict[str, object] = {
        "destination": {"namespace": settings.namespace, "server": IN_CLUSTER},
        "project": args.project,
        "revisionHistoryLimit": settings.sync.revision_history_limit,
        "source": {"path": settings.path, "repoURL": args.repository_url, "targetRevision": settings.revision},
        "syncPolicy": _sync_policy(settings.sync, hpa=application.hpa),
    }
    if application.hpa:
        spec["ignoreDifferences"] = [REPLICAS_OF_AN_AUTOSCALER]
    return spec


def _metadata(name: str, namespace: pulumi.Input[str]) -> ObjectMetaArgs:
    return ObjectMetaArgs(name=name, namespace=namespace, finalizers=[FINALIZER])


def _sync_policy(sync: SyncConfig, *, hpa: bool) -> Mapping[str, object]:
    options = {
        "ApplyOutOfSyncOnly=true": sync.apply_out_of_sync_only,
        "PruneLast=true": sync.prune_last,
        # Without it a sync would set the replicas that the comparison ignores.
        "RespectIgnoreDifferences=true": hpa,
    }
    policy: dict[str, object] = {
        "retry": {
            "backoff": {
                "duration": sync.retry.duration,
                "factor": sync.retry.factor,
                "maxDuration": sync.retry.max_duration,
            },
            "limit": sync.retry.limit,
            # A retry takes the newest revision: a refused one would keep its own fix waiting.
            "refresh": True,
        },
        "syncOptions": [option for option, wanted in options.items() if wanted],
    }
    if sync.automated:
        policy["automated"] = {"prune": sync.prune, "selfHeal": sync.self_heal}
    return policy


def _roles(project: str, sso: SsoConfig | None) -> Sequence[Mapping[str, object]]:
    return [
        _role(project, "admin", ("applications, *", "logs, get"), sso.admin_groups if sso else ()),
        _role(
            project,
            "developer",
            ("applications, get", "applications, sync", "logs, get"),
            sso.developer_groups if sso else (),
        ),
    ]


def _role(project: str, role: str, rights: Sequence[str], groups: Sequence[str]) -> Mapping[str, object]:
    return {
        "groups": list(groups),
        "name": role,
        "policies": [f"p, proj:{project}:{role}, {right}, {project}/*, allow" for right in rights],
    }


def _window(window: SyncWindow, application: str) -> Mapping[str, object]:
    return {
        "applications": [application],
        "duration": window.duration,
        "kind": window.kind,
        "manualSync": window.manual_sync,
        "schedule": window.schedule,
        "timeZone": window.time_zone,
    }
