/** What the environment decodes with: faster than code that runs for the first time. */
function decoder(): { decode(bytes: Uint8Array): string } | undefined {
  const { TextDecoder: Decoder } = globalThis as { TextDecoder?: typeof TextDecoder };
  return Decoder && new Decoder('utf-8', { fatal: true, ignoreBOM: true });
}

/** Text of UTF-8 bytes, or undefined when they are not well-formed (RFC 3629: no overlong forms, no surrogates). */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const known = decoder();
  if (!known) return decodeAlone(bytes);
  try {
    return known.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The same where there is no TextDecoder, as in AudioWorklet scopes. */
export function decodeAlone(bytes: Uint8Array): string | undefined {
  const pieces: string[] = [];
  let units: number[] = [];
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i++];
    let point = lead;
    if (lead >= 0x80) {
      const following = lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
      if (following === 0 || i + following > bytes.length) return undefined;
      point = lead & (0x3f >> following);
      for (let n = 0; n < following; n++) {
        const next = bytes[i++];
        if ((next & 0xc0) !== 0x80) return undefined;
        point = (point << 6) | (next & 0x3f);
      }
      const least = following === 1 ? 0x80 : following === 2 ? 0x800 : 0x10000;
      if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
    }
    if (point > 0xffff) units.push(0xd7c0 + (point >> 10), 0xdc00 + (point & 0x3ff));
    else units.push(point);
    // String.fromCharCode takes its units as arguments, and engines bound their number.
    if (units.length >= 4096) {
      pieces.push(String.fromCharCode(...units));
      units = [];
    }
  }
  pieces.push(String.fromCharCode(...units));
  return pieces.join('');
}

/** Bytes of `text` in UTF-8. */
export function utf8ByteLength(text: string): number {
  let byteLength = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    byteLength += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return byteLength;
}
