"""What a stack costs in a month: production by hand, and what each change adds."""

from decimal import Decimal
from typing import Any

import pytest

from components.config.catalogue import ServiceConfig
from components.config.platform import PlatformConfig
from components.config.types import CapacityType, NatGateways
from components.cost.estimate import HOURS_PER_MONTH, Estimate, monthly
from tests.unit.cost.conftest import committed

CENT = Decimal("0.01")

# Component, quantity, US dollars of one unit, hours of a month (1 for what is charged by the month). Quantities are
# those of the stack file, prices those of components/cost/*.csv.
Hand = tuple[tuple[str, int, str, int], ...]

NOVA_PROD: Hand = (
    ("network", 3, "0.062", 730),  # NAT gateways, one in each zone
    ("network", 3, "0.005", 730),  # their addresses
    ("network", 7 * 3, "0.014", 730),  # interface endpoints in three zones
    ("cluster", 1, "0.10", 730),
    ("nodes", 6, "0.496", 730),  # m6i.2xlarge
    ("nodes", 6 * 50, "0.096", 1),  # GiB of gp3
    ("database", 2, "0.234", 730),  # db.m7g.large in two zones
    ("database", 100, "0.276", 1),  # GiB in two zones
    ("database", 1, "0.40", 1),  # the master password
    ("cache", 3, "0.1616", 730),  # cache.m7g.large with two replicas
    ("alarms", 4 + 9 + 6 + 2, "0.10", 1),  # database, three nodes of the cache, three NAT gateways, nodes
    ("secrets", 13, "0.40", 1),  # 8 + 1 databases, cache, bucket, signing keys, generated
    ("keys", 9, "1", 1),  # flow logs, cluster, nodes, database, cache, alarms, runner, bucket, entries
)

TIKETI_PROD: Hand = (
    ("network", 3, "0.059", 730),
    ("network", 3, "0.005", 730),
    ("network", 7 * 3, "0.013", 730),
    ("cluster", 1, "0.10", 730),
    ("nodes", 6, "0.236", 730),  # m6i.xlarge
    ("nodes", 6 * 50, "0.0912", 1),
    ("operators", 50, "0.0912", 1),  # GiB of Prometheus
    ("database", 2, "0.2344", 730),
    ("database", 100, "0.262", 1),
    ("database", 1, "0.40", 1),
    ("cache", 3, "0.1536", 730),
    ("alarms", 4 + 9 + 6 + 2 + 1, "0.10", 1),  # likewise, and the certificate
    ("edge", 1, "0.0225", 730),  # load balancer
    ("edge", 3, "0.005", 730),  # its addresses
    ("edge", 1, "5", 1),  # web ACL
    ("edge", 6, "1", 1),  # four of AWS's rule groups, rate limit, webhooks
    ("secrets", 2, "0.40", 1),
    ("keys", 7, "1", 1),  # flow logs, cluster, database, cache, alarms, web ACL, entries
)

PINGVASAI_PRODUCTION: Hand = (
    ("network", 3, "0.045", 730),
    ("network", 3, "0.005", 730),
    ("cluster", 1, "0.10", 730),
    ("nodes", 12, "0.384", 730),  # m6i.2xlarge
    ("nodes", 12 * 50, "0.08", 1),
    ("operators", 50, "0.08", 1),
    ("database", 2, "0.168", 730),
    ("database", 20, "0.23", 1),
    ("database", 1, "0.40", 1),
    ("cache", 2, "0.1264", 730),
    ("alarms", 4 + 6 + 6 + 2 + 1, "0.10", 1),
    ("edge", 1, "0.0225", 730),
    ("edge", 3, "0.005", 730),
    ("edge", 1, "5", 1),
    ("edge", 5, "1", 1),  # four of AWS's rule groups, rate limit
    ("secrets", 2, "0.40", 1),
    ("keys", 7, "1", 1),  # flow logs, cluster, database, cache, alarms, web ACL, entries
)


def estimated(config: PlatformConfig) -> Estimate:
    found = monthly(config)
    assert found is not None
    return found


def total(config: PlatformConfig) -> Decimal:
    return estimated(config).total


def changed(config: PlatformConfig, section: str, **values: Any) -> PlatformConfig:
    """The configuration with other values in one section."""
    return config.model_copy(update={section: getattr(config, section).model_copy(update=values)})


def with_nodes(config: PlatformConfig, **values: Any) -> PlatformConfig:
    assert config.cluster is not None
    return changed(config, "cluster", nodes=config.cluster.nodes.model_copy(update=values))


def added(before: PlatformConfig, after: PlatformConfig) -> Decimal:
    return (total(after) - total(before)).quantize(CENT)


