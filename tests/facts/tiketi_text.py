"""Tiketi's facts: the text of the description."""

from tests.facts.systems import (
    CLUSTER,
    POLICY,
    RELEASE,
    REPOSITORY,
    SERVICE_ACCOUNT,
    SOME,
    SUBNET,
    Fact,
    application,
    docs,
    output,
    plan,
    project,
)
from tests.facts.tiketi import DEV, GITHUB_KEY, ON_AWS, PROD, REGION, REPOSITORIES, REPOSITORY_URL, STAGES, STAGING

OIDC_PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
CHARTS = (
    "argo-cd",
    "aws-load-balancer-controller",
    "cluster-autoscaler",
    "external-dns",
    "external-secrets",
    "kube-prometheus-stack",
    "prometheus-adapter",
)
"""Every chart that a stack of Tiketi on AWS installs."""
ROLES = (
    "p, proj:tiketi:admin, applications, *, tiketi/*, allow",
    "p, proj:tiketi:admin, logs, get, tiketi/*, allow",
    "p, proj:tiketi:developer, applications, get, tiketi/*, allow",
    "p, proj:tiketi:developer, applications, sync, tiketi/*, allow",
    "p, proj:tiketi:developer, logs, get, tiketi/*, allow",
)


PROSE = (
    Fact(
        what="the region",
        stacks=ON_AWS,
        checks=(plan("pulumi:providers:aws", "region", REGION), output("region", REGION)),
    ),
    Fact(
        what="five repositories with lifecycle policies, created once",
        stacks=(STAGING,),
        checks=(
            plan(REPOSITORY, "name", *REPOSITORIES),
            plan("aws:ecr/lifecyclePolicy:LifecyclePolicy", "repository", *REPOSITORIES),
        ),
    ),
    Fact(what="production uses the repositories of staging", stacks=(PROD,), checks=(plan(REPOSITORY, "name"),)),
    Fact(
        what="latest, the environments' names and the build cache are mutable tags, others are not",
        stacks=(STAGING,),
        checks=(
            plan(REPOSITORY, "imageTagMutability", "IMMUTABLE_WITH_EXCLUSION"),
            plan(
                REPOSITORY, "imageTagMutabilityExclusionFilters * filter", "latest", "dev", "staging", "prod", "cache-*"
            ),
            docs("Images", "`<short sha>-<yyyymmdd-hhmmss>`", "`latest`", "the environment's name"),
        ),
    ),
    Fact(
        what="the tag of a deployment is short sha and time",
        stacks=STAGES,
        checks=(
            output("environments * imageTag", "commitShaAndTime"),
            docs("Images", "`deployment.imageTag: commitShaAndTime`"),
        ),
    ),
    Fact(
        what="images are scanned, and Trivy blocks nothing",
        stacks=(STAGING,),
        checks=(
            plan(REPOSITORY, "imageScanningConfiguration scanOnPush", True),
            docs("Images", "Trivy reports CRITICAL and HIGH without blocking"),
        ),
    ),
    Fact(
        what="the AppProject names repositories, cluster, namespaces and cluster resources",
        stacks=STAGES,
        checks=(
            project("metadata name", "tiketi"),
            project("spec sourceRepos", [REPOSITORY_URL]),
            project("spec destinations * name", "in-cluster"),
            project("spec clusterResourceWhitelist", []),
        ),
    ),
    Fact(
        what="only the environment's namespace is a destination",
        stacks=(STAGING,),
        checks=(project("spec destinations", [{"name": "in-cluster", "namespace": "tiketi-staging"}]),),
    ),
    Fact(
        what="roles developer and admin",
        stacks=STAGES,
        checks=(
            project("spec roles * name", "developer", "admin"),
            project("spec roles * policies *", *ROLES),
        ),
    ),
    Fact(what="orphaned resources are watched", stacks=STAGES, checks=(project("spec orphanedResources warn", True),)),
    *(
        Fact(what=f"Application {stage}", stacks=(stage,), checks=(application("metadata name", f"tiketi-{stage}"),))
        for stage in STAGES
    ),
    Fact(
        what="app-of-apps or an ApplicationSet",
        stacks=STAGES,
        checks=(
            docs(
                "Deployment and rollback",
                "`delivery: appOfApps`",
                "`argocd/applications/<environment>`",
                "`delivery: applicationSet`",
            ),
        ),
    ),
    Fact(
        what="a deploy key, and the host's key is checked",
        stacks=STAGES,
        checks=(
            application("spec source repoURL", REPOSITORY_URL),
            plan(RELEASE, "values configs ssh knownHosts", GITHUB_KEY, name="argocd"),
        ),
    ),
    Fact(
        what="the deploy key comes from Secrets Manager",
        stacks=ON_AWS,
        checks=(
            plan(
                "kubernetes:external-secrets.io/v1:ExternalSecret",
                "spec data * remoteRef key",
                "tiketi/argocd/deploy-key",
                name="argocd-access-repository",
            ),
        ),
    ),
    Fact(
        what="notifications to Discord",
        stacks=STAGES,
        checks=(
            plan(RELEASE, "values notifications subscriptions * recipients *", "discord", name="argocd"),
            plan(RELEASE, "values notifications notifiers service.webhook.discord", SOME, name="argocd"),
        ),
    ),
    Fact(
        what="on Kind they link to the developer's own port-forward",
        stacks=(DEV,),
        checks=(plan(RELEASE, "values global domain", "localhost:8080", name="argocd"),),
    ),
    Fact(
        what="VPC, subnets, NAT, internet gateway, security groups",
        stacks=ON_AWS,
        checks=(
            plan("aws:ec2/vpc:Vpc", "cidrBlock", SOME),
            plan(SUBNET, "tags kubernetes.io/role/elb", "1"),
            plan(SUBNET, "tags kubernetes.io/role/internal-elb", "1"),
            plan("aws:ec2/natGateway:NatGateway", "allocationId", SOME),
            plan("aws:ec2/internetGateway:InternetGateway", "vpcId", SOME),
            plan("aws:ec2/securityGroup:SecurityGroup", "vpcId", SOME),
        ),
    ),
    Fact(
        what="managed node group",
        stacks=ON_AWS,
        checks=(plan("aws:eks/nodeGroup:NodeGroup", "scalingConfig minSize", SOME),),
    ),
    Fact(
        what="left out: the cluster's OIDC provider, replaced by Pod Identity",
        stacks=ON_AWS,
        checks=(
            plan(CLUSTER, "createOidcProvider", False),
            plan("aws:eks/podIdentityAssociation:PodIdentityAssociation", "serviceAccount", SOME),
            docs("Pods", "EKS Pod Identity, which takes the place of the cluster's OIDC provider"),
        ),
    ),
    Fact(
        what="the only OIDC provider is GitHub's, created once in the account",
        stacks=(STAGING,),
        checks=(plan(OIDC_PROVIDER, "url", "https://token.actions.githubusercontent.com"),),
    ),
    Fact(
        what="production uses GitHub's OIDC provider of staging", stacks=(PROD,), checks=(plan(OIDC_PROVIDER, "url"),)
    ),
    Fact(
        what="External Secrets instead of Sealed Secrets, Prometheus, Grafana",
        stacks=ON_AWS,
        checks=(
            plan(RELEASE, "chart", "external-secrets", name="operators-external-secrets"),
            plan(RELEASE, "chart", "kube-prometheus-stack", name="operators-prometheus"),
            plan(RELEASE, "values grafana resources", SOME, name="operators-prometheus"),
            docs("Secrets", "ADR 0007"),
        ),
    ),
    Fact(
        what="left out: Loki, because the team decides where and how long to keep logs",
        stacks=ON_AWS,
        checks=(
            plan(RELEASE, "chart", *CHARTS),
            docs("Observability", "Nothing collects them: Loki is left out", "A team that wants it installs"),
        ),
    ),
    Fact(
        what="network policies",
        stacks=STAGES,
        checks=(
            plan(POLICY, "spec podSelector", {}, name="{stage}-default-deny"),
            plan(POLICY, "spec policyTypes *", "Ingress", "Egress", name="{stage}-default-deny"),
        ),
    ),
    Fact(
        what="one service account for each service",
        stacks=STAGES,
        checks=(
            plan(SERVICE_ACCOUNT, "metadata name", "backend", name="{stage}-backend"),
            plan(SERVICE_ACCOUNT, "metadata name", "ticket", name="{stage}-ticket-service"),
            plan(SERVICE_ACCOUNT, "metadata name", "payment", name="{stage}-payment-service"),
            plan(SERVICE_ACCOUNT, "metadata name", "stats", name="{stage}-stats-service"),
            plan(SERVICE_ACCOUNT, "metadata name", "auth", name="{stage}-auth-service"),
        ),
    ),
    Fact(
        what="on Kind also one for database, cache and front end",
        stacks=(DEV,),
        checks=(
            plan(SERVICE_ACCOUNT, "metadata name", "postgres", name="{stage}-postgres"),
            plan(SERVICE_ACCOUNT, "metadata name", "dragonfly", name="{stage}-dragonfly"),
            plan(SERVICE_ACCOUNT, "metadata name", "frontend", name="{stage}-frontend"),
        ),
    ),
    Fact(
        what="rollback by Git, by Argo CD, or by an earlier tag",
        stacks=STAGES,
        checks=(
            application("spec revisionHistoryLimit", 10),
            docs("Deployment and rollback", "git revert", "argocd app rollback", "earlier image tag"),
        ),
    ),
)
