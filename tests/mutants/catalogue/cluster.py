"""Breaks of the cluster: control plane, access, nodes, add-ons."""

from tests.mutants.model import Area, Mutant

FILE = "components/cluster/control_plane.py"
ENTRIES = "components/cluster/access_entries.py"
GROUP = "components/cluster/node_group.py"
NODE_RULES = "components/cluster/security_group.py"
EKS_ADDONS = "components/cluster/addons.py"
WHOLE = "components/cluster/eks.py"
KEYS = "components/account/keys.py"
DOCUMENTS = "components/account/policy_documents.py"

CLUSTER = Area(
    "cluster",
    ("unit/cluster/test_control_plane.py",),
    (
        Mutant(
            "the public endpoint is on",
            FILE,
            "endpoint_public_access=public,",
            "endpoint_public_access=True,",
        ),
        Mutant(
            "the public endpoint is open to the world",
            FILE,
            "public_access_cidrs=list(settings.public_access_cidrs) if public else None,",
            "public_access_cidrs=None,",
        ),
        Mutant("the private endpoint is off", FILE, "endpoint_private_access=True,", "endpoint_private_access=False,"),
        Mutant(
            "the aws-auth ConfigMap decides who gets in",
            FILE,
            "eks.AuthenticationMode.API,",
            "eks.AuthenticationMode.CONFIG_MAP,",
        ),
        Mutant("EKS moves to paid extended support", FILE, 'support_type="STANDARD"', 'support_type="EXTENDED"'),
        Mutant("Secrets are not encrypted with a key of the stack", FILE, "encryption_config_key_arn=key.arn,", ""),
        Mutant(
            "the log group is made after the cluster, by EKS",
            FILE,
            "[log_group, role_policy, *args.egress]",
            "[role_policy, *args.egress]",
        ),
        Mutant(
            "NAT gateways and routes go before the cluster",
            FILE,
            "[log_group, role_policy, *args.egress]",
            "[log_group, role_policy]",
        ),
        Mutant(
            "control plane logs are kept for ever",
            FILE,
            "retention_in_days=args.settings.log_retention_days,",
            "",
        ),
        Mutant("control plane logs are not encrypted", FILE, "kms_key_id=key.arn,", ""),
        Mutant("the control plane does not log", FILE, "enabled_cluster_log_types=list(settings.log_types),", ""),
        Mutant(
            "whoever makes the cluster stays its administrator",
            FILE,
            '"bootstrapClusterCreatorAdminPermissions": False,',
            '"bootstrapClusterCreatorAdminPermissions": True,',
        ),
        Mutant(
            "the cluster can be deleted",
            FILE,
            "deletion_protection=settings.deletion_protection,",
            "deletion_protection=False,",
        ),
        Mutant(
            "pulumi-eks adds its own node group",
            FILE,
            "skip_default_node_group=True,",
            "skip_default_node_group=False,",
        ),
        Mutant(
            "pulumi-eks adds security groups of its own",
            FILE,
            "skip_default_security_groups=True,",
            "skip_default_security_groups=False,",
        ),
        Mutant(
            "coredns is installed before the nodes by pulumi-eks",
            FILE,
            "coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=False),",
            "coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=True),",
        ),
        Mutant(
            "the control plane's role is not capped by the permissions boundary",
            FILE,
            "permissions_boundary=args.account.permissions_boundary_arn,",
            "",
        ),
        Mutant("keys are not rotated", KEYS, "enable_key_rotation=True,", "enable_key_rotation=False,"),
        Mutant("keys are not protected", KEYS, "parent=self, protect=args.protect", "parent=self, protect=False"),
        Mutant(
            "CloudWatch may use the key for any log group",
            DOCUMENTS,
            "log-group:{log_group}*",
            "log-group:*",
        ),
        Mutant(
            "an AWS service may use a role for a stranger",
            DOCUMENTS,
            '{} if service == "ec2.amazonaws.com" else {"StringEquals": {"aws:SourceAccount": account_id}}',
            "{}",
        ),
    ),
)

