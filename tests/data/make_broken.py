#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes broken files of every format into FOLDER/FORMAT/: each must give an error that names the file, and none a crash.

    make_broken.py FOLDER

Truncations at every byte are made by the tests themselves; here are the ones that need thought: lying sizes, circles, names that
climb, foreign files, pickles that name functions; and (edge-...) good files cut at every structure, with each of their numbers lying.
"""

import base64
import collections
import gzip
import io
import json
import os
import pickle
import shutil
import struct
import sys
import zipfile
import zlib

import make_edges
import make_onnx
from make_pictures import ALPHA_WEBP, GREY_JPEG, chunk, encode_gif, encode_png

PNG_MAGIC = b'\x89PNG\r\n\x1a\n'
ROOT = None


def put(folder, name, data):
    path = os.path.join(ROOT, folder)
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, name), 'wb') as file:
        file.write(data)


def png_header(width, height, depth=8, color=2, interlace=0):
    return chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, depth, color, 0, 0, interlace))


def make_png():
    good = encode_png(7, 5, 2, 8, False, lambda x, y: [x * 30, y * 40, 99])
    idat = good.index(b'IDAT') - 4
    tail = chunk(b'IDAT', zlib.compress(b'\0' * 100)) + chunk(b'IEND', b'')
    put('png', 'empty.png', b'')
    put('png', 'signature-only.png', PNG_MAGIC)
    put('png', 'cut-in-header.png', good[:20])
    put('png', 'cut-after-header.png', good[:33])
    put('png', 'cut-in-data.png', good[:idat + 20])
    put('png', 'no-end.png', good[:-12])
    put('png', 'no-data.png', good[:33] + chunk(b'IEND', b''))
    put('png', 'bad-checksum.png', good[:idat + 12] + bytes([good[idat + 12] ^ 255]) + good[idat + 13:])
    put('png', 'short-data.png', PNG_MAGIC + png_header(700, 500) + tail)
    put('png', 'no-width.png', PNG_MAGIC + png_header(0, 5) + tail)
    put('png', 'huge.png', PNG_MAGIC + png_header(0x7fffffff, 0x7fffffff) + tail)
    put('png', 'lying-size.png', PNG_MAGIC + png_header(16000, 16000) + tail)
    put('png', 'lying-size-16.png', PNG_MAGIC + png_header(10000, 10000, 16, 6) + tail)
    put('png', 'over-limit.png', PNG_MAGIC + png_header(20000, 1, 1, 0) + tail)
    put('png', 'interlaced-bomb.png', PNG_MAGIC + png_header(16000, 16000, 1, 0, 1)
        + chunk(b'IDAT', zlib.compress(b'\0' * 32000000)) + chunk(b'IEND', b''))
    put('png', 'bad-depth.png', PNG_MAGIC + png_header(7, 5, 5) + tail)
    put('png', 'bad-color.png', PNG_MAGIC + png_header(7, 5, 8, 5) + tail)
    put('png', 'bad-color-9.png', PNG_MAGIC + png_header(7, 5, 8, 9) + tail)
    put('png', 'no-palette.png', PNG_MAGIC + png_header(7, 5, 8, 3) + tail)
    put('png', 'not-deflate.png', PNG_MAGIC + png_header(7, 5) + chunk(b'IDAT', b'hello, world') + chunk(b'IEND', b''))
    put('png', 'long-chunk.png', PNG_MAGIC + png_header(7, 5) + b'\xff\xff\xff\xffIDAT' + b'\0' * 40 + chunk(b'IEND', b''))
    put('png', 'text.png', b'this is a text\n' * 4)


def make_picture():
    jpeg, webp = base64.b64decode(GREY_JPEG), base64.b64decode(ALPHA_WEBP)
    gif = encode_gif(6, 4, ((1, 2, 3),) * 4, [0, 1, 2, 3] * 6)
    frame = jpeg.index(b'\xff\xc0')
    put('picture', 'empty.jpg', b'')
    put('picture', 'page.jpg', b'<!DOCTYPE html><html><title>404 Not Found</title></html>')
    put('picture', 'vector.png', b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    put('picture', 'cut.jpg', jpeg[:-20])
    put('picture', 'cut-in-header.jpg', jpeg[:60])
    put('picture', 'start-only.jpg', jpeg[:3])
    put('picture', 'no-size.jpg', jpeg[:frame + 5] + b'\0\0\0\0' + jpeg[frame + 9:])
    put('picture', 'lying-size.jpg', jpeg[:frame + 5] + b'\xff\xff\xff\xff' + jpeg[frame + 9:])
    put('picture', 'zero-segment.jpg', b'\xff\xd8\xff\xe0\0\0' + b'\xff' * 200)
    put('picture', 'cut.webp', webp[:30])
    put('picture', 'lying-length.webp', webp[:4] + b'\xff\xff\xff\x7f' + webp[8:])
    put('picture', 'foreign-riff.webp', webp[:12] + b'JUNK' + webp[16:])
    put('picture', 'cut.gif', gif[:8])
    put('picture', 'no-size.gif', gif[:6] + b'\0\0\0\0' + gif[10:])
    put('picture', 'no-frame.gif', gif[:25] + b';')
    put('picture', 'frame-of-no-size.gif', gif[:30] + b'\0\0\0\0' + gif[34:])
    put('picture', 'long-header.bmp', b'BM' + struct.pack('<IIIIiiHHIIIIII', 200, 0, 54, 0x40000000, 4, 4, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(100))
    put('picture', 'many-colors.bmp', b'BM' + struct.pack('<IIIIiiHHIIIIII', 200, 0, 54, 40, 4, 4, 1, 8, 0, 0, 0, 0, 0xffffffff, 0) + bytes(100))
    put('picture', 'cut.bmp', b'BM' + struct.pack('<IIIIiiHHIIIIII', 200, 0, 54, 40, 7, 5, 1, 24, 0, 0, 0, 0, 0, 0))
    put('picture', 'huge.bmp', b'BM' + struct.pack('<IIIIiiHHIIIIII', 200, 0, 54, 40, 1 << 30, 1 << 30, 1, 24, 0, 0, 0, 0, 0, 0)
        + b'\0' * 100)
    put('picture', 'negative.bmp', b'BM' + struct.pack('<IIIIiiHHIIIIII', 200, 0, 54, 40, -5, -(1 << 31), 1, 24, 0, 0, 0, 0, 0, 0)
        + b'\0' * 100)
    put('picture', 'cut.tiff', b'II*\0\x08\0\0\0\x05\0')
    put('picture', 'far.tiff', b'II*\0\xff\xff\xff\xff')
    # Of floating-point values: one to a pixel, said in the tag; three, said where the tag points; and where it points nowhere.
    size = struct.pack('<HHIIHHII', 256, 4, 1, 4, 257, 4, 1, 4)
    put('picture', 'float.tiff', b'II*\0\x08\0\0\0\x03\0' + size + struct.pack('<HHIHH', 339, 3, 1, 3, 0) + bytes(68))
    put('picture', 'float-rgb.tiff', b'II*\0\x08\0\0\0\x03\0' + size + struct.pack('<HHII', 339, 3, 3, 46) + struct.pack('<3H', 3, 3, 3)
        + bytes(192))
    put('picture', 'far-kind.tiff', b'II*\0\x08\0\0\0\x03\0' + size + struct.pack('<HHII', 339, 3, 3, 0xfffffff0) + bytes(4))
    put('picture', 'circle.tiff', b'II*\0\x08\0\0\0\x02\0' + struct.pack('<HHIIHHII', 256, 4, 1, 16, 257, 4, 1, 16) + b'\x08\0\0\0')


def deflated_zeros(megabytes):
    """So many of them, quickly: after a full flush the same bytes make the same megabyte again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + packer.flush()


