"""ApplicationSets: a folder for each Application, previews of pull requests, and that all of it can be taken down."""

from typing import Any

import pytest

from tests.harness.applications_runs import (
    APPLICATION,
    APPLICATION_SET,
    COMPONENT,
    FINALIZER,
    GITHUB_APP,
    PREVIEWS,
    PROJECT,
    REPOSITORY,
    SERVER,
    WINDOW,
    application,
    application_set,
    environment,
    project,
    run,
)
from tests.harness.harness import Run

QUOTA = "kubernetes:core/v1:ResourceQuota"
NAME = "shop-staging-{{.path.basenameNormalized}}"


def folders(**sync: Any) -> Run:
    return run([environment("staging", delivery="applicationSet", path="apps/staging", revision="develop", sync=sync)])


def previews(repository: str = REPOSITORY, access: dict[str, Any] | None = None, **changes: Any) -> Run:
    dev = environment("dev", revision="release-1.2", pullRequests={**PREVIEWS, **changes})
    return run([dev, environment("staging")], repository=repository, access=access)


def template(spec: dict[str, Any]) -> dict[str, Any]:
    return spec["template"]["spec"]


def github(done: Run) -> dict[str, Any]:
    return application_set(done, "dev-previews")["generators"][0]["pullRequest"]["github"]


def test_an_application_is_made_for_each_folder_under_the_path() -> None:
    done = folders()
    spec = application_set(done, "staging")
    assert spec["generators"] == [
        {"git": {"directories": [{"path": "apps/staging/*"}], "repoURL": REPOSITORY, "revision": "develop"}}
    ]
    assert spec["template"]["metadata"] == {"name": NAME}
    assert template(spec)["source"] == {
        "path": "{{.path.path}}",
        "repoURL": REPOSITORY,
        "targetRevision": "develop",
    }
    assert not done.all(APPLICATION)
    assert done.one(COMPONENT).outputs["applications"] == ["shop-staging"]


