"""Breaks of the network: what is open, which way traffic leaves, what is recorded."""

from tests.mutants.model import Area, Mutant

FILE = "components/network/network.py"
ROUTES = "components/network/routes.py"
ENDPOINTS = "components/network/endpoints.py"
FLOW_LOGS = "components/network/flow_logs.py"
PLAN = "components/network/subnets.py"

NETWORK = Area(
    "network",
    ("unit/network/test_network.py",),
    (
        Mutant(
            "the default security group lets its members talk, as AWS makes it",
            FILE,
            "ingress=[], ",
            'ingress=[{"protocol": "-1", "self": True, "from_port": 0, "to_port": 0}], ',
        ),
        Mutant(
            "the default security group lets everything out, as AWS makes it",
            FILE,
            "egress=[], ",
            'egress=[{"protocol": "-1", "cidr_blocks": ["0.0.0.0/0"], "from_port": 0, "to_port": 0}], ',
        ),
        Mutant(
            "subnets give public addresses", FILE, "map_public_ip_on_launch=False,", "map_public_ip_on_launch=True,"
        ),
        Mutant(
            "internet-facing load balancers are put into private subnets",
            FILE,
            '{PRIVATE_ROLE: "1", **shared}',
            '{PUBLIC_ROLE: "1", **shared}',
        ),
        Mutant("private names do not resolve", FILE, "enable_dns_hostnames=True,", "enable_dns_hostnames=False,"),
        Mutant(
            "a subnet has no parent",
            FILE,
            'tags={"Name": f"{scope.display_name}-{tier}-{zone}", **tags},\n        opts=scope.child,\n',
            'tags={"Name": f"{scope.display_name}-{tier}-{zone}", **tags},\n',
        ),
        Mutant(
            "private subnets are routed to the internet gateway",
            ROUTES,
            "nat_gateway_id=nat.id,",
            "gateway_id=gateway.id,",
        ),
        Mutant(
            "all NAT gateways stand in the last zone",
            ROUTES,
            "_nat_gateway(scope, zone, public[zone], gateway)",
            "_nat_gateway(scope, zone, public[zones[-1]], gateway)",
        ),
        Mutant(
            "NAT gateways stand in private subnets",
            ROUTES,
            "_nat_gateway(scope, zone, public[zone], gateway)",
            "_nat_gateway(scope, zone, private[zone], gateway)",
        ),
        Mutant(
            "every private subnet leaves through the first zone's gateway",
            ROUTES,
            "nat_zone = zone if zone in tables else zones[0]",
            "nat_zone = zones[0]",
        ),
        Mutant(
            "there is one gateway where each zone should have one",
            ROUTES,
            "zones[:1] if nat_gateways is NatGateways.SINGLE else zones:",
            "zones[:1]:",
        ),
        Mutant("a NAT gateway does not wait for the internet gateway", ROUTES, "depends_on=[gateway]", "depends_on=[]"),
        Mutant("a subnet joins a table that leads nowhere yet", ROUTES, "depends_on=[after]", "depends_on=[]"),
        Mutant(
            "the routes through NAT are gone before the cluster",
            ROUTES,
            "return Routes(private_tables=list(tables.values()), egress=egress)",
            "return Routes(private_tables=list(tables.values()), egress=[gateway])",
        ),
    ),
)

NETWORK_SERVICES = Area(
    "endpoints and flow logs",
    ("unit/network/test_endpoints_and_flow_logs.py",),
    (
        Mutant("flow logs record what was rejected only", FLOW_LOGS, 'traffic_type="ALL"', 'traffic_type="REJECT"'),
        Mutant(
            "flow logs are kept for ever",
            FLOW_LOGS,
            "retention_in_days=settings.retention_days,",
            "retention_in_days=0,",
        ),
        Mutant("flow logs start before their role may write", FLOW_LOGS, "depends_on=[policy]", "depends_on=[]"),
        Mutant(
            "flow logs are not encrypted with the stack's key",
            FLOW_LOGS,
            "kms_key_id=_key(scope, group_name, protect=protect) if settings.customer_managed_key else None,",
            "kms_key_id=None,",
        ),
        Mutant(
            "the flow logs' role may write to every log group",
            FLOW_LOGS,
            'resources=[log_group_arn, f"{log_group_arn}:*"],',
            'resources=["*"],',
        ),
        Mutant(
            "interface endpoints are open to the world",
            ENDPOINTS,
            "cidr_ipv4=scope.vpc.cidr_block,",
            'cidr_ipv4="0.0.0.0/0",',
        ),
        Mutant(
            "interface endpoints have no private names",
            ENDPOINTS,
            "private_dns_enabled=True,",
            "private_dns_enabled=False,",
        ),
        Mutant(
            "data can be carried off through the S3 endpoint with a stranger's credentials",
            ENDPOINTS,
            '                condition={"StringEquals": {"aws:PrincipalAccount": account_id}},\n',
            "",
        ),
        Mutant(
            "S3 is reached through NAT although there is an endpoint",
            ENDPOINTS,
            "route_table_ids=route_table_ids,",
            "route_table_ids=[],",
        ),
    ),
)

SUBNETS = Area(
    "subnets",
    ("unit/network/test_subnets.py",),
    (
        Mutant(
            "public subnets overlap private ones",
            PLAN,
            "public=_nth(last_quarter, public_size, slot),",
            "public=_nth(vpc, public_size, slot),",
        ),
        Mutant(
            "a zone's subnets move with its position in the list",
            PLAN,
            "for zone, slot in zip(zones, slots, strict=True))",
            "for slot, zone in enumerate(zones))",
        ),
        Mutant("the addresses that AWS keeps are counted as free", PLAN, "RESERVED_BY_AWS = 5", "RESERVED_BY_AWS = 0"),
    ),
)
