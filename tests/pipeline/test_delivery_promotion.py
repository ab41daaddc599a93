"""Promotion of proven images, and going back to earlier ones: with a real Git remote and kustomize."""

from pathlib import Path

import pytest

from scripts.delivery import branch, images, promote, propose, roll_back
from scripts.delivery.actions import StepError
from scripts.delivery.images import BuiltImage, Image
from scripts.delivery.update import Update
from tests.pipeline.application import FIRST, OVERLAY, REGISTRY, SECOND, Application, git

PRODUCTION = "k8s/overlays/production"
WANTED = [Image(FIRST, "backend/auth", "backend/auth"), Image(SECOND, "backend/cart", "backend/cart")]
DIGEST = f"sha256:{'d' * 64}"


@pytest.fixture
def released(application: Application, monkeypatch: pytest.MonkeyPatch) -> Application:
    """Staging runs the newest code of both services; production runs nothing yet."""
    monkeypatch.chdir(application.work)
    application.write(f"{PRODUCTION}/kustomization.yaml", "resources:\n- ../staging\n")
    application.deploy({FIRST: application.first, SECOND: application.first})
    return application


def promotions(release: str, shared: tuple[str, ...] = ()) -> list[promote.Promotion]:
    return promote.promotions(WANTED, list(shared), release, Path(OVERLAY), Path(PRODUCTION))


def test_the_images_of_a_release_are_those_that_staging_runs(released: Application) -> None:
    release = released.commit_nothing()
    found = promotions(release)
    assert [str(promotion.source) for promotion in found] == [
        f"{REGISTRY}/{image}:{released.first}" for image in (FIRST, SECOND)
    ]


def test_a_release_whose_code_staging_does_not_run_is_refused(released: Application) -> None:
    release = released.change("cart", "not deployed")
    with pytest.raises(StepError, match=r"shop/cart was built from \w+, and its files have changed since\. Deploy it"):
        promotions(release)
    with pytest.raises(StepError, match=r"shop/auth .* have changed since; shop/cart .* have changed since"):
        promotions(release, ("backend",))


def test_an_image_that_is_newer_than_the_release_is_refused(released: Application) -> None:
    release = released.first
    newer = released.change("auth", "after the release")
    released.deploy({FIRST: newer, SECOND: released.first})
    with pytest.raises(StepError, match=r"shop/auth was built from \w+, which is not in the release"):
        promotions(release)


def test_an_image_of_no_known_commit_is_refused(released: Application) -> None:
    released.deploy({FIRST: "latest", SECOND: released.first})
    with pytest.raises(StepError, match="shop/auth runs with the tag latest, which names no commit"):
        promotions(released.first)


def test_the_pull_request_says_what_each_service_gains(released: Application) -> None:
    git(released.work, "tag", "v1.0.0", released.first)
    images = "\n".join(f"- {{name: {REGISTRY}/{image}, newTag: v1.0.0}}" for image in (FIRST, SECOND))
    released.write(f"{PRODUCTION}/kustomization.yaml", f"resources:\n- ../staging\nimages:\n{images}\n")
    released.commit("Production runs v1.0.0")
    newer = released.change("cart", "new")
    released.deploy({FIRST: released.first, SECOND: newer})
    text = promote.description(promotions(newer), [], "v1.1.0")
    assert text.startswith("Raises the images to v1.1.0.")
    assert f"**shop/auth**, since {released.first[:12]}:\n\n- no change of its files" in text
    assert f"**shop/cart**, since {released.first[:12]}:\n\n- {newer[:7]} Change cart" in text


def proposed(application: Application, tag: str, digest: str = DIGEST) -> bool:
    built = [BuiltImage(image, f"{REGISTRY}/{image}:{tag}", digest, False, 0, None) for image in (FIRST, SECOND)]
    update = Update("production", OVERLAY, "main", built, True, tag, application.first, "")
    with branch.clone_of(application.work, "bot") as clone:
        return propose.propose(update, clone, f"release/production-{tag}")


def test_a_release_is_proposed_by_digest_on_a_branch_of_its_own(released: Application) -> None:
    assert proposed(released, "v1.1.0")
    assert released.log[0] == "Deploy"  # main is as it was
    overlay = released.overlay("release/production-v1.1.0")
    assert overlay.count(f"digest: {DIGEST}") == overlay.count("newTag: v1.1.0") == 2
    other = f"sha256:{'e' * 64}"
    assert proposed(released, "v1.1.0", other)  # a second run replaces the branch
    assert DIGEST not in released.overlay("release/production-v1.1.0")
    git(released.work, "fetch", "--quiet", "origin")
    git(released.work, "merge", "--quiet", "--ff-only", "origin/release/production-v1.1.0")
    git(released.work, "push", "--quiet", "origin", "HEAD:main")
    assert not proposed(released, "v1.1.0", other)  # it runs already


def rolled_back(application: Application, target: str) -> tuple[str, bool]:
    with branch.clone_of(application.work, "bot") as clone:
        return roll_back.roll_back(clone, "staging", OVERLAY, "main", target)


def test_a_rollback_is_a_commit_on_top_with_the_earlier_images(released: Application) -> None:
    good = git(released.work, "rev-parse", "HEAD").strip()
    commit = released.change("auth", "broken")
    released.deploy({FIRST: commit, SECOND: released.first})
    released.write("backend/cart/note", "not an image")
    released.commit("Something else")
    revision, changed = rolled_back(released, good)
    assert changed
    assert released.log[:2] == [f"revert(staging): images of {good}", "Something else"]
    assert released.overlay() == released.overlay(good)
    assert git(released.remote, "show", f"{revision}:backend/cart/note") == "not an image"
    git(released.work, "pull", "--quiet", "origin", "main")
    assert [reference.tag for reference in images.running(Path(OVERLAY))] == [released.first] * 2


def test_a_rollback_to_what_runs_changes_nothing(released: Application) -> None:
    head = git(released.work, "rev-parse", "HEAD").strip()
    assert rolled_back(released, head) == (head, False)


def test_a_rollback_to_no_commit_of_the_branch_is_refused(released: Application) -> None:
    git(released.work, "checkout", "--quiet", "-b", "other")
    released.write("note", "1")
    git(released.work, "add", "--all")
    git(released.work, "commit", "--quiet", "--message", "Other")
    git(released.work, "push", "--quiet", "origin", "other")
    other = git(released.work, "rev-parse", "HEAD").strip()
    with pytest.raises(StepError, match=f"{other} is not a commit of main"):
        rolled_back(released, other)
    with pytest.raises(StepError, match="The repository has no commit 0123abc"):
        rolled_back(released, "0123abc")
    git(released.work, "checkout", "--quiet", "main")
