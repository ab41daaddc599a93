"""Prometheus with Grafana, Alertmanager, and the adapter that gives its metrics to autoscalers.

The node exporter is off: it needs the node's network, processes and files, which no namespace here allows. The kubelet
reports the usage of nodes. Pods are scraped by their `prometheus.io` annotations, so that a service needs no object of
Prometheus. The operator's admission webhook is off: Prometheus itself reports an invalid rule.
Sources: charts kube-prometheus-stack and prometheus-adapter, Prometheus' configuration reference.
"""

from collections.abc import Iterator, Mapping, Sequence

import pulumi

from components.config.controllers import PrometheusConfig
from components.config.versions import BUSYBOX_IMAGE_TAG
from components.controllers.alerts import alert_values
from components.controllers.chart import Chart
from components.controllers.context import ControllerContext
from components.controllers.controller import REPLICAS, SINGLE, Controller
from components.kubernetes.defaults import CONTAINER_SECURITY, ONE_AT_A_TIME, POD_SECURITY, spread
from components.kubernetes.names import MONITORING_NAMESPACE, NAME_LABEL
from components.kubernetes.network_policy import (
    HTTPS,
    Policies,
    allow_dns,
    allow_from,
    allow_to,
    cidrs_or_internet,
    internet,
    pods,
    policy,
    selector,
)
from components.sizing.pods import ContainerSize, Workload
from components.sizing.quantities import MEBIBYTES_PER_GIBIBYTE

ADAPTER = "prometheus-adapter"
BUSYBOX_IMAGE = "public.ecr.aws/docker/library/busybox"
REPOSITORY = "https://prometheus-community.github.io/helm-charts"
STORAGE_CLASS = "platform-gp3"
"""EKS's own class is gp2 and unencrypted."""

PROMETHEUS = ContainerSize(cpu=250, memory=1024, cpu_limit=1000, memory_limit=2048)
"""About 200,000 series: tens of nodes and hundreds of pods."""
CONFIG_RELOADER = ContainerSize(cpu=10, memory=32, cpu_limit=100, memory_limit=64)
"""A sidecar of Prometheus and Alertmanager, and an init container of both."""
ALERTMANAGER = ContainerSize(cpu=10, memory=64, cpu_limit=100, memory_limit=128)
PROMETHEUS_OPERATOR = ContainerSize(cpu=50, memory=128, cpu_limit=250, memory_limit=256)
GRAFANA = ContainerSize(cpu=50, memory=192, cpu_limit=500, memory_limit=384)
GRAFANA_SIDECAR = ContainerSize(cpu=10, memory=96, cpu_limit=100, memory_limit=160)
"""One loads dashboards, another one data sources."""
CRD_UPGRADE = ContainerSize(cpu=10, memory=64, cpu_limit=250, memory_limit=256)
"""kubectl, with 4 MB of CRDs in memory; and before it the container that unpacks them."""
KUBE_STATE_METRICS = ContainerSize(cpu=10, memory=96, cpu_limit=100, memory_limit=192)
PROMETHEUS_ADAPTER = ContainerSize(cpu=50, memory=128, cpu_limit=250, memory_limit=256)

NAME = "monitoring"
"""`fullnameOverride` of kube-prometheus-stack: the Service is `monitoring-prometheus`."""
PORT, ADAPTER_PORT, KUBELET_PORT = 9090, 6443, 10250
PROMETHEUS_PODS = {NAME_LABEL: "prometheus"}
REVISION_LABEL = "rollouts_pod_template_hash"
"""Label of metrics from a Rollout's pods: the pod's revision."""
USED_PERCENT = 85
"""Share of the volume for blocks; the rest is for the write-ahead log."""

COUNTER = "http_requests_total"
REQUESTS_PER_SECOND = "http_requests_per_second"
"""The custom metric of autoscalers, computed from the counter for each pod."""
RATE_WINDOW = "2m"


def values(settings: PrometheusConfig, *, storage_class: str | None) -> Mapping[str, object]:
    """Values of the chart kube-prometheus-stack. `storage_class` None: the cluster's default."""
    return {
        "alertmanager": {"alertmanagerSpec": {"resources": ALERTMANAGER.resources}},
        "crds": {"upgradeJob": _crd_upgrade()},
        # EKS does not expose these, and kube-proxy serves its metrics on localhost only.
        "kubeControllerManager": {"enabled": False},
        "kubeEtcd": {"enabled": False},
        "kubeProxy": {"enabled": False},
        "kubeScheduler": {"enabled": False},
        "fullnameOverride": NAME,
        "grafana": _grafana(),
        "kube-state-metrics": {"resources": KUBE_STATE_METRICS.resources},
        "nodeExporter": {"enabled": False},
        "prometheus": {"prometheusSpec": _prometheus(settings, storage_class)},
        "prometheusOperator": {
            "admissionWebhooks": {"enabled": False},
            "prometheusConfigReloader": {"resources": CONFIG_RELOADER.resources},
            "resources": PROMETHEUS_OPERATOR.resources,
            "tls": {"enabled": False},
        },
        **alert_values(),
    }