def test_applications_of_folders_stay_in_project_and_namespace() -> None:
    spec = template(application_set(folders(), "staging"))
    assert spec["project"] == "shop"
    assert spec["destination"] == {"namespace": "shop-staging", "server": SERVER}
    assert spec["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}


def test_a_misspelt_parameter_is_an_error() -> None:
    for spec in (application_set(folders(), "staging"), application_set(previews(), "dev-previews")):
        assert spec["goTemplate"] is True
        assert spec["goTemplateOptions"] == ["missingkey=error"]


def test_a_folder_that_is_gone_takes_its_workload_along_where_syncs_prune() -> None:
    assert application_set(folders(), "staging")["syncPolicy"] == {"applicationsSync": "sync"}


@pytest.mark.parametrize("sync", [{"automated": False}, {"prune": False}])
def test_where_nothing_is_pruned_the_workload_stays_and_the_applications_still_go(sync: dict[str, Any]) -> None:
    policy = application_set(folders(**sync), "staging")["syncPolicy"]
    assert policy == {"applicationsSync": "sync", "preserveResourcesOnDeletion": True}


def test_a_manual_environment_makes_manual_applications() -> None:
    policy = template(application_set(folders(automated=False), "staging"))["syncPolicy"]
    assert "automated" not in policy
    assert "retry" not in policy


def test_sets_live_with_argo_cd_and_go_after_nothing_that_they_make() -> None:
    for done, name in ((folders(), "staging"), (previews(), "dev-previews")):
        made = done.one(APPLICATION_SET, f"shop-gitops-{name}")
        assert made.inputs["metadata"]["namespace"] == "argocd"
        assert made.inputs["metadata"]["finalizers"] == [FINALIZER]
        assert made.parent == done.one(COMPONENT).urn
        assert done.one(PROJECT).urn in made.depends_on
        assert made.deleted_with == ""


def test_a_set_comes_after_its_environment() -> None:
    done = folders()
    assert done.named("namespace-staging").urn in done.one(APPLICATION_SET).depends_on


def test_roles_may_look_at_sets_and_never_make_them() -> None:
    for done in (folders(), previews()):
        rights = [policy for role in project(done)["roles"] for policy in role["policies"]]
        found = [right for right in rights if "applicationsets" in right]
        assert found == [
            "p, proj:shop:admin, applicationsets, get, shop/*, allow",
            "p, proj:shop:developer, applicationsets, get, shop/*, allow",
        ]
    assert not [right for role in project(run())["roles"] for right in role["policies"] if "applicationsets" in right]


def test_windows_hold_for_all_applications_of_a_namespace() -> None:
    assert project(folders(windows=[WINDOW]))["syncWindows"] == [{**WINDOW, "namespaces": ["shop-staging"]}]


def test_previews_are_made_of_labelled_pull_requests_into_the_environment_s_branch() -> None:
    (generator,) = application_set(previews(), "dev-previews")["generators"]
    assert generator["pullRequest"]["filters"] == [{"targetBranchMatch": r"^release\-1\.2$"}]
    assert generator["pullRequest"]["requeueAfterSeconds"] == 300
    assert github(previews())["labels"] == ["try me"]
    assert (github(previews())["owner"], github(previews())["repo"]) == ("example", "shop")


def test_github_is_asked_with_the_token_that_the_stack_names() -> None:
    assert github(previews())["tokenRef"] == {"key": "token", "secretName": "pull-requests-dev"}
    by_hand = github(previews(secret={"kubernetes": "github-token"}))
    assert by_hand["tokenRef"] == {"key": "token", "secretName": "github-token"}


def test_github_is_asked_as_the_repository_s_app_where_there_is_no_token() -> None:
    done = previews(access=GITHUB_APP, secret=None)
    assert github(done)["appSecretName"] == "repository"
    assert "tokenRef" not in github(done)
    assert set(github(previews(secret=None))) == {"labels", "owner", "repo"}


def test_a_preview_runs_the_pull_request_s_commit_in_the_environment_s_namespace() -> None:
    spec = template(application_set(previews(), "dev-previews"))
    assert spec["source"]["targetRevision"] == "{{.head_sha}}"
    assert spec["source"]["path"] == "k8s/overlays/dev"
    assert spec["destination"] == {"namespace": "shop-dev", "server": SERVER}
    assert spec["project"] == "shop"


def test_names_labels_and_ingresses_of_previews_meet_nobody_else_s() -> None:
    done = previews()
    spec = application_set(done, "dev-previews")
    assert spec["template"]["metadata"] == {"name": "shop-dev-pr-{{.number}}"}
    kustomize = template(spec)["source"]["kustomize"]
    assert kustomize["nameSuffix"] == "-pr-{{.number}}"
    assert kustomize["commonLabels"] == {"platform/preview": "pr-{{.number}}"}
    assert [patch["target"] for patch in kustomize["patches"]] == [{"kind": "Ingress"}]
    assert kustomize["patches"][0]["patch"].startswith("$patch: delete\n")
    assert application(done, "dev")["source"]["kustomize"] == {"commonLabels": {"platform/preview": "none"}}
    assert "kustomize" not in application(done, "staging")["source"]


def test_there_are_never_more_previews_than_the_stack_says() -> None:
    done = previews()
    quota = done.one(QUOTA)
    assert quota.inputs["metadata"] == {"name": "applications", "namespace": "argocd"}
    assert quota.inputs["spec"] == {"hard": {"count/applications.argoproj.io": "4"}}
    assert environment("dev", pullRequests=PREVIEWS).copies == 3
    assert environment("dev").copies == 1
    assert not run().all(QUOTA)


def test_previews_come_after_every_environment_and_their_quota() -> None:
    done = previews()
    made = done.one(APPLICATION_SET, "shop-gitops-dev-previews")
    expected = [done.one(QUOTA), *done.all(APPLICATION), done.one(PROJECT), done.named("namespace-dev")]
    assert {found.urn for found in expected} <= set(made.depends_on)
    assert done.named("release").urn in done.one(QUOTA).depends_on
