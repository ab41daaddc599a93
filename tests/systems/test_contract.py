"""Every key of a Secret or ConfigMap that a pod of Nova reads is made in its namespace, and every key made is read.

The pods' side is the built overlay's, the program's is read off the plan of the stack: nothing of it is typed here.
"""

import copy
from typing import Any

import pytest

from tests.harness.harness import Run
from tests.systems.nova_overlays import Site, overlay, planned, sites
from tools.manifests.contract import Key, contract_faults

SHARED = "the database that all services may share is for people and Jobs: each service has its own"
OTHERS = {
    Key("Secret", "nova-db-credentials", "DATABASE_URL"): SHARED,
    Key("Secret", "nova-db-credentials", "DB_USER"): SHARED,
    Key("Secret", "nova-db-credentials", "DB_PASSWORD"): SHARED,
    Key("Secret", "nova-db-credentials", "redis-url"): "the description has it twice; pods read nova-redis-credentials",
}
"""Keys that no pod of Nova reads, and why they are made all the same."""

each_site = pytest.mark.parametrize("site", sites(), ids=[site.name for site in sites()])


@pytest.fixture(scope="module")
def runs(staging: Run, prod: Run) -> dict[str, Run]:
    return {"staging": staging, "prod": prod}


def _faults(site: Site, platform: list[dict[str, Any]]) -> list[str]:
    return list(contract_faults(overlay(site.environment.path), platform, site.environment.namespace, OTHERS))


@each_site
def test_every_key_that_a_pod_reads_is_made_and_every_key_made_is_read(site: Site, runs: dict[str, Run]) -> None:
    assert _faults(site, planned(runs[site.stack])) == []


@each_site
def test_each_key_that_the_program_stops_making_is_named(site: Site, runs: dict[str, Run]) -> None:
    platform, namespace = planned(runs[site.stack]), site.environment.namespace
    named: list[str] = []
    for position, one in enumerate(platform):
        if one["kind"] != "ExternalSecret" or one["metadata"]["namespace"] != namespace:
            continue
        for entry, data in enumerate(one["spec"]["data"]):
            changed = copy.deepcopy(one)
            del changed["spec"]["data"][entry]
            key = f"Secret {one['spec']['target']['name']}, key {data['secretKey']}"
            found = _faults(site, [*platform[:position], changed, *platform[position + 1 :]])
            assert len(found) == 1, key
            assert key in found[0]
            named.append(key)
    assert len(named) == 19
