"""Import Gradio in three fifths of the time.

Whenever a component's class is made, Gradio parses the class's source anew and compares it with a stub for editors, which its
wheel has brought along already: the larger part of what `import gradio` takes beside its libraries, at every start of the app.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from types import ModuleType

_NAME = "gradio.component_meta"


def leave_stubs_alone() -> None:
    """From now on `import gradio` writes no stubs. Doing so again, or after it was imported, changes nothing."""
    if _NAME not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds that one module where it is found anyway; leaves all others alone."""

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        found = PathFinder.find_spec(fullname, path, target) if fullname == _NAME else None
        if found is None or not isinstance(found.loader, SourceFileLoader) or found.origin is None:
            return None
        return spec_from_file_location(fullname, found.origin, loader=_Loader(fullname, found.origin))


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        module.create_or_modify_pyi = lambda *_: None  # type: ignore[attr-defined]
