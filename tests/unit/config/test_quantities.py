"""Quantities of CPU and memory: what is refused, what to write instead, and that this is accepted."""

from typing import Any

import pytest
import yaml

from components.config.quantities import check_cpu, check_memory
from tests.harness.config_samples import wrong

CPU = "services__0__resources__standard__cpuLimit"
MEMORY = "services__0__resources__standard__memoryLimit"


def refused(path: str, value: Any) -> list[str]:
    changes: dict[str, Any] = {path: value}
    return wrong(**changes)


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("500 m", "Write 500m."),
        ("500M", "Write 500m."),
        ("500millicores", "Write 500m."),
        (".5", "Write 500m."),
        ("0.0005", "Write 1m."),
        ("1.", 'Write "1".'),
        ("2 cores", 'Write "2".'),
        ("1.5vCPU", "Write 1500m."),
        (1, 'Write "1".'),
        (0.5, "Write 500m."),
        (500, "Write 500m."),
        ("0", "Write e.g. 100m."),
        ("0.0", "Write e.g. 100m."),
        ("-1", "Write e.g. 100m."),
        ("", "Write e.g. 100m."),
        ("half", "Write e.g. 100m."),
        ("\u0665m", "Write e.g. 100m."),
    ],
)
def test_a_wrong_cpu_quantity_is_refused_with_the_one_that_is_meant(value: Any, remedy: str) -> None:
    with pytest.raises(ValueError, match=r"is not a|must be text, but YAML reads") as refused:
        check_cpu(value)
    assert str(refused.value).endswith(remedy)
    written = yaml.safe_load(remedy.removeprefix("Write ").removeprefix("e.g. ").removesuffix("."))
    assert check_cpu(written) == written


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        (128, "Write 128Mi."),
        ("128", "Write 128Mi."),
        (2, "Write 2Gi."),
        (1.5, "Write 1536Mi."),
        (134217728, "Write 128Mi."),
        ("512M", "Write 512Mi."),
        ("512m", "Write 512Mi."),
        ("512 Mi", "Write 512Mi."),
        ("0512Mi", "Write 512Mi."),
        ("1Gb", "Write 1Gi."),
        ("1GiB", "Write 1Gi."),
        ("0.5Gi", "Write 512Mi."),
        ("0.125Gi", "Write 128Mi."),
        ("1.5Gi", "Write 1536Mi."),
        ("524288Ki", "Write 512Mi."),
        ("0Mi", "Write e.g. 256Mi."),
        (0, "Write e.g. 256Mi."),
        ("1.2.3", "Write e.g. 256Mi."),
        ("lots", "Write e.g. 256Mi."),
        ("\u0665Mi", "Write e.g. 256Mi."),
    ],
)
def test_a_wrong_memory_quantity_is_refused_with_the_one_that_is_meant(value: Any, remedy: str) -> None:
    with pytest.raises(ValueError, match=r"has no unit|is not a whole number of Mi, Gi or Ti") as refused:
        check_memory(value)
    assert str(refused.value).endswith(remedy)
    written = yaml.safe_load(remedy.removeprefix("Write ").removeprefix("e.g. ").removesuffix("."))
    assert check_memory(written) == written


@pytest.mark.parametrize("quantity", ["1m", "250m", "1", "16", "0.5", "1.250", "1k"])
def test_a_cpu_quantity_is_accepted(quantity: str) -> None:
    assert check_cpu(quantity) == quantity


@pytest.mark.parametrize("quantity", ["1Mi", "256Mi", "1Gi", "2Ti"])
def test_a_memory_quantity_is_accepted(quantity: str) -> None:
    assert check_memory(quantity) == quantity


@pytest.mark.parametrize("path", [CPU, MEMORY])
def test_a_value_that_is_no_quantity_at_all_is_refused_for_its_type(path: str) -> None:
    assert ": has no value. Write " in refused(path, None)[0]
    assert "quantity" not in refused(path, [])[0]


def test_the_message_is_at_its_key() -> None:
    assert refused(MEMORY, 512) == ["services[0].resources.standard.memoryLimit: 512 has no unit. Write 512Mi."]
