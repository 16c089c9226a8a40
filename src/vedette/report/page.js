// Moves a threshold and says what would follow; sorts the labels; shows mistakes of one kind.
// Runs on what the page holds, and never fetches.
'use strict';

const all = JSON.parse(document.getElementById('scores').textContent);
const find = (name) => document.getElementById(name);
const percent = (share) => (share >= 1 ? '100%' : (Math.min(share, 0.999) * 100).toFixed(1) + '%');
const STEPS = 1000;

// From scores to figures -------------------------------------------------------------------

const reaching = (tally, step) => tally.reduce((sum, [at, count]) => sum + (at >= step ? count : 0), 0);

/** What holds at a step; `step` null means the model's own threshold, which has more decimals. */
function standing(label, step) {
  const tp = step === null ? label.counts.tp : reaching(label.right, step);
  const fp = step === null ? label.counts.fp : reaching(label.wrong, step);
  const fn = label.of - tp;
  const ratio = (a, b) => (b ? a / b : 0);
  // Where nothing is said there is no precision to speak of.
  return { tp, fp, fn, silent: !(tp + fp), precision: ratio(tp, tp + fp), recall: ratio(tp, label.of), f1: ratio(2 * tp, 2 * tp + fp + fn) };
}

const marks = (label) => [...new Set([...label.right, ...label.wrong].map(([at]) => at))].sort((a, b) => a - b);

/** Thresholds that somebody might want, each midway between the scores that it parts. */
function presets(label) {
  const steps = marks(label);
  const midway = (at) => {
    const below = steps.filter((other) => other < at).pop();
    return below === undefined ? at : Math.ceil((below + at) / 2);
  };
  const found = [['as trained', null]];
  if (label.right.length) found.push(['miss least', midway(label.right[label.right.length - 1][0])]);
  const wild = label.wrong.length ? label.wrong[0][0] : -1;
  const sure = steps.filter((at) => at > wild)[0];
  if (sure !== undefined) found.push(['no false alarm', midway(sure)]);
  const best = steps.reduce((a, b) => (standing(label, b).f1 >= standing(label, a).f1 ? b : a), steps[0] || 0);
  if (steps.length) found.push(['best F1 here', midway(best)]);
  return found;
}

const plural = (count, one, many) => count + ' ' + (count === 1 ? one : many);

function sentence(label, now) {
  if (all.task === 'detection') {
    return `It finds ${now.tp} of ${label.of} “${label.label}”, misses ${now.fn}, and marks ${now.fp} where there is none.`;
  }
  if (all.task === 'anomaly' || all.task === 'segmentation') {
    return `It finds ${now.tp} of ${plural(label.of, 'anomalous picture', 'anomalous pictures')}, lets ${now.fn} pass, ` +
      `and stops ${now.fp} of ${label.among} normal ones.`;
  }
  return `It finds ${now.tp} of ${plural(label.of, 'picture', 'pictures')} that show “${label.label}”, misses ${now.fn}, ` +
    `and says it of ${now.fp} of ${label.among} that do not.`;
}

// Drawing ----------------------------------------------------------------------------------

const WIDE = 440, HIGH = 190, LEFT = 40, BOTTOM = 34, TOP = 12, RIGHT = 10;
const x = (share) => LEFT + share * (WIDE - LEFT - RIGHT);
const y = (share) => TOP + (1 - share) * (HIGH - TOP - BOTTOM);

function shape(name, facts, inside = '') {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(facts)) made.setAttribute(key, value);
  made.textContent = inside;
  return made;
}

function frame(svg, across, up, ticks) {
  svg.replaceChildren();
  svg.setAttribute('viewBox', `0 0 ${WIDE} ${HIGH}`);
  for (const at of [0, 0.25, 0.5, 0.75, 1]) {
    svg.append(shape('path', { class: at ? 'grid' : 'axis', d: `M${x(0)},${y(at)} H${x(1)}` }));
    svg.append(shape('text', { x: x(at), y: y(0) + 14, 'text-anchor': 'middle' }, String(at)));
  }
  for (const [at, said] of ticks) svg.append(shape('text', { x: x(0) - 6, y: y(at) + 4, 'text-anchor': 'end' }, said));
  svg.append(shape('text', { x: x(0.5), y: HIGH - 4, 'text-anchor': 'middle' }, across));
  svg.append(shape('text', { transform: `translate(10,${y(0.5)}) rotate(-90)`, 'text-anchor': 'middle' }, up));
}

function drawScores(label, at) {
  const svg = find('spread'), bins = 25;
  const heights = [label.right, label.wrong].map((tally) => {
    const sums = new Array(bins).fill(0);
    for (const [step, count] of tally) sums[Math.min(bins - 1, Math.floor((step * bins) / STEPS))] += count;
    return sums;
  });
  frame(svg, 'score', all.task === 'detection' ? 'boxes' : 'pictures', []);
  const wide = (x(1) - x(0)) / bins;
  // Each kind to its own scale: of forty labels one has few pictures, and the others have all.
  heights.forEach((sums, kind) => sums.forEach((count, bin) => {
    if (!count) return;
    const most = Math.max(...sums);
    const high = Math.max(2, (y(0) - y(1)) * count / most);
    svg.append(shape('rect', {
      class: kind ? 'not' : 'is', x: x(0) + bin * wide + (kind ? 0.5 : wide / 2 + 0.5), y: y(0) - high, width: wide / 2 - 1, height: high,
    }));
  }));
  svg.append(shape('path', { class: 'limit', d: `M${x(at)},${y(1) - 4} V${y(0)}` }));
}

