"""services.yml runs as it is, called by an application repository: from a push to the last message."""

import json
import re
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.pipeline.application import FIRST, SECOND
from tests.pipeline.workflows.act import Run
from tests.pipeline.workflows.delivery import CHATS, NAME, PUSH_ROLE, SMOKE_ROLE, Delivery, ground
from tests.pipeline.workflows.ground import RUN_TOKEN, git, recorded

JOBS = ("plan", "build-and-push", "update-deployment", "deploy", "smoke-test", "notify")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory, platform: Path, aws: str) -> Generator[tuple[Delivery, Run]]:
    """A run without a fault, for tests that change nothing. GitHub's list has the time of its first jobs."""
    with ground(tmp_path_factory.mktemp("delivered"), platform, aws) as delivery:
        times = [("plan", "00:00", "00:12"), ("build-and-push (shop/auth)", "00:12", "01:12")]
        times.append(("build-and-push (shop/cart)", "00:15", "01:42"))
        jobs = [
            {
                "name": f"deliver / {name}",
                "started_at": f"2026-11-28T10:{start}Z",
                "completed_at": f"2026-11-28T10:{end}Z",
            }
            for name, start, end in times
        ]
        delivery.hub.answers["GET", f"/repos/{NAME}/actions/runs/1/jobs"] = (200, {"jobs": jobs})
        delivery.call(notify_success=True)
        yield delivery, delivery.run()


def results(**changed: str) -> dict[str, str]:
    """All jobs with their result, success unless given."""
    return {job: changed.get(job.replace("-", "_"), "success") for job in JOBS}


def test_a_push_becomes_verified_pods(delivered: tuple[Delivery, Run]) -> None:
    delivery, run = delivered
    commit = git(delivery.application.work, "rev-parse", "HEAD")
    assert run.results() == results(), run.output
    for image in (FIRST, SECOND):
        assert delivery.registry.tags(image) == [commit]
        assert f"newName: {delivery.registry.address}/{image}\n" in delivery.application.overlay()
    assert delivery.application.overlay().count(f"newTag: {commit}") == 2
    assert delivery.application.log[0] == f"chore(staging): update images to {commit}"
    assert "staging: " + commit + " is deployed and verified" in run.job("notify").summary
    assert set(delivery.messages()) == set(CHATS)


def test_each_job_has_the_role_that_it_needs_and_no_other(delivered: tuple[Delivery, Run]) -> None:
    delivery, _ = delivered
    assert sorted(delivery.jobs_with("role", role=PUSH_ROLE)) == ["build-and-push", "build-and-push"]
    assert delivery.jobs_with("role", role=SMOKE_ROLE) == ["deploy", "smoke-test"]
    assert len(recorded(delivery.records, "role")) == 4
    assert delivery.jobs_with("login") == ["deploy", "smoke-test"]


def test_an_image_that_exists_is_neither_built_nor_committed_again(delivery: Delivery) -> None:
    first = delivery.run()
    second = delivery.run()
    assert first.results() == second.results() == results(), second.output
    assert len(recorded(delivery.records, "build")) == 2
    assert len(recorded(delivery.records, "scan")) == 4
    assert len([subject for subject in delivery.application.log if subject.startswith("chore")]) == 1
    assert second.job("update-deployment").steps["update"].outputs["changed"] == "false"


def test_only_the_changed_service_is_built(delivery: Delivery) -> None:
    first = delivery.call(changed_only=True)
    delivery.run()
    git(delivery.application.work, "pull", "--quiet", "origin", "main")
    commit = delivery.application.change("cart", "new")
    run = delivery.run()
    assert run.results() == results(), run.output
    assert delivery.registry.tags(FIRST) == [first]
    assert delivery.registry.tags(SECOND) == sorted([first, commit])
    assert [job.matrix["image"] for job in run.jobs if job.id == "build-and-push"] == [SECOND]


