/* The map beside a position's fields: click it, drag the pin, or move it by the arrow keys; what is typed moves the pin.
   Datums are the server's business: /place/read reads and converts, here only WGS-84 (the map's) is known. */
(function () {
  'use strict';
  var doc = document, STEP = 8, ZOOM_NEAR = 13, TYPING = 500;
  if (!window.L || !window.Chargemap) return;

  function begin(box) {
    var name = box.dataset.place, lng = doc.getElementById(name + '-lng'), lat = doc.getElementById(name + '-lat');
    var radios = box.querySelectorAll('input[type=radio]'), ground = doc.createElement('div'), tools = doc.createElement('div');
    var said = doc.createElement('p'), centre = button('标在地图中心'), turn = button('对调经纬度'), map, pin = null, timer = 0, asked = 0;
    var home = box.dataset.home ? box.dataset.home.split(',') : null, picture = box.querySelector('.place-picture'), notice = box.querySelector('.notice'), form = box.closest('form');

    function button(label) {
      var made = doc.createElement('button');
      made.type = 'button';
      made.className = 'govuk-button govuk-button--secondary';
      made.textContent = label;
      return made;
    }
    function datum() { return Array.prototype.filter.call(radios, function (radio) { return radio.checked; })[0].value; }
    function division() {
      var chosen = '';
      form.querySelectorAll('.form-division select').forEach(function (select) { chosen = select.value || chosen; });
      return chosen;
    }
    function say(text, kind) {
      said.textContent = text;
      said.className = 'place-said govuk-hint ' + (kind || '');
    }
    function ask(values, done) {
      var mine = ++asked, query = new URLSearchParams(values);
      if (division()) query.set('division', division());
      fetch('/place/read?' + query, { headers: { Accept: 'application/json' } })
        .then(function (answer) { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
        .then(function (read) { if (mine === asked) done(read); })
        .catch(function () { if (mine === asked) done(null); });
    }
    function tell(read) {
      if (read.doubt) say(read.doubt, 'doubt');
      else say('WGS-84：' + read.wgs84.join('，') + '；GCJ-02：' + read.gcj02.join('，'));
    }

    /* --- the pin --- */
    function put(point) {
      if (pin) { pin.setLatLng(point); return; }
      pin = L.marker(point, { draggable: true, keyboard: true, autoPan: true, title: '站点位置，用方向键微调',
        alt: '站点位置，用方向键微调', icon: L.divIcon({ className: 'place-pin', html: '<span></span>', iconSize: [0, 0] }) }).addTo(map);
      pin.on('dragend', function () { moved(pin.getLatLng()); });
      pin.getElement().addEventListener('keydown', function (event) {
        var way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key], at;
        if (!way) return;
        event.preventDefault();
        event.stopPropagation();
        at = map.latLngToContainerPoint(pin.getLatLng()).add([way[0] * (event.shiftKey ? 1 : STEP), way[1] * (event.shiftKey ? 1 : STEP)]);
        pin.setLatLng(map.containerPointToLatLng(at));
        map.panInside(pin.getLatLng(), { padding: [40, 40] });
        clearTimeout(timer);
        timer = setTimeout(function () { moved(pin.getLatLng()); }, 250);
      });
    }
    /* From the map: the fields are filled in the datum that is chosen; when the server cannot be asked, in the map's own. */
    function moved(at) {
      var own = [at.lng.toFixed(6), at.lat.toFixed(6)];
      put(at);
      ask({ lng: own[0], lat: own[1], datum: 'wgs84' }, function (read) {
        var pair = read && !read.fault ? read[datum()] : own;
        if (pair === own) radios.forEach(function (radio) { radio.checked = radio.value === 'wgs84'; });
        lng.value = pair[0];
        lat.value = pair[1];
        turn.hidden = true;
        lng.dispatchEvent(new Event('input', { bubbles: true }));
        clearTimeout(timer);
        if (read && !read.fault) tell(read);
      });
    }
    function typed() {
      if (!lng.value.trim() && !lat.value.trim()) { say('点击地图，或填写经度、纬度。'); turn.hidden = true; return; }
      ask({ lng: lng.value.trim() || lat.value.trim(), lat: lng.value.trim() ? lat.value.trim() : '', datum: datum() }, function (read) {
        if (!read) { say('暂时不能在地图上显示，提交时仍会核对。'); return; }
        turn.hidden = read.fault !== 'swapped';
        if (read.typed[1] && !lat.value.trim()) {                 /* a whole pair, pasted into one field */
          lng.value = read.typed[0];
          lat.value = read.typed[1];
          radios.forEach(function (radio) { radio.checked = radio.value === read.datum; });
        }
        if (read.fault) { say(read.words, 'bad'); return; }
        put([read.wgs84[1], read.wgs84[0]]);
        map.setView([read.wgs84[1], read.wgs84[0]], Math.max(map.getZoom(), ZOOM_NEAR));
        tell(read);
      });
    }

    /* --- the page --- */
    ground.className = 'place-map';
    ground.setAttribute('role', 'application');
    ground.setAttribute('aria-label', '选择位置的地图，用方向键移动，用加号和减号缩放');
    ground.setAttribute('data-division', box.dataset.site);
    ['tiles', 'credit', 'review'].forEach(function (key) { ground.setAttribute('data-' + key, box.dataset[key]); });
    tools.className = 'place-tools';
    said.setAttribute('role', 'status');
    turn.hidden = true;
    tools.append(centre, turn, said);
    if (picture) picture.remove();
    if (notice) notice.remove();
    box.append(tools, ground);
    map = L.map(ground, { attributionControl: true, minZoom: 4, maxZoom: 18, zoomAnimation: false, worldCopyJump: true });
    map.attributionControl.setPrefix(false);
    map.zoomControl.setPosition('topright');
    map.setView(home ? [Number(home[1]), Number(home[0])] : [35, 105], !home ? 4 : /0000$/.test(box.dataset.site) ? 7 : 10);
    window.Chargemap.land(map, ground);
    map.on('click', function (event) { moved(event.latlng); });
    centre.addEventListener('click', function () { moved(map.getCenter()); pin.getElement().focus(); });
    turn.addEventListener('click', function () {
      var first = lng.value;
      lng.value = lat.value;
      lat.value = first;
      typed();
    });
    [lng, lat].forEach(function (input) {
      input.addEventListener('input', function (event) {
        if (!event.isTrusted) return;
        clearTimeout(timer);
        timer = setTimeout(typed, TYPING);
      });
    });
    radios.forEach(function (radio) { radio.addEventListener('change', typed); });
    form.addEventListener('change', function (event) { if (pin && event.target.closest('.form-division')) typed(); });
    typed();
  }
  doc.querySelectorAll('[data-place]').forEach(begin);
}());
