"""PingvasAI's canary by the real Argo Rollouts: the program's template, thresholds and steps decide about a version.

The Rollout is the one in docs/application-repository.md, with the steps that `platform-outputs` holds. Prometheus is
played: it answers each query with what a test says. There is no load balancer: the weights are read where Argo Rollouts
writes them, in the Ingress.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from components.environments import canary
from tests.cluster.conftest import Figures
from tests.cluster.stand import observe
from tests.cluster.stand.api import Json
from tests.cluster.stand.binaries import ROOT
from tests.cluster.stand.https import Quiet
from tests.cluster.stand.namespace import ADDRESS, HOSTS
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for

NAMESPACE, SERVICE = "production", "pingvasai-api"
IMAGE = f"210987654321.dkr.ecr.us-east-1.amazonaws.com/{SERVICE}"
STEPS = (10, 20, 30, 40, 50)
REPLICAS = 5
FAST, SLOW = 0.1, 0.9
"""Seconds of the slowest of a hundred requests; 0.5 is allowed."""
SECONDS = 180
ROLLOUT = f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/rollouts/{SERVICE}"
INGRESS = f"/apis/networking.k8s.io/v1/namespaces/{NAMESPACE}/ingresses/{SERVICE}"
WEIGHTS = f"alb.ingress.kubernetes.io/actions.{SERVICE}"


@dataclass
class Prometheus:
    """What the canary's queries find."""

    success_rate: float = 1.0
    p99: float = FAST
    queries: list[str] = field(default_factory=list[str])

    def answer(self, query: str) -> Json:
        self.queries.append(query)
        value = self.p99 if "histogram_quantile" in query else self.success_rate
        result: list[Json] = [{"metric": {}, "value": [time.time(), str(value)]}]
        return {"status": "success", "data": {"resultType": "vector", "result": result}}


@pytest.fixture(scope="package")
def prometheus() -> Iterator[Prometheus]:
    """At the address in the AnalysisTemplate."""
    played, url = Prometheus(), urlsplit(canary.PROMETHEUS)
    with HOSTS.open("a") as file:
        file.write(f"{ADDRESS} {url.hostname}\n")

    class Handler(Quiet):
        def do_POST(self) -> None:  # noqa: N802 http.server's name
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            body = json.dumps(played.answer(form["query"][0])).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    assert url.port is not None
    server = ThreadingHTTPServer((ADDRESS, url.port), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield played
    server.shutdown()
    server.server_close()


def _pods(image: str) -> Json:
    labels = {"app.kubernetes.io/name": SERVICE}
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    resources = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}}
    return {
        "metadata": {"labels": labels},
        "spec": {
            "automountServiceAccountToken": False,
            "containers": [{"name": "app", "image": image, "resources": resources, "securityContext": security}],
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        },
    }


def _steps(weights: list[int]) -> list[Json]:
    analysis: Json = {
        "templates": [{"templateName": canary.TEMPLATE}],
        "args": [
            {"name": "namespace", "value": NAMESPACE},
            {"name": "service", "value": SERVICE},
            {"name": "revision", "valueFrom": {"podTemplateHashValue": "Latest"}},
        ],
    }
    return [step for weight in weights for step in ({"setWeight": weight}, {"analysis": analysis})]


