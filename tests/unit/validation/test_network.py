"""Rules of the network: ranges, zones and overlaps."""

from typing import Any

import pytest

from tests.unit.validation.samples import Refusal, refused

ZONE = "ap-northeast-1a"
OTHERS = "ap-northeast-1b or ap-northeast-1c or ap-northeast-1d"
NOT_A_ZONE = f"is not a zone of region ap-northeast-1. Write {OTHERS}, if the account has it"
REFUSALS: tuple[Refusal, ...] = (
    ("network.cidr", "10.20.0.1/16", None, "10.20.0.1/16 has host bits set."),
    ("network.cidr", "8.8.0.0/16", None, "8.8.0.0/16 is not a private range."),
    ("network.cidr", "10.0.0.0/8", None, "/8 is outside /16-/21."),
    ("network.cidr", "172.20.0.0/16", "cluster.serviceCidr", "172.20.0.0/16 overlaps network.cidr 172.20.0.0/16."),
    ("cluster.serviceCidr", "10.20.128.0/20", None, "10.20.128.0/20 overlaps network.cidr 10.20.0.0/16."),
    ("network.zones", [ZONE], None, "has too few entries. Add entries: at least 2."),
    ("network.zones", [ZONE, "us-east-1a"], "network.zones[1]", f"'us-east-1a' {NOT_A_ZONE}"),
    ("network.zones", [ZONE, "ap-northeast-1e"], "network.zones[1]", f"'ap-northeast-1e' {NOT_A_ZONE}"),
    ("network.zones", [ZONE, "ap-northeast-1"], "network.zones[1]", f"'ap-northeast-1' {NOT_A_ZONE}"),
    ("network.zones", [ZONE, ZONE], "network.zones[1]", f"ap-northeast-1a is listed twice. Write {OTHERS}, if"),
    ("network.flowLogs.retentionDays", 31, None, "CloudWatch Logs has no retention of 31 days. Write 30."),
)


@pytest.mark.parametrize(("path", "value", "reported_at", "message"), REFUSALS)
def test_a_bad_value_is_refused_at_its_key(path: str, value: Any, reported_at: str | None, message: str) -> None:
    lines = refused(path, value)
    assert any(line.startswith(f"{reported_at or path}: {message}") for line in lines), lines
