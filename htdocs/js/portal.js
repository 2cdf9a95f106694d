/* Only adds to pages that work without it: pop-up windows, showing a password, one submission per click, printing. */
(function () {
  'use strict';
  var doc = document;

  function on(type, selector, act) {
    doc.addEventListener(type, function (event) {
      var found = event.target.closest ? event.target.closest(selector) : null;
      if (found) act(event, found);
    });
  }

  /* A link with data-dialog="#part" shows that part of its target in a pop-up window. Whatever goes wrong, the link is followed. */
  function popup(part, title) {
    var dialog = doc.createElement('dialog'), head = doc.createElement('div'), h2 = doc.createElement('h2');
    var form = doc.createElement('form'), close = doc.createElement('button');
    dialog.className = 'dialog';
    dialog.setAttribute('aria-labelledby', 'dialog-title');
    head.className = 'dialog-head';
    h2.id = 'dialog-title';
    h2.textContent = title;
    form.method = 'dialog';
    close.className = 'dialog-close';
    close.setAttribute('aria-label', '关闭');
    close.textContent = '×';
    form.append(close);
    head.append(h2, form);
    dialog.append(head, part);
    dialog.addEventListener('close', function () { dialog.remove(); });
    doc.body.append(dialog);
    enhance(dialog);
    dialog.showModal();
    var first = part.querySelector('input:not([type=hidden]), select, textarea');
    if (first) first.focus();
  }
  on('click', 'a[data-dialog]', function (event, link) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement) return;
    if (doc.querySelector(link.dataset.dialog)) return;
    event.preventDefault();
    fetch(link.href, { credentials: 'same-origin' }).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.text();
    }).then(function (text) {
      var part = new DOMParser().parseFromString(text, 'text/html').querySelector(link.dataset.dialog);
      if (!part) throw new Error('part');
      popup(doc.importNode(part, true), part.dataset.dialogTitle || link.textContent);
    }).catch(function () { location.href = link.href; });
  });
  on('click', '[data-open]', function (event, control) {
    var dialog = doc.querySelector(control.dataset.open);
    if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
  });

  /* Pictures and papers are seen large in a window of the page; arrows go through those that stand together. */
  function viewer(link) {
    var group = link.closest('.gallery, .form-file-list') || doc, dialog = doc.createElement('dialog'), stage = doc.createElement('div');
    var links = Array.from(group.querySelectorAll('a[data-view]')), at = links.indexOf(link);
    var h2 = doc.createElement('h2'), foot = doc.createElement('div'), whole = doc.createElement('a');
    function control(label, act) {
      var made = doc.createElement('button');
      made.type = 'button';
      made.className = 'govuk-button govuk-button--secondary';
      made.textContent = label;
      made.addEventListener('click', act);
      return made;
    }
    function show(next) {
      var item, now = links[at = (next + links.length) % links.length], pdf = now.dataset.view === 'pdf';
      item = doc.createElement(pdf ? 'iframe' : 'img');
      if (pdf) item.title = now.dataset.viewName; else item.alt = now.dataset.viewName;
      item.src = now.dataset.viewPath;
      stage.replaceChildren(item);
      h2.textContent = now.dataset.viewName + (links.length > 1 ? '（' + (at + 1) + ' / ' + links.length + '）' : '');
      whole.href = now.href;
    }
    dialog.className = 'dialog viewer';
    dialog.setAttribute('aria-labelledby', 'viewer-title');
    h2.id = 'viewer-title';
    stage.className = 'viewer-stage';
    foot.className = 'viewer-foot';
    whole.className = 'govuk-link';
    whole.target = '_blank';
    whole.rel = 'noopener';
    whole.textContent = '在新窗口打开';
    if (links.length > 1) foot.append(control('上一个', function () { show(at - 1); }), control('下一个', function () { show(at + 1); }));
    foot.append(whole, control('关闭', function () { dialog.close(); }));
    dialog.append(h2, stage, foot);
    dialog.addEventListener('keydown', function (event) {
      if (event.key === 'ArrowLeft') show(at - 1);
      if (event.key === 'ArrowRight') show(at + 1);
    });
    dialog.addEventListener('close', function () { dialog.remove(); link.focus(); });
    doc.body.append(dialog);
    show(at);
    dialog.showModal();
  }
  on('click', 'a[data-view]', function (event, link) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement || !link.dataset.viewPath) return;
    event.preventDefault();
    viewer(link);
  });

  on('click', '[data-print]', function () { window.print(); });
  on('click', '.password-show', function (event, button) {
    var input = button.previousElementSibling, hidden = input.type === 'password';
    input.type = hidden ? 'text' : 'password';
    button.textContent = hidden ? '隐藏' : '显示';
    button.setAttribute('aria-label', hidden ? '隐藏密码' : '显示密码');
  });

  /* A button with data-confirm asks first. Without this script the server asks with a page. */
  function ask(form, button) {
    var dialog = doc.createElement('dialog'), words = doc.createElement('p'), group = doc.createElement('div');
    var yes = doc.createElement('button'), no = doc.createElement('button'), panel = doc.createElement('section');
    dialog.className = 'dialog';
    dialog.setAttribute('aria-labelledby', 'confirm-words');
    words.id = 'confirm-words';
    words.textContent = button.dataset.confirm;
    panel.className = 'panel';
    group.className = 'govuk-button-group';
    yes.type = no.type = 'button';
    yes.className = 'govuk-button govuk-button--danger';
    yes.textContent = '确认' + button.textContent.trim();
    no.className = 'govuk-button govuk-button--secondary';
    no.textContent = '取消';
    group.append(yes, no);
    panel.append(words, group);
    dialog.append(panel);
    no.addEventListener('click', function () { dialog.close(); });
    yes.addEventListener('click', function () {
      var sure = doc.createElement('input');
      sure.type = 'hidden';
      sure.name = 'confirmed';
      sure.value = '1';
      form.append(sure);
      dialog.close();
      form.requestSubmit(button);
      sure.remove();
    });
    dialog.addEventListener('close', function () { dialog.remove(); });
    doc.body.append(dialog);
    dialog.showModal();
    no.focus();
  }
  doc.addEventListener('submit', function (event) {
    var form = event.target, button = event.submitter;
    if (!button || !button.dataset.confirm || form.querySelector('[name=confirmed]') || !window.HTMLDialogElement) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form, button);
  }, true);

  /* A second click on the way is ignored; the server's idempotency key is what truly guards. */
  doc.addEventListener('submit', function (event) {
    var form = event.target, button = event.submitter;
    form.querySelectorAll('.password input[type=text]').forEach(function (input) { input.type = 'password'; });
    if (!button || !button.hasAttribute('data-once') || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    button.setAttribute('aria-busy', 'true');
    setTimeout(function () { delete form.dataset.sent; button.removeAttribute('aria-busy'); }, 8000);
  });
  window.addEventListener('pageshow', function () {
    doc.querySelectorAll('[aria-busy]').forEach(function (button) { button.removeAttribute('aria-busy'); });
    doc.querySelectorAll('form[data-sent]').forEach(function (form) { delete form.dataset.sent; });
  });

  /* A pop-out menu closes with Escape and gives the focus back. */
  doc.addEventListener('keydown', function (event) {
    var fold = doc.querySelector('.menu .fold[open]');
    if (event.key === 'Escape' && fold) { fold.open = false; fold.firstElementChild.focus(); }
  });

  function enhance(root) {
    root.querySelectorAll('.needs-script').forEach(function (part) { part.hidden = false; });
    root.querySelectorAll('.password').forEach(function (box) {
      var button = doc.createElement('button');
      if (box.querySelector('.password-show')) return;
      button.type = 'button';
      button.className = 'govuk-button govuk-button--secondary password-show';
      button.textContent = '显示';
      button.setAttribute('aria-label', '显示密码');
      box.append(button);
    });
  }
  enhance(doc);
  var summary = doc.querySelector('[data-focus]');
  if (summary) summary.focus();
}());
