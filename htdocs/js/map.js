/* The moving map over a page that works without it. The form is the state; the address bar says it, the server answers
   it: /map/view for markers, counts and ages (asked again each second, 304 when nothing changed), /map/list for the list. */
(function (app) {
  'use strict';
  var doc = document, wrap = doc.getElementById('mapwrap');
  if (!wrap || !window.L) return;

  var POLL = 1000, POLL_MOST = 30000, LIST_EVERY = 5000, SETTLE = 120, TYPING = 250;
  var ZOOM_MOST = 18, ZOOM_STATION = 15, ZOOM_NEAR = 14, WORLD = '-180,-85,180,85';
  var form = doc.getElementById('map-form'), box = doc.getElementById('map'), q = doc.getElementById('map-q');
  var order = doc.getElementById('map-order'), results = doc.getElementById('map-results'), cardBox = doc.getElementById('map-card');
  var facetsBox = form.querySelector('.facets'), list = results.querySelector('[data-list]'), pager = results.querySelector('[data-pager]');
  var sentenceBox = wrap.querySelector('[data-sentence-box]'), said = doc.getElementById('map-said');
  var broken = doc.getElementById('map-break'), tell = doc.getElementById('map-tell');
  var still = window.matchMedia && window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  var map, marks, card, tag = null, pollTimer = 0, pause = POLL, asking = {}, skew = 0, newest = 0;
  var pages = 1, listAt = 0, me = null, announce = false, restoring = false;

  function each(nodes, act) { Array.prototype.forEach.call(nodes, act); }
  function facet(key) { return doc.getElementById('facet-' + key); }
  function facets() { return form.querySelectorAll('[data-facet]'); }

  /* One question of a kind at a time: a newer one stops the older. */
  function ask(kind, url, headers, done) {
    var request = new XMLHttpRequest(), name;
    if (asking[kind]) asking[kind].abort();
    asking[kind] = request;
    request.open('GET', url);
    request.timeout = 15000;
    for (name in headers) request.setRequestHeader(name, headers[name]);
    request.onload = request.onerror = request.ontimeout = function () {
      if (asking[kind] === request) asking[kind] = null;
      done(request);
    };
    request.send();
  }

  /* --- the state: conditions in the form, the place on the map -------------------------------------- */
  function filters() {
    var out = q.value.trim() ? '&q=' + encodeURIComponent(q.value.trim()) : '';
    each(facets(), function (f) {
      var key = f.getAttribute('data-facet');
      if (f.getAttribute('data-every')) { out += '&' + key + '=*'; return; }
      each(f.querySelectorAll('input[type=checkbox]:checked'), function (input) { out += '&' + key + '=' + encodeURIComponent(input.value); });
    });
    return out;
  }
  function place() {
    var c = map.getCenter().wrap();
    return '&center=' + c.lng.toFixed(5) + ',' + c.lat.toFixed(5) + '&zoom=' + map.getZoom();
  }
  function bounds() {
    var size = map.getSize(), b = map.getBounds();
    if (!size.x || !size.y) return '';
    return '&bbox=' + [Math.max(-180, b.getWest()), Math.max(-85, b.getSouth()), Math.min(180, b.getEast()), Math.min(85, b.getNorth())]
      .map(function (n) { return n.toFixed(5); }).join(',');
  }
  function ordered() { return order.value === 'distance' ? '' : '&order=' + order.value; }
  function viewUrl() { return '/map/view?' + ('zoom=' + map.getZoom() + bounds() + filters()); }
  function listUrl(page) { return '/map/list?' + (place() + bounds() + filters() + ordered() + (page > 1 ? '&page=' + page : '')).slice(1); }
  function address(push) {
    var url = '/map?' + (filters() + place() + ordered()).slice(1);
    if (url === location.pathname + location.search) return;
    history[push ? 'pushState' : 'replaceState'](null, '', url);
  }

  /* --- answers ---------------------------------------------------------------------------------------- */
  function ageWords(seconds) {
    if (seconds < 60) return seconds + ' 秒前';
    if (seconds < 3600) return Math.floor(seconds / 60) + ' 分钟前';
    if (seconds < 86400) return Math.floor(seconds / 3600) + ' 小时前';
    return Math.floor(seconds / 86400) + ' 天前';
  }
  function tick() {
    var age = sentenceBox.querySelector('[data-age]'), words;
    if (!age || !newest) return;
    words = Math.max(0, Math.round((Date.now() + skew) / 1000 - newest));
    words = words < 5 ? '状态刚刚更新' : '状态更新于 ' + ageWords(words);
    if (age.textContent !== words) age.textContent = words;
  }
  function put(selector, number) {
    var node = sentenceBox.querySelector(selector), words = app.number(number);
    if (node && node.textContent !== words) node.textContent = words;
  }
  function counts(data) {
    each(facets(), function (f, i) {
      var by = {}, known = data.facets[i], whole = !known.more && !f.classList.contains('long');
      known.v.forEach(function (v) { by[v[0]] = v[1]; });
      each(f.querySelectorAll('.chip'), function (chip) {
        var n = by[chip.firstElementChild.value], small = chip.querySelector('[data-count]');
        if (n === undefined && !whole) return;
        n = n || 0;
        if (small.textContent !== app.number(n)) small.textContent = app.number(n);
        chip.classList.toggle('zero', n === 0);
      });
    });
  }
  function rowStates(data) {
    var words = ['空闲', '占满', '故障', '离线', '状态未知'], keys = ['free', 'full', 'fault', 'offline', 'unknown'];
    data.features.forEach(function (f) {
      var row = f.id && list.querySelector('[data-id="' + f.id + '"]'), state = row && row.querySelector('[data-state]'), html;
      if (!state) return;
      html = '<span class="st s-' + keys[f.c] + '">' + words[f.c] + (f.c === 0 ? ' ' + f.f : '') + '</span>' + (f.c < 2 ? ' / ' + f.t : '');
      if (state.innerHTML !== html) state.innerHTML = html;
    });
  }
  function show(data, request) {
    var date = Date.parse(request.getResponseHeader('Date') || '');
    if (date) skew = Math.abs(date - Date.now()) > 1500 ? date - Date.now() : 0;
    newest = data.newest;
    marks.draw(data.features);
    put('[data-matching]', data.matching);
    put('[data-shown]', data.shown);
    counts(data);
    rowStates(data);
    tick();
    if (Date.now() - listAt > LIST_EVERY) listRefresh();
    card.refresh();
  }

  /* --- asking, and asking again ------------------------------------------------------------------------- */
  function later() {
    clearTimeout(pollTimer);
    if (!doc.hidden) pollTimer = setTimeout(poll, pause);
  }
  function poll() {
    var url = viewUrl(), same = tag && tag.url === url;
    clearTimeout(pollTimer);
    if (!bounds()) { later(); return; }
    ask('view', url, same ? { 'If-None-Match': tag.value } : {}, function (request) {
      var data = null;
      if (request.status === 200) try { data = JSON.parse(request.responseText); } catch (e) { data = null; }
      if (data || request.status === 304) {
        pause = POLL;
        broken.hidden = true;
        if (data) { tag = { url: url, value: request.getResponseHeader('ETag') }; show(data, request); }
      } else {
        pause = Math.min(POLL_MOST, pause * 2);
        if (request.status !== 400) broken.hidden = false;
      }
      later();
    });
  }

  /* --- the list ------------------------------------------------------------------------------------------- */
  function part(html) {
    var holder = doc.createElement('div');
    holder.innerHTML = html;
    return holder;
  }
  function pagerShow(piece) {
    var total = Number(piece.getAttribute('data-total')), to = piece.getAttribute('data-to'), next = piece.getAttribute('data-next');
    pager.textContent = '';
    if (!total) return;
    if (next) {
      var more = doc.createElement('button');
      more.type = 'button';
      more.className = 'map-more';
      more.textContent = '更多';
      more.addEventListener('click', function () { listMore(Number(next)); });
      pager.appendChild(more);
    }
    var words = doc.createElement('p');
    words.className = 'map-pages';
    words.textContent = '已列出 ' + app.number(to) + ' 座，共 ' + app.number(total) + ' 座' + (next ? '' : '，已全部列出');
    pager.appendChild(words);
  }
  function listLoad() {
    ask('list', listUrl(1), {}, function (request) {
      if (request.status !== 200) return;
      var holder = part(request.responseText), piece = holder.querySelector('.map-list-part');
      if (!piece) return;
      pages = 1;
      listAt = Date.now();
      var held = list.contains(doc.activeElement) && doc.activeElement.closest('[data-id]'), id = held && held.getAttribute('data-id');
      sentenceBox.innerHTML = '';
      sentenceBox.appendChild(holder.querySelector('[data-sentence]'));
      list.innerHTML = piece.innerHTML;
      pagerShow(piece);
      if (id && list.querySelector('[data-id="' + id + '"] a')) list.querySelector('[data-id="' + id + '"] a').focus({ preventScroll: true });
      tick();
      if (announce) { announce = false; said.textContent = ''; setTimeout(speak, 100); }
    });
  }
  function speak() {
    var words = sentenceBox.querySelector('.words'), m = sentenceBox.querySelector('[data-matching]'), s = sentenceBox.querySelector('[data-shown]');
    if (m) said.textContent = words.textContent + m.textContent + ' 座' + (s ? '，地图内 ' + s.textContent + ' 座' : '');
  }
  function listMore(page) {
    ask('list', listUrl(page), {}, function (request) {
      if (request.status !== 200) return;
      var piece = part(request.responseText).querySelector('.map-list-part'), ul = list.querySelector('.map-rows');
      if (!piece || !ul) return;
      var first = piece.querySelector('.row');
      each(piece.querySelectorAll('.row'), function (row) {
        if (!ul.querySelector('[data-id="' + row.getAttribute('data-id') + '"]')) ul.appendChild(row);
      });
      pages = page;
      pagerShow(piece);
      if (first && first.parentNode === ul) first.querySelector('a').focus();
    });
  }
  /* States change under the reader's eyes; rows stay where they are. */
  function listRefresh() {
    listAt = Date.now();
    function one(page) {
      ask('rows', listUrl(page), {}, function (request) {
        if (request.status !== 200) return;
        each(part(request.responseText).querySelectorAll('.row'), function (row) {
          var old = list.querySelector('[data-id="' + row.getAttribute('data-id') + '"]');
          if (old && old.lastElementChild.innerHTML !== row.lastElementChild.innerHTML) old.lastElementChild.innerHTML = row.lastElementChild.innerHTML;
        });
        if (page < pages) one(page + 1);
      });
    }
    one(1);
  }

  /* --- changes --------------------------------------------------------------------------------------------- */
  function chosenCounts() {
    each(facets(), function (f) {
      var n = f.querySelectorAll('input[type=checkbox]:checked').length, every = !!f.getAttribute('data-every');
      var tab = form.querySelector('[data-tab="' + f.getAttribute('data-facet') + '"] [data-chosen]'), all = f.querySelector('[data-all]');
      tab.textContent = every ? '全' : n ? String(n) : '';
      all.setAttribute('aria-pressed', every ? 'true' : 'false');
    });
  }
  function changed(push) {
    announce = true;
    chosenCounts();
    address(push);
    pause = POLL;
    poll();
    listLoad();
    each(form.querySelectorAll('.facet.long.now'), function (f) { valuesLoad(f); });
  }
  var settle = 0;
  function moved() {
    clearTimeout(settle);
    settle = setTimeout(function () {
      if (!restoring) address(false);
      restoring = false;
      poll();
      listLoad();
    }, SETTLE);
  }
  /* The box of one cluster of everything is loose: a second look from closer. */
  function fitAll() { fitIn(0, WORLD, true); }
  function around(b) {
    return [b.getWest() - 0.001, b.getSouth() - 0.001, b.getEast() + 0.001, b.getNorth() + 0.001].map(function (n) { return n.toFixed(5); }).join(',');
  }
  function fitIn(zoom, within, again) {
    ask('fit', '/map/view?zoom=' + zoom + '&bbox=' + within + filters(), {}, function (request) {
      var b = null, data;
      if (request.status !== 200) return;
      data = JSON.parse(request.responseText);
      data.features.forEach(function (f) {
        var own = f.b ? L.latLngBounds([f.b[1], f.b[0]], [f.b[3], f.b[2]]) : L.latLngBounds([[f.p[1], f.p[0]], [f.p[1], f.p[0]]]);
        b = b ? b.extend(own) : own;
      });
      if (b && again) fitIn(Math.min(ZOOM_MOST, map.getBoundsZoom(b) + 1), around(b), false);
      else if (b) map.fitBounds(b, { padding: [40, 40], maxZoom: ZOOM_STATION, animate: false });
    });
  }

  /* --- facets ------------------------------------------------------------------------------------------------ */
  function tabOpen(key) {
    var any = false;
    each(form.querySelectorAll('[data-tab]'), function (tab) {
      var own = tab.getAttribute('data-tab') === key && tab.getAttribute('aria-expanded') !== 'true';
      tab.setAttribute('aria-expanded', own ? 'true' : 'false');
      facet(tab.getAttribute('data-tab')).classList.toggle('now', own);
      any = any || own;
    });
    facetsBox.classList.toggle('open', any);
  }
  function every(f, on) {
    if (on) f.setAttribute('data-every', '1'); else f.removeAttribute('data-every');
    each(f.querySelectorAll('input[type=checkbox]'), function (input) { input.checked = on; });
  }
  function valuesLoad(f, more, then) {
    var key = f.getAttribute('data-facet'), find = f.querySelector('[name=find]');
    var wide = more || f.getAttribute('data-wide');
    if (more) f.setAttribute('data-wide', '1');
    ask('values-' + key, '/map/facet?facet=' + key + (find && find.value.trim() ? '&find=' + encodeURIComponent(find.value.trim()) : '') +
      (wide ? '&more=1' : '') + filters(), {}, function (request) {
      var piece = request.status === 200 && part(request.responseText).querySelector('.facet-part'), chips = f.querySelector('[data-chips]'), rest, held;
      if (!piece) return;
      held = chips.contains(doc.activeElement) ? doc.activeElement.value : null;
      chips.innerHTML = piece.innerHTML;
      if (held !== null) each(chips.querySelectorAll('input'), function (input) { if (input.value === held) input.focus(); });
      rest = f.querySelector('.facet-more');
      if (rest) {
        rest.hidden = !piece.getAttribute('data-rest');
        rest.querySelector('[data-rest]').textContent = piece.getAttribute('data-rest');
        if (wide && !rest.hidden) rest.querySelector('[data-more]').disabled = true;
      }
      if (then) then();
    });
  }
  function facetsStart() {
    var typing = 0;
    facetsBox.classList.add('scripted');
    form.addEventListener('click', function (event) {
      var target = event.target.closest('[data-tab],[data-reset],[data-all],[data-more]'), f;
      if (!target) return;
      event.preventDefault();
      f = target.closest('[data-facet]');
      if (target.hasAttribute('data-tab')) tabOpen(target.getAttribute('data-tab'));
      else if (target.hasAttribute('data-more')) valuesLoad(f, true);
      else if (target.hasAttribute('data-all')) { every(f, !f.getAttribute('data-every')); changed(true); }
      else {
        each(facets(), function (each_) { every(each_, false); });
        q.value = '';
        changed(true);
      }
    });
    form.addEventListener('change', function (event) {
      var f = event.target.closest('[data-facet]');
      if (event.target.type === 'checkbox' && f) { f.removeAttribute('data-every'); changed(true); }
      else if (event.target === order) { address(false); announce = true; listLoad(); }
    });
    form.addEventListener('input', function (event) {
      if (event.target.name !== 'find') return;
      clearTimeout(typing);
      typing = setTimeout(function () { valuesLoad(event.target.closest('[data-facet]')); }, TYPING);
    });
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      if (doc.activeElement && doc.activeElement.name === 'find') { valuesLoad(doc.activeElement.closest('[data-facet]')); return; }
      changed(true);
      if (filters()) fitAll();
    });
    chosenCounts();
  }
  /* Back and forward: the form is filled from the address. */
  function restore() {
    var given = {}, c;
    location.search.slice(1).split('&').forEach(function (pair) {
      var at = pair.indexOf('='), name = pair.slice(0, at), value;
      try { value = decodeURIComponent(pair.slice(at + 1).replace(/\+/g, ' ')); } catch (e) { return; }
      (given[name] = given[name] || []).push(value);
    });
    q.value = (given.q || [''])[0];
    order.value = (given.order || ['distance'])[0];
    each(facets(), function (f) {
      var values = given[f.getAttribute('data-facet')] || [];
      every(f, values.indexOf('*') >= 0);
      each(f.querySelectorAll('input[type=checkbox]'), function (input) { input.checked = input.checked || values.indexOf(input.value) >= 0; });
      values.forEach(function (value) {
        var there = false, hidden;
        each(f.querySelectorAll('input[type=checkbox]'), function (input) { there = there || input.value === value; });
        if (there || value === '*') return;
        hidden = doc.createElement('label');          /* a value not listed now: kept chosen until the list is there */
        hidden.className = 'chip';
        hidden.innerHTML = '<input type="checkbox" checked><span><small data-count></small></span>';
        hidden.firstChild.name = f.getAttribute('data-facet');
        hidden.firstChild.value = value;
        hidden.lastChild.insertBefore(doc.createTextNode(value + ' '), hidden.lastChild.firstChild);
        f.querySelector('[data-chips]').appendChild(hidden);
      });
    });
    chosenCounts();
    c = (given.center || [''])[0].split(',').map(Number);
    restoring = true;
    if (c.length === 2 && given.zoom && isFinite(c[0]) && isFinite(c[1])) map.setView([c[1], c[0]], Number(given.zoom[0]), { animate: false });
    else home();
    announce = true;
    poll();
    listLoad();
  }

  /* --- markers and messages ------------------------------------------------------------------------------------ */
  function words(text) {
    tell.textContent = text;
    tell.hidden = false;
    setTimeout(function () { if (tell.textContent === text) tell.hidden = true; }, 8000);
  }
  function activate(f, marker) {
    if (f.id) { card.open(f.id, marker.getElement()); return; }
    if (f.o || map.getZoom() >= ZOOM_MOST) { card.many(f, marker.getElement()); return; }
    var b = L.latLngBounds([f.b[1], f.b[0]], [f.b[3], f.b[2]]), zoom = Math.min(ZOOM_MOST, map.getBoundsZoom(b, false, L.point(60, 60)));
    if (doc.activeElement === marker.getElement()) box.focus({ preventScroll: true });
    map.setView(b.getCenter(), Math.max(zoom, map.getZoom() + 1), { animate: !still });
  }

  /* --- the rest of the page --------------------------------------------------------------------------------------- */
  function narrow() { return getComputedStyle(wrap).display === 'flex'; }
  function side(which) {
    wrap.setAttribute('data-show', which);
    each(wrap.querySelectorAll('.map-toggle [data-show]'), function (button) {
      button.setAttribute('aria-pressed', button.getAttribute('data-show') === which ? 'true' : 'false');
    });
    if (which === 'map' && map) map.invalidateSize({ animate: false, pan: false });
  }
  function rowAt(event) { return event.target.closest ? event.target.closest('.row') : null; }
  function rowPoint(row, on) {
    marks.point(row.getAttribute('data-id'), Number(row.getAttribute('data-lng')), Number(row.getAttribute('data-lat')), on);
  }
  function rowOpen(event) {
    var row = rowAt(event), link = event.target.closest && event.target.closest('a.row-name'), at, id;
    if (!row || !link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    id = row.getAttribute('data-id');
    at = L.latLng(Number(row.getAttribute('data-lat')), Number(row.getAttribute('data-lng')));
    if (narrow()) side('map');
    if (!marks.element(id) || !map.getBounds().contains(at)) map.setView(at, Math.max(map.getZoom(), ZOOM_STATION), { animate: false });
    card.open(id, cardBox.contains(row) ? null : link);
    if (narrow()) wrap.querySelector('.map-side').scrollIntoView({ block: 'start' });
  }
  function rowsStart() {
    ['mouseover', 'focusin'].forEach(function (type) { list.addEventListener(type, function (e) { if (rowAt(e)) rowPoint(rowAt(e), true); }); });
    ['mouseout', 'focusout'].forEach(function (type) { list.addEventListener(type, function (e) { if (rowAt(e)) rowPoint(rowAt(e), false); }); });
    list.addEventListener('click', rowOpen);
    cardBox.addEventListener('click', rowOpen);
    wrap.addEventListener('click', function (event) {
      if (!event.target.closest('[data-fit-all]')) return;
      event.preventDefault();
      fitAll();
    });
    wrap.querySelector('.map-toggle').addEventListener('click', function (event) {
      var button = event.target.closest('[data-show]');
      if (button) side(button.getAttribute('data-show'));
    });
  }
  function near() {
    var denied = ['', '没有得到定位许可。请在浏览器的地址栏旁允许本网站使用位置，或者直接搜索地名。', '暂时无法确定当前位置，请直接搜索地名。', '定位超时，请重试或者直接搜索地名。'];
    if (!navigator.geolocation) { words('这个浏览器不支持定位，请直接搜索地名。'); return; }
    words('正在定位…');
    navigator.geolocation.getCurrentPosition(function (where) {
      var at = [where.coords.latitude, where.coords.longitude];
      tell.hidden = true;
      if (me) me.remove();
      me = L.marker(at, { keyboard: false, interactive: false, icon: L.divIcon({ className: 'my-place', iconSize: [18, 18] }) }).addTo(map);
      order.value = 'distance';
      if (narrow()) side('map');
      map.setView(at, ZOOM_NEAR, { animate: !still });
      announce = true;
    }, function (error) { words(denied[error.code] || denied[2]); }, { timeout: 10000, maximumAge: 60000 });
  }
  function home() {
    var b = box.getAttribute('data-box').split(',').map(Number), c = box.getAttribute('data-center').split(',').map(Number);
    if (c.length === 2) map.setView([c[1], c[0]], Number(box.getAttribute('data-zoom')), { animate: false });
    else map.fitBounds([[b[1], b[0]], [b[3], b[2]]], { padding: box.getAttribute('data-fit') ? [40, 40] : [0, 0], maxZoom: ZOOM_STATION, animate: false });
  }

  function start() {
    box.innerHTML = '';
    wrap.classList.add('scripted');
    if (narrow()) side('map');
    map = L.map(box, { zoomControl: false, minZoom: 3, maxZoom: ZOOM_MOST, zoomAnimation: !still, fadeAnimation: !still,
      markerZoomAnimation: !still, inertia: !still, worldCopyJump: true, maxBounds: [[-85, -400], [85, 400]] });
    map.attributionControl.setPrefix(false);
    L.control.zoom({ position: 'topleft', zoomInTitle: '放大', zoomOutTitle: '缩小' }).addTo(map);
    L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map);
    marks = app.marks(map, activate);
    card = app.card({ box: cardBox, map: box, list: list, marks: marks, ask: ask, part: part, filters: filters, words: words });
    home();
    app.land(map, box);
    map.on('moveend', moved);
    facetsStart();
    rowsStart();
    if (!narrow()) tabOpen('division');
    wrap.querySelector('[data-near]').addEventListener('click', near);
    window.addEventListener('popstate', restore);
    doc.addEventListener('visibilitychange', function () { if (doc.hidden) clearTimeout(pollTimer); else poll(); });
    setInterval(tick, 1000);
    poll();
    listLoad();
  }
  start();
}(window.Chargemap));
