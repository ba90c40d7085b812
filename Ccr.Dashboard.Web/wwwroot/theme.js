// Runs before the first paint: the chosen theme, or the system's.
(() => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = () => {
    try { return localStorage.getItem('ccr-theme') ?? 'auto'; } catch { return 'auto'; }
  };
  const apply = () => {
    const choice = chosen();
    const dark = choice === 'dark' || (choice === 'auto' && system.matches);
    document.documentElement.dataset.bsTheme = dark ? 'dark' : 'light';
    document.documentElement.dataset.theme = choice;
    for (const button of document.querySelectorAll('[data-action=theme]')) {
      button.setAttribute('aria-label', `Color theme: ${choice}. Change`);
      button.title = `Color theme: ${choice}`;
    }
  };
  apply();
  system.addEventListener('change', apply);
  document.addEventListener('DOMContentLoaded', apply);
  document.addEventListener('click', event => {
    if (event.target.closest?.('[data-action=theme]')) {
      const order = ['auto', 'light', 'dark'];
      const next = order[(order.indexOf(chosen()) + 1) % order.length];
      try { localStorage.setItem('ccr-theme', next); } catch { /* a browser that keeps nothing: the system's theme stays */ }
      apply();
    }
  });

  // A dialog gives the focus back to what opened it, or to the page's heading when that is gone.
  let opener = null;
  globalThis.ccr = {
    // Called by the circuit when it begins: from here on the page is live.
    begin: () => {
      document.documentElement.dataset.circuit = 'live';
      apply(); // the circuit has drawn the toggle anew
      return -new Date().getTimezoneOffset();
    },
    rememberFocus: () => { opener = document.activeElement; },
    restoreFocus: () => { (opener?.isConnected && opener !== document.body ? opener : document.querySelector('h1'))?.focus(); },
  };
})();
