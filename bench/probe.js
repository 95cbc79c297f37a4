// In every page that the bench opens. By itself it only defines functions; `benchWatch` and `benchAwait` begin to look.
// "Painted" is the first task after the frame that follows a change of the document.
(() => {
  const ANSWERS = 'article[data-kind="answer"] .ta-body, body > pre';
  const LETTERS = 90; // at the end of the answer: enough to find the place in it
  let root = null;

  const lastAnswer = () => [...document.querySelectorAll(ANSWERS)].at(-1);

  /** The end of the last answer as the page shows it; never reads all of it. */
  window.benchTail = () => {
    if (!root?.isConnected) root = lastAnswer();
    if (!root) return "";
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let node = root;
    while (node.lastChild) node = node.lastChild;
    walker.currentNode = node;
    if (node.nodeType !== Node.TEXT_NODE) node = walker.previousNode();
    let text = "";
    for (; node && text.length < LETTERS; node = walker.previousNode()) {
      text = node.substringData(Math.max(0, node.length - LETTERS), LETTERS) + text;
    }
    return text;
  };

  const onPaint = (look, painted) => {
    const channel = new MessageChannel();
    const seen = [];
    let asked = false;
    channel.port1.onmessage = () => painted(performance.now(), seen.shift());
    const observer = new MutationObserver(() => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        seen.push(look());
        channel.port2.postMessage(0);
      });
    });
    observer.observe(document, { subtree: true, childList: true, characterData: true });
    return observer;
  };

  /** Keeps, for each frame that followed a change, when it was painted (Unix ms) and how the answer ended then. */
  window.benchWatch = () => {
    const origin = performance.timeOrigin - skew();
    window.benchFrames = [];
    onPaint(benchTail, (time, tail) => tail && window.benchFrames.push([origin + time, tail]));
  };

  /** Notes in `benchOpened` how many ms after the navigation's start `words` were painted at the end of an answer. */
  window.benchAwait = (words) => {
    const look = () => ((root = lastAnswer()), benchTail().includes(words));
    const observer = onPaint(look, (time, found) => {
      if (!found || window.benchOpened) return;
      window.benchOpened = time;
      observer.disconnect();
    });
  };

  /** How far the page's high-resolution clock is ahead of the machine's, in ms. */
  const skew = () => {
    const found = [];
    for (let i = 0; i < 7; i++) {
      const before = Date.now();
      let now = before;
      while (now === before) now = Date.now();
      found.push(performance.timeOrigin + performance.now() - now);
    }
    return found.sort((a, b) => a - b)[3];
  };
})();