def test_a_push_that_changes_no_image_delivers_nothing(delivery: Delivery) -> None:
    delivery.call(changed_only=True, notify_success=True)
    delivery.run()
    delivery.hub.requests.clear()
    git(delivery.application.work, "pull", "--quiet", "origin", "main")
    delivery.application.write("README.md", "words\n")
    delivery.application.commit("Words")
    run = delivery.run()
    skipped = dict.fromkeys(("build_and_push", "update_deployment", "deploy", "smoke_test"), "skipped")
    assert run.results() == results(**skipped), run.output
    assert "nothing to deliver" in run.job("notify").summary


def test_a_failed_build_leaves_the_overlay_and_names_the_job(delivery: Delivery) -> None:
    before = delivery.application.overlay()
    delivery.application.write("backend/cart/Dockerfile", "FROM scratch\nRUN exit 1\n")
    commit = delivery.application.commit("Break cart")
    run = delivery.run()
    assert run.results() == results(
        build_and_push="failure", update_deployment="skipped", deploy="skipped", smoke_test="skipped"
    ), run.output
    assert run.job("build-and-push", image=FIRST).result == "success"
    assert delivery.registry.tags(FIRST) == [commit]
    assert delivery.application.overlay() == before
    for chat in CHATS:
        assert "staging: build-and-push failed" in delivery.messages()[chat]


def test_vulnerabilities_block_only_from_the_wanted_severity_on(delivery: Delivery) -> None:
    delivery.call(block_on="critical")
    high = delivery.run({FIRST: ["HIGH", "HIGH", "LOW"]})
    assert high.results() == results(), high.output
    critical = delivery.run({FIRST: ["CRITICAL"]})
    job = critical.job("build-and-push", image=FIRST)
    assert job.result == "failure"
    assert "has vulnerabilities: 1 critical" in job.annotations[-1]
    assert critical.results()["update-deployment"] == "skipped"
    record = json.loads((delivery.artifacts / "image-shop-auth/image.json").read_text(encoding="utf-8"))
    assert record["findings"] == {"critical": 1}
    assert "1 critical" in critical.job("notify").summary


def test_a_registry_that_refuses_is_quoted(delivery: Delivery) -> None:
    delivery.registry.refuses = True
    run = delivery.run()
    assert run.results()["build-and-push"] == "failure"
    assert "ecr:PutImage" in run.job("build-and-push", image=FIRST).annotations[-1]
    assert delivery.registry.tags(FIRST) == []


def test_a_missing_repository_is_named_with_its_remedy(delivery: Delivery) -> None:
    delivery.registry.repositories.remove(SECOND)
    run = delivery.run()
    words = run.job("build-and-push", image=SECOND).annotations[-1]
    assert words.startswith(f"error: The registry has no repository for {delivery.registry.address}/{SECOND}:")
    assert run.job("build-and-push", image=FIRST).result == "success"


def test_a_protected_branch_needs_the_app(delivery: Delivery) -> None:
    delivery.hub.protect(NAME, "main", "nobody")
    refused = delivery.run()
    assert refused.results()["update-deployment"] == "failure"
    assert "main is protected" in refused.job("update-deployment").annotations[-1]
    assert not delivery.application.log[0].startswith("chore")
    (delivery.application.remote / "hooks/pre-receive").unlink()
    delivery.call(app_client_id="Iv23liShop")
    delivery.hub.protect(NAME, "main", "shop-deployer[bot]")
    accepted = delivery.run()
    assert accepted.results() == results(), accepted.output
    assert delivery.application.log[0].startswith("chore(staging)")
    (token,) = recorded(delivery.records, "app-token")
    assert (token["app"], token["permissions"]) == ("Iv23liShop", {"permission-contents": "write"})


def test_an_older_run_that_lands_last_is_superseded(delivery: Delivery) -> None:
    older = delivery.application.change("auth", "1")
    delivery.application.change("auth", "2")
    assert delivery.run().results() == results()
    overlay = delivery.application.overlay()
    git(delivery.application.work, "checkout", "--quiet", older)
    late = delivery.run()
    assert late.results() == results(smoke_test="skipped"), late.output
    assert f"staging: {older} was superseded by " in late.job("notify").summary
    assert delivery.application.overlay() == overlay