@pytest.mark.parametrize(
    ("folder", "stack", "hand", "sum_"),
    [
        (".", "prod", NOVA_PROD, "3375.47"),
        ("examples/tiketi", "prod", TIKETI_PROD, "2231.63"),
        ("examples/pingvasai", "production", PINGVASAI_PRODUCTION, "4080.24"),
    ],
)
def test_production_costs_what_a_calculation_by_hand_says(folder: str, stack: str, hand: Hand, sum_: str) -> None:
    found = estimated(committed(folder, stack))
    sums: dict[str, Decimal] = {}
    for component, quantity, usd, hours in hand:
        sums[component] = sums.get(component, Decimal(0)) + quantity * Decimal(usd) * hours
    assert {name: usd.quantize(CENT) for name, usd in found.by_component.items()} == {
        name: usd.quantize(CENT) for name, usd in sums.items()
    }
    assert found.total.quantize(CENT) == Decimal(sum_)
    assert not found.is_estimate
    assert not found.without_price


def test_a_month_has_the_hours_of_aws_own_calculator() -> None:
    assert HOURS_PER_MONTH == 730


def test_a_nat_gateway_in_each_zone_adds_two_gateways_and_their_addresses(nova_staging: PlatformConfig) -> None:
    per_zone = changed(nova_staging, "network", nat_gateways=NatGateways.PER_ZONE)
    assert added(nova_staging, per_zone) == Decimal("97.82")  # 2 x (0.062 + 0.005) x 730


def test_an_interface_endpoint_is_charged_in_each_zone(nova_staging: PlatformConfig) -> None:
    with_one = changed(nova_staging, "network", interface_endpoints=("sts",))
    assert added(nova_staging, with_one) == Decimal("30.66")  # 3 x 0.014 x 730


def test_a_node_adds_its_hours_and_its_volume(nova_prod: PlatformConfig) -> None:
    assert added(nova_prod, with_nodes(nova_prod, desired=7)) == Decimal("366.88")  # 0.496 x 730 + 50 x 0.096


def test_a_replica_adds_its_hours_and_its_alarms(nova_prod: PlatformConfig) -> None:
    assert nova_prod.cache is not None
    more = changed(nova_prod, "cache", replicas=nova_prod.cache.replicas + 1)
    assert added(nova_prod, more) == Decimal("118.27")  # 0.1616 x 730 + 3 x 0.10


def test_a_second_zone_doubles_database_and_storage(nova_staging: PlatformConfig) -> None:
    both = changed(nova_staging, "database", multi_az=True)
    assert added(nova_staging, both) == Decimal("76.49")  # 0.101 x 730 + 20 x (0.276 - 0.138)


def test_a_service_with_a_database_adds_an_entry_in_each_environment(nova_staging: PlatformConfig) -> None:
    (first, *_) = nova_staging.services
    service: ServiceConfig = first.model_copy(update={"name": "order-service", "port": 8099})
    more = nova_staging.model_copy(update={"services": (*nova_staging.services, service)})
    assert added(nova_staging, more) == Decimal("0.80")  # dev and staging, 0.40 each


def test_without_a_component_its_lines_are_gone(nova_prod: PlatformConfig) -> None:
    less = nova_prod.model_copy(update={"database": None, "cache": None, "alarms": None})
    assert set(estimated(nova_prod).by_component) - set(estimated(less).by_component) == {"database", "cache", "alarms"}


def test_a_type_without_a_price_is_listed_and_makes_the_sum_an_estimate(nova_prod: PlatformConfig) -> None:
    found = estimated(changed(nova_prod, "database", instance_class="db.m9g.large"))
    assert [(item.component, item.count) for item in found.without_price] == [("database", 2)]
    assert "db.m9g.large" in found.without_price[0].what
    assert found.is_estimate
    assert found.total < total(nova_prod)


def test_a_region_without_own_prices_is_an_estimate(nova_prod: PlatformConfig) -> None:
    found = estimated(changed(nova_prod, "aws", region="eu-west-3"))
    gateway = next(line for line in found.lines if line.what == "NAT gateways")
    node = next(line for line in found.lines if line.what == "m6i.2xlarge")
    assert gateway.price is not None
    assert gateway.price.estimate
    assert node.price is not None
    assert not node.price.estimate
    assert found.is_estimate


def test_spot_nodes_are_an_estimate_at_the_price_on_demand(nova_prod: PlatformConfig) -> None:
    spot = with_nodes(nova_prod, capacity_type=CapacityType.SPOT)
    assert total(spot) == total(nova_prod)
    assert estimated(spot).is_estimate


def test_what_is_charged_by_use_is_listed_with_its_price_and_in_no_sum(nova_prod: PlatformConfig) -> None:
    by_use = {(item.component, item.what): item for item in estimated(nova_prod).by_use}
    data = by_use["network", "data through NAT gateways"]
    assert data.price is not None
    assert data.price.usd == Decimal("0.062")
    assert data.monthly_usd == 0
    assert ("nodes", "nodes beyond 6, up to 9") in by_use
    assert ("storage", "objects") in by_use
    assert ("ci", "jobs on runners in the VPC") in by_use


def test_a_stack_without_aws_costs_nothing_there() -> None:
    assert monthly(committed("examples/tiketi", "dev")) is None


def test_an_internal_load_balancer_has_no_public_addresses(tiketi_prod: PlatformConfig) -> None:
    assert added(tiketi_prod, changed(tiketi_prod, "edge", internal=True)) == Decimal("-10.95")  # 3 x 0.005 x 730
