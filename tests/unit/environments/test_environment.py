"""One environment of a cluster: what is made, with which limits, for whom."""

from dataclasses import replace
from functools import cache
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components.environments.environment import Environment, EnvironmentArgs, quota
from components.environments.plan import EnvironmentPlan
from components.sizing import quantities
from tests.harness.config_samples import changed, loaded
from tests.harness.harness import Run, once, run_program

COMPONENT = "platform:environment:Environment"
CORE = "kubernetes:core/v1"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
IMAGE_POLICY = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
CLUSTER_SCOPED = (IMAGE_POLICY, f"{IMAGE_POLICY}Binding")
SERVICES = ["auth", "user", "content", "feed", "media", "messaging", "search", "streaming"]


@cache
def environment_args(name: str = "staging") -> EnvironmentArgs:
    config = loaded(changed("prod" if name == "production" else "staging"))
    here = next(e for e in config.environments if e.name == name)
    return EnvironmentArgs(
        system=config.system.name,
        settings=here,
        workloads=EnvironmentPlan(config, here).workloads,
        image_repositories=["registry.example/nova/auth-service", "valkey"],
        argocd_namespace="argocd",
        ingress_cidrs=["10.20.192.0/22"],
        control_plane_cidrs=["10.20.250.0/28"],
        data_cidrs=["10.20.0.0/19"],
        endpoint_cidrs=[],
        database_port=5432,
        cache_port=6379,
        values={"AWS_REGION": "ap-northeast-1"},
    )


@once
def run(args: EnvironmentArgs, *, preview: bool = False, **given: Any) -> Run:
    def program() -> None:
        provider = k8s.Provider("k8s", kubeconfig="{}")
        options = pulumi.ResourceOptions(provider=provider)
        endpoint = k8s.core.v1.ConfigMap("endpoint", opts=options)
        values = {**args.values, "ENDPOINT": endpoint.metadata.apply(lambda m: m.uid)}
        environment = Environment(
            "live",
            replace(args, values=values, **given),
            pulumi.ResourceOptions(providers=[provider]),
        )
        pulumi.export("namespace", environment.namespace)
        pulumi.export("quota", environment.quota)
        pulumi.export("ready", [resource.urn for resource in environment.ready])
        k8s.core.v1.ConfigMap("user", metadata={"namespace": environment.namespace}, opts=options)

    return run_program(program, preview=preview)


@cache
def staging() -> Run:
    return run(environment_args())


def changed_settings(**changes: Any) -> EnvironmentArgs:
    args = environment_args()
    return replace(args, settings=args.settings.model_copy(update=changes))


def metadata(kind: str, name: str | None = None) -> dict[str, Any]:
    return staging().one(kind, name).inputs["metadata"]


def test_the_namespace_has_its_fixed_name_and_says_which_environment_it_is() -> None:
    namespace = metadata(f"{CORE}:Namespace")
    assert namespace["name"] == "nova"
    assert namespace["labels"]["environment"] == "staging"
    assert namespace["labels"]["app.kubernetes.io/part-of"] == "nova"
    assert namespace["labels"]["kubernetes.io/metadata.name"] == "nova"


@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_pod_security_is_enforced_at_a_pinned_version_and_warns_of_restricted(level: str) -> None:
    config = loaded(changed("staging", environments__1__podSecurity=level))
    found = run(replace(environment_args(), settings=config.environments[1]))
    labels = found.one(f"{CORE}:Namespace").inputs["metadata"]["labels"]
    prefix = "pod-security.kubernetes.io/"
    assert {key.removeprefix(prefix): text for key, text in labels.items() if key.startswith(prefix)} == {
        "enforce": level,
        "enforce-version": "v1.35",
        "warn": "restricted",
        "warn-version": "v1.35",
        "audit": "restricted",
        "audit-version": "v1.35",
    }


