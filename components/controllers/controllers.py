"""The cluster's optional controllers: two namespaces, an identity for each controller that calls AWS, pinned releases.

Controllers outlive the objects that they serve: a load balancer whose controller is deleted stays, with its security
groups, and blocks the deletion of the VPC. So Ingresses, DNS records, Secrets and Rollouts depend on `ready`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.account.pod_identity import pod_identity_association, pod_identity_role
from components.config.controllers import NodeScaling, OperatorsConfig
from components.config.environments import ObjectCounts
from components.controllers import external_secrets, prometheus
from components.controllers.chart import Chart
from components.controllers.context import ControllerContext, EksContext
from components.controllers.controller import enabled_controllers
from components.controllers.dashboards import SIDECAR_LABEL, config_map_data
from components.controllers.karpenter_nodes import Karpenter, KarpenterArgs
from components.controllers.network_policies import ControlPlaneCidrs, monitoring_policies, platform_policies
from components.controllers.pods import controller_workloads
from components.kubernetes import helm
from components.kubernetes.defaults import NO_OBJECTS
from components.kubernetes.names import MONITORING_NAMESPACE, PLATFORM_NAMESPACE
from components.kubernetes.namespace import CreatedNamespace, NamespaceArgs, create_namespace, platform_quota
from components.kubernetes.network_policy import Policies
from components.secrets.external_secret import EXTERNAL_SECRETS_API, SECRET_STORE, SECRET_STORE_KIND

ONE_CLAIM = ObjectCounts.model_validate({"persistentVolumeClaims": 1})


@dataclass(frozen=True, kw_only=True)
class ControllersArgs(ControlPlaneCidrs):
    """Arguments of the controllers."""

    settings: OperatorsConfig
    scaling: NodeScaling
    system: str
    """Value of the label `app.kubernetes.io/part-of` of the environments' namespaces."""
    prefix: str
    """System and stage: prefix of the roles' names, by which the permissions boundary recognizes them."""
    eks: EksContext | None
    """None on an existing cluster."""
    secret_namespaces: Sequence[str]
    """Namespaces that may use the secret store: those of the environments, Argo CD and the bootstrap Jobs."""


