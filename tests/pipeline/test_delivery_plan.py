"""What a run builds, and under which tag."""

import datetime
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from scripts.delivery import plan
from scripts.delivery.actions import StepError
from tests.pipeline.application import FIRST, OVERLAY, SECOND, Application, git

IMAGES = f"{FIRST} backend/auth\n{SECOND} backend/cart\n"


@pytest.fixture
def planned(application: Application, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Planned":
    monkeypatch.chdir(application.work)
    return Planned(application, monkeypatch, tmp_path / "outputs")


class Planned:
    """Runs the plan on the newest commit."""

    def __init__(self, application: Application, monkeypatch: pytest.MonkeyPatch, outputs: Path) -> None:
        self.application, self.monkeypatch, self.outputs = application, monkeypatch, outputs

    def __call__(self, **inputs: str) -> Mapping[str, str]:
        variables = {
            "GITHUB_SHA": git(self.application.work, "rev-parse", "HEAD").strip(),
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_OUTPUT": str(self.outputs),
            "IMAGES": IMAGES,
            "TAG": "commitSha",
            "CHANGED_ONLY": "true",
            "SHARED_PATHS": "",
            "OVERLAY": OVERLAY,
            **inputs,
        }
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        self.outputs.unlink(missing_ok=True)
        plan.main()
        return dict(line.split("=", 1) for line in self.outputs.read_text(encoding="utf-8").splitlines())

    def images(self, **inputs: str) -> list[str]:
        return [image["image"] for image in json.loads(self(**inputs)["images"])]


def test_everything_is_built_where_the_overlay_names_no_commit(planned: Planned) -> None:
    assert planned.images() == [FIRST, SECOND]
    assert planned()["all"] == "true"


def test_only_a_service_whose_files_changed_since_its_image_is_built(planned: Planned) -> None:
    planned.application.deploy({FIRST: planned.application.first, SECOND: planned.application.first})
    assert planned.images() == []
    planned.application.change("cart", "new")
    assert planned.images() == [SECOND]
    assert planned()["all"] == "false"
    assert planned.images(CHANGED_ONLY="false") == [FIRST, SECOND]


def test_a_service_whose_build_failed_is_built_by_a_push_that_changes_another(planned: Planned) -> None:
    planned.application.deploy({FIRST: planned.application.first, SECOND: planned.application.first})
    planned.application.change("auth", "its build fails")
    planned.application.change("cart", "the next push")
    assert planned.images() == [FIRST, SECOND]


def test_a_shared_path_changes_every_image(planned: Planned) -> None:
    planned.application.deploy({FIRST: planned.application.first, SECOND: planned.application.first})
    planned.application.write("libraries/log.txt", "new")
    planned.application.commit("Change a library")
    assert planned.images() == []
    assert planned.images(SHARED_PATHS="libraries go.work") == [FIRST, SECOND]


def test_tags_by_rule_lead_back_to_their_commit(planned: Planned) -> None:
    git(planned.application.work, "tag", "v1.4.0", planned.application.first)
    time = planned(TAG="commitShaAndTime")["tag"]
    planned.application.deploy({FIRST: time, SECOND: "v1.4.0"})
    assert planned.images() == []
    planned.application.change("auth", "new")
    assert planned.images() == [FIRST]


def test_the_tag_follows_the_rule(planned: Planned) -> None:
    commit = planned.application.first
    seconds = int(git(planned.application.work, "show", "-s", "--format=%ct", commit))
    assert planned()["tag"] == commit
    assert planned(TAG="releaseTag", GITHUB_REF="refs/tags/v1.4.0")["tag"] == "v1.4.0"
    moving = planned(TAG="dev-latest")
    assert (moving["tag"], moving["moves"]) == ("dev-latest", "true")
    assert planned()["moves"] == "false"
    tag = planned(TAG="commitShaAndTime")["tag"]
    assert tag == planned(TAG="commitShaAndTime")["tag"]  # a second run of the commit finds its images
    assert tag.startswith(f"{commit[:7]}-")
    at = datetime.datetime.strptime(tag[8:], "%Y%m%d-%H%M%S").replace(tzinfo=datetime.UTC)
    assert at.timestamp() == seconds


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"TAG": "releaseTag"}, "releaseTag needs a run for a tag, and this one is for refs/heads/main"),
        ({"TAG": "releaseTag", "GITHUB_REF": "refs/tags/release/1"}, "'release/1' cannot be the tag of an image"),
        ({"IMAGES": "shop/auth"}, "is not `REPOSITORY DIRECTORY`"),
        ({"IMAGES": "Shop/auth backend/auth"}, "'Shop/auth' is not the name of a repository"),
        ({"IMAGES": "shop/auth backend/atuh"}, "this repository has no folder 'backend/atuh'"),
        ({"IMAGES": "shop/auth ../backend/auth"}, "this repository has no folder '../backend/auth'"),
        ({"IMAGES": f"{IMAGES}shop/auth backend/auth"}, "shop/auth appears twice"),
        ({"IMAGES": f"{IMAGES}shop-auth backend/auth"}, "shop/auth and shop-auth differ only in / and -"),
        ({"CHANGED_ONLY": "yes"}, "CHANGED_ONLY is 'yes'. Write true or false"),
        ({"OVERLAY": "k8s/overlays/prod"}, "k8s/overlays/prod does not build"),
    ],
)
def test_a_wrong_input_is_explained(planned: Planned, inputs: Mapping[str, str], words: str) -> None:
    with pytest.raises(StepError, match=re.escape(words)):
        planned(**inputs)
