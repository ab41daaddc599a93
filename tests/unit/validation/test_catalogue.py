"""Rules of the service catalogue: names, calls, limits, and keys that need a port."""

from typing import Any

import pytest

from tests.harness.config_samples import wrong
from tests.unit.validation.samples import Refusal, refused

NO_SERVICE = "is not a service of the catalogue. Write "
REFUSALS: tuple[Refusal, ...] = (
    ("services[1].name", "auth-service", None, "'auth-service' is already the name of another entry."),
    ("services[1].name", "auth", None, "'auth' is already the short name (without `-service`) of another entry."),
    ("services[1].calls", ["pay"], "services[1].calls[0]", f"'pay' {NO_SERVICE}"),
    ("services[0].port", None, "services[1].calls[0]", "auth-service has no port to call."),
    (
        "services[0].resources.standard.memoryLimit",
        "128Mi",
        None,
        "128Mi is below the request 256Mi. Write 256Mi or more.",
    ),
    ("services[0].resources.standard.memoryLimit", "1Gb", None, "'1Gb' is not a memory quantity. Write 1Gi."),
    ("services[0].resources.standard.cpuLimit", "500 m", None, "'500 m' is not a CPU quantity. Write 500m."),
)


@pytest.mark.parametrize(("path", "value", "reported_at", "message"), REFUSALS)
def test_a_bad_value_is_refused_at_its_key(path: str, value: Any, reported_at: str | None, message: str) -> None:
    lines = refused(path, value)
    assert any(line.startswith(f"{reported_at or path}: {message}") for line in lines), lines


def _service(**values: Any) -> dict[str, Any]:
    small = {"cpuRequest": "10m", "memoryRequest": "16Mi", "cpuLimit": "10m", "memoryLimit": "16Mi"}
    return {**values, "resources": {"minimal": small, "standard": small, "high": small}}


@pytest.mark.parametrize(
    ("key", "value"),
    [("servicePort", 80), ("healthPath", "/live"), ("readyPath", "/ready"), ("metricsPath", "/m"), ("public", True)],
)
def test_keys_of_a_port_are_refused_without_one(key: str, value: Any) -> None:
    worker: dict[str, Any] = {"name": "mail-worker", "database": None}
    assert wrong(services__7=_service(**worker)) == []
    (line,) = wrong(services__7=_service(**worker, **{key: value}))
    assert line == (f"services[7].{key}: has no effect: mail-worker has no port. Write its port, or remove {key}.")


@pytest.mark.parametrize("name", ["default", "default-service"])
def test_no_service_takes_the_namespaces_own_service_account(name: str) -> None:
    assert wrong(services__7=_service(name=name, port=80)) == [
        f"services[7].name: {name!r} would use the ServiceAccount 'default', which every namespace already has. "
        "Write another name."
    ]
