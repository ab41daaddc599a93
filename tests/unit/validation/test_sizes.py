"""Rules of resources: limits against requests, other units, and the nodes."""

from typing import Any

import pytest

from tests.systems import refused_examples
from tests.unit.validation.samples import Refusal, mended, refused

STANDARD = "services[0].resources.standard"
OVERRIDE = {"cpuRequest": "10m", "memoryRequest": "256Mi", "cpuLimit": "8", "memoryLimit": "512Mi"}
REFUSALS: tuple[Refusal, ...] = (
    (f"{STANDARD}.memoryLimit", "128Mi", None, "128Mi is below the request 256Mi. Write 256Mi or more."),
    (f"{STANDARD}.memoryLimit", "1Gb", None, "'1Gb' is not a whole number of Mi, Gi or Ti. Write 1Gi."),
    (f"{STANDARD}.cpuLimit", "500 m", None, "'500 m' is not a CPU quantity. Write 500m."),
    (f"{STANDARD}.cpuLimit", "50m", None, "50m is below the request 100m. Write 100m or more."),
    (f"{STANDARD}.memoryLimit", "256Gi", None, "256Gi is 1024 times the request 256Mi. Write 256Mi."),
    (f"{STANDARD}.memoryLimit", "512Gi", None, "512Gi is 2048 times the request 256Mi. Write 512Mi."),
    (f"{STANDARD}.memoryLimit", "1Ti", None, "1Ti is 4096 times the request 256Mi. Write 256Mi."),
    (f"{STANDARD}.cpuLimit", "500", None, "500 is 5000 times the request 100m. Write 500m."),
    (f"{STANDARD}.memoryRequest", "512Gi", None, "512Gi is 1024 times the limit 512Mi. Write 512Mi."),
    (f"{STANDARD}.cpuRequest", "500", None, "500 is 1000 times the limit 500m. Write 500m."),
    (f"{STANDARD}.memoryLimit", "9Gi", None, "9Gi is more than a node has: 8Gi (t3.large). Write 8Gi or less."),
    (f"{STANDARD}.cpuLimit", "3", None, '3 is more than a node has: 2 (t3.large). Write "2" or less.'),
    (f"{STANDARD}.cpuRequest", "100", None, "100 is more than a node has: 2 (t3.large). Write 100m."),
    ("resourceClasses.minimal.memoryLimit", "9Gi", None, "9Gi is more than a node has: 8Gi (t3.large)."),
    (
        "environments[0].services",
        {"auth-service": {"resources": OVERRIDE}},
        "environments[0].services.auth-service.resources.cpuLimit",
        '8 is more than a node has: 2 (t3.large). Write "2" or less.',
    ),
)


@pytest.mark.parametrize(("path", "value", "reported_at", "message"), REFUSALS)
def test_a_bad_value_is_refused_once_at_its_key(path: str, value: Any, reported_at: str | None, message: str) -> None:
    (line,) = refused(path, value)
    assert line.startswith(f"{reported_at or path}: {message}")


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, value, *_ in REFUSALS if "cpuRequest" not in path])
def test_what_a_refusal_says_to_write_is_accepted(path: str, value: Any) -> None:
    assert mended(path, value) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{STANDARD}.memoryLimit", "256Mi"),
        (f"{STANDARD}.memoryLimit", "8Gi"),
        (f"{STANDARD}.cpuLimit", "2"),
        ("services[0].resources.high.memoryLimit", "64Gi"),
    ],
)
def test_the_value_beside_it_is_accepted(path: str, value: Any) -> None:
    assert refused(path, value) == []


def test_the_nodes_of_an_existing_cluster_are_not_known() -> None:
    large = {"cpuRequest": "10", "memoryRequest": "10Gi", "cpuLimit": "99", "memoryLimit": "512Gi"}
    assert refused_examples.accepted("tiketi", "dev", {"services 0 resources": {"small": large}})
