"""Rules of workloads outside the catalogue."""

import pytest

from tests.harness.config_samples import wrong
from tests.systems import refused_examples

NO_NAME = "would use the ServiceAccount 'default', which every namespace already has. Write another name."
SMALL = {"cpuRequest": "10m", "memoryRequest": "16Mi", "cpuLimit": "10m", "memoryLimit": "16Mi"}


def test_an_extra_workload_without_a_port_is_not_public() -> None:
    extra = {"name": "mail", "resources": SMALL}
    assert wrong(environments__0__extras=[extra]) == []
    assert wrong(environments__0__extras=[{**extra, "public": True}]) == [
        "environments[0].extras[0].public: has no effect: mail has no port. Remove it, or write the port."
    ]


@pytest.mark.parametrize("name", ["default", "default-service"])
def test_no_extra_workload_takes_the_namespaces_own_service_account(name: str) -> None:
    assert wrong(environments__0__extras=[{"name": name, "resources": SMALL}]) == [
        f"environments[0].extras[0].name: {name!r} {NO_NAME}"
    ]
    lines = refused_examples.refusals("tiketi", "dev", {"environments 0 databaseInNamespace app": name})
    assert f"environments[0].databaseInNamespace.app: {name!r} {NO_NAME}" in lines
