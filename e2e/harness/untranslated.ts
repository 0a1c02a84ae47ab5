/** Finds what a page that speaks Chinese does not say in Chinese. */

import { readdir, readFile } from 'node:fs/promises';

import type { Page } from '@playwright/test';

/** A text of a page, and where it is. */
interface Told {
  where: string;
  text: string;
}

/** Names that are the same in every language. */
const NAMES = [
  ...['http', 'https', 'UTF-8', 'WHATWG', 'REST', 'gRPC', 'ALPN', 'VPN', 'PPPoE', 'MTU', 'NAT', 'ESI', 'TTL', 'Web', 'Service Worker'],
  ...['WebSocket', 'WebSockets', 'EventSource', 'HTTP', 'HTTPS', 'SSE', 'JSON', 'NDJSON', 'HTML', 'Markdown', 'Fetch'],
  ...['fetch', 'iframe', 'script', 'body', 'Cookie', 'TLS', 'TCP', 'CDN', 'CORS', 'API', 'URL', 'IP', 'ID', 'UTC', 'RFC'],
  ...['GET', 'POST', 'No Content', 'no-store', 'no-transform', 'charset', 'cookie', 'Last-Event-ID', 'Cache-Control'],
  ...['X-Accel-Buffering: no', 'Via', 'Host', 'Upgrade', 'Connection', 'retry', 'ping', 'pong', 'gzip', 'forever frame', 'zh-Hans'],
  ...['nginx', 'Caddy', 'HAProxy', 'Apache', 'Varnish', 'Envoy', 'Traefik', 'Cloudflare', 'CloudFront', 'Amazon', 'Azure', 'Google Cloud'],
  ...['cloudflared', 'Quick Tunnel', 'Access', 'Caching', 'Cache Rules', 'Bypass cache', 'Google', 'Heroku', 'Kubernetes', 'Ingress'],
  ...['API Gateway', 'Application Gateway', 'Load Balancer', 'Application Load Balancer', 'Network Load Balancer', 'Front Door'],
  ...['ModSecurity', 'ESET', 'Avast', 'Kaspersky', 'Node.js', 'Next.js', 'Nagle', 'Linux', 'Debian', 'SELinux'],
  ...['Echoclock', 'MIT', 'Apache-2.0', 'curl', 'wscat', 'websocat', 'Enter', 'Shift'],
  ...['ms', 'kB', 'MB', 'GB', 'KiB', 'MiB', 'p50', 'p99'],
];

/** What is written for programs, within a sentence. */
const CODE = [
  /\b(?:https?|wss?):\/\/[^\s，。；：）]*/gu,
  // An option of a program, a piece of JSON, a path, a media type, a file’s name.
  /(?<!\S)--[a-z][a-z-]*/gu,
  /\{"[^}]*\}/gu,
  /\/api\/[\w/?=&.-]*/gu,
  /\b(?:text|application)\/[a-z-]+/gu,
  /\b(?:[\w-]+\/)*[\w-]+\.(?:json|conf|md)\b/gu,
  // A key of JSON, and a version before its release.
  /"[a-z]+"/gu,
  /\b\d+(?:\.\d+)+-rc\d+\b/gu,
  // A header as it is, a list of headers, and the value of one.
  /"[A-Z][\w-]*: [^"]*"/gu,
  /(?<=头部：)[a-z-]+(?:，[a-z-]+)*/gu,
  /(?<=是 )close\b/gu,
  // A module of Apache's, and a probe by its id.
  /\bmod_\w+/gu,
  /\b(?:events|lines|html|socket|status|wait|idle|life)-[a-z0-9-]+\b/gu,
  // What an instance of the server is called.
  /\b[0-9a-f]{16}\b/gu,
];

const KNOWN = new RegExp(`(?<!\\p{Script=Latin})(?:${byLength(NAMES).join('|')})(?!\\p{Script=Latin})`, 'gu');

/** Returns, each with its element, the texts in which words are that are not Chinese. */
export async function untranslated(page: Page): Promise<string[]> {
  const told = await page.evaluate(everythingTold);
  return told.flatMap(({ where, text }) => left(text, where));
}

/** Returns the translations, each with its file, in which words are that are not Chinese, whether a page shows them or not. */
export async function untranslatedInFiles(): Promise<string[]> {
  const folder = new URL('../../frontend/translations/zh-Hans/', import.meta.url);
  const files = await readdir(folder);
  const found = files.map(async (file) => {
    const texts: Record<string, string> = JSON.parse(await readFile(new URL(file, folder), 'utf8'));
    // Code is marked as such there, and gaps are filled.
    return Object.values(texts).flatMap((text) => left(text.replace(/`[^`]*`|\{\w*\}/g, ' '), file));
  });
  return (await Promise.all(found)).flat();
}

/** Returns what of a text is neither Chinese nor a name. */
export function wordsLeft(text: string): string[] {
  const rest = CODE.reduce((rest, code) => rest.replace(code, ' '), text).replace(KNOWN, ' ');
  // An ellipsis by itself is where the page has no text: Chinese writes two.
  return rest.match(/\p{Script=Latin}[\p{Script=Latin}’'-]+|(?<!…)…(?!…)/gu) ?? [];
}

function left(text: string, where: string): string[] {
  const words = wordsLeft(text);
  return words.length > 0 ? [`${words.join(' ')} ← “${text}” in ${where}`] : [];
}

function byLength(names: string[]): string[] {
  const escaped = names.map((name) => name.replace(/[.]/g, '\\.'));
  return escaped.sort((one, other) => other.length - one.length);
}

/** Runs in the page: what it says itself, to the eye or to a screen reader. */
function everythingTold(): Told[] {
  const ATTRIBUTES = ['aria-label', 'aria-description', 'aria-valuetext', 'title', 'placeholder', 'alt', 'label'];
  const own = document.documentElement.lang;
  const isOwn = (element: Element | null) =>
    element?.closest('[lang]')?.getAttribute('lang') === own && !element.closest('code, kbd, samp');
  const isShown = (element: Element) =>
    // What can be chosen is shown where it is chosen from.
    (element.closest('select') ?? element).checkVisibility({ visibilityProperty: true }) &&
    !element.closest('script, style, noscript, template');
  const where = (element: Element) => {
    const places = [];
    for (let at: Element | null = element; at && places.length < 3; at = at.parentElement) {
      places.unshift((at.cloneNode(false) as Element).outerHTML.replace(/(<\/[\w-]+>)$/, '').slice(0, 120));
    }
    return places.join(' ');
  };
  const told: Told[] = [{ where: 'the title', text: document.title }];
  const tell = (element: Element, text: string) => {
    if (text.trim()) {
      told.push({ where: where(element), text: text.trim().replace(/\s+/g, ' ') });
    }
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (element && isShown(element) && isOwn(element)) {
      tell(element, texts.currentNode.nodeValue ?? '');
    }
  }
  for (const element of document.body.querySelectorAll('*')) {
    // An element that shows what others wrote is named by the page.
    if (isShown(element) && isOwn(element.parentElement)) {
      for (const name of ATTRIBUTES) {
        tell(element, element.getAttribute(name) ?? '');
      }
    }
  }
  return told;
}
