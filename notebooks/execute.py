"""Runs every notebook of this folder without a screen and fails where a cell fails.

Usage: VISAVIS_OUT=FOLDER python notebooks/execute.py
"""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

folder = Path(__file__).parent
for path in sorted(folder.glob("*.ipynb")):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    print(f"{path.name}: {len(notebook.cells)} cells ran")
