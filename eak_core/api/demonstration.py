"""The demonstration.

For ``demo.py``.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eak_core.demo.demonstration import Demo
else:

    def __getattr__(name: str) -> Any:
        # Only a demonstration needs what it is played with: no other site loads it.
        if name == "Demo":
            from eak_core.demo.demonstration import Demo

            return Demo
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "Demo",
]
