/* Only adds to forms that work without it: lists of divisions that follow one another, characters left, a warning before
   typed text is lost, and files: size and kind checked before they travel, progress while they do. */
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

  /* --- files --- */
  function words(bytes) { return bytes < 1048576 ? Math.ceil(bytes / 1024) + ' KB' : (bytes / 1048576).toFixed(1) + ' MB'; }
  function wrong(input, file) {
    var ends = input.accept.split(','), name = file.name.toLowerCase(), most = Number(input.dataset.max);
    if (input.accept && !ends.some(function (end) { return name.endsWith(end); })) return '格式不支持，请选择 ' + ends.join('、') + ' 文件';
    if (most && file.size > most) return '超过 ' + words(most) + ' 的限制，请压缩后重新选择';
    return '';
  }
  function list(input) {
    var box = input.parentNode.querySelector('.form-chosen');
    if (!box) {
      box = doc.createElement('ul');
      box.className = 'form-file-list form-chosen';
      box.setAttribute('aria-live', 'polite');
      input.after(box);
    }
    box.replaceChildren();
    Array.from(input.files).forEach(function (file) {
      var item = doc.createElement('li'), text = wrong(input, file);
      item.textContent = file.name + '（' + words(file.size) + '）' + (text ? '：' + text : '');
      item.classList.toggle('bad', Boolean(text));
      box.append(item);
    });
  }
  doc.querySelectorAll('.form-files input[type=file]').forEach(function (input) {
    var box = input.closest('.form-files');
    input.addEventListener('change', function () { list(input); });
    ['dragover', 'dragleave', 'drop'].forEach(function (type) {
      box.addEventListener(type, function (event) {
        event.preventDefault();
        box.classList.toggle('over', type === 'dragover');
        if (type !== 'drop' || !event.dataTransfer.files.length) return;
        var taken = new DataTransfer();
        Array.from(event.dataTransfer.files).slice(0, input.multiple ? 50 : 1).forEach(function (file) { taken.items.add(file); });
        input.files = taken.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));
        input.dispatchEvent(new Event('input', { bubbles: true }));
      });
    });
  });

  /* The form travels as it would without us, only watched: the answer takes the page's place. */
  function send(form, button) {
    var data = new FormData(form), ask = new XMLHttpRequest(), bar = doc.createElement('progress'), note = doc.createElement('p');
    if (button && button.name) data.append(button.name, button.value);
    bar.max = 1;
    bar.value = 0;
    note.className = 'govuk-hint';
    note.setAttribute('role', 'status');
    note.textContent = '正在上传……';
    form.querySelector('.form-go').after(bar, note);
    ask.upload.onprogress = function (event) { if (event.lengthComputable) bar.value = event.loaded / event.total; };
    ask.upload.onload = function () { note.textContent = '上传完成，正在检查文件……'; };
    ask.onload = function () {
      if (ask.status === 413) { stay('一次提交的内容过大，服务器未接收，已填写的内容仍在本页。请先选择一部分文件，点击「保存」，再上传其余文件。'); return; }
      history.replaceState(null, '', ask.responseURL || form.action);
      doc.open();
      doc.write(ask.responseText);
      doc.close();
    };
    ask.onerror = function () { stay('网络中断，文件未上传。请检查网络后再次提交，已填写的内容仍在本页。'); };
    function stay(text) {
      bar.remove();
      delete form.dataset.sent;
      note.textContent = text;
      note.className = 'govuk-error-message';
      note.tabIndex = -1;
      note.focus();
    }
    ask.open('POST', form.action);
    ask.setRequestHeader('Accept', 'text/html');
    ask.send(data);
  }
  doc.addEventListener('submit', function (event) {
    var form = event.target;
    if (event.defaultPrevented || !form.matches('form[data-form][enctype]')) return;
    var chosen = Array.from(form.querySelectorAll('input[type=file]')).filter(function (input) { return input.files.length; });
    if (!chosen.length) return;
    event.preventDefault();
    var bad = chosen.find(function (input) { return Array.from(input.files).some(function (file) { return wrong(input, file); }); });
    if (bad) { delete form.dataset.sent; list(bad); bad.focus(); return; }
    send(form, event.submitter);
  });
}());
