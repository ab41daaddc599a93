"""Rules of the service catalogue: names, calls, limits, and keys that need a port."""

from typing import Any

import pytest

from tests.harness.config_samples import wrong
from tests.unit.validation.samples import Refusal, mended, refused

NO_SERVICE = "is not a service of the catalogue. Remove it, or write one of: "
REFUSALS: tuple[Refusal, ...] = (
    ("services[1].name", "auth-service", None, "'auth-service' is already the name of another entry."),
    (
        "services[1].name",
        "auth",
        None,
        "'auth' would share the ServiceAccount auth with 'auth-service'. Write another name.",
    ),
    (
        "services[0].name",
        "login-service",
        "services[1].calls[0]",
        "'auth-service' is not a service of the catalogue, and",
    ),
    ("services[1].calls", ["pay"], "services[1].calls[0]", f"'pay' {NO_SERVICE}"),
    ("services[1].calls", ["user-service"], "services[1].calls[0]", "is the service itself. Remove it."),
    (
        "services[1].calls",
        ["auth-service", "auth-service"],
        "services[1].calls[1]",
        "auth-service is listed twice. Remove it.",
    ),
    (
        "services[0].calls",
        ["user-service"],
        "services[0].calls[0]",
        "closes a circle: auth-service -> user-service -> auth-service. Remove it.",
    ),
    (
        "services[1].calls",
        ["feed-service"],
        "services[1].calls[0]",
        "closes a circle: user-service -> feed-service -> user-service. Remove it.",
    ),
    (
        "services[4].calls",
        ["search-service"],
        "services[2].calls[2]",
        "closes a circle: content-service -> media-service -> search-service -> content-service. Remove it.",
    ),
    (
        "services[0].port",
        None,
        "services[1].calls[0]",
        "auth-service has no port to call, and 3 more services call it. Write the port of auth-service, or",
    ),
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
    assert line == (f"services[7].{key}: has no effect: mail-worker has no port. Remove it, or write the port.")


@pytest.mark.parametrize("name", ["default", "default-service"])
def test_no_service_takes_the_namespaces_own_service_account(name: str) -> None:
    assert wrong(services__7=_service(name=name, port=80)) == [
        f"services[7].name: {name!r} would use the ServiceAccount 'default', which every namespace already has. "
        "Write another name."
    ]


def test_a_refused_call_is_replaced_by_one_that_is_accepted() -> None:
    assert mended("services[1].calls", ["pay", "media-servce"]) == []
    assert mended("services[0].calls", ["feed", "auth-service", "user-service"]) == []


@pytest.mark.parametrize("calls", [["media-service"], ["auth-service", "media-service"], []])
def test_calls_in_one_direction_are_accepted(calls: list[str]) -> None:
    assert refused("services[1].calls", calls) == []


def test_each_circle_is_reported_once() -> None:
    lines = wrong(services__0__calls=["user-service", "media-service"], services__4__calls=["auth-service"])
    assert lines == [
        "services[0].calls[0]: closes a circle: auth-service -> user-service -> auth-service. Remove it.",
        "services[0].calls[1]: closes a circle: auth-service -> media-service -> auth-service. Remove it.",
    ]