def test_pod_security_is_restricted_unless_a_stack_says_otherwise() -> None:
    assert metadata(f"{CORE}:Namespace")["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_quota_holds_the_peak_of_staging_and_forbids_load_balancers_node_ports_and_volumes() -> None:
    assert staging().one(f"{CORE}:ResourceQuota").inputs["spec"] == {
        "hard": {
            "limits.cpu": "19800m",
            "limits.memory": "33Gi",
            "persistentvolumeclaims": "0",
            "pods": "36",
            "requests.cpu": "4",
            "requests.memory": "14720Mi",
            "services.loadbalancers": "0",
            "services.nodeports": "0",
        }
    }


@pytest.mark.parametrize(
    ("key", "peak"),
    [("requests.cpu", 3600), ("limits.cpu", 18000), ("requests.memory", 13312), ("limits.memory", 30720), ("pods", 32)],
)
def test_stagings_quota_is_at_the_peak_or_up_to_1_3_times_it(key: str, peak: int) -> None:
    hard: str = staging().one(f"{CORE}:ResourceQuota").inputs["spec"]["hard"][key]
    number = int(hard) if key == "pods" else (
        quantities.millicores(hard) if key.endswith("cpu") else quantities.mebibytes(hard)
    )  # fmt: skip
    assert peak <= number <= 1.3 * peak


def test_headroom_raises_the_quota() -> None:
    found = run(changed_settings(quota_headroom_percent=25))
    assert found.one(f"{CORE}:ResourceQuota").inputs["spec"]["hard"]["limits.memory"] == "38400Mi"


def test_containers_that_state_nothing_get_the_smallest_service_and_none_gets_more_than_the_largest() -> None:
    assert staging().one(f"{CORE}:LimitRange").inputs["spec"] == {
        "limits": [
            {
                "type": "Container",
                "default": {"cpu": "500m", "memory": "512Mi"},
                "defaultRequest": {"cpu": "100m", "memory": "256Mi"},
                "max": {"cpu": "1", "memory": "2Gi"},
            }
        ]
    }


def test_each_service_has_its_own_account_under_its_short_name_without_a_token() -> None:
    accounts = staging().all(f"{CORE}:ServiceAccount")
    assert [account.inputs["metadata"]["name"] for account in accounts] == SERVICES
    assert [account.name for account in accounts] == [f"live-{name}-service" for name in SERVICES]
    assert {account.inputs["automountServiceAccountToken"] for account in accounts} == {False}


def test_the_namespaces_default_account_carries_no_token() -> None:
    patch = staging().one(f"{CORE}:ServiceAccountPatch").inputs
    assert patch["metadata"] == {"name": "default", "namespace": "nova"}
    assert patch["automountServiceAccountToken"] is False


def test_the_policies_are_the_catalogues() -> None:
    found = {policy.inputs["metadata"]["name"]: policy.inputs["spec"] for policy in staging().all(POLICY)}
    shared = ["default-deny", "shared-egress", "database-egress", "cache-egress"]
    assert list(found) == [*shared, *(f"allow-{name}-service" for name in SERVICES)]
    assert found["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert found["shared-egress"]["egress"][2]["to"][0]["ipBlock"]["except"][2] == "169.254.169.254/32"
    assert found["database-egress"]["egress"] == [
        {"to": [{"ipBlock": {"cidr": "10.20.0.0/19"}}], "ports": [{"port": 5432, "protocol": "TCP"}]}
    ]
    (rule,) = found["allow-search-service"]["ingress"]
    assert rule["ports"] == [{"port": 8086, "protocol": "TCP"}]
    assert {"ipBlock": {"cidr": "10.20.250.0/28"}} in rule["from"]


def test_services_read_the_environments_variables_and_the_platforms_values() -> None:
    outputs = staging().one(f"{CORE}:ConfigMap", "live-platform-outputs").inputs
    assert outputs["metadata"] == {"name": "platform-outputs", "namespace": "nova"}
    assert outputs["data"].keys() == {"APP_ENV", "LOG_LEVEL", "AWS_REGION", "ENDPOINT"}
    assert (outputs["data"]["APP_ENV"], outputs["data"]["LOG_LEVEL"]) == ("staging", "info")


def test_every_object_belongs_to_the_component_and_dies_with_the_namespace() -> None:
    found = staging()
    component = found.one(COMPONENT)
    children = found.children(component)
    assert len(children) == 19 + 2 * len(SERVICES)
    assert found.under(component) == children
    for child in children:
        namespace = found.one(f"{CORE}:Namespace")
        outside = child is namespace or child.type in CLUSTER_SCOPED
        assert child.deleted_with == ("" if outside else namespace.urn), child.name
        assert (child.provider or "").startswith(found.named("k8s").urn), child.name
        assert child.name == "live" or child.name.startswith("live-")


def test_every_object_comes_after_the_namespace() -> None:
    found = staging()
    namespace = found.one(f"{CORE}:Namespace")
    for child in found.children(found.one(COMPONENT)):
        if child is not namespace:
            assert child.type in CLUSTER_SCOPED or child.inputs["metadata"]["namespace"] == "nova", child.name
            assert found.depends(child, namespace), child.name


def test_what_uses_the_namespaces_name_comes_after_it() -> None:
    found = staging()
    assert found.depends(found.named("user"), found.one(f"{CORE}:Namespace"))


def test_whoever_waits_for_the_environment_waits_for_every_object() -> None:
    found = staging()
    assert sorted(found.outputs["ready"]) == sorted(child.urn for child in found.children(found.one(COMPONENT)))


def test_a_first_preview_shows_every_name_and_number() -> None:
    found = run(environment_args(), preview=True)
    assert found.outputs["namespace"] == "nova"
    assert {r.inputs["metadata"]["namespace"] for r in found.all(POLICY)} == {"nova"}
    assert found.one(f"{CORE}:ResourceQuota").inputs == staging().one(f"{CORE}:ResourceQuota").inputs


def test_namespace_and_quota_are_outputs() -> None:
    outputs = staging().one(COMPONENT).outputs
    assert outputs == {"namespace": "nova", "quota": dict(quota(environment_args().workloads, 10))}
    assert staging().outputs["quota"] == outputs["quota"]


def test_one_more_service_adds_two_objects() -> None:
    args = environment_args()
    more = args.workloads[0].service.model_copy(update={"name": "ninth-service"})
    found = run(replace(args, workloads=[*args.workloads, replace(args.workloads[0], service=more)]))
    assert len(found.resources) == len(staging().resources) + 2


def test_without_data_and_load_balancers_nothing_is_opened_to_them() -> None:
    found = run(environment_args(), ingress_cidrs=[], control_plane_cidrs=[], data_cidrs=[])
    assert "10.20." not in str([policy.inputs for policy in found.all(POLICY)])
    assert len(found.all(POLICY)) == 2 + len(SERVICES)
