"""Certificate, web ACL and hosted zone for the environments' host names.

The load balancer is created by the AWS Load Balancer Controller from the Ingress, which takes certificate and web ACL
from `platform-outputs`. The zone has neither query logging nor DNSSEC: Route 53 requires the log group and the key in
us-east-1, so stacks in other regions would need a second provider.
"""

from __future__ import annotations  # loading these SDK modules takes a second, and not every stack needs them

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.keys import EncryptionKey, EncryptionKeyArgs
from components.account.policy_documents import logs_may_use_key
from components.config.edge import EdgeConfig, FirewallConfig, ZoneConfig
from components.config.types import Ownership
from components.edge.waf import REDACTED_HEADERS, firewall_rules, log_group_name, visibility

RECORD_TTL_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class EdgeArgs:
    """Arguments of `Edge`."""

    settings: EdgeConfig
    account: Account
    name: str
    """`<system>-<stage>`: prefix of the log group, the key and the metrics."""
    hosts: Sequence[str]
    """Host names of all environments; the first is the certificate's domain. Argo CD's is added from the settings."""
    protect: bool
    """Whether Pulumi refuses to delete the zone, to which the parent domain delegates, and the log's key."""


class Edge(pulumi.ComponentResource):
    """Certificate, web ACL and hosted zone in front of the load balancer, each only if the settings have it.

    With an existing zone, the certificate's ARN resolves once AWS has issued it. With a zone created by this stack it
    resolves at once: validation cannot succeed before the parent domain delegates to `name_servers`, so waiting would
    block the first `up` until it times out. AWS issues the certificate after the delegation, up to 72 hours after the
    request; the AWS Load Balancer Controller retries until then.
    """

    certificate_arn: pulumi.Output[str] | str | None
    """In the stack's region; None without host names."""
    firewall_arn: pulumi.Output[str] | None
    zone_id: pulumi.Output[str] | str | None
    zone_name: str | None
    name_servers: pulumi.Output[Sequence[str]] | None
    """Four host names for the NS records in the parent domain; None unless the stack creates the zone."""

    def __init__(self, name: str, args: EdgeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:edge:Edge", name, {}, opts)
        settings = args.settings
        self.zone_name = settings.zone.name if settings.zone else None
        self.zone_id, self.name_servers = self._zone(name, settings.zone, protect=args.protect)
        self.certificate_arn = settings.certificate.arn or self._certificate(name, args)
        self.firewall_arn = self._firewall(name, settings.firewall, args) if settings.firewall else None
        self.register_outputs(
            {
                "certificateArn": self.certificate_arn,
                "firewallArn": self.firewall_arn,
                "zoneId": self.zone_id,
                "zoneName": self.zone_name,
                "nameServers": self.name_servers,
            }
        )

    def _zone(
        self, name: str, zone: ZoneConfig | None, *, protect: bool
    ) -> tuple[pulumi.Output[str] | str | None, pulumi.Output[Sequence[str]] | None]:
        if zone is None:
            return None, None
        if zone.ownership is Ownership.EXISTING:
            return zone.zone_id, None
        resource = aws.route53.Zone(
            name,
            name=zone.name,
            comment=f"Host names of {name}",
            force_destroy=False,
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        return resource.zone_id, resource.name_servers

    def _certificate(self, name: str, args: EdgeArgs) -> pulumi.Output[str] | None:
        hosts = certificate_hosts(args.hosts, args.settings.argocd_host)
        zone = args.settings.zone
        if not hosts or zone is None or self.zone_id is None:
            return None
        certificate = aws.acm.Certificate(
            name,
            domain_name=hosts[0],
            subject_alternative_names=hosts[1:],
            validation_method="DNS",
            key_algorithm="RSA_2048",
            options=aws.acm.CertificateOptionsArgs(certificate_transparency_logging_preference="ENABLED"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        records = [self._validation(f"{name}-{host}", host, certificate, self.zone_id) for host in hosts]
        if zone.ownership is Ownership.CREATE:
            return certificate.arn
        issued = aws.acm.CertificateValidation(
            name,
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn for record in records],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return issued.certificate_arn

    def _validation(
        self, name: str, host: str, certificate: aws.acm.Certificate, zone_id: pulumi.Input[str]
    ) -> aws.route53.Record:
        """The DNS record that proves to ACM that we control `host`."""
        # ACM returns the options in its own order.
        validation = certificate.domain_validation_options.apply(
            lambda options: next(option for option in options if option.domain_name == host)
        )
        return aws.route53.Record(
            name,
            zone_id=zone_id,
            name=validation.apply(lambda option: option.resource_record_name or ""),
            type=validation.apply(lambda option: option.resource_record_type or ""),
            records=[validation.apply(lambda option: option.resource_record_value or "")],
            ttl=RECORD_TTL_SECONDS,
            # ACM asks for the same record with every certificate for a host; an earlier one may have left it behind.
            allow_overwrite=True,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _firewall(self, name: str, firewall: FirewallConfig, args: EdgeArgs) -> pulumi.Output[str]:
        acl = aws.wafv2.WebAcl(
            name,
            scope="REGIONAL",
            description=f"Web firewall of {args.name}",
            default_action=aws.wafv2.WebAclDefaultActionArgs(allow=aws.wafv2.WebAclDefaultActionAllowArgs()),
            rules=firewall_rules(
                args.name,
                rate_limit=firewall.rate_limit,
                counted_rules=firewall.counted_rules,
                argocd_host=args.settings.argocd_host,
            ),
            visibility_config=visibility(args.name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._log(name, acl, firewall, args)
        return acl.arn

    def _log(self, name: str, acl: aws.wafv2.WebAcl, firewall: FirewallConfig, args: EdgeArgs) -> None:
        """Logs blocked and counted requests, with credentials redacted."""
        group_name = log_group_name(args.name)
        group = aws.cloudwatch.LogGroup(
            f"{name}-firewall",
            name=group_name,
            retention_in_days=firewall.log_retention_days,
            kms_key_id=self._log_key(name, group_name, args) if firewall.customer_managed_key else None,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.wafv2.WebAclLoggingConfiguration(
            f"{name}-firewall",
            resource_arn=acl.arn,
            log_destination_configs=[group.arn],
            logging_filter={
                "default_behavior": "DROP",
                "filters": [
                    {
                        "behavior": "KEEP",
                        "requirement": "MEETS_ANY",
                        "conditions": [{"action_condition": {"action": action}} for action in ("BLOCK", "COUNT")],
                    }
                ],
            },
            redacted_fields=[{"single_header": {"name": header}} for header in REDACTED_HEADERS],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _log_key(self, name: str, group_name: str, args: EdgeArgs) -> pulumi.Output[str]:
        key = EncryptionKey(
            f"{name}-firewall-key",
            EncryptionKeyArgs(
                alias=f"{args.name}-firewall-log",
                description=f"Log of the web firewall of {args.name}",
                account=args.account,
                service_statements=[logs_may_use_key(args.account, group_name)],
                protect=args.protect,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        return key.arn


def certificate_hosts(hosts: Sequence[str], argocd_host: str | None) -> list[str]:
    """The certificate's domain names, without duplicates, in the given order; Argo CD's comes last."""
    return list(dict.fromkeys([*hosts, *([argocd_host] if argocd_host else [])]))