ACCESS = Area(
    "access",
    ("unit/cluster/test_control_plane.py",),
    (
        Mutant(
            "previews administer the cluster",
            ENTRIES,
            "policy_arn=ADMIN_VIEW",
            "policy_arn=CLUSTER_ADMIN",
        ),
        Mutant("deployers administer the cluster", ENTRIES, "group=DEPLOYERS_GROUP)", "policy_arn=CLUSTER_ADMIN)"),
        Mutant(
            "administrators are members of system:masters",
            ENTRIES,
            "kubernetes_groups=[grant.group] if grant.group else None,",
            'kubernetes_groups=[grant.group or "system:masters"],',
        ),
    ),
)

NODES = Area(
    "nodes",
    ("unit/cluster/test_node_group.py",),
    (
        Mutant("IMDSv1 answers", GROUP, 'http_tokens="required",', 'http_tokens="optional",'),
        Mutant(
            "pods reach the node's credentials",
            GROUP,
            "http_put_response_hop_limit=1,",
            "http_put_response_hop_limit=2,",
        ),
        Mutant(
            "nodes have public addresses",
            GROUP,
            'associate_public_ip_address="false",',
            'associate_public_ip_address="true",',
        ),
        Mutant("node volumes are not encrypted", GROUP, 'encrypted="true",', 'encrypted="false",'),
        Mutant("node volumes ignore the stack's key", GROUP, "kms_key_id=key_arn,", ""),
        Mutant(
            "every run takes the number of nodes back from the autoscaler",
            GROUP,
            'ignore_changes=["scalingConfig.desiredSize"],',
            "",
        ),
        Mutant("nodes start before the CNI", GROUP, "[*policies, *rules, *args.after]", "[*policies, *rules]"),
        Mutant("nodes start before their policies", GROUP, "[*policies, *rules, *args.after]", "[*rules, *args.after]"),
        Mutant(
            "nodes may do everything in the account",
            GROUP,
            '"AmazonSSMManagedInstanceCore")',
            '"AmazonSSMManagedInstanceCore", "AdministratorAccess")',
        ),
        Mutant("sick nodes stay", GROUP, "NodeRepairConfigArgs(enabled=True)", "NodeRepairConfigArgs(enabled=False)"),
        Mutant(
            "instances carry no tags of the stack", GROUP, 'tags={**args.tags, "Name": name}', 'tags={"Name": name}'
        ),
        Mutant(
            "the ports of nodes are open to the world",
            NODE_RULES,
            "referenced_security_group_id=control_plane,",
            'cidr_ipv4="0.0.0.0/0",',
        ),
        Mutant(
            "nodes reach every port of the internet",
            NODE_RULES,
            'cidr_ipv4="0.0.0.0/0",\n            ip_protocol="tcp",',
            'cidr_ipv4="0.0.0.0/0",\n            ip_protocol="-1",',
        ),
        Mutant(
            "the API server takes calls from anywhere",
            NODE_RULES,
            "security_group_id=control_plane,\n        referenced_security_group_id=nodes.id,",
            'security_group_id=control_plane,\n        cidr_ipv4="0.0.0.0/0",',
        ),
    ),
)

ADDONS = Area(
    "add-ons",
    ("unit/cluster/test_addons.py",),
    (
        Mutant("coredns is made before the nodes", EKS_ADDONS, "after=(args.nodes,)", "after=()"),
        Mutant(
            "the CNI ignores network policies",
            EKS_ADDONS,
            'return {"enableNetworkPolicy": "true"}\n',
            'return {"enableNetworkPolicy": "false"}\n',
        ),
        Mutant("add-ons take the newest version", EKS_ADDONS, "addon_version=addon.version,", ""),
        Mutant(
            "an edit of an add-on by hand lasts",
            EKS_ADDONS,
            'resolve_conflicts_on_update="OVERWRITE"',
            'resolve_conflicts_on_update="PRESERVE"',
        ),
        Mutant(
            "an add-on starts before its role's policy",
            EKS_ADDONS,
            "depends_on=[*after, *(policy for _, policy in identity)],",
            "depends_on=[*after],",
        ),
        Mutant(
            "add-ons use the node's credentials",
            EKS_ADDONS,
            "pod_identity_associations=[association for association, _ in identity],",
            "",
        ),
        Mutant(
            "pods of any cluster get an add-on's role",
            DOCUMENTS,
            '                    "ArnEquals": {"aws:SourceArn": cluster_arn_pattern},\n',
            "",
        ),
    ),
)
