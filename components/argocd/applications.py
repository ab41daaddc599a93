"""One AppProject for the system, and one Application or ApplicationSet for each environment.

Order of deletion: roots and ApplicationSets (they would recreate their Applications), then Applications (each deletes
its workload, which needs a running controller), then the AppProject (without it an Application hangs forever), then
Argo CD. They are deleted even when the cluster is deleted too: their workloads' volumes and load balancers would be
left behind. Applications that come from Git are not in Pulumi's state; finalizers keep their order: a set waits for its
Applications, a root for its children, the AppProject for all. Children of a root need the finalizer in Git, or their
workload stays until the namespace is deleted.
Source: Argo CD, "Application Specification", "Projects", "ApplicationSet".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.argocd.access import SECRET_TYPE
from components.argocd.application_sets import applications_quota, directories_spec, previews_spec
from components.argocd.installation import API_VERSION
from components.argocd.specs import (
    IN_CLUSTER_NAME,
    Scope,
    Spec,
    application_namespaces,
    application_spec,
    cluster_secret,
    confined,
    project_spec,
    services_annotation,
)
from components.config.catalogue import ServiceConfig
from components.config.environments import Delivery, EnvironmentConfig
from components.environments.access import SMOKE_TEST, application_reader, bind
from components.kubernetes.secret import encoded

FINALIZER = "resources-finalizer.argocd.argoproj.io"
"""On an Application: deletes its workload first. On an AppProject: waits for its Applications. On an ApplicationSet:
waits until its controller has stopped creating Applications."""

WAIT_FOR = "pulumi.com/waitFor"
SYNCED_AND_HEALTHY = ("jsonpath={.status.sync.status}=Synced", "jsonpath={.status.health.status}=Healthy")
"""Conditions that Pulumi waits for, in the form of `kubectl wait`."""
WAIT_MINUTES = 15
"""Enough to pull and start everything. Argo CD gives up a failing sync after five retries, about six minutes."""
DELETE_MINUTES = 10
"""Enough for a workload with load balancers and volumes. Without a running controller nothing is deleted, and `destroy`
ends after this time: docs/destroy.md."""


@dataclass(frozen=True, kw_only=True)
class ApplicationSpec:
    """One environment and what its Application depends on."""

    settings: EnvironmentConfig
    hpa: bool
    """Whether an autoscaler owns the replicas of any of its Deployments."""
    services: Sequence[ServiceConfig]
    """Services of the catalogue that run there: the smoke test reports one that is missing from Git."""
    after: Sequence[pulumi.Resource]
    """The environment's namespace with its objects, and the repository's credentials: earlier pods are refused, or run
    without policies."""


@dataclass(frozen=True, kw_only=True)
class GitOpsArgs(Scope):
    """Arguments of the Applications."""

    argocd_namespace: pulumi.Input[str]
    applications: Sequence[ApplicationSpec]
    argocd: pulumi.Resource
    """The release of Argo CD."""


class GitOps(pulumi.ComponentResource):
    """The AppProject, and the Applications that fill the environments."""

    project: pulumi.Output[str]
    """Name of the AppProject."""
    applications: Sequence[str]
    """Names of the Applications and ApplicationSets, `<system>-<environment>`."""

    def __init__(self, name: str, args: GitOpsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:gitops:GitOps", name, {}, opts)
        environments = [application.settings for application in args.applications]
        cluster = self._cluster(name, args, environments)
        project = self._object(
            f"{name}-project",
            "AppProject",
            _metadata(args.project, args.argocd_namespace),
            project_spec(args, environments),
            # The release installs the CRD, and the finalizer needs its controller.
            [args.argocd, *cluster],
        )
        created = [self._environment(name, args, application, project) for application in args.applications]
        if any(environment.pull_requests is not None for environment in environments):
            self._previews(name, args, project, created)
        self._smoke_test(name, args)
        self.project = project.urn.apply(lambda _: args.project)
        self.applications = tuple(environment.application(args.project) for environment in environments)
        self.register_outputs({"project": self.project, "applications": self.applications})

    def _cluster(
        self, name: str, args: GitOpsArgs, environments: Sequence[EnvironmentConfig]
    ) -> Sequence[pulumi.Resource]:
        """The Secret that limits Argo CD to the environments' namespaces, once it has its rights there."""
        if not confined(args.allowed, application_namespaces(environments)):
            return ()
        secret = k8s.core.v1.Secret(
            f"{name}-cluster",
            metadata=ObjectMetaArgs(
                name=IN_CLUSTER_NAME, namespace=args.argocd_namespace, labels={SECRET_TYPE: "cluster"}
            ),
            data=encoded(cluster_secret(environments)),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[args.argocd, *(each for application in args.applications for each in application.after)],
            ),
        )
        return (secret,)

    def _environment(
        self, name: str, args: GitOpsArgs, application: ApplicationSpec, project: pulumi.Resource
    ) -> pulumi.Resource:
        settings, hpa = application.settings, application.hpa
        if settings.delivery is Delivery.APPLICATION_SET:
            kind, spec = "ApplicationSet", directories_spec(args, settings, hpa=hpa)
        else:
            # A root contains only Applications, and no autoscaler owns any part of them.
            hpa = hpa and settings.delivery is Delivery.APPLICATION
            kind, spec = "Application", application_spec(args, settings, hpa=hpa)
        annotations: dict[str, str] = {}
        if settings.wait_for:
            annotations[WAIT_FOR] = json.dumps(SYNCED_AND_HEALTHY)
        # Not on a root, which contains only Applications, and not on a set, whose Applications have one folder each.
        if settings.delivery is Delivery.APPLICATION:
            annotations |= services_annotation(application.services)
        return self._object(
            f"{name}-{settings.name}",
            kind,
            _metadata(settings.application(args.project), args.argocd_namespace, annotations),
            spec,
            # The AppProject must exist until the Application is deleted.
            [project, *application.after],
            waits=settings.wait_for,
        )

    def _smoke_test(self, name: str, args: GitOpsArgs) -> None:
        """The right to read the Applications; those of a set have no name before Argo CD creates them."""
        names = [
            application.settings.application(args.project)
            for application in args.applications
            if application.settings.delivery is not Delivery.APPLICATION_SET
        ]
        if names:
            # The release depends on the namespace.
            opts = pulumi.ResourceOptions(parent=self, depends_on=[args.argocd])
            bind(f"{name}-{SMOKE_TEST}", application_reader(names), args.argocd_namespace, opts)

    def _previews(
        self, name: str, args: GitOpsArgs, project: pulumi.Resource, created: Sequence[pulumi.Resource]
    ) -> None:
        """An ApplicationSet for the pull requests of each environment with previews, and their limit.

        An ApplicationSet cannot count: a quota of Applications in Argo CD's namespace refuses one preview too many
        until another is deleted. The environment's own quota limits their resources.
        """
        quota = k8s.core.v1.ResourceQuota(
            f"{name}-applications",
            metadata=ObjectMetaArgs(name="applications", namespace=args.argocd_namespace),
            spec=k8s.core.v1.ResourceQuotaSpecArgs(
                hard={
                    "count/applications.argoproj.io": str(
                        applications_quota([application.settings for application in args.applications])
                    )
                }
            ),
            # The release installs the CRD that it counts.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.argocd]),
        )
        for application in args.applications:
            settings = application.settings
            if settings.pull_requests is not None:
                object_name = f"{settings.application(args.project)}-previews"
                self._object(
                    f"{name}-{settings.name}-previews",
                    "ApplicationSet",
                    _metadata(object_name, args.argocd_namespace),
                    previews_spec(args, settings, settings.pull_requests, hpa=application.hpa),
                    # Every environment takes its place in the quota first; previews are deleted first.
                    [project, quota, *created, *application.after],
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
        ready = f"{WAIT_MINUTES}m" if waits else None
        timeouts = pulumi.CustomTimeouts(create=ready, update=ready, delete=f"{DELETE_MINUTES}m")
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
