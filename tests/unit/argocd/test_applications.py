"""AppProject and Applications: what they may reach, what they sync, and in which order they go."""

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, cast

import pytest

from components.argocd.values import argocd_values
from components.config.argocd_project import ProjectConfig
from tests.harness.applications_runs import (
    APPLICATION,
    COMPONENT,
    FINALIZER,
    PROJECT,
    REPOSITORY,
    SERVER,
    WINDOW,
    application,
    environment,
    project,
    run,
)
from tests.harness.argocd_runs import SSO, settings
from tests.harness.harness import Run

SECRET = "kubernetes:core/v1:Secret"


def synced(**sync: Any) -> dict[str, Any]:
    """`syncPolicy` of an environment with these settings."""
    return application(run([environment(sync=sync)]))["syncPolicy"]


def test_there_is_one_project_and_an_application_for_each_environment() -> None:
    done = run()
    assert sorted(r.name for r in done.under(done.one(COMPONENT))) == [
        "shop-gitops-cluster",
        "shop-gitops-dev",
        "shop-gitops-project",
        "shop-gitops-smoke-test",
        "shop-gitops-smoke-test",
        "shop-gitops-staging",
    ]


def test_argo_cd_works_in_the_environments_namespaces_only_once_it_has_its_rights_there() -> None:
    done = run()
    secret = done.one(SECRET)
    texts = {key: b64decode(value).decode() for key, value in secret.inputs["data"].items()}
    assert secret.inputs["metadata"]["labels"] == {"argocd.argoproj.io/secret-type": "cluster"}
    assert (texts["server"], texts["namespaces"]) == (SERVER, "shop-dev,shop-staging")
    assert texts["clusterResources"] == "false"
    assert all(done.depends(secret, done.named(f"namespace-{name}")) for name in ("dev", "staging"))
    assert all(done.depends(each, secret) for each in (done.one(PROJECT), *done.all(APPLICATION)))


@pytest.mark.parametrize("changes", [{"delivery": "appOfApps"}, {}])
def test_an_argo_cd_that_needs_the_whole_cluster_is_not_limited(changes: dict[str, Any]) -> None:
    cluster_resources = [] if changes else [{"group": "networking.k8s.io", "kind": "IngressClass"}]
    allowed = ProjectConfig.model_validate_json(json.dumps({"clusterResources": cluster_resources}))
    assert run([environment(**changes)], allowed=allowed).all(SECRET) == []
    values = cast("dict[str, Any]", argocd_values(settings(project=allowed), ["shop"] if changes else []))
    assert values["createClusterRoles"] is True


def test_a_limited_argo_cd_gets_no_cluster_role() -> None:
    assert cast("dict[str, Any]", argocd_values(settings()))["createClusterRoles"] is False


def test_applications_are_called_after_system_and_environment() -> None:
    done = run()
    assert {r.inputs["metadata"]["name"] for r in done.all(APPLICATION)} == {"shop-dev", "shop-staging"}
    assert done.one(COMPONENT).outputs == {"project": "shop", "applications": ["shop-dev", "shop-staging"]}


def test_all_objects_live_with_argo_cd_and_end_by_its_finalizer() -> None:
    done = run()
    for made in (done.one(PROJECT), *done.all(APPLICATION)):
        assert made.inputs["apiVersion"] == "argoproj.io/v1alpha1"
        assert made.inputs["metadata"]["namespace"] == "argocd"
        assert made.inputs["metadata"]["finalizers"] == [FINALIZER]
        assert "annotations" not in made.inputs["metadata"]
    assert done.one(PROJECT).inputs["kind"] == "AppProject"
    assert {r.inputs["kind"] for r in done.all(APPLICATION)} == {"Application"}


def test_the_project_takes_exactly_one_repository() -> None:
    assert project(run())["sourceRepos"] == [REPOSITORY]


def test_the_project_goes_to_the_environments_namespaces_only() -> None:
    assert project(run())["destinations"] == [
        {"namespace": "shop-dev", "server": SERVER},
        {"namespace": "shop-staging", "server": SERVER},
    ]


def test_the_project_touches_nothing_of_the_cluster() -> None:
    assert project(run())["clusterResourceWhitelist"] == []


def test_git_may_not_change_what_the_program_guards() -> None:
    assert project(run())["namespaceResourceBlacklist"] == [
        {"group": "", "kind": "LimitRange"},
        {"group": "", "kind": "ResourceQuota"},
        {"group": "external-secrets.io", "kind": "ExternalSecret"},
        {"group": "external-secrets.io", "kind": "PushSecret"},
        {"group": "external-secrets.io", "kind": "SecretStore"},
        {"group": "networking.k8s.io", "kind": "NetworkPolicy"},
        {"group": "rbac.authorization.k8s.io", "kind": "Role"},
        {"group": "rbac.authorization.k8s.io", "kind": "RoleBinding"},
    ]


def test_orphans_are_reported_but_for_what_the_program_makes() -> None:
    assert project(run())["orphanedResources"] == {
        "ignore": [
            {"kind": "ConfigMap", "name": "platform-outputs"},
            {"kind": "ServiceAccount", "name": "*"},
        ],
        "warn": True,
    }


