"""Breaks of secrets, buckets and the making of databases: who fills an entry, who reads it, what a deletion takes."""

from tests.mutants.model import Area, Mutant

ENTRIES = "components/secrets/entries.py"
CONTRACT = "components/secrets/plan.py"
DELIVERY = "components/secrets/delivery.py"
BUCKETS = "components/data/storage.py"
BUCKET_POLICIES = "components/data/storage.py"
RULES = "components/validation/secret_rules.py"
WIRING = "components/stack/data.py"

SECRETS = Area(
    "secrets",
    (
        "unit/secrets/test_entries.py",
        "unit/secrets/test_plan.py",
        "unit/secrets/test_delivery.py",
        "unit/stack/test_nova_facts_secrets.py",
    ),
    (
        Mutant("passwords have characters that a URL does not take", ENTRIES, "special=False,", "special=True,"),
        Mutant("databases are reached without TLS", ENTRIES, "?sslmode=require", ""),
        Mutant("the cache's password is left out", ENTRIES, "*credentials, *address", "*address"),
        Mutant("every environment uses the same cache database", ENTRIES, "/{server.database}", "/0"),
        Mutant("the private key is in the older form", ENTRIES, "pair.private_key_pem_pkcs8,", "pair.private_key_pem,"),
        Mutant(
            "a deleted entry cannot be restored",
            ENTRIES,
            "recovery_window_in_days=self._args.settings.recovery_window_days,",
            "recovery_window_in_days=0,",
        ),
        Mutant(
            "entries ignore the environment's key", ENTRIES, "            kms_key_id=key.arn if key else None,\n", ""
        ),
        Mutant(
            "environments share their entries",
            CONTRACT,
            'f"{config.system.name}/{environment.name}/"',
            'f"{config.system.name}/"',
        ),
        Mutant("a cluster of somebody else gets entries", CONTRACT, " or config.cluster is None:", ":"),
        Mutant(
            "pods start before their Secrets are there", DELIVERY, "annotations={**WAIT_UNTIL_READY}", "annotations={}"
        ),
        Mutant("a Secret is fetched before its entry is filled", DELIVERY, ", depends_on=list(args.after)", ""),
        Mutant(
            "the shared database may be a service's own",
            RULES,
            "own = service.database is not None and service.database.name is None",
            "own = False",
        ),
        Mutant(
            "nobody asks for the operator", RULES, "if made and config.operators", "if not made and config.operators"
        ),
    ),
)

BOOTSTRAP = Area(
    "making of databases",
    ("unit/data/test_bootstrap.py", "unit/data/test_bootstrap_namespace.py", "unit/validation/test_config_refusals.py"),
    (
        Mutant(
            "the master's password lies where Applications deploy",
            WIRING,
            "        namespace=place.namespace,\n",
            "        namespace=made.environments[settings.name].namespace,\n",
        ),
        Mutant(
            "an environment lives with the Jobs",
            "components/validation/environment_rules.py",
            "| {PLATFORM_NAMESPACE, DATA_NAMESPACE, MONITORING_NAMESPACE}",
            "| {PLATFORM_NAMESPACE, MONITORING_NAMESPACE}",
        ),
        Mutant(
            "every pod beside the Jobs reaches the database",
            "components/controllers/network_policies.py",
            "pods: _policy({NAME: pods}, egress",
            "pods: _policy({}, egress",
        ),
        Mutant(
            "a Job starts before its namespace is guarded",
            WIRING,
            "after=[*place.ready, *operators.ready, *entries.ready],",
            "after=[*operators.ready, *entries.ready],",
        ),
        Mutant(
            "the store does not serve the Jobs",
            "components/stack/kubernetes.py",
            "[config.argocd.namespace, *environments, *jobs]",
            "[config.argocd.namespace, *environments]",
        ),
        Mutant(
            "nobody leaves room for the Jobs",
            "components/validation/capacity_sums.py",
            "*controllers, *jobs, *SYSTEM_PODS",
            "*controllers, *SYSTEM_PODS",
        ),
    ),
)

STORAGE = Area(
    "storage",
    ("unit/data/test_storage.py", "unit/stack/test_nova_facts_secrets.py"),
    (
        Mutant("a bucket's policy may open it", BUCKETS, "block_public_policy=True,", "block_public_policy=False,"),
        Mutant("objects belong to who wrote them", BUCKETS, '"BucketOwnerEnforced"', '"ObjectWriter"'),
        Mutant("a bucket takes plain HTTP", BUCKET_POLICIES, 'effect="Deny",', 'effect="Allow",'),
        Mutant("a deleted object is gone", BUCKETS, 'status="Enabled")', 'status="Suspended")'),
        Mutant(
            "a service may do anything with its bucket",
            BUCKET_POLICIES,
            'actions=["s3:ListBucket"]',
            'actions=["s3:*"]',
        ),
        Mutant(
            "a destroy takes the objects along",
            BUCKETS,
            "force_destroy=args.settings.force_destroy,",
            "force_destroy=True,",
        ),
        Mutant(
            "a bucket is not protected",
            BUCKETS,
            "opts=pulumi.ResourceOptions(parent=self, protect=args.protect),",
            "opts=pulumi.ResourceOptions(parent=self),",
        ),
        Mutant(
            "the bucket's role is not capped",
            BUCKETS,
            "            permissions_boundary=args.account.permissions_boundary_arn,\n",
            "",
        ),
        Mutant(
            "pods start before their identity",
            BUCKETS,
            "self.ready = (*settings, *self._identity(bucket, key))",
            "self._identity(bucket, key)\n        self.ready = settings",
        ),
    ),
)
