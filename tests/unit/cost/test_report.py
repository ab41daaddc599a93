"""The estimate in words, as an output, and from the command line."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from components.config.platform import PlatformConfig
from components.cost.__main__ import main
from components.cost.estimate import monthly
from components.cost.prices import Price
from components.cost.report import NOTHING, dollars, output, summary, unit_price
from components.cost.savings import savings
from tests.harness.harness import ROOT
from tests.unit.cost.conftest import committed
from tests.unit.cost.test_estimate import changed


def test_the_summary_has_the_sum_what_costs_most_and_the_budget(nova_prod: PlatformConfig) -> None:
    assert summary(nova_prod)[:3] == [
        "$3,375.47 a month in ap-northeast-1, plus what is charged by use",
        "most of it: nodes $2,201.28, database $369.64, network $361.35, cache $353.90",
        "75 % of the budget of $4,500 (alarms.monthlyBudgetUsd)",
    ]


def test_a_sum_above_the_budget_says_so(nova_prod: PlatformConfig) -> None:
    poor = summary(changed(nova_prod, "alarms", monthly_budget_usd=3000))
    assert (
        "113 % of the budget of $3,000 (alarms.monthlyBudgetUsd): more than the budget, "
        "before anything that is charged by use"
    ) in poor


def test_without_a_budget_none_is_compared(nova_staging: PlatformConfig) -> None:
    assert not [line for line in summary(nova_staging) if "budget" in line]


def test_what_could_be_saved_is_one_line_with_the_setting(nova_prod: PlatformConfig) -> None:
    line = "one NAT gateway instead of three would save $98.22 (network.natGateways: single)"
    assert line in summary(nova_prod)
    unprotected = nova_prod.model_copy(update={"protect": False})
    assert line.replace("would save", "saves") in summary(unprotected)


def test_savings_are_the_difference_of_two_estimates_the_largest_first(nova_prod: PlatformConfig) -> None:
    found = savings(nova_prod)
    assert [saving.setting for saving in found] == [
        "cache.replicas: 0",
        "network.interfaceEndpoints: []",
        "database.multiAz: false",
        "network.natGateways: single",
    ]
    one_zone, now = monthly(changed(nova_prod, "database", multi_az=False)), monthly(nova_prod)
    assert one_zone is not None
    assert now is not None
    assert found[2].monthly_usd == now.total - one_zone.total


def test_what_saves_nothing_is_not_offered(nova_staging: PlatformConfig) -> None:
    assert [saving.setting for saving in savings(nova_staging)] == ["cluster.nodes.desired: 3"]


def test_fewer_nodes_than_the_minimum_are_not_offered(nova_prod: PlatformConfig) -> None:
    assert nova_prod.cluster is not None
    assert nova_prod.cluster.nodes.desired == nova_prod.cluster.nodes.minimum
    assert not [saving for saving in savings(nova_prod) if saving.setting.startswith("cluster.nodes")]


def test_a_type_without_a_price_is_named_in_summary_and_output(nova_prod: PlatformConfig) -> None:
    unknown = changed(nova_prod, "cache", node_type="cache.m9z.large")
    assert "without a price, and in no sum: 3 x cache.m9z.large (cache)" in summary(unknown)
    assert summary(unknown)[0].startswith("about $")
    assert output(unknown)["withoutPrice"] == ["3 x cache.m9z.large (cache)"]
    assert output(unknown)["estimate"] is True


def test_the_output_has_sums_by_component_and_what_is_charged_by_use(nova_staging: PlatformConfig) -> None:
    found = output(nova_staging)
    assert found["usd"] == 564.7
    assert found["region"] == "ap-northeast-1"
    assert found["estimate"] is False
    assert found["byComponent"] == {
        "network": 48.91, "cluster": 73.0, "nodes": 336.9, "database": 76.89, "cache": 14.6, "secrets": 10.4,
        "keys": 4.0,
    }  # fmt: skip
    assert isinstance(found["byUse"], list)
    assert "network: data through NAT gateways, $0.062 per GB" in found["byUse"]


def test_a_stack_without_aws_says_that_there_is_nothing_to_pay() -> None:
    local = committed("examples/tiketi", "dev")
    assert summary(local) == [NOTHING]
    assert output(local) == {"usd": 0, "summary": [NOTHING]}


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (Price(usd=Decimal("0.0620"), unit="GB"), "$0.062 per GB"),
        (Price(usd=Decimal("0.0125882"), unit="minute", estimate=True), "about $0.012588 per minute"),
        (None, "price unknown"),
    ],
)
def test_the_price_of_a_unit(price: Price | None, text: str) -> None:
    assert unit_price(price) == text


def test_dollars_are_rounded_as_on_a_bill() -> None:
    assert dollars(Decimal("16.425")) == "$16.43"
    assert dollars(Decimal("1234567.891")) == "$1,234,567.89"


def test_the_command_prints_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stack", "prod", "--project", str(ROOT)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["network", "NAT", "gateways", "3", "$0.062", "per", "hour", "$135.78"] in lines
    assert ["database", "sum", "$369.64"] in lines
    assert ["total", "$3,375.47"] in lines


def test_the_command_prints_the_output_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stack", "staging", "--project", str(ROOT), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["usd"] == 564.7


def test_a_stack_that_cannot_be_read_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stack", "nowhere", "--project", str(ROOT)]) == 1
    assert "Pulumi.nowhere.yaml: there is no such file" in capsys.readouterr().err
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {shop:stage: 1}\n")
    assert main(["--stack", "dev", "--project", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "Pulumi.dev.yaml: has problems. Run `make check STACK=dev`.\n"