class Controllers(pulumi.ComponentResource):
    """The configured controllers. The caller passes the providers of AWS and of Kubernetes."""

    ready: tuple[pulumi.Resource, ...]
    """Releases and their objects: a resource that needs a controller depends on these."""
    secret_store: pulumi.Output[str] | None
    """Name of the ClusterSecretStore, known in a preview; a resource that uses it depends on the store."""

    def __init__(self, name: str, args: ControllersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:operators:Operators", name, {}, opts)
        self._name, self._args = name, args
        self._context = ControllerContext(
            settings=args.settings, scaling=args.scaling, system=args.system, eks=args.eks
        )
        self.secret_store = None
        self.ready = (*self._platform(), *self._monitoring())
        self.register_outputs({"secretStore": self.secret_store})

    def _platform(self) -> Sequence[pulumi.Resource]:
        args = self._args
        namespace = self._namespace(
            PLATFORM_NAMESPACE, platform_policies(args.settings, args.scaling, args), NO_OBJECTS
        )
        if namespace is None:
            return ()
        releases = self._releases(self._charts(PLATFORM_NAMESPACE), namespace)
        return (*releases.values(), *self._store(releases), *self._karpenter(namespace))

    def _monitoring(self) -> Sequence[pulumi.Resource]:
        args = self._args
        namespace = self._namespace(MONITORING_NAMESPACE, monitoring_policies(args.settings, args), ONE_CLAIM)
        if namespace is None:
            return ()
        self._dashboards(namespace)
        storage = [] if args.eks is None else [self._storage_class()]
        return tuple(self._releases(self._charts(MONITORING_NAMESPACE), namespace, storage).values())

    def _dashboards(self, namespace: CreatedNamespace) -> None:
        k8s.core.v1.ConfigMap(
            f"{self._name}-dashboards",
            metadata=ObjectMetaArgs(name="dashboards", namespace=namespace.name, labels=SIDECAR_LABEL),
            data=config_map_data(),
            opts=pulumi.ResourceOptions(parent=self, deleted_with=namespace.resource),
        )

    def _namespace(self, namespace: str, policies: Policies, objects: ObjectCounts) -> CreatedNamespace | None:
        """One of the controllers' namespaces; None without a controller in it."""
        workloads = controller_workloads(self._args.settings, self._args.scaling, namespace)
        if not workloads:
            return None
        return create_namespace(
            f"{self._name}-{namespace}",
            NamespaceArgs(
                namespace=namespace,
                part_of="platform",
                quota_name="controllers",
                quota=platform_quota(workloads, objects),
                policies=policies,
            ),
            self,
        )

    def _charts(self, namespace: str) -> list[Chart]:
        """The charts of a namespace; one that looks for another's CRDs comes after it."""
        controllers = enabled_controllers(self._args.settings, self._args.scaling)
        charts = [chart for c in controllers if c.namespace == namespace for chart in c.charts(self._context)]
        return sorted(charts, key=lambda chart: chart.after is not None)

    def _releases(
        self, charts: Iterable[Chart], namespace: CreatedNamespace, after: Sequence[pulumi.Resource] = ()
    ) -> Mapping[str, pulumi.Resource]:
        releases: dict[str, pulumi.Resource] = {}
        for chart in charts:
            earlier = [] if chart.after is None else [releases[chart.after]]
            releases[chart.name] = self._release(chart, namespace, [*after, *earlier])
        return releases

    def _release(
        self, chart: Chart, namespace: CreatedNamespace, after: Sequence[pulumi.Resource] = ()
    ) -> pulumi.Resource:
        return helm.release(
            f"{self._name}-{chart.name}",
            release_name=chart.name,
            chart=chart.chart,
            repository=chart.repository,
            version=chart.version,
            namespace=namespace.name,
            values=chart.values,
            take_ownership=chart.take_ownership,
            # Pods need limits, network access and credentials from their start to their end.
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[*namespace.guards, *self._identity(chart, namespace), *after]
            ),
        )

    def _identity(self, chart: Chart, namespace: CreatedNamespace) -> Sequence[pulumi.Resource]:
        """The role of a controller's service account, for one that calls AWS."""
        args, eks = self._args, self._args.eks
        if chart.policy is None or eks is None:
            return ()
        name = f"{args.prefix}-{chart.name}"
        role = pod_identity_role(
            name,
            description=f"Controller {chart.name} of the cluster",
            account=eks.account,
            cluster_arn=eks.cluster_arn,
            parent=self,
        )
        policy = aws.iam.RolePolicy(name, role=role.name, policy=chart.policy, opts=pulumi.ResourceOptions(parent=self))
        association = pod_identity_association(
            name,
            role=role,
            cluster_name=eks.cluster_name,
            namespace=namespace.name,
            service_account=chart.name,
            parent=self,
        )
        return policy, association

    def _karpenter(self, namespace: CreatedNamespace) -> Sequence[pulumi.Resource]:
        args = self._args
        if args.scaling is not NodeScaling.KARPENTER or args.eks is None:
            return ()
        karpenter = Karpenter(
            f"{self._name}-karpenter",
            KarpenterArgs(chart_version=args.settings.karpenter.chart_version, prefix=args.prefix, eks=args.eks),
            pulumi.ResourceOptions(parent=self),
        )
        crds = self._release(karpenter.crds, namespace)
        release = self._release(karpenter.chart, namespace, [crds])
        return (crds, release, *karpenter.nodes(release))

    def _store(self, releases: Mapping[str, pulumi.Resource]) -> Sequence[pulumi.Resource]:
        """The store reads with the controller's own identity, and serves only the named namespaces."""
        args = self._args
        if args.settings.external_secrets is None or args.eks is None:
            return ()
        store = k8s.apiextensions.CustomResource(
            f"{self._name}-store",
            api_version=EXTERNAL_SECRETS_API,
            kind=SECRET_STORE_KIND,
            metadata=ObjectMetaArgs(name=SECRET_STORE),
            spec={
                "conditions": [{"namespaces": list(args.secret_namespaces)}],
                "provider": {"aws": {"region": args.eks.account.region, "service": "SecretsManager"}},
            },
            # The release installs the CRD and the webhook that validates the store.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[releases[external_secrets.NAME]]),
        )
        self.secret_store = store.urn.apply(lambda _: SECRET_STORE)
        return (store,)

    def _storage_class(self) -> k8s.storage.v1.StorageClass:
        return k8s.storage.v1.StorageClass(
            f"{self._name}-{prometheus.STORAGE_CLASS}",
            metadata=ObjectMetaArgs(name=prometheus.STORAGE_CLASS),
            provisioner="ebs.csi.aws.com",
            parameters={"encrypted": "true", "type": "gp3"},
            allow_volume_expansion=True,
            reclaim_policy="Delete",
            # A volume belongs to one zone: that of the node on which its pod was scheduled.
            volume_binding_mode="WaitForFirstConsumer",
            opts=pulumi.ResourceOptions(parent=self),
        )
