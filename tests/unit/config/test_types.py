"""Types whose values AWS defines: regions, and how long CloudWatch keeps logs."""

import pytest

from components.account.offers import offers
from tests.harness.config_samples import wrong

RETENTIONS = offers().log_retention_days


@pytest.mark.parametrize(
    ("region", "closest"),
    [("ap-northest-1", "ap-northeast-1"), ("eu-centarl-1", "eu-central-1"), ("US-EAST-1", "us-east-1")],
)
def test_a_misspelt_region_is_refused_with_the_closest_one(region: str, closest: str) -> None:
    (line,) = wrong(aws__region=region)
    assert line.replace("e.g. ", "") == f"aws.region: {region!r} is not a commercial AWS region. Write {closest}."


@pytest.mark.parametrize("region", ["ap-northeast-4", "cn-north-1", "us-gov-west-1", "Tokyo", ""])
def test_a_region_outside_the_partition_is_refused_with_one_inside(region: str) -> None:
    (line,) = wrong(aws__region=region)
    assert line.removesuffix(".").rpartition("Write ")[2] in offers().zones


@pytest.mark.parametrize(("days", "nearest"), [(31, 30), (0, 1), (366, 365), (10**6, RETENTIONS[-1])])
def test_a_retention_that_cloudwatch_does_not_have_is_refused_with_the_nearest(days: int, nearest: int) -> None:
    assert wrong(cluster__logRetentionDays=days) == [
        f"cluster.logRetentionDays: CloudWatch Logs has no retention of {days} days. Write {nearest}."
    ]