def _manifests(weights: list[int]) -> Iterator[Json]:
    for name in (SERVICE, f"{SERVICE}-canary"):
        yield {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": {"ports": [{"port": 80, "targetPort": 8000}], "selector": {"app.kubernetes.io/name": SERVICE}},
        }
    backend = {"service": {"name": SERVICE, "port": {"name": "use-annotation"}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    yield {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": SERVICE, "namespace": NAMESPACE},
        "spec": {"ingressClassName": "alb", "rules": [{"host": "api.pingvasai.com", "http": {"paths": [path]}}]},
    }
    yield {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "metadata": {"name": SERVICE, "namespace": NAMESPACE},
        "spec": {
            "replicas": REPLICAS,
            "selector": {"matchLabels": {"app.kubernetes.io/name": SERVICE}},
            "template": _pods(f"{IMAGE}:v1"),
            "strategy": {
                "canary": {
                    "stableService": SERVICE,
                    "canaryService": f"{SERVICE}-canary",
                    "trafficRouting": {"alb": {"ingress": SERVICE, "servicePort": 80}},
                    "steps": _steps(weights),
                }
            },
        },
    }


@pytest.fixture(scope="package")
def production(tmp_path_factory: pytest.TempPathFactory, prometheus: Prometheus, figures: Figures) -> Iterator[Stand]:
    """PingvasAI's production, with the first version of its API."""
    assert prometheus.queries == []
    folder, project = tmp_path_factory.mktemp("canary"), ROOT / "examples" / "pingvasai"
    with Stand("production", folder, project) as stand, pytest.MonkeyPatch.context() as patch:
        patch.setattr(canary, "INTERVAL", "1s")  # instead of a minute
        stand.secrets.put("pingvasai/argocd/slack", json.dumps({"slack-token": "a token"}))
        step = stand.up()
        figures.seconds("canary: up of PingvasAI's production", step.report.seconds)
        outputs = stand.api.get(f"/api/v1/namespaces/{NAMESPACE}/configmaps/platform-outputs")["data"]
        for manifest in _manifests([int(weight) for weight in outputs["CANARY_STEPS"].split(",")]):
            stand.api.apply(manifest)
        wait_for("the first version", lambda: _phase(stand) == "Healthy", SECONDS)
        yield stand


def _phase(stand: Stand) -> str:
    return str(stand.api.get(ROLLOUT).get("status", {}).get("phase"))


def _images(stand: Stand) -> dict[str, int]:
    """Number of ready pods of the service, by image."""
    counts: dict[str, int] = {}
    for pod in observe.pods_of(stand.api, NAMESPACE):
        if observe.ready(pod) and pod["metadata"]["labels"].get("app.kubernetes.io/name") == SERVICE:
            image = str(pod["spec"]["containers"][0]["image"])
            counts[image] = counts.get(image, 0) + 1
    return counts


def _weight(stand: Stand) -> int:
    """Share of the traffic in % that the Ingress sends to the canary."""
    action = json.loads(stand.api.get(INGRESS)["metadata"]["annotations"][WEIGHTS])
    groups = action["ForwardConfig"]["TargetGroups"]
    return next((int(group["Weight"]) for group in groups if group["ServiceName"].endswith("-canary")), 0)


def _release(stand: Stand, image: str, phase: str) -> list[int]:
    """Roll an image out until the Rollout has a phase; the canary's weights on the way, each once."""
    stand.api.patch(ROLLOUT, {"spec": {"template": _pods(image)}})
    wait_for("the rollout's start", lambda: _phase(stand) == "Progressing", SECONDS, step=0.1)
    weights: list[int] = []

    def ended() -> bool:
        weight = _weight(stand)
        if weight not in (weights[-1:] or [0]):
            weights.append(weight)
        return _phase(stand) == phase

    wait_for(phase, ended, SECONDS, step=0.1)
    return weights


def test_a_good_version_takes_over_step_by_step(production: Stand, prometheus: Prometheus, figures: Figures) -> None:
    start = time.monotonic()
    weights = _release(production, f"{IMAGE}:v2", "Healthy")
    figures.seconds("canary: five steps to the new version, a measurement a second", time.monotonic() - start)
    assert tuple(weight for weight in weights if weight in STEPS) == STEPS
    wait_for("the end of the old pods", lambda: _images(production) == {f"{IMAGE}:v2": REPLICAS}, SECONDS)
    assert any(f'service="{SERVICE}"' in query and 'rollouts_pod_template_hash="' in query
               for query in prometheus.queries)  # fmt: skip


def test_a_slow_version_is_taken_back(production: Stand, prometheus: Prometheus, figures: Figures) -> None:
    prometheus.p99 = SLOW
    try:
        start = time.monotonic()
        weights = _release(production, f"{IMAGE}:v3", "Degraded")
        figures.seconds("canary: a slow version taken back after", time.monotonic() - start)
    finally:
        prometheus.p99 = FAST
    figures.note("canary: its message", production.api.get(ROLLOUT)["status"]["message"])
    assert max(weights) == STEPS[0]
    wait_for("all traffic on the old version", lambda: _weight(production) == 0, SECONDS)
    wait_for("the old pods", lambda: _images(production).get(f"{IMAGE}:v2") == REPLICAS, SECONDS)
