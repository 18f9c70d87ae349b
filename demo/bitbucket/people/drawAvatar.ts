import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

const SIZE = 64;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A PNG of 64×64 pixels: head and shoulders in a colour that belongs to the slug. */
export function drawAvatar(slug: string): Buffer {
  const [r = 0, g = 0, b = 0] = createHash('sha256').update(slug).digest();
  // Halved plus an offset: dark enough that the white figure stands out.
  const background = [r, g, b].map(value => 40 + (value >> 1));
  const rows = Array.from({ length: SIZE }, (_, y) =>
    Buffer.from([
      0,
      ...Array.from({ length: SIZE }, (_x, x) =>
        isFigure(x, y) ? [255, 255, 255] : background,
      ).flat(),
    ]),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE, 0);
  header.writeUInt32BE(SIZE, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function isFigure(x: number, y: number): boolean {
  return Math.hypot(x - 32, y - 24) < 12 || Math.hypot((x - 32) / 1.2, y - 62) < 20;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

// node:zlib has crc32 only since 20.15.
function crc32(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}
