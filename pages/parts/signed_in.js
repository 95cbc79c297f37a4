// A page of somebody who has signed in: it ends with that, in whichever window they sign out, and when its time is up.
(() => {
  const KEY = "thinkaloud-signed-out";
  const leave = () => location.assign(`/signin?next=${encodeURIComponent(location.pathname)}`);

  addEventListener("storage", ({ key }) => key === KEY && setTimeout(leave, 700)); // once the cookie is gone, too
  addEventListener("click", ({ target }) => target.closest?.(".ta-me-out") && localStorage.setItem(KEY, Date.now()), true);

  const listen = () => {
    if (!window.socket) return setTimeout(listen, 300);
    window.socket.on("connect_error", async () => {
      // the server is away, or it refuses us: a page that leads elsewhere says which
      const page = { method: "HEAD", redirect: "manual", headers: { accept: "text/html" } };
      const answer = await fetch(location.pathname, page).catch(() => null);
      if (answer?.type === "opaqueredirect") leave();
    });
  };
  listen();
})();
