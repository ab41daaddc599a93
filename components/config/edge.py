"""The way in: host names, certificate, firewall, and who writes DNS records."""

from typing import Literal

from pydantic import Field

from components.config.base import Section
from components.config.types import CertificateArn, HostedZoneId, HostName, HttpPath, LogRetentionDays, Ownership

TargetType = Literal["ip", "instance"]
CountedRule = Literal[
    "SizeRestrictions_BODY",
    "CrossSiteScripting_BODY",
    "EC2MetaDataSSRF_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "NoUserAgent_HEADER",
]
"""Rules of `AWSManagedRulesCommonRuleSet` that also meet honest requests: large or rich bodies, plain HTTP clients."""


class ZoneConfig(Section):
    """The public hosted zone of the host names."""

    name: HostName = Field(description="Domain of the zone, for example `example.com`.")
    ownership: Ownership = Field(
        description="`create` makes the zone, whose name servers the parent domain must then name; "
        "`existing` takes the one with `zoneId`."
    )
    zone_id: HostedZoneId | None = Field(default=None, description="Id of an existing zone; needed with `existing`.")


class CertificateConfig(Section):
    """The certificate of the host names: made and validated in our zone, or one that exists."""

    arn: CertificateArn | None = Field(
        default=None,
        description="ARN of a certificate that exists, in the stack's account and region; without it one is made in "
        "`zone`.",
    )


class FirewallConfig(Section):
    """AWS WAF in front of the load balancer: AWS's managed rule groups and a rate limit."""

    rate_limit: int = Field(
        default=2000,
        ge=10,
        le=2_000_000_000,
        description="Requests of one address in five minutes before it is blocked.",
    )
    counted_rules: tuple[CountedRule, ...] = Field(
        default=(),
        description="Rules of `AWSManagedRulesCommonRuleSet` that only count, for example `SizeRestrictions_BODY` "
        "where requests carry more than 8 KiB.",
    )
    log_retention_days: LogRetentionDays = Field(
        default=30, description="Days that CloudWatch Logs keeps blocked and counted requests."
    )
    customer_managed_key: bool = Field(
        default=True, description="Encrypts the log with a key of the stack instead of AWS's own."
    )


class EdgeConfig(Section):
    """What the Ingress manifests of the environments need: they find it in `platform-outputs`."""

    zone: ZoneConfig | None = Field(default=None, description="Hosted zone; none where somebody else keeps the DNS.")
    certificate: CertificateConfig = Field(default=CertificateConfig(), description="Certificate of the host names.")
    firewall: FirewallConfig | None = Field(default=None, description="Web firewall; none without one.")
    internal: bool = Field(default=False, description="A load balancer that only the VPC reaches.")
    https_redirect: bool = Field(
        default=True,
        description="Port 80 answers with a redirect to HTTPS; off leaves it out of `INGRESS_LISTEN_PORTS`.",
    )
    target_type: TargetType = Field(
        default="ip",
        description="What the load balancer calls: pods (`ip`), or nodes at the node port of a Service (`instance`). "
        "`instance` wants Services of type NodePort with `externalTrafficPolicy: Local`, since only then a pod sees "
        "the load balancer's address, which the network policies let in; `objects.nodePorts` counts them. Manifests "
        "find it in `platform-outputs` as `INGRESS_TARGET_TYPE`.",
    )
    health_check_path: HttpPath | None = Field(
        default=None,
        description="Path on which the load balancer asks pods whether they live; each service's `healthPath` without "
        "it. Manifests find it in `platform-outputs` as `HEALTH_CHECK_PATH_<SERVICE>`.",
    )
    argocd_host: HostName | None = Field(
        default=None, description="Host name under which Argo CD takes Git webhooks through the same load balancer."
    )
