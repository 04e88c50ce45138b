import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;

/** One file out of a zip archive in memory, whose content was checked before. Reads stored and deflated entries below 4 GiB. */
export function unzipFile(archive: Buffer, isWanted: (name: string) => boolean): Buffer {
  for (const entry of directoryOf(archive)) {
    if (!isWanted(entry.name)) continue;
    // The local header repeats the name, and may have other extra fields than the directory.
    const start = entry.offset + 30 + archive.readUInt16LE(entry.offset + 26) + archive.readUInt16LE(entry.offset + 28);
    const packed = archive.subarray(start, start + entry.packedSize);
    return entry.method === 0 ? packed : inflateRawSync(packed);
  }
  throw new Error('the archive does not hold the file');
}

type Entry = { readonly name: string; readonly method: number; readonly packedSize: number; readonly offset: number };

function* directoryOf(archive: Buffer): Generator<Entry> {
  let end = archive.length - 22;
  while (end >= 0 && archive.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new Error('not a zip archive');
  let at = archive.readUInt32LE(end + 16);
  while (archive.readUInt32LE(at) === DIRECTORY_ENTRY) {
    const nameLength = archive.readUInt16LE(at + 28);
    yield {
      method: archive.readUInt16LE(at + 10),
      packedSize: archive.readUInt32LE(at + 20),
      offset: archive.readUInt32LE(at + 42),
      name: archive.toString('utf8', at + 46, at + 46 + nameLength),
    };
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
}
