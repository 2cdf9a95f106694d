/* Only adds to forms that work without it: lists of divisions that follow one another, characters left and a
   warning before typed text is lost. Files: files.js. */
(function () {
  'use strict';
  var doc = document;

  /* --- divisions --- */
  function fill(select, rows) {
    select.length = 1;
    rows.forEach(function (row) { select.add(new Option(row[1], row[0])); });
    select.disabled = !rows.length;
  }
  doc.querySelectorAll('[data-division]').forEach(function (box) {
    var selects = Array.prototype.slice.call(box.querySelectorAll('select')), asked = 0;
    box.querySelector('.form-next-level').hidden = true;
    selects.forEach(function (select) { select.disabled = select.length < 2; });
    box.addEventListener('change', function (event) {
      var at = selects.indexOf(event.target), next = selects[at + 1], mine = ++asked;
      if (at < 0) return;
      selects.slice(at + 1).forEach(function (select) { fill(select, []); });
      if (!next || !event.target.value) return;
      fetch(box.dataset.division + '?parent=' + encodeURIComponent(event.target.value), { headers: { Accept: 'application/json' } })
        .then(function (answer) { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
        .then(function (rows) { if (mine === asked) fill(next, rows); })
        .catch(function () { box.querySelector('.form-next-level').hidden = false; next.disabled = false; });
    });
  });

  /* --- a select with a search field: what fits is listed while one types --- */
  doc.querySelectorAll('[data-find]').forEach(function (box) {
    var select = doc.getElementById(box.dataset.for), input = box.querySelector('input'), said = box.parentNode.nextElementSibling;
    var asked = 0, wait;
    box.querySelector('button').hidden = true;
    function list(rows) {
      var chosen = select.value ? select.options[select.selectedIndex] : null;
      select.length = 1;
      rows.forEach(function (row) { select.add(new Option(row[1], row[0])); });
      if (chosen && !rows.some(function (row) { return row[0] === chosen.value; })) select.add(chosen);
      if (chosen) select.value = chosen.value;
      said.textContent = input.value ? (rows.length ? '「' + input.value + '」共列出 ' + rows.length + ' 项' : '没有符合「' + input.value + '」的记录') : '';
    }
    function ask() {
      var mine = ++asked;
      fetch(box.dataset.find + '?q=' + encodeURIComponent(input.value.trim()), { headers: { Accept: 'application/json' } })
        .then(function (answer) { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
        .then(function (rows) { if (mine === asked) list(rows); })
        .catch(function () { box.querySelector('button').hidden = false; });
    }
    function later() { clearTimeout(wait); wait = setTimeout(ask, 250); }
    /* an input method composes: its letters are not yet words, and its Enter takes a candidate (229: as Safari says it) */
    function composing(event) { return event.isComposing || event.keyCode === 229; }
    input.addEventListener('input', function (event) { if (!composing(event)) later(); });
    input.addEventListener('compositionend', later);
    input.addEventListener('keydown', function (event) {
      if (event.key !== 'Enter' || composing(event)) return;
      event.preventDefault();
      clearTimeout(wait);
      ask();
      select.focus();
    });
  });

  /* --- characters left --- */
  doc.querySelectorAll('textarea[data-count]').forEach(function (area) {
    var most = Number(area.dataset.count), note = doc.createElement('p');
    note.className = 'govuk-hint form-count';
    note.setAttribute('aria-live', 'polite');
    area.after(note);
    function say() {
      var left = most - Array.from(area.value).length;
      note.textContent = left < 0 ? '已超出 ' + -left + ' 个字' : '还可输入 ' + left + ' 个字';
      note.classList.toggle('over', left < 0);
    }
    area.addEventListener('input', say);
    say();
  });

  /* --- typed and not sent --- */
  doc.querySelectorAll('form[data-form]').forEach(function (form) {
    var dirty = false;
    form.addEventListener('input', function () { dirty = true; });
    form.addEventListener('submit', function () { dirty = false; });
    window.addEventListener('beforeunload', function (event) { if (dirty) event.preventDefault(); });
  });
}());
