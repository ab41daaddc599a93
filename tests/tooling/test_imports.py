"""An import that does not go down is reported with its place; the ones that go down are not."""

from pathlib import Path

import pytest

from tests.harness.harness import ROOT
from tools.imports import FLOOR_OF, faults

DATABASE = "components/data/database.py"


def said(text: str, path: str = DATABASE) -> list[str]:
    return list(faults(path, text))


@pytest.mark.parametrize(
    "text",
    [
        "import dataclasses\nimport pulumi_aws as aws\n",
        "from components.data.store import Store\n",
        "from components.config.data import DatabaseConfig\n",
        "from components.network.subnets import plan\n",
        "from components import registry\n",
        "from .store import Store\n",
        "from ..config.data import DatabaseConfig\n",
    ],
)
def test_a_module_imports_its_own_room_and_the_floors_below(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "from components.argocd.pods import size\n",
        "import components.argocd.pods\n",
        "from components import argocd\n",
        "from ..argocd.pods import size\n",
        "def late() -> None:\n    from components.argocd.pods import size\n",
    ],
)
def test_an_import_that_goes_up_is_reported(text: str) -> None:
    (fault,) = said(text)
    assert fault.startswith(f"{DATABASE}:{len(text.splitlines())}: components.argocd")
    assert fault.endswith("data (floor 4) imports only from below, argocd is on floor 7")


def test_an_import_from_another_room_on_the_same_floor_is_reported() -> None:
    assert said("from components.cluster.eks import Eks\n") == [
        f"{DATABASE}:1: components.cluster.eks: data (floor 4) imports only from below, cluster is on floor 4"
    ]


def test_a_room_that_is_a_module_has_a_floor_as_well() -> None:
    assert said("from components.cluster.eks import Eks\n", "components/registry.py")
    assert said("from components.account.keys import key\n", "components/registry.py") == []


@pytest.mark.parametrize("other", ["sandbox.driver", "tests.harness.harness", "tools.imports"])
def test_components_import_neither_the_sandbox_nor_tools_nor_tests(other: str) -> None:
    (fault,) = said(f"import {other}\n")
    assert fault.startswith(f"{DATABASE}:1: {other}: components/ imports nothing from ")


@pytest.mark.parametrize("condition", ["TYPE_CHECKING", "typing.TYPE_CHECKING"])
def test_our_own_modules_are_not_imported_under_type_checking(condition: str) -> None:
    (fault,) = said(f"if {condition}:\n    from components.config.data import DatabaseConfig\n    import pulumi\n")
    assert fault.startswith(f"{DATABASE}:2: components.config.data: ")


def test_every_init_file_is_empty() -> None:
    assert said("", "components/data/__init__.py") == []
    assert said('"""The data."""\n', "components/data/__init__.py") != []
    assert said("VERSION = 1\n", "components/__init__.py") != []


def test_a_room_without_a_floor_is_reported() -> None:
    assert said("", "components/billing/bills.py") == [
        "components/billing/bills.py:1: billing is on no floor: add it to FLOORS in tools/imports.py"
    ]
    (fault,) = said("from components.billing.bills import Bill\n")
    assert fault.endswith("components.billing.bills: is in no room")


def test_every_floor_has_the_rooms_that_there_are() -> None:
    rooms = {path.stem for path in Path(ROOT, "components").iterdir() if not path.name.startswith("__")}
    assert rooms == set(FLOOR_OF)
