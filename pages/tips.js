// The tip of a button that was clicked has said what it had to: it covers nothing until the pointer comes again.
addEventListener(
  "click",
  ({ target, detail }) => {
    const button = detail && target.closest?.("[data-tip]"); // no detail: it was a key
    if (!button) return;
    button.dataset.tipped = "";
    button.addEventListener("pointerleave", () => delete button.dataset.tipped, { once: true });
  },
  true,
);
