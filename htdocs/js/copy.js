// 「复制」: a button with data-copy="#id" puts that element's text on the clipboard and says so.
addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const source = document.querySelector(button.dataset.copy), text = source.value ?? source.textContent;
  try { await navigator.clipboard.writeText(text); }
  catch {
    const range = document.createRange();
    range.selectNodeContents(source);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand('copy');
  }
  const said = button.firstChild.textContent;
  button.firstChild.textContent = '已复制';
  setTimeout(() => { button.firstChild.textContent = said; }, 2000);
});
const show = () => document.querySelectorAll('[data-copy][hidden]').forEach((button) => { button.hidden = false; });
show();
document.addEventListener('htmx:afterSettle', show);
