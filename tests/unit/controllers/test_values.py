"""Helm values of the controllers: the sizes that the quota counts, two pods, the restricted level, region and VPC."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from components.config.controllers import NodeScaling, PrometheusConfig
from components.config.versions import BUSYBOX_IMAGE_TAG, CLUSTER_AUTOSCALER_IMAGE_TAGS
from components.controllers import (
    cluster_autoscaler,
    external_dns,
    external_secrets,
    karpenter,
    load_balancer_controller,
    prometheus,
    rollouts,
)
from components.controllers.context import ControllerContext
from components.controllers.controller import enabled_controllers
from components.sizing.pods import ContainerSize
from tests.harness.controllers_runs import ALL, INGRESS_CLASS, eks_context, settings

Values = dict[str, Any]


def as_dict(given: object) -> Values:
    return cast("Values", given)


VALUES: Mapping[str, Values] = {
    "external-secrets": as_dict(external_secrets.values()),
    "load-balancer": as_dict(
        load_balancer_controller.values(
            cluster_name="shop-staging",
            region="eu-central-1",
            vpc_id="vpc-1",
            tags={"Project": "shop"},
            ingress_class=load_balancer_controller.ingress_class_spec(INGRESS_CLASS),
        )
    ),
    "external-dns": as_dict(external_dns.values(cluster_name="shop-staging", zone_name="example.com", zone_id="Z1")),
    "rollouts": as_dict(rollouts.values(region="eu-central-1")),
    "cluster-autoscaler": as_dict(
        cluster_autoscaler.values(cluster_name="shop-staging", region="eu-central-1", image_tag="v1.36.1")
    ),
    "karpenter": as_dict(karpenter.values(cluster_name="shop-staging", queue_name=None)),
    "adapter": as_dict(prometheus.adapter_values()),
}
PROMETHEUS = as_dict(prometheus.values(PrometheusConfig(), storage_class="fast"))
SPEC: Values = PROMETHEUS["prometheus"]["prometheusSpec"]


def sizes(scaling: NodeScaling) -> dict[str, tuple[int, Mapping[str, ContainerSize]]]:
    controllers = enabled_controllers(settings(*ALL), scaling)
    workloads = [workload for controller in controllers for workload in controller.workloads]
    return {workload.name: (workload.pods, workload.containers) for workload in workloads}


@pytest.mark.parametrize(
    ("pods", "container", "given", "replicas"),
    [
        ("external-secrets", "external-secrets", VALUES["external-secrets"], "replicaCount"),
        ("external-secrets-webhook", "webhook", VALUES["external-secrets"]["webhook"], "replicaCount"),
        ("aws-load-balancer-controller", "aws-load-balancer-controller", VALUES["load-balancer"], "replicaCount"),
        ("argo-rollouts", "argo-rollouts", VALUES["rollouts"]["controller"], "replicas"),
        ("cluster-autoscaler", "aws-cluster-autoscaler", VALUES["cluster-autoscaler"], "replicaCount"),
        ("prometheus-adapter", "prometheus-adapter", VALUES["adapter"], "replicas"),
    ],
)
def test_the_chart_is_told_the_size_and_the_number_that_the_quota_counts(
    pods: str, container: str, given: Values, replicas: str
) -> None:
    number, containers = sizes(NodeScaling.CLUSTER_AUTOSCALER)[pods]
    assert given[replicas] == number == 2
    assert given["resources"] == containers[container].resources


@pytest.mark.parametrize(
    ("pods", "container", "given"),
    [
        ("external-secrets-cert-controller", "cert-controller", VALUES["external-secrets"]["certController"]),
        ("external-dns", "external-dns", VALUES["external-dns"]),
        ("prometheus", "prometheus", SPEC),
        ("prometheus", "config-reloader", PROMETHEUS["prometheusOperator"]["prometheusConfigReloader"]),
        ("alertmanager", "alertmanager", PROMETHEUS["alertmanager"]["alertmanagerSpec"]),
        ("prometheus-operator", "kube-prometheus-stack", PROMETHEUS["prometheusOperator"]),
        ("grafana", "grafana", PROMETHEUS["grafana"]),
        ("grafana", "grafana-sc-dashboard", PROMETHEUS["grafana"]["sidecar"]),
        ("kube-state-metrics", "kube-state-metrics", PROMETHEUS["kube-state-metrics"]),
        ("prometheus-crds-upgrade", "kubectl", PROMETHEUS["crds"]["upgradeJob"]),
    ],
)
def test_single_pods_are_told_their_size(pods: str, container: str, given: Values) -> None:
    number, containers = sizes(NodeScaling.NONE)[pods]
    assert number == 1
    assert given["resources"] == containers[container].resources


def test_karpenter_has_two_pods_of_the_counted_size() -> None:
    number, containers = sizes(NodeScaling.KARPENTER)["karpenter"]
    assert VALUES["karpenter"]["replicas"] == number == 2
    assert VALUES["karpenter"]["controller"]["resources"] == containers["controller"].resources


@pytest.mark.parametrize("scaling", list(NodeScaling))
def test_no_container_asks_for_more_than_its_limit(scaling: NodeScaling) -> None:
    for _, containers in sizes(scaling).values():
        for size in containers.values():
            assert 0 < size.cpu <= size.cpu_limit
            assert 0 < size.memory <= size.memory_limit


@pytest.mark.parametrize(
    "given",
    [
        VALUES["load-balancer"]["securityContext"],
        VALUES["external-dns"]["securityContext"],
        VALUES["rollouts"]["containerSecurityContext"],
        VALUES["cluster-autoscaler"]["containerSecurityContext"],
        VALUES["adapter"]["securityContext"],
        PROMETHEUS["grafana"]["containerSecurityContext"],
        PROMETHEUS["grafana"]["sidecar"]["securityContext"],
    ],
)
def test_containers_keep_to_the_restricted_level(given: Values) -> None:
    assert given["allowPrivilegeEscalation"] is False
    assert given["capabilities"] == {"drop": ["ALL"]}
    assert given["runAsNonRoot"] is True
    assert given["seccompProfile"] == {"type": "RuntimeDefault"}


@pytest.mark.parametrize(
    "given",
    [
        VALUES["external-secrets"]["podDisruptionBudget"],
        VALUES["external-secrets"]["webhook"]["podDisruptionBudget"],
        VALUES["rollouts"]["controller"]["pdb"],
        VALUES["adapter"]["podDisruptionBudget"],
        {"enabled": True, **VALUES["load-balancer"]["podDisruptionBudget"]},
        {"enabled": True, **VALUES["cluster-autoscaler"]["podDisruptionBudget"]},
    ],
)
def test_one_of_two_pods_stays_while_nodes_are_drained(given: Values) -> None:
    assert given in ({"enabled": True, "minAvailable": 1}, {"enabled": True, "maxUnavailable": 1})


def test_two_pods_of_external_secrets_elect_a_leader() -> None:
    assert VALUES["external-secrets"]["leaderElect"] is True


def test_definitions_come_with_the_chart() -> None:
    assert VALUES["external-secrets"]["installCRDs"] is True
    assert (VALUES["rollouts"]["installCRDs"], VALUES["rollouts"]["keepCRDs"]) == (True, True)


def test_removing_external_secrets_keeps_its_definitions_and_so_every_secret() -> None:
    assert VALUES["external-secrets"]["crds"]["annotations"] == {"helm.sh/resource-policy": "keep"}


@pytest.mark.parametrize(
    ("given", "label"),
    [
        (VALUES["external-secrets"], "external-secrets"),
        (VALUES["external-secrets"]["webhook"], "external-secrets-webhook"),
        (VALUES["rollouts"]["controller"], "argo-rollouts"),
        (VALUES["cluster-autoscaler"], "aws-cluster-autoscaler"),  # the chart's name for it on AWS
        (VALUES["adapter"], "prometheus-adapter"),
    ],
)
def test_two_pods_are_in_two_zones_and_on_two_nodes(given: Values, label: str) -> None:
    constraints = given["topologySpreadConstraints"]
    assert [constraint["topologyKey"] for constraint in constraints] == [
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
    ]
    for constraint in constraints:
        assert constraint["labelSelector"] == {"matchLabels": {"app.kubernetes.io/name": label}}
        assert (constraint["maxSkew"], constraint["whenUnsatisfiable"]) == (1, "ScheduleAnyway")


def test_secrets_are_never_written_back() -> None:
    given = VALUES["external-secrets"]
    assert (given["processPushSecret"], given["processClusterPushSecret"]) == (False, False)
    assert (given["crds"]["createPushSecret"], given["crds"]["createClusterPushSecret"]) == (False, False)


def test_the_load_balancer_controller_is_told_what_nodes_do_not_tell_it() -> None:
    given = VALUES["load-balancer"]
    assert (given["vpcId"], given["region"], given["clusterName"]) == ("vpc-1", "eu-central-1", "shop-staging")
    assert given["defaultTags"] == {"Project": "shop"}


def test_the_load_balancer_controller_has_pods_as_targets_and_judges_no_services() -> None:
    given = VALUES["load-balancer"]
    assert given["defaultTargetType"] == "ip"
    assert given["enableServiceMutatorWebhook"] is False
    assert (given["enableShield"], given["enableWaf"]) == (False, False)
    assert "enableWafv2" not in given  # on by default: the firewall of the edge


def test_external_dns_writes_for_ingresses_of_this_cluster_in_its_zone() -> None:
    given = VALUES["external-dns"]
    assert (given["sources"], given["domainFilters"]) == (["ingress"], ["example.com"])
    assert (given["registry"], given["txtOwnerId"], given["policy"]) == ("txt", "shop-staging", "sync")


def test_rollouts_waits_for_the_load_balancer_where_it_can_ask() -> None:
    asking = VALUES["rollouts"]["controller"]
    assert asking["extraArgs"] == ["--aws-verify-target-group"]
    assert asking["extraEnv"] == [{"name": "AWS_REGION", "value": "eu-central-1"}]
    assert not {"extraArgs", "extraEnv"} & as_dict(rollouts.values(region=None))["controller"].keys()


def test_the_autoscaler_finds_the_groups_of_its_cluster() -> None:
    given = VALUES["cluster-autoscaler"]
    assert given["autoDiscovery"] == {"clusterName": "shop-staging"}
    assert (given["awsRegion"], given["cloudProvider"]) == ("eu-central-1", "aws")


@pytest.mark.parametrize(("kubernetes", "pinned"), sorted(CLUSTER_AUTOSCALER_IMAGE_TAGS.items()))
@pytest.mark.parametrize("chosen", [None, "v1.36.9"])
def test_the_autoscaler_has_the_version_of_its_cluster(kubernetes: str, pinned: str, chosen: str | None) -> None:
    autoscaler: dict[str, str] = {} if chosen is None else {"imageTag": chosen}
    context = ControllerContext(
        settings=settings(clusterAutoscaler=autoscaler),
        scaling=NodeScaling.CLUSTER_AUTOSCALER,
        system="shop",
        eks=replace(eks_context(), kubernetes_version=kubernetes),
    )
    (chart,) = cluster_autoscaler.CONTROLLER.charts(context)
    assert chart.values["image"] == {"tag": chosen or pinned}


def test_no_pod_holds_a_node_for_ever() -> None:
    arguments = VALUES["cluster-autoscaler"]["extraArgs"]
    assert (arguments["skip-nodes-with-local-storage"], arguments["skip-nodes-with-system-pods"]) == (False, False)


@pytest.mark.parametrize(
    ("controller", "port"),
    [("external-secrets", "8080"), ("external-dns", "7979"), ("rollouts", "8090"), ("cluster-autoscaler", "8085")],
)
def test_controllers_say_where_their_metrics_are(controller: str, port: str) -> None:
    assert VALUES[controller]["podAnnotations"] == {"prometheus.io/port": port, "prometheus.io/scrape": "true"}


def test_autoscalers_may_ask_for_requests_per_second_of_a_pod() -> None:
    rules = VALUES["adapter"]["rules"]
    (rule,) = rules["custom"]
    assert rules["default"] is False
    assert rule["seriesQuery"] == 'http_requests_total{namespace!="",pod!=""}'
    assert rule["name"] == {"as": "http_requests_per_second", "matches": "^http_requests_total$"}
    assert rule["resources"]["overrides"] == {"namespace": {"resource": "namespace"}, "pod": {"resource": "pod"}}
    assert rule["metricsQuery"] == "sum(rate(<<.Series>>{<<.LabelMatchers>>}[2m])) by (<<.GroupBy>>)"


def test_the_adapter_asks_the_prometheus_of_this_release() -> None:
    assert VALUES["adapter"]["prometheus"] == {"port": 9090, "url": "http://monitoring-prometheus.monitoring.svc"}
    assert PROMETHEUS["fullnameOverride"] == "monitoring"


def test_annotated_pods_are_scraped_and_named() -> None:
    (job,) = SPEC["additionalScrapeConfigs"]
    assert job["kubernetes_sd_configs"] == [{"role": "pod"}]
    rules = job["relabel_configs"]
    assert rules[0] == {
        "action": "keep",
        "regex": "true",
        "source_labels": ["__meta_kubernetes_pod_annotation_prometheus_io_scrape"],
    }
    written = {rule["target_label"]: rule["source_labels"] for rule in rules if "target_label" in rule}
    assert written["namespace"] == ["__meta_kubernetes_namespace"]
    assert written["pod"] == ["__meta_kubernetes_pod_name"]
    assert written["__metrics_path__"] == ["__meta_kubernetes_pod_annotation_prometheus_io_path"]
    assert written["__address__"] == ["__address__", "__meta_kubernetes_pod_annotation_prometheus_io_port"]


@pytest.mark.parametrize(("gib", "kept"), [(20, "17408MiB"), (1, "870MiB"), (500, "435200MiB")])
def test_figures_never_fill_the_volume(gib: int, kept: str) -> None:
    given = as_dict(prometheus.values(PrometheusConfig.model_validate({"storageGib": gib}), storage_class=None))
    spec = given["prometheus"]["prometheusSpec"]
    assert spec["retentionSize"] == kept
    claim = spec["storageSpec"]["volumeClaimTemplate"]["spec"]
    assert claim["resources"] == {"requests": {"storage": f"{gib}Gi"}}


def test_figures_are_kept_for_the_days_that_are_asked_for() -> None:
    given = as_dict(prometheus.values(PrometheusConfig.model_validate({"retentionDays": 30}), storage_class=None))
    assert given["prometheus"]["prometheusSpec"]["retention"] == "30d"


def test_the_volume_goes_with_prometheus() -> None:
    assert SPEC["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Delete", "whenScaled": "Retain"}


def test_nothing_needs_the_nodes_own_network_or_files() -> None:
    assert PROMETHEUS["nodeExporter"] == {"enabled": False}


def test_grafanas_password_is_not_the_one_that_everybody_knows() -> None:
    assert PROMETHEUS["grafana"]["adminPassword"] == ""


def test_grafana_can_write_where_its_data_sources_open_their_sockets() -> None:
    grafana = PROMETHEUS["grafana"]
    assert grafana["containerSecurityContext"]["readOnlyRootFilesystem"] is True
    assert [mount["mountPath"] for mount in grafana["extraEmptyDirMounts"]] == ["/tmp"]


def test_grafana_asks_nothing_of_addresses_that_it_cannot_reach() -> None:
    configured = PROMETHEUS["grafana"]["grafana.ini"]
    assert configured["analytics"] == {
        "check_for_plugin_updates": False,
        "check_for_updates": False,
        "reporting_enabled": False,
    }
    assert configured["plugins"] == {"preinstall_disabled": True, "public_key_retrieval_disabled": True}


def test_the_operators_definitions_are_upgraded_with_their_chart_by_a_pinned_image() -> None:
    job = PROMETHEUS["crds"]["upgradeJob"]
    assert job["enabled"] is True
    assert job["image"] == {
        "busybox": {
            "registry": "public.ecr.aws",
            "repository": "docker/library/busybox",
            "tag": BUSYBOX_IMAGE_TAG,
        }
    }


@pytest.mark.parametrize("part", ["kubeControllerManager", "kubeEtcd", "kubeProxy", "kubeScheduler"])
def test_what_eks_hides_raises_no_alarm(part: str) -> None:
    assert PROMETHEUS[part] == {"enabled": False}


def test_every_load_balancer_has_the_stacks_certificate_and_firewall_without_an_ingress_saying_so() -> None:
    params = VALUES["load-balancer"]["ingressClassParams"]
    assert (params["create"], params["name"], VALUES["load-balancer"]["ingressClass"]) == (True, "alb", "alb")
    assert params["spec"] == {
        "certificateArn": ["arn:certificate"],
        "group": {"name": "shop"},
        "scheme": "internet-facing",
        "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        "sslRedirectPort": "443",
        "targetType": "ip",
        "wafv2AclArn": "arn:firewall",
    }


def test_an_internal_door_without_firewall_says_so() -> None:
    spec = load_balancer_controller.ingress_class_spec(
        replace(INGRESS_CLASS, internal=True, certificate_arn=None, firewall_arn=None)
    )
    assert (spec["scheme"], "wafv2AclArn" in spec, "certificateArn" in spec) == ("internal", False, False)


@pytest.mark.parametrize("changes", [{"https_redirect": False}, {"certificate_arn": None}])
def test_plain_http_is_redirected_where_that_is_wanted_and_there_is_a_certificate(changes: dict[str, Any]) -> None:
    assert "sslRedirectPort" not in load_balancer_controller.ingress_class_spec(replace(INGRESS_CLASS, **changes))


def test_targets_are_what_the_stack_file_says() -> None:
    assert (
        load_balancer_controller.ingress_class_spec(replace(INGRESS_CLASS, target_type="instance"))["targetType"]
        == "instance"
    )


def test_a_stack_without_an_edge_leaves_the_door_to_its_ingresses() -> None:
    assert set(load_balancer_controller.ingress_class_spec(None)) == {"sslPolicy", "targetType"}
