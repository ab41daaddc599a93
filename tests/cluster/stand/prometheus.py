"""The real Prometheus with the delivered scrape job and alert rules, as a process of the stand.

It discovers pods with the administrator's kubeconfig, and scrapes the address at which the stand answers for them. The
controllers whose real programs run here listen on other ports than their pods': they are targets of the same rules,
with the pod's metadata written down.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, cast
from urllib.parse import quote
from urllib.request import urlopen

from components.config.controllers import PrometheusConfig
from components.controllers import prometheus
from components.controllers.alerts import alert_groups
from components.kubernetes.names import PLATFORM_NAMESPACE
from tests.cluster.stand.api import Json
from tests.cluster.stand.argocd import METRICS_PORTS
from tests.cluster.stand.binaries import built
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for

NAME, PORT = "prometheus", 19090
INTERVAL = "1s"
SECONDS = 60


class Prometheus:
    """Prometheus of a stand, from `start` to `stop`."""

    def __init__(self, stand: Stand) -> None:
        self._stand, self._folder = stand, stand.folder / NAME

    def start(self) -> None:
        """Start it, and wait for its first answer."""
        self._folder.mkdir()
        (self._folder / "rules.json").write_text(json.dumps({"groups": alert_groups()}))
        config = {
            "global": {"evaluation_interval": INTERVAL, "scrape_interval": INTERVAL},
            "rule_files": ["rules.json"],
            "scrape_configs": [self._pods(), self._controllers()],
        }
        (self._folder / "config.json").write_text(json.dumps(config))
        self._stand.processes.start(
            NAME,
            [
                built(NAME),
                f"--config.file={self._folder / 'config.json'}",
                f"--storage.tsdb.path={self._folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{PORT}",
            ],
        )
        wait_for("Prometheus", lambda: self.get("status/runtimeinfo"), SECONDS)

    def stop(self) -> None:
        """End it."""
        self._stand.processes.stop(NAME)

    def get(self, path: str) -> Json:
        """`data` of an answer of its API."""
        self._stand.processes.check()
        with urlopen(f"http://127.0.0.1:{PORT}/api/v1/{path}", timeout=5) as response:
            return json.load(response)["data"]

    def query(self, query: str) -> list[Json]:
        """The series that a query finds, each with `metric` and `value`."""
        return self.get(f"query?query={quote(query)}")["result"]

    def _pods(self) -> Mapping[str, object]:
        job = _delivered()
        (discovery,) = job["kubernetes_sd_configs"]
        discovery["kubeconfig_file"] = str(self._stand.kubeconfig)
        return job

    def _controllers(self) -> Mapping[str, object]:
        argocd = self._stand.config.argocd.namespace
        programs = (
            (argocd, "argocd-application-controller", METRICS_PORTS["controller"]),
            (argocd, "argocd-repo-server", METRICS_PORTS["repo-server"]),
            (PLATFORM_NAMESPACE, "external-secrets", 18080),
        )
        meta = "__meta_kubernetes"
        job = _delivered()
        del job["kubernetes_sd_configs"]
        job["static_configs"] = [
            {
                "labels": {
                    f"{meta}_namespace": namespace,
                    f"{meta}_pod_annotation_prometheus_io_scrape": "true",
                    f"{meta}_pod_label_app_kubernetes_io_name": name,
                    f"{meta}_pod_name": f"{name}-0",
                },
                "targets": [f"127.0.0.1:{port}"],
            }
            for namespace, name, port in programs
        ]
        return {**job, "job_name": "programs"}


def _delivered() -> dict[str, Any]:
    """A copy of the scrape job in the chart's values."""
    values = cast("dict[str, Any]", prometheus.values(PrometheusConfig(), storage_class=None))
    (job,) = values["prometheus"]["prometheusSpec"]["additionalScrapeConfigs"]
    return deepcopy(job)
