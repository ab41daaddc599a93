"""What Argo CD syncs: one AppProject for the system, one Application or ApplicationSet for each environment.

Deletion goes from what makes Applications (roots and ApplicationSets: they would make them again) to the Applications
(each takes its workload along, which needs a living controller) to the AppProject (without it an Application hangs for
ever) to Argo CD. They are deleted even where their cluster goes too: volumes and load balancers of their workloads
would be left over. What Argo CD makes out of Git is in no state of Pulumi's; there the finalizers keep the order: a
set waits for its Applications, a root for its children, the project for all. Children of a root carry the finalizer in
Git, or their workload stays until its namespace goes.
Source: Argo CD, "Application Specification", "Projects", "ApplicationSet".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.argocd.application_sets import applications_quota, directories_spec, previews_spec
from components.argocd.installation import API_VERSION
from components.argocd.specs import Scope, Spec, application_name, application_spec, project_spec, services_annotation
from components.config.catalogue import ServiceConfig
from components.config.environments import Delivery, EnvironmentConfig
from components.environments.access import SMOKE_TEST, application_reader, bind

FINALIZER = "resources-finalizer.argocd.argoproj.io"
"""On an Application: deletes its workload first. On an AppProject: waits for its Applications. On an ApplicationSet:
stays until its controller has stopped making Applications."""

WAIT_FOR = "pulumi.com/waitFor"
SYNCED_AND_HEALTHY = ("jsonpath={.status.sync.status}=Synced", "jsonpath={.status.health.status}=Healthy")
"""What Pulumi waits for: all of these, in the form of `kubectl wait`."""
WAIT_MINUTES = 15
"""Time enough to pull and start everything. Argo CD gives up a failing sync after five retries, some six minutes."""


@dataclass(frozen=True, kw_only=True)
class ApplicationSpec:
    """One environment as its Application sees it."""

    settings: EnvironmentConfig
    hpa: bool
    """Whether an autoscaler owns the replicas of any of its Deployments."""
    services: Sequence[ServiceConfig]
    """What of the catalogue runs there: the smoke test misses a service that Git leaves out."""
    after: Sequence[pulumi.Resource]
    """The environment's namespace and all in it, and the repository's credentials: pods that come sooner are refused,
    or run without policies."""


@dataclass(frozen=True, kw_only=True)
class GitOpsArgs(Scope):
    """What the Applications need from outside."""

    argocd_namespace: pulumi.Input[str]
    applications: Sequence[ApplicationSpec]
    argocd: pulumi.Resource
    """The release of Argo CD."""


class GitOps(pulumi.ComponentResource):
    """The AppProject, and what fills the environments."""

    project: pulumi.Output[str]
    """Name of the AppProject."""
    applications: Sequence[str]
    """Names of the Applications and ApplicationSets, `<system>-<environment>`."""

    def __init__(self, name: str, args: GitOpsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:gitops:GitOps", name, {}, opts)
        environments = [found.settings for found in args.applications]
        project = self._object(
            f"{name}-project",
            "AppProject",
            _metadata(args.project, args.argocd_namespace),
            project_spec(args, environments),
            # Its definition comes with the release, and its finalizer needs the release's controller.
            [args.argocd],
        )
        made = [self._environment(name, args, found, project) for found in args.applications]
        if any(found.pull_requests is not None for found in environments):
            self._previews(name, args, project, made)
        self._smoke_test(name, args)
        self.project = project.urn.apply(lambda _: args.project)
        self.applications = tuple(application_name(args.project, found) for found in environments)
        self.register_outputs({"project": self.project, "applications": self.applications})

    def _environment(
        self, name: str, args: GitOpsArgs, application: ApplicationSpec, project: pulumi.Resource
    ) -> pulumi.Resource:
        settings, hpa = application.settings, application.hpa
        if settings.delivery is Delivery.APPLICATION_SET:
            kind, spec = "ApplicationSet", directories_spec(args, settings, hpa=hpa)
        else:
            # A root holds Applications: an autoscaler owns nothing of it.
            hpa = hpa and settings.delivery is Delivery.APPLICATION
            kind, spec = "Application", application_spec(args, settings, hpa=hpa)
        annotations: dict[str, str] = {}
        if settings.wait_for:
            annotations[WAIT_FOR] = json.dumps(SYNCED_AND_HEALTHY)
        # A root's own objects are Applications; one that a set makes has but its folder's services.
        if settings.delivery is Delivery.APPLICATION:
            annotations |= services_annotation(application.services)
        return self._object(
            f"{name}-{settings.name}",
            kind,
            _metadata(application_name(args.project, settings), args.argocd_namespace, annotations),
            spec,
            # The project must be there until the Application is gone.
            [project, *application.after],
            waits=settings.wait_for,
        )

    def _smoke_test(self, name: str, args: GitOpsArgs) -> None:
        """The right to see the Applications; a set's have no name before Argo CD makes them."""
        seen = [
            application_name(args.project, found.settings)
            for found in args.applications
            if found.settings.delivery is not Delivery.APPLICATION_SET
        ]
        if seen:
            # The namespace comes with the release.
            opts = pulumi.ResourceOptions(parent=self, depends_on=[args.argocd])
            bind(f"{name}-{SMOKE_TEST}", application_reader(seen), args.argocd_namespace, opts)

    def _previews(self, name: str, args: GitOpsArgs, project: pulumi.Resource, made: Sequence[pulumi.Resource]) -> None:
        """An ApplicationSet for the pull requests of each environment that wants previews, and their largest number.

        An ApplicationSet cannot count: a quota of Applications in Argo CD's namespace refuses one preview too many
        until another one is gone. The resources that a preview may take are the quota of the environment's namespace.
        """
        quota = k8s.core.v1.ResourceQuota(
            f"{name}-applications",
            metadata=ObjectMetaArgs(name="applications", namespace=args.argocd_namespace),
            spec=k8s.core.v1.ResourceQuotaSpecArgs(
                hard={
                    "count/applications.argoproj.io": str(
                        applications_quota([found.settings for found in args.applications])
                    )
                }
            ),
            # The kind that it counts comes with the release.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.argocd]),
        )
        for application in args.applications:
            settings = application.settings
            if settings.pull_requests is not None:
                object_name = f"{application_name(args.project, settings)}-previews"
                self._object(
                    f"{name}-{settings.name}-previews",
                    "ApplicationSet",
                    _metadata(object_name, args.argocd_namespace),
                    previews_spec(args, settings, settings.pull_requests, hpa=application.hpa),
                    # Previews come when every environment has its place in the quota, and go first.
                    [project, quota, *made, *application.after],
                )

    def _object(
        self,
        name: str,
        kind: str,
        metadata: ObjectMetaArgs,
        spec: Spec,
        after: Sequence[pulumi.Resource],
        *,
        waits: bool = False,
    ) -> pulumi.Resource:
        limit = f"{WAIT_MINUTES}m"
        timeouts = pulumi.CustomTimeouts(create=limit, update=limit) if waits else None
        return k8s.apiextensions.CustomResource(
            name,
            api_version=API_VERSION,
            kind=kind,
            metadata=metadata,
            spec=spec,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after), custom_timeouts=timeouts),
        )


def _metadata(name: str, namespace: pulumi.Input[str], annotations: Mapping[str, str] | None = None) -> ObjectMetaArgs:
    return ObjectMetaArgs(name=name, namespace=namespace, finalizers=[FINALIZER], annotations=annotations or None)
