"""Stack files of Tiketi and PingvasAI that are refused: at which key, and what to write."""

from typing import Any

import pytest

from tests.harness.config import stack_config
from tests.harness.config_samples import host_key
from tests.harness.harness import ROOT
from tests.systems.refused_examples import ABSENT, refusals

ELSEWHERE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
OTHER_ACCOUNT = "arn:aws:acm:ap-northeast-2:999999999999:certificate/12345678-1234-1234-1234-123456789012"
IN_SECRETS_MANAGER = {"secretsManager": "tiketi/argocd/deploy-key"}


ONE_LINE: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    (
        "tiketi",
        "dev",
        {"environments 0 namespace": "Tiketi_X"},
        "environments[0].namespace: 'Tiketi_X' is not a name of 1-63 lower-case letters",
    ),
    (
        "tiketi",
        "prod",
        {"cluster nodes egressPorts": [443]},
        "cluster.nodes.egressPorts: does not include port 22, through which Argo CD reads "
        "git@github.com:tiketi/tiketi.git. Write [443, 22].",
    ),
    (
        "tiketi",
        "staging",
        {"operators loadBalancerController": ABSENT},
        "operators.loadBalancerController: is missing; it creates the load balancers of `edge`.",
    ),
    (
        "pingvasai",
        "production",
        {"argocd notifications slack secret": {"secretsManager": "xoxb-123456-abcdef"}},
        "argocd.notifications.slack.secret.secretsManager: is not the name of an entry that this cluster "
        "may read: those begin with pingvasai/argocd/ or pingvasai/prod/ or pingvasai/production/. "
        "Write e.g. pingvasai/argocd/slack.",
    ),
    (
        "tiketi",
        "staging",
        {"database": ABSENT},
        "database: is missing, and backend has a database. Add `database: {engineVersion:",
    ),
    (
        "tiketi",
        "prod",
        {"environments 0 namespace": "argocd"},
        "environments[0].namespace: 'argocd' is Argo CD's own. Write tiketi-prod.",
    ),
    (
        "tiketi",
        "prod",
        {"environments 0 namespace": "monitoring"},
        "environments[0].namespace: 'monitoring' is reserved for the platform. Write tiketi-prod.",
    ),
    (
        "tiketi",
        "prod",
        {"argocd project destinations": [{"namespace": "elsewhere", "server": "https://kubernetes.default.svc"}]},
        "argocd.project.destinations: is not a known key. Remove it, or write one of description, clusterName, ",
    ),
    (
        "tiketi",
        "prod",
        {"argocd repositoryAccess hostKeys": ABSENT},
        "argocd.repositoryAccess.hostKeys: is missing: without it any server could pretend to be github.com. "
        "Write the lines of `ssh-keyscan github.com`",
    ),
    (
        "tiketi",
        "prod",
        {"argocd repositoryAccess hostKeys": [host_key("gitlab.com")]},
        "argocd.repositoryAccess.hostKeys[0]: is a key of gitlab.com, not of github.com. "
        "Write a line of `ssh-keyscan github.com`.",
    ),
    (
        "tiketi",
        "prod",
        {"argocd repositoryAccess": ABSENT},
        "argocd.repositoryAccess: is missing, and git@github.com:tiketi/tiketi.git is an SSH address, which needs a "
        "deploy key. Write e.g. {kind: ssh, secret: {secretsManager: tiketi/argocd/deploy-key}}.",
    ),
    (
        "tiketi",
        "prod",
        {"edge certificate": {"arn": ELSEWHERE}},
        "edge.certificate.arn: belongs to region us-east-1 and account 123456789012; a load balancer takes only "
        "certificates of its own. Request one in ap-northeast-2 and account 123456789012, and write its ARN.",
    ),
    (
        "tiketi",
        "prod",
        {"edge certificate": {"arn": OTHER_ACCOUNT}},
        "edge.certificate.arn: belongs to region ap-northeast-2 and account 999999999999; ",
    ),
    (
        "tiketi",
        "prod",
        {"environments 0 hosts": ["api.example.com"]},
        "environments[0].hosts[0]: api.example.com is not in the zone tiketi.com. Write e.g. api.tiketi.com.",
    ),
    (
        "pingvasai",
        "production",
        {"operators rollouts": ABSENT},
        "operators.rollouts: is missing, and the canary of environment production needs it. Add "
        "`rollouts: {}`, or remove the canary.",
    ),
    (
        "pingvasai",
        "production",
        {"environments 0 canary maxPercent": 55},
        "environments[0].canary.maxPercent: 55 cannot be reached in steps of stepPercent 10. Write 50.",
    ),
    (
        "pingvasai",
        "production",
        {"environments 0 maxReplicas": 4},
        "environments[0].maxReplicas: 4 is below replicas 5. Write 5 or more.",
    ),
    (
        "pingvasai",
        "production",
        {"repository url": "https://github.com/pingvasai/*"},
        "repository.url: 'https://github.com/pingvasai/*' is not a clone URL (HTTPS or SSH,",
    ),
    (
        "tiketi",
        "dev",
        {"argocd repositoryAccess secret": IN_SECRETS_MANAGER},
        "argocd.repositoryAccess.secret: is in Secrets Manager, which an existing cluster (kubeconfig) cannot read. "
        "Write e.g. {kubernetes: tiketi-repository}.",
    ),
    (
        "tiketi",
        "dev",
        {"environments 0 databasePrefix": "tiketi_"},
        "environments[0].databasePrefix: has no effect: this stack has no section database. Remove it;",
    ),
    (
        "tiketi",
        "dev",
        {"environments 0 cacheDatabase": 0},
        "environments[0].cacheDatabase: has no effect: this stack has no section cache. Remove it;",
    ),
    (
        "tiketi",
        "dev",
        {"kubeconfig": ABSENT},
        "cluster: is missing, and so is kubeconfig. Write cluster for EKS, or kubeconfig with the context of an "
        "existing cluster.",
    ),
    (
        "tiketi",
        "dev",
        {"registry": {"ownership": "create"}},
        "aws: is missing, and needed by registry. Add it, or remove registry.",
    ),
    (
        "tiketi",
        "dev",
        {"ci": {"provider": "existing"}},
        "aws: is missing, and needed by ci. Add it, or remove ci.",
    ),
)
"""System, stack, changes, and the beginning of the only line."""


