import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unzipFile } from './unzip-file.ts';

describe('unzipFile', () => {
  const program = Buffer.from('#!/bin/sh\n'.repeat(500));
  const archive = zip([
    { name: 'thing.data/scripts/readme', content: Buffer.from('stored as it is'), deflate: false },
    { name: 'thing.data/scripts/thing', content: program, deflate: true },
  ]);

  it('reads a deflated entry and a stored one', () => {
    expect(unzipFile(archive, (name) => name.endsWith('/thing')).equals(program)).toBe(true);
    expect(unzipFile(archive, (name) => name.endsWith('/readme')).toString()).toBe('stored as it is');
  });

  it('says so when the file is not there, or nothing is an archive', () => {
    expect(() => unzipFile(archive, () => false)).toThrow('does not hold the file');
    expect(() => unzipFile(Buffer.from('<html>no</html>'.repeat(5)), () => true)).toThrow('not a zip archive');
  });
});

type File = { readonly name: string; readonly content: Buffer; readonly deflate: boolean };

function zip(files: readonly File[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, deflate } of files) {
    const packed = deflate ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28);
    locals.push(local, Buffer.from(name), Buffer.alloc(4), packed);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(deflate ? 8 : 0, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, Buffer.from(name));
    offset += 30 + name.length + 4 + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}
