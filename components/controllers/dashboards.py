"""Grafana's dashboards: requests of services and of revisions, quotas, and Argo CD (pure, no resources).

Each is a ConfigMap key that Grafana's sidecar loads. The services' metrics have the names that the canary's analysis
reads (components/environments/canary.py). Argo CD, Argo Rollouts and External Secrets have labels `namespace` of their
own, which Prometheus renames to `exported_namespace`.
Sources: Grafana, "Dashboard JSON model" and "Prometheus template variables"; for the exporters' metrics those of
prometheus_files/alerts.yaml, and cAdvisor's metrics/prometheus.go.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.controllers.prometheus import COUNTER, REVISION_LABEL

SIDECAR_LABEL: Mapping[str, str] = {"grafana_dashboard": "1"}
"""Of the ConfigMaps that the chart's sidecar loads."""
DATA_SOURCE: Mapping[str, str] = {"type": "prometheus", "uid": "prometheus"}
"""The chart's own."""
WINDOW = "$__rate_interval"
"""Grafana's: at least four scrapes, and at least a pixel."""
DURATION = "http_request_duration_seconds_bucket"
WIDTH, HEIGHT = 12, 8
"""Of a panel, in Grafana's grid of 24 columns."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Lines over time."""

    title: str
    queries: Mapping[str, str]
    """PromQL by legend."""
    unit: str
    """Grafana's name: `reqps`, `s`, `short`, `percentunit` (1 is 100 %)."""


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A page of panels in two columns."""

    uid: str
    title: str
    variables: Mapping[str, str]
    """Drop-down lists above the panels: the query of their values by name."""
    panels: Sequence[Panel]

    def model(self) -> Mapping[str, object]:
        """What Grafana reads."""
        return {
            "editable": False,
            "panels": [_panel(number, panel) for number, panel in enumerate(self.panels)],
            "refresh": "1m",
            "schemaVersion": 41,
            "tags": ["platform"],
            "templating": {"list": [_variable(name, query) for name, query in self.variables.items()]},
            "time": {"from": "now-3h", "to": "now"},
            "title": self.title,
            "uid": self.uid,
        }


def dashboards() -> tuple[Dashboard, ...]:
    """All dashboards."""
    return _services(), _rollouts(), _quotas(), _argocd()


def config_map_data() -> Mapping[str, str]:
    """`data` of the ConfigMap: a file for each dashboard."""
    return {f"{one.uid}.json": json.dumps(one.model(), indent=1, sort_keys=True) for one in dashboards()}


def _services() -> Dashboard:
    selected = 'namespace=~"$namespace",service=~"$service"'
    return Dashboard(
        uid="services",
        title="Services",
        variables={
            "namespace": f"label_values({COUNTER}, namespace)",
            "service": f'label_values({COUNTER}{{namespace=~"$namespace"}}, service)',
        },
        panels=[
            *_requests(selected, ("namespace", "service")),
            *_usage('namespace=~"$namespace",pod=~"$service-.+"', ("namespace", "pod"), "limits"),
        ],
    )


def _rollouts() -> Dashboard:
    selected = f'namespace=~"$namespace",service=~"$service",{REVISION_LABEL}!=""'
    rollouts = 'exported_namespace=~"$namespace"'
    each = ("exported_namespace", "name")
    # `max`, because each of the controller's two pods reports every Rollout.
    analyses = f"max by (exported_namespace, name, phase) (analysis_run_info{{{rollouts}}})"
    pods = {kind: f"rollout_info_replicas_{kind}{{{rollouts}}}" for kind in ("available", "desired")}
    return Dashboard(
        uid="rollouts",
        title="Rollouts",
        variables={
            "namespace": f'label_values({COUNTER}{{{REVISION_LABEL}!=""}}, namespace)',
            "service": f'label_values({COUNTER}{{namespace=~"$namespace",{REVISION_LABEL}!=""}}, service)',
        },
        panels=[
            *_requests(selected, ("namespace", "service", REVISION_LABEL)),
            Panel(
                title="Pods",
                queries={f"{_legend(each)} {kind}": f"{_by(each, 'max')} ({query})" for kind, query in pods.items()},
                unit="short",
            ),
            _lines("Phase", f"{_by((*each, 'phase'), 'max')} (rollout_info{{{rollouts}}})", (*each, "phase"), "short"),
            _lines("Analyses by outcome", f"count by (phase) ({analyses})", ("phase",), "short"),
        ],
    )


def _quotas() -> Dashboard:
    environments = 'namespace=~"$namespace"'
    resources = {
        "pods": "Pods",
        "requests.cpu": "CPU requests",
        "requests.memory": "Memory requests",
        "limits.cpu": "CPU limits",
        "limits.memory": "Memory limits",
    }

    def share(resource: str) -> str:
        quota = f'max by (namespace) (kube_resourcequota{{{environments},resource="{resource}",type="%s"}})'
        return f"{quota % 'used'} / {quota % 'hard'}"

    return Dashboard(
        uid="quotas",
        title="Quotas",
        variables={"namespace": "label_values(kube_resourcequota, namespace)"},
        panels=[
            *(
                _lines(f"{title} of the quota", share(resource), ("namespace",), "percentunit")
                for resource, title in resources.items()
            ),
            *_usage(environments, ("namespace",), "requests"),
        ],
    )


def _argocd() -> Dashboard:
    healthy = 'health_status=~"Healthy|Progressing|Suspended",sync_status="Synced"'
    each = ("name", "sync_status", "health_status")
    failing = 'externalsecret_status_condition{condition="Ready",status="False"}'
    return Dashboard(
        uid="argocd",
        title="Argo CD",
        variables={},
        panels=[
            _lines(
                "Applications by sync status", "count by (sync_status) (argocd_app_info)", ("sync_status",), "short"
            ),
            _lines("Applications by health", "count by (health_status) (argocd_app_info)", ("health_status",), "short"),
            _lines(
                "Applications to look at",
                f"{_by(each, 'max')} (argocd_app_info unless argocd_app_info{{{healthy}}})",
                each,
                "short",
            ),
            _lines(
                "Syncs in an hour",
                "sum by (name, phase) (increase(argocd_app_sync_total[1h]))",
                ("name", "phase"),
                "short",
            ),
            _lines("Reconciliation, 99 % within", _quantile(0.99, "argocd_app_reconcile_bucket", ""), (), "s"),
            _lines(
                "Git requests, 99 % within",
                _quantile(0.99, "argocd_git_request_duration_seconds_bucket", "", ("request_type",)),
                ("request_type",),
                "s",
            ),
            _lines(
                "Secrets that cannot be synced",
                f"sum by (exported_namespace) (max by (exported_namespace, name) ({failing}))",
                ("exported_namespace",),
                "short",
            ),
        ],
    )


def _requests(selected: str, labels: Sequence[str]) -> list[Panel]:
    """Rate, errors and duration of the requests with these labels. A service without errors has no series of them."""
    every = f"{_by(labels)} (rate({COUNTER}{{{selected}}}[{WINDOW}]))"
    failed = f'{_by(labels)} (rate({COUNTER}{{{selected},status=~"5.."}}[{WINDOW}]))'
    return [
        _lines("Requests", every, labels, "reqps"),
        _lines("Errors", f"({failed} or {every} * 0) / {every}", labels, "percentunit"),
        _lines("Duration, half within", _quantile(0.5, DURATION, selected, labels), labels, "s"),
        _lines("Duration, 99 % within", _quantile(0.99, DURATION, selected, labels), labels, "s"),
    ]


def _usage(selected: str, labels: Sequence[str], declared: str) -> list[Panel]:
    """CPU and memory in use of what these containers declare as `requests` or `limits`."""
    running = f'{selected},container!=""'
    used = {
        "CPU": f"rate(container_cpu_usage_seconds_total{{{running}}}[{WINDOW}])",
        "Memory": f"container_memory_working_set_bytes{{{running}}}",
    }

    def share(resource: str) -> str:
        whole = f'kube_pod_container_resource_{declared}{{{selected},resource="{resource.lower()}"}}'
        return f"{_by(labels)} ({used[resource]}) / {_by(labels)} ({whole})"

    return [
        _lines(f"{resource} in use, of its {declared}", share(resource), labels, "percentunit") for resource in used
    ]


def _quantile(share: float, buckets: str, selected: str, labels: Sequence[str] = ()) -> str:
    return f"histogram_quantile({share}, {_by(('le', *labels))} (rate({buckets}{{{selected}}}[{WINDOW}])))"


def _by(labels: Sequence[str], function: str = "sum") -> str:
    return f"{function} by ({', '.join(labels)})"


def _legend(labels: Sequence[str]) -> str:
    return " ".join(f"{{{{{label}}}}}" for label in labels) or "all"


def _lines(title: str, query: str, labels: Sequence[str], unit: str) -> Panel:
    return Panel(title=title, queries={_legend(labels): query}, unit=unit)


def _panel(number: int, panel: Panel) -> Mapping[str, object]:
    row, column = divmod(number, 2)
    return {
        "datasource": DATA_SOURCE,
        "fieldConfig": {"defaults": {"min": 0, "unit": panel.unit}, "overrides": []},
        "gridPos": {"h": HEIGHT, "w": WIDTH, "x": column * WIDTH, "y": row * HEIGHT},
        "id": number + 1,
        "targets": [
            {"datasource": DATA_SOURCE, "expr": query, "legendFormat": legend, "refId": chr(ord("A") + position)}
            for position, (legend, query) in enumerate(panel.queries.items())
        ],
        "title": panel.title,
        "type": "timeseries",
    }


def _variable(name: str, query: str) -> Mapping[str, object]:
    return {
        "allValue": ".+",
        "current": {"text": ["All"], "value": ["$__all"]},
        "datasource": DATA_SOURCE,
        "includeAll": True,
        "multi": True,
        "name": name,
        # Read again when the time range changes.
        "refresh": 2,
        "query": query,
        "sort": 1,
        "type": "query",
    }
