"""The cluster's optional controllers: two namespaces, an identity for each controller that calls AWS, pinned releases.

Controllers outlive what they serve: a load balancer whose controller is gone stays, with its security groups, and holds
the VPC. So whatever makes Ingresses, records, secrets or Rollouts comes after `ready`, and goes before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.argocd.installation import KEPT_REVISIONS, TIMEOUT_SECONDS
from components.config.controllers import NodeScaling, OperatorsConfig
from components.controllers.chart import EXTERNAL_SECRETS, Chart, monitoring_charts, platform_charts
from components.controllers.context import OnAws, identity
from components.controllers.karpenter import Karpenter, KarpenterArgs
from components.controllers.namespace import ControllersNamespace, controllers_namespace
from components.controllers.network_policies import Reach, monitoring_policies, platform_policies
from components.controllers.pods import PLATFORM_NAMESPACE, monitoring_workloads, platform_workloads
from components.environments.network_policies import MONITORING_NAMESPACE
from components.secrets.external_secret import EXTERNAL_SECRETS_API, SECRET_STORE, SECRET_STORE_KIND

STORAGE_CLASS = "platform-gp3"
"""EKS's own class is gp2 and unencrypted."""


@dataclass(frozen=True, kw_only=True)
class OperatorsArgs(Reach):
    """What the controllers need from outside."""

    settings: OperatorsConfig
    scaling: NodeScaling
    system: str
    """Value of the label `app.kubernetes.io/part-of` of the environments' namespaces."""
    prefix: str
    """System and stage: the names of roles begin with it, which is where the permissions boundary ends."""
    on_aws: OnAws | None
    """None on a cluster that is not in AWS."""
    secret_namespaces: Sequence[str]
    """Namespaces that may have secrets from the store: the environments', Argo CD's, and the databases' Jobs'."""


class Operators(pulumi.ComponentResource):
    """Controllers as configured; nothing where none is. The caller hands in providers of AWS and of Kubernetes."""

    ready: tuple[pulumi.Resource, ...]
    """Releases and what they serve with: what uses a controller comes after these, and goes before them."""
    secret_store: pulumi.Output[str] | None
    """Name of the ClusterSecretStore, known in a preview; what uses it comes after the store. None without one."""

    def __init__(self, name: str, args: OperatorsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:operators:Operators", name, {}, opts)
        self._name, self._args = name, args
        self.secret_store = None
        self.ready = (*self._platform(), *self._monitoring())
        self.register_outputs({"secretStore": self.secret_store})

    def _platform(self) -> Sequence[pulumi.Resource]:
        args = self._args
        workloads = platform_workloads(args.settings, args.scaling)
        if not workloads:
            return ()
        namespace = controllers_namespace(
            f"{self._name}-{PLATFORM_NAMESPACE}",
            PLATFORM_NAMESPACE,
            workloads=workloads,
            claims=0,
            policies=platform_policies(args.settings, args),
            parent=self,
        )
        charts = platform_charts(args.settings, args.scaling, args.system, args.on_aws)
        releases = self._releases(charts, namespace)
        return (*releases.values(), *self._store(releases), *self._karpenter(namespace))

    def _karpenter(self, namespace: ControllersNamespace) -> Sequence[pulumi.Resource]:
        args = self._args
        if args.scaling is not NodeScaling.KARPENTER or args.on_aws is None:
            return ()
        karpenter = Karpenter(
            f"{self._name}-karpenter",
            KarpenterArgs(chart_version=args.settings.karpenter.chart_version, prefix=args.prefix, on_aws=args.on_aws),
            pulumi.ResourceOptions(parent=self),
        )
        release = self._release(karpenter.chart, namespace)
        return (release, *karpenter.nodes(release))

    def _monitoring(self) -> Sequence[pulumi.Resource]:
        args = self._args
        if args.settings.prometheus is None:
            return ()
        namespace = controllers_namespace(
            f"{self._name}-{MONITORING_NAMESPACE}",
            MONITORING_NAMESPACE,
            workloads=monitoring_workloads(args.settings),
            claims=1,
            policies=monitoring_policies(args.settings, args),
            parent=self,
        )
        storage = [] if args.on_aws is None else [self._storage_class()]
        charts = monitoring_charts(args.settings, STORAGE_CLASS if storage else None)
        return tuple(self._releases(charts, namespace, storage).values())

    def _releases(
        self, charts: Iterable[Chart], namespace: ControllersNamespace, after: Sequence[pulumi.Resource] = ()
    ) -> Mapping[str, pulumi.Resource]:
        made: dict[str, pulumi.Resource] = {}
        for chart in charts:
            needed = [] if chart.after is None else [made[chart.after]]
            made[chart.name] = self._release(chart, namespace, [*after, *needed])
        return made

    def _release(
        self, chart: Chart, namespace: ControllersNamespace, after: Sequence[pulumi.Resource] = ()
    ) -> k8s.helm.v3.Release:
        args = self._args
        credentials: Sequence[pulumi.Resource] = ()
        if chart.policy is not None and args.on_aws is not None:
            credentials = identity(
                args.prefix,
                chart.name,
                namespace=namespace.name,
                policy=chart.policy,
                on_aws=args.on_aws,
                parent=self,
            )
        repository = None
        if chart.repository is not None:
            repository = k8s.helm.v3.RepositoryOptsArgs(repo=chart.repository)
        return k8s.helm.v3.Release(
            f"{self._name}-{chart.name}",
            name=chart.name,
            chart=chart.chart,
            version=chart.version,
            repository_opts=repository,
            namespace=namespace.name,
            create_namespace=False,
            values={**chart.values},
            # An installation that fails is taken away, an upgrade that fails is rolled back: the next run starts clean.
            atomic=True,
            cleanup_on_fail=True,
            skip_await=False,
            timeout=TIMEOUT_SECONDS,
            max_history=KEPT_REVISIONS,
            # Pods start with their limits, openings and credentials, and keep them until they are gone.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*namespace.guards, *credentials, *after]),
        )

    def _store(self, releases: Mapping[str, pulumi.Resource]) -> Sequence[pulumi.Resource]:
        """The store reads with the controller's own identity, and serves no namespace that is not named."""
        args = self._args
        if args.settings.external_secrets is None or args.on_aws is None:
            return ()
        store = k8s.apiextensions.CustomResource(
            f"{self._name}-store",
            api_version=EXTERNAL_SECRETS_API,
            kind=SECRET_STORE_KIND,
            metadata=ObjectMetaArgs(name=SECRET_STORE),
            spec={
                "conditions": [{"namespaces": list(args.secret_namespaces)}],
                "provider": {"aws": {"region": args.on_aws.account.region, "service": "SecretsManager"}},
            },
            # Its definition and the webhook that judges it come with the release.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[releases[EXTERNAL_SECRETS]]),
        )
        self.secret_store = store.urn.apply(lambda _: SECRET_STORE)
        return (store,)

    def _storage_class(self) -> k8s.storage.v1.StorageClass:
        return k8s.storage.v1.StorageClass(
            f"{self._name}-{STORAGE_CLASS}",
            metadata=ObjectMetaArgs(name=STORAGE_CLASS),
            provisioner="ebs.csi.aws.com",
            parameters={"encrypted": "true", "type": "gp3"},
            allow_volume_expansion=True,
            reclaim_policy="Delete",
            # A volume lies in one zone: that of the node on which its pod was put.
            volume_binding_mode="WaitForFirstConsumer",
            opts=pulumi.ResourceOptions(parent=self),
        )
