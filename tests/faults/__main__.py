"""Kill runs and see that nothing is lost or doubled: ``python -m tests.faults --kills 500``."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections import Counter
from functools import partial
from itertools import chain
from pathlib import Path

import click

from tests.faults.kills import at_boundaries, killed
from tests.faults.migrating import killed_migrations
from tests.faults.schools import HISTORIES
from tests.faults.troubles import in_trouble
from tests.faults.watching import killed_daemons

AT_RANDOM = {
    None: killed,
    "fresh": partial(killed, start="fresh"),
    "daemons": killed_daemons,
    "migrations": killed_migrations,
}


@click.command()
@click.option("--kills", default=200, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--history", "names", multiple=True, type=click.Choice([each.name for each in HISTORIES]))
@click.option("--daemons", "victims", flag_value="daemons", help="Kill daemons while departments save, not runs.")
@click.option("--fresh", "victims", flag_value="fresh", help="Kill interpreters with worker processes, not forks.")
@click.option("--migrations", "victims", flag_value="migrations", help="Kill openings of an earlier program's ledger.")
@click.option("--boundaries", is_flag=True, help="Before that, kill every run at each boundary between its steps.")
@click.option("--troubles", is_flag=True, help="Before that, try what disks, rights, locks and clocks may do.")
def main(
    *, kills: int, seed: int, names: tuple[str, ...], victims: str | None, boundaries: bool, troubles: bool
) -> None:
    """Kill that many runs and print what went wrong, and how many were killed at what."""
    histories = [each for each in HISTORIES if each.name in (names or [each.name])]
    done: Counter[str] = Counter()
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        for name, wrong in in_trouble(here / "trouble", histories) if troubles else ():
            failures += len(wrong)
            click.echo(f"{name}: {wrong or 'made up for'}")
        swept = at_boundaries(here / "boundaries", histories) if boundaries else ()
        at_random = AT_RANDOM[victims]
        with contextlib.suppress(KeyboardInterrupt):  # what was found until then counts
            struck = at_random(here / "random", kills, seed, histories) if kills else ()
            for found in chain(swept, struck):
                done += found.kills
                failures += len(found.wrong)
                for line in found.wrong:
                    click.echo(line)
                click.echo(f"{done.total()} kills, {failures} failures", err=True)
    for part, count in sorted(done.items()):
        click.echo(f"{count:6} {part}")
    click.echo(f"{done.total()} kills, {failures} failures")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
