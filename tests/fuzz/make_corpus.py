#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathers what fuzzing starts from: a folder of small files for each parser, good and broken.

    make_corpus.py FOLDER PICTURES BROKEN KERAS ONNX FIXTURES BACKBONES [NAME=SOURCE]...

FOLDER gets a folder fuzz-PARSER.corpus for each parser, and the JSON and text files of each SOURCE in
fuzz-NAME.corpus; what is in it already stays.
"""

import gzip
import io
import json
import os
import shutil
import struct
import sys
import tarfile
import zipfile

LARGEST = 40000


def copy(source, target, endings=('',)):
    os.makedirs(target, exist_ok=True)
    for name in sorted(os.listdir(source)):
        path = os.path.join(source, name)
        if name.endswith(tuple(endings)) and os.path.getsize(path) <= LARGEST:
            shutil.copyfile(path, os.path.join(target, name))


def put(folder, name, data):
    with open(os.path.join(folder, name), 'wb') as file:
        file.write(data)


def clear_sums(folder):
    """Zip files once more with sums of 0, which no reader checks: what is changed in them is parsed."""
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if not name.endswith('.pth') or not zipfile.is_zipfile(path):
            continue
        with open(path, 'rb') as file:
            data = bytearray(file.read())
        for mark, place in ((b'PK\3\4', 14), (b'PK\1\2', 16)):
            at = data.find(mark)
            while at >= 0 and at + place + 4 <= len(data):
                data[at + place:at + place + 4] = bytes(4)
                at = data.find(mark, at + 4)
        put(folder, 'no-sums-' + name, data)


def put_archives(folder):
    """Small archives of every form, and one with a name that leads out."""
    os.makedirs(folder, exist_ok=True)
    for name, mode, members in (('good.tar', 'w', ['a/one', 'two']), ('good.tar.gz', 'w:gz', ['a/one']),
                                ('out.tar', 'w', ['a', '../out'])):
        with tarfile.open(os.path.join(folder, name), mode) as archive:
            for member in members:
                info = tarfile.TarInfo(member)
                info.size = 20
                archive.addfile(info, io.BytesIO(bytes(20)))
    with zipfile.ZipFile(os.path.join(folder, 'good.zip'), 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo('a/one'), bytes(2000))
        archive.writestr(zipfile.ZipInfo('../two'), b'two')


def read_header(path):
    """The names and shapes in a safetensors file."""
    with open(path, 'rb') as file:
        length, = struct.unpack('<Q', file.read(8))
        header = json.loads(file.read(length))
    return [(name, entry['shape']) for name, entry in header.items() if name != '__metadata__']


def make_squeezenet(channels):
    """SqueezeNet 1.1, numbered as Keras does."""
    convs = [(64, channels, 3)]
    wide = 64
    for squeeze, expand in ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256)):
        convs += [(squeeze, wide, 1), (expand, squeeze, 1), (expand, squeeze, 3)]
        wide = 2 * expand
    convs.append((10, wide, 1))
    tensors = []
    for number, (out, inp, side) in enumerate(convs):
        tensors += [('conv_%d.weight' % number, (out, inp, side, side)), ('conv_%d.bias' % number, (out,))]
    return tensors


def make_mobilenet(norm, width=0.25):
    """MobileNet v1, its norms folded into biases or not."""
    wide = [int(width * n) for n in (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)]
    shapes = [(wide[0], 3, 3, 3)]
    for before, after in zip(wide, wide[1:]):
        shapes += [(before, 1, 3, 3), (after, before, 1, 1)]
    tensors = []
    for number, shape in enumerate(shapes):
        tensors.append(('conv_%d.weight' % number, shape))
        if norm:
            tensors += [('norm_%d.%s' % (number, part), shape[:1]) for part in ('weight', 'bias', 'running_mean', 'running_var')]
        else:
            tensors.append(('conv_%d.bias' % number, shape[:1]))
    return tensors + [('last.weight', (2, wide[-1])), ('last.bias', (2,))]


def put_lists(folder, backbones):
    """Tensors as fuzz-backbone-file.c reads them: the project's own, and what other programs name otherwise."""
    os.makedirs(folder, exist_ok=True)
    lists = {name: (read_header(os.path.join(backbones, name)), {'mean': '0.4,0.5,0.6', 'std': '0.2', 'crop': '0.875', 'labels': 'a\\nb'})
             for name in sorted(os.listdir(backbones)) if name.endswith('.safetensors')}
    for channels in (1, 3):
        lists['squeezenet-%d' % channels] = make_squeezenet(channels), {'format': 'keras'}
    lists['mobilenet'] = make_mobilenet(True), {'format': 'keras', 'padding': 'same', 'epsilon': '0.001', 'activation': 'relu'}
    lists['mobilenet-folded'] = make_mobilenet(False), {'format': 'onnx', 'padding': 'same', 'input_width': '96', 'input_height': '96'}
    for name, (tensors, said) in lists.items():
        lines = ['# %s %s' % pair for pair in said.items()] + [' '.join(map(str, (tensor, *shape))) for tensor, shape in tensors]
        put(folder, name + '.txt', '\n'.join(lines).encode())


def main():
    folder, pictures, broken, keras, onnx, fixtures, backbones = sys.argv[1:8]
    place = {parser: os.path.join(folder, 'fuzz-%s.corpus' % parser) for parser in os.listdir(broken)}
    for parser in place:
        copy(os.path.join(broken, parser), place[parser])
    for kind in ('good', 'broken'):
        copy(os.path.join(keras, kind), os.path.join(folder, 'fuzz-keras.corpus'))
    copy(onnx, place['onnx'], ('.onnx',))
    copy(pictures, place['png'], ('.png',))
    copy(pictures, place['picture'], ('.jpg', '.webp', '.gif', 'color3-depth4.png'))
    copy(os.path.join(fixtures, 'torch'), place['torch'], ('.pth', '.th'))
    clear_sums(place['torch'])
    copy(os.path.join(fixtures, 'torch'), place['safetensors'], ('.safetensors',))
    put(place['picture'], 'good.bmp', b'BM' + struct.pack('<IIIIiiHHIIIIII', 102, 0, 54, 40, 4, 4, 1, 24, 0, 48, 0, 0, 0, 0) + bytes(range(48)))
    put(place['gzip'], 'good.gz', gzip.compress(b'some text, some text', mtime=0))
    put(place['idx'], 'good', b'\0\0\x08\3' + struct.pack('>III', 2, 2, 2) + bytes(range(8)))
    put(place['cifar'], 'good.bin', b'\3' + bytes(3072) + b'\4' + bytes(3072))
    put(place['csv'], 'good.csv', b'label,a,b,c,d\n1,2,3,4,5\ncat,2,3,4,5\n')
    folder_of = os.path.join(folder, 'fuzz-corrections.corpus')
    os.makedirs(folder_of, exist_ok=True)
    start, digest = b'retort-corrections,1\nsample,bytes,sha256,action,label\n', b'0' * 64
    put(folder_of, 'good.csv', start + b'cat/1.png,12,' + digest + b',label,dog\n"a ""b"",\n2",0,' + digest + b',set aside,""\n')
    put(folder_of, 'empty.csv', start)
    put(folder_of, 'cut.csv', start + b'"cat/1.png,12')
    put_archives(os.path.join(folder, 'fuzz-archive.corpus'))
    put_lists(os.path.join(folder, 'fuzz-backbone-file.corpus'), backbones)
    for name, source in (more.split('=', 1) for more in sys.argv[8:]):
        copy(source, os.path.join(folder, 'fuzz-%s.corpus' % name), ('.json', '.txt'))


main()