function drawCurve(label, now) {
  const svg = find('curve');
  frame(svg, 'recall', 'precision', [[0, '0'], [0.5, '0.5'], [1, '1']]);
  const points = marks(label).reverse().map((at) => standing(label, at));
  const path = points.map((one, n) => `${n ? 'L' : 'M'}${x(one.recall).toFixed(1)},${y(one.precision).toFixed(1)}`).join(' ');
  svg.append(shape('path', { class: 'line', d: path }));
  if (!now.silent) svg.append(shape('circle', { class: 'dot', cx: x(now.recall), cy: y(now.precision), r: 6 }));
}

// The panel --------------------------------------------------------------------------------

let label = all.labels[0], step = null;

function show() {
  const at = step === null ? label.own : step / STEPS;
  const now = standing(label, step), own = standing(label, null);
  find('at').value = Math.round(at * STEPS);
  find('at').setAttribute('aria-valuetext', at.toFixed(3));
  find('at-said').textContent = at.toFixed(3);
  find('said').textContent = sentence(label, now);
  for (const key of ['precision', 'recall', 'f1']) {
    const change = now[key] - own[key];
    find('now-' + key).textContent = now.silent && key === 'precision' ? '–' : percent(now[key]);
    find('change-' + key).textContent =
      now.silent || own.silent || step === null || Math.abs(change) < 0.0005 ? '' : (change > 0 ? '▲ ' : '▼ ') + (Math.abs(change) * 100).toFixed(1);
  }
  find('command').textContent = step === null ? all.command : `${all.command} --min-confidence ${at.toFixed(3)}`;
  for (const button of find('presets').children) button.setAttribute('aria-pressed', button.dataset.step === String(step));
  drawScores(label, at);
  drawCurve(label, now);
}

function choose(index) {
  label = all.labels[index];
  step = null;
  find('presets').replaceChildren(...presets(label).map(([said, at]) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = said;
    button.dataset.step = String(at);
    button.addEventListener('click', () => { step = at; show(); });
    return button;
  }));
  show();
}

function openPanel() {
  const names = find('label');
  names.replaceChildren(...all.labels.map((one, n) => new Option(one.label, String(n))));
  names.closest('label').hidden = all.labels.length < 2;
  names.addEventListener('change', () => choose(Number(names.value)));
  find('at').addEventListener('input', () => { step = Number(find('at').value); show(); });
  find('whom').textContent = all.labels.length > 1 ? ', for all labels at once' : '';
  const words = { detection: ['no such object', 'the object'], anomaly: ['normal', 'anomalous'], segmentation: ['normal', 'anomalous'] };
  [find('key-not').textContent, find('key-is').textContent] = words[all.task] || ['other pictures', 'pictures that show it'];
  find('try').hidden = false;
  for (const still of document.querySelectorAll('.still')) still.hidden = true;
  choose(0);
}

// Labels in another order, and mistakes of one kind -------------------------------------------

function sortable(table) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') !== 'ascending';
      for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const text = (row) => row.cells[column].textContent;
      const rows = [...body.rows].sort((a, b) => text(a).localeCompare(text(b), undefined, { numeric: true }));
      body.append(...(up ? rows : rows.reverse()));
    });
  });
}

function sieve(figures, chips) {
  const kinds = new Map();
  for (const one of figures) {
    for (const kind of one.dataset.wrong.split('\n').filter(Boolean)) kinds.set(kind, (kinds.get(kind) || 0) + 1);
  }
  const most = [...kinds].sort((a, b) => b[1] - a[1]).slice(0, 8);
  if (most.length < 2) return;
  chips.replaceChildren(...[['', figures.length], ...most].map(([kind, count]) => {
    const chip = document.createElement('button');
    chip.type = 'button';
    chip.textContent = `${kind || 'all'} · ${count}`;
    chip.setAttribute('aria-pressed', String(!kind));
    chip.addEventListener('click', () => {
      for (const one of figures) one.hidden = Boolean(kind) && !one.dataset.wrong.split('\n').includes(kind);
      for (const other of chips.children) other.setAttribute('aria-pressed', String(other === chip));
      for (const folded of chips.parentElement.querySelectorAll('details')) folded.open = Boolean(kind);
    });
    return chip;
  }));
}

if (all.labels.length) openPanel();
for (const table of document.querySelectorAll('table.labels')) if (table.tBodies[0].rows.length > 2) sortable(table);
for (const chips of document.querySelectorAll('.chips')) sieve([...chips.parentElement.querySelectorAll('figure[data-wrong]')], chips);