@pytest.mark.parametrize(("system", "stack", "changes", "message"), ONE_LINE)
def test_bad_data_is_refused_at_its_key_with_the_remedy(
    system: str, stack: str, changes: dict[str, Any], message: str
) -> None:
    (line,) = refusals(system, stack, changes)
    assert line.startswith(message)


def test_a_namespace_of_two_environments_is_refused() -> None:
    second = {**stack_config("dev", ROOT / "examples" / "tiketi")["tiketi:environments"][0], "name": "feature"}
    first = stack_config("dev", ROOT / "examples" / "tiketi")["tiketi:environments"][0]
    (line,) = refusals("tiketi", "dev", {"environments": [first, second]})
    assert line == "environments[1].namespace: 'tiketi' is already the namespace of another entry. Write another one."


def test_a_root_over_the_folders_of_other_stages_is_refused() -> None:
    changes = {"environments 0 delivery": "appOfApps", "environments 0 path": "argocd/applications"}
    (line,) = refusals("tiketi", "dev", changes)
    assert line.startswith("environments[0].path: argocd/applications does not name the environment: ")
    assert line.endswith("Write e.g. argocd/applications/dev.")


def test_an_autoscaler_that_cannot_fit_the_nodes_is_refused_with_the_sums() -> None:
    (line,) = refusals(
        "pingvasai", "production", {"environments 0 maxReplicas": 30, "database instanceClass": "db.m7g.2xlarge"}
    )
    assert line.startswith("cluster.nodes: 12 x m6i.2xlarge hold 696 pods, 94.92 CPU, 353.2 GiB; the peak needs ")
    assert "production, while rolling: 120 pods, 120.00 CPU, 120.0 GiB" in line
    assert " x m6i.2xlarge" in line.split("Write ", 1)[1]


def test_a_worker_takes_room_on_the_nodes_like_any_service() -> None:
    """Fifty workers do not fit next to the API, although they have no port."""
    worker = {"pingvasai-worker": {"maxReplicas": 50}}
    lines = refusals("pingvasai", "production", {"environments 0 services": worker})
    assert any(line.startswith("cluster.nodes: 12 x m6i.2xlarge hold ") and "140 pods" in line for line in lines)
