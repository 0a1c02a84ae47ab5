// Writes a .br and a .gz beside each file of a folder that gets smaller by it; Node.js brings both coders.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const COMPRESSIBLE = /\.(css|html|js|json|mjs|svg|txt|wasm|webmanifest|xml)$/;
// Below this, headers outweigh what is won.
const WORTH_IT = 1024;
// Its owner edits it, and a compressed copy would go stale.
const EDITED_BY_HAND = 'config.json';

const [folder] = process.argv.slice(2);
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !COMPRESSIBLE.test(entry.name) || entry.name === EDITED_BY_HAND) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const plain = readFileSync(path);
  if (plain.length < WORTH_IT) continue;
  const brotli = brotliCompressSync(plain, {
    params: {
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      // One block for all of a file: it takes longer, and the module is a hundredth smaller.
      [constants.BROTLI_PARAM_LGBLOCK]: constants.BROTLI_MAX_INPUT_BLOCK_BITS,
    },
  });
  const gzip = gzipSync(plain, { level: 9 });
  for (const [suffix, packed] of [['.br', brotli], ['.gz', gzip]]) {
    if (packed.length < plain.length) writeFileSync(path + suffix, packed);
  }
  console.log(`${entry.name}: ${plain.length} bytes, ${gzip.length} by gzip, ${brotli.length} by brotli`);
}
