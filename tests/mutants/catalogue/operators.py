"""Breaks of the optional controllers: identities, what they may do, their network, and how a canary is judged."""

from tests.mutants.model import Area, Mutant

FILE = "components/controllers/controllers.py"
AWS = "components/controllers/context.py"
IAM = "components/controllers/iam_policies.py"
NETWORK = "components/controllers/network_policies.py"
NAMESPACE = "components/controllers/namespace.py"
VALUES = "components/controllers/values.py"
METRICS = "components/controllers/prometheus.py"
KARPENTER = "components/controllers/karpenter.py"
FILE_OF_CANARY = "components/environments/canary.py"

OPERATORS = Area(
    "controllers",
    ("unit/controllers/test_controllers.py", "unit/controllers/test_values.py", "unit/controllers/test_karpenter.py"),
    (
        Mutant(
            "controllers have roles and no way to them",
            FILE,
            "if chart.policy is not None and args.on_aws is not None:",
            "if chart.policy is None and args.on_aws is not None:",
        ),
        Mutant("an identity is another account's", AWS, "service_account=controller,", 'service_account="default",'),
        Mutant(
            "controllers leave the permissions boundary",
            AWS,
            "        permissions_boundary=on_aws.account.permissions_boundary_arn,\n",
            "",
        ),
        Mutant(
            "pods of another cluster take the role",
            AWS,
            "pod_identity_trust(on_aws.account.account_id, on_aws.cluster_arn)",
            'pod_identity_trust(on_aws.account.account_id, "*")',
        ),
        Mutant(
            "controllers start before their identities",
            FILE,
            "[*namespace.guards, *credentials, *after]",
            "[*namespace.guards, *after]",
        ),
        Mutant(
            "controllers start before their network policies",
            FILE,
            "[*namespace.guards, *credentials, *after]",
            "[*credentials, *after]",
        ),
        Mutant(
            "releases have no parent",
            FILE,
            "opts=pulumi.ResourceOptions(parent=self, depends_on=[*namespace.guards,",
            "opts=pulumi.ResourceOptions(depends_on=[*namespace.guards,",
        ),
        Mutant(
            "every namespace has secrets of the store",
            FILE,
            '                "conditions": [{"namespaces": list(args.secret_namespaces)}],\n',
            "",
        ),
        Mutant(
            "the store is made before its definition",
            FILE,
            "opts=pulumi.ResourceOptions(parent=self, depends_on=[releases[EXTERNAL_SECRETS]])",
            "opts=pulumi.ResourceOptions(parent=self)",
        ),
        Mutant(
            "the figures of Prometheus are stored in the clear", FILE, '"encrypted": "true"', '"encrypted": "false"'
        ),
        Mutant(
            "controllers may be privileged", NAMESPACE, 'POD_SECURITY = "restricted"', 'POD_SECURITY = "privileged"'
        ),
        Mutant(
            "the controllers' quota does not hold their update",
            NAMESPACE,
            "capacity.rolling_peak(workload.group for workload in workloads)",
            "capacity.total(workload.group for workload in workloads)",
        ),
        Mutant("charts are the newest", FILE, "version=chart.version,", ""),
        Mutant("controllers write secrets into AWS", VALUES, '"processPushSecret": False', '"processPushSecret": True'),
        Mutant("external-dns leaves records behind", VALUES, '"policy": "sync"', '"policy": "upsert-only"'),
        Mutant(
            "two clusters fight over their records", VALUES, '"txtOwnerId": cluster_name', '"txtOwnerId": "default"'
        ),
        Mutant(
            "Grafana has the password that everybody knows",
            METRICS,
            '"adminPassword": "",',
            '"adminPassword": "prom-operator",',
        ),
        Mutant(
            "nodes of Karpenter hand out their credentials",
            VALUES,
            '"httpPutResponseHopLimit": 1, "httpTokens": "required"',
            '"httpPutResponseHopLimit": 2, "httpTokens": "optional"',
        ),
        Mutant(
            "Karpenter starts nodes without end", KARPENTER, "(settings.maximum - settings.desired)", "settings.maximum"
        ),
        Mutant(
            "Karpenter's controller goes before its nodes",
            KARPENTER,
            "opts=pulumi.ResourceOptions(parent=self, depends_on=[release])",
            "opts=pulumi.ResourceOptions(parent=self)",
        ),
    ),
)

