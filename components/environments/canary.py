"""The yardstick of a canary: an AnalysisTemplate with the environment's numbers, for the Rollouts of its services.

The steps belong to the Rollout in the application repository; it reads them from `platform-outputs`, and names this
template. Flagger, which some descriptions name, does not drive the load balancer that AWS makes; Argo Rollouts does.
Source: Argo Rollouts, "Analysis & Progressive Delivery", "AWS Load Balancer Controller".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.config.environments import CanaryConfig
from components.controllers.prometheus import NAME, PROMETHEUS_PORT, REVISION_LABEL
from components.environments.network_policies import MONITORING_NAMESPACE

TEMPLATE = "canary"
PROMETHEUS = f"http://{NAME}-prometheus.{MONITORING_NAMESPACE}.svc:{PROMETHEUS_PORT}"
INTERVAL, MEASUREMENTS, FAILURES = "60s", 5, 1
"""Every minute, five times; the second bad figure takes the version back."""


@dataclass(frozen=True, kw_only=True)
class CanaryArgs:
    """What the template needs from outside."""

    settings: CanaryConfig
    namespace: pulumi.Input[str]
    """Namespace of the environment, as its output."""
    after: Sequence[pulumi.Resource]
    """The release of Argo Rollouts, which brings the template's definition."""


class Canary(pulumi.ComponentResource):
    """One AnalysisTemplate in an environment's namespace."""

    template: str
    """Its name, for the Rollouts that use it."""

    def __init__(self, name: str, args: CanaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:canary:Canary", name, {}, opts)
        k8s.apiextensions.CustomResource(
            name,
            api_version="argoproj.io/v1alpha1",
            kind="AnalysisTemplate",
            metadata=ObjectMetaArgs(name=TEMPLATE, namespace=args.namespace),
            spec=analysis(args.settings),
            # Its definition comes with the release.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
        )
        self.template = TEMPLATE
        self.register_outputs({"template": self.template})


def steps(settings: CanaryConfig) -> tuple[int, ...]:
    """Weights of the canary in %, before all traffic: step, twice the step, … up to the maximum."""
    return tuple(range(settings.step_percent, settings.max_percent + 1, settings.step_percent))


def analysis(settings: CanaryConfig) -> Mapping[str, object]:
    """`spec` of the AnalysisTemplate.

    Its arguments: the service's name, its namespace, and the revision to be judged, which the Rollout fills in as
    `podTemplateHashValue: Latest`.
    """
    pods = f'namespace="{{{{args.namespace}}}}",service="{{{{args.service}}}}",{REVISION_LABEL}="{{{{args.revision}}}}"'
    served, bucket = f"http_requests_total{{{pods}", f"http_request_duration_seconds_bucket{{{pods}}}"
    return {
        "args": [{"name": "namespace"}, {"name": "revision"}, {"name": "service"}],
        "metrics": [
            _metric(
                "success-rate",
                f"result[0] >= {settings.success_rate_percent / 100:g}",
                f'sum(rate({served},status!~"5.."}}[2m])) / sum(rate({served}}}[2m]))',
            ),
            _metric(
                "p99",
                f"result[0] <= {settings.p99_milliseconds / 1000:g}",
                f"histogram_quantile(0.99, sum by (le) (rate({bucket}[2m])))",
            ),
        ],
    }


def _metric(name: str, condition: str, query: str) -> Mapping[str, object]:
    return {
        "count": MEASUREMENTS,
        "failureLimit": FAILURES,
        "interval": INTERVAL,
        "name": name,
        "provider": {"prometheus": {"address": PROMETHEUS, "query": query}},
        "successCondition": condition,
    }
