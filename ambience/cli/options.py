"""Options and arguments that several commands share."""

import click

preset = click.argument("preset")
seed = click.option("--seed", type=int, metavar="N", help="Seed, instead of the preset's own.")
duration = click.option("--duration", type=float, metavar="S", help="Length in seconds.")
state = click.option("--state", metavar="NAME", help="Hold one state for the whole duration.")
force = click.option("--force", is_flag=True, help="Replace files that exist.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