def adapter_values() -> Mapping[str, object]:
    """Values of the chart prometheus-adapter: one custom metric, requests per second of a pod."""
    return {
        "fullnameOverride": ADAPTER,
        "podDisruptionBudget": {"enabled": True, **ONE_AT_A_TIME},
        "podSecurityContext": POD_SECURITY,
        "prometheus": {"port": PORT, "url": f"http://{NAME}-prometheus.{MONITORING_NAMESPACE}.svc"},
        "replicas": REPLICAS,
        "resources": PROMETHEUS_ADAPTER.resources,
        # CPU and memory come from metrics-server; the chart's default rules would turn every series into a metric.
        "rules": {"custom": [_requests_per_second()], "default": False},
        "securityContext": CONTAINER_SECURITY,
        "topologySpreadConstraints": spread({NAME_LABEL: ADAPTER}),
    }


def _requests_per_second() -> Mapping[str, object]:
    return {
        "metricsQuery": f"sum(rate(<<.Series>>{{<<.LabelMatchers>>}}[{RATE_WINDOW}])) by (<<.GroupBy>>)",
        "name": {"as": REQUESTS_PER_SECOND, "matches": f"^{COUNTER}$"},
        "resources": {"overrides": {"namespace": {"resource": "namespace"}, "pod": {"resource": "pod"}}},
        "seriesQuery": f'{COUNTER}{{namespace!="",pod!=""}}',
    }


def _prometheus(settings: PrometheusConfig, storage_class: str | None) -> Mapping[str, object]:
    used_mib = settings.storage_gib * MEBIBYTES_PER_GIBIBYTE * USED_PERCENT // 100
    claim: dict[str, object] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{settings.storage_gib}Gi"}},
    }
    if storage_class is not None:
        claim["storageClassName"] = storage_class
    # Rules and monitors of every namespace, not only those of this release.
    everywhere = {f"{kind}SelectorNilUsesHelmValues": False for kind in ("podMonitor", "rule", "serviceMonitor")}
    return {
        "additionalScrapeConfigs": [_annotated_pods()],
        # The claim is deleted while its driver still runs: an orphaned volume costs money forever.
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete", "whenScaled": "Retain"},
        "resources": PROMETHEUS.resources,
        "retention": f"{settings.retention_days}d",
        "retentionSize": f"{used_mib}MiB",
        "storageSpec": {"volumeClaimTemplate": {"spec": claim}},
        **everywhere,
    }


def _annotated_pods() -> Mapping[str, object]:
    """A scrape job for pods with `prometheus.io/scrape: "true"`, with their `path`, `port` and `scheme`."""
    annotation, label = "__meta_kubernetes_pod_annotation_prometheus_io_", "__meta_kubernetes_pod_"

    def copy(source: str, target: str) -> Mapping[str, object]:
        return {"action": "replace", "regex": "(.+)", "source_labels": [source], "target_label": target}

    rules: list[Mapping[str, object]] = [
        {"action": "keep", "regex": "true", "source_labels": [f"{annotation}scrape"]},
        {"action": "drop", "regex": "Pending|Succeeded|Failed", "source_labels": [f"{label}phase"]},
        copy(f"{annotation}scheme", "__scheme__"),
        copy(f"{annotation}path", "__metrics_path__"),
        {
            "action": "replace",
            "regex": r"([^:]+)(?::\d+)?;(\d+)",
            "replacement": "$1:$2",
            "source_labels": ["__address__", f"{annotation}port"],
            "target_label": "__address__",
        },
        copy("__meta_kubernetes_namespace", "namespace"),
        copy(f"{label}name", "pod"),
        copy(f"{label}label_app_kubernetes_io_name", "service"),
        # Only this label of Argo Rollouts tells a canary's pods from the others.
        copy(f"{label}label_rollouts_pod_template_hash", REVISION_LABEL),
    ]
    return {
        "job_name": "annotated-pods",
        "kubernetes_sd_configs": [{"role": "pod"}],
        "relabel_configs": rules,
    }


