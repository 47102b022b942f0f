// Runs a script in a page of Chromium and prints what it logs first: page.mjs FOLDER SCRIPT.js
// The page is served from FOLDER; `wasmind` is the library of the tree, which the page finds by an import map.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [folder, script] = process.argv.slice(2);
const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
const imports = JSON.stringify({ imports: { wasmind: '/wasmind/index.js' } });
const page = `<!doctype html><script type="importmap">${imports}</script><script type="module" src="/${script}"></script>`;
const library = fileURLToPath(new URL('../../runtime/web/dist', import.meta.url));

const server = createServer(({ url }, response) => {
  const path = normalize(decodeURIComponent(url.replace(/[?#].*/, '')));
  if (path === '/favicon.ico') return response.writeHead(204).end();
  if (path === '/') return response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  const file = path.startsWith('/wasmind/') ? join(library, path.slice('/wasmind/'.length)) : join(folder, path);
  try {
    const body = readFileSync(file);
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({ executablePath: process.env.WASMIND_CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
try {
  const tab = await browser.newPage();
  const said = await new Promise((resolve, reject) => {
    tab.on('console', message => (message.type() === 'log' ? resolve(message.text()) : reject(new Error(`${message.text()} ${message.location().url}`))));
    tab.on('pageerror', reject);
    setTimeout(() => reject(new Error('the page said nothing within a minute')), 60000).unref();
    tab.goto(`http://127.0.0.1:${server.address().port}/`).catch(reject);
  });
  console.log(said);
} finally {
  await browser.close();
  server.close();
}
