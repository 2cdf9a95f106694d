/* A stored phrase goes into the opinion when it is chosen; without this script the server adds the chosen one. */
(function () {
  'use strict';
  document.addEventListener('change', function (event) {
    var select = event.target, area = select.dataset && select.dataset.phrase && document.getElementById(select.dataset.phrase);
    if (!area || !select.value) return;
    var words = select.options[select.selectedIndex].text, typed = area.value.trim();
    if (typed.indexOf(words) < 0) area.value = typed ? typed + '\n' + words : words;
    select.value = '';
    area.focus();
  });
})();
