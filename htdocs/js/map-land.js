/* The ground of the map: shapes of the land from the build, or configured tiles. Names and numbers only, no data of
   stations. Chargemap.land(map, box) is all that is used of it. */
window.Chargemap = window.Chargemap || {};
(function (app) {
  'use strict';
  var CHINA_BELOW = 7;             /* at and below this zoom the provinces are drawn */
  var OWN = { color: '#8b97a5', weight: 1.5, fillColor: '#f6f3ea', fillOpacity: 1, interactive: false };
  var OTHER = { color: '#bfc5cc', weight: 1, fillColor: '#e9e6dd', fillOpacity: 1, interactive: false };
  var INSET = { color: '#7b8794', weight: 1, fill: false, interactive: false };

  function get(path, done) {
    var request = new XMLHttpRequest();
    request.open('GET', '/vendor/basemap/' + path);
    request.onload = function () {
      var shapes = null;
      if (request.status === 200) try { shapes = JSON.parse(request.responseText); } catch (e) { shapes = null; }
      done(shapes);
    };
    request.onerror = function () { done(null); };
    request.send();
  }

  function label(feature, own) {
    var p = feature.properties, span = document.createElement('span');
    span.textContent = p.name;
    return L.marker([p.label[1], p.label[0]], { interactive: false, keyboard: false, zIndexOffset: -10000,
      icon: L.divIcon({ className: 'land-label' + (own ? ' own' : ''), html: span, iconSize: [0, 0] }) });
  }

  function layer(shapes, code, pane, names) {
    var whole = /0000$/.test(code), group = L.layerGroup();
    function own(f) { return f.properties.code === code || (whole && f.properties.kind === 'area' && pane === 'near'); }
    L.geoJSON(shapes, { pane: pane, interactive: false, style: function (f) {
      return f.properties.kind === 'inset' ? INSET : own(f) ? OWN : OTHER;
    } }).addTo(group);
    shapes.features.forEach(function (f) {
      if (names && f.properties.label && f.properties.kind !== 'inset') names.addLayer(label(f, own(f)));
    });
    return group;
  }

  function drawn(map, code) {
    var near = L.layerGroup(), far = null, asked = false, nearNames = L.layerGroup(), farNames = L.layerGroup();
    map.createPane('far').style.zIndex = 200;
    map.createPane('near').style.zIndex = 210;
    map.addLayer(near);
    function show() {
      var low = map.getZoom() <= CHINA_BELOW;
      if (low && !asked) {
        asked = true;
        get('china.json', function (shapes) { if (shapes) { far = layer(shapes, code, 'far', farNames); map.addLayer(far); show(); } });
      }
      if (map.getZoom() > 6) map.addLayer(nearNames); else map.removeLayer(nearNames);
      if (low && map.getZoom() < 7) map.addLayer(farNames); else map.removeLayer(farNames);
    }
    map.on('zoomend', show);
    function province() {
      get('province/' + code.slice(0, 2) + '0000.json', function (shapes) {
        if (shapes) { near.clearLayers(); nearNames.clearLayers(); near.addLayer(layer(shapes, code, 'near', nearNames)); }
        show();
      });
    }
    if (/00$/.test(code) && !/0000$/.test(code))
      get('city/' + code + '.json', function (shapes) {
        if (shapes) near.addLayer(layer(shapes, code, 'near', nearNames));
        show();
        province();
      });
    else province();
  }

  /* Leaflet takes markup there: the text goes through an element. */
  function said(map, text) {
    var span = document.createElement('span');
    span.textContent = text;
    if (text) map.attributionControl.addAttribution(span.innerHTML);
  }

  app.land = function (map, box) {
    if (box.getAttribute('data-tiles'))
      L.tileLayer(box.getAttribute('data-tiles'), { attribution: '', maxZoom: 18 }).addTo(map);
    else drawn(map, box.getAttribute('data-division'));
    said(map, box.getAttribute('data-credit'));
    said(map, box.getAttribute('data-review') && '审图号：' + box.getAttribute('data-review'));
  };
}(window.Chargemap));
