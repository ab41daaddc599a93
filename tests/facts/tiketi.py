"""Tiketi's facts: the services and the table of environments."""

from tests.facts.systems import (
    CACHE,
    CERTIFICATE,
    CLUSTER,
    CONFIG_MAP,
    DATABASE,
    FIREWALL,
    NAMESPACE,
    POLICY,
    QUOTA,
    RELEASE,
    SERVICE_ACCOUNT,
    SOME,
    SUBNET,
    Check,
    Table,
    application,
    docs,
    output,
    plan,
    row,
)

STAGES = DEV, STAGING, PROD = ("dev", "staging", "prod")
ON_AWS = (STAGING, PROD)
REGION = "ap-northeast-2"
REPOSITORY_URL = "git@github.com:tiketi/tiketi.git"
REPLICAS_OF_AN_HPA = "spec ignoreDifferences * jsonPointers *"
GITHUB_KEY = "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n"

SERVICES = (
    ("backend", "backend/", "tiketi-backend", 3001),
    ("ticket-service", "services/ticket-service/", "tiketi-ticket-service", 3002),
    ("payment-service", "services/payment-service/", "tiketi-payment-service", 3003),
    ("stats-service", "services/stats-service/", "tiketi-stats-service", 3004),
    ("auth-service", "services/auth-service/", "tiketi-auth-service", 3005),
)
"""Service, directory, ECR repository, port."""
REPOSITORIES = tuple(repository for _, _, repository, _ in SERVICES)
ROWS = (
    "cluster", "branch", "sync", "namespace", "path", "database", "cache", "ingress", "HPA", "PDB", "replicas"
)  # fmt: skip


def _port(stage: str, service: str, port: int) -> Check:
    return plan(POLICY, "spec ingress * ports * port", port, name=f"{stage}-allow-{service}")


def service_checks(stage: str, service: str, directory: str, repository: str, port: int) -> tuple[Check, ...]:
    """One row of the table of services."""
    url = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/{repository}"
    repositories = () if stage == DEV else (output(f"registryUrls {service}", url),)
    return (_port(stage, service, port), docs("Services", f"| {service} | `{directory}` |"), *repositories)


def _runs_in_the_namespace(what: str, app: str, port: int) -> tuple[Check, ...]:
    to = "spec egress * to * podSelector matchLabels app.kubernetes.io/name"
    return (
        plan(POLICY, to, app, name=f"dev-{what}-egress"),
        plan(POLICY, "spec egress * ports * port", port, name=f"dev-{what}-egress"),
        plan(SERVICE_ACCOUNT, "metadata name", app, name=f"dev-{app}"),
    )


def _replicas(stage: str, fewest: int, most: int) -> tuple[Check, ...]:
    environment = f"environments {stage}"
    return output(f"{environment} replicas", fewest), output(f"{environment} maxReplicas", most)


AUTOMATED = application("spec syncPolicy automated", {"prune": True, "selfHeal": True})
ALB = plan(RELEASE, "chart", "aws-load-balancer-controller", name="operators-load-balancer-controller")

TABLE: Table = {
    "cluster": row(
        STAGES,
        (plan("pulumi:providers:kubernetes", "context", "kind-tiketi"), plan(CLUSTER, "name")),
        plan(CLUSTER, "name", "tiketi-staging"),
        (
            plan(CLUSTER, "name", "tiketi-prod"),
            plan(SUBNET, "availabilityZone", f"{REGION}a", f"{REGION}b", f"{REGION}c"),
        ),
    ),
    "branch": row(
        STAGES, *(application("spec source targetRevision", branch) for branch in ("develop", "develop", "main"))
    ),
    "sync": row(
        STAGES,
        AUTOMATED,
        AUTOMATED,
        (
            application("spec syncPolicy automated"),
            application("spec syncPolicy retry"),
            output("environments prod triggers *", "manual"),
            docs("Deployment and rollback", "A person approves and starts each sync of `tiketi-prod`"),
        ),
    ),
    "namespace": row(
        STAGES,
        *(
            (application("spec destination namespace", name), plan(NAMESPACE, "metadata name", name, name=stage))
            for stage, name in zip(STAGES, ("tiketi", "tiketi-staging", "tiketi"), strict=True)
        ),
    ),
    "path": row(STAGES, *(application("spec source path", f"k8s/overlays/{stage}") for stage in STAGES)),
    "database": row(
        STAGES,
        (plan(DATABASE, "engine"), *_runs_in_the_namespace("database", "postgres", 5432)),
        (plan(DATABASE, "engine", "postgres"), plan(DATABASE, "multiAz", False)),
        (plan(DATABASE, "engine", "postgres"), plan(DATABASE, "multiAz", True)),
    ),
    "cache": row(
        STAGES,
        (plan(CACHE, "replicationGroupId"), *_runs_in_the_namespace("cache", "dragonfly", 6379)),
        plan(CACHE, "replicationGroupId", "tiketi-staging"),
        plan(CACHE, "replicationGroupId", "tiketi-prod"),
    ),
    "ingress": row(
        STAGES,
        (
            plan(QUOTA, "spec hard services.nodeports", "7", name=DEV),
            plan(QUOTA, "spec hard pods", "18", name=DEV),
            *(
                plan(POLICY, "spec ingress * from * ipBlock cidr", "172.18.0.0/16", name=f"dev-allow-{name}")
                for name in (*(service for service, *_ in SERVICES), "frontend", "postgres")
            ),
            docs("Ingress", "node ports 30000-30006"),
            plan(RELEASE, "chart", "argo-cd"),
        ),
        (
            ALB,
            output("environments staging hosts *", "api-staging.tiketi.com"),
            plan(CERTIFICATE, "domainName", "api-staging.tiketi.com"),
            plan(FIREWALL, "scope"),
        ),
        (
            ALB,
            plan(FIREWALL, "scope", "REGIONAL"),
            plan(CONFIG_MAP, "data FIREWALL_ARN", SOME),
            plan(CERTIFICATE, "domainName", "api.tiketi.com"),
        ),
    ),
    "HPA": row(
        STAGES,
        application(REPLICAS_OF_AN_HPA),
        application(REPLICAS_OF_AN_HPA, "/spec/replicas"),
        application(REPLICAS_OF_AN_HPA, "/spec/replicas"),
    ),
    "PDB": row(
        STAGES,
        *(
            docs("Disruption", words)
            for words in ("none in `dev`", "none in `dev` and `staging`", "`prod` has a PodDisruptionBudget")
        ),
    ),
    "replicas": row(STAGES, _replicas(DEV, 1, 1), _replicas(STAGING, 2, 3), _replicas(PROD, 3, 5)),
}
