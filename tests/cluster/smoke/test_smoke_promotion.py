"""Promotion of what staging runs on the real Argo CD, and its refusal where staging is not well."""

from tests.cluster.smoke.script import VICTIM, Smoke
from tests.cluster.smoke.verdicts import RELEASE, Delivered
from tests.cluster.stand.pipeline import NAME, NovaRepository
from tests.facts.nova import NAMES, REGISTRY
from tests.pipeline.workflows.act import Event, Run
from tests.pipeline.workflows.ground import git

PULLS = f"/repos/{NAME}/pulls"
ADDRESS = f"https://github.com/{NAME}/pull/1"
PRODUCTION = "k8s/infrastructure/overlays/prod/kustomization.yaml"
PROVEN = ("plan", "deploy", "smoke-test", "notify")


def release(repository: NovaRepository, tag: str) -> Run:
    """Tag the newest commit; staging and main stay as they are."""
    tree, hub = repository.stand.repository.tree, repository.hub
    hub.answers["GET", PULLS], hub.answers["POST", PULLS] = (200, []), (201, {"html_url": ADDRESS})
    git(tree, "tag", tag)
    git(tree, "push", "--quiet", "origin", tag)
    before = repository.head, repository.ready_images()
    run = repository.run(RELEASE, Event("push", ref=f"refs/tags/{tag}"))
    assert (repository.head, repository.ready_images()) == before
    return run


def test_what_staging_runs_is_proposed_to_production(repository: NovaRepository, delivered: Delivered) -> None:
    assert delivered.run.results()["smoke-test"] == "success"
    run = release(repository, "v1.0.0")
    assert run.results() == dict.fromkeys((*PROVEN, "retag", "propose", "report"), "success"), run.output
    proposed = git(repository.hub.folder / NAME, "show", f"release/production-v1.0.0:{PRODUCTION}")
    for name, (running,) in repository.ready_images().items():
        digest = repository.registry.digest(f"nova/{name}:v1.0.0")
        assert digest == repository.registry.digest(running.removeprefix(f"{REGISTRY}/"))
        assert f"digest: {digest}" in proposed
    assert proposed.count("newTag: v1.0.0") == len(NAMES)
    (request,) = (each for each in repository.hub.requests if each.method == "POST" and each.path == PULLS)
    assert (request.body["head"], request.body["base"]) == ("release/production-v1.0.0", "main")
    assert repository.message().startswith(f"✅ production: v1.0.0 is proposed: {ADDRESS}. Its merge deploys")


def test_nothing_is_promoted_while_staging_is_not_well(
    smoke: Smoke, repository: NovaRepository, delivered: Delivered
) -> None:
    assert delivered.run.results()["smoke-test"] == "success"
    smoke.services.down(VICTIM)
    try:
        run = release(repository, "v1.1.0")
    finally:
        smoke.services.up(VICTIM)
    # act starts no job after a workflow that failed; on GitHub the others are skipped.
    assert run.results() == {**dict.fromkeys(PROVEN, "success"), "smoke-test": "failure"}, run.output
    assert "v1.1.0" not in repository.registry.tags(f"nova/{VICTIM}")
    assert not [each for each in repository.hub.requests if each.path == PULLS]
    headline = "❌ staging: smoke-test failed; v1.1.0 is not promoted, no image has its tag"
    assert repository.message().splitlines()[0] == headline
    assert f"logs --selector=app.kubernetes.io/name={VICTIM}" in repository.message()
