import { closeSync, ftruncateSync, openSync, statfsSync, unlinkSync } from 'node:fs';
import koffi from 'koffi';
import { MAP_ALIGNMENT, space } from '../kernels/space.ts';
import { hasSimd } from '../kernels/wasm.ts';

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_PRIVATE = 2;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;

interface Libc {
  mmap(address: number, length: number, prot: number, flags: number, fd: number, offset: number): number;
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
    posix_fallocate: library.func('posix_fallocate', 'int', ['int', int64, int64]) as Libc['posix_fallocate'],
  };
  return libc;
}

/** Where shared memory lies as files; only Linux has it. */
const FOLDER = '/dev/shm';

/** Whether this machine has room for `bytes` more of shared memory, and kernels that can work on it. */
export function hasSharedMemory(bytes: number): boolean {
  if (process.platform !== 'linux' || !hasSimd) return false;
  try {
    const { bavail, bsize } = statfsSync(FOLDER);
    return bavail * bsize >= bytes;
  } catch {
    return false;
  }
}

/**
 * Memory that several processes of a machine have together, mapped into the space that kernels work in. Nobody but they can open it once it
 * is unlinked, and it is gone when the last of them has closed it or died.
 */
export class SharedMemory {
  readonly name: string;
  readonly bytes: number;
  /** Where it lies in the space; must not be touched after {@link close}. */
  readonly at: number;
  #closed = false;

  private constructor(name: string, bytes: number, fd: number) {
    const size = pages(bytes);
    const at = space().allocate(size, MAP_ALIGNMENT);
    if (at === undefined) throw new Error(`no address space for ${bytes} bytes of ${FOLDER}/${name}`);
    this.name = name;
    this.bytes = bytes;
    this.at = at;
    try {
      map(at, size, MAP_SHARED | MAP_FIXED, fd);
    } catch (error) {
      space().free(at);
      throw error;
    }
  }

  /** New memory, all of it there: writing to it cannot fail later. @throws Error when there is no room, or the name is taken */
  static create(name: string, bytes: number): SharedMemory {
    const fd = openSync(`${FOLDER}/${name}`, 'wx+', 0o600);
    try {
      const failed = calls().posix_fallocate(fd, 0, pages(bytes));
      if (failed !== 0) throw new Error(`no room for ${bytes} bytes in ${FOLDER} (errno ${failed})`);
      ftruncateSync(fd, pages(bytes));
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

  /** From now on its place holds memory of this process alone. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    map(this.at, pages(this.bytes), MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1);
    space().free(this.at);
  }
}

/**
 * Puts other memory into a part of the space: its addresses stay as they are.
 * @param at a multiple of MAP_ALIGNMENT from the space's beginning, which begins at one itself
 */
function map(at: number, bytes: number, flags: number, fd: number): void {
  const address = Number(koffi.address(space().bytes)) + at;
  const mapped = Number(calls().mmap(address, bytes, PROT_READ_WRITE, flags, fd, 0));
  if (mapped !== address) throw new Error(`cannot map ${bytes} bytes of shared memory`);
}

function pages(bytes: number): number {
  return Math.ceil(bytes / MAP_ALIGNMENT) * MAP_ALIGNMENT;
}