def test_a_refused_sync_fails_with_argo_cds_words(delivery: Delivery) -> None:
    delivery.cluster.refuses = "admission webhook denied the request"
    run = delivery.run()
    assert run.results() == results(deploy="failure", smoke_test="skipped"), run.output
    assert "admission webhook denied the request" in run.job("deploy").annotations[-1]
    message = delivery.messages()["SLACK_WEBHOOK_URL"]
    assert "staging: deploy failed" in message
    assert "argocd app get shop-staging" in message


def test_argo_cd_is_where_the_stack_has_it(delivery: Delivery) -> None:
    delivery.cluster.argocd_namespace = "gitops"
    delivery.call(argocd_namespace="gitops")
    run = delivery.run()
    assert run.results() == results(), run.output
    delivery.cluster.refuses = "admission webhook denied the request"
    assert "kubectl -n gitops get" in delivery.run().job("notify").summary


def test_a_failed_smoke_test_is_red_and_shown(delivery: Delivery) -> None:
    delivery.cluster.unhealthy = "cart"
    run = delivery.run()
    assert run.results() == results(smoke_test="failure"), run.output
    assert "staging: smoke-test failed" in delivery.messages()["DISCORD_WEBHOOK_URL"]
    assert re.search(r"failed \| health \| cart \| .*503", run.job("notify").summary)


def test_a_manual_sync_waits_for_nobody(delivery: Delivery) -> None:
    delivery.call(wait=False)
    run = delivery.run()
    assert run.results() == results(deploy="skipped", smoke_test="skipped"), run.output
    assert "waits for `argocd app sync" in run.job("notify").summary


def test_signing_and_moving_tags_use_the_digest(delivery: Delivery) -> None:
    delivery.registry.mutable = ("latest|main",)
    delivery.call(sign=True, moving_tags="latest main")
    run = delivery.run()
    assert run.results() == results(), run.output
    digest = delivery.registry.digest(f"{FIRST}:latest")
    assert digest == delivery.registry.digest(f"{FIRST}:main")
    signed = [each["arguments"] for each in recorded(delivery.records, "cosign")]
    assert ["sign", "--yes", "--recursive", f"{delivery.registry.address}/{FIRST}@{digest}"] in signed


def test_a_tag_that_moves_is_deployed_by_its_digest(delivery: Delivery) -> None:
    delivery.registry.mutable = ("edge",)
    delivery.call(tag="edge")
    assert delivery.run().results()["deploy"] == "success"
    old = delivery.registry.digest(f"{FIRST}:edge")
    git(delivery.application.work, "pull", "--quiet", "origin", "main")
    delivery.application.change("auth", "new")
    assert delivery.run().results()["deploy"] == "success"
    new = delivery.registry.digest(f"{FIRST}:edge")
    assert old != new
    assert f"digest: {new}" in delivery.application.overlay()


def test_a_build_is_cached_and_attested(delivered: tuple[Delivery, Run]) -> None:
    delivery, _ = delivered
    built = next(each for each in recorded(delivery.records, "build") if each["file"] == "backend/auth/Dockerfile")
    repository = f"{delivery.registry.address}/{FIRST}"
    assert built["platforms"] == "linux/amd64"
    assert built["provenance"] == "mode=max"
    assert built["sbom"] == "true"
    assert built["cache_from"].split() == ["type=gha,scope=shop-auth", f"type=registry,ref={repository}:cache-main"]
    assert f"type=registry,ref={repository}:cache-main,mode=max" in built["cache_to"]


def test_the_summary_has_the_time_of_each_step_from_githubs_list(delivered: tuple[Delivery, Run]) -> None:
    delivery, run = delivered
    summary = run.job("notify").summary
    assert "| build-and-push | success | 90 s |" in summary
    assert "Total 102 s, 798 s under the budget of 900 s." in summary
    assert [request.user for request in delivery.hub.requests if "/actions/runs/" in request.path] == [
        "github-actions[bot]"
    ]


def test_no_secret_is_printed_or_summarised(delivery: Delivery) -> None:
    delivery.cluster.unhealthy = "cart"
    run = delivery.run()
    shown = run.output + "".join(job.log + job.summary for job in run.jobs) + "".join(delivery.messages().values())
    for secret in (RUN_TOKEN, "the app's key", f"{delivery.hub.url}/chat"):
        assert secret not in shown