def roles(done: Run) -> Mapping[str, Mapping[str, Any]]:
    return {role["name"]: role for role in project(done)["roles"]}


def test_developers_look_sync_and_read_logs_within_the_project() -> None:
    developer = roles(run(argocd=settings(sso=SSO)))["developer"]
    assert developer["groups"] == ["developers"]
    assert developer["policies"] == [
        "p, proj:shop:developer, applications, get, shop/*, allow",
        "p, proj:shop:developer, applications, sync, shop/*, allow",
        "p, proj:shop:developer, logs, get, shop/*, allow",
    ]


def test_administrators_do_everything_within_the_project() -> None:
    admin = roles(run(argocd=settings(sso=SSO)))["admin"]
    assert admin["groups"] == ["platform-admins", "on call"]
    assert admin["policies"] == [
        "p, proj:shop:admin, applications, *, shop/*, allow",
        "p, proj:shop:admin, logs, get, shop/*, allow",
    ]


def test_without_single_sign_on_the_roles_have_no_members() -> None:
    assert [role["groups"] for role in roles(run()).values()] == [[], []]


def test_windows_name_their_own_application() -> None:
    done = run([environment("dev"), environment("prod", sync={"windows": [WINDOW]})])
    assert project(done)["syncWindows"] == [WINDOW | {"applications": ["shop-prod"]}]
    assert "syncWindows" not in project(run())


def test_an_application_follows_its_folder_on_its_revision() -> None:
    spec = application(run([environment(revision="release-1.2")]))
    assert spec["source"] == {"path": "k8s/overlays/staging", "repoURL": REPOSITORY, "targetRevision": "release-1.2"}
    assert spec["destination"] == {"namespace": "shop-staging", "server": SERVER}
    assert spec["project"] == "shop"


def test_syncs_are_automatic_prune_and_heal() -> None:
    assert synced()["automated"] == {"prune": True, "selfHeal": True}
    assert synced(prune=False, selfHeal=False)["automated"] == {"prune": False, "selfHeal": False}


def test_a_manual_environment_waits_for_a_person() -> None:
    policy = synced(automated=False, windows=[WINDOW])
    assert policy == {"syncOptions": ["ApplyOutOfSyncOnly=true", "PruneLast=true"]}


def test_a_sync_never_removes_the_last_object_unless_it_may() -> None:
    assert "allowEmpty" not in synced()["automated"]
    assert synced(allowEmpty=True)["automated"]["allowEmpty"] is True
    assert "automated" not in synced(automated=False, allowEmpty=True)


def test_the_namespace_is_not_argo_cd_s_to_make() -> None:
    assert synced()["syncOptions"] == ["ApplyOutOfSyncOnly=true", "PruneLast=true"]
    assert synced(applyOutOfSyncOnly=False, pruneLast=False)["syncOptions"] == []


def test_a_failed_sync_is_tried_again_with_the_newest_revision() -> None:
    assert synced()["retry"] == {
        "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"},
        "limit": 5,
        "refresh": True,
    }
    changed = synced(retry={"limit": 2, "duration": "1s", "factor": 3, "maxDuration": "1m"})["retry"]
    assert changed["backoff"] == {"duration": "1s", "factor": 3, "maxDuration": "1m"}
    assert changed["limit"] == 2


def test_history_is_kept_for_rollbacks() -> None:
    assert application(run())["revisionHistoryLimit"] == 10
    assert application(run([environment(sync={"revisionHistoryLimit": 3})]))["revisionHistoryLimit"] == 3


def test_an_autoscaler_keeps_its_replicas() -> None:
    spec = application(run(hpa=True))
    assert spec["ignoreDifferences"] == [{"group": "apps", "jsonPointers": ["/spec/replicas"], "kind": "Deployment"}]
    assert "RespectIgnoreDifferences=true" in spec["syncPolicy"]["syncOptions"]


def test_without_an_autoscaler_git_says_the_replicas() -> None:
    spec = application(run())
    assert "ignoreDifferences" not in spec
    assert "RespectIgnoreDifferences=true" not in spec["syncPolicy"]["syncOptions"]


def test_applications_go_before_the_project_and_the_project_before_argo_cd() -> None:
    done = run()
    for made in done.all(APPLICATION):
        assert done.one(PROJECT).urn in made.depends_on
    assert done.named("release").urn in done.one(PROJECT).depends_on


def test_an_application_comes_after_its_environment() -> None:
    done = run()
    dev = done.one(APPLICATION, "shop-gitops-dev")
    assert done.named("namespace-dev").urn in dev.depends_on
    assert done.named("namespace-staging").urn not in dev.depends_on


def test_workloads_are_taken_down_before_their_cluster() -> None:
    done = run()
    assert {r.deleted_with for r in (*done.all(APPLICATION), done.one(PROJECT))} == {""}


def test_a_first_preview_shows_every_spec() -> None:
    assert project(run(preview=True)) == project(run())
    assert application(run(preview=True)) == application(run())
