"""One mistake is reported once: no line that follows from another, and no remedy that the next run would refuse."""

from typing import Any

import pytest

from tests.harness.config import stack_config
from tests.harness.harness import ROOT
from tests.systems.refused_examples import ABSENT, accepted, refusals

CLUSTER = stack_config("staging", ROOT / "examples" / "tiketi")["tiketi:cluster"]
NO_DATA = {
    "database": ABSENT,
    "cache": ABSENT,
    "environments 0 databasePrefix": ABSENT,
    "environments 0 cacheDatabase": ABSENT,
}
NO_CLUSTER = (
    "cluster: is missing, and so is kubeconfig. "
    "Write cluster for EKS, or kubeconfig with the context of an existing cluster."
)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"cluster": ABSENT}, NO_CLUSTER),
        ({"cluster": ABSENT, "operators clusterAutoscaler": {}, "registry": ABSENT, "ci": ABSENT}, NO_CLUSTER),
        ({"cluster": ABSENT, "clutser": CLUSTER}, "clutser: is not a known key. Write cluster."),
        (
            {"database": ABSENT, "databse": {"engineVersion": "17.6", "instanceClass": "db.t4g.medium"}},
            "databse: is not a known key. Write database.",
        ),
        (
            {"repository url": "ssh://git@github.com:2222/tiketi/tiketi.git"},
            "repository.url: port 2222 is closed to Argo CD, which connects to 22 and 443. "
            "Write e.g. ssh://git@github.com/tiketi/tiketi.git.",
        ),
        (
            {"environments 0 services": {"auth": {"replicas": 9, "maxReplicas": 3}}},
            "environments[0].services.auth: is not a service of the catalogue. Write auth-service.",
        ),
    ],
)
def test_one_mistake_is_one_line(changes: dict[str, Any], line: str) -> None:
    assert refusals("tiketi", "staging", changes) == [line]


def test_an_unknown_key_that_resembles_no_other_hides_nothing() -> None:
    lines = refusals("tiketi", "staging", {"monitoring": {}, "database": ABSENT})
    assert {line.split(":")[0] for line in lines} == {"monitoring", "database"}


def test_a_misspelt_key_next_to_the_right_one_hides_nothing() -> None:
    lines = refusals("tiketi", "staging", {"databse": {}, "environments 0 databasePrefix": ABSENT})
    assert {line.split(":")[0] for line in lines} == {"databse", "environments[0].databasePrefix"}


@pytest.mark.parametrize(("system", "services"), [("tiketi", 5), ("pingvasai", 2)])
def test_existing_secrets_need_no_section(system: str, services: int) -> None:
    without_data = {**NO_DATA, **{f"services {index} database": ABSENT for index in range(services)}}
    assert refusals(system, "staging", without_data) == [
        "secretsManager: has no effect: the program fills no entry. Remove it."
    ]
    accepted(system, "staging", {**without_data, "secretsManager": ABSENT})


def test_missing_secrets_need_a_section() -> None:
    (line,) = refusals("tiketi", "staging", {"secrets": ABSENT})
    assert line.endswith("the program fills no entry. Add the section secrets, or remove secretsManager.")
