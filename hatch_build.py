"""Compiles the catalogues when a wheel is built, so that no gettext is needed."""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):
    """Puts the compiled catalogues where the wheel takes them up."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every catalogue."""
        sys.path.insert(0, self.root)
        from tools.catalogues import compile_all

        compile_all()
