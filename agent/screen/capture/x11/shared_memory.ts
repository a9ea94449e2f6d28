/** What the kernel knows of shared memory, as far as it is needed: functions of libc. */
const SYMBOLS = {
  shmget: { parameters: ["i32", "usize", "i32"], result: "i32" },
  shmat: { parameters: ["i32", "pointer", "i32"], result: "pointer" },
  shmdt: { parameters: ["pointer"], result: "i32" },
  shmctl: { parameters: ["i32", "i32", "buffer"], result: "i32" },
} as const;

/** `<linux/ipc.h>` */
const IPC_PRIVATE = 0;
const IPC_CREAT = 0o1000;
const IPC_RMID = 0;
const IPC_STAT = 2;
/** Only this user; a server that runs as root may attach it, too. */
const MODE = 0o600;
/** `struct shmid_ds` of 64-bit Linux, x86-64 and arm64 alike: its size or more, and where `shm_nattch` is. */
const STAT_BYTES = 256;
const ATTACHED_AT = 88;

/** The libraries that libc is in: glibc, musl on both kinds of processor. */
const LIBRARIES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

/**
 * Memory that another process of this machine can attach by its id. Nothing of it stays behind, whatever ends this
 * process: it is marked for removal before anybody else hears of it, and lives for as long as somebody has it attached.
 */
export class SharedMemory {
  readonly id: number;
  readonly #library: Deno.DynamicLibrary<typeof SYMBOLS>;
  readonly #address: Deno.PointerObject;
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  private constructor(
    library: Deno.DynamicLibrary<typeof SYMBOLS>,
    id: number,
    address: Deno.PointerObject,
    size: number,
  ) {
    this.#library = library;
    this.id = id;
    this.#address = address;
    this.#bytes = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(address, size));
  }

  /** Throws where there is none to be had, e.g. without the permission for FFI, which is not asked for. */
  static allocate(size: number): SharedMemory {
    if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
      throw new Error("native functions are not allowed");
    }
    const library = openLibc();
    try {
      const id = library.symbols.shmget(IPC_PRIVATE, BigInt(size), IPC_CREAT | MODE);
      if (id === -1) throw new Error(`the system has no ${size} bytes of shared memory`);
      const address = library.symbols.shmat(id, null, 0);
      library.symbols.shmctl(id, IPC_RMID, null);
      if (address === null || Deno.UnsafePointer.value(address) === 0xffff_ffff_ffff_ffffn) {
        throw new Error("the shared memory cannot be attached");
      }
      return new SharedMemory(library, id, address, size);
    } catch (error) {
      library.close();
      throw error;
    }
  }

  /** The memory; empty after `free`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes ?? new Uint8Array();
  }

  /** How many processes have it attached, this one included. */
  attachments(): number {
    const stat = new Uint8Array(STAT_BYTES);
    if (this.#bytes === undefined || this.#library.symbols.shmctl(this.id, IPC_STAT, stat) !== 0) return 0;
    return Number(new DataView(stat.buffer).getBigUint64(ATTACHED_AT, true));
  }

  /**
   * Gives the memory back. Views of it become empty, so that whoever still has one reads nothing rather than what is no
   * longer there; native functions that run meanwhile must not be using it. Idempotent.
   */
  free(): void {
    if (!this.#bytes) return;
    this.#bytes.buffer.transfer();
    this.#bytes = undefined;
    this.#library.symbols.shmdt(this.#address);
    this.#library.close();
  }
}

function openLibc(): Deno.DynamicLibrary<typeof SYMBOLS> {
  let failure: unknown;
  for (const name of LIBRARIES) {
    try {
      return Deno.dlopen(name, SYMBOLS);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}
