/** A credit code whose check characters fit (GB 32100-2015, with the organisation code of GB 11714), new for each call. */
export function creditCode() {
  const letters = '0123456789ABCDEFGHJKLMNPQRTUWXY', weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
  const body = Array.from({ length: 8 }, () => letters[Math.floor(Math.random() * 31)]).join('');
  const w = [3, 7, 9, 10, 5, 8, 4, 2], digit = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const check = 11 - ([...body].reduce((sum, c, i) => sum + digit.indexOf(c) * w[i], 0) % 11);
  const first = `91440400${body}${check === 11 ? '0' : check === 10 ? 'X' : check}`;
  return first + letters[(31 - ([...first].reduce((sum, c, i) => sum + letters.indexOf(c) * weights[i], 0) % 31)) % 31];
}
