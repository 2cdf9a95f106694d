/* Files of a form, each sent by itself as soon as it is chosen or dropped: its own progress, its own failure, tried again
   without the others. What comes back is the token the form sends, so saving and submitting work as without a script.
   Order by dragging, by buttons, or Alt with an arrow key. */
(function () {
  'use strict';
  var doc = document, PARALLEL = 2, queue = [], running = 0, waiting = null;

  function make(tag, name, text) {
    var made = doc.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  }
  function link(label, name, act) {
    var made = make('button', 'link', label);
    made.type = 'button';
    made.append(make('span', 'govuk-visually-hidden', ' ' + name));
    made.addEventListener('click', act);
    return made;
  }
  function words(bytes) { return bytes < 1048576 ? Math.ceil(bytes / 1024) + ' KB' : (bytes / 1048576).toFixed(1) + ' MB'; }
  function wrong(input, file) {
    var ends = input.accept.split(','), name = file.name.toLowerCase(), most = Number(input.dataset.max);
    if (input.accept && !ends.some(function (end) { return name.endsWith(end); })) return '格式不支持，请选择 ' + ends.join('、') + ' 文件';
    if (most && file.size > most) return '超过 ' + words(most) + ' 的限制，请压缩后重新选择';
    if (!file.size) return '是空文件，请重新选择';
    return '';
  }
  function changed(box) { box.dispatchEvent(new Event('input', { bubbles: true })); }
  function pending(form) { return form.querySelectorAll('.form-file[data-state=waiting], .form-file[data-state=sending]').length; }
  function failed(form) { return form.querySelector('.form-file[data-state=failed]'); }

  function begin(box) {
    var input = box.querySelector('input[type=file]'), list = box.querySelector('.form-file-list'), said = make('p', 'govuk-visually-hidden');
    var zone = make('div', 'form-drop-zone'), choose = make('button', 'govuk-button govuk-button--secondary', '选择文件'), name = box.dataset.files, most = Number(box.dataset.most) || 1, held = null, swap = null;

    function count() { return list.children.length; }
    function say(text) { said.textContent = text; }
    function titled(item) { return item.dataset.name; }

    /* --- one entry of the list --- */
    function move(item, way) {
      var other = way < 0 ? item.previousElementSibling : item.nextElementSibling;
      if (!other) return;
      if (way < 0) other.before(item); else other.after(item);
      changed(box);
      say(titled(item) + ' 已移到第 ' + (Array.prototype.indexOf.call(list.children, item) + 1) + ' 位');
    }
    function drop(item) {
      var next = item.nextElementSibling || item.previousElementSibling;
      if (item.ask) item.ask.abort();
      item.remove();
      changed(box);
      say(titled(item) + ' 已移除');
      (next && next.querySelector('button') || input).focus();
    }
    function acts(item) {
      var bar = item.querySelector('.form-file-acts');
      bar.replaceChildren();
      if (item.dataset.state === 'failed' && item.file && !wrong(input, item.file))
        bar.append(link('重试', titled(item), function () { item.dataset.state = 'waiting'; enqueue(item); }));
      if (most > 1) {
        bar.append(link('上移', titled(item), function (event) { move(item, -1); event.currentTarget.focus(); }),
          link('下移', titled(item), function (event) { move(item, 1); event.currentTarget.focus(); }));
        if (!item.dataset.state) bar.append(link('更换', titled(item), function () { swap = item; input.click(); }));
      }
      bar.append(link('移除', titled(item), function () { drop(item); }));
      item.draggable = most > 1;
    }
    function entry(file) {
      var item = make('li', 'form-file'), body = make('div', 'form-file-body'), title = make('span', 'form-file-name', file.name);
      title.append(make('small', '', words(file.size)));
      body.append(title, make('span', 'form-file-note', '等待上传'));
      item.append(make('span', 'form-thumb', /\.pdf$/i.test(file.name) ? 'PDF' : '文件'), body, make('div', 'form-file-acts'));
      item.dataset.name = file.name;
      item.file = file;
      return item;
    }
    function note(item, text) { item.querySelector('.form-file-note').textContent = text; }
    function fail(item, text) {
      var bar = item.querySelector('progress');
      if (bar) bar.remove();
      item.dataset.state = 'failed';
      item.classList.add('bad');
      note(item, text);
      acts(item);
      say(titled(item) + '：' + text);
    }
    function caption(item, id) {
      var field = make('input', 'govuk-input form-caption');
      if (!box.dataset.caption) return;
      field.type = 'text';
      field.name = name + '-caption-' + id;
      field.maxLength = Number(box.dataset.captionMost);
      field.placeholder = box.dataset.caption;
      field.setAttribute('aria-label', titled(item) + ' 的' + box.dataset.caption);
      item.querySelector('.form-file-body').append(field);
    }
    function done(item, file) {
      var token = make('input'), thumb = item.querySelector('.form-thumb'), shown, image;
      token.type = 'hidden';
      token.name = name;
      token.value = file.token;
      item.prepend(token);
      item.querySelector('progress').remove();
      item.querySelector('.form-file-note').replaceWith(make('span', 'state good', '已上传'));
      item.removeAttribute('data-state');
      item.classList.remove('bad');
      if (file.path && file.looks) {
        shown = make('a', 'form-thumb', file.looks === 'pdf' ? 'PDF' : '');
        shown.href = file.path;
        shown.dataset.view = file.looks;
        shown.dataset.viewPath = file.path + '/view';
        shown.dataset.viewName = file.name;
        if (file.looks === 'picture') {
          image = make('img');
          image.src = file.path + '/thumb';
          image.alt = '查看大图：' + file.name;
          shown.append(image);
        }
        thumb.replaceWith(shown);
      }
      caption(item, file.id);
      acts(item);
      changed(box);
      say(titled(item) + ' 已上传');
    }

    /* --- sending --- */
    function send(item, finish) {
      var ask = new XMLHttpRequest(), data = new FormData(), form = box.closest('form'), bar = make('progress');
      data.append('csrf', form.elements.csrf.value);
      data.append('ticket', box.dataset.ticket);
      data.append('file', item.file, item.file.name);
      item.dataset.state = 'sending';
      item.classList.remove('bad');
      item.ask = ask;
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute('aria-label', '上传进度：' + titled(item));
      item.querySelector('.form-file-body').append(bar);
      note(item, '正在上传');
      acts(item);
      ask.open('POST', box.dataset.upload);
      ask.setRequestHeader('Accept', 'application/json');
      ask.upload.onprogress = function (event) {
        if (!event.lengthComputable) return;
        bar.value = event.loaded / event.total;
        note(item, event.loaded < event.total ? '正在上传 ' + Math.floor(100 * bar.value) + '%' : '正在检查文件');
      };
      ask.onload = function () {
        var got = null;
        try { got = JSON.parse(ask.responseText); } catch (e) { got = null; }
        if (ask.status === 200 && got && got.token) done(item, got);
        else if (ask.status === 401) fail(item, '登录已失效，请在新窗口登录后重试');
        else if (ask.status === 413) fail(item, '文件过大，请压缩后重新选择');
        else if (ask.status === 429) fail(item, '上传过于频繁，请稍后重试');
        else fail(item, got && got.error && got.error.text || '上传失败，请重试');
        finish();
      };
      ask.onerror = function () { fail(item, '网络中断，请检查网络后重试'); finish(); };
      ask.onabort = finish;
      ask.send(data);
    }
    function enqueue(item) {
      note(item, '等待上传');
      queue.push(function (finish) { if (item.isConnected) send(item, finish); else finish(); });
      next();
    }
    function take(files) {
      Array.prototype.forEach.call(files, function (file) {
        var item = entry(file), text = wrong(input, file), old = swap;
        swap = null;
        if (old && old.isConnected) old.replaceWith(item);
        else if (most === 1) list.replaceChildren(item);
        else if (count() >= most) { say('最多 ' + most + ' 个文件'); item.over = true; list.append(item); }
        else list.append(item);
        item.dataset.state = 'waiting';
        acts(item);
        if (item.over) fail(item, '已达到 ' + most + ' 个文件的上限，请移除多余的文件');
        else if (text) fail(item, text);
        else enqueue(item);
      });
      input.value = '';
      changed(box);
    }

    /* --- the field --- */
    list.querySelectorAll('.form-file').forEach(function (item) {
      item.dataset.name = item.querySelector('.form-file-name').firstChild.textContent.trim() || item.querySelector('.form-file-name').textContent.trim();
      acts(item);
    });
    list.addEventListener('keydown', function (event) {
      var item = event.target.closest('.form-file'), way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!item || !way || !event.altKey) return;
      event.preventDefault();
      move(item, way);
      event.target.focus();
    });
    list.addEventListener('dragstart', function (event) {
      held = event.target.closest('.form-file');
      if (!held) return;
      held.classList.add('held');
      event.dataTransfer.effectAllowed = 'move';
      event.dataTransfer.setData('text/plain', held.dataset.name);
    });
    list.addEventListener('dragover', function (event) {
      var over = event.target.closest('.form-file'), box;
      if (!held || !over || over === held || over.parentNode !== list) return;
      event.preventDefault();
      box = over.getBoundingClientRect();
      if (event.clientY < box.top + box.height / 2) over.before(held); else over.after(held);
    });
    list.addEventListener('dragend', function () {
      if (!held) return;
      held.classList.remove('held');
      held = null;
      changed(box);
    });
    said.setAttribute('role', 'status');
    input.before(zone);
    zone.append(input, choose, make('span', '', '或将文件拖放到此处'));
    input.classList.add('govuk-visually-hidden');              /* it would say that nothing is chosen, after each upload */
    choose.type = 'button';
    choose.tabIndex = -1;
    choose.setAttribute('aria-hidden', 'true');
    choose.addEventListener('click', function () { input.click(); });
    box.append(said);
    input.addEventListener('change', function () { if (input.files.length) take(Array.from(input.files)); });
    ['dragover', 'dragleave', 'drop'].forEach(function (type) {
      box.addEventListener(type, function (event) {
        if (held || !event.dataTransfer || Array.from(event.dataTransfer.types).indexOf('Files') < 0) return;
        event.preventDefault();
        box.classList.toggle('over', type === 'dragover');
        if (type === 'drop') take(most === 1 ? Array.from(event.dataTransfer.files).slice(0, 1) : Array.from(event.dataTransfer.files));
      });
    });
  }

  function next() {
    while (running < PARALLEL && queue.length) {
      running++;
      queue.shift()(function () {
        running--;
        next();
        if (waiting && !pending(waiting.form)) resume();
      });
    }
  }
  /* A form sent while files are on their way waits for them. */
  function resume() {
    var form = waiting.form, button = waiting.button;
    waiting.note.remove();
    waiting = null;
    delete form.dataset.sent;
    if (failed(form)) { failed(form).querySelector('button').focus(); return; }
    form.requestSubmit(button && button.isConnected ? button : undefined);
  }
  window.addEventListener('submit', function (event) {
    var form = event.target, bad, note;
    if (!form.matches('form[data-form]') || !form.querySelector('[data-files]')) return;
    bad = failed(form);
    if (pending(form)) {
      event.preventDefault();
      event.stopPropagation();
      if (waiting) return;
      note = make('p', 'govuk-hint', '文件正在上传，完成后自动提交……');
      note.setAttribute('role', 'status');
      form.querySelector('.form-go').after(note);
      waiting = { form: form, button: event.submitter, note: note };
    } else if (bad) {
      event.preventDefault();
      event.stopPropagation();
      bad.scrollIntoView({ block: 'center' });
      bad.querySelector('button').focus();
    }
  }, true);
  doc.querySelectorAll('[data-files]').forEach(begin);
}());
