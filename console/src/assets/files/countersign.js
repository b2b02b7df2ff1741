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
  const refusal = (file, width, height) => {
    if (!types.includes(file.type)) return 'This is no JPEG, PNG or WebP. Choose another file.';
    if (file.size > 10 * 1024 * 1024) return `${(file.size / 1048576).toFixed(1)} MiB is more than 10 MiB. Choose a smaller file.`;
    if (!width) return 'This file cannot be read as an image. Choose another one.';
    if (width < 200 || height < 200) return `${width} × ${height} px: both sides need at least 200 px.`;
    if (width * height > 40e6) return `${width} × ${height} px is more than 40 megapixels.`;
    return '';
  };
  const advice = (width, height) => {
    const ratio = height / width;
    if (ratio > 1.505) return `${width} × ${height} px. Longer than 2:3: the grid will not show all of it.`;
    if (ratio < 1.495) return `${width} × ${height} px. Not 2:3: the grid shows it smaller.`;
    return `${width} × ${height} px, 2:3. Fits.`;
  };
  const preview = (zone, file) => {
    // A file that would be refused is not sent: the browser says why, and nothing that was typed leaves the page.
    const judge = (width, height) => {
      const refused = refusal(file, width, height), place = one('[data-verdict]', zone);
      one('input[type=file]', zone).setCustomValidity(refused);
      if (place) { place.hidden = false; place.textContent = refused || advice(width, height); }
    };
    const probe = new Image();
    probe.onload = () => {
      // The part of the height, in percent, that a card of 2:3 in the grid does not show.
      const hidden = Math.max(0, 100 - Math.floor(probe.naturalWidth * 300 / (probe.naturalHeight * 2)));
      for (const words of all('[data-grid]')) words.textContent = hidden ? `In the grid. Lower ${hidden} % not shown` : 'In the grid, nothing cropped';
      judge(probe.naturalWidth, probe.naturalHeight);
      for (const image of all('img[data-preview]')) {
        image.width = probe.naturalWidth; image.height = probe.naturalHeight;
        image.src = probe.src; image.hidden = false;
        image.closest('.card')?.classList.toggle('whole', !hidden);
      }
      for (const gone of all('[data-no-image]')) gone.hidden = true;
    };
    probe.onerror = () => judge(0, 0);
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
    zone.addEventListener('change', ({ target }) => { if (target.files?.[0]) preview(zone, target.files[0]); else if (target.files) target.setCustomValidity(''); });
    document.addEventListener('paste', (event) => { if (event.clipboardData && take(zone, event.clipboardData.files)) event.preventDefault(); });
  }

  // Finding a board in the list of those that were loaded.
  for (const find of all('[data-find]')) {
    find.hidden = false;
    find.addEventListener('keydown', (event) => { if (event.key === 'Enter') event.preventDefault(); });
    find.addEventListener('input', () => {
      const words = find.value.trim().toLowerCase();
      let matches = 0;
      for (const option of all('.opt', find.parentElement)) {
        const matching = option.textContent.toLowerCase().includes(words);
        if (matching) matches += 1;
        option.hidden = !matching && !one(':checked', option);
      }
      one('[data-no-board]', find.closest('fieldset')).hidden = matches > 0;
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
      if (target.type === 'file' || target.dataset.find !== undefined || target.dataset.ground !== undefined) return;
      clearTimeout(timer);
      timer = setTimeout(save, 1200);
    });
    // What is sent is no longer unsaved: nothing is kept beside it from here on.
    form.addEventListener('submit', () => { clearTimeout(timer); running = true; again = false; });
    addEventListener('pageshow', () => { running = false; });
  }

  // How far off the chosen time is, in its own zone. The server says so too, whenever it shows the form.
  const instant = (local, zone) => {
    const wall = Date.parse(`${local}Z`);
    const offset = (at) => {
      const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }).formatToParts(at);
      const of = (type) => Number(parts.find((part) => part.type === type).value);
      return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - at;
    };
    return wall - offset(wall - offset(wall));
  };
  const distance = (seconds) => seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${Math.floor(seconds / 60)} min` : seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : seconds < 63072000 ? `${Math.floor(seconds / 86400)} days` : `${Math.floor(seconds / 31557600)} years`;
  for (const place of all('[data-when]')) {
    const form = place.closest('form'), { publish_local: local, publish_zone: zone } = form.elements;
    const tell = () => {
      place.textContent = '';
      place.classList.remove('odd');
      if (!local.value) return;
      try {
        const seconds = Math.round((instant(local.value, zone.value) - Date.now()) / 1000);
        const isFar = seconds > 366 * 86400;
        place.textContent = seconds < 0 ? `This time has passed, ${distance(-seconds)} ago: it goes out as soon as it is countersigned.` : `${isFar ? 'More than a year off: in' : 'In'} ${distance(seconds)}, ${zone.value}.`;
        place.classList.toggle('odd', seconds < 0 || isFar);
      } catch { /* a zone that this browser does not know */ }
    };
    for (const field of [local, zone]) field.addEventListener('input', tell);
  }

  // The seconds of an undo run out. Where the Pin is sent then, that is said instead; else the offer
  // stays, and the server says when it does not hold any more.
  for (const button of all('[data-undo]')) {
    let left = Number(button.dataset.undo);
    const words = one('span', button);
    const tick = setInterval(() => {
      left -= 1;
      words.textContent = left > 0 ? `Undo, ${left} s` : 'Undo';
      if (left > 0) return;
      clearInterval(tick);
      const told = button.dataset.after && one('span > span', button.closest('.toast'));
      if (told) { told.textContent = button.dataset.after; button.closest('form').remove(); }
    }, 1000);
  }

  // A message that stands in its live region from the start is not announced: it is put there once more.
  const toasts = one('#toasts'), messages = [...toasts?.children ?? []];
  if (messages.length) { toasts.replaceChildren(); setTimeout(() => toasts.append(...messages), 150); }

  // Live places ask for themselves again while the page is looked at. A place with a state reloads the page when
  // that state has changed, unless somebody is typing or has typed: then only the place itself is shown anew.
  const isChanged = (field) => {
    if (field.type === 'hidden') return false;
    if (field.matches('[type=checkbox], [type=radio]')) return field.checked !== field.defaultChecked;
    if (field.matches('select')) return field.selectedIndex !== Math.max([...field.options].findIndex((option) => option.defaultSelected), 0);
    return field.value !== field.defaultValue;
  };
  const hasTyped = () => all('input, textarea, select').some(isChanged);
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
          if (fresh && fresh.dataset.state !== place.dataset.state && !isTyping() && !hasTyped()) { location.reload(); return; }
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
  // A list that stands open on a wide screen is folded away on a small one.
  for (const fold of all('details[data-wide]')) {
    const wide = matchMedia(`(min-width:${fold.dataset.wide})`), set = () => { fold.open = wide.matches; fold.dataset.folds = ''; };
    set();
    wide.addEventListener('change', set);
  }

  // On paper every record stands open.
  const folded = () => all('details.event:not([open])');
  let opened = [];
  addEventListener('beforeprint', () => { opened = folded(); for (const event of opened) event.open = true; });
  addEventListener('afterprint', () => { for (const event of opened) event.open = false; opened = []; });
  for (const button of all('[data-print]')) { button.hidden = false; button.addEventListener('click', () => window.print()); }

  // What needs a hand gets the focus.
  one('#errors')?.focus();

  // Keys: single letters act only outside of fields, without a modifier, and only where they were not switched off.
  if (!('keys' in document.body.dataset)) return;
  const places = { q: '/', r: '/review', n: '/drafts/new', c: '/connections', a: '/audit', o: '/operators', s: '/settings', m: '/account' };
  let goes = 0;
  const move = (step) => {
    for (const fold of all('details:has([data-list])')) fold.open = true;
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
