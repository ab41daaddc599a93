"""The yardstick of a canary: weights and thresholds are the environment's numbers."""

from typing import cast

import pulumi_kubernetes as k8s
from hypothesis import given, settings
from hypothesis import strategies as st

from components.config.controllers import PrometheusConfig
from components.config.environments import CanaryConfig
from components.controllers import prometheus
from components.environments.canary import Canary, CanaryArgs, analysis, steps
from tests.harness.harness import Run, run_program

PODS = 'namespace="{{args.namespace}}",service="{{args.service}}",rollouts_pod_template_hash="{{args.revision}}"'
"""The pods of one revision of one service in one namespace."""
TEMPLATE = "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate"
NUMBERS = CanaryConfig.model_validate(
    {"stepPercent": 10, "maxPercent": 50, "successRatePercent": 99.0, "p99Milliseconds": 500}
)


def run() -> Run:
    def program() -> None:
        rollouts = k8s.core.v1.ConfigMap("rollouts")
        Canary("live-canary", CanaryArgs(settings=NUMBERS, namespace="production", after=[rollouts]))

    return run_program(program)


def metrics() -> dict[str, dict[str, object]]:
    found = cast("list[dict[str, object]]", analysis(NUMBERS)["metrics"])
    return {str(metric["name"]): metric for metric in found}


def test_traffic_grows_step_by_step_up_to_the_maximum() -> None:
    assert steps(NUMBERS) == (10, 20, 30, 40, 50)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 50), st.integers(1, 20))
def test_steps_are_even_and_end_at_the_maximum(step: int, times: int) -> None:
    if step * times <= 100:
        numbers = NUMBERS.model_copy(update={"step_percent": step, "max_percent": step * times})
        assert steps(numbers) == tuple(step * n for n in range(1, times + 1))


def test_the_thresholds_are_the_environments() -> None:
    assert metrics()["success-rate"]["successCondition"] == "result[0] >= 0.99"
    assert metrics()["p99"]["successCondition"] == "result[0] <= 0.5"


def test_99_of_100_answers_are_as_fast_as_asked_for() -> None:
    provider = cast("dict[str, dict[str, str]]", metrics()["p99"]["provider"])
    assert provider["prometheus"]["query"] == (
        f"histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{{{PODS}}}[2m])))"
    )


def test_the_second_bad_figure_of_five_takes_a_version_back() -> None:
    asked = {(found["count"], found["failureLimit"], found["interval"]) for found in metrics().values()}
    assert asked == {(5, 1, "60s")}


def test_failed_requests_count_against_all_requests_of_the_service() -> None:
    provider = metrics()["success-rate"]["provider"]
    assert provider == {
        "prometheus": {
            "address": "http://monitoring-prometheus.monitoring.svc:9090",
            "query": f'sum(rate(http_requests_total{{{PODS},status!~"5.."}}[2m])) / '
            f"sum(rate(http_requests_total{{{PODS}}}[2m]))",
        }
    }


def test_the_template_lies_in_the_environments_namespace_and_comes_after_its_definition() -> None:
    done = run()
    template = done.one(TEMPLATE, "live-canary")
    assert template.inputs["metadata"] == {"name": "canary", "namespace": "production"}
    assert template.parent == done.one("platform:canary:Canary").urn
    assert done.depends(template, done.named("rollouts"))
    assert template.inputs["spec"] == analysis(NUMBERS)


def test_its_name_is_told() -> None:
    assert run().one("platform:canary:Canary").outputs == {"template": "canary"}


def test_everything_is_shown_by_a_first_preview() -> None:
    done = run_program(
        lambda: Canary(
            "live-canary",
            CanaryArgs(settings=NUMBERS, namespace="production", after=[k8s.core.v1.ConfigMap("rollouts")]),
        ),
        preview=True,
    )
    assert done.one(TEMPLATE).inputs["spec"] == analysis(NUMBERS)


def test_only_the_new_revisions_pods_are_judged_and_prometheus_knows_them() -> None:
    assert analysis(NUMBERS)["args"] == [{"name": "namespace"}, {"name": "revision"}, {"name": "service"}]
    values = prometheus.values(PrometheusConfig(), storage_class=None)
    assert "__meta_kubernetes_pod_label_rollouts_pod_template_hash" in str(values)
    assert all(PODS in str(metric) for metric in metrics().values())
