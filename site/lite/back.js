// A link to "/notebooks/….html" means a page of the site beside this one. JupyterLab takes relative links for files
// of its own, so the way there is put in when somebody comes near: the site begins two folders up.
for (const near of ["pointerover", "focusin", "click"])
  addEventListener(near, ({ target }) => {
    const link = target.closest?.('a[href^="/notebooks/"]');
    if (link) link.href = new URL(`../..${link.getAttribute("href")}`, location);
  }, true);
