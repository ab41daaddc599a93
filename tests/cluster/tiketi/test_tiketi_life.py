"""Tiketi's production, whose controllers, load balancer and manual syncs Nova does not have: its whole life.

Its services' manifests are not in this repository, so its Application stays without a revision.
"""

import json
from collections.abc import Iterator

import pytest

from tests.cluster.conftest import Figures
from tests.cluster.stand.binaries import ROOT
from tests.cluster.stand.life import Life, assert_nothing_changes, assert_nothing_is_left, live
from tests.cluster.stand.stand import Stand
from tests.engine.runs import Step

ENTRIES = {
    "tiketi/argocd/deploy-key": {"sshPrivateKey": "a deploy key"},
    "tiketi/argocd/discord": {"discord-webhook": "https://discord.com/api/webhooks/1/token"},
    "tiketi/argocd/webhook": {"secret": "a webhook secret"},
}
"""Entries to write before the first `up`."""


@pytest.fixture(scope="package")
def tiketi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The cluster before the program."""
    with Stand("prod", tmp_path_factory.mktemp("tiketi"), ROOT / "examples" / "tiketi") as stand:
        for name, value in ENTRIES.items():
            stand.secrets.put(name, json.dumps(value))
        yield stand


@pytest.fixture(scope="package")
def tiketi_up(tiketi: Stand, figures: Figures) -> Step:
    step = tiketi.up()
    figures.seconds("tiketi: up", step.report.seconds)
    return step


@pytest.fixture(scope="package")
def life(tiketi: Stand, tiketi_up: Step, tmp_path_factory: pytest.TempPathFactory, figures: Figures) -> Life:
    assert tiketi_up.report.ok
    lived = live(tiketi, tmp_path_factory.mktemp("unprotected"))
    figures.seconds("tiketi: destroy", lived.destroyed.report.seconds)
    return lived


def test_argo_cd_has_the_deploy_key(tiketi: Stand, tiketi_up: Step) -> None:
    assert tiketi_up.report.ok
    secrets = tiketi.api.items("/api/v1/namespaces/argocd/secrets")
    assert any("sshPrivateKey" in item.get("data", {}) for item in secrets), json.dumps(
        [item["metadata"]["name"] for item in secrets]
    )


def test_a_second_up_a_refresh_and_a_third_up_change_nothing(life: Life) -> None:
    assert_nothing_changes(life)


def test_destroy_leaves_nothing_of_the_stack(tiketi: Stand, life: Life) -> None:
    assert_nothing_is_left(tiketi, life.destroyed)