def _crd_upgrade() -> Mapping[str, object]:
    """The hook's Job that applies the chart's CRDs before each installation and upgrade: Helm itself upgrades none."""
    registry, _, repository = BUSYBOX_IMAGE.partition("/")
    return {
        "enabled": True,
        # kubectl has the version of the API server.
        "image": {"busybox": {"registry": registry, "repository": repository, "tag": BUSYBOX_IMAGE_TAG}},
        "resources": CRD_UPGRADE.resources,
    }


def _grafana() -> Mapping[str, object]:
    """Grafana, reached by `kubectl port-forward`; the chart generates the password of `admin`."""
    return {
        # The chart's default password is public; with an empty one it generates and keeps a random password.
        "adminPassword": "",
        "containerSecurityContext": CONTAINER_SECURITY,
        # Data sources are processes of their own, which open their sockets there.
        "extraEmptyDirMounts": [{"mountPath": "/tmp", "name": "tmp"}],  # noqa: S108 a path inside the container
        # Grafana reaches nothing outside of the cluster. The installer of plugins would also stop the bundled ones, to
        # replace their files in the read-only image.
        "grafana.ini": {
            "analytics": {
                "check_for_plugin_updates": False,
                "check_for_updates": False,
                "reporting_enabled": False,
            },
            "plugins": {"preinstall_disabled": True, "public_key_retrieval_disabled": True},
        },
        "resources": GRAFANA.resources,
        "sidecar": {"resources": GRAFANA_SIDECAR.resources, "securityContext": CONTAINER_SECURITY},
        "testFramework": {"enabled": False},
    }


def network_policies(
    control_plane: Sequence[pulumi.Input[str]] | None,
    api_server: Sequence[pulumi.Input[str]] | None,
    api_server_ports: Sequence[int],
) -> Policies:
    """Policies of its namespace by name; its pods talk to each other.

    `control_plane`: ranges from which the API server calls the adapter. `api_server`: ranges in which pods reach the
    API server and the kubelets. None where they are not known.
    """
    apis = cidrs_or_internet(api_server)
    return {
        "monitoring": policy(
            {},
            ingress=[allow_from([pods({})])],
            egress=[allow_dns(), allow_to([pods({})]), allow_to(apis, *api_server_ports)],
        ),
        # Services choose the ports of their metrics; each allows Prometheus by a policy of its own.
        "scrapes": policy(
            selector(PROMETHEUS_PODS), egress=[allow_to([{"namespace_selector": {}}]), allow_to(apis, KUBELET_PORT)]
        ),
        "alerts": policy(selector({NAME_LABEL: "alertmanager"}), egress=[allow_to([internet()], HTTPS)]),
        "adapter": policy(
            selector({NAME_LABEL: ADAPTER}), ingress=[allow_from(cidrs_or_internet(control_plane), ADAPTER_PORT)]
        ),
    }


def _charts(context: ControllerContext) -> Iterator[Chart]:
    settings = context.settings.prometheus
    if settings is None:
        return
    yield Chart(
        name="prometheus",
        chart="kube-prometheus-stack",
        repository=REPOSITORY,
        version=settings.chart_version,
        values=values(settings, storage_class=None if context.eks is None else STORAGE_CLASS),
    )
    yield Chart(
        name=ADAPTER,
        chart=ADAPTER,
        repository=REPOSITORY,
        version=settings.adapter_chart_version,
        values=adapter_values(),
    )


_RELOADER = {"config-reloader": CONFIG_RELOADER}
CONTROLLER = Controller(
    name="prometheus",
    namespace=MONITORING_NAMESPACE,
    workloads=(
        Workload(name="prometheus", pods=SINGLE, containers={"prometheus": PROMETHEUS, **_RELOADER}),
        Workload(name="alertmanager", pods=SINGLE, containers={"alertmanager": ALERTMANAGER, **_RELOADER}),
        Workload(name="prometheus-operator", pods=SINGLE, containers={"kube-prometheus-stack": PROMETHEUS_OPERATOR}),
        Workload(
            name="grafana",
            pods=SINGLE,
            containers={
                "grafana": GRAFANA,
                "grafana-sc-dashboard": GRAFANA_SIDECAR,
                "grafana-sc-datasources": GRAFANA_SIDECAR,
            },
        ),
        Workload(name="kube-state-metrics", pods=SINGLE, containers={"kube-state-metrics": KUBE_STATE_METRICS}),
        Workload(name=ADAPTER, pods=REPLICAS, containers={ADAPTER: PROMETHEUS_ADAPTER}),
        Workload(
            name="prometheus-crds-upgrade",
            pods=SINGLE,
            containers={"kubectl": CRD_UPGRADE},
            init_containers={"busybox": CRD_UPGRADE},
        ),
    ),
    charts=_charts,
    enabled=lambda settings, _: settings.prometheus is not None,
)
