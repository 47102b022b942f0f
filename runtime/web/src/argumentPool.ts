import { aligned, type GuestMemory } from './guestMemory.ts';

/** What is kept between calls; a larger block goes back after its call, for others to use. */
const keptByteLength = 1 << 20;

/** Memory of the module for the arguments that a call copies, reused by the next call. */
export class ArgumentPool {
  private readonly memory: GuestMemory;
  private address = 0;
  private capacity = 0;

  constructor(memory: GuestMemory) {
    this.memory = memory;
  }

  /** Address of at least `byteLength` bytes, until `release`. Throws `Limit`. */
  reserve(byteLength: number, what: string): number {
    if (byteLength > this.capacity) {
      this.drop();
      const capacity = byteLength > keptByteLength ? byteLength : Math.max(4096, 2 ** Math.ceil(Math.log2(aligned(byteLength))));
      this.address = this.memory.allocate(capacity, what);
      this.capacity = capacity;
    }
    return this.address;
  }

  release(): void {
    if (this.capacity > keptByteLength) this.drop();
  }

  private drop(): void {
    const { address } = this;
    this.address = this.capacity = 0;
    if (address !== 0) this.memory.free(address);
  }
}
