"""Breaks of the configuration: bad input that is not refused, and sums that do not refuse."""

from tests.mutants.model import Area, Mutant

BASE = "components/config/base.py"
RULES = "components/validation/rules.py"
SECTIONS = "components/validation/section_rules.py"
ENVIRONMENTS = "components/validation/environment_rules.py"
TYPES = "components/config/types.py"
NETWORK = "components/validation/network_rules.py"
DATA = "components/validation/data_rules.py"
FITS = "components/validation/capacity_rules.py"
CAPS = "components/validation/cap_rules.py"
FIT = "components/validation/capacity_sums.py"
REMEDIES = "components/validation/capacity_suggestions.py"

CONFIG = Area(
    "configuration",
    (
        "unit/config/test_config.py",
        "unit/validation/test_config_refusals.py",
        "unit/validation/test_fit_rules.py",
        "unit/config/test_repository_paths.py",
        "unit/config/test_git_urls.py",
    ),
    (
        Mutant("unknown keys are accepted", BASE, 'extra="forbid",', 'extra="ignore",'),
        Mutant("a number passes for text", BASE, "strict=True,", "strict=False,"),
        Mutant("the configuration can be changed", BASE, "frozen=True,", "frozen=False,"),
        Mutant(
            "rules are not asked",
            "components/config/__init__.py",
            "found = broken_rules(config)",
            "found: list[Problem] = []",
        ),
        Mutant(
            "only the first broken rule is reported",
            RULES,
            "            found += problems\n",
            "            found = found or problems[:1]\n",
        ),
        Mutant("environments share a cache database", ENVIRONMENTS, "if number in numbers:", "if number is None:"),
        Mutant(
            "environments share a database",
            ENVIRONMENTS,
            "if taken.get(name, environment.name) != environment.name:",
            "if not name:",
        ),
        Mutant(
            "an environment lives in kube-system",
            ENVIRONMENTS,
            '{"default", "kube-system", "kube-public", ',
            '{"default", "kube-public", ',
        ),
        Mutant(
            "an environment lives in Argo CD's namespace",
            ENVIRONMENTS,
            "{*RESERVED_NAMESPACES, config.argocd.namespace}",
            "{*RESERVED_NAMESPACES}",
        ),
        Mutant(
            "a service calls one that is not there",
            "components/validation/catalogue_rules.py",
            "if called not in names:",
            "if not called:",
        ),
        Mutant(
            "a limit stands below its request",
            "components/validation/catalogue_rules.py",
            "if number(limit) < number(request):",
            "if not limit:",
        ),
        Mutant(
            "the API server can be opened to the world",
            SECTIONS,
            "WIDEST_PUBLIC_PREFIX = 16",
            "WIDEST_PUBLIC_PREFIX = 0",
        ),
        Mutant(
            "a role of another account administers the cluster",
            SECTIONS,
            'if f"::{config.aws.account_id}:" not in arn:',
            "if not arn:",
        ),
        Mutant(
            "a deploy role needs no permissions boundary",
            SECTIONS,
            "config.ci.deploy_role is not None and config.aws.permissions_boundary is None",
            "config.ci.deploy_role is not None and config.aws is None",
        ),
        Mutant(
            "the VPC may have public addresses",
            NETWORK,
            "if not any(cidr.subnet_of(private)",
            "if any(cidr == (private)",
        ),
        Mutant(
            "addresses of Services overlap the VPC",
            NETWORK,
            "ipaddress.IPv4Network(config.cluster.service_cidr).overlaps(cidr)",
            "ipaddress.IPv4Network(config.cluster.service_cidr) == cidr",
        ),
        Mutant(
            "the master user may be called postgres",
            DATA,
            "if database.username in RESERVED_DATABASE_USERS:",
            "if not database.username:",
        ),
        Mutant("Argo CD may follow HEAD", TYPES, "(?!HEAD$)", ""),
        Mutant("a chart's version may be a range", TYPES, r'matching(r"^v?[0-9]+', r'matching(r"^[v^~]?[0-9]+'),
        Mutant("a path leaves the repository", TYPES, r"^(?!/)(?!.*\.\.)[\w./-]+$", r"^(?!/)[\w./-]+$"),
        Mutant("a path has two forms", TYPES, "if path != shortest:", "if not path:"),
        Mutant("any port of github.com is GitHub's SSH", "components/config/git_urls.py", "(?::22)?", "(?::[0-9]+)?"),
        Mutant(
            "backups can be switched off",
            "components/config/data.py",
            "backup_retention_days: int = Field(default=14, ge=7,",
            "backup_retention_days: int = Field(default=14, ge=0,",
        ),
        Mutant(
            "a secret may stand in the stack file",
            "components/config/reader.py",
            "for key in sorted(secret)\n",
            "for key in sorted(secret - secret)\n",
        ),
    ),
)

CAPACITY = Area(
    "capacity",
    (
        "unit/sizing/test_capacity.py",
        "unit/validation/test_fit_rules.py",
        "unit/config/test_config.py",
        "unit/validation/test_cap_rules.py",
        "systems/test_own_stores.py",
    ),
    (
        Mutant(
            "nodes that hold nothing are accepted",
            RULES,
            "return [*found, *(capacity_problems(config) if reckon else ())]",
            "return found",
        ),
        Mutant(
            "too few nodes are accepted",
            FITS,
            "if sums is None or config.cluster is None or not sums.homeless:",
            "if sums is None or config.cluster is None or sums:",
        ),
        Mutant(
            "too few addresses are accepted",
            FITS,
            "        yield from _addresses(config)\n",
            "",
        ),
        Mutant(
            "too few connections are accepted",
            FITS,
            "        yield from _connections(config)\n",
            "",
        ),
        Mutant("a quota's cap leaves out its headroom", CAPS, "environment.quota_headroom_percent)", "0)"),
        Mutant("a quota's cap leaves out its memory", CAPS, "and load.memory_request <= allowed.memory_request", ""),
        Mutant(
            "a service has more pods than its autoscaler may reach",
            ENVIRONMENTS,
            "override.replicas > shared:",
            "override.replicas < 0:",
        ),
        Mutant(
            "more nodes are named than the maximum takes",
            REMEDIES,
            "if maximum > nodes.maximum else",
            "if not maximum else",
        ),
        Mutant("one node is named for Karpenter", REMEDIES, "least = max(nodes.least_desired, ", "least = max(1, "),
        Mutant(
            "Karpenter runs without a node to start",
            "components/validation/edge_rules.py",
            "if nodes.desired == nodes.maximum:",
            "if nodes.desired > nodes.maximum:",
        ),
        Mutant("a host of Git has two forms", TYPES, "(https://[a-z0-9_.-]+/", "(https://[\\w.-]+/"),
        Mutant("Argo CD needs no room", FIT, "*argocd, *controllers, *jobs, ", "*controllers, *jobs, "),
        Mutant("the system's pods need no room", FIT, "*jobs, *SYSTEM_PODS),", "*jobs),"),
        Mutant(
            "services that roll need no room",
            FIT,
            "pods=rolling_peak([pods]).pods,",
            "pods=pods.pods,",
        ),
        Mutant(
            "pools of a database in the namespace count on the stack's",
            FIT,
            "        if config.uses_database(environment)\n",
            "",
        ),
        Mutant(
            "connections are reckoned from the steady state",
            FIT,
            "CONNECTIONS_WHILE_ROLLING_PERCENT = 150",
            "CONNECTIONS_WHILE_ROLLING_PERCENT = 100",
        ),
    ),
)
