# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The part of JSON Schema that doc/status.schema.json uses. What is not understood is an error, so a
schema can't pass by words that nobody checks."""

import json
import pathlib
import re

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / 'doc' / 'status.schema.json'

TYPES = {
    'object': lambda v: isinstance(v, dict),
    'array': lambda v: isinstance(v, list),
    'string': lambda v: isinstance(v, str),
    'boolean': lambda v: isinstance(v, bool),
    'integer': lambda v: isinstance(v, int) and not isinstance(v, bool),
    'number': lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    'null': lambda v: v is None,
}
IGNORED = {'$schema', 'title', 'description', '$defs'}


class Mismatch(Exception):
    pass


class Schema:
    def __init__(self, root=None):
        self.root = root or json.loads(SCHEMA.read_text(encoding='utf-8'))

    def check(self, value, name=None):
        """Raises Mismatch unless value is one of what the schema allows; name: of a definition."""
        self._check(value, self.root['$defs'][name] if name else self.root, '$')

    def _check(self, value, schema, where):
        for word, want in schema.items():
            if word in IGNORED or word == 'additionalProperties':
                continue
            getattr(self, '_' + word.lstrip('$'))(value, want, where, schema)

    def _ref(self, value, want, where, _):
        node = self.root
        for part in want.removeprefix('#/').split('/'):
            node = node[part]
        self._check(value, node, where)

    def _type(self, value, want, where, _):
        wanted = want if isinstance(want, list) else [want]
        if not any(TYPES[kind](value) for kind in wanted):
            raise Mismatch(f'{where}: {value!r} is no {want}')

    def _const(self, value, want, where, _):
        if value != want:
            raise Mismatch(f'{where}: {value!r} is not {want!r}')

    def _enum(self, value, want, where, _):
        if value not in want:
            raise Mismatch(f'{where}: {value!r} is none of {want}')

    def _minimum(self, value, want, where, _):
        if value is not None and value < want:
            raise Mismatch(f'{where}: {value!r} is less than {want}')

    def _maximum(self, value, want, where, _):
        if value > want:
            raise Mismatch(f'{where}: {value!r} is more than {want}')

    def _pattern(self, value, want, where, _):
        if not re.search(want, value):
            raise Mismatch(f'{where}: {value!r} does not match {want}')

    def _required(self, value, want, where, _):
        for key in want:
            if key not in value:
                raise Mismatch(f'{where}: {key} is missing')

    def _properties(self, value, want, where, schema):
        more = schema.get('additionalProperties', True)
        for key, member in value.items():
            if key in want:
                self._check(member, want[key], f'{where}.{key}')
            elif more is False:
                raise Mismatch(f'{where}: {key} is not described')
            elif more is not True:
                self._check(member, more, f'{where}.{key}')

    def _items(self, value, want, where, _):
        for number, element in enumerate(value):
            self._check(element, want, f'{where}[{number}]')

    def _oneOf(self, value, want, where, _):
        problems = []
        for choice in want:
            try:
                self._check(value, choice, where)
            except Mismatch as mismatch:
                problems.append(str(mismatch))
        if len(problems) != len(want) - 1:
            raise Mismatch(f'{where}: fits {len(want) - len(problems)} of {len(want)}: '
                           + '; '.join(problems))
