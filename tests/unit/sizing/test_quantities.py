"""Quantities: parsing, refusals, and the one format in which they are written."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.sizing import quantities

NUMBERS = st.integers(0, 50_000_000)
SUFFIXES = {"m": Fraction(1, 1000), "": Fraction(1), "k": Fraction(1000), "M": Fraction(10**6)}
BINARY = {"": Fraction(1, 2**20), "Mi": Fraction(1), "Gi": Fraction(2**10), "Ti": Fraction(2**20)}


def value(text: str, units: dict[str, Fraction]) -> Fraction:
    """An independent parser to test ours against."""
    digits = text.rstrip("mkMGTi")
    return Fraction(digits) * units[text[len(digits) :]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100m", 100),
        ("1500m", 1500),
        ("1", 1000),
        ("2", 2000),
        ("0.5", 500),
        ("1.25", 1250),
        ("0.001", 1),
        ("2k", 2_000_000),
        ("0", 0),
    ],
)
def test_cpu_parses_to_millicores(text: str, expected: int) -> None:
    assert quantities.millicores(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1Mi", 1), ("256Mi", 256), ("1Gi", 1024), ("13Gi", 13312), ("2Ti", 2 * 1024 * 1024), ("0", 0)],
)
def test_memory_parses_to_mebibytes(text: str, expected: int) -> None:
    assert quantities.mebibytes(text) == expected


@pytest.mark.parametrize("text", ["", "m", "0m", "-1", "1.", ".5", "0.0001", "1e3", "100 m", "1M", "500Mi", "2\n"])
def test_invalid_cpu_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a CPU quantity\. Write e\.g\. 100m"):
        quantities.millicores(text)


@pytest.mark.parametrize("text", ["", "Mi", "0Mi", "1.5Gi", "512M", "512", "-1Gi", "1 Gi", "1gi", "1Gi\n", "100m"])
def test_invalid_memory_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a memory quantity\. Write e\.g\. 256Mi"):
        quantities.mebibytes(text)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (quantities.cpu(1000), "1"),
        (quantities.cpu(1500), "1500m"),
        (quantities.cpu(19800), "19800m"),
        (quantities.cpu(2_000_000), "2k"),
        (quantities.cpu(0), "0"),
        (quantities.memory(512), "512Mi"),
        (quantities.memory(13312), "13Gi"),
        (quantities.memory(23040), "23040Mi"),
        (quantities.memory(3 * 1024 * 1024), "3Ti"),
        (quantities.memory(0), "0"),
        (quantities.count(32), "32"),
        (quantities.count(2000), "2k"),
        (quantities.count(3_000_000), "3M"),
        (quantities.count(0), "0"),
    ],
)
def test_quantities_are_formatted_as_the_api_server_stores_them(written: str, expected: str) -> None:
    assert written == expected


@given(NUMBERS)
@settings(max_examples=60)
def test_formatted_quantities_parse_back_to_the_same_value(number: int) -> None:
    assert quantities.millicores(quantities.cpu(number)) == number == value(quantities.cpu(number), SUFFIXES) * 1000
    assert quantities.mebibytes(quantities.memory(number)) == number
    assert value(quantities.memory(number), BINARY | {"": Fraction(0)}) == number
    assert value(quantities.count(number), SUFFIXES) == number


@given(NUMBERS)
@settings(max_examples=60)
def test_quantities_are_formatted_in_the_shortest_form(number: int) -> None:
    for text, step in (
        (quantities.cpu(number), 1000),
        (quantities.count(number), 1000),
        (quantities.memory(number), 1024),
    ):
        digits = text.rstrip("mkMGTi")
        assert int(digits) % step != 0 or text.endswith(("Ti", "k", "M")) or text == "0"


@pytest.mark.parametrize(
    ("number", "percent", "step", "expected"),
    [
        (3600, 10, 100, 4000),
        (13312, 10, 128, 14720),
        (32, 10, 1, 36),
        (100, 0, 100, 100),
        (101, 0, 100, 200),
        (0, 10, 100, 0),
    ],
)
def test_headroom_is_rounded_up_to_the_step(number: int, percent: int, step: int, expected: int) -> None:
    assert quantities.with_headroom(number, percent, step) == expected


@given(NUMBERS, st.integers(0, 100), st.sampled_from([1, 100, 128]))
@settings(max_examples=100)
def test_headroom_is_rounded_up_by_less_than_a_step(number: int, percent: int, step: int) -> None:
    exact = Fraction(number * (100 + percent), 100)
    rounded = quantities.with_headroom(number, percent, step)
    assert rounded % step == 0
    assert exact <= rounded < exact + step
