"""A PostgreSQL for the tests, with a master user like that of RDS, and the Job's container run against it.

The server runs in a user namespace, because PostgreSQL refuses to run as root, and listens on a Unix socket only.
As on RDS, `postgres` and `template1` belong to the master, who is no superuser. One addition of RDS is emulated: RDS
lets rds_superuser create the extension `vector`; here its control file says `trusted`, as those of uuid-ossp and
pgcrypto do anyway, so that anyone with the right to create in the database may create it.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from components.data.bootstrap_scripts import COMMAND, ENVIRONMENT, SCRIPTS, DatabasePlan, files

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / ".tools" / "postgresql" / "bin"
MASTER, MASTER_PASSWORD = "platform_admin", 'master\'s "own" pass\\word'
OWNER, OWNER_PASSWORD = "rdsadmin", "never seen by the program"
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "--propagation", "private")
NOBODY = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
START_SECONDS = 20
PORT = 5432

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
fsync = off
log_statement = 'ddl'
max_connections = 20
shared_buffers = '16MB'
"""
"""`log_statement` is set as in the platform's parameter group, so the log shows what RDS would log."""

LIKE_RDS = f"""
CREATE ROLE rds_superuser NOLOGIN;
\\getenv password PGPASSWORD_OF_MASTER
CREATE ROLE {MASTER} LOGIN CREATEDB CREATEROLE PASSWORD :'password';
GRANT rds_superuser TO {MASTER};
ALTER DATABASE postgres OWNER TO {MASTER};
ALTER DATABASE template1 OWNER TO {MASTER};
"""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Exit status of a program, and its output on both streams."""

    status: int
    text: str


def program(name: str) -> str:
    """Path of a program of PostgreSQL; FileNotFoundError with the remedy if it is missing."""
    path = PROGRAMS / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing. Run `make cluster-tools`.")
    return str(path)


def url(name: str, password: str, host: str) -> str:
    """The URL of a database in the form that the platform writes, for a server on a socket."""
    user = quote(name, safe="")
    return f"postgresql://{user}:{password}@{quote(host, safe='')}:{PORT}/{user}?sslmode=require"


@dataclass(kw_only=True)
class Server:
    """One running instance."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def log(self) -> str:
        """Everything the server has logged."""
        return (self.folder / "log").read_text()

    def start(self) -> None:
        """Create the instance and wait until it answers; RuntimeError with its log if it does not."""
        data, password = self.folder / "data", self.folder / "password"
        password.write_text(OWNER_PASSWORD)
        initdb = [*NOBODY, program("initdb"), "--pgdata", str(data), "--username", OWNER, "--auth", "scram-sha-256"]
        subprocess.run([*initdb, "--pwfile", str(password), "--no-sync"], check=True, capture_output=True)
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(socket=self.folder))
        trusted = self.folder / "vector.control"
        share = subprocess.run([program("pg_config"), "--sharedir"], check=True, capture_output=True, text=True)
        control = Path(share.stdout.strip()) / "extension" / "vector.control"
        trusted.write_text(f"{control.read_text()}\ntrusted = true\n")
        served = f'mount --bind "$1" "$2" && shift 2 && exec {" ".join(NOBODY)} "$@"'
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *NAMESPACE,
                    "sh",
                    "-c",
                    served,
                    "sh",
                    str(trusted),
                    str(control),
                    program("postgres"),
                    "-D",
                    str(data),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        end = time.monotonic() + START_SECONDS
        while (asked := self.psql(OWNER, OWNER_PASSWORD, "postgres", "SELECT 1")).status:
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError(f"PostgreSQL does not start: {asked.text}{self.log}")
            time.sleep(0.1)
        likeness = self.psql(OWNER, OWNER_PASSWORD, "postgres", LIKE_RDS)
        if likeness.status:
            raise RuntimeError(likeness.text)

    def stop(self) -> None:
        """End the server, if it was started, and wait until it has ended."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def psql(self, user: str, password: str, database: str, statement: str) -> Ended:
        """Run a script as a user, through psql's standard input."""
        given = {"PGUSER": user, "PGPASSWORD": password, "PGDATABASE": database, "PGHOST": str(self.folder)}
        return _ended(["psql", "--no-psqlrc", "-At", "--set", "ON_ERROR_STOP=1"], given, statement)

    def rows(self, statement: str, database: str = "postgres") -> list[str]:
        """Run a query as the instance's owner, who sees everything; a line for each row."""
        ended = self.psql(OWNER, OWNER_PASSWORD, database, statement)
        assert ended.status == 0, ended.text
        return ended.text.splitlines()

    def by_url(self, address: str, statement: str = "SELECT current_user") -> Ended:
        """Connect with nothing but a URL."""
        return _ended(["psql", "--no-psqlrc", "-At", "--dbname", address, "--command", statement], {}, "")

    def run(self, *command: str) -> Ended:
        """Run a program of PostgreSQL, such as pg_dump."""
        return _ended(command, {}, "")

    def bootstrap(
        self, databases: Sequence[DatabasePlan], passwords: Mapping[str, str], *, master: str = MASTER_PASSWORD
    ) -> Ended:
        """Run the Job's container: its files, its command, its environment. `passwords` by database."""
        scripts, secrets = self.folder / "bootstrap", self.folder / "secrets"
        written = {scripts / name: text for name, text in files(databases).items()}
        written |= {secrets / "master" / "username": MASTER, secrets / "master" / "password": master}
        written |= {secrets / "databases" / n: url(n, word, str(self.folder)) for n, word in passwords.items()}
        for old in (secrets / "databases").glob("*"):
            old.unlink()
        for path, text in written.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        places = {"BOOTSTRAP": str(scripts), "SECRETS": str(secrets), "PGHOST": str(self.folder), "PGPORT": str(PORT)}
        command = [part.replace(SCRIPTS, str(scripts), 1) for part in COMMAND]
        return _ended(command, {**ENVIRONMENT, **places}, "")


@contextmanager
def running() -> Generator[Server]:
    """A server that leaves nothing behind. Its folder has a short path: a socket's has at most 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = Server(folder=folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _ended(command: Sequence[str], given: Mapping[str, str], typed: str) -> Ended:
    done = subprocess.run(
        [*command],
        env={"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "PGPASSWORD_OF_MASTER": MASTER_PASSWORD, **given},
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        # Without a terminal, as in a pod.
        start_new_session=True,
    )
    return Ended(status=done.returncode, text=done.stdout)
