"""The stand of the tests in this folder: PingvasAI's staging, the smallest stack on EKS."""

import json
from collections.abc import Iterator

import pytest

from tests.cluster.stand.binaries import ROOT
from tests.cluster.stand.stand import Stand

PINGVASAI = ROOT / "examples" / "pingvasai"


@pytest.fixture(scope="package")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The cluster before the program, with the entry that people write."""
    with Stand("staging", tmp_path_factory.mktemp("releases"), PINGVASAI) as made:
        made.secrets.put("pingvasai/argocd/slack", json.dumps({"slack-token": "a token"}))
        yield made
