// What browsers' translators do to a page, and a watch over what they would spoil.
//
// The component tests and the journeys share it; either runs it in the page as it is.

globalThis.translators = (() => {
  const TRANSLATED = 'TRANSLATED';

  const isSkipped = (element) => element.closest('script, style, textarea, noscript, title') !== null;

  // The standard's attribute and the older class: each has translators that know it alone.
  const isMarked = (element) => element.closest('[translate=no].notranslate') !== null;

  const isWritten = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '';

  const texts = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      found.push(walker.currentNode);
    }
    return found;
  };

  const toTranslate = (root) => {
    const isOurs = (text) => {
      const parent = text.parentElement;
      return parent !== null && !isSkipped(parent) && parent.closest('[translate=no], .notranslate, [data-translated]') === null;
    };
    return texts(root).filter((text) => isWritten(text) && isOurs(text));
  };

  const manners = {
    // As Chromium's does it: elements of the translator's own stand where a text was.
    replacing(root) {
      for (const text of toTranslate(root)) {
        const [outer, inner] = [document.createElement('font'), document.createElement('font')];
        outer.dataset.translated = '';
        inner.textContent = TRANSLATED;
        outer.append(inner);
        text.replaceWith(outer);
      }
    },

    // As Firefox's does it: what a text stands in is emptied and filled anew, its elements where they
    // were, and its comments, by which a framework knows places, are gone.
    refilling(root) {
      for (const parent of new Set(toTranslate(root).map((text) => text.parentElement))) {
        const filled = [...parent.childNodes].flatMap((node) => {
          if (node.nodeType === Node.TEXT_NODE) {
            return isWritten(node) ? [document.createTextNode(TRANSLATED)] : [];
          }
          return node.nodeType === Node.COMMENT_NODE ? [] : [node];
        });
        parent.replaceChildren(...filled);
        parent.dataset.translated = '';
      }
    },
  };

  return {
    // Translates what is below `root`, and whatever comes to it later.
    translate(root, manner) {
      const translate = () => {
        manners[manner](root);
        // What the translator did itself is no news.
        observer.takeRecords();
      };
      const observer = new MutationObserver(translate);
      observer.observe(root, { childList: true, subtree: true });
      document.documentElement.lang = 'eo';
      translate();
      return observer;
    },

    // Calls `complain` for whatever changes below `root` in a place that a translator may have made
    // its own: a text there is written, comes or goes by itself, or something does beside a text.
    watch(root, complain) {
      const problem = ({ type, target, addedNodes, removedNodes }) => {
        const parent = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
        if (parent === null || isSkipped(parent) || isMarked(parent)) {
          return undefined;
        }
        if (type === 'characterData') {
          return 'a text changes';
        }
        if ([...addedNodes, ...removedNodes].some(isWritten)) {
          return 'a text comes or goes';
        }
        return [...parent.childNodes].some(isWritten) ? 'something comes or goes beside a text' : undefined;
      };
      const look = (records) => {
        for (const record of records) {
          const what = problem(record);
          if (what !== undefined) {
            const place = record.target.nodeType === Node.ELEMENT_NODE ? record.target : record.target.parentElement;
            complain(`${what} where a translator may be: ${place.outerHTML.slice(0, 300)}`);
          }
        }
      };
      const observer = new MutationObserver(look);
      observer.observe(root, { characterData: true, childList: true, subtree: true });
      return { look: () => look(observer.takeRecords()), end: () => observer.disconnect() };
    },
  };
})();
