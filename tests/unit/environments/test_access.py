"""Who may do what in an environment's namespace, and what the smoke test sees in Argo CD's."""

from dataclasses import replace
from typing import Any

from components.cluster.access_entries import DEPLOYERS_GROUP, SMOKE_TESTERS_GROUP
from tests.harness.harness import Recorded, Run
from tests.unit.environments.test_environment import environment_args, run

RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
GROUP = "rbac.authorization.k8s.io"


def rules(found: Run, name: str) -> list[dict[str, Any]]:
    return found.one(f"{RBAC}:Role", name).inputs["rules"]


def assert_binds(binding: Recorded, role: str, group: str) -> None:
    assert binding.inputs["subjects"] == [{"apiGroup": GROUP, "kind": "Group", "name": group}]
    assert binding.inputs["roleRef"] == {"apiGroup": GROUP, "kind": "Role", "name": role}
    assert binding.inputs["metadata"]["name"] == role


def test_deployers_may_look_at_and_change_deployments_and_nothing_else() -> None:
    assert rules(run(environment_args()), "live-deployer") == [
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "patch", "update"]}
    ]


def test_the_smoke_test_sees_pods_and_gets_from_the_catalogues_services_and_nothing_else() -> None:
    seen, asked = rules(run(environment_args()), "live-smoke-test")
    assert seen == {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}
    names = [f"{workload.service.name}:http" for workload in environment_args().workloads]
    assert names[0] == "auth-service:http"
    assert asked == {"apiGroups": [""], "resources": ["services/proxy"], "resourceNames": names, "verbs": ["get"]}


def test_what_does_not_listen_is_not_asked() -> None:
    args = environment_args()
    silent = args.workloads[0].service.model_copy(update={"port": None})
    found = run(replace(args, workloads=[replace(args.workloads[0], service=silent), args.workloads[1]]))
    assert rules(found, "live-smoke-test")[1]["resourceNames"] == ["user-service:http"]
    alone = run(replace(args, workloads=[replace(args.workloads[0], service=silent)]))
    assert [rule["resources"] for rule in rules(alone, "live-smoke-test")] == [["pods"]]


def test_each_role_is_bound_to_its_group_alone() -> None:
    found = run(environment_args())
    assert (DEPLOYERS_GROUP, SMOKE_TESTERS_GROUP) == ("platform:deployers", "platform:smoke-testers")
    deployers, smoke_testers, *_ = found.all(f"{RBAC}:RoleBinding")
    assert_binds(deployers, "deployer", DEPLOYERS_GROUP)
    assert_binds(smoke_testers, "smoke-test", SMOKE_TESTERS_GROUP)


def test_argo_cd_works_in_the_namespace_with_rights_of_the_namespace() -> None:
    found, shown = run(environment_args()), ["delete", "get", "list", "patch"]
    for name, verbs in (
        ("argocd-application-controller", ["create", *shown, "update", "watch"]),
        ("argocd-server", shown),
    ):
        rule, *others = rules(found, f"live-{name}")
        assert [(other["resources"], other["verbs"]) for other in others] in ([], [(["jobs"], ["create"])])
        assert rule == {"apiGroups": ["*"], "resources": ["*"], "verbs": verbs}
        subjects = found.one(f"{RBAC}:RoleBinding", f"live-{name}").inputs["subjects"]
        assert subjects == [{"kind": "ServiceAccount", "name": name, "namespace": "argocd"}]


def test_an_argo_cd_with_rights_in_the_whole_cluster_gets_none_here() -> None:
    found = run(replace(environment_args(), argocd_namespace=None))
    assert {role.name for role in found.all(f"{RBAC}:Role")} == {"live-deployer", "live-smoke-test"}


def test_the_smoke_test_sees_the_stacks_applications_and_no_other(staging: Run) -> None:
    role = staging.one(f"{RBAC}:Role", "gitops-smoke-test")
    assert role.inputs["metadata"] == {"name": "smoke-test", "namespace": "argocd"}
    assert role.inputs["rules"] == [
        {
            "apiGroups": ["argoproj.io"],
            "resources": ["applications"],
            "resourceNames": ["nova-dev", "nova-staging"],
            "verbs": ["get", "watch"],
        }
    ]
    assert_binds(staging.one(f"{RBAC}:RoleBinding", "gitops-smoke-test"), "smoke-test", SMOKE_TESTERS_GROUP)
    assert staging.depends(role, staging.one("kubernetes:helm.sh/v3:Release", "argocd"))
