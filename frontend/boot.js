// Starts the page's programs. What each has to load stands in the document, where Trunk puts it: so no
// script is inline, and the Content-Security-Policy can forbid those.

const fetched = new Map();
const texts = new Map();
const programs = new Set(['page']);
const attempts = new Map();

/** What is said where neither a program nor its texts have come. */
const WORDS = {
  en: {
    heading: 'The page could not start',
    broken: 'A part of it is missing, was changed on its way, or does not run in this browser. Reloading may help.',
    incapable: 'This browser has no WebAssembly, or it is switched off.',
    reload: 'Reload',
  },
  'zh-Hans': {
    heading: '页面无法启动',
    broken: '页面的一部分缺失、在途中被改动，或无法在此浏览器中运行。重新加载也许有用。',
    incapable: '此浏览器没有 WebAssembly，或已将其关闭。',
    reload: '重新加载',
  },
};

const fileOf = (program, language) =>
  document.getElementById('texts').content.getElementById(`${program}-${language}`).getAttribute('href');

/** Returns what a program says in a language, once it is fetched. */
globalThis.textsOf = (program, language) => texts.get(fileOf(program, language));

/** Fetches what the programs that are started say in a language, also those that are started meanwhile. */
globalThis.fetchTexts = async (language) => {
  const missing = () => [...programs].map((program) => fileOf(program, language)).filter((file) => !texts.has(file));
  while (missing().length > 0) {
    await Promise.all(missing().map(fetchText));
  }
};

async function fetchText(file) {
  const answer = await fetch(new URL(file, document.baseURI));
  const text = await answer.text();
  // Whatever stands in between may answer with a page of its own.
  if (!answer.ok || !/^[\w-]{4} /.test(text)) {
    throw new Error(`${answer.url}: ${answer.status}`);
  }
  texts.set(file, text);
}

/** Has the browser fetch the program whose files a template names. */
globalThis.fetchProgram = (id) => {
  if (!fetched.has(id)) {
    const links = document.getElementById(id).content.cloneNode(true);
    const styles = [...links.querySelectorAll('link[rel="stylesheet"]')].map(
      (link) =>
        new Promise((resolve, reject) => {
          link.onload = resolve;
          link.onerror = () => reject(new Error(link.href));
        }),
    );
    document.head.append(links);
    const all = Promise.all(styles);
    // What fails is said by who starts the program.
    all.catch(() => fetched.delete(id));
    fetched.set(id, all);
  }
  return fetched.get(id);
};

/** Fetches and starts the program whose files a template names. */
globalThis.startProgram = async (id) => {
  const attempt = (attempts.get(id) ?? 0) + 1;
  attempts.set(id, attempt);
  const program = id.replace(/-files$/, '');
  programs.add(program);
  try {
    const said = globalThis.fetchTexts(document.documentElement.dataset.language);
    await Promise.all([globalThis.fetchProgram(id), said]);
    // Some browsers never ask again for a module that could not be loaded, unless its address differs.
    await start(document.getElementById(id).content, attempt === 1 ? '' : `#${attempt}`);
  } catch (error) {
    programs.delete(program);
    throw error;
  }
};

await isShown();
// A program that the page's address names is fetched beside the page's own.
for (const { id, dataset } of document.querySelectorAll('template[data-place]')) {
  if (location.hash.startsWith(dataset.place)) {
    globalThis.fetchProgram(id);
  }
}

try {
  const said = globalThis.fetchTexts(document.documentElement.dataset.language);
  await start(document.head, '', said);
} catch (error) {
  if (!document.querySelector('[data-testid="crash"]')) {
    explain(error);
  }
  throw error;
}

/** Waits until the browser has shown what stands in the document: a module that comes would hold that up. */
function isShown() {
  return new Promise((resolve) => {
    // There is no frame while nobody sees the page.
    setTimeout(resolve, document.hidden ? 0 : 2_000);
    requestAnimationFrame(() => setTimeout(resolve));
  });
}

async function start(files, suffix, said) {
  const address = (selector) => new URL(files.querySelector(selector).getAttribute('href'), document.baseURI).href;
  const [{ default: begin }] = await Promise.all([import(address('link[rel="modulepreload"]') + suffix), said]);
  await begin({ module_or_path: address('link[rel="preload"][as="fetch"]') });
}

function explain(error) {
  const words = WORDS[document.documentElement.dataset.language] ?? WORDS.en;
  const crash = document.createElement('section');
  crash.className = 'crash';
  crash.dataset.testid = 'crash';
  crash.setAttribute('role', 'alert');
  const heading = document.createElement('h2');
  heading.textContent = words.heading;
  const advice = document.createElement('p');
  advice.textContent = typeof WebAssembly === 'object' ? words.broken : words.incapable;
  const details = document.createElement('pre');
  details.translate = false;
  details.className = 'notranslate';
  details.textContent = String(error);
  const reload = document.createElement('button');
  reload.type = 'button';
  reload.textContent = words.reload;
  reload.addEventListener('click', () => location.reload());
  crash.append(heading, advice, details, reload);
  document.querySelector('main.before')?.append(crash);
  document.querySelectorAll('.loading').forEach((loading) => loading.remove());
}
