// Countersign in the browser. Every page works without this file: it only makes what is there quicker.
// No library, no inline handler, no address but our own.
(() => {
  'use strict';
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const isShown = (element) => element.getClientRects().length > 0;

  // Counters: the same count as the server's, in characters. Nothing is cut.
  const count = (field) => {
    const shown = one(`[data-counts="${field.id}"]`);
    if (!shown) return;
    const length = [...field.value].length;
    shown.textContent = `${length} of ${field.dataset.limit}`;
    shown.classList.toggle('over', length > Number(field.dataset.limit));
  };
  // The preview follows what is typed.
  const mirror = (field) => {
    for (const place of all(`[data-mirror="${field.name}"]`)) place.textContent = field.value || place.dataset.empty || '';
  };
  document.addEventListener('input', ({ target }) => {
    if (target.dataset?.limit) count(target);
    if (target.name) mirror(target);
  });

  // Images: choose, paste or drop; shown at once and checked against Pinterest's rules before they are sent.
  const types = ['image/jpeg', 'image/png', 'image/webp'];
  const verdict = (file, width, height) => {
    if (!types.includes(file.type)) return 'This is no JPEG, PNG or WebP. Choose another file.';
    if (file.size > 10 * 1024 * 1024) return `${(file.size / 1048576).toFixed(1)} MiB is more than 10 MiB. Choose a smaller file.`;
    if (!width) return 'This file cannot be read as an image. Choose another one.';
    if (width < 200 || height < 200) return `${width} × ${height} px: both sides need at least 200 px.`;
    if (width * height > 40e6) return `${width} × ${height} px is more than 40 megapixels.`;
    const ratio = height / width;
    if (ratio > 1.505) return `${width} × ${height} px. Longer than 2:3: the grid will not show all of it.`;
    if (ratio < 1.495) return `${width} × ${height} px. Not 2:3: the grid shows it smaller.`;
    return `${width} × ${height} px, 2:3. Fits.`;
  };
  const preview = (zone, file) => {
    const say = (words) => { const place = one('[data-verdict]', zone); if (place) { place.hidden = false; place.textContent = words; } };
    const probe = new Image();
    probe.onload = () => {
      say(verdict(file, probe.naturalWidth, probe.naturalHeight));
      for (const image of all('img[data-preview]')) {
        image.width = probe.naturalWidth; image.height = probe.naturalHeight;
        image.src = probe.src; image.hidden = false;
      }
      for (const gone of all('[data-no-image]')) gone.hidden = true;
    };
    probe.onerror = () => say(verdict(file, 0, 0));
    probe.src = URL.createObjectURL(file);
  };
  const take = (zone, files) => {
    const file = [...files].find((candidate) => candidate.type.startsWith('image/'));
    if (!file) return false;
    const chosen = new DataTransfer();
    chosen.items.add(file);
    one('input[type=file]', zone).files = chosen.files;
    preview(zone, file);
    return true;
  };
  for (const zone of all('[data-drop]')) {
    zone.addEventListener('dragover', (event) => { event.preventDefault(); zone.classList.add('over'); });
    zone.addEventListener('dragleave', () => zone.classList.remove('over'));
    zone.addEventListener('drop', (event) => { event.preventDefault(); zone.classList.remove('over'); take(zone, event.dataTransfer.files); });
    zone.addEventListener('change', ({ target }) => { if (target.files?.[0]) preview(zone, target.files[0]); });
    document.addEventListener('paste', (event) => { if (event.clipboardData && take(zone, event.clipboardData.files)) event.preventDefault(); });
  }

  // Finding a board in the list of those that were loaded.
  for (const find of all('[data-find]')) {
    find.hidden = false;
    find.addEventListener('keydown', (event) => { if (event.key === 'Enter') event.preventDefault(); });
    find.addEventListener('input', () => {
      const words = find.value.trim().toLowerCase();
      for (const option of all('.opt', find.parentElement)) option.hidden = !option.textContent.toLowerCase().includes(words) && !one(':checked', option);
    });
  }

  // Autosave: the working copy, never a revision. A refusal is said, and what was typed stays in the page.
  for (const form of all('form[data-autosave]')) {
    const status = one('[data-saved]');
    let timer = 0, running = false, again = false;
    const say = (words) => { if (status) status.textContent = words; };
    const save = async () => {
      if (running) { again = true; return; }
      running = true;
      const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === 'string'));
      try {
        const answer = await fetch(form.dataset.autosave, { method: 'POST', body, redirect: 'error' });
        const at = new Date().toLocaleTimeString('en-GB', { timeZone: form.dataset.zone || 'UTC' });
        if (answer.ok) say(`Saved at ${at} ${form.dataset.zone || 'UTC'}`);
        else say(answer.status === 401 ? 'Not saved: your session ended. Press Save, sign in, and what you typed is still there.' : 'Not saved yet. It is still in this page; press Save to see why.');
      } catch { say('Not saved yet: no answer from the server. It is still in this page.'); }
      running = false;
      if (again) { again = false; save(); }
    };
    form.addEventListener('input', ({ target }) => {
      if (target.type === 'file' || target.dataset.find !== undefined) return;
      clearTimeout(timer);
      timer = setTimeout(save, 1200);
    });
    form.addEventListener('submit', () => clearTimeout(timer));
  }

  // The offer to undo runs out.
  for (const button of all('[data-undo]')) {
    let left = Number(button.dataset.undo);
    const words = one('span', button);
    const tick = setInterval(() => {
      left -= 1;
      if (left <= 0) { clearInterval(tick); button.remove(); } else words.textContent = `Undo, ${left} s`;
    }, 1000);
  }

  // Live places ask for themselves again while the page is looked at. A place with a state reloads the page when
  // that state has changed, unless somebody is typing.
  const isTyping = () => document.activeElement?.matches('input:not([type=checkbox]):not([type=radio]), textarea, select') ?? false;
  const poll = async (id) => {
    const place = document.getElementById(id);
    if (!place) return;
    const wait = Number(place.dataset.every || 15) * 1000;
    if (!document.hidden && !place.contains(document.activeElement)) {
      try {
        const answer = await fetch(place.dataset.poll, { headers: { accept: 'text/html' }, redirect: 'error' });
        if (answer.status === 401 || answer.status === 404) return;
        if (answer.ok) {
          const fresh = one(`#${CSS.escape(id)}`, new DOMParser().parseFromString(await answer.text(), 'text/html'));
          if (fresh && fresh.dataset.state !== place.dataset.state && !isTyping()) { location.reload(); return; }
          if (fresh && fresh.outerHTML !== place.outerHTML) place.replaceWith(document.importNode(fresh, true));
        }
      } catch { /* the next round asks again */ }
    }
    setTimeout(poll, wait, id);
  };
  for (const place of all('[data-poll][id]')) setTimeout(poll, Number(place.dataset.every || 15) * 1000, place.id);

  // A secret that is shown once can be copied.
  for (const button of all('[data-copy]')) {
    button.hidden = !navigator.clipboard;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = 'Copied';
    });
  }
  for (const button of all('[data-print]')) { button.hidden = false; button.addEventListener('click', () => window.print()); }

  // What needs a hand gets the focus.
  one('#errors')?.focus();

  // Keys: single letters act only outside of fields, without a modifier, and only where they were not switched off.
  if (!('keys' in document.body.dataset)) return;
  const places = { q: '/', r: '/review', n: '/drafts/new', c: '/connections', a: '/audit', o: '/operators', s: '/settings', m: '/account' };
  let goes = 0;
  const move = (step) => {
    const links = all('[data-list] a.t').filter(isShown);
    const here = links.findIndex((link) => link === document.activeElement || link.closest('li') === document.activeElement?.closest?.('li'));
    const start = here < 0 ? links.findIndex((link) => link.getAttribute('aria-current')) : here;
    const next = links[start < 0 ? 0 : Math.min(Math.max(start + step, 0), links.length - 1)];
    if (!next) return;
    next.focus();
    if (next.closest('[data-opens]') && next.getAttribute('aria-current') === null) next.click();
  };
  const act = (key) => {
    const target = all(`[aria-keyshortcuts="${key}"]`).find(isShown);
    if (!target) return false;
    if (target.matches('summary')) {
      target.parentElement.open = true;
      one('textarea, input:not([type=hidden]), button', target.parentElement)?.focus();
    } else if (target.matches('input, textarea')) target.focus();
    else if (target.getAttribute('aria-disabled') !== 'true') target.click();
    return true;
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping() || event.target.closest?.('dialog')) return;
    const key = event.key;
    if (goes && Date.now() - goes < 1500 && places[key]) { event.preventDefault(); goes = 0; location.assign(places[key]); return; }
    goes = 0;
    if (key === 'g') goes = Date.now();
    else if (key === 'j') move(1);
    else if (key === 'k') move(-1);
    else if (key === '?') one('#keys')?.showModal();
    else if (['a', 'c', 'r', 'e', '/'].includes(key) && !event.repeat && act(key)) event.preventDefault();
  });
})();
