"""`opentrusty completion`: what a shell needs to complete our commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

HINTS = {
    "bash": 'eval "$(opentrusty completion bash)"   # in ~/.bashrc',
    "zsh": 'eval "$(opentrusty completion zsh)"   # in ~/.zshrc',
    "fish": "opentrusty completion fish > ~/.config/fish/completions/opentrusty.fish",
}


@click.command(epilog="\b\n" + "\n".join(HINTS.values()))
@click.argument("shell", type=click.Choice(list(HINTS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(kind(ctx.find_root().command, {}, "opentrusty", "_OPENTRUSTY_COMPLETE").source())
