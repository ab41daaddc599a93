"""A stack whose cluster is gone can be destroyed, as docs/destroy.md says."""

import re

import pytest

from sandbox.driver import Verb
from tests.cluster.stand.binaries import ROOT
from tests.cluster.stand.stand import Stand

pytestmark = pytest.mark.ends_stand

COMMAND = re.compile(r"^ +(\w+)=(\w+) pulumi destroy$", re.MULTILINE)


def test_without_an_api_server_the_documented_setting_destroys_the_rest(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.up()
    stand.processes.kill("kube-apiserver")
    refused = stand.program.run(Verb.DESTROY)
    assert not refused.report.ok
    ((name, value),) = COMMAND.findall((ROOT / "docs" / "destroy.md").read_text())
    monkeypatch.setenv(name, value)
    destroyed = stand.program.run(Verb.DESTROY)
    assert destroyed.report.ok, destroyed.lines
    assert destroyed.resources == []
