"""The reference system's description, transcribed by hand: names, numbers and tables as data.

Nothing is read from the stack files or the components, so that a test that compares the two can fail.
CPU is in millicores, memory in MiB.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ACCOUNT = "025434362120"
REGION = "ap-northeast-1"
CLUSTER = "nova-staging"
NAMESPACE = "nova"
REPOSITORY_URL = "https://github.com/proerror77/Nova.git"
REGISTRY = "025434362120.dkr.ecr.ap-northeast-1.amazonaws.com"
PUSH_ROLE = "github-actions-role"
PUSH_ROLE_ARN = "arn:aws:iam::025434362120:role/github-actions-role"
IMAGE_PLATFORM = "linux/amd64"
ARGOCD_NAMESPACE = "argocd"
T3_MEDIUM_VCPU, T3_MEDIUM_MIB = 2, 4096


@dataclass(frozen=True)
class Service:
    """One service, with the resources of a pod in staging."""

    name: str
    cpu_request: int
    memory_request: int
    cpu_limit: int
    memory_limit: int
    port: int
    short_name: str


SERVICES = (
    Service("auth-service", 100, 256, 500, 512, 8084, "auth"),
    Service("user-service", 100, 256, 500, 512, 8080, "user"),
    Service("content-service", 100, 256, 500, 512, 8081, "content"),
    Service("feed-service", 100, 512, 500, 1024, 8000, "feed"),
    Service("media-service", 100, 512, 500, 1024, 8082, "media"),
    Service("messaging-service", 100, 512, 500, 1024, 3000, "messaging"),
    Service("search-service", 200, 512, 1000, 2048, 8086, "search"),
    Service("streaming-service", 100, 512, 500, 1024, 8083, "streaming"),
)
NAMES = tuple(service.name for service in SERVICES)

SCRAPED_PORTS = (8080, 8081, 8082, 8083, 8084, 3000, 8000)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table of totals for staging."""

    pods_a_service: int
    pods: int
    cpu_request: int
    memory_request: int
    cpu_limit: int
    memory_limit: int


STEADY = Row(pods_a_service=2, pods=16, cpu_request=1800, memory_request=6656, cpu_limit=9000, memory_limit=15360)
NEW_PODS_ALONE = Row(
    pods_a_service=3, pods=24, cpu_request=2700, memory_request=9984, cpu_limit=13500, memory_limit=23040
)
PEAK = Row(pods_a_service=4, pods=32, cpu_request=3600, memory_request=13312, cpu_limit=18000, memory_limit=30720)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One column of the table of environments."""

    name: str
    stack: str
    namespace: str
    triggers: tuple[str, ...]
    image_tag: str
    replicas: int
    path: str
    variables: Mapping[str, str]
    database_prefix: str


DEV = Stage(
    name="dev",
    stack="staging",
    namespace="nova-dev",
    triggers=("manual", "pullRequest"),
    image_tag="dev-latest",
    replicas=1,
    path="k8s/infrastructure/overlays/dev",
    variables={},
    database_prefix="nova_dev_",
)
STAGING = Stage(
    name="staging",
    stack="staging",
    namespace="nova",
    triggers=("push",),
    image_tag="commitSha",
    replicas=2,
    path="k8s/infrastructure/overlays/staging",
    variables={"APP_ENV": "staging", "LOG_LEVEL": "info"},
    database_prefix="nova_",
)
PRODUCTION = Stage(
    name="production",
    stack="prod",
    namespace="nova",
    triggers=("releaseTag",),
    image_tag="releaseTag",
    replicas=3,
    path="k8s/infrastructure/overlays/prod",
    variables={},
    database_prefix="nova_",
)
STAGES = (DEV, STAGING, PRODUCTION)

APPLICATION_METADATA: Mapping[str, Any] = {
    "annotations": {"platform/services": ", ".join(f"{service.name} /health /metrics" for service in SERVICES)},
    "finalizers": ["resources-finalizer.argocd.argoproj.io"],
    "name": "nova-staging",
    "namespace": "argocd",
}
"""The annotation is the smoke test's list. `compare-result`, which the description mentions, does not exist."""

APPLICATION_SPEC: Mapping[str, Any] = {
    "destination": {"namespace": "nova", "server": "https://kubernetes.default.svc"},
    "project": "nova",
    "revisionHistoryLimit": 10,
    "source": {
        "path": "k8s/infrastructure/overlays/staging",
        "repoURL": "https://github.com/proerror77/Nova.git",
        "targetRevision": "main",
    },
    "syncPolicy": {
        "automated": {"prune": True, "selfHeal": True},
        "retry": {"backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}, "limit": 5, "refresh": True},
        "syncOptions": ["ApplyOutOfSyncOnly=true", "PruneLast=true"],
    },
}
"""Without CreateNamespace: the program makes the namespace, with its quota."""
