"""The commit that writes images into an overlay: with a real Git remote and kustomize."""

from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from scripts.delivery import branch, update
from scripts.delivery.actions import StepError
from scripts.delivery.images import BuiltImage
from scripts.delivery.update import Outcome, Update
from tests.pipeline.application import DEPLOYMENT, FIRST, OVERLAY, REGISTRY, SECOND, Application, git

DIGEST = f"sha256:{'d' * 64}"
Deliver = Callable[..., Outcome]


@pytest.fixture
def deliver(application: Application, monkeypatch: pytest.MonkeyPatch) -> Deliver:
    monkeypatch.setattr(branch, "PAUSE_SECONDS", 0)
    monkeypatch.delenv("GIT_TOKEN", raising=False)

    def run(
        commit: str, *images: str, tag: str = "", moves: bool = False, overlay: str = OVERLAY, validate: str = ""
    ) -> Outcome:
        tag = tag or commit
        built = [
            BuiltImage(image, f"{REGISTRY}/{image}:{tag}", DIGEST, built=True, seconds=1, findings=None)
            for image in images or (FIRST, SECOND)
        ]
        wanted = Update("staging", overlay, "main", built, moves, tag, commit, validate)
        with branch.clone_of(application.work, "bot") as clone:
            return update.deliver(wanted, clone)

    return run


def images(application: Application, revision: str = "main") -> dict[str, str]:
    found = YAML(typ="safe").load(application.overlay(revision))["images"]
    return {image["name"]: image["newTag"] + image.get("digest", "") for image in found}


def test_one_commit_sets_all_images(application: Application, deliver: Deliver) -> None:
    outcome = deliver(application.first)
    assert application.log == [f"chore(staging): update images to {application.first}", "The application"]
    assert images(application) == {FIRST: application.first, SECOND: application.first}
    assert outcome == Outcome(git(application.remote, "rev-parse", "main").strip(), changed=True, newer=[])
    changed = git(application.remote, "show", "--name-only", "--format=", "main").split()
    assert changed == [f"{OVERLAY}/kustomization.yaml"]
    assert (
        git(application.remote, "show", "-s", "--format=%an <%ae>", "main").strip()
        == "bot <bot@users.noreply.github.com>"
    )


def test_nothing_is_committed_where_nothing_changes(application: Application, deliver: Deliver) -> None:
    first = deliver(application.first)
    again = deliver(application.first)
    assert again == Outcome(first.revision, changed=False, newer=[])
    assert len(application.log) == 2


def test_images_that_were_not_built_stay(application: Application, deliver: Deliver) -> None:
    application.deploy({FIRST: application.first, SECOND: application.first})
    commit = application.change("cart", "new")
    deliver(commit, SECOND)
    assert images(application) == {FIRST: application.first, SECOND: commit}


def test_a_tag_that_moves_is_written_with_its_digest(application: Application, deliver: Deliver) -> None:
    deliver(application.first, tag="dev-latest", moves=True)
    assert images(application) == {FIRST: f"dev-latest{DIGEST}", SECOND: f"dev-latest{DIGEST}"}
    assert application.log[0] == "chore(staging): update images to dev-latest"


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen once between a run's edit of the overlay and its push."""

    def arrange(event: Callable[[], object]) -> None:
        check, events = update.check, [event]

        def checked(wanted: Update, clone: Path, newer: list[str]) -> None:
            check(wanted, clone, newer)
            if events:
                events.pop()()

        monkeypatch.setattr(update, "check", checked)

    return arrange


def test_a_commit_that_lands_in_between_is_kept(
    application: Application, deliver: Deliver, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: application.change("cart", "other"))
    deliver(application.first)
    assert application.log == [
        f"chore(staging): update images to {application.first}",
        "Change cart",
        "The application",
    ]