def make_gzip():
    good = gzip.compress(bytes(range(256)) * 8, mtime=0)
    put('gzip', 'header-only.gz', good[:10])
    put('gzip', 'two-bytes.gz', good[:2])
    put('gzip', 'cut.gz', good[:-30])
    put('gzip', 'cut-checksum.gz', good[:-2])
    put('gzip', 'bad-checksum.gz', good[:-8] + b'\0\0\0\0' + good[-4:])
    put('gzip', 'bad-length.gz', good[:-4] + b'\0\0\0\0')
    put('gzip', 'followed.gz', good + b'and more')
    put('gzip', 'second-cut.gz', good + good[:50])
    put('gzip', 'bomb.gz', gzip.compress(b'\0' * 40000000, mtime=0))
    put('gzip', 'large-bomb.gz', good[:10] + deflated_zeros(3073))


def idx(dims, values, kind=8, n_dims=None):
    return (bytes([0, 0, kind, len(dims) if n_dims is None else n_dims]) + b''.join(struct.pack('>I', d) for d in dims) + values)


def put_idx(name, images, labels, ending=''):
    put('idx', name + '-images-idx3-ubyte' + ending, images)
    if labels is not None:
        put('idx', name + '-labels-idx1-ubyte' + ending, labels)


def make_idx():
    images, labels = idx((4, 3, 2), bytes(24)), idx((4,), b'\0\1\0\1')
    put_idx('no-labels', images, None)
    put_idx('empty', b'', labels)
    put_idx('cut-header', images[:9], labels)
    put_idx('cut-values', images[:-1], labels)
    put_idx('cut-labels', images, labels[:-1])
    put_idx('too-long', images + b'\0', labels)
    put_idx('swapped', labels, images)
    put_idx('other-count', images, idx((3,), b'\0\1\0'))
    put_idx('none', idx((0, 3, 2), b''), idx((0,), b''))
    put_idx('no-width', idx((4, 3, 0), b''), labels)
    put_idx('lying', idx((0xffffffff, 0xffffffff, 0xffffffff), bytes(24)), labels)
    put_idx('lying-zero', idx((0xffffffff, 0xffffffff, 0), bytes(24)), labels)
    put_idx('wrapping', idx((1 << 31, 1 << 31, 4), bytes(24)), labels)
    put_idx('floats', idx((1, 1, 1), b'\0\0\0\0', kind=13), idx((1,), b'\0'))
    put_idx('many-dims', idx((1, 1, 1), b'\0', n_dims=200), labels)
    put_idx('not-idx', b'hello, this is a text', labels)
    put_idx('five-channels', idx((1, 2, 2, 5), bytes(20)), idx((1,), b'\0'))
    put_idx('wide', idx((1, 1, 20000), bytes(20000)), idx((1,), b'\0'))
    put_idx('cut-gzip', gzip.compress(images, mtime=0)[:-9], gzip.compress(labels, mtime=0), '.gz')


