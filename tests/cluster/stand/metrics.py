"""metrics.k8s.io: every pod uses the same percentage of its requests.

Without metrics every Application with an autoscaler stays Degraded.
"""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from components.sizing import quantities
from tests.cluster.stand.api import Api, Json
from tests.cluster.stand.certificates import Authority
from tests.cluster.stand.https import HttpsServer, Quiet
from tests.cluster.stand.namespace import ADDRESS

GROUP_VERSION = "metrics.k8s.io/v1beta1"
SERVICE, NAMESPACE, PORT = "metrics", "kube-system", 10443
QUIET_PERCENT = 10


class Metrics:
    """The server and its registration; pods use `percent` of their requests, which may be changed at any time."""

    def __init__(self, api: Api, authority: Authority) -> None:
        self.percent = QUIET_PERCENT
        self._api = api
        answer = self._answer

        class Handler(Quiet):
            def do_GET(self) -> None:  # noqa: N802 http.server's name
                body = json.dumps(answer(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = HttpsServer(Handler, PORT, authority.server("metrics", f"IP:{ADDRESS}"))

    def start(self) -> None:
        """Start serving, and register with the aggregator."""
        self._server.start()
        for manifest in _registration():
            self._api.apply(manifest)

    def stop(self) -> None:
        """Stop serving and close the port."""
        self._server.stop()

    def _answer(self, path: str) -> Json:
        url = urlsplit(path)
        parts = url.path.removeprefix(f"/apis/{GROUP_VERSION}").strip("/").split("/")
        if parts[:1] != ["namespaces"]:
            return _resources()
        selector = {key: values[0] for key, values in parse_qs(url.query).items() if key == "labelSelector"}
        pods = self._api.items(f"/api/v1/namespaces/{parts[1]}/pods", **selector)
        return {
            "apiVersion": GROUP_VERSION,
            "kind": "PodMetricsList",
            "metadata": {},
            "items": [self._usage(pod) for pod in pods if pod["status"].get("phase") == "Running"],
        }

    def _usage(self, pod: Json) -> Json:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "metadata": {key: pod["metadata"][key] for key in ("name", "namespace", "labels")},
            "timestamp": now,
            "window": "15s",
            "containers": [
                {"name": container["name"], "usage": self._share(container)} for container in pod["spec"]["containers"]
            ],
        }

    def _share(self, container: Json) -> Json:
        requests = container["resources"].get("requests", {})
        return {
            "cpu": quantities.cpu(quantities.millicores(requests.get("cpu", "0")) * self.percent // 100),
            "memory": quantities.memory(quantities.mebibytes(requests.get("memory", "0")) * self.percent // 100),
        }


def _resources() -> Json:
    pods = {"kind": "PodMetrics", "name": "pods", "namespaced": True, "singularName": "", "verbs": ["get", "list"]}
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": GROUP_VERSION, "resources": [pods]}


def _registration() -> list[Json]:
    group, _, version = GROUP_VERSION.partition("/")
    port = {"name": "https", "port": PORT, "protocol": "TCP"}
    metadata = {"name": SERVICE, "namespace": NAMESPACE}
    return [
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [port]}},
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {**metadata, "labels": {"kubernetes.io/service-name": SERVICE}},
            "addressType": "IPv4",
            "endpoints": [{"addresses": [ADDRESS], "conditions": {"ready": True}}],
            "ports": [port],
        },
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": f"{version}.{group}"},
            "spec": {
                "group": group,
                "groupPriorityMinimum": 100,
                "insecureSkipTLSVerify": True,
                "service": {**metadata, "port": PORT},
                "version": version,
                "versionPriority": 100,
            },
        },
    ]
