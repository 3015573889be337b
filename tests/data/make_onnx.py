#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes small ONNX files, good ones and broken ones, by an encoder of the few messages that it takes.

    make_onnx.py FOLDER    good ones, into FOLDER
"""

import os
import struct
import sys


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def number(field, value):
    return varint(field << 3) + varint(value)


def data(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def floats(values):
    return struct.pack('<%df' % len(values), *values)


FLOAT, UINT8, INT32, INT64, FLOAT16, DOUBLE = 1, 2, 6, 7, 10, 11


def tensor(name, dims, values=None, kind=FLOAT, raw=None, more=b''):
    """Values of 0, 1, 2, ... times 0.25 where none are given."""
    count = 1
    for dim in dims:
        count *= dim
    if raw is None and kind == INT64:
        raw = struct.pack('<%dq' % len(values), *values)
    if raw is None:
        raw = floats([0.25 * i for i in range(count)] if values is None else values)
    return b''.join(number(1, d) for d in dims) + number(2, kind) + (data(8, name) if name else b'') + (data(9, raw) if raw != b'' else b'') + more


def int_(name, value):
    return data(1, name) + number(3, value) + number(20, 2)


def float_(name, value):
    return data(1, name) + varint(2 << 3 | 5) + struct.pack('<f', value) + number(20, 1)


def ints(name, *values):
    return data(1, name) + b''.join(number(8, v) for v in values) + number(20, 7)


def text(name, value):
    return data(1, name) + data(4, value) + number(20, 3)


def constant(name, value):
    return data(1, name) + data(5, value) + number(20, 4)


def node(op, inputs, outputs, *attributes, name=None, domain=None):
    return (b''.join(data(1, i) for i in inputs) + b''.join(data(2, o) for o in outputs) + data(3, outputs[0] + '_node' if name is None else name)
            + data(4, op) + b''.join(data(5, a) for a in attributes) + (data(7, domain) if domain else b''))


def value(name, dims):
    shape = b''.join(data(1, number(1, d) if d > 0 else data(2, 'batch')) for d in dims)
    return data(1, name) + data(2, data(1, number(1, FLOAT) + data(2, shape)))


def graph(nodes, tensors, inputs=(), outputs=(), more=b''):
    return (b''.join(data(1, n) for n in nodes) + data(2, 'graph') + b''.join(data(5, t) for t in tensors)
            + b''.join(data(11, i) for i in inputs) + b''.join(data(12, o) for o in outputs) + more)


def model(graphs, opset=17, ir=8, metadata=(), more=b''):
    return (number(1, ir) + data(2, 'make_onnx') + (data(7, graphs) if graphs is not None else b'')
            + (data(8, data(1, '') + number(2, opset)) if opset else b'')
            + b''.join(data(14, data(1, k) + data(2, v)) for k, v in metadata) + more)


INPUT, OUTPUT = [value('x', (0, 2, 6, 6))], [value('y', (0, 3))]


def layers(weight='w', bias='b', head='fc.weight'):
    """A convolution, a pool and a linear layer."""
    return [node('Conv', ['x', weight, bias], ['c'], ints('kernel_shape', 3, 3), ints('strides', 2, 2), ints('pads', 1, 1, 1, 1),
                 name='/layer1/layer1.0/conv1/Conv'),
            node('Relu', ['c'], ['r']), node('GlobalAveragePool', ['r'], ['p']), node('Flatten', ['p'], ['f']),
            node('Gemm', ['f', head, 'fc.bias'], ['y'], int_('transB', 1))]


def weights(kind=None):
    return [tensor('w', (4, 2, 3, 3)), tensor('b', (4,)), tensor('fc.weight', (3, 4)), tensor('fc.bias', (3,))]


def small(nodes=None, tensors=None, **options):
    return model(graph(layers() if nodes is None else nodes, weights() if tensors is None else tensors, INPUT, OUTPUT), **options)


def with_norm():
    nodes = layers(bias='')
    nodes[0] = node('Conv', ['x', 'conv1.weight'], ['c'], ints('kernel_shape', 3, 3))
    nodes.insert(1, node('BatchNormalization', ['c'] + ['bn1.' + s for s in ('weight', 'bias', 'running_mean', 'running_var')], ['n'],
                         float_('epsilon', 0.001)))
    nodes[2] = node('Clip', ['n', 'zero', 'six'], ['r'])
    tensors = [tensor('conv1.weight', (4, 2, 3, 3)), tensor('zero', (), [0]), tensor('six', (), [6])]
    tensors += [tensor('bn1.' + s, (4,)) for s in ('weight', 'bias', 'running_mean', 'running_var')]
    return model(graph(nodes, tensors + weights()[2:], INPUT, OUTPUT), metadata=[('mean', '0.5,0.5,0.5'), ('labels', 'cat\ndog\nfox')])


def matrices():
    """Weights as TensorFlow has them, (I,O), biases added apart, a constant behind an Identity, in no order."""
    nodes = [node('Add', ['fc/bias', 'm'], ['y']), node('MatMul', ['f', 'same'], ['m'], name='net/fc/MatMul'),
             node('Identity', ['turned'], ['same']), node('Constant', [], ['turned'], constant('value', tensor('', (4, 3)))),
             node('Reshape', ['p', 'shape'], ['f']), node('ReduceMean', ['r'], ['p'], ints('axes', 2, 3)), node('Relu', ['a'], ['r']),
             node('Add', ['c', 'b'], ['a']), node('Conv', ['x', 'w'], ['c'], text('auto_pad', 'SAME_UPPER'), ints('strides', 2, 2), name='')]
    tensors = [tensor('w', (4, 2, 3, 3)), tensor('b', (1, 4, 1, 1)), tensor('fc/bias', (3,)), tensor('shape', (2,), [0, -1], INT64)]
    return model(graph(nodes, tensors, INPUT, OUTPUT))


def types():
    """The same values in each of the forms that numbers have."""
    values = [1.0, -2.5, 0.0, 0.5]
    halves = [0x3c00, 0xc100, 0, 0x3800]
    forms = [tensor('w', (1, 4), values), tensor('', (1, 4), raw=struct.pack('<4d', *values), kind=DOUBLE),
             tensor('', (1, 4), raw=struct.pack('<4H', *halves), kind=FLOAT16), tensor('', (1, 4), raw=b'', more=data(4, floats(values))),
             tensor('', (1, 4), raw=b'', more=b''.join(varint(4 << 3 | 5) + floats([v]) for v in values)),
             tensor('', (1, 4), raw=b'', kind=DOUBLE, more=data(10, struct.pack('<4d', *values))),
             tensor('', (1, 4), raw=b'', kind=FLOAT16, more=data(5, b''.join(varint(h) for h in halves)))]
    nodes = []
    for i, form in enumerate(forms):
        nodes.append(node('Constant', [], ['w%d' % i], constant('value', form)))
        nodes.append(node('Gemm', ['x', 'w%d' % i, 'b'], ['y%d' % i], int_('transB', 1), name='fc%d' % i))
    return model(graph(nodes, [tensor('b', (1,), [3])], [value('x', (0, 4))], [value('y0', (0, 1))]))


GOOD = {'small': small, 'norm': with_norm, 'matrices': matrices, 'types': types}


def without(tensors, *names):
    return [t for t in tensors if not any(data(8, n) in t for n in names)]


def replaced(name, new):
    return small(tensors=without(weights(), name) + [new])


def instead(place, *new):
    nodes = layers()
    return nodes[:place] + list(new) + nodes[place + 1:]


def deep(depth):
    """A constant whose attribute is a graph, and so on."""
    inner = graph([], [])
    for _ in range(depth):
        inner = graph([data(4, 'If') + data(5, data(1, 'then_branch') + data(6, inner) + number(20, 5))], [])
    return inner


def list_conv(*attributes, inputs=('x', 'w', 'b')):
    return small(nodes=instead(0, node('Conv', list(inputs), ['c'], *attributes)))


def list_broken():
    """(name, bytes)"""
    good, external = small(), number(14, 1) + data(13, data(1, 'location') + data(2, '../../etc/passwd'))
    start = good.index(b':')   # of the graph
    yield 'empty', b''
    yield 'version-only', b'\x08\x08'
    yield 'cut-in-key', good[:start + 1]
    yield 'cut-in-graph', good[:len(good) // 2]
    yield 'cut-values', good[:-40]
    yield 'cut-before-opset', model(graph(layers(), weights(), INPUT, OUTPUT), opset=0)
    yield 'no-graph', model(None)
    yield 'no-version', data(2, 'x') + good[2:]
    yield 'opset-huge', small(opset=1 << 40)
    yield 'opset-negative', small(opset=-1)
    yield 'foreign-opset', model(graph(layers(), weights(), INPUT, OUTPUT), opset=0, more=data(8, data(1, 'com.other') + number(2, 1)))
    yield 'two-graphs', good + data(7, graph(layers(), weights()))
    yield 'lying-graph', good[:start + 1] + b'\xff\xff\xff\xff\x0f' + good[start + 3:]
    yield 'long-varint', good[:start + 1] + b'\xff' * 11 + good[start + 3:]
    yield 'wide-key', b'\x08\x08\x12\x00' + b'\xba\x80\x80\x80\x10' + b'\x02ab' + good
    yield 'field-zero', b'\x08\x08\x12\x00\x00\x00' + good
    yield 'group', b'\x08\x08\x12\x00\x0b' + good
    yield 'deep', model(deep(40))
    yield 'very-deep', model(deep(20000))
    yield 'deep-types', model(graph([], [], [data(1, 'x') + data(2, wrap(3000))]))
    yield 'many-fields', model(graph([], [], more=data(1, b'') * 1100000))
    yield 'nothing', model(graph([], []))
    yield 'no-weights', model(graph([node('Relu', ['x'], ['y'])], [], INPUT, OUTPUT))
    yield 'binary-name', small(tensors=weights() + [tensor('', (1,)) + data(8, b'\xff\xfe')])
    yield 'long-name', small(tensors=weights() + [tensor('n' * 5000, (1,))])
    yield 'binary-metadata', small(more=data(14, data(1, b'\xff') + data(2, 'x')))
    yield 'sparse', model(graph(layers(), weights(), more=data(15, number(3, 4))))
    yield 'external', replaced('w', tensor('w', (4, 2, 3, 3), raw=b'', more=external))
    yield 'external-plain', replaced('w', tensor('w', (4, 2, 3, 3), more=number(14, 1)))
    yield 'segment', replaced('w', tensor('w', (4, 2, 3, 3), more=data(3, number(1, 0) + number(2, 3))))
    yield 'short-raw', replaced('w', tensor('w', (4, 2, 3, 3), raw=bytes(284)))
    yield 'long-raw', replaced('w', tensor('w', (4, 2, 3, 3), raw=bytes(292)))
    yield 'odd-raw', replaced('w', tensor('w', (4, 2, 3, 3), raw=bytes(289)))
    yield 'no-values', replaced('w', tensor('w', (4, 2, 3, 3), raw=b''))
    yield 'values-elsewhere', replaced('w', tensor('w', (4, 2, 3, 3), raw=b'', more=data(7, bytes(72))))
    yield 'no-type', replaced('w', data(8, 'w') + data(9, bytes(288)))
    yield 'strings', replaced('w', tensor('w', (1,), raw=b'', kind=8, more=data(6, 'x')))
    yield 'complex', replaced('w', tensor('w', (4, 2, 3, 3), raw=bytes(576), kind=14))
    yield 'type-huge', replaced('w', tensor('w', (1,), raw=bytes(4), kind=1 << 30))
    yield 'negative-dim', replaced('w', tensor('w', (-4, -2, 3, 3), raw=bytes(288)))
    yield 'huge-dim', replaced('w', tensor('w', (1 << 62, 4, 3, 3), raw=bytes(288)))
    yield 'wrapping-dims', replaced('w', tensor('w', (1 << 32, 1 << 32, 1, 1), raw=b''))
    yield 'wrapping-to-zero', replaced('w', tensor('w', (1 << 31, 1 << 31, 4, 1), raw=b''))
    yield 'nine-dims', replaced('w', tensor('w', (1,) * 9))
    yield 'no-dims', replaced('w', tensor('w', (), [1]))
    yield 'empty-weights', replaced('w', tensor('w', (0, 2, 3, 3), raw=b''))
    yield 'three-dims', replaced('w', tensor('w', (4, 2, 3)))
    yield 'five-dims', replaced('w', tensor('w', (4, 2, 3, 3, 3)))
    yield 'whole-numbers', replaced('w', tensor('w', (4, 2, 3, 3), list(range(72)), INT64))
    yield 'quantised', replaced('w', tensor('w', (4, 2, 3, 3), raw=bytes(72), kind=UINT8))
    yield 'other-bias', replaced('b', tensor('b', (5,)))
    yield 'missing-weights', small(tensors=without(weights(), 'w'))
    yield 'missing-bias', small(tensors=without(weights(), 'b'))
    yield 'two-tensors', small(tensors=weights() + [tensor('w', (1,))])
    yield 'two-sources', small(nodes=layers() + [node('Relu', ['x'], ['c'])])
    yield 'tensor-and-node', small(nodes=layers() + [node('Relu', ['x'], ['w'])])
    yield 'circle', small(nodes=instead(1, node('Add', ['c', 'q'], ['r']), node('Relu', ['r'], ['q'])))
    yield 'circle-of-one', small(nodes=instead(1, node('Add', ['c', 'r'], ['r'])))
    yield 'identity-circle', small(nodes=layers('v') + [node('Identity', ['v'], ['u']), node('Identity', ['u'], ['v'])])
    yield 'long-circle', small(nodes=instead(1, *[node('Relu', ['a%d' % i], ['a%d' % ((i + 1) % 9999)]) for i in range(9999)]))
    yield 'no-inputs', small(nodes=instead(0, node('Conv', [], ['c'])))
    yield 'no-outputs', small(nodes=instead(0, data(1, 'x') + data(1, 'w') + data(4, 'Conv')))
    yield 'no-operator', small(nodes=instead(1, data(1, 'c') + data(2, 'r')))
    yield 'lstm', small(nodes=instead(1, node('LSTM', ['c', 'w', 'b'], ['r'])))
    yield 'foreign-domain', small(nodes=instead(1, node('Conv', ['c', 'w'], ['r'], domain='com.microsoft')))
    yield 'transpose', small(nodes=instead(1, node('Transpose', ['c'], ['r'], ints('perm', 0, 2, 3, 1))))
    yield 'dilated', list_conv(ints('dilations', 2, 2))
    yield 'two-strides', list_conv(ints('strides', 1, 2))
    yield 'no-stride', list_conv(ints('strides', 0, 0))
    yield 'computed-weights', list_conv(inputs=('x', 'x', 'b'))
    yield 'clip-to-one', small(nodes=instead(1, node('Clip', ['c'], ['r'], float_('min', 0), float_('max', 1))))
    yield 'clip-of-text', small(nodes=instead(1, node('Clip', ['c'], ['r'], text('min', 'x'), text('max', 'y'))))
    yield 'gemm-turned', small(nodes=instead(4, node('Gemm', ['f', 'fc.weight', 'fc.bias'], ['y'], int_('transA', 1))))
    yield 'gemm-scaled', small(nodes=instead(4, node('Gemm', ['f', 'fc.weight', 'fc.bias'], ['y'], float_('alpha', 2))))
    yield 'gemm-bias', small(nodes=instead(4, node('Gemm', ['f', 'fc.weight', 'fc.bias'], ['y'])))
    yield 'gemm-of-tensor', small(nodes=instead(4, node('Gemm', ['f', 'w', 'fc.bias'], ['y'])))
    yield 'norm-short', small(nodes=instead(1, node('BatchNormalization', ['c', 'b', 'b', 'b', 'fc.bias'], ['r'])))
    yield 'norm-few-inputs', small(nodes=instead(1, node('BatchNormalization', ['c', 'b'], ['r'])))
    yield 'add-constant', small(nodes=instead(1, node('Add', ['c', 'fc.bias'], ['r'])))
    yield 'concat-rows', small(nodes=instead(1, node('Concat', ['c', 'c'], ['r'], int_('axis', 2))))
    yield 'pool-oblong', small(nodes=instead(2, node('MaxPool', ['r'], ['p'], ints('kernel_shape', 2, 3))))
    yield 'pool-of-text', small(nodes=instead(2, node('MaxPool', ['r'], ['p'], text('kernel_shape', 'x'))))
    yield 'mean-of-rows', small(nodes=instead(2, node('ReduceMean', ['r'], ['p'], ints('axes', 1, 2))))
    yield 'reshape-computed', small(nodes=instead(3, node('Reshape', ['p', 'x'], ['f'])))
    yield 'pad-reflect', small(nodes=instead(1, node('Pad', ['c'], ['r'], ints('pads', *[0] * 8), text('mode', 'reflect'))))
    yield 'pad-empty', small(nodes=instead(1, node('Pad', ['c'], ['r'], ints('pads', *[0] * 8), text('mode', ''))))
    yield 'slice-channels', small(nodes=instead(1, node('Slice', ['c'], ['r'], ints('axes', 1))))
    yield 'page', b'<!DOCTYPE html><html><title>404 Not Found</title></html>'


def wrap(depth):
    """A type that is a sequence of sequences."""
    kind = b''
    for _ in range(depth):
        kind = data(4, data(1, kind))
    return kind


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, make in GOOD.items():
        with open(os.path.join(folder, name + '.onnx'), 'wb') as file:
            file.write(make())


if __name__ == '__main__':
    main()
