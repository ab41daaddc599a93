"""Breaks of what Argo CD may read that is secret, of what checks webhooks, and of the project's walls."""

from tools.mutants.model import Area, Mutant

FILE = "components/argocd_access.py"
SECRETS = "components/argocd_secrets.py"
NOTES = "components/argocd_notifications.py"
RULES = "components/config/access_rules.py"
DELIVERY_RULES = "components/config/delivery_rules.py"
EDGE_RULES = "components/config/edge_rules.py"
SPECS = "components/gitops_specs.py"
SETS = "components/application_sets.py"
PROJECT = "components/config/project.py"

SECRET_ACCESS = Area(
    "Argo CD's secrets",
    ("test_argocd_access.py", "test_argocd_notifications.py"),
    (
        Mutant(
            "the secret of webhooks takes the place of Argo CD's own keys",
            SECRETS,
            '_template(data), creation="Merge")',
            '_template(data), creation="Owner")',
        ),
        Mutant("webhooks that call themselves GitLab's are believed", SECRETS, '    "webhook.gitlab.secret",\n', ""),
        Mutant(
            "the door opens before the secret of webhooks is there",
            FILE,
            'annotations={"pulumi.com/waitFor": "condition=Ready"},',
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
            SECRETS,
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
    ("test_access_rules.py", "test_webhook_rules.py"),
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

PROJECT_WALLS = Area(
    "AppProject",
    ("test_gitops_project.py", "test_gitops_sets.py", "test_gitops.py"),
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
