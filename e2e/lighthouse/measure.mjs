/**
 * Lighthouse over each view of the page in each of its languages, on its mobile setting: prints what comes of it, and fails where a
 * category is below its bound. Performance is the median of some runs, for each of them is a little different.
 *
 * Usage: CHROMIUM=… ECHOCLOCK_URL=… node measure.mjs
 */

import { readFileSync } from 'node:fs';

import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const BOUNDS = { performance: 97, accessibility: 100, 'best-practices': 100, seo: 100 };
const VIEWS = { Live: '#/', Transports: '#/transports', Check: '#/check' };
/** What the browser prefers, and what the page is to speak then. */
const LANGUAGES = { 'en-US': 'en', 'zh-CN': 'zh-Hans' };
const RUNS = 3;
/** Streams that never end keep a page from ever being quiet. */
const QUIET_WITHIN_MS = 15_000;

const chromeFlags = [
  '--headless=new',
  ...JSON.parse(readFileSync(new URL('../harness/arguments.json', import.meta.url), 'utf8')),
];
const rows = [];
let isBelow = false;
const cases = Object.entries(LANGUAGES).flatMap((language) => Object.entries(VIEWS).map((view) => [...language, ...view]));
for (const [preferred, spoken, name, place] of cases) {
  const view = `${name} (${spoken})`;
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) {
    runs.push(await measured(new URL(place, process.env.ECHOCLOCK_URL).href, preferred));
  }
  runs.sort((a, b) => score(a, 'performance') - score(b, 'performance'));
  const median = runs[(RUNS - 1) / 2];
  rows.push({ view, ...told(median) });
  for (const [category, bound] of Object.entries(BOUNDS)) {
    if (score(median, category) < bound) {
      isBelow = true;
      console.error(`${view}: ${category} is ${score(median, category)}, below ${bound}: ${failing(median, category)}`);
    }
  }
}
console.table(rows);
process.exit(isBelow ? 1 : 0);

/** Lets Lighthouse loose on an address, in a browser of its own that prefers a language. */
async function measured(url, preferred) {
  const chrome = await launch({
    chromePath: process.env.CHROMIUM,
    chromeFlags: [...chromeFlags, `--accept-lang=${preferred}`],
  });
  try {
    const options = { port: chrome.port, logLevel: 'error', maxWaitForLoad: QUIET_WITHIN_MS };
    const { lhr } = await lighthouse(url, options);
    if (lhr.runtimeError) {
      throw new Error(lhr.runtimeError.message);
    }
    return lhr;
  } finally {
    chrome.kill();
  }
}

function score(lhr, category) {
  return Math.round(lhr.categories[category].score * 100);
}

/** What is shown of a run, in per cent, milliseconds and bytes. */
function told(lhr) {
  const value = (audit) => lhr.audits[audit].numericValue;
  const millis = (audit) => Math.round(value(audit));
  return {
    ...Object.fromEntries(Object.keys(BOUNDS).map((category) => [category, score(lhr, category)])),
    'first paint': millis('first-contentful-paint'),
    'largest paint': millis('largest-contentful-paint'),
    'blocked for': millis('total-blocking-time'),
    shift: Number(value('cumulative-layout-shift').toFixed(3)),
    bytes: millis('total-byte-weight'),
  };
}

/** Names the audits of a category that cost it something. */
function failing(lhr, category) {
  const audits = lhr.categories[category].auditRefs.map(({ id, weight }) => ({ ...lhr.audits[id], weight }));
  const costly = audits.filter(({ score, weight }) => weight > 0 && score !== null && score < 1);
  return costly.map(({ id, displayValue }) => (displayValue ? `${id} (${displayValue})` : id)).join(', ');
}
