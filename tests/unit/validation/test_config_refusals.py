"""Every kind of value that a stack file must not have: the key at which it is refused, and with which words."""

from typing import Any

import pytest

from tests.harness.config_samples import ABSENT, refusals

ZONE = "ap-northeast-1a"
PLATFORM_ADMIN = "arn:aws:iam::025434362120:role/platform-admin"
ROLE_ELSEWHERE = "arn:aws:iam::111111111111:role/a"
SIGN_IN = {
    "name": "x",
    "issuer": "https://x.example.com",
    "clientId": "a",
    "clientSecretRef": "$s:k",
    "adminGroups": ["a"],
}
NO_SERVICE = "is not a service of the catalogue. Write one of auth-service, "
NO_FOLDER = "is not a folder inside the repository. Write e.g. k8s/overlays/staging."
NO_VERSION = "is not allowed here. Write '1.35' or '1.36'."

REFUSALS: tuple[tuple[str, Any, str | None, str], ...] = (
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
    ("services[0].resources.standard.memoryLimit", "1Gb", None, "'1Gb' is not a memory quantity."),
    ("services[0].resources.standard.cpuLimit", "500 m", None, "'500 m' is not a CPU quantity."),
    ("repository.githubOwnerId", "*", None, "'*' is not a numeric GitHub id."),
    ("repository.githubOwnerId", ABSENT, "repository", "has only one of githubOwnerId and githubRepositoryId."),
    ("repository.url", "github.com/a/b.git", None, "'github.com/a/b.git' is not a clone URL ("),
    (
        "aws.accountId",
        25434362120,
        None,
        "must be text, and YAML has read a number.",
    ),
    ("aws.permissionsBoundary", ABSENT, None, "is missing, and ci.deployRole can create roles."),
    ("network", ABSENT, "cluster", "needs the section network."),
    ("network.cidr", "10.20.0.1/16", None, "10.20.0.1/16 has host bits set."),
    ("repository.url", "https://GitHub.com/a/b.git", None, "'https://GitHub.com/a/b.git' is not a clone URL ("),
    ("repository.url", "git@GitHub.com:a/b.git", None, "'git@GitHub.com:a/b.git' is not a clone URL ("),
    ("repository.url", "ssh://git@GitHub.com/a/b.git", None, "'ssh://git@GitHub.com/a/b.git' is not a clone"),
    ("network.cidr", "8.8.0.0/16", None, "8.8.0.0/16 is not a private range."),
    ("network.cidr", "10.0.0.0/8", None, "/8 is outside /16-/21."),
    ("network.cidr", "172.20.0.0/16", "cluster.serviceCidr", "172.20.0.0/16 overlaps network.cidr 172.20.0.0/16."),
    ("network.zones", [ZONE], None, "has too few entries. Write 2 or more."),
    ("network.zones", [ZONE, "us-east-1a"], "network.zones[1]", "us-east-1a is not in region ap-northeast-1."),
    ("network.zones", [ZONE, ZONE], "network.zones[1]", "ap-northeast-1a is listed twice."),
    ("network.flowLogs.retentionDays", 31, None, "31 days is not a retention that CloudWatch Logs has. Write 30."),
    ("cluster", ABSENT, None, "is missing, and so is kubeconfig."),
    ("cluster.version", "1.34", None, f"'1.34' {NO_VERSION}"),
    ("cluster.version", 1.36, None, f"1.36 {NO_VERSION}"),
    ("cluster.nodes.minimum", 5, "cluster.nodes", "minimum 5, desired 4 and maximum 6 contradict each other."),
    (
        "cluster.nodes.instanceType",
        "t3.lagre",
        None,
        "'t3.lagre' is not a type whose capacity is known. Write e.g. t3.large.",
    ),
    ("cluster.publicAccessCidrs", ["0.0.0.0/0"], "cluster.publicAccessCidrs[0]", "0.0.0.0/0 opens the API server"),
    ("cluster.adminRoleArns", ["admin"], "cluster.adminRoleArns[0]", "'admin' is not the ARN of an IAM role."),
    (
        "cluster.adminRoleArns",
        [ROLE_ELSEWHERE],
        "cluster.adminRoleArns[0]",
        f"{ROLE_ELSEWHERE} is not a role of account 025434362120.",
    ),
    (
        "cluster.deployerRoleArns",
        [PLATFORM_ADMIN],
        "cluster.deployerRoleArns[0]",
        "platform-admin already has access.",
    ),
    (
        "cluster.smokeTesterRoleArns",
        [PLATFORM_ADMIN],
        "cluster.smokeTesterRoleArns[0]",
        "platform-admin already has access.",
    ),
    ("registry.keepTagged", 5, None, "5 is too small. Write 200 or more."),
    ("registry.ownership", "mine", None, "'mine' is not allowed here. Write 'create' or 'existing'."),
    (
        "database.instanceClass",
        "cache.t4g.micro",
        None,
        "'cache.t4g.micro' is not an RDS instance class. Write e.g. db.t4g.medium.",
    ),
    (
        "database.instanceClass",
        "db.t4g.medum",
        None,
        "'db.t4g.medum' is not an RDS instance class whose memory is known. Write e.g. db.t4g.medium.",
    ),
    ("database.username", "postgres", None, "'postgres' is reserved, or the first name that an attacker tries."),
    ("database.maxStorageGib", 20, None, "20 leaves no room to grow above storageGib 20. Write at least 23."),
    (
        "database.maintenanceWindow",
        "sun:17:30-sun:18:30",
        None,
        "sun:17:30-sun:18:30 overlaps backupWindow 17:00-18:00.",
    ),
    ("database.backupRetentionDays", 0, None, "0 is too small. Write 7 or more."),
    ("cache.multiAz", True, "cache.replicas", "is 0, and multiAz needs a replica."),
    ("argocd.chartVersion", ">=10", None, "'>=10' is not an exact version."),
    ("argocd.sso", SIGN_IN, "argocd.url", "is missing, and sign-in redirects to it."),
    (
        "environments[0].namespace",
        "nova",
        "environments[1].namespace",
        "'nova' is already the namespace of another entry.",
    ),
    ("environments[0].namespace", "kube-system", None, "'kube-system' is reserved."),
    ("environments[0].namespace", "platform-data", None, "'platform-data' is reserved."),
    ("argocd.namespace", "platform-data", None, "'platform-data' is reserved. Write e.g. argocd."),
    ("environments[0].resourceClass", "tiny", None, "auth-service has no resources of class 'tiny'."),
    ("environments[0].path", "/k8s", None, f"'/k8s' {NO_FOLDER}"),
    ("environments[0].path", "k8s/../x", None, f"'k8s/../x' {NO_FOLDER}"),
    ("environments[0].revision", "HEAD", None, "'HEAD' is not a branch, tag or commit."),
    (
        "environments[0].databasePrefix",
        "nova_",
        "environments[1].databasePrefix",
        "results in 'nova_auth', which is a database of environment dev.",
    ),
    ("environments[0].databasePrefix", ABSENT, None, "is missing. Write e.g. nova_dev_."),
    (
        "environments[0].cacheDatabase",
        0,
        "environments[1].cacheDatabase",
        "0 is the cache database of environment dev.",
    ),
    ("environments[0].maxReplicas", 0, None, "0 is too small. Write 1 or more."),
    ("environments[1].maxReplicas", 1, None, "1 is below replicas 2. Write 2 or more."),
    ("environments[1].services", {"x": {"replicas": 1}}, "environments[1].services.x", NO_SERVICE),
    (
        "environments[1].services",
        {"auth-service": {"maxReplicas": 1}},
        "environments[1].services.auth-service.maxReplicas",
        "1 is below replicas 2. Write 2 or more.",
    ),
)
"""Path and its bad value; the path at which that is reported, None when it is the same; how the message begins."""


def _as_keyword(path: str) -> str:
    """`services[2].port` as `changed` takes it: `services__2__port`."""
    return path.replace("[", ".").replace("]", "").replace(".", "__")


def _without_file(line: str) -> str:
    return line.split(": ", 1)[1]


@pytest.mark.parametrize(("path", "value", "reported_at", "message"), REFUSALS)
def test_bad_value_is_refused_at_its_key(path: str, value: Any, reported_at: str | None, message: str) -> None:
    lines = [_without_file(line) for line in refusals(**{_as_keyword(path): value})]
    begins = f"{reported_at or path}: {message}"
    assert any(line.startswith(begins) for line in lines), "\n".join(lines)


def test_high_availability_is_refused_on_fewer_nodes_than_its_redis_wants() -> None:
    (line,) = refusals(argocd__highAvailability=True, cluster__nodes__minimum=2)
    assert _without_file(line) == (
        "cluster.nodes.minimum: 2 is too few for argocd.highAvailability, whose Redis needs 3 nodes. Write 3 or more."
    )
