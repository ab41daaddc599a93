"""PingvasAI's facts: the text of the description."""

from tests.facts.pingvasai import DEVELOPMENT, PRODUCTION, REPOSITORY_URL, STAGES, STAGING
from tests.facts.systems import (
    CONFIG_MAP,
    LIMITS,
    POLICY,
    QUOTA,
    RELEASE,
    REPOSITORY,
    SOME,
    Fact,
    application,
    catalogue,
    docs,
    output,
    plan,
    project,
)

STANDARD = {"cpuRequest": "500m", "memoryRequest": "512Mi", "cpuLimit": "1", "memoryLimit": "1Gi"}
LARGE = {"cpuRequest": "1", "memoryRequest": "1Gi", "cpuLimit": "2", "memoryLimit": "2Gi"}
RETRY = {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}, "refresh": True}
OWNED_BY_THE_HPA: list[object] = [
    {"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]},
    # Argo Rollouts replaces the Deployment with a Rollout for a canary.
    {"group": "argoproj.io", "kind": "Rollout", "jsonPointers": ["/spec/replicas"]},
]
LOAD_BALANCER_CONTROLLER = "operators-load-balancer-controller"
ROLES = (
    "p, proj:pingvasai:admin, applications, *, pingvasai/*, allow",
    "p, proj:pingvasai:admin, logs, get, pingvasai/*, allow",
    "p, proj:pingvasai:developer, applications, get, pingvasai/*, allow",
    "p, proj:pingvasai:developer, applications, sync, pingvasai/*, allow",
    "p, proj:pingvasai:developer, logs, get, pingvasai/*, allow",
)

PROSE = (
    Fact(what="the region", stacks=STAGES, checks=(plan("pulumi:providers:aws", "region", "us-east-1"),)),
    Fact(
        what="the repository, and no wildcard",
        stacks=STAGES,
        checks=(application("spec source repoURL", REPOSITORY_URL), project("spec sourceRepos", [REPOSITORY_URL])),
    ),
    Fact(
        what="one ECR repository, whose images the worker uses too",
        stacks=(DEVELOPMENT,),
        checks=(
            plan(REPOSITORY, "name", "pingvasai-api"),
            output("registryUrls *", "210987654321.dkr.ecr.us-east-1.amazonaws.com/pingvasai-api"),
        ),
    ),
    Fact(
        what="container port 8000, service port 80",
        stacks=STAGES,
        checks=(
            plan(POLICY, "spec ingress * ports * port", 8000, name="{stage}-allow-pingvasai-api"),
            catalogue("services 0 port", 8000),
            catalogue("services 0 servicePort", 80),
            docs("Services", "port 80 for the container's 8000"),
        ),
    ),
    Fact(
        what="the host",
        stacks=(PRODUCTION,),
        checks=(
            output("environments production hosts *", "api.pingvasai.com"),
            plan("aws:acm/certificate:Certificate", "domainName", "api.pingvasai.com"),
            plan(CONFIG_MAP, "data INGRESS_HOSTS", "api.pingvasai.com"),
        ),
    ),
    Fact(
        what="the worker has no port and no Service",
        stacks=STAGES,
        checks=(
            catalogue("services 1 name", "pingvasai-worker"),
            catalogue("services 1 port"),
            plan(POLICY, "spec ingress *", name="{stage}-allow-pingvasai-worker"),
            docs("Services", "no port and no Service"),
        ),
    ),
    Fact(
        what="the worker's broker is the cache, which evicts nothing",
        stacks=STAGES,
        checks=(
            plan(
                POLICY,
                "spec podSelector matchExpressions * values *",
                "pingvasai-api",
                "pingvasai-worker",
                name="{stage}-cache-egress",
            ),
            plan("aws:elasticache/parameterGroup:ParameterGroup", "parameters * value", SOME),
        ),
    ),
    Fact(
        what="the quota has room for the worker",
        stacks=(PRODUCTION,),
        checks=(plan(QUOTA, "spec hard pods", "88", name=PRODUCTION),),
    ),
    *(
        Fact(
            what="resources of a pod",
            stacks=(stage,),
            checks=(
                catalogue("resourceClasses standard", STANDARD),
                plan(LIMITS, "spec limits * defaultRequest", {"cpu": "500m", "memory": "512Mi"}, name=stage),
                plan(LIMITS, "spec limits * max", {"cpu": "1", "memory": "1Gi"}, name=stage),
            ),
        )
        for stage in (DEVELOPMENT, STAGING)
    ),
    Fact(
        what="resources of a pod in production",
        stacks=(PRODUCTION,),
        checks=(
            catalogue("resourceClasses large", LARGE),
            plan(LIMITS, "spec limits * defaultRequest", {"cpu": "1", "memory": "1Gi"}, name=PRODUCTION),
            plan(LIMITS, "spec limits * max", {"cpu": "2", "memory": "2Gi"}, name=PRODUCTION),
        ),
    ),
    Fact(
        what="probes",
        stacks=STAGES,
        checks=(
            catalogue("services 0 healthPath", "/health"),
            catalogue("services 0 readyPath", "/ready"),
            docs("Pods", "liveness `/health`", "readiness `/ready`", "startup probe"),
        ),
    ),
    Fact(
        what="spread and termination",
        stacks=STAGES,
        checks=(docs("Pods", "anti-affinity", "`terminationGracePeriodSeconds: 60`"),),
    ),
    Fact(
        what="migrations",
        stacks=STAGES,
        checks=(docs("Migrations", "`alembic upgrade head`", "PreSync", "`backoffLimit: 3`"),),
    ),
    Fact(
        what="the HPA",
        stacks=(PRODUCTION,),
        checks=(
            docs(
                "Autoscaling",
                "CPU 70 %",
                "memory 80 %",
                "100 requests per second a pod",
                "`stabilizationWindowSeconds: 300`",
                "3-20",
                "5-20",
            ),
            plan(
                RELEASE,
                "values rules custom * name as",
                "http_requests_per_second",
                name="operators-prometheus-adapter",
            ),
            application("spec ignoreDifferences", OWNED_BY_THE_HPA),
        ),
    ),
    Fact(
        what="the ingress",
        stacks=(PRODUCTION,),
        checks=(
            plan(RELEASE, "chart", "aws-load-balancer-controller", name=LOAD_BALANCER_CONTROLLER),
            plan(RELEASE, "values ingressClassParams spec targetType", "ip", name=LOAD_BALANCER_CONTROLLER),
            plan(RELEASE, "values ingressClassParams spec scheme", "internet-facing", name=LOAD_BALANCER_CONTROLLER),
            plan(RELEASE, "values ingressClassParams spec certificateArn 0", SOME, name=LOAD_BALANCER_CONTROLLER),
            plan(RELEASE, "values ingressClassParams spec wafv2AclArn", SOME, name=LOAD_BALANCER_CONTROLLER),
            plan(RELEASE, "values ingressClassParams spec sslRedirectPort", "443", name=LOAD_BALANCER_CONTROLLER),
            plan(CONFIG_MAP, "data INGRESS_SCHEME", "internet-facing"),
            plan(CONFIG_MAP, "data INGRESS_TARGET_TYPE", "ip"),
            plan(CONFIG_MAP, "data INGRESS_LISTEN_PORTS", '[{"HTTP": 80}, {"HTTPS": 443}]'),
            plan(CONFIG_MAP, "data HEALTH_CHECK_PATH_PINGVASAI_API", "/health"),
            plan(CONFIG_MAP, "data CERTIFICATE_ARN", SOME),
            plan(CONFIG_MAP, "data FIREWALL_ARN", SOME),
            docs(
                "Ingress",
                "alb.ingress.kubernetes.io/healthcheck-path: /health",
                "certificate, firewall, scheme",
            ),
        ),
    ),
    Fact(
        what="rolling update and blue-green",
        stacks=STAGES,
        checks=(
            docs("Pods", "`maxSurge: 1` and `maxUnavailable: 0`"),
            docs("Progressive delivery", "Blue-green", "switches the Service"),
        ),
    ),
    Fact(
        what="the canary",
        stacks=(PRODUCTION,),
        checks=(
            plan(RELEASE, "chart", "argo-rollouts", name="operators-argo-rollouts"),
            plan(CONFIG_MAP, "data CANARY_STEPS", "10,20,30,40,50"),
            plan(
                "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate",
                "spec metrics * successCondition",
                "result[0] >= 0.99",
                "result[0] <= 0.5",
            ),
            docs("Progressive delivery", "Flagger", "steps of 10 % up to 50 %", "99 %", "500 ms"),
        ),
    ),
    Fact(
        what="the Application",
        stacks=(PRODUCTION,),
        checks=(
            application("metadata name", "pingvasai-production"),
            application("spec syncPolicy automated allowEmpty"),
            application("spec syncPolicy retry", RETRY),
            application("spec revisionHistoryLimit", 10),
            application("spec ignoreDifferences", OWNED_BY_THE_HPA),
        ),
    ),
    Fact(
        what="roles developer and admin",
        stacks=STAGES,
        checks=(project("spec roles * name", "developer", "admin"), project("spec roles * policies *", *ROLES)),
    ),
    Fact(
        what="notifications to Slack on deployed and on degraded",
        stacks=STAGES,
        checks=(
            plan(RELEASE, "values notifications notifiers service.slack", SOME, name="argocd"),
            plan(RELEASE, "values notifications subscriptions * recipients *", "slack:deployments", name="argocd"),
            plan(
                RELEASE,
                "values notifications subscriptions * triggers *",
                "on-deployed",
                "on-health-degraded",
                "on-sync-failed",
                name="argocd",
            ),
        ),
    ),
    Fact(
        what="secrets",
        stacks=STAGES,
        checks=(
            plan(RELEASE, "chart", "external-secrets", name="operators-external-secrets"),
            docs("Secrets", "Secrets Manager", "Sealed Secrets"),
        ),
    ),
    Fact(
        what="the pipeline",
        stacks=STAGES,
        checks=(docs("Pipeline", "lint", "coverage of 80 % or more", "Bandit", "Safety", "Trivy", "manifest update"),),
    ),
    Fact(
        what="the load test, which the firewall allows",
        stacks=(PRODUCTION,),
        checks=(
            docs("Load test", "p95 under 500 ms", "under 1 % errors", "200 requests a second"),
            plan("aws:wafv2/webAcl:WebAcl", "rules * statement rateBasedStatement limit", 100000),
        ),
    ),
)
