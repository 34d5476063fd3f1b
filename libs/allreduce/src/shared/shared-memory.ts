import { closeSync, ftruncateSync, openSync, statfsSync, unlinkSync } from 'node:fs';
import koffi from 'koffi';

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = -1;

interface Libc {
  mmap(address: number, length: number, prot: number, flags: number, fd: number, offset: number): number;
  munmap(address: number, length: number): number;
  posix_fallocate(fd: number, offset: number, length: number): number;
}

let libc: Libc | undefined;

/** The calls of the C library that Node does not have. */
function calls(): Libc {
  if (libc) return libc;
  const library = koffi.load(null);
  const int64 = 'int64_t';
  libc = {
    mmap: library.func('mmap', int64, [int64, 'size_t', 'int', 'int', 'int', int64]) as Libc['mmap'],
    munmap: library.func('munmap', 'int', [int64, 'size_t']) as Libc['munmap'],
    posix_fallocate: library.func('posix_fallocate', 'int', ['int', int64, int64]) as Libc['posix_fallocate'],
  };
  return libc;
}

/** Where shared memory lies as files; only Linux has it. */
const FOLDER = '/dev/shm';

/** Whether this machine has room for `bytes` more of shared memory. */
export function hasSharedMemory(bytes: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const { bavail, bsize } = statfsSync(FOLDER);
    return bavail * bsize >= bytes;
  } catch {
    return false;
  }
}

/**
 * Memory that several processes of a machine have together. Nobody but they can open it once it is unlinked, and it is gone when the
 * last of them has closed it or died.
 */
export class SharedMemory {
  readonly name: string;
  readonly bytes: number;
  /** The memory itself; must not be touched after {@link close}. */
  readonly buffer: ArrayBuffer;
  readonly #address: number;
  #closed = false;

  private constructor(name: string, bytes: number, fd: number) {
    const address = Number(calls().mmap(0, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0));
    if (address === MAP_FAILED) throw new Error(`cannot map ${bytes} bytes of ${FOLDER}/${name}`);
    this.name = name;
    this.bytes = bytes;
    this.#address = address;
    this.buffer = koffi.view(address, bytes);
  }

  /** New memory, all of it there: writing to it cannot fail later. @throws Error when there is no room, or the name is taken */
  static create(name: string, bytes: number): SharedMemory {
    const fd = openSync(`${FOLDER}/${name}`, 'wx+', 0o600);
    try {
      const failed = calls().posix_fallocate(fd, 0, bytes);
      if (failed !== 0) throw new Error(`no room for ${bytes} bytes in ${FOLDER} (errno ${failed})`);
      ftruncateSync(fd, bytes);
      return new SharedMemory(name, bytes, fd);
    } catch (error) {
      SharedMemory.unlink(name);
      throw error;
    } finally {
      closeSync(fd);
    }
  }

  /** Another process's memory. @throws Error when it is not there */
  static open(name: string, bytes: number): SharedMemory {
    const fd = openSync(`${FOLDER}/${name}`, 'r+');
    try {
      return new SharedMemory(name, bytes, fd);
    } finally {
      closeSync(fd);
    }
  }

  /** Takes the name away: whoever has the memory keeps it, nobody else can open it. */
  static unlink(name: string): void {
    try {
      unlinkSync(`${FOLDER}/${name}`);
    } catch {
      // It is gone already.
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    calls().munmap(this.#address, this.bytes);
  }
}
