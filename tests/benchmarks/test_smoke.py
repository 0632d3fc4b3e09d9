"""The benchmark command measures real processes, and says so when what it measured is worth nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import anyio
import psycopg
import pytest

from benchmarks import loadgen, management
from benchmarks.bulk import Bulk
from benchmarks.databases import in_cluster
from benchmarks.people import person
from benchmarks.processes import cpu_seconds
from benchmarks.report import COLUMNS
from benchmarks.scale_seed import make_world
from benchmarks.servers import ROOT, serve_floor
from tests.support.postgres import Cluster

SCENARIOS = {"client_credentials-es256", "client_credentials-rs256", "client_credentials-opaque"}
OPTIONS = ["--quick", "--only", "client_credentials", "--database", "sqlite", "--seconds", "1"]
BURN = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"


def bench(*options: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *options],
        cwd=ROOT,
        env=None if path is None else {"PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


MEDIANS = {"per_second", "p50", "p99", "server", "database", "total", "in_floors", "others"}


def test_one_command_prints_the_table_and_writes_the_rounds(tmp_path: Path) -> None:
    """Every column has its figure, for the scenarios asked for and for the floor that they are compared with."""
    done = bench(*OPTIONS, "--json", str(tmp_path / "out.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    head, _, *lines = done.stdout.splitlines()
    assert all(column in head for column in COLUMNS)
    remarks = ("start-up", "Others")  # the second says that the machine was busy
    rows = {line.split()[0]: line.split()[1:] for line in lines if line and not line.startswith(remarks)}
    assert rows.keys() == SCENARIOS | {"floor-asgi", "floor-starlette"}
    assert all(len(row) >= 7 and float(row[1].replace(",", "")) > 0 for row in rows.values())
    assert any(line.startswith("start-up on sqlite: ") for line in lines)

    content = json.loads((tmp_path / "out.json").read_text())
    assert {"at", "machine", "floor_us", "start_up", "results"} <= content.keys()
    found = {one["scenario"]: one for one in content["results"]}
    assert found.keys() == rows.keys()
    for name in SCENARIOS:
        assert found[name]["problem"] is None
        assert found[name]["resident_mib"] > 10
        assert found[name]["median"].keys() == MEDIANS
        (round_,) = found[name]["rounds"]
        assert round_["load"]["operations"] > 10
        assert round_["server"] > content["floor_us"] / 2


def test_without_wrk_the_command_says_what_to_install() -> None:
    done = bench(*OPTIONS, path="")
    assert done.returncode == 1
    assert "apt-get install wrk" in done.stderr


def test_an_unknown_scenario_is_refused_by_name() -> None:
    done = bench("--only", "nonsense")
    assert done.returncode == 1
    assert "nonsense" in done.stderr


@pytest.mark.parametrize(
    ("status", "marker", "valid"), [(200, '"ok":true', True), (200, "something else", False), (201, '"ok":true', False)]
)
def test_a_wrong_answer_spoils_the_round(tmp_path: Path, status: int, marker: str, valid: bool) -> None:
    """An answer counts only with the status and the content that the scenario expects."""
    assert shutil.which("wrk"), "the benchmarks need wrk: apt-get install wrk"
    call: loadgen.Data = {"method": "GET", "path": "/", "headers": {}}
    with serve_floor("asgi", tmp_path) as server:
        load = loadgen.run("requests", server.url, {"status": status, "marker": marker, "requests": [call]}, seconds=1)
    assert (load.problem is None) is valid
    assert (load.operations > 0) is valid
    assert (load.unexpected == 0) is valid


def test_cpu_time_of_descendants_counts_while_they_live_and_afterwards() -> None:
    """What a child burned stays on the account of its parent's tree after the child has ended."""
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])\nprint(flush=True)\ninput()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    with parent:
        parent.stdout.readline()
        alive = cpu_seconds(parent.pid)
        parent.stdin.write(b"\n")
        parent.stdin.flush()
        parent.stdout.readline()
        after = cpu_seconds(parent.pid)
        parent.stdin.write(b"\n")
        parent.stdin.flush()
    assert alive > 0.25, "the kernel counts in ticks"
    assert after >= alive


def test_people_have_the_same_names_in_sql_as_in_python(postgres_cluster: Cluster) -> None:
    """What a search is drawn from is there to be found."""
    with in_cluster(postgres_cluster) as database, closing(Bulk(database.url)) as bulk:
        world = anyio.run(make_world, database, "http://127.0.0.1:9")
        bulk.named_people(world.pattern, 50)
        with psycopg.connect(database.url) as connection:
            rows = connection.execute(
                "SELECT id, username_normal FROM users WHERE id LIKE 'u000%' ORDER BY id"
            ).fetchall()
            terms = connection.execute("SELECT term FROM user_terms WHERE user_id = %s", [rows[7][0]]).fetchall()
    assert [username for _, username in rows] == [person(number)[0] for number in range(50)]
    username, given, family = person(7)
    assert {term for (term,) in terms} == {username, f"{username}@bench.example", given, family}


@pytest.mark.postgres
@pytest.mark.slow
def test_how_long_administrators_wait_is_measured(tmp_path: Path) -> None:
    """Every kind of request has its figures, and its goal where there is one; and so has an import."""
    done = bench("--management", "--quick", "--json", str(tmp_path / "out.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads((tmp_path / "out.json").read_text())
    asked = {question.name: question.goal for question in management.questions(1)}
    assert {one["name"]: one["goal"] for one in content["requests"]} == asked
    assert all(0 < one["p50"] <= one["p99"] and one["calls"] > 10 for one in content["requests"])
    found = {one["name"]: one["items"] for one in content["requests"]}
    assert found["search users: two names"] >= 1
    assert found["search users: a name and nonsense"] == 0
    assert content["import"]["per_second"] > 10
    assert all(name in done.stdout for name in asked)
