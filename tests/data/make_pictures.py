#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes good pictures into a folder, each with what a reader must make of it.

    make_pictures.py FOLDER

PNG of every colour type and depth, interlaced or not, with and without transparency, by an encoder of its own; NAME.raw beside each has
width, height and channels as three bytes and then the pixels. Formats that need a real encoder are kept here as text.
"""

import base64
import os
import struct
import sys
import zlib

GREY_JPEG = ('/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT'
             '/wAALCAAIABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAACAn/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AGAio//Z')
# Four inks, as a printer's file has them: what they print is red.
INK_JPEG = ('/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+WmFaUGBK'
            'UVJP/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAAH/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwCn'
            'JgmCnAAAAP/Z')
ALPHA_WEBP = 'UklGRjoAAABXRUJQVlA4TC0AAAAvBIAAEGdAkG0zrAPV3+IOIzNN89+DkAGWC0AQQJLaCisMt8IKG0b0P1Q8cgAA'
LOSSY_WEBP = ('UklGRlAAAABXRUJQVlA4IEQAAACwAwCdASogABAAPm0skkWkIqGYBABABsS0AE6ZQjgbwDeAAlPnAAD+7L2PnR8tP/6ON+jjfo439HG/3HbjMVbOEQAAAA==')

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
WIDTH, HEIGHT = 11, 9


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def pack_row(samples, depth):
    if depth == 16:
        return b''.join(struct.pack('>H', s) for s in samples)
    bits = ''.join(format(s, '0%db' % depth) for s in samples)
    bits += '0' * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def filter_rows(rows, n):
    """Each row with another of the five filters."""
    out, above = b'', bytes(len(rows[0]) if rows else 0)
    for y, row in enumerate(rows):
        kind = y % 5
        line = bytearray()
        for i, value in enumerate(row):
            a = row[i - n] if i >= n else 0
            b = above[i]
            c = above[i - n] if i >= n else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line.append((value - (0, a, b, (a + b) // 2, paeth)[kind]) & 255)
        out += bytes([kind]) + bytes(line)
        above = row
    return out


def encode_png(width, height, color, depth, interlaced, sample, extra=b''):
    n = CHANNELS[color]
    data = b''
    for x0, y0, dx, dy in (PASSES if interlaced else ((0, 0, 1, 1),)):
        if x0 >= width or y0 >= height:
            continue
        rows = [pack_row([s for x in range(x0, width, dx) for s in sample(x, y)], depth) for y in range(y0, height, dy)]
        data += filter_rows(rows, max(1, n * depth // 8))
    header = struct.pack('>IIBBBBB', width, height, depth, color, 0, 0, int(interlaced))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + extra + chunk(b'IDAT', zlib.compress(data)) + chunk(b'IEND', b''))


def over_white(value, alpha):
    return (value * alpha + 255 * (255 - alpha) + 127) // 255


def to_8(value, depth):
    return (value * 255 + 32767) // 65535 if depth == 16 else value * 255 // ((1 << depth) - 1)


def expected_pixel(samples, color, depth, palette, transparent):
    if color == 3:
        red, green, blue, alpha = palette[samples[0]]
        return [over_white(v, alpha) for v in (red, green, blue)]
    values = [to_8(s, depth) for s in samples]
    alpha = 255
    if color in (4, 6):
        alpha = values.pop()
    elif transparent is not None and list(samples) == transparent:
        alpha = 0
    return [over_white(v, alpha) for v in values]


def make_png(folder, color, depth, interlaced, transparency):
    n, top = CHANNELS[color], (1 << depth) - 1

    def sample(x, y):
        return [(x * 7 + y * 13 + c * 31 + x * y) * (257 if depth == 16 else 1) % (top + 1) for c in range(n)]

    extra, transparent, palette = b'', None, None
    if color == 3:
        palette = [((i * 37) % 256, (i * 91 + 5) % 256, 255 - i % 256, (i * 50) % 256 if transparency and i < 4 else 255)
                   for i in range(top + 1)]
        extra = chunk(b'PLTE', b''.join(bytes(p[:3]) for p in palette))
        if transparency:
            extra += chunk(b'tRNS', bytes(p[3] for p in palette[:4]))
    elif transparency:
        transparent = sample(3, 3)
        extra = chunk(b'tRNS', b''.join(struct.pack('>H', s) for s in transparent))
    name = 'color%d-depth%d%s%s' % (color, depth, '-interlaced' if interlaced else '', '-transparent' if transparency else '')
    with open(os.path.join(folder, name + '.png'), 'wb') as file:
        file.write(encode_png(WIDTH, HEIGHT, color, depth, interlaced, sample, extra))
    pixels = [v for y in range(HEIGHT) for x in range(WIDTH) for v in expected_pixel(sample(x, y), color, depth, palette, transparent)]
    with open(os.path.join(folder, name + '.raw'), 'wb') as file:
        file.write(bytes([WIDTH, HEIGHT, 1 if color in (0, 4) else 3]) + bytes(pixels))


def encode_gif(width, height, palette, pixels):
    """Without compression: the table is cleared before it would grow to longer codes."""
    codes, bits = [], 3
    for i, pixel in enumerate(pixels):
        if i % 2 == 0:
            codes.append(4)
        codes.append(pixel)
    codes.append(5)
    text = ''.join(format(c, '03b')[::-1] for c in codes)
    text += '0' * (-len(text) % 8)
    data = bytes(int(text[i:i + 8][::-1], 2) for i in range(0, len(text), 8))
    blocks = b''.join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255))
    return (b'GIF89a' + struct.pack('<HHBBB', width, height, 0x91, 0, 0) + b''.join(bytes(p) for p in palette)
            + b',' + struct.pack('<HHHHB', 0, 0, width, height, 0) + bytes([2]) + blocks + b'\0;')


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for color, depths in ((0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16))):
        for depth in depths:
            for interlaced in (False, True):
                for transparency in ((False, True) if color in (0, 2, 3) else (False,)):
                    make_png(folder, color, depth, interlaced, transparency)
    for name, text in (('grey.jpg', GREY_JPEG), ('ink.jpg', INK_JPEG), ('alpha.webp', ALPHA_WEBP), ('lossy.webp', LOSSY_WEBP)):
        with open(os.path.join(folder, name), 'wb') as file:
            file.write(base64.b64decode(text))
    palette = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 9, 9))
    with open(os.path.join(folder, 'four.gif'), 'wb') as file:
        file.write(encode_gif(6, 4, palette, [(x + y) % 4 for y in range(4) for x in range(6)]))
    large = struct.pack('>IIBBBBB', 10000, 10000, 1, 0, 0, 0, 0)
    rows = zlib.compress((b'\0' + b'\x0f' * 1250) * 10000)
    with open(os.path.join(folder, 'large.png'), 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', large) + chunk(b'IDAT', rows) + chunk(b'IEND', b''))
    with open(os.path.join(folder, 'one.png'), 'wb') as file:
        file.write(encode_png(1, 1, 2, 8, False, lambda x, y: [1, 2, 3]))


if __name__ == '__main__':
    main()
