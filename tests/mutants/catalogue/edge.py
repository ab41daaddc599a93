"""Breaks of the way in: certificate, zone, web firewall, load balancers, and the door for webhooks."""

from tests.mutants.model import Area, Mutant

FILE = "components/edge/edge.py"
FIREWALL_FILE = "components/edge/waf.py"
VALUES = "components/edge/ingress_values.py"
CLASS = "components/controllers/values.py"
DOOR = "components/argocd/webhook.py"

EDGE = Area(
    "edge",
    ("unit/edge/test_edge.py",),
    (
        Mutant("the certificate waits for an e-mail", FILE, 'validation_method="DNS"', 'validation_method="EMAIL"'),
        Mutant(
            "the certificate is handed on before AWS has issued it",
            FILE,
            "return issued.certificate_arn",
            "return certificate.arn",
        ),
        Mutant(
            "the first run waits for a zone that nothing delegates to",
            FILE,
            "if zone.ownership is Ownership.CREATE:",
            "if zone.ownership is Ownership.EXISTING:",
        ),
        Mutant("Argo CD's host is not certified", FILE, "*([argocd_host] if argocd_host else [])", ""),
        Mutant(
            "a host is proven by another one's record",
            FILE,
            "next(option for option in options if option.domain_name == host)",
            "next(iter(options))",
        ),
        Mutant(
            "a record that an earlier certificate left ends the run",
            FILE,
            "allow_overwrite=True",
            "allow_overwrite=False",
        ),
        Mutant("a zone in use is emptied", FILE, "force_destroy=False", "force_destroy=True"),
        Mutant(
            "the zone is deleted however protected the stack is",
            FILE,
            "opts=pulumi.ResourceOptions(parent=self, protect=protect)",
            "opts=pulumi.ResourceOptions(parent=self)",
        ),
        Mutant("a certificate that exists is not taken", FILE, "settings.certificate.arn or self", "self"),
        Mutant(
            "the log of the firewall lies open",
            FILE,
            "self._log_key(name, group_name, args) if firewall.customer_managed_key else None",
            "None",
        ),
        Mutant(
            "the log of the firewall is kept for ever",
            FILE,
            "retention_in_days=firewall.log_retention_days,",
            "",
        ),
        Mutant(
            "the log shows credentials",
            FILE,
            '[{"single_header": {"name": header}} for header in REDACTED_HEADERS]',
            "[]",
        ),
        Mutant("the log forgets what was blocked", FILE, '("BLOCK", "COUNT")', '("COUNT",)'),
        Mutant("the log's key serves every log group", FILE, "account.region, group_name)", 'account.region, "")'),
        Mutant(
            "the firewall is a global one, which no load balancer takes",
            FILE,
            'scope="REGIONAL"',
            'scope="CLOUDFRONT"',
        ),
    ),
)

FIREWALL = Area(
    "web firewall",
    ("unit/edge/test_waf.py", "unit/edge/test_edge.py"),
    (
        Mutant(
            "who asks too often is only counted", FIREWALL_FILE, '"action": {"block": {}},', '"action": {"count": {}},'
        ),
        Mutant(
            "every address has one limit together",
            FIREWALL_FILE,
            '"aggregate_key_type": "IP"',
            '"aggregate_key_type": "CONSTANT"',
        ),
        Mutant(
            "AWS's rules count and block nothing",
            FIREWALL_FILE,
            '"override_action": {"none": {}}',
            '"override_action": {"count": {}}',
        ),
        Mutant(
            "SQL in requests passes", FIREWALL_FILE, '        _managed(name, 60, "AWSManagedRulesSQLiRuleSet"),\n', ""
        ),
        Mutant(
            "addresses of bad repute pass",
            FIREWALL_FILE,
            '        _managed(name, 10, "AWSManagedRulesAmazonIpReputationList"),\n',
            "",
        ),
        Mutant(
            "webhooks skip the rate limit",
            FIREWALL_FILE,
            "_webhooks(name, 40, argocd_host)",
            "_webhooks(name, 5, argocd_host)",
        ),
        Mutant(
            "every path of Argo CD's host skips the rules on content",
            FIREWALL_FILE,
            '"statements": [is_host, is_webhook]',
            '"statements": [is_host, is_host]',
        ),
        Mutant(
            "samples show the headers that the log leaves out",
            FIREWALL_FILE,
            '"sampled_requests_enabled": False',
            '"sampled_requests_enabled": True',
        ),
    ),
)

LOAD_BALANCERS = Area(
    "load balancers",
    ("unit/controllers/test_values.py", "unit/edge/test_ingress_values.py", "unit/argocd/test_webhook.py"),
    (
        Mutant("a public load balancer has no firewall", CLASS, 'spec["wafv2AclArn"] = door.firewall_arn', "pass"),
        Mutant(
            "an internal load balancer is public",
            CLASS,
            '"internal" if door.internal else "internet-facing"',
            '"internet-facing"',
        ),
        Mutant("plain HTTP is served", CLASS, 'spec["sslRedirectPort"] = str(HTTPS_PORT)', "pass"),
        Mutant(
            "the load balancer speaks TLS 1.0",
            CLASS,
            '"ELBSecurityPolicy-TLS13-1-2-Res-2021-06"',
            '"ELBSecurityPolicy-2016-08"',
        ),
        Mutant("targets are always pods", CLASS, '"targetType": door.target_type', '"targetType": "ip"'),
        Mutant("each Ingress has a load balancer of its own", CLASS, '        "group": {"name": door.group},\n', ""),
        Mutant(
            "manifests open port 80 without a redirect",
            VALUES,
            "if edge.https_redirect else",
            "if not edge.https_redirect else",
        ),
        Mutant(
            "pods are asked on a path that they do not have",
            VALUES,
            "edge.health_check_path or service.health_path",
            '"/"',
        ),
        Mutant(
            "a path of the edge is not read",
            VALUES,
            "edge.health_check_path or service.health_path",
            "service.health_path",
        ),
        Mutant(
            "Argo CD's user interface is open with the webhooks", DOOR, '"path_type": "Exact"', '"path_type": "Prefix"'
        ),
        Mutant(
            "webhooks come in without the firewall",
            DOOR,
            'found[f"{PREFIX}/wafv2-acl-arn"] = args.firewall_arn',
            "pass",
        ),
        Mutant(
            "webhooks reach Argo CD in the clear",
            DOOR,
            'f"{PREFIX}/backend-protocol": "HTTPS"',
            'f"{PREFIX}/backend-protocol": "HTTP"',
        ),
        Mutant(
            "everybody reaches Argo CD's server",
            DOOR,
            '                "from_": [{"ip_block": {"cidr": cidr}} for cidr in cidrs],\n',
            "",
        ),
        Mutant(
            "an internal door stands in the internet",
            DOOR,
            '"internal" if args.internal else "internet-facing"',
            '"internet-facing"',
        ),
        Mutant(
            "the door for webhooks opens before Argo CD is there",
            DOOR,
            "depends_on=[policy, *args.after]",
            "depends_on=[policy]",
        ),
        Mutant(
            "malformed headers reach the services",
            DOOR,
            "drop_invalid_header_fields.enabled=true",
            "drop_invalid_header_fields.enabled=false",
        ),
    ),
)
