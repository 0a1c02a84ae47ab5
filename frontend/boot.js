// Starts the page. What to load stands in the document's head, where Trunk puts it: so no script is
// inline, and the Content-Security-Policy can forbid those.

const program = document.head.querySelector('link[rel="modulepreload"]');
const wasm = document.head.querySelector('link[rel="preload"][as="fetch"]');

try {
  const { default: start } = await import(program.href);
  await start({ module_or_path: wasm.href });
} catch (error) {
  if (!document.querySelector('[data-testid="crash"]')) {
    explain(error);
  }
  throw error;
}

function explain(error) {
  const crash = document.createElement('section');
  crash.className = 'crash';
  crash.dataset.testid = 'crash';
  crash.setAttribute('role', 'alert');
  const heading = document.createElement('h2');
  heading.textContent = 'The page could not start';
  const advice = document.createElement('p');
  advice.textContent =
    typeof WebAssembly === 'object'
      ? 'A part of it is missing, was changed on its way, or does not run in this browser. Reloading may help.'
      : 'This browser has no WebAssembly, or it is switched off.';
  const details = document.createElement('pre');
  details.translate = false;
  details.className = 'notranslate';
  details.textContent = String(error);
  const reload = document.createElement('button');
  reload.type = 'button';
  reload.textContent = 'Reload';
  reload.addEventListener('click', () => location.reload());
  crash.append(heading, advice, details, reload);
  document.querySelector('.loading')?.replaceWith(crash);
}
