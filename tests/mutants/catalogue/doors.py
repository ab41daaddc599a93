"""Breaks of what stands behind the load balancer, and of refusals: one answer to a mistake, remedies that hold."""

from tests.mutants.model import Area, Mutant

DOOR_RULES = "components/validation/door_rules.py"
EDGE_RULES = "components/validation/edge_rules.py"
SECTIONS = "components/validation/section_rules.py"
REMEDIES = "components/validation/capacity_suggestions.py"

DOORS = Area(
    "doors and remedies",
    (
        "systems/test_door_rules.py",
        "systems/test_one_answer.py",
        "systems/test_own_stores.py",
        "systems/test_fit_remedies.py",
    ),
    (
        Mutant(
            "a preview's Rollout takes the environment's traffic",
            "components/validation/delivery_rules.py",
            "if environment.canary is not None and not config.local:",
            "if environment.canary is not None and config.local:",
        ),
        Mutant(
            "a host leads to nobody", DOOR_RULES, "if environment.hosts and index not in answering:", "if not index:"
        ),
        Mutant(
            "a private service answers to the load balancer",
            DOOR_RULES,
            "if service.public and service.port is not None]",
            "if service.port is not None]",
        ),
        Mutant(
            "a canary shifts traffic of nobody",
            DOOR_RULES,
            "if not behind_door(config, environment):",
            "if config.local:",
        ),
        Mutant("an example of a host is taken already", DOOR_RULES, "if name not in taken)", ")"),
        Mutant("nodes as targets need no node port", DOOR_RULES, "environment.hosts and given < needed:", "given < 0:"),
        Mutant(
            "Argo CD alone is no name to certify",
            DOOR_RULES,
            "if not named and config.edge.argocd_host is None:",
            "if not named:",
        ),
        Mutant(
            "data stands in two places",
            EDGE_RULES,
            "if value is None or used:",
            "if value is None or section is not None:",
        ),
        Mutant(
            "a database that nobody uses is paid for",
            SECTIONS,
            "    yield from _unused_data(config)\n",
            "",
        ),
        Mutant(
            "a misspelt section is missing, too",
            "components/validation/rules.py",
            "broken = {*broken, *_misspelt(config, broken)}",
            "broken = {*broken}",
        ),
        Mutant(
            "a closed port is GitHub's fault, too",
            SECTIONS,
            " and not has_blocked_port(config.repository.url):",
            ":",
        ),
        Mutant(
            "a number is named that the nodes do not hold",
            REMEDIES,
            'yield f"environments[{index}].{key}", first - 1',
            'yield f"environments[{index}].{key}", first',
        ),
        Mutant(
            "a group is named whose nodes find no addresses",
            REMEDIES,
            "(limit is None or limit.fits)",
            "(limit is None or limit.held)",
        ),
    ),
)
