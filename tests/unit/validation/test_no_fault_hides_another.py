"""One decision, one rule: a fault in network, cluster, registry or ci hides none in another field."""

from typing import Any

import pytest

from tests.harness.config_samples import wrong

NONSENSE = {"!": "!"}
FAULTS: dict[str, tuple[str, Any]] = {
    "network.cidr": ("network__cidr", "8.8.0.0/16"),
    "network.zones[1]": ("network__zones", ["ap-northeast-1a", "ap-northeast-1e"]),
    "network.natGateways": ("network__natGateways", "both"),
    "cluster.serviceCidr": ("cluster__serviceCidr", "8.9.0.0/16"),
    "cluster.nodes.minimum": ("cluster__nodes__minimum", 9),
    "cluster.nodes.diskGib": ("cluster__nodes__diskGib", "big"),
    "cluster.nodes.instanceType": ("cluster__nodes__instanceType", "t3.lagre"),
    "cluster.adminRoleArns[0]": ("cluster__adminRoleArns", ["admin"]),
    "cluster.deployerRoleArns[0]": ("cluster__deployerRoleArns", ["arn:aws:iam::111111111111:role/a"]),
    "cluster.publicAccessCidrs[0]": ("cluster__publicAccessCidrs", ["0.0.0.0/0"]),
    "cluster.privateAccessCidrs[0]": ("cluster__privateAccessCidrs", ["8.8.0.0/16"]),
    "ci.deployRole.githubEnvironment": ("ci__deployRole__githubEnvironment", "*"),
    "ci.previewRole.name": ("ci__previewRole__name", "github-actions-role"),
    "repository.url": ("repository__url", "https://github.com/owner"),
    "registry.keepTagged": ("registry__keepTagged", 5),
    "environments[0].ingressCidrs[0]": ("environments__0__ingressCidrs", ["0.0.0.0/0"]),
    "system.tags.Owner": ("system__tags", {"Owner": "me"}),
}


def reported(changes: dict[str, Any]) -> set[str]:
    return {line.partition(": ")[0] for line in wrong(**changes)}


def test_all_faults_are_reported_at_once() -> None:
    assert reported(dict(FAULTS.values())) == {*FAULTS}


@pytest.mark.parametrize("unreadable", FAULTS)
def test_a_field_that_cannot_be_read_hides_no_other_fault(unreadable: str) -> None:
    path, _ = FAULTS[unreadable]
    others = {place for place in FAULTS if place != unreadable}
    assert others <= reported({**dict(FAULTS.values()), path: NONSENSE})


@pytest.mark.parametrize(
    ("changes", "place", "start"),
    [
        ({"environments__1__cacheDatabase": 1}, "environments[1].cacheDatabase", "1 is the cache database of"),
        (
            {"environments__1__databasePrefix": "nova_dev_"},
            "environments[1].databasePrefix",
            "results in 'nova_dev_auth', which is a database of environments[0]. Write e.g. nova_staging_.",
        ),
        (
            {"environments__0__databasePrefix": "pg_"},
            "environments[0].databasePrefix",
            "results in a database and user 'pg_auth', a name reserved for PostgreSQL or RDS. "
            "Write a prefix that no other environment has.",
        ),
        (
            {"environments__0__namespace": "kube-dev"},
            "environments[0].namespace",
            "'kube-dev' is reserved for Kubernetes. Write nova-2.",
        ),
        (
            {"environments__0__namespace": "cd", "argocd__namespace": "cd"},
            "argocd.namespace",
            "'cd' is the namespace of environments[0]. Write argocd.",
        ),
        (
            {"environments__1__delivery": "appOfApps", "environments__1__path": "k8s"},
            "environments[1].path",
            "k8s also contains the folder of environments[0]. Write e.g. k8s/staging.",
        ),
        (
            {"environments__0__delivery": "applicationSet", "environments__1__pullRequests": {}},
            "environments[1].pullRequests",
            "have a maximum number of Applications, and an applicationSet creates any number (environments[0]).",
        ),
        (
            {"secrets__supplied": [{"secret": "db-credentials", "keys": ["KEY"]}]},
            "secrets.supplied[0].secret",
            "db-credentials is a Secret of the platform.",
        ),
        ({"database__instanceClass": "db.t4g.micro"}, "database.instanceClass", "db.t4g.micro allows "),
    ],
)
def test_an_environment_s_name_that_cannot_be_read_hides_no_other_fault(
    changes: dict[str, Any], place: str, start: str
) -> None:
    found = dict(line.split(": ", 1) for line in wrong(environments__0__name="Dev!", **changes))
    assert {"environments[0].name", place} <= set(found)
    assert found[place].startswith(start)
