/* Ticking rows of a list: how many, and beforehand which of them an action will refuse. Without it the form works the same. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-bulk]');
  if (!form) return;
  var text = form.querySelector('[data-bulk-text]'), all = form.querySelector('[name=all]');
  var idle = text.textContent, page = document.querySelector('[data-bulk-page]');
  var rows = Array.prototype.slice.call(document.querySelectorAll('input[form=bulk][data-bulk-may]'));
  var buttons = Array.prototype.slice.call(form.querySelectorAll('[data-bulk-name]'));

  function may(row, name) { return row.dataset.bulkMay.split(' ').indexOf(name) >= 0; }

  function tell() {
    var ticked = rows.filter(function (row) { return row.checked; });
    var notes = buttons.map(function (button) {
      var refused = ticked.filter(function (row) { return !may(row, button.dataset.bulkName); }).length;
      return refused ? '其中 ' + refused + ' 项不能' + button.textContent.trim() : '';
    }).filter(Boolean);
    page.checked = rows.length > 0 && ticked.length === rows.length;
    page.indeterminate = ticked.length > 0 && ticked.length < rows.length;
    if (all && all.checked) text.textContent = '将办理全部查询结果。';
    else if (!ticked.length) text.textContent = idle;
    else text.textContent = '已选 ' + ticked.length + ' 项' + (notes.length ? '（' + notes.join('；') + '）' : '');
  }

  page.addEventListener('change', function () {
    rows.forEach(function (row) { row.checked = page.checked; });
    tell();
  });
  rows.concat(all || []).forEach(function (box) { box.addEventListener('change', tell); });
  window.addEventListener('pageshow', tell);
  tell();
}());
