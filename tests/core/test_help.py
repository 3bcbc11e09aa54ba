"""Every command tells what it can do: its help is made from the methods' own settings."""

import pytest

from mer_core.cli import COMMANDS, main


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_shown(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"mer_core {command}" in capsys.readouterr().out
