"""External Secrets: creates Kubernetes Secrets from entries of AWS Secrets Manager.

It reads only the stack's entries and cannot write any, so the kinds for pushing secrets are not installed.
"""

from collections.abc import Iterator, Mapping, Sequence

import pulumi

from components.account.account import Account
from components.account.policy_documents import Statement, document
from components.controllers.chart import KEEP, Chart, Values, scraped
from components.controllers.context import ControllerContext, EksContext
from components.controllers.controller import REPLICAS, SINGLE, Controller
from components.kubernetes.defaults import spread
from components.kubernetes.names import NAME_LABEL
from components.sizing.pods import ContainerSize, Workload

NAME = "external-secrets"
WEBHOOK_NAME = f"{NAME}-webhook"
METRICS_PORT, WEBHOOK_PORT = 8080, 10250

OPERATOR = ContainerSize(cpu=25, memory=128, cpu_limit=250, memory_limit=256)
WEBHOOK = ContainerSize(cpu=10, memory=64, cpu_limit=100, memory_limit=128)
CERTIFICATES = ContainerSize(cpu=10, memory=64, cpu_limit=100, memory_limit=128)

DISRUPTION_BUDGET: Mapping[str, object] = {"enabled": True, "minAvailable": 1}


def values() -> Values:
    """Helm values, CRDs included."""
    return {
        "crds": {
            # Removing the release must not remove every ExternalSecret with its CRD, and the Secrets that these own.
            "annotations": KEEP,
            "createClusterPushSecret": False,
            "createPushSecret": False,
        },
        "fullnameOverride": NAME,
        "installCRDs": True,
        "leaderElect": True,
        "podAnnotations": scraped(METRICS_PORT),
        "podDisruptionBudget": DISRUPTION_BUDGET,
        "processClusterPushSecret": False,
        "processPushSecret": False,
        "replicaCount": REPLICAS,
        "resources": OPERATOR.resources,
        "serviceAccount": {"name": NAME},
        "topologySpreadConstraints": spread({NAME_LABEL: NAME}),
        "webhook": {
            "podDisruptionBudget": DISRUPTION_BUDGET,
            "replicaCount": REPLICAS,
            "resources": WEBHOOK.resources,
            "topologySpreadConstraints": spread({NAME_LABEL: WEBHOOK_NAME}),
        },
        "certController": {"resources": CERTIFICATES.resources},
    }


def iam_policy(account: Account, prefixes: Sequence[str], arns: Sequence[str] = ()) -> str:
    """Read the entries whose names begin with one of the prefixes, for example `shop/`, and the entries `arns`."""
    entries = [*(account.arn("secretsmanager", f"secret:{prefix}*") for prefix in prefixes), *arns]
    return document(
        [
            Statement(
                sid="Entries",
                actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                resources=entries,
            ),
            # The encryption context names the entry: the key's id need not be known, and no other use is allowed.
            Statement(
                sid="KeysOfTheEntries",
                actions=["kms:Decrypt"],
                resources=[account.arn("kms", "key/*")],
                condition={
                    "StringEquals": {"kms:ViaService": f"secretsmanager.{account.region}.amazonaws.com"},
                    "StringLike": {"kms:EncryptionContext:SecretARN": entries},
                },
            ),
        ]
    )


def _policy(eks: EksContext) -> pulumi.Input[str]:
    account, prefixes = eks.account, eks.secret_prefixes
    if not eks.secret_arns:
        return iam_policy(account, prefixes)
    return pulumi.Output.all(*eks.secret_arns).apply(
        lambda arns: iam_policy(account, prefixes, [str(arn) for arn in arns])
    )


def _charts(context: ControllerContext) -> Iterator[Chart]:
    if context.settings.external_secrets is not None:
        yield Chart(
            name=NAME,
            chart=NAME,
            repository="https://charts.external-secrets.io",
            version=context.settings.external_secrets.chart_version,
            values=values(),
            policy=_policy(context.on_eks),
        )


CONTROLLER = Controller(
    name=NAME,
    workloads=(
        Workload(name=NAME, pods=REPLICAS, containers={NAME: OPERATOR}),
        Workload(name=WEBHOOK_NAME, pods=REPLICAS, containers={"webhook": WEBHOOK}),
        Workload(name="external-secrets-cert-controller", pods=SINGLE, containers={"cert-controller": CERTIFICATES}),
    ),
    charts=_charts,
    enabled=lambda settings, _: settings.external_secrets is not None,
    requires_eks=True,
    metrics_port=METRICS_PORT,
    webhooks={WEBHOOK_NAME: WEBHOOK_PORT},
)
