#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes fixtures/torch: small checkpoints of random values, in the forms that PyTorch writes, each with the values that a
reader must find in it, as safetensors of type F32. Needs PyTorch; what it makes is kept, so that the tests do not.

    python3 make-fixtures.py
"""

import argparse
import collections
import datetime
import io
import json
import os
import pathlib
import pickle
import struct
import zipfile

import numpy
import torch

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'fixtures', 'torch')


def write_expected(name, tensors):
    header, data = {}, b''
    for key, value in tensors.items():
        raw = value.detach().to(torch.float32).contiguous().numpy().tobytes()
        header[key] = {'dtype': 'F32', 'shape': list(value.shape), 'data_offsets': [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(os.path.join(HERE, name + '.safetensors'), 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + data)


def write(name, checkpoint, tensors, **options):
    torch.save(checkpoint, os.path.join(HERE, name), **options)
    write_expected(name, tensors)


def make_types():
    values = torch.randn(3, 4)
    return collections.OrderedDict(
        [('module.fc.weight', values), ('half', values.half()), ('bfloat16', values.bfloat16()), ('double', values.double() * 1e3),
         ('long', torch.tensor([-3, 0, 1 << 40])), ('int', torch.tensor([-7, 7], dtype=torch.int32)),
         ('short', torch.tensor([-300, 300], dtype=torch.int16)), ('char', torch.tensor([-128, 127], dtype=torch.int8)),
         ('byte', torch.tensor([0, 255], dtype=torch.uint8)), ('bool', torch.tensor([True, False])),
         ('bn.num_batches_tracked', torch.tensor(12345)), ('empty', torch.zeros(0, 3)),
         ('specials', torch.tensor([float('inf'), float('-inf'), -0.0, 6e-8]).half())])


def make_views():
    base = torch.randn(6, 8)
    return collections.OrderedDict(
        [('base', base), ('transposed', base.t()), ('slice', base[2:5, 1:7:2]), ('row', base[3]), ('same', base),
         ('expanded', torch.tensor([1.5]).expand(4, 3)), ('permuted', torch.randn(2, 3, 4, 5).permute(0, 2, 3, 1))])


def make_trained(plain):
    """What training scripts save beside the tensors: their arguments, schedules, an optimiser, numpy's numbers."""
    parameter = torch.nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 5])
    parameter.sum().backward()
    optimizer.step()
    return {'net': plain, 'args': argparse.Namespace(lr=0.1, out=pathlib.PurePosixPath('/out')), 'accuracy': numpy.float64(0.9),
            'optimizer': optimizer.state_dict(), 'schedule': schedule.state_dict(), 'seen': {3, 4}, 'when': datetime.date(2024, 5, 1),
            'steps': collections.defaultdict(int, a=1), 'size': torch.Size([2, 3]), 'kind': torch.float16, 'loss': torch.tensor(0.5)}


def rezip(name, source, tensors, change=lambda entry, data: data, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(os.path.join(HERE, source)) as old, zipfile.ZipFile(os.path.join(HERE, name), 'w', method) as new:
        for entry in old.namelist():
            new.writestr(entry, change(entry, old.read(entry)))
    write_expected(name, tensors)


def swap(entry, data):
    if entry.endswith('byteorder'):
        return b'big'
    if '/data/' not in entry:
        return data
    return b''.join(data[i:i + 4][::-1] for i in range(0, len(data), 4))


def main():
    os.makedirs(HERE, exist_ok=True)
    torch.manual_seed(7)
    types, views = make_types(), make_views()
    plain = collections.OrderedDict([('fc.weight', torch.randn(5, 4)), ('fc.bias', torch.randn(5))])
    wrapped = {'epoch': 3, 'best_prec1': 91.78, 'arch': 'mlp', 'more': [1, 'a', None, (1, 2), True, {'x': b'raw'}, 1 << 80],
               'state_dict': plain, 'loss': torch.tensor(0.5)}
    trained = make_trained(plain)
    model = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3))
    for ending, zipped in (('pth', True), ('th', False)):
        options = {'_use_new_zipfile_serialization': zipped}
        write('types.' + ending, types, types, **options)
        write('views.' + ending, views, views, **options)
        write('wrapped.' + ending, wrapped, plain, **options)
        write('model.' + ending, {'model': model.state_dict()}, model.state_dict(), **options)
        write('parameters.' + ending, dict(model.named_parameters()), dict(model.named_parameters()), **options)
        write('trained.' + ending, trained, plain, **options)
        write('protocol4.' + ending, plain, plain, pickle_protocol=4, **options)
    rezip('deflated.pth', 'wrapped.pth', plain, method=zipfile.ZIP_DEFLATED)
    rezip('big-endian.pth', 'wrapped.pth', plain, change=swap)


main()