def make_cifar():
    record = b'\3' + bytes(3072)
    put('cifar', 'empty.bin', b'')
    put('cifar', 'short.bin', record[:-1])
    put('cifar', 'cut.bin', record * 3 + record[:100])
    put('cifar', 'label.bin', record + b'\x0a' + bytes(3072))
    put('cifar', 'label-100.bin', b'\0\x64' + bytes(3072))
    put('cifar', 'text.bin', b'hello ' * 10)
    put('cifar', 'cut.bin.gz', gzip.compress(record * 2, mtime=0)[:-9])


def make_csv():
    row = ','.join(['1'] + ['7'] * 4)
    put('csv', 'empty.csv', b'')
    put('csv', 'header-only.csv', b'label,a,b,c,d\n')
    put('csv', 'not-square.csv', b'1,2,3\n')
    put('csv', 'one-column.csv', b'1\n2\n')
    put('csv', 'short-line.csv', (row + '\n1,2,3\n').encode())
    put('csv', 'long-line.csv', (row + '\n' + row + ',3\n').encode())
    put('csv', 'cut-line.csv', (row + '\n' + row[:-2]).encode())
    put('csv', 'too-large.csv', b'1,2,3,4,256\n')
    put('csv', 'negative.csv', b'1,2,3,4,-1\n')
    put('csv', 'fraction.csv', b'1,2,3,4,0.5\n')
    put('csv', 'word.csv', b'1,2,3,4,x\n')
    put('csv', 'blank-value.csv', b'1,2,3,4,\n')
    put('csv', 'no-label.csv', b',2,3,4,5\n')
    put('csv', 'binary.csv', bytes(range(256)))
    put('csv', 'reviews.csv', 'label,review\n1,"good, clean"\n'.encode())
    put('csv', 'bad-text.csv', b'\xff\xfe,2,3,4,5\n')
    put('csv', 'long-label.csv', b'x' * 5000 + b',2,3,4,5\n')


