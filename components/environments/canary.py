"""The AnalysisTemplate that decides whether a canary is promoted, with the environment's thresholds.

The steps belong to the Rollout in the application repository, which reads them from `platform-outputs` and refers to
this template. Argo Rollouts shifts traffic on an AWS load balancer; Flagger does not support it.
Source: Argo Rollouts, "Analysis & Progressive Delivery", "AWS Load Balancer Controller".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.config.environments import CanaryConfig
from components.controllers.prometheus import NAME, PORT, REVISION_LABEL
from components.kubernetes.names import MONITORING_NAMESPACE

TEMPLATE = "canary"
PROMETHEUS = f"http://{NAME}-prometheus.{MONITORING_NAMESPACE}.svc:{PORT}"
INTERVAL, MEASUREMENTS, FAILURES = "60s", 5, 1
"""Five measurements, one a minute; the second failure aborts the rollout."""


@dataclass(frozen=True, kw_only=True)
class CanaryArgs:
    """Arguments of a canary."""

    settings: CanaryConfig
    namespace: pulumi.Input[str]
    """Namespace of the environment."""
    after: Sequence[pulumi.Resource]
    """The release of Argo Rollouts, which installs the CRD."""


class Canary(pulumi.ComponentResource):
    """One AnalysisTemplate in an environment's namespace."""

    template: str
    """Its name, to which Rollouts refer."""

    def __init__(self, name: str, args: CanaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:canary:Canary", name, {}, opts)
        k8s.apiextensions.CustomResource(
            name,
            api_version="argoproj.io/v1alpha1",
            kind="AnalysisTemplate",
            metadata=ObjectMetaArgs(name=TEMPLATE, namespace=args.namespace),
            spec=analysis(args.settings),
            # The release installs the CRD.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
        )
        self.template = TEMPLATE
        self.register_outputs({"template": self.template})


def steps(settings: CanaryConfig) -> tuple[int, ...]:
    """Weights of the canary in %: one step, two steps, … up to the maximum."""
    return tuple(range(settings.step_percent, settings.max_percent + 1, settings.step_percent))


def analysis(settings: CanaryConfig) -> Mapping[str, object]:
    """`spec` of the AnalysisTemplate.

    Its arguments are the service's name, its namespace and the revision under test, which the Rollout passes as
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