def test_two_runs_that_race_both_land(
    application: Application, deliver: Deliver, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    """They change neighbouring lines of one file, which Git could not merge."""
    application.deploy({FIRST: application.first, SECOND: application.first})
    older, newer = application.change("auth", "1"), application.change("cart", "2")
    meanwhile(lambda: deliver(newer, SECOND))
    deliver(older, FIRST)
    assert images(application) == {FIRST: older, SECOND: newer}
    assert application.log[:2] == [f"chore(staging): update images to {commit}" for commit in (older, newer)]


def test_an_older_run_does_not_replace_a_newer_image(application: Application, deliver: Deliver) -> None:
    application.deploy({FIRST: application.first, SECOND: application.first})
    older, newer = application.change("auth", "1"), application.change("auth", "2")
    landed = deliver(newer, FIRST)
    late = deliver(older, FIRST, SECOND)
    assert late.newer == [FIRST]
    assert images(application) == {FIRST: newer, SECOND: older}
    assert images(application, landed.revision) == {FIRST: newer, SECOND: application.first}


def test_a_branch_that_always_moves_ends_the_run(application: Application, deliver: Deliver) -> None:
    other = f"cd {application.work} && git commit -q --allow-empty -m Other && git push -q origin HEAD:main"
    with pytest.raises(StepError, match="main moved 6 times while this run wrote to it"):
        deliver(application.first, validate=other)
    assert set(application.log) == {"Other", "The application"}


def test_the_callers_check_gets_no_token(
    application: Application, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TOKEN", "a token")
    deliver(application.first, FIRST, validate='test -z "$GIT_TOKEN"')


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "echo 'error: GH006: Protected branch update failed for refs/heads/main.' >&2; exit 1",
            "main is protected, and this run may not push to it",
        ),
        (
            "echo 'error: GH013: Repository rule violations found for refs/heads/main.' >&2; exit 1",
            'Give the pipeline a GitHub App that may: docs/delivery.md, "A protected branch"',
        ),
        ("echo 'error: the disk is full' >&2; exit 1", "The push to main was refused: "),
    ],
)
def test_a_refused_push_is_explained_and_not_repeated(
    application: Application, deliver: Deliver, script: str, words: str, tmp_path: Path
) -> None:
    application.hook(f"echo push >> {tmp_path}/pushes; {script}")
    with pytest.raises(StepError) as refused:
        deliver(application.first)
    assert words in str(refused.value)
    assert "Nothing was changed" in str(refused.value)
    assert (tmp_path / "pushes").read_text() == "push\n"
    assert application.log == ["The application"]


def test_an_overlay_that_does_not_use_an_image_is_refused(application: Application, deliver: Deliver) -> None:
    application.write(f"{OVERLAY}/cart.yaml", DEPLOYMENT.format(name="cart").replace("shop/cart", "shop/basket"))
    commit = application.commit("Rename")
    with pytest.raises(StepError, match="k8s/overlays/staging runs no image shop/cart: no container"):
        deliver(commit)
    assert application.log[0] == "Rename"


def test_an_overlay_that_does_not_build_is_refused(application: Application, deliver: Deliver) -> None:
    application.write(f"{OVERLAY}/kustomization.yaml", "resources:\n- auth.yaml\n- missing.yaml\n")
    commit = application.commit("Break")
    with pytest.raises(StepError, match=r"^k8s/overlays/staging does not build: .*missing\.yaml"):
        deliver(commit)


def test_a_missing_overlay_is_refused(application: Application, deliver: Deliver) -> None:
    with pytest.raises(StepError, match=r"main has no folder k8s/staging\. Correct the input `overlay`"):
        deliver(application.first, overlay="k8s/staging")


def test_the_callers_own_check_sees_the_changed_clone_and_can_refuse(
    application: Application, deliver: Deliver
) -> None:
    with pytest.raises(StepError, match="refuses the overlay"):
        deliver(application.first, validate=f"! grep -q {application.first} {OVERLAY}/kustomization.yaml")
    assert application.log == ["The application"]