def safetensors(header, data, n=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack('<Q', len(text) if n is None else n) + text + data


def entry(shape, begin, end, dtype='F32'):
    return {'dtype': dtype, 'shape': shape, 'data_offsets': [begin, end]}


def make_safetensors():
    def make(name, *arguments, **options):
        put('safetensors', name + '.safetensors', safetensors(*arguments, **options))

    put('safetensors', 'empty.safetensors', b'')
    put('safetensors', 'length-only.safetensors', b'\x10\0\0\0\0\0\0\0')
    make('lying-length', {}, b'', n=1 << 62)
    make('longer-header', {'a': entry([1], 0, 4)}, bytes(4), n=4096)
    make('cut-header', b'{"a": {"dtype": "F32", "sha', b'')
    make('not-json', b'{hello}', b'')
    make('array', b'[1, 2]', b'')
    make('number', b'5', b'')
    make('deep', b'{"a":' + b'[' * 200000 + b']' * 200000 + b'}', b'')
    make('not-utf8', b'{"\xff\xfe": 1}', b'')
    make('entry-number', {'a': 5}, b'')
    make('entry-null', {'a': None}, b'')
    make('no-dtype', {'a': {'shape': [1], 'data_offsets': [0, 4]}}, bytes(4))
    make('odd-dtype', {'a': entry([1], 0, 4, 'F8_E4M3')}, bytes(4))
    make('dtype-number', {'a': entry([1], 0, 4, 32)}, bytes(4))
    make('no-shape', {'a': {'dtype': 'F32', 'data_offsets': [0, 4]}}, bytes(4))
    make('shape-text', {'a': entry('big', 0, 4)}, bytes(4))
    make('shape-fraction', {'a': entry([1.5], 0, 4)}, bytes(4))
    make('shape-negative', {'a': entry([-1, -1], 0, 4)}, bytes(4))
    make('shape-huge', {'a': entry([1 << 62, 1 << 62], 0, 4)}, bytes(4))
    make('shape-wraps', {'a': entry([1 << 30, 1 << 30, 1 << 4, 1], 0, 0)}, b'')
    make('five-dims', {'a': entry([1, 1, 1, 1, 1], 0, 4)}, bytes(4))
    make('no-offsets', {'a': {'dtype': 'F32', 'shape': [1]}}, bytes(4))
    make('one-offset', {'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0]}}, bytes(4))
    make('backwards', {'a': entry([1], 4, 0)}, bytes(4))
    make('past-the-end', {'a': entry([4], 0, 16)}, bytes(8))
    make('wrong-size', {'a': entry([3], 0, 8)}, bytes(8))
    make('overlap', {'a': entry([2], 0, 8), 'b': entry([2], 4, 12)}, bytes(12))
    make('gap', {'a': entry([1], 0, 4), 'b': entry([1], 8, 12)}, bytes(12))
    make('rest', {'a': entry([1], 0, 4)}, bytes(12))
    make('twice', b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', bytes(8))
    make('meta-number', {'__metadata__': {'x': 1}}, b'')
    make('meta-list', {'__metadata__': []}, b'')
    put('safetensors', 'keras.h5', b'\x89HDF\r\n\x1a\n' + bytes(100))
    put('safetensors', 'network.onnx', b'\x08\x07\x12\x07pytorch' + bytes(20))
    put('safetensors', 'text.safetensors', b'these are no weights, this is a text\n')


def unicode_(text):
    return b'X' + struct.pack('<I', len(text)) + text.encode()


def call(name, *arguments):
    module, function = name.rsplit('.', 1)
    return b'c' + module.encode() + b'\n' + function.encode() + b'\n(' + b''.join(arguments) + b'tR'


def storage(key='0', count=4, kind='FloatStorage'):
    return b'(' + unicode_('storage') + b'ctorch\n' + kind.encode() + b'\n' + unicode_(key) + unicode_('cpu') + integer(count) + b'tQ'


def integer(value):
    if -1 << 31 <= value < 1 << 31:
        return b'J' + struct.pack('<i', value)
    return b'\x8a\x09' + value.to_bytes(9, 'little', signed=True)


def tuple_(*values):
    return b'(' + b''.join(integer(v) for v in values) + b't'


def tensor(offset=0, sizes=(4,), strides=(1,), **options):
    return call('torch._utils._rebuild_tensor_v2', storage(**options), integer(offset), tuple_(*sizes), tuple_(*strides), b'\x89',
                call('collections.OrderedDict'))


def state(*pairs):
    return b'\x80\x02}(' + b''.join(unicode_(k) + v for k, v in pairs) + b'u.'


def archive(pickled, data=bytes(16), names=None, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as zipped:
        for name, contents in (names or {'x/data.pkl': pickled, 'x/data/0': data}).items():
            zipped.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), contents, method)
    return out.getvalue()


def zipped_bomb(megabytes, keys=('0',)):
    """A storage of zeros, as honest as its size is: half a megabyte that would fill the memory. Several keys: as many entries of
    the directory for the one storage, each of which would be unpacked, for a tensor of four values."""
    packed, size = deflated_zeros(megabytes), megabytes << 20
    pickled = state(*[(key, tensor(key=key, count=size // 4)) for key in keys])
    out = archive(pickled)
    directory, end = out.index(b'PK\1\2'), out.index(b'PK\5\6')
    second = out.index(b'PK\1\2', directory + 4)
    local = out.index(b'PK\3\4', 4)
    entry = out[second:second + 10] + struct.pack('<HIIII', 8, 0, 0, len(packed), size) + out[second + 28:end - 1]
    central = out[directory:second] + b''.join(entry + key.encode() for key in keys)
    n = len(keys) + 1
    start = out[:local] + out[local:local + 30] + b'x/data/0' + packed
    return start + central + out[end:end + 8] + struct.pack('<HHIIH', n, n, len(central), len(start), 0)


STREAM_START = (b'\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.' + b'\x80\x02M\xe9\x03.' + b'\x80\x02}' + unicode_('little_endian') + b'\x88s.')


def stream(pickled, keys=('0',), data=struct.pack('<Q', 4) + bytes(16)):
    return STREAM_START + pickled + b'\x80\x02](' + b''.join(unicode_(k) for k in keys) + b'e.' + data


EVIL = collections.OrderedDict([
    ('os-system', b'\x80\x02' + call('os.system', unicode_('echo no')) + b'.'),
    ('posix-system', b'\x80\x02' + call('posix.system', unicode_('echo no')) + b'.'),
    ('eval', b'\x80\x02' + call('builtins.eval', unicode_('1')) + b'.'),
    ('getattr', b'\x80\x02' + call('__builtin__.getattr', unicode_('1')) + b'.'),
    ('numpy', b'\x80\x02' + call('numpy.core.multiarray._reconstruct', unicode_('1')) + b'.'),
    ('named-only', b'\x80\x02cos\nsystem\n.'),
    ('inst', b'(' + unicode_('x') + b'ios\nsystem\n.'),
    ('stack-global', b'\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x01x\x85R.'),
    ('module-class', b'\x80\x02' + call('torch.nn.modules.linear.Linear') + b'.'),
    ('dotted-name', b'\x80\x04\x8c\x05torch\x8c\x0fserialization.os\x93.'),
    ('obj', b'\x80\x02(cos\nsystem\no.'),
    ('ext', b'\x80\x02\x82\x01.'),
])


def make_torch():
    good = state(('a', tensor()))
    for name, pickled in EVIL.items():
        put('torch', name + '.pth', archive(pickled))
        put('torch', name + '.th', stream(pickled))
        put('torch', name + '-as-magic.th', pickled)
    cases = {
        'empty-pickle': b'', 'stop-only': b'.', 'no-stop': good[:-1], 'underflow': b'\x80\x02R.', 'reduce-none': b'\x80\x02NNR.',
        'no-mark': b'\x80\x02t.', 'memo-hole': b'\x80\x02h\x05.', 'odd-items': b'\x80\x02}(Nu.', 'items-on-none': b'\x80\x02N(NNu.',
        'build-none': b'\x80\x02NNb.', 'list': b'\x80\x02].', 'none': b'\x80\x02N.', 'long-text': b'\x80\x02X\xff\xff\xff\x7fabc.',
        'long-text-8': b'\x80\x04\x8d' + b'\xff' * 8 + b'.', 'long-number': b'\x80\x02\x8b\xff\xff\xff\xff.',
        'circle': b'\x80\x02]q\0h\0a.', 'circle-dict': b'\x80\x02}q\0' + unicode_('state_dict') + b'h\0s.',
        'deep': b'\x80\x02' + b')' + b'\x85' * 100000 + b'.', 'many': b'\x80\x02(' + b'N' * 1100000 + b't.',
        'wrapped-class': state(('model', call('torch.nn.modules.linear.Linear')), ('epoch', integer(3))),
        'two-dicts': state(('net', b'}(' + unicode_('a') + tensor() + b'u'), ('ema', b'}(' + unicode_('a') + tensor() + b'u')),
        'other-parameter': state(('a', call('torch._utils._rebuild_parameter', call('torch._utils._rebuild_qtensor')))),
        'instance-underflow': b'\x80\x02ios\nsystem\n.', 'other-called-bare': b'\x80\x02cos\nsystem\nNR.',
        'no-tensors': state(('epoch', integer(3)), ('arch', unicode_('x'))), 'bad-storage': b'\x80\x02NQ.',
        'storage-called': b'\x80\x02' + call('torch.FloatStorage') + b'.',
        'unknown-storage': state(('a', tensor(kind='ComplexFloatStorage'))),
        'ordered-of-number': b'\x80\x02' + call('collections.OrderedDict', integer(5)) + b'.',
        'quadratic': b'\x80\x02ccollections\nOrderedDict\nq\0](' + (b']' + unicode_('k') + b'aNa') * 1000 + b'eq\1'
                     + b'h\0h\1\x85R0' * 1200 + b'N.',
        'climbing-key': state(('a', tensor(key='../../../etc/passwd'))), 'missing-key': state(('a', tensor(key='77'))),
        'past-the-end': state(('a', tensor(sizes=(5,)))), 'offset-past': state(('a', tensor(offset=1))),
        'offset-huge': state(('a', tensor(offset=(1 << 63) - 1))), 'negative-size': state(('a', tensor(sizes=(-1,)))),
        'negative-stride': state(('a', tensor(strides=(-1,)))), 'huge-size': state(('a', tensor(sizes=(1 << 62,), strides=(0,)))),
        'stride-bomb': state(('a', tensor(sizes=(1 << 30, 1 << 30), strides=(0, 0)))),
        'count-wraps': state(('a', tensor(sizes=(1 << 17, 1 << 17, 1 << 30), strides=(0, 0, 0)))),
        'stride-wraps': state(('a', tensor(sizes=(3, 2), strides=((1 << 63) - 1, (1 << 63) - 1)))),
        'many-bombs': state(*[('t%d' % i, tensor(sizes=(1 << 20,), strides=(0,))) for i in range(8)]),
        'five-dims': state(('a', tensor(sizes=(1,) * 5, strides=(1,) * 5))), 'forty-dims': state(('a', tensor(sizes=(1,) * 40, strides=(1,) * 40))),
        'sizes-differ': state(('a', tensor(sizes=(2, 2), strides=(1,)))), 'twice': state(('a', tensor()), ('a', tensor())),
        'name-binary': b'\x80\x02}X\x02\0\0\0\xff\xfe' + tensor() + b's.',
    }
    for name, pickled in cases.items():
        put('torch', name + '.pth', archive(pickled))
        if name != 'missing-key' and name != 'many':
            put('torch', name + '.th', stream(pickled, keys=('77',)) if name == 'climbing-key' else stream(pickled))
    put('torch', 'not-torch.zip', archive(b'', names={'readme.txt': b'hello', '../../x': b'climbs'}))
    put('torch', 'climbing.pth', archive(b'', names={'../../data.pkl': b'N.', '/etc/data.pkl': b'N.'}))
    zipped = archive(good)
    central, end = zipped.index(b'PK\1\2'), zipped.index(b'PK\5\6')
    put('torch', 'start-only.pth', zipped[:4])
    put('torch', 'no-directory.pth', zipped[:central])
    put('torch', 'cut-end.pth', zipped[:-1])
    put('torch', 'lying-entries.pth', zipped[:end + 10] + b'\xff\xff' + zipped[end + 12:])
    put('torch', 'lying-directory.pth', zipped[:end + 16] + b'\xff\xff\xff\xff' + zipped[end + 20:])
    put('torch', 'lying-size.pth', zipped[:central + 20] + b'\xff\xff\xff\x7f' * 2 + zipped[central + 28:])
    put('torch', 'lying-place.pth', zipped[:central + 42] + b'\xff\xff\xff\x7f' + zipped[central + 46:])
    put('torch', 'encrypted.pth', zipped[:central + 8] + b'\1\0' + zipped[central + 10:])
    put('torch', 'odd-method.pth', zipped[:central + 10] + b'\x0c\0' + zipped[central + 12:])
    packed = archive(good, method=zipfile.ZIP_DEFLATED)
    central = packed.index(b'PK\1\2')
    put('torch', 'deflate-lying.pth', packed[:central + 24] + b'\xff\xff\xff\x7f' + packed[central + 28:])
    put('torch', 'deflate-short.pth', packed[:central + 24] + b'\x10\0\0\0' + packed[central + 28:])
    put('torch', 'deflate-bomb.pth', zipped_bomb(512))
    put('torch', 'deflate-bombs.pth', zipped_bomb(140, ('0', '1')))
    put('torch', 'deflate-damaged.pth', packed[:45] + b'\xff' * 8 + packed[53:])
    put('torch', 'magic-only.th', STREAM_START[:15])
    put('torch', 'other-protocol.th', STREAM_START[:15] + b'\x80\x02M\xea\x03.' + STREAM_START[21:])
    put('torch', 'other-magic.th', pickle.dumps({'a': 1}, 2))
    put('torch', 'no-keys.th', STREAM_START + good)
    put('torch', 'keys-none.th', STREAM_START + good + b'\x80\x02N.')
    put('torch', 'keys-numbers.th', STREAM_START + good + b'\x80\x02](NNe.')
    put('torch', 'foreign-key.th', stream(good, keys=('0', '5')))
    put('torch', 'no-values.th', stream(good, data=b''))
    put('torch', 'cut-values.th', stream(good, data=struct.pack('<Q', 4) + bytes(15)))
    put('torch', 'lying-count.th', stream(good, data=struct.pack('<Q', 1 << 62) + bytes(16)))
    put('torch', 'short-storage.th', stream(good, data=struct.pack('<Q', 3) + bytes(12)))


def make_onnx_files():
    for name, contents in make_onnx.list_broken():
        put('onnx', name + '.onnx', contents)


def put_edges(folder, ending, parts, last=None, spared=()):
    for name, contents in (*make_edges.list_cut(parts, last), *make_edges.list_lying(parts, spared)):
        put(folder, 'edge-%s%s' % (name, ending), contents)


def make_picture_edges():
    jpeg, webp = base64.b64decode(GREY_JPEG), base64.b64decode(ALPHA_WEBP)
    put_edges('png', '.png', make_edges.split_png(encode_png(7, 5, 2, 8, False, lambda x, y: [x * 30, y * 40, 99])))
    put_edges('picture', '.jpg', make_edges.split_jpeg(jpeg))
    # libwebp goes by the values, whatever the lengths around them are.
    put_edges('picture', '.webp', make_edges.split_webp(webp), spared=('size-less', 'size-more', 'length-less', 'length-more', 'length-none'))


def make_set_edges():
    record, images, labels = b'\3' + bytes(3072), idx((4, 3, 2), bytes(24)), idx((4,), b'\0\1\0\1')
    parts = make_edges.split_gzip(gzip.compress(record, mtime=0))
    for name, contents in (*make_edges.list_cut(parts), *make_edges.list_lying(parts)):
        if len(contents) > 2:    # else it does not begin as gzip does
            put('gzip', 'edge-%s.gz' % name, contents)
    for half, good in (('pictures', images), ('classes', labels)):
        numbers = 'count:>I height:>I width:>I' if half == 'pictures' else 'count:>I'
        parts, values = make_edges.take(good, 'zeros:>H type:B dims:B ' + numbers)
        parts.append(('values', values, None))
        for name, contents in (*make_edges.list_cut(parts), *make_edges.list_lying(parts)):
            put_idx('edge-%s-%s' % (half, name), *((contents, labels) if half == 'pictures' else (images, contents)))
    # The byte of a label more would be a record of CIFAR-100.
    parts, _ = make_edges.take(record, 'label-and-half:513 red:512 green:1024 blue:1024')
    for name, contents in make_edges.list_cut(parts):
        put('cifar', 'edge-%s.bin' % name, (record if contents else b'') + contents)


def make_weights_edges():
    good = state(('a', tensor()))
    header = json.dumps({'a': entry([2, 1], 0, 8), 'b': entry([1], 8, 12)}).encode()
    put_edges('safetensors', '.safetensors', [('length', struct.pack('<Q', len(header)), '<Q'), ('header', header, None), ('a', bytes(8), None),
                                              ('b', bytes(4), None)])
    # A sum of 0 is one that was not computed.
    put_edges('torch', '.pth', make_edges.split_zip(archive(good)), spared=('sum-none',))
    put_edges('torch', '-packed.pth', make_edges.split_zip(archive(good, method=zipfile.ZIP_DEFLATED)), spared=('sum-none',))
    parts = make_edges.split_pickle(good)
    for name, contents in make_edges.list_cut(parts):
        put('torch', 'edge-pickle-%s.pth' % name, archive(contents))
    parts = [('magic', STREAM_START[:15], None), ('protocol', STREAM_START[15:21], None), ('system', STREAM_START[21:], None), *parts,
             ('keys', b'\x80\x02](' + unicode_('0') + b'e.', None), ('count', struct.pack('<Q', 4), '<Q'), ('values', bytes(16), None)]
    put_edges('torch', '.th', parts)
    put_edges('onnx', '.onnx', make_edges.split_onnx(make_onnx.small()))


def main():
    global ROOT
    ROOT = sys.argv[1]
    # Those of an older version of this would stay.
    for folder in ('cifar', 'csv', 'gzip', 'idx', 'onnx', 'picture', 'png', 'safetensors', 'torch'):
        shutil.rmtree(os.path.join(ROOT, folder), ignore_errors=True)
    for make in (make_png, make_picture, make_gzip, make_idx, make_cifar, make_csv, make_safetensors, make_torch, make_onnx_files,
                 make_picture_edges, make_set_edges, make_weights_edges):
        make()


main()
