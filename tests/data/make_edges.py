# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the structures of a good file begin, and which of its bytes say how many or how far: what make_broken.py cuts there and
makes lie.

list_cut (PARTS) and list_lying (PARTS) give (name, bytes). PARTS: the good file as (name, bytes, kind) in its order, where kind is
None, or what struct calls a number that must be as it is.
"""

import struct


def join(parts):
    return b''.join(part[1] for part in parts)


def list_cut(parts, last=None):
    """The file up to each of its structures and to the middle of it; @last: how many of them, for what may be cut off is at the end."""
    data, at = join(parts), 0
    for i, (name, contents, _) in enumerate(parts[:last]):
        yield 'cut-%02d-before-%s' % (i, name), data[:at]
        if len(contents) > 1:
            yield 'cut-%02d-in-%s' % (i, name), data[:at + len(contents) // 2]
        at += len(contents)


def list_lies(form, value):
    bits = 8 * struct.calcsize(form)
    yield 'none', 0
    yield 'less', value - 1
    yield 'more', value + 1
    yield 'negative', 1 << (bits - 1)
    yield 'most', (1 << bits) - 1


def list_lying(parts, spared=()):
    """@spared: names of the lies that do no harm."""
    data, at = join(parts), 0
    for i, (name, contents, form) in enumerate(parts):
        seen = set()
        for lie, value in list_lies(form, struct.unpack(form, contents)[0]) if form else ():
            new = struct.pack(form, value) if value >= 0 else contents
            full = '%s-%s' % (name, lie)
            if new != contents and new not in seen and full not in spared:
                yield 'lie-%02d-%s' % (i, full), data[:at] + new + data[at + len(contents):]
            seen.add(new)
        at += len(contents)


def take(data, layout):
    """@data by "name:bytes" or "name:form" words, as far as they say; the rest is the last part."""
    at, parts = 0, []
    for word in layout.split():
        name, form = word.split(':')
        size = int(form) if form.isdigit() else struct.calcsize(form)
        parts.append((name, data[at:at + size], None if form.isdigit() else form))
        at += size
    return parts, data[at:]


def split_png(data):
    parts, rest = take(data, 'signature:8')
    while rest:
        size, kind = struct.unpack('>I4s', rest[:8])
        more, rest = take(rest, 'length:>I kind:4 %s' % ('width:>I height:>I form:5' if kind == b'IHDR' else 'data:%d' % size) + ' sum:>I')
        parts += more
    return parts


def split_jpeg(data):
    parts, rest = take(data, 'start:2')
    while rest[:2] != b'\xff\xda':
        size, = struct.unpack('>H', rest[2:4])
        more, rest = take(rest, 'mark:2 length:>H segment:%d' % (size - 2))
        parts += more
    more, rest = take(rest, 'mark:2 length:>H scan-head:%d values:%d end:2' % (struct.unpack('>H', rest[2:4])[0] - 2, len(rest) - 4 - 10))
    return parts + more


def split_webp(data):
    parts, rest = take(data, 'riff:4 size:<I webp:4')
    while rest:
        more, rest = take(rest, 'kind:4 length:<I chunk:%d' % (struct.unpack('<I', rest[4:8])[0] + 1 & ~1))
        parts += more
    return parts


def split_gzip(data):
    parts, rest = take(data, 'magic:2 method:B flags:1 time:4 level:1 system:1 values:%d sum:<I length:<I' % (len(data) - 18))
    assert not rest
    return parts


def split_zip(data):
    """Every structure of the archive; the numbers of the directory, which is the part that is believed."""
    parts, rest = [], data
    directory = data.index(b'PK\1\2')
    while rest[:4] == b'PK\3\4':
        packed, name, extra = struct.unpack('<I4xHH', rest[18:30])
        more, rest = take(rest, 'local:26 lengths:4 name:%d extra:%d contents:%d' % (name, extra, packed))
        parts += more
    while rest[:4] == b'PK\1\2':
        name, = struct.unpack('<H', rest[28:30])
        more, rest = take(rest, 'entry:10 method:<H time:4 sum:<I packed:<I size:<I name-length:<H extra-length:<H rest:10 place:<I '
                          'name:%d' % name)
        parts += more
    more, rest = take(rest, 'end:8 entries:<H all-entries:<H directory-size:<I directory:<I comment:2')
    assert not rest and directory
    return parts + more


def split_varint(data):
    n = 1
    while data[n - 1] & 0x80:
        n += 1
    return data[:n], data[n:]


def split_onnx(data, nested=((7,), (7, 1), (7, 5), (7, 11), (8,)), path=()):
    """Fields of the message and of those in it; a length of one byte is a number that must be as it is."""
    parts, rest = [], data
    while rest:
        key, rest = split_varint(rest)
        field, wire = key[0] >> 3 if len(key) == 1 else 16, key[0] & 7
        parts.append(('key-%d' % field, key, None))
        if wire == 0:
            value, rest = split_varint(rest)
            parts.append(('number-%d' % field, value, None))
            continue
        size, rest = (b'\4', rest) if wire == 5 else split_varint(rest)
        n = size[0] if len(size) == 1 else size[0] & 0x7f | size[1] << 7
        if wire == 2:
            parts.append(('length-%d' % field, size, 'B' if len(size) == 1 and not path else None))
        if path + (field,) in nested:
            parts += split_onnx(rest[:n], nested, path + (field,))
        else:
            parts.append(('field-%d' % field, rest[:n], None))
        rest = rest[n:]
    return parts


def split_pickle(data):
    """By its operators, as Python's own library of them knows them."""
    import pickletools
    places = [at for _, _, at in pickletools.genops(data)]
    return [('op-%d' % at, data[at:end], None) for at, end in zip(places, places[1:] + [len(data)])]


def list_json(value, path=()):
    """Every value of a JSON object: its path, and the path's name."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from list_json(value[key], path + (key,))
    elif isinstance(value, list) and value:
        yield from list_json(value[0], path + (0,))


def put_at(value, path, new):
    """A copy of @value, JSON, with @new at @path."""
    if not path:
        return new
    out = value.copy()
    out[path[0]] = put_at(value[path[0]], path[1:], new)
    return out
