// The few things that must work without a circuit: copying, reloading, coming back after the circuit is lost.
(() => {
  document.addEventListener('click', async event => {
    const copy = event.target.closest?.('[data-copy]');
    if (copy) {
      await copyText(copy.dataset.copy);
      copy.textContent = 'Copied';
      setTimeout(() => { copy.textContent = 'Copy'; }, 1500);
    } else if (event.target.closest?.('[data-action=reload]')) {
      location.reload();
    }
  });

  // The clipboard interface exists only on https and localhost; elsewhere the old way still works.
  async function copyText(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement('textarea');
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
  }

  // "Rejected": the server is back but knows nothing of this circuit (it was restarted). A fresh page is the same page.
  const modal = document.getElementById('components-reconnect-modal');
  new MutationObserver(() => {
    if (modal.classList.contains('components-reconnect-rejected')) {
      location.reload();
    }
  }).observe(modal, { attributes: true, attributeFilter: ['class'] });

  Blazor.start({
    circuit: {
      reconnectionOptions: { maxRetries: 1000, retryIntervalMilliseconds: attempt => Math.min(500 * (attempt + 1), 5000) },
    },
  });
})();
