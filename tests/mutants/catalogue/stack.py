"""Breaks of the whole: providers, wiring, outputs. Seen in the committed stacks only."""

from tests.mutants.model import Area, Mutant

MAIN = "__main__.py"
WIRING = "components/stack/aws.py"
KUBERNETES = "components/stack/kubernetes.py"
EXPORTS = "components/stack/outputs.py"
EKS = "components/cluster/eks.py"

STACK = Area(
    "stack",
    (
        "unit/validation/test_stack_rules.py",
        "systems/test_own_stores.py",
        "unit/stack/test_nova_facts.py",
        "unit/stack/test_nova_facts_environments.py",
        "unit/stack/test_nova_facts_security.py",
    ),
    (
        Mutant(
            "AWS resources carry no tags",
            WIRING,
            "        default_tags=aws.ProviderDefaultTagsArgs(tags=tags(config)),\n",
            "",
        ),
        Mutant("the program runs in any account", WIRING, "        allowed_account_ids=[account.account_id],\n", ""),
        Mutant(
            "a changed kubeconfig replaces every Kubernetes object",
            KUBERNETES,
            "            cluster_identifier=cluster.arn,\n",
            "",
        ),
        Mutant("an edit by hand is a conflict", KUBERNETES, "            enable_patch_force=True,\n", ""),
        Mutant(
            "Kubernetes objects come before nodes and access",
            MAIN,
            "ResourceOptions(depends_on=made.eks.ready)",
            "ResourceOptions()",
        ),
        Mutant(
            "the database stands in public subnets",
            WIRING,
            "subnet_ids=place.network.private_subnet_ids,\n"
            "        client_security_group_id=place.eks.node_security_group_id,\n        # AWS would",
            "subnet_ids=place.network.public_subnet_ids,\n"
            "        client_security_group_id=place.eks.node_security_group_id,\n        # AWS would",
        ),
        Mutant(
            "production's database is not protected",
            WIRING,
            "protect=config.protect or settings.deletion_protection,",
            "protect=False,",
        ),
        Mutant(
            "production's cache is not protected",
            WIRING,
            "protect=config.protect,\n    )\n\n\ndef edge(",
            "protect=False,\n    )\n\n\ndef edge(",
        ),
        Mutant("nothing is exported", MAIN, "    export_all(config, made)\n", ""),
        Mutant(
            "nodes stand in public subnets",
            EKS,
            "vpc_cidr=args.network.cidr,\n                private_subnet_ids=args.network.private_subnet_ids,",
            "vpc_cidr=args.network.cidr,\n                private_subnet_ids=args.network.public_subnet_ids,",
        ),
        Mutant(
            "access goes before the Kubernetes objects that need it",
            EKS,
            "self.ready = (*self.cluster.access, nodes.node_group, *addons.ready)",
            "self.ready = (nodes.node_group, *addons.ready)",
        ),
        Mutant(
            "Kubernetes objects come before the add-ons",
            EKS,
            "self.ready = (*self.cluster.access, nodes.node_group, *addons.ready)",
            "self.ready = (*self.cluster.access, nodes.node_group)",
        ),
        Mutant("nodes do not wait for the CNI", EKS, "after=bootstrap.ready,", "after=(),"),
        Mutant(
            "the key of Secrets is not protected",
            EKS,
            "preview_role_arn=args.preview_role_arn,\n                protect=args.protect,",
            "preview_role_arn=args.preview_role_arn,\n                protect=False,",
        ),
        Mutant(
            "services find no database",
            KUBERNETES,
            'found |= {"DB_HOST": made.database.address, "DB_PORT": str(made.database.port)}',
            "pass",
        ),
        Mutant(
            "all environments write to one cache database",
            KUBERNETES,
            '"REDIS_DATABASE": str(settings.cache_database),',
            '"REDIS_DATABASE": "0",',
        ),
        Mutant(
            "an environment with a database of its own is told of the stack's",
            "components/config/platform.py",
            "return self.database is not None and environment.database_in_namespace is None",
            "return self.database is not None",
        ),
        Mutant(
            "an environment with a cache of its own is told of the stack's",
            "components/config/platform.py",
            "return self.cache is not None and environment.cache_in_namespace is None",
            "return self.cache is not None",
        ),
        Mutant(
            "services take calls from the whole internet",
            KUBERNETES,
            "ingress_cidrs=[*(private if internal else public), *settings.ingress_cidrs],",
            'ingress_cidrs=["0.0.0.0/0"],',
        ),
        Mutant(
            "an Application starts before its environment",
            KUBERNETES,
            "                    *made.environments[settings.name].ready,\n",
            "",
        ),
        Mutant(
            "Argo CD takes every address for the API server's",
            KUBERNETES,
            "return [config.network.cidr, config.cluster.service_cidr]",
            "return None",
        ),
        Mutant(
            "prod's deploy role may change the account's repositories",
            WIRING,
            "config.registry is not None and config.registry.ownership is Ownership.CREATE,",
            "config.registry is not None,",
        ),
        Mutant(
            "a stack's own tag replaces `Project`",
            "components/account/tags.py",
            '{**extra, "Project": project, "Environment": environment, "Owner": owner, "ManagedBy": "pulumi"}',
            '{"Project": project, "Environment": environment, "Owner": owner, "ManagedBy": "pulumi", **extra}',
        ),
        Mutant("the quota is not exported", EXPORTS, '        "quotas": {', '        "sizes": {'),
        Mutant(
            "the command that makes a kubeconfig names no region",
            EXPORTS,
            '"aws eks update-kubeconfig --region ", config.aws.region, " --name "',
            '"aws eks update-kubeconfig --name "',
        ),
        Mutant(
            "the roles of CI are not exported",
            EXPORTS,
            '            "deployRoleArn": made.identities.deploy_role_arn,\n',
            "",
        ),
    ),
)
