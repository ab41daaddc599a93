"""What the merge of a release's pull request leads to: production runs it, verified, and can go back."""

from collections.abc import Iterator

import pytest

from tests.cluster.stand.pipeline import NovaRepository, nova
from tests.cluster.stand.services import Services
from tests.cluster.stand.stand import Stand
from tests.facts.nova import NAMES, REGISTRY
from tests.pipeline.workflows.act import Event

VERIFY, ROLL_BACK = "nova-production.yml", "nova-rollback.yml"
DIGEST = f"sha256:{'d' * 64}"
RELEASE = {name: f"{REGISTRY}/nova/{name}:v1.0.0@{DIGEST}" for name in NAMES}
VERIFIED = dict.fromkeys(("deploy", "smoke-test", "notify"), "success")


@pytest.fixture
def repository(prod: Stand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NovaRepository]:
    """Nova's repository, whose services answer."""
    services = Services(prod.config.services)
    services.start()
    with nova(prod, "production", tmp_path_factory.mktemp("delivery")) as repository:
        yield repository
    services.stop()


def test_a_merged_release_is_verified_and_rolled_back(repository: NovaRepository) -> None:
    before, overlay, pods = repository.head, repository.overlay(), repository.ready_images()
    images = [f"nova/{name}={image}" for name, image in RELEASE.items()]
    merged = repository.stand.repository.set_images(repository.environment.path, images)
    run = repository.run(VERIFY, Event("push"))
    assert run.results() == VERIFIED, run.output
    assert repository.ready_images() == {name: {image} for name, image in RELEASE.items()}
    assert repository.message().startswith(f"✅ production: {merged} is deployed and verified")
    inputs = {"environment": "production", "target": before}
    back = repository.run(ROLL_BACK, Event("workflow_dispatch", {"inputs": inputs}))
    assert back.results() == {"roll-back": "success", **VERIFIED}, back.output
    assert (repository.overlay(), repository.ready_images()) == (overlay, pods)
