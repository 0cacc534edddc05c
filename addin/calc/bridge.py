"""The bridge to a running LibreOffice: loads UNO, connects, and turns its exceptions into sentences."""

from __future__ import annotations

import builtins
import functools
import importlib.util
import inspect
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias, TypeVar

from addin.calc.errors import CalcError, NoBridgeError, NotConnectedError

UnoObject: TypeAlias = Any  # what LibreOffice hands out has no types for Python
T = TypeVar("T")
_Class = TypeVar("_Class", bound=type)

_ATTEMPTS = 3
_PAUSE_SECONDS = 0.2
_INSTALLED = (
    "/usr/lib/python3/dist-packages",
    "/usr/lib64/python3/site-packages",
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/opt/libreoffice/program",
    "/Applications/LibreOffice.app/Contents/Resources",
    "C:/Program Files/LibreOffice/program",
)


def _places() -> Iterator[Path]:
    """Yield the files ``uno.py`` may be, beside the office program first."""
    program = shutil.which("soffice")
    if program is not None:
        yield Path(program).resolve().parent / "uno.py"
    for folder in _INSTALLED:
        yield Path(folder) / "uno.py"


@functools.cache
def load_uno() -> ModuleType:
    """Return the module ``uno``, loaded from its file alone.

    Its folder never goes on ``sys.path``, where the other packages of the system would shadow those of
    this environment; the hook that it puts into ``import`` is taken out again, and so is the folder
    of LibreOffice that it appends.

    Raises:
        NoBridgeError: It is not installed, or belongs to another version of Python.
    """
    file = next((place for place in _places() if place.is_file()), None)
    if file is None:
        raise NoBridgeError(reason="uno.py")
    spec = importlib.util.spec_from_file_location("uno", file)
    if spec is None or spec.loader is None:
        raise NoBridgeError(reason=str(file))
    path, importing = list(sys.path), builtins.__import__
    # The native half looks the Python half up by this name.
    module = sys.modules["uno"] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ImportError as exc:
        del sys.modules["uno"]
        raise NoBridgeError(reason=f"{file}, Python {sys.version_info.major}.{sys.version_info.minor}") from exc
    finally:
        sys.path[:] = path
        builtins.__import__ = importing
    return module


def resolve(address: str) -> UnoObject:
    """Return the component context of the office that listens at an address such as ``pipe,name=houqin``.

    An office that has only begun to listen may let go of a connection while it is made: it is tried again.

    Raises:
        NotConnectedError: Nothing listens there.
    """
    local = load_uno().getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    left = _ATTEMPTS
    while True:
        left -= 1
        try:
            return resolver.resolve(f"uno:{address};urp;StarOffice.ComponentContext")
        except _uno_exception() as exc:
            if not left or not type(exc).__name__.endswith("DisposedException"):
                raise NotConnectedError(where=address) from exc
            time.sleep(_PAUSE_SECONDS)


def service(context: UnoObject, name: str) -> UnoObject:
    """Return a new instance of a service of the office."""
    return context.ServiceManager.createInstanceWithContext(name, context)


def struct(name: str, **fields: object) -> UnoObject:
    """Return a UNO structure below ``com.sun.star`` with its fields set."""
    made = load_uno().createUnoStruct(f"com.sun.star.{name}")
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def enum(name: str, value: str) -> UnoObject:
    """Return one value of a UNO enumeration below ``com.sun.star``."""
    return load_uno().Enum(f"com.sun.star.{name}", value)


def properties(**values: object) -> tuple[UnoObject, ...]:
    """Return property values as LibreOffice takes them when it opens and stores."""
    return tuple(struct("beans.PropertyValue", Name=name, Value=value) for name, value in values.items())


def url_of(path: str | Path) -> str:
    """Return the URL of a file."""
    return str(load_uno().systemPathToFileUrl(str(Path(path).absolute())))


def path_of(url: str) -> str:
    """Return the path of a file URL."""
    return str(load_uno().fileUrlToSystemPath(url))


def refused(action: Callable[[], T], instead: Callable[[str], Exception]) -> T:
    """Return what an action returns; a refusal of LibreOffice is raised as the error made from its reason."""
    try:
        return action()
    except _uno_exception() as exc:
        if _is_gone(exc):
            raise NotConnectedError(where="UNO") from exc
        raise instead(_reason(exc)) from exc


def border(cls: _Class) -> _Class:
    """Return the class with every public method and property raising our errors in place of UNO's."""
    for name, member in list(vars(cls).items()):
        where = f"{cls.__name__}.{name}"
        if isinstance(member, property):
            setattr(cls, name, property(_guarded(member.fget, where), _guarded(member.fset, where)))
        elif inspect.isfunction(member) and (not name.startswith("_") or name in _CALLED):
            setattr(cls, name, _guarded(member, where))
    return cls


_CALLED = frozenset({"__call__", "__len__", "__iter__", "__contains__", "__getitem__"})


def _guarded(function: Callable[..., Any] | None, where: str) -> Callable[..., Any] | None:
    if function is None:
        return None

    @functools.wraps(function)
    def call(*args: object, **options: object) -> object:
        return refused(
            lambda: function(*args, **options),
            lambda reason: CalcError(what=where, reason=reason),
        )

    return call


@functools.cache
def _uno_exception() -> type[Exception]:
    exception: type[Exception] = load_uno().getClass("com.sun.star.uno.Exception")
    return exception


def _is_gone(exc: Exception) -> bool:
    return type(exc).__name__.rpartition(".")[2] == "DisposedException"


def _reason(exc: Exception) -> str:
    """Return LibreOffice's own words in brackets; a mere place in its source says nothing to anybody."""
    message = str(getattr(exc, "Message", "")).split(" at .")[0].strip()
    kind = type(exc).__name__.rpartition(".")[2]
    return f"（{message or kind}）" if not message.startswith("at .") else f"（{kind}）"
