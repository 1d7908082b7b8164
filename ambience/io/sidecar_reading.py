"""Reading back the sidecar that lies beside a render."""

import json
from pathlib import Path
from typing import Any

from ambience.errors import ParameterError, explain
from ambience.io.sidecar import FORMAT_VERSION

_NEEDED = ("title", "seed", "audio", "loudness", "tempo_map", "markers", "sections", "ledger", "files")


def read_sidecar(audio: Path) -> dict[str, Any] | None:
    """Return what the sidecar beside a sound file says, or None where there is none that names this file.

    Raises
    ------
    ParameterError
        If it is one of ours but of a format that this version does not know.
    """
    path = audio.with_suffix(".json")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(document, dict) or any(key not in document for key in _NEEDED):
        return None
    if document.get("format") != FORMAT_VERSION:
        rule = f"must be {FORMAT_VERSION}"
        raise ParameterError(explain(str(path), "format", document.get("format"), rule, "Render the file again."))
    return document if audio.name in [record["name"] for record in document["files"]] else None
