"""Breaks of what Argo CD may read that is secret, of what checks webhooks, and of the project's walls."""

from tests.mutants.model import Area, Mutant

FILE = "components/argocd/access.py"
SECRETS = "components/argocd/secrets.py"
NOTES = "components/argocd/notifications.py"
RULES = "components/validation/access_rules.py"
KEYS = "components/config/host_keys.py"
CRON = "components/validation/cron.py"
SYNCS = "components/validation/sync_rules.py"
HOSTS = "components/validation/environment_rules.py"
SECTIONS = "components/validation/section_rules.py"
DELIVERY_RULES = "components/validation/delivery_rules.py"
EDGE_RULES = "components/validation/edge_rules.py"
SPECS = "components/argocd/specs.py"
SETS = "components/argocd/application_sets.py"
PROJECT = "components/config/argocd_project.py"

SECRET_ACCESS = Area(
    "Argo CD's secrets",
    ("unit/argocd/test_access.py", "unit/argocd/test_notifications.py"),
    (
        Mutant(
            "the secret of webhooks takes the place of Argo CD's own keys",
            SECRETS,
            'creation="Merge",',
            'creation="Owner",',
        ),
        Mutant("webhooks that call themselves GitLab's are believed", SECRETS, '    "webhook.gitlab.secret",\n', ""),
        Mutant(
            "the door opens before the secret of webhooks is there",
            FILE,
            "                annotations={**WAIT_UNTIL_READY},\n",
            "",
        ),
        Mutant(
            "the secret of webhooks comes before the Secret that it joins",
            FILE,
            "depends_on=[*args.after, args.release]",
            "depends_on=[*args.after]",
        ),
        Mutant(
            "secrets are asked for before their store is there", FILE, "depends_on=list(args.after)", "depends_on=[]"
        ),
        Mutant(
            "Argo CD's secrets have no parent",
            FILE,
            "opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.after))",
            "opts=pulumi.ResourceOptions(depends_on=list(args.after))",
        ),
        Mutant(
            "every project uses the repository's credentials",
            SECRETS,
            '{"project": project, "type": "git", "url": url}',
            '{"type": "git", "url": url}',
        ),
        Mutant("Argo CD does not know the repository's Secret", SECRETS, 'label="repository"', 'label="repo-creds"'),
        Mutant(
            "Argo CD loses its credentials while an entry is gone",
            "components/secrets/external_secret.py",
            '"deletionPolicy": "Retain"',
            '"deletionPolicy": "Delete"',
        ),
        Mutant("the wrong key of the entry is the deploy key", SECRETS, '("sshPrivateKey",)', '("password",)'),
        Mutant("a commit's text calls everybody on Discord", NOTES, '{{"parse": []}}', '{{"parse": ["everyone"]}}'),
        Mutant("nobody hears that a sync failed", NOTES, "in ['Error', 'Failed']", "in ['Error']"),
        Mutant("a pod that restarts tells everybody again", NOTES, '"oncePer": ONCE_PER, ', ""),
    ),
)

ACCESS_RULES = Area(
    "rules of access",
    ("unit/validation/test_access_rules.py", "unit/validation/test_webhook_rules.py"),
    (
        Mutant("any host may answer for the repository's", RULES, "if not settings.host_keys:", "if False:"),
        Mutant("the key of another host is taken", RULES, 'if known not in names.split(","):', "if not names:"),
        Mutant(
            "an SSH address goes without a key",
            RULES,
            "if address is not None and (settings is None or",
            "if address is not None and settings is not None and (False or",
        ),
        Mutant(
            "secrets of other systems come into the cluster",
            RULES,
            "if not reference.secrets_manager.startswith(tuple(config.secret_prefixes)):",
            "if False:",
        ),
        Mutant(
            "a root reads the folders of every stage",
            DELIVERY_RULES,
            "if not {environment.name, config.stage} & set(own.parts):",
            "if False:",
        ),
        Mutant(
            "Git may loosen what the program owns",
            RULES,
            "if (found.group, found.kind) in FORBIDDEN_KINDS:",
            "if False:",
        ),
        Mutant(
            "webhooks are believed without a secret",
            EDGE_RULES,
            "if config.argocd.webhook_secret is None:",
            "if False:",
        ),
        Mutant(
            "Argo CD is on the internet without a firewall",
            EDGE_RULES,
            "if edge.firewall is None and not edge.internal:",
            "if edge.firewall is None and edge.internal:",
        ),
    ),
)

