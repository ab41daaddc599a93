"""Which charts a configuration installs: where each comes from, what it is told, what it may do in AWS."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import pulumi

from components.config.controllers import NodeScaling, OperatorsConfig
from components.controllers import values
from components.controllers.context import HostedZone, OnAws
from components.controllers.iam_policies import (
    cluster_autoscaler_policy,
    external_dns_policy,
    external_secrets_policy,
    load_balancer_policy,
    rollouts_policy,
)
from components.controllers.prometheus import adapter_values, prometheus_values
from components.controllers.reloader import reloader_values
from components.environments.network_policies import MONITORING_NAMESPACE

ARGO = "https://argoproj.github.io/argo-helm"
EXTERNAL_SECRETS = "external-secrets"
"""Name of its release: its store comes after it."""
ROLLOUTS = "argo-rollouts"
PROMETHEUS = "https://prometheus-community.github.io/helm-charts"

_There = TypeVar("_There", OnAws, HostedZone)


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One Helm release."""

    name: str
    """Of the release and of the controller's service account, and in its role's name, which has 64 characters."""
    chart: str
    """Name in the repository, or a whole `oci://` address."""
    repository: str | None
    version: str
    values: values.Values
    policy: pulumi.Input[str] | None = None
    """IAM policy of the controller; None for one that does not call AWS."""
    after: str | None = None
    """Name of an earlier release without whose definitions the chart leaves something out."""


def platform_charts(
    settings: OperatorsConfig, scaling: NodeScaling, system: str, on_aws: OnAws | None
) -> Iterator[Chart]:
    """Charts of the namespace `platform`, but for Karpenter's. `system`: its namespaces are those of the environments.

    ValueError when a controller needs AWS or a zone that is not there, which the configuration's rules refuse first.
    """
    if settings.external_secrets is not None:
        there = _needed("externalSecrets", on_aws)
        yield Chart(
            name=EXTERNAL_SECRETS,
            chart="external-secrets",
            repository="https://charts.external-secrets.io",
            version=settings.external_secrets.chart_version,
            values=values.external_secrets_values(),
            policy=_secrets_policy(there),
        )
    if settings.load_balancer_controller is not None:
        yield _load_balancers(
            settings.load_balancer_controller.chart_version, _needed("loadBalancerController", on_aws)
        )
    if settings.external_dns is not None:
        there = _needed("externalDns", on_aws)
        yield _records(settings.external_dns.chart_version, there, _needed("externalDns", there.zone))
    if settings.rollouts is not None:
        yield Chart(
            name=ROLLOUTS,
            chart="argo-rollouts",
            repository=ARGO,
            version=settings.rollouts.chart_version,
            values=values.rollouts_values(region=None if on_aws is None else on_aws.account.region),
            policy=None if on_aws is None else rollouts_policy(),
        )
    if settings.reloader is not None:
        yield Chart(
            name="reloader",
            chart="reloader",
            repository="https://stakater.github.io/stakater-charts",
            version=settings.reloader.chart_version,
            values=reloader_values(system=system, rollouts=settings.rollouts is not None),
            after=None if settings.rollouts is None else ROLLOUTS,
        )
    if scaling is NodeScaling.CLUSTER_AUTOSCALER:
        there = _needed("clusterAutoscaler", on_aws)
        yield Chart(
            name="cluster-autoscaler",
            chart="cluster-autoscaler",
            repository="https://kubernetes.github.io/autoscaler",
            version=settings.cluster_autoscaler.chart_version,
            values=values.cluster_autoscaler_values(cluster_name=there.cluster, region=there.account.region),
            policy=cluster_autoscaler_policy(there.account, there.cluster),
        )


def monitoring_charts(settings: OperatorsConfig, storage_class: str | None) -> Iterator[Chart]:
    """Charts of the namespace `monitoring`, in the order in which they are installed."""
    if settings.prometheus is None:
        return
    yield Chart(
        name="prometheus",
        chart="kube-prometheus-stack",
        repository=PROMETHEUS,
        version=settings.prometheus.chart_version,
        values=prometheus_values(settings.prometheus, storage_class=storage_class),
    )
    yield Chart(
        name="prometheus-adapter",
        chart="prometheus-adapter",
        repository=PROMETHEUS,
        version=settings.prometheus.adapter_chart_version,
        values=adapter_values(namespace=MONITORING_NAMESPACE),
    )


def _secrets_policy(on_aws: OnAws) -> pulumi.Input[str]:
    account, prefixes = on_aws.account, on_aws.secret_prefixes
    if not on_aws.secret_arns:
        return external_secrets_policy(account, prefixes)
    return pulumi.Output.all(*on_aws.secret_arns).apply(
        lambda arns: external_secrets_policy(account, prefixes, [str(arn) for arn in arns])
    )


def _load_balancers(version: str, on_aws: OnAws) -> Chart:
    known = pulumi.Output.all(vpc_id=on_aws.vpc_id, group_id=on_aws.node_security_group_id)
    return Chart(
        name="load-balancer-controller",
        chart="aws-load-balancer-controller",
        repository="https://aws.github.io/eks-charts",
        version=version,
        values=values.load_balancer_values(
            cluster_name=on_aws.cluster,
            region=on_aws.account.region,
            vpc_id=on_aws.vpc_id,
            tags=on_aws.tags,
            ingress_class=values.ingress_class_spec(on_aws.door),
        ),
        policy=known.apply(
            lambda ids: load_balancer_policy(
                on_aws.account,
                cluster_name=on_aws.cluster,
                vpc_id=ids["vpc_id"],
                node_security_group_id=ids["group_id"],
            )
        ),
    )


def _records(version: str, on_aws: OnAws, zone: HostedZone) -> Chart:
    return Chart(
        name="external-dns",
        chart="external-dns",
        repository="https://kubernetes-sigs.github.io/external-dns/",
        version=version,
        values=values.external_dns_values(cluster_name=on_aws.cluster, zone_name=zone.name, zone_id=zone.zone_id),
        policy=pulumi.Output.from_input(zone.zone_id).apply(external_dns_policy),
    )


def _needed(controller: str, there: _There | None) -> _There:
    if there is None:
        raise ValueError(f"{controller} needs AWS: a cluster of this stack, and for records a zone in `edge`.")
    return there
