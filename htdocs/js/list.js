/* Ticking rows of a list: how many, and beforehand which of them an action will refuse. Ticks are kept while paging through
   one search (for this tab alone) and travel with the form. Without it the form works for the rows of the page. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-bulk]');
  if (!form) return;
  var text = form.querySelector('[data-bulk-text]'), all = form.querySelector('[name=all]');
  var idle = text.textContent, page = document.querySelector('[data-bulk-page]');
  var rows = Array.prototype.slice.call(document.querySelectorAll('input[form=bulk][data-bulk-may]'));
  var buttons = Array.prototype.slice.call(form.querySelectorAll('[data-bulk-name]'));

  /* --- ticks of the other pages: id -> what may be done with it --- */
  var search = new URLSearchParams(location.search);
  ['after', 'before', 'page', 'sort'].forEach(function (name) { search.delete(name); });
  var place = 'picked ' + location.pathname + ' ' + search.toString(), others = {};
  try { others = JSON.parse(sessionStorage.getItem(place)) || {}; } catch (error) { others = {}; }
  rows.forEach(function (row) {
    if (row.value in others) row.checked = true;
    delete others[row.value];
  });
  function keep() {
    var all = Object.assign({}, others);
    rows.forEach(function (row) { if (row.checked) all[row.value] = row.dataset.bulkMay; });
    try { sessionStorage.setItem(place, JSON.stringify(all)); } catch (error) { /* full or forbidden: this page's ticks still work */ }
  }
  var clear = document.createElement('button');
  clear.type = 'button';
  clear.className = 'link';
  clear.textContent = '取消选择';
  clear.hidden = true;
  text.after(clear);
  clear.addEventListener('click', function () {
    others = {};
    rows.forEach(function (row) { row.checked = false; });
    tell();
  });
  form.addEventListener('submit', function () {
    form.querySelectorAll('[data-picked]').forEach(function (old) { old.remove(); });
    if (!all || !all.checked) Object.keys(others).forEach(function (id) {
      var field = document.createElement('input');
      field.type = 'hidden';
      field.name = rows.length ? rows[0].name : 'id';
      field.value = id;
      field.dataset.picked = '1';
      form.append(field);
    });
    sessionStorage.removeItem(place);
  });

  function may(names, name) { return (names || '').split(' ').indexOf(name) >= 0; }

  function tell() {
    var ticked = rows.filter(function (row) { return row.checked; }), elsewhere = Object.keys(others);
    var count = ticked.length + elsewhere.length;
    var notes = buttons.map(function (button) {
      var refused = ticked.filter(function (row) { return !may(row.dataset.bulkMay, button.dataset.bulkName); }).length
        + elsewhere.filter(function (id) { return !may(others[id], button.dataset.bulkName); }).length;
      return refused ? '其中 ' + refused + ' 项不能' + button.textContent.trim() : '';
    }).filter(Boolean);
    page.checked = rows.length > 0 && ticked.length === rows.length;
    page.indeterminate = ticked.length > 0 && ticked.length < rows.length;
    if (all && all.checked) text.textContent = '将办理全部查询结果。';
    else if (!count) text.textContent = idle;
    else text.textContent = '已选 ' + count + ' 项' + (elsewhere.length ? '，其中其他页 ' + elsewhere.length + ' 项' : '') + (notes.length ? '（' + notes.join('；') + '）' : '');
    clear.hidden = !count;
    keep();
  }

  page.addEventListener('change', function () {
    rows.forEach(function (row) { row.checked = page.checked; });
    tell();
  });
  rows.concat(all || []).forEach(function (box) { box.addEventListener('change', tell); });
  window.addEventListener('pageshow', tell);
  tell();
}());
