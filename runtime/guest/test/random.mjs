// Random numbers that a failing test can repeat.

/** A generator with the state of one 32-bit seed (mulberry32, Tommy Ettinger). */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  /** 0 <= result < 1 */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  /** low <= result <= high */
  integer(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }
  chance(probability) {
    return this.next() < probability;
  }
  pick(list) {
    return list[this.integer(0, list.length - 1)];
  }
}
