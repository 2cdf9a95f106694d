/* The card a marker or a row opens: a panel over the map that takes the focus, closes with Escape and gives the focus
   back. While it is open it is read again when states changed. Chargemap.card(page): what it needs of the page. */
window.Chargemap = window.Chargemap || {};
window.Chargemap.card = function (page) {
  'use strict';
  var EVERY = 2000, doc = document, card = page.box, shown = null, shownAt = 0, opener = null;

  function each(nodes, act) { Array.prototype.forEach.call(nodes, act); }

  function close(give) {
    var back = opener, mark = shown !== null && page.marks.element(shown);
    card.hidden = true;
    card.innerHTML = '';
    shown = null;
    page.marks.choose(null);
    each(page.list.querySelectorAll('.row.chosen'), function (row) { row.classList.remove('chosen'); });
    if (!give) return;
    if (back && doc.body.contains(back)) back.focus(); else if (mark) mark.focus(); else page.map.focus();
  }
  function fill(html, label) {
    var button = doc.createElement('button');
    card.innerHTML = html;
    button.type = 'button';
    button.className = 'card-close';
    button.setAttribute('aria-label', '关闭');
    button.textContent = '×';
    button.addEventListener('click', function () { close(true); });
    card.insertBefore(button, card.firstChild);
    card.setAttribute('aria-label', label);
    card.hidden = false;
  }
  function focusables() { return card.querySelectorAll('a, button, summary'); }
  function load(id, again) {
    shownAt = Date.now();
    page.ask(again ? 'card-again' : 'card', '/map/stations/' + id + '/card', {}, function (request) {
      var at = -1, opened, title, top;
      if (again && shown !== id) return;
      if (request.status !== 200) {
        if (!again) page.words(request.status === 404 ? '这座充电站已撤除或不再对外开放。' : '充电站信息暂时无法读取，请稍后再试。');
        return;
      }
      if (again) {
        each(focusables(), function (node, i) { if (node === doc.activeElement) at = i; });
        opened = !!card.querySelector('details[open]');
        top = card.scrollTop;
      }
      title = page.part(request.responseText).querySelector('h2');
      fill(request.responseText, title ? title.textContent : '充电站信息');
      shown = id;
      if (again) {
        if (opened) card.querySelector('details').open = true;
        card.scrollTop = top;
        if (at >= 0 && focusables()[at]) focusables()[at].focus({ preventScroll: true });
      } else card.focus({ preventScroll: true });
      page.marks.choose(id);
      each(page.list.querySelectorAll('.row'), function (row) { row.classList.toggle('chosen', row.getAttribute('data-id') === String(id)); });
    });
  }
  function open(id, from) {
    opener = from || null;
    load(id, false);
  }
  /* Stations on one spot: zooming would never part them. */
  function many(f, from) {
    var d = 0.00004, b = [f.b[0] - d, f.b[1] - d, f.b[2] + d, f.b[3] + d], rows = '', name = '此处有 ' + f.n + ' 座充电站';
    opener = from || null;
    function one(at) {
      page.ask('card', '/map/list?zoom=22&order=name&bbox=' + b.map(function (n) { return n.toFixed(6); }).join(',') + page.filters() + '&page=' + at, {}, function (request) {
        var piece = request.status === 200 && page.part(request.responseText).querySelector('.map-list-part'), title;
        if (!piece) { page.words('这里的充电站暂时无法列出，请稍后再试。'); return; }
        if (at === 1) rows = doc.createElement('ul');
        rows.className = 'map-rows';
        each(piece.querySelectorAll('.row'), function (row) { rows.appendChild(row); });
        if (piece.getAttribute('data-next') && at < 10) { one(at + 1); return; }
        fill('<h2></h2><div class="card-list"></div>', name);
        title = card.querySelector('h2');
        title.textContent = name + (rows.children.length < f.n && piece.getAttribute('data-next') ? '，列出前 ' + rows.children.length + ' 座' : '');
        card.querySelector('.card-list').appendChild(rows);
        shown = null;
        card.focus({ preventScroll: true });
      });
    }
    one(1);
  }

  doc.addEventListener('keydown', function (event) {
    if ((event.key === 'Escape' || event.key === 'Esc') && !card.hidden) { event.preventDefault(); close(true); }
  });
  return { open: open, many: many, refresh: function () { if (shown !== null && Date.now() - shownAt > EVERY) load(shown, true); } };
};
