// Chooses the page's language before any of it is shown: the one that was chosen here, or the first of
// the browser's that the page speaks.
(() => {
  const speaks = [
    [/^en\b/i, 'en'],
    [/^zh\b/i, 'zh-Hans'],
  ];
  const spoken = (tag) => speaks.find(([pattern]) => pattern.test(tag))?.[1];
  let chosen = null;
  try {
    chosen = localStorage.getItem('echoclock.language');
  } catch {
    // Whoever forbids the page to remember anything is asked by the browser's preference.
  }
  const wanted = [chosen ?? '', ...navigator.languages].map(spoken).find(Boolean);
  const root = document.documentElement;
  root.lang = wanted ?? 'en';
  // A translator writes the other one anew, and the programs have to know what they say.
  root.dataset.language = root.lang;
})();
