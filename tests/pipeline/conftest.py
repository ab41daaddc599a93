"""What several tests of the pipeline use."""

from pathlib import Path

import pytest

from tests.harness.harness import ROOT
from tests.pipeline.application import Application


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the project's own kubectl, kustomize and crane first, as a runner has them."""
    monkeypatch.setenv("PATH", f"{ROOT / '.tools' / 'bin'}:{Path('/usr/local/bin')}:/usr/bin:/bin")


@pytest.fixture
def application(tmp_path: Path) -> Application:
    return Application(tmp_path)
