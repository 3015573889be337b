#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathers what fuzzing starts from: a folder of small files for each parser, good and broken.

    make_corpus.py FOLDER PICTURES BROKEN KERAS ONNX FIXTURES [NAME=SOURCE]...

FOLDER gets a folder fuzz-PARSER.corpus for each parser, and the JSON and text files of each SOURCE in
fuzz-NAME.corpus; what is in it already stays.
"""

import gzip
import io
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


def main():
    folder, pictures, broken, keras, onnx, fixtures = sys.argv[1:7]
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
    for name, source in (more.split('=', 1) for more in sys.argv[7:]):
        copy(source, os.path.join(folder, 'fuzz-%s.corpus' % name), ('.json', '.txt'))


main()
