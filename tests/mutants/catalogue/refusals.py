"""Breaks of what a refusal says and of what is refused because nothing reads it: secrets shown, keys without effect."""

from tests.mutants.model import Area, Mutant

CONFIG = "components/config"
RULES = f"{CONFIG}/rules.py"
PROBLEMS = f"{CONFIG}/problems.py"
WORDING = f"{CONFIG}/wording.py"
TEXTS = f"{CONFIG}/secret_texts.py"
PLAIN = f"{CONFIG}/plain_secrets.py"
IDLE = f"{CONFIG}/idle_rules.py"
SYNCS = f"{CONFIG}/sync_rules.py"
VERSIONS = f"{CONFIG}/argocd_versions.py"

BROKEN_SECTIONS = Area(
    "sections that are wrong by themselves",
    ("systems/test_broken_sections.py",),
    (
        Mutant(
            "a rule reads a section that is not there",
            RULES,
            '_rule(edge_rules.webhooks, "system", "edge",',
            '_rule(edge_rules.webhooks, "edge",',
        ),
        Mutant("the sums leave out a section that they rest on", RULES, '"operators", "secrets"}', '"operators"}'),
    ),
)

SHOWN_SECRETS = Area(
    "secrets in a refusal",
    ("unit/config/test_redaction.py", "unit/config/test_messages.py"),
    (
        Mutant("a problem shows a secret of a known form", PROBLEMS, "masked(self.message)", "self.message"),
        Mutant("the name of a key shows a secret", PROBLEMS, "masked(p) if isinstance(p, str) else p", "p"),
        Mutant("a value at a secret's key is shown", PROBLEMS, "hidden=about_secrets(path)", "hidden=False"),
        Mutant("a validator shows the secret that it was given", WORDING, "MASK if hidden else masked(value)", "value"),
        Mutant("a password in a URL is shown", TEXTS, r"(?P<url>://[^\s:/@'\"]*:)", r"(?P<url>:///[^\s:/@'\"]*:)"),
        Mutant("a random word is shown", TEXTS, "MASK if _random(found[0]) else found[0]", "found[0]"),
        Mutant(
            "a secret is taken where any text may stand",
            PLAIN,
            "if isinstance(value, str) and looks_secret(value):",
            "if value is pasted:",
        ),
        Mutant("a password is a plain variable", PLAIN, "if SECRET_WORDS & set(words):", "if not words:"),
        Mutant("a token's lifetime is a secret", PLAIN, "words[-1] in ABOUT or ", ""),
    ),
)

IDLE_KEYS = Area(
    "keys that nothing reads",
    ("systems/test_idle_rules.py", "unit/validation/test_sync_rules.py"),
    (
        Mutant("nodes do not reach AWS", f"{CONFIG}/cluster.py", "if HTTPS_PORT not in ports:", "if not HTTPS_PORT:"),
        Mutant(
            "a worker has a Service's port", IDLE, "if service.port is None and field in", "if not field and field in"
        ),
        Mutant("a public worker is taken", IDLE, "if extra.public and extra.port is None:", "if not extra.name:"),
        Mutant("a manual sync is told to prune", IDLE, "if is_wanted and not sync.automated)", "if not key)"),
        Mutant("a service takes the ServiceAccount default", IDLE, "if service.short_name == DEF", "if service is DEF"),
        Mutant(
            "somebody else's repositories are described", IDLE, "if field in settings.model_fields_set:", "if not key:"
        ),
        Mutant("a misspelt keyword is a tag that moves", SYNCS, "NEAR = 0.85", "NEAR = 1.0"),
        Mutant(
            "what mutableTags say of existing repositories is ignored", SYNCS, " and not registry.sets_mutable_tags", ""
        ),
        Mutant("an Argo CD with a known hole is taken", VERSIONS, "if number < first or ", "if not number or "),
        Mutant("a candidate counts as the mended version", VERSIONS, ' or (number == first and "-" in tag)', ""),
        Mutant("Argo CD's chart may be years old", VERSIONS, "(_parts(ARGO_CD_CHART)[0], 0, 0)", "(0, 0, 0)"),
    ),
)
