/**
 * SHA-256 (FIPS 180-4) without Web Crypto, which a page has only over TLS or on this computer itself.
 * Tested against `node:crypto`.
 */

const PRIMES: readonly number[] = (() => {
  const primes: number[] = [];
  for (let number = 2; primes.length < 64; number += 1) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  }
  return primes;
})();

/** The first 32 bits of a number's fraction, as the standard derives its constants. */
function fraction(value: number): number {
  return Math.floor((value - Math.floor(value)) * 0x1_0000_0000) | 0;
}

const ROUNDS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const BLOCK = 64;

function turned(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function schedule(words: Int32Array, view: DataView, start: number): void {
  for (let place = 0; place < 16; place += 1) words[place] = view.getInt32(start + 4 * place);
  for (let place = 16; place < 64; place += 1) {
    const before = words[place - 15] ?? 0;
    const last = words[place - 2] ?? 0;
    const small = turned(before, 7) ^ turned(before, 18) ^ (before >>> 3);
    const large = turned(last, 17) ^ turned(last, 19) ^ (last >>> 10);
    words[place] = ((words[place - 16] ?? 0) + small + (words[place - 7] ?? 0) + large) | 0;
  }
}

function compress(state: Int32Array, words: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let place = 0; place < 64; place += 1) {
    const high = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const first = (h + high + ((e & f) ^ (~e & g)) + (ROUNDS[place] ?? 0) + (words[place] ?? 0)) | 0;
    const low = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const second = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, place) => (state[place] = ((state[place] ?? 0) + word) | 0));
}

/** The last block or two: what is left, a one, zeros, and the length in bits. */
function padded(data: Uint8Array): Uint8Array {
  const rest = data.subarray(data.length - (data.length % BLOCK));
  const end = new Uint8Array(rest.length + 9 > BLOCK ? 2 * BLOCK : BLOCK);
  end.set(rest);
  end[rest.length] = 0x80;
  const view = new DataView(end.buffer);
  view.setUint32(end.length - 8, Math.floor(data.length / 0x2000_0000));
  view.setUint32(end.length - 4, (data.length * 8) >>> 0);
  return end;
}

function compressAll(state: Int32Array, words: Int32Array, data: Uint8Array): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let start = 0; start + BLOCK <= data.length; start += BLOCK) {
    schedule(words, view, start);
    compress(state, words);
  }
}

/** The hash of these bytes, in hexadecimal digits. */
export function sha256(data: Uint8Array): string {
  const state = START.slice();
  const words = new Int32Array(64);
  compressAll(state, words, data);
  compressAll(state, words, padded(data));
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
