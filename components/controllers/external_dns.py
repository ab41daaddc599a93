"""external-dns: writes the DNS records of Ingresses into one hosted zone.

It has one pod: without a leader election, two would write the same records.
"""

from collections.abc import Iterator

import pulumi

from components.account.policy_documents import Statement, document
from components.controllers.chart import Chart, Values, scraped
from components.controllers.context import ControllerContext
from components.controllers.controller import SINGLE, Controller
from components.kubernetes.defaults import CONTAINER_SECURITY, POD_SECURITY
from components.sizing.pods import ContainerSize, Workload

NAME = "external-dns"
METRICS_PORT = 7979
RECORD_TYPES = ("A", "AAAA", "CNAME", "TXT")
"""Those of an Ingress and of its ownership record; no delegation and no mail."""

EXTERNAL_DNS = ContainerSize(cpu=25, memory=64, cpu_limit=250, memory_limit=128)


def values(*, cluster_name: str, zone_name: pulumi.Input[str], zone_id: pulumi.Input[str]) -> Values:
    """Helm values: records of Ingresses in one zone. Records that it did not create stay as they are."""
    return {
        "domainFilters": [zone_name],
        "extraArgs": [pulumi.Output.concat("--zone-id-filter=", zone_id)],
        "fullnameOverride": NAME,
        "podAnnotations": scraped(METRICS_PORT),
        "podSecurityContext": POD_SECURITY,
        # Records are deleted with their Ingress; a TXT record next to each names the cluster that owns it.
        "policy": "sync",
        "provider": {"name": "aws"},
        "registry": "txt",
        "resources": EXTERNAL_DNS.resources,
        "securityContext": CONTAINER_SECURITY,
        "serviceAccount": {"name": NAME},
        "sources": ["ingress"],
        "triggerLoopOnEvent": True,
        "txtOwnerId": cluster_name,
    }


def iam_policy(zone_id: str) -> str:
    """Write the records of one hosted zone."""
    zone = f"arn:aws:route53:::hostedzone/{zone_id}"
    return document(
        [
            Statement(
                sid="Records",
                actions=["route53:ChangeResourceRecordSets"],
                resources=[zone],
                condition={
                    "ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": list(RECORD_TYPES)}
                },
            ),
            Statement(sid="ReadRecords", actions=["route53:ListResourceRecordSets"], resources=[zone]),
            Statement(sid="FindZone", actions=["route53:ListHostedZones"], resources=["*"]),
        ]
    )


def _charts(context: ControllerContext) -> Iterator[Chart]:
    if context.settings.external_dns is None:
        return
    eks = context.on_eks
    assert eks.zone is not None
    yield Chart(
        name=NAME,
        chart=NAME,
        repository="https://kubernetes-sigs.github.io/external-dns/",
        version=context.settings.external_dns.chart_version,
        values=values(cluster_name=eks.cluster, zone_name=eks.zone.name, zone_id=eks.zone.zone_id),
        policy=pulumi.Output.from_input(eks.zone.zone_id).apply(iam_policy),
    )


CONTROLLER = Controller(
    name=NAME,
    workloads=(Workload(name=NAME, pods=SINGLE, containers={NAME: EXTERNAL_DNS}),),
    charts=_charts,
    enabled=lambda settings, _: settings.external_dns is not None,
    requires_eks=True,
    metrics_port=METRICS_PORT,
)
