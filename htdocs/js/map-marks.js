/* Markers: clusters and stations as the server answered them. A marker that stays is changed in place, so that nothing
   flickers and the focus is kept. A state is a word and a shape, colour comes on top. */
window.Chargemap = window.Chargemap || {};
(function (app) {
  'use strict';
  var KEYS = ['s-free', 's-full', 's-fault', 's-offline', 's-unknown'];
  var WORDS = ['空闲', '占满', '故障', '离线', '未知'];
  var ARIA = ['有空闲', '占满', '故障', '离线', '状态未知'];

  app.number = function (n) { return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ','); };
  function brief(n) { return n < 10000 ? String(n) : (n / 10000).toFixed(n < 100000 ? 1 : 0) + '万'; }
  function scale() { return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16; }

  function ring(states, count) {
    var out = '<svg viewBox="0 0 60 60" aria-hidden="true"><circle class="disc" cx="30" cy="30" r="29"></circle>', at = 0, i, part;
    for (i = 0; i < states.length; i++) {
      part = states[i] / count * 100;
      if (part) out += '<circle class="arc ' + KEYS[i] + '" cx="30" cy="30" r="25.5" pathLength="100" stroke-dasharray="' +
        part.toFixed(2) + ' ' + (100 - part).toFixed(2) + '" stroke-dashoffset="' + (-at).toFixed(2) + '"></circle>';
      at += part;
    }
    return out + '<circle class="core" cx="30" cy="30" r="21.5"></circle></svg>';
  }

  /* Numbers only are pasted into markup; names go in as attributes. A cluster's two numbers are drawn by the style, what
     is read out is its label. */
  function look(f) {
    var said;
    if (f.n) {
      said = [];
      f.s.forEach(function (n, i) { if (n) said.push(ARIA[i] + ' ' + n + ' 座'); });
      return { key: 'c' + f.p.join(','), className: 'cluster' + (f.o ? ' same' : ''), size: f.n < 10 ? 46 : f.n < 100 ? 52 : f.n < 1000 ? 58 : 66,
        html: ring(f.s, f.n) + '<b data-n="' + brief(f.n) + '" data-free="' + (f.s[4] === f.n ? '未知' : '闲 ' + brief(f.f)) + '"></b>',
        title: f.n + ' 座充电站：' + said.join('，') + '；空闲充电枪 ' + f.f + ' / ' + f.t + (f.o ? '，同一位置，点击列出' : '，点击放大') };
    }
    return { key: 's' + f.id, className: 'pin ' + KEYS[f.c], html: WORDS[f.c] + (f.c === 0 ? ' ' + f.f : ''),
      title: (f.name || '充电站') + '：' + (f.c === 0 ? '空闲 ' + f.f + ' / ' + f.t : ARIA[f.c]) };
  }

  function icon(l) {
    var k = scale();
    return l.size ? L.divIcon({ className: l.className, html: l.html, iconSize: [l.size * k, l.size * k] })
      : L.divIcon({ className: l.className, html: l.html, iconSize: [66 * k, 28 * k], iconAnchor: [8 * k, 32 * k] });
  }

  app.marks = function (map, activate) {
    var shown = {}, chosen = null, layer = L.layerGroup().addTo(map);

    function paint(entry) {
      var el = entry.marker.getElement();
      if (!el) return;
      KEYS.forEach(function (k) { L.DomUtil.removeClass(el, k); });
      entry.look.className.split(' ').forEach(function (k) { L.DomUtil.addClass(el, k); });
      if (el.getAttribute('aria-label') !== entry.look.title) {
        el.setAttribute('aria-label', entry.look.title);
        el.setAttribute('title', entry.look.title);
      }
      if (entry.f.id) el.setAttribute('data-id', entry.f.id);
      (String(entry.f.id) === chosen ? L.DomUtil.addClass : L.DomUtil.removeClass)(el, 'chosen');
    }

    function add(l, f) {
      var entry = { look: l, f: f, marker: L.marker([f.p[1], f.p[0]], { icon: icon(l), keyboard: true, riseOnHover: true, title: l.title }) };
      entry.marker.on('click', function () { activate(entry.f, entry.marker); });
      entry.marker.on('add', function () {
        var el = entry.marker.getElement();
        el.addEventListener('keydown', function (event) {
          if (event.key !== 'Enter' && event.key !== ' ' && event.key !== 'Spacebar') return;
          event.preventDefault();
          event.stopPropagation();
          activate(entry.f, entry.marker);
        });
        paint(entry);
      });
      layer.addLayer(entry.marker);
      shown[l.key] = entry;
    }

    function change(entry, l, f) {
      var el = entry.marker.getElement(), same = entry.look.html === l.html;
      if (entry.f.p[0] !== f.p[0] || entry.f.p[1] !== f.p[1]) entry.marker.setLatLng([f.p[1], f.p[0]]);
      if (!same && el) el.innerHTML = l.html;
      entry.look = l;
      entry.f = f;
      entry.marker.options.icon = icon(l);
      paint(entry);
    }

    function find(id, lng, lat) {
      var key, f;
      if (shown['s' + id]) return shown['s' + id];
      for (key in shown) {
        f = shown[key].f;
        if (f.b && lng >= f.b[0] && lng <= f.b[2] && lat >= f.b[1] && lat <= f.b[3]) return shown[key];
      }
      return null;
    }

    return {
      draw: function (features) {
        var kept = {}, key;
        features.forEach(function (f) {
          var l = look(f);
          kept[l.key] = true;
          if (shown[l.key] && shown[l.key].look.size === l.size) change(shown[l.key], l, f);
          else {
            if (shown[l.key]) layer.removeLayer(shown[l.key].marker);
            add(l, f);
          }
        });
        for (key in shown) if (!kept[key]) { layer.removeLayer(shown[key].marker); delete shown[key]; }
      },
      choose: function (id) {
        var key;
        chosen = id === null ? null : String(id);
        for (key in shown) paint(shown[key]);
      },
      /* the row under the pointer: its pin, or the cluster that holds it */
      point: function (id, lng, lat, on) {
        var entry = find(id, lng, lat), el = entry && entry.marker.getElement();
        if (el) (on ? L.DomUtil.addClass : L.DomUtil.removeClass)(el, 'marked');
      },
      element: function (id) { return shown['s' + id] ? shown['s' + id].marker.getElement() : null; }
    };
  };
}(window.Chargemap));
