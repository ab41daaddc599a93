"""Every key that Nova's pods read exists in their namespace, and every key that exists is read.

The keys read come from the built overlays, the keys created from the stack's resources: none is typed here.
"""

import copy
from typing import Any

import pytest

from tests.harness.contract import contract_faults
from tests.harness.harness import Run
from tests.systems.nova_overlays import Site, overlay, planned, sites
from tools.manifests.contract import Key

SHARED = "the database that services may share is for people and Jobs: each service has its own"
UNREAD = {
    Key("Secret", "nova-db-credentials", "DATABASE_URL"): SHARED,
    Key("Secret", "nova-db-credentials", "DB_USER"): SHARED,
    Key("Secret", "nova-db-credentials", "DB_PASSWORD"): SHARED,
    Key(
        "Secret", "nova-db-credentials", "redis-url"
    ): "the description has the URL twice; pods read nova-redis-credentials",
}
"""Keys that no pod of Nova reads, and why they exist."""

each_site = pytest.mark.parametrize("site", sites(), ids=[site.name for site in sites()])


@pytest.fixture(scope="module")
def runs(staging: Run, prod: Run) -> dict[str, Run]:
    return {"staging": staging, "prod": prod}


def _faults(site: Site, platform: list[dict[str, Any]]) -> list[str]:
    return list(contract_faults(overlay(site.environment.path), platform, site.environment.namespace, UNREAD))


@each_site
def test_every_key_that_a_pod_reads_is_created_and_every_created_key_is_read(site: Site, runs: dict[str, Run]) -> None:
    assert _faults(site, planned(runs[site.stack])) == []


@each_site
def test_each_key_that_the_program_no_longer_creates_is_reported(site: Site, runs: dict[str, Run]) -> None:
    platform, namespace = planned(runs[site.stack]), site.environment.namespace
    reported: list[str] = []
    for position, item in enumerate(platform):
        if item["kind"] != "ExternalSecret" or item["metadata"]["namespace"] != namespace:
            continue
        for entry, data in enumerate(item["spec"]["data"]):
            changed = copy.deepcopy(item)
            del changed["spec"]["data"][entry]
            key = f"key {data['secretKey']} of Secret {item['spec']['target']['name']}"
            faults = _faults(site, [*platform[:position], changed, *platform[position + 1 :]])
            assert len(faults) == 1, key
            assert key in faults[0]
            reported.append(key)
    assert len(reported) == 19
