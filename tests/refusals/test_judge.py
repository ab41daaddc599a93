"""The judge of reports finds what it should: otherwise every report would be right."""

import pytest

from tests.refusals.collection import PROJECT, STACK_FILE, Case, Expected, Reported, parts, place
from tests.refusals.judge import LONGEST, faults, hidden, wrong

TEXT = """\
# expect: network.cidr
config:
  shop:network:
    cidr: 10.20.0.1/16
    zones: [eu-central-1a, eu-central-1b]
"""
RIGHT = Reported(
    place=f"{STACK_FILE}:4", path="network.cidr", message="10.20.0.1/16 is no network. Write 10.20.0.0/16."
)


def case(note: str = "") -> Case:
    return Case(name="x/y", text=TEXT, expected=(Expected(path="network.cidr", line=0, note=note),))


def reported(message: str = RIGHT.message, path: str = RIGHT.path, where: str = RIGHT.place) -> Reported:
    return Reported(place=where, path=path, message=message)


def test_a_right_report_has_no_fault() -> None:
    assert wrong(case(), [RIGHT]) == []


@pytest.mark.parametrize(
    ("problems", "fault"),
    [
        ([reported("is wrong.")], "no remedy: "),
        ([reported("10.20.0.1/16 is not allowed: Expected 4 octets. Write 10.20.0.0/16.")], "says Expected: "),
        ([reported(f"{'-' * LONGEST}. Write it.")], "611 characters: "),
        ([RIGHT, reported(path="aws.region")], "same message twice: "),
        ([RIGHT, reported("10.20.0.1/16 is wrong. Write another.")], "same path twice: "),
    ],
)
def test_a_fault_of_form_is_found(problems: list[Reported], fault: str) -> None:
    [found] = faults(problems)
    assert found.startswith(fault)


@pytest.mark.parametrize(
    ("problems", "fault"),
    [
        ([], "not reported: network.cidr"),
        ([RIGHT, reported("is too short. Write more.", "network.zones")], "a consequence: network.zones: "),
        ([reported(where=f"{STACK_FILE}:5")], f"at {STACK_FILE}:5 instead of {STACK_FILE}:4: "),
        ([reported("is no network. Write another.")], "does not show 10.20.0.1/16: "),
    ],
)
def test_a_fault_of_content_is_found(problems: list[Reported], fault: str) -> None:
    [found] = wrong(case(), problems)
    assert found.startswith(fault)


def test_a_secret_that_is_shown_is_a_fault() -> None:
    [found] = wrong(case("secret"), [RIGHT])
    assert found.startswith("shows the secret 10.20.0.1/16: ")


def test_a_mistake_that_is_not_reported_is_hidden() -> None:
    assert hidden(case(), []) == ["network.cidr"]
    assert hidden(case(), [RIGHT]) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("network.cidr", f"{STACK_FILE}:4"),
        ("network.zones[1]", f"{STACK_FILE}:5"),
        ("network.natGateways", f"{STACK_FILE}:3"),
        ("stage", f"Pulumi.yaml:{PROJECT.splitlines().index('  stage:') + 1}"),
        ("elsewhere", STACK_FILE),
    ],
)
def test_a_path_is_in_the_line_of_its_key_or_of_the_deepest_part_that_exists(path: str, line: str) -> None:
    assert place(case(), Expected(path=path, line=0, note="")) == line


def test_a_path_has_keys_and_indices() -> None:
    assert parts("services[2].port") == ["services", 2, "port"]
    assert parts("environments[0].sync.windows[1].kind") == ["environments", 0, "sync", "windows", 1, "kind"]
    assert parts("nova:database") == ["nova:database"]
