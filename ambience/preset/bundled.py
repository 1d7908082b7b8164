"""The presets that come with the package: where they lie."""

from pathlib import Path


def bundled() -> dict[str, Path]:
    """List the presets that come with the package: name and file, by name."""
    package = Path(__file__).parents[1]
    checkout = package.parent
    folders = [package / "presets"]
    if (checkout / "pyproject.toml").is_file():
        folders.append(checkout / "presets")
    folder = next((folder for folder in folders if folder.is_dir()), folders[0])
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}
