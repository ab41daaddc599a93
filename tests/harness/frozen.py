"""Maps and lists that refuse every change, because one run is read by many tests. A deep copy can be changed."""

import copy
from typing import Any, NoReturn


def _refuse(*_: object, **_named: object) -> NoReturn:
    raise TypeError("other tests read this as well: change a deep copy of it")


class FrozenDict(dict[str, Any]):
    """A map of a record."""

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return {key: copy.deepcopy(value, memo) for key, value in self.items()}


class FrozenList(list[Any]):
    """A list of a record."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return [copy.deepcopy(item, memo) for item in self]