STACK_RULES = Area(
    "rules of a stack",
    (
        "unit/validation/test_sync_rules.py",
        "unit/validation/test_cron.py",
        "unit/config/test_host_keys.py",
        "unit/validation/test_access_rules.py",
        "unit/validation/test_webhook_rules.py",
    ),
    (
        Mutant(
            "a key of another type is taken for a host's",
            KEYS,
            "if not parts or parts[0] != kind.encode():",
            "if not parts:",
        ),
        Mutant("half a key is taken", KEYS, "if len(part) != length:", "if len(part) > length:"),
        Mutant("a weak key is taken", KEYS, "RSA_BITS = 2048", "RSA_BITS = 512"),
        Mutant(
            "Sunday is 7", CRON, 'Field("day of the week", 0, 6, WEEKDAYS)', 'Field("day of the week", 0, 7, WEEKDAYS)'
        ),
        Mutant("a window on 31 February is taken", CRON, "if any_weekday and", "if not any_weekday and"),
        Mutant("a step of nothing is taken", CRON, "if step == 0 or last < first:", "if last < first:"),
        Mutant("a zone of nowhere is taken", SYNCS, "if window.time_zone not in _zones():", "if not window.time_zone:"),
        Mutant(
            "waits shrink",
            SYNCS,
            "if seconds(retry.max_duration) < seconds(retry.duration):",
            "if retry.max_duration < retry.duration:",
        ),
        Mutant(
            "a tag moves that the registry keeps",
            SYNCS,
            "if moves and not any",
            "if tag in KEYWORD_TAGS and not any",
        ),
        Mutant(
            "Git binds whom it likes to cluster-admin",
            RULES,
            "if (found.group, found.kind) in CLUSTER_RBAC_KINDS and found.name is None:",
            "if (found.group, found.kind) in CLUSTER_RBAC_KINDS and found.name:",
        ),
        Mutant(
            "previews of a private repository are never found",
            DELIVERY_RULES,
            "if access is not None and not is_app and",
            "if access is None and not is_app and",
        ),
        Mutant(
            "GitHub calls a door inside the VPC",
            EDGE_RULES,
            "if edge.internal and on_github:",
            "if not edge.internal and not on_github:",
        ),
        Mutant(
            "two environments share a host",
            HOSTS,
            "[host for e in everywhere for host in e.hosts],",
            '[f"{e.name}.{host}" for e in everywhere for host in e.hosts],',
        ),
        Mutant(
            "the chart of a scaler that does not run is read",
            SECTIONS,
            "and scaling is not scaler:",
            "and scaling is scaler:",
        ),
        Mutant(
            "settings of entries are taken where none is filled",
            SECTIONS,
            "if not any(found.entries for found in contracts):",
            "if not contracts:",
        ),
        Mutant(
            "hosts that nothing certifies are taken",
            SECTIONS,
            "if environment.hosts and config.edge is None:",
            "if environment.hosts and config.edge is not None:",
        ),
        Mutant(
            "messages link to localhost",
            SECTIONS,
            "if settings.notifications is not None and settings.url is None:",
            "if False:",
        ),
        Mutant(
            "a canary goes without a load balancer",
            EDGE_RULES,
            "for key, settings in needed.items():",
            "for key, settings in list(needed.items())[:2]:",
        ),
        Mutant(
            "a local cluster is told to fetch entries of Secrets Manager",
            RULES,
            "        if config.local:\n",
            "        if config.stage is None:\n",
        ),
    ),
)

PROJECT_WALLS = Area(
    "AppProject",
    ("unit/argocd/test_project.py", "unit/argocd/test_application_sets.py", "unit/argocd/test_applications.py"),
    (
        Mutant("orphans are not reported", SPECS, '            "warn": True,\n', '            "warn": False,\n'),
        Mutant("administrators make Applications of other projects", SPECS, "{project}/*, allow", "*/*, allow"),
        Mutant(
            "Argo CD fights the autoscaler of a canary",
            SPECS,
            "[] if settings.canary is None else [REPLICAS_OF_A_ROLLOUT]",
            "[]",
        ),
        Mutant(
            "the program's own yardstick is an orphan",
            SPECS,
            "if any(found.canary is not None for found in environments)",
            "if False",
        ),
        Mutant("a sync window holds for nobody", SPECS, 'spec["syncWindows"] = windows', "pass"),
        Mutant("a window that forbids allows", SPECS, '"kind": window.kind,', '"kind": "allow",'),
        Mutant("Applications of every namespace are taken", SPECS, "if found.delivery is Delivery.APP_OF_APPS))", "))"),
        Mutant(
            "Git gives out rights in its namespace", PROJECT, '    ("rbac.authorization.k8s.io", "RoleBinding"),\n', ""
        ),
        Mutant(
            "a preview claims the environment's host names", SETS, '            "patches": [WITHOUT_INGRESS],\n', ""
        ),
        Mutant(
            "pull requests into every branch are previewed",
            SETS,
            '            "filters": [{"targetBranchMatch": f"^{re.escape(settings.revision)}$"}],\n',
            "",
        ),
        Mutant("every pull request is previewed", SETS, '"labels": [previews.label], ', ""),
    ),
)