OPERATOR_RIGHTS = Area(
    "rights of controllers",
    ("unit/controllers/test_iam_policies.py", "unit/controllers/test_controllers.py"),
    (
        Mutant("External Secrets reads every entry", IAM, 'f"secret:{prefix}*"', '"secret:*"'),
        Mutant(
            "External Secrets decrypts with every key of the account",
            IAM,
            '"StringLike": {"kms:EncryptionContext:SecretARN": entries},',
            "",
        ),
        Mutant(
            "keys decrypt for whoever asks",
            IAM,
            '"StringEquals": {"kms:ViaService": f"secretsmanager.{account.region}.amazonaws.com"},',
            "",
        ),
        Mutant(
            "external-dns writes in every zone",
            IAM,
            'zone = f"arn:aws:route53:::hostedzone/{zone_id}"',
            'zone = "arn:aws:route53:::hostedzone/*"',
        ),
        Mutant(
            "external-dns delegates domains",
            IAM,
            '("A", "AAAA", "CNAME", "TXT")',
            '("A", "AAAA", "CNAME", "NS", "TXT")',
        ),
        Mutant("the autoscaler scales other clusters", IAM, ': "owned"}', ': "*"}'),
        Mutant(
            "the controller deletes other clusters' load balancers",
            IAM,
            '{"StringEquals": {f"aws:ResourceTag/{LOAD_BALANCER_TAG}": cluster_name}}',
            '{"StringLike": {f"aws:ResourceTag/{LOAD_BALANCER_TAG}": "*"}}',
        ),
        Mutant(
            "the controller opens every security group",
            IAM,
            'resources=[account.arn("ec2", f"security-group/{node_security_group_id}")],',
            'resources=[account.arn("ec2", "security-group/*")],',
        ),
        Mutant(
            "a canary's controller shifts traffic by itself",
            IAM,
            'f"elasticloadbalancing:Describe{call}"',
            'f"elasticloadbalancing:Modify{call}"',
        ),
    ),
)

OPERATOR_NETWORK = Area(
    "network of controllers",
    ("unit/controllers/test_network_policies.py", "unit/controllers/test_controllers.py"),
    (
        Mutant(
            "controllers are called by everybody",
            NETWORK,
            "_from([_namespace(MONITORING_NAMESPACE)], *sorted(set(METRICS_PORTS.values())))",
            "{}",
        ),
        Mutant(
            "controllers take the node's credentials",
            NETWORK,
            '{"cidr": ANYWHERE, "except_": [METADATA_SERVICE]}',
            '{"cidr": ANYWHERE}',
        ),
        Mutant("controllers get no credentials of their own", NETWORK, "_to([_range(POD_IDENTITY_AGENT)], 80), ", ""),
        Mutant(
            "every pod answers the control plane's webhooks",
            NETWORK,
            "found[name] = _policy({NAME: name}, ingress",
            "found[name] = _policy({}, ingress",
        ),
        Mutant(
            "every pod of monitoring reaches every pod",
            NETWORK,
            '            {NAME: PROMETHEUS}, egress=[{"to": [{"namespace_selector": {}}]}',
            '            {}, egress=[{"to": [{"namespace_selector": {}}]}',
        ),
        Mutant(
            "a canary's controller cannot ask Prometheus",
            NETWORK,
            "egress=[_to([peer], PROMETHEUS_PORT)]",
            "egress=[_to([peer], 80)]",
        ),
    ),
)

CANARY = Area(
    "canary",
    ("unit/environments/test_canary.py",),
    (
        Mutant(
            "a canary skips a step",
            FILE_OF_CANARY,
            "settings.max_percent + 1, settings.step_percent",
            "settings.max_percent + 1, 2 * settings.step_percent",
        ),
        Mutant(
            "a canary stops before its last step", FILE_OF_CANARY, "settings.max_percent + 1,", "settings.max_percent,"
        ),
        Mutant(
            "a canary may fail a hundred times as often",
            FILE_OF_CANARY,
            "settings.success_rate_percent / 100:g",
            "settings.success_rate_percent / 10000:g",
        ),
        Mutant(
            "a canary may take a thousand times as long",
            FILE_OF_CANARY,
            "settings.p99_milliseconds / 1000:g",
            "settings.p99_milliseconds:g",
        ),
        Mutant("slow versions pass and fast ones do not", FILE_OF_CANARY, 'f"result[0] <= {', 'f"result[0] >= {'),
        Mutant("half the answers may be slow", FILE_OF_CANARY, "histogram_quantile(0.99", "histogram_quantile(0.5"),
        Mutant("errors count as answers", FILE_OF_CANARY, ',status!~"5.."', ""),
        Mutant(
            "a canary is judged by the old version's figures",
            FILE_OF_CANARY,
            ',{REVISION_LABEL}="{{{{args.revision}}}}"',
            "",
        ),
        Mutant(
            "a canary is judged by everything in the cluster", FILE_OF_CANARY, 'namespace="{{{{args.namespace}}}}",', ""
        ),
        Mutant(
            "the yardstick lies in no namespace of the services",
            FILE_OF_CANARY,
            "name=TEMPLATE, namespace=args.namespace",
            'name=TEMPLATE, namespace="platform"',
        ),
        Mutant(
            "the yardstick is made before its definition",
            FILE_OF_CANARY,
            "depends_on=list(args.after)",
            "depends_on=[]",
        ),
        Mutant(
            "the yardstick has no parent",
            FILE_OF_CANARY,
            "pulumi.ResourceOptions(parent=self, depends_on",
            "pulumi.ResourceOptions(depends_on",
        ),
        Mutant("all figures may be bad before a version is taken back", FILE_OF_CANARY, '"60s", 5, 1', '"60s", 5, 5'),
    ),
)
