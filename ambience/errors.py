"""What `ambience` says when something it was given cannot be used."""


class AmbienceError(Exception):
    """Root of every error that a user can mend; its text is one finished line."""


class ParameterError(AmbienceError):
    """A value passed to a function or a command breaks that function's rule."""


class PresetError(AmbienceError):
    """A preset file cannot be read or breaks the preset's rules.

    Parameters
    ----------
    *lines : str
        One finished line for every fault that was found.
    """

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def explain(where: str, name: str, value: object, rule: str, hint: str = "") -> str:
    """Put a fault into the house's one line: where, name = value, rule, hint.

    Parameters
    ----------
    where : str
        File, table, class or option in which the fault stands.
    name : str
        Name of the setting; empty when the fault concerns `where` as a whole.
    value : object
        The value found; written as Python writes it.
    rule : str
        What must hold, without a full stop.
    hint : str
        What to do about it; a whole sentence, or empty.
    """
    fault = f"{name} = {value!r}, {rule}" if name else rule
    return f"{where}: {fault}." + (f" {hint}" if hint else "")


def require(holds: bool, where: str, name: str, value: object, rule: str, hint: str = "") -> None:
    """Raise `ParameterError` with the house's one line unless `holds`."""
    if not holds:
        raise ParameterError(explain(where, name, value, rule, hint))
