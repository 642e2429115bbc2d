"""The six phases, in order, through papermill."""

import sys

# papermill pulls in, for checks and file systems no notebook of ours has, a parser of international addresses (over a
# second and 20 MB) and Arrow (another 20 MB); both are optional to it. They are left out while it is imported.
_LEFT_OUT = tuple(name for name in ("rfc3987_syntax", "pyarrow") if name not in sys.modules)
sys.modules.update(dict.fromkeys(_LEFT_OUT))  # type: ignore[arg-type]  # None is how Python marks a module as absent
try:
    import papermill.execute  # noqa: F401
finally:
    for _name in _LEFT_OUT:
        del sys.modules[_name]
