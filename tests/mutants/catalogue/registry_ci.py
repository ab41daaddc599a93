"""Breaks of the image registry and of the identities of CI."""

from tests.mutants.model import Area, Mutant

FILE = "components/registry.py"
ROLES = "components/ci/github_oidc.py"
SUBJECTS = "components/ci/trust.py"
READ = "components/ci/policies/read.py"
DEPLOY = "components/ci/policies/deploy.py"

REGISTRY = Area(
    "registry",
    ("unit/test_registry.py",),
    (
        Mutant("every image tag can be overwritten", FILE, '"IMMUTABLE_WITH_EXCLUSION"', '"MUTABLE"'),
        Mutant("images are not scanned", FILE, "scan_on_push=True", "scan_on_push=False"),
        Mutant(
            "images are not encrypted with the stack's key", FILE, "kms_key=key.arn if key else None", "kms_key=None"
        ),
        Mutant("a destroy throws away images", FILE, "force_delete=False,", "force_delete=True,"),
        Mutant(
            "a destroy takes the repositories along",
            FILE,
            "retain_on_delete=retain,",
            "retain_on_delete=False,",
        ),
        Mutant(
            "repositories are not protected",
            FILE,
            "protect=args.protect and not retain)",
            "protect=False)",
        ),
        Mutant("images that run somewhere expire", FILE, '"countNumber": settings.keep_tagged,', '"countNumber": 20,'),
        Mutant(
            "tagged images expire by age",
            FILE,
            '"countType": "imageCountMoreThan",',
            '"countType": "sinceImagePushed",',
        ),
        Mutant("untagged images pile up", FILE, '"tagStatus": "untagged",', '"tagStatus": "any",'),
        Mutant(
            "a second stack makes the account's repositories again",
            FILE,
            "if args.settings.ownership is Ownership.EXISTING:",
            "if not args.repositories:",
        ),
    ),
)

IDENTITIES = Area(
    "identities",
    ("unit/ci/test_github_oidc.py",),
    (
        Mutant(
            "roles of CI are not capped by the permissions boundary",
            ROLES,
            "permissions_boundary=self._args.account.permissions_boundary_arn,",
            "",
        ),
        Mutant(
            "any workflow may push",
            ROLES,
            "contexts=[branch_context(branch) for branch in push.branches],",
            'contexts=["pull_request"],',
        ),
        Mutant(
            "a deployment needs no approval of its GitHub environment",
            ROLES,
            "contexts = [environment_context(config.github_environment)]",
            'contexts = [branch_context("main")]',
        ),
        Mutant(
            "a destroy of staging takes the account's OIDC provider along",
            ROLES,
            "depends_on=depends_on, retain_on_delete=retain)",
            "depends_on=depends_on)",
        ),
        Mutant(
            "a second stack makes the push role again",
            ROLES,
            "if push.ownership is Ownership.EXISTING:",
            "if not push.branches:",
        ),
        Mutant(
            "the preview role deploys",
            ROLES,
            'self._attach(f"{name}-read", role, read)\n        return role.arn',
            'self._attach(f"{name}-read", role, read)\n'
            '        self._attach(f"{name}-data", role, self._policy(f"{name}-data", "", data_policy(self._scope())))\n'
            "        return role.arn",
        ),
        Mutant("tokens for any audience are taken", ROLES, "client_id_lists=[AUDIENCE]", 'client_id_lists=["*"]'),
    ),
)

TRUST = Area(
    "trust",
    ("unit/ci/test_trust.py", "unit/ci/test_github_oidc.py"),
    (
        Mutant(
            "every workflow of the repository is trusted",
            SUBJECTS,
            'f"repo:{form}:{context}"',
            'f"repo:{form}:*"',
        ),
        Mutant(
            "the audience of a token does not matter",
            SUBJECTS,
            '        f"{GITHUB_OIDC_HOST}:aud": AUDIENCE,\n',
            "",
        ),
        Mutant("claims are compared as patterns", SUBJECTS, '{"StringEquals": claims}', '{"StringLike": claims}'),
        Mutant(
            "a repository of the same name is trusted after a renaming",
            SUBJECTS,
            "if repository.repository_id is not None:\n",
            "if repository.repository_id is None:\n",
        ),
        Mutant(
            "GitHub's immutable subjects are refused",
            SUBJECTS,
            "if repository.owner_id is not None or repository.repository_id is not None:",
            "if not names:",
        ),
        Mutant(
            "a branch name may be a pattern",
            SUBJECTS,
            r'_EXACT = re.compile(r"[\w./+@#=-]+"',
            r'_EXACT = re.compile(r"[\w./+@#=*-]+"',
        ),
    ),
)

PERMISSIONS = Area(
    "permissions",
    ("unit/ci/test_policies.py",),
    (
        Mutant("the push role pushes to all repositories", READ, "resources=repository_arns,", 'resources=["*"],'),
        Mutant(
            "the push role deletes images",
            READ,
            '"ecr:UploadLayerPart"],',
            '"ecr:UploadLayerPart", "ecr:BatchDeleteImage"],',
        ),
        Mutant(
            "previews read the values of secrets",
            READ,
            '"secretsmanager:ListSecretVersionIds"],',
            '"secretsmanager:ListSecretVersionIds", "secretsmanager:GetSecretValue"],',
        ),
        Mutant(
            "previews read every state of the bucket",
            READ,
            'resources=[scope.state.objects("stacks"), ',
            'resources=[f"arn:aws:s3:::{scope.state.bucket}/*", ',
        ),
        Mutant(
            "a deployment makes roles without the boundary",
            DEPLOY,
            '            condition={"StringEquals": capped},\n',
            "",
        ),
        Mutant(
            "a deployment makes an administrator",
            DEPLOY,
            "attachable = [*policies, ",
            'attachable = [*policies, "arn:aws:iam::aws:policy/AdministratorAccess", ',
        ),
        Mutant(
            "a deployment passes any role",
            DEPLOY,
            'resources=[account.role_arn(f"{scope.prefix}-*")],',
            'resources=["*"],',
        ),
        Mutant(
            "a deployment of staging changes production's network",
            DEPLOY,
            "resources=[everything], condition=owned),",
            "resources=[everything]),",
        ),
        Mutant(
            "staging's deployment writes production's state",
            DEPLOY,
            'resources=[*(scope.state.objects(folder) for folder in ("backups", "history", "stacks")), locks],',
            'resources=[f"arn:aws:s3:::{scope.state.bucket}/*", locks],',
        ),
    ),
)
