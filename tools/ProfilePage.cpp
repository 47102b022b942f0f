//===- ProfilePage.cpp - a profile as a page ----------------------------------------------------------------------===//
//
// One file: the report as JSON, and a script that draws it. Names of a model are set as text, never as markup.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "tools/Json.h"
#include "tools/ProfileReport.h"

namespace wasmind::tools {
namespace {

constexpr char head[] = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Profile</title>
<style>
  :root {
    color-scheme: light dark;
    --page: light-dark(#fcfcfb, #16181b); --ink: light-dark(#1b1e23, #e6e8eb); --quiet: light-dark(#5f6772, #9aa3ae);
    --line: light-dark(#e1e4e8, #2c3138); --card: light-dark(#ffffff, #1d2024); --track: light-dark(#eef0f3, #262a30);
    --accent: light-dark(#1f5fbf, #7fb2ff);
  }
  * { box-sizing: border-box; }
  body { margin: 0 auto; padding: 24px; max-width: 1500px; background: var(--page); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
  h1 { font-size: 20px; margin: 0 0 2px; overflow-wrap: anywhere; }
  .quiet { color: var(--quiet); }
  .tiles { display: flex; flex-wrap: wrap; gap: 10px; margin: 16px 0; }
  .tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 9px 14px; min-width: 130px; }
  .tile b { display: block; font-size: 18px; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .tile span { color: var(--quiet); font-size: 12px; }
  .controls { display: flex; flex-wrap: wrap; gap: 8px 18px; align-items: center; margin-bottom: 10px; }
  fieldset { display: inline-flex; border: 1px solid var(--line); border-radius: 7px; padding: 0; margin: 0; overflow: hidden; background: var(--card); }
  fieldset label { padding: 5px 12px; cursor: pointer; border-left: 1px solid var(--line); }
  fieldset label:first-of-type { border-left: 0; }
  fieldset input { position: absolute; opacity: 0; }
  fieldset label:has(:checked) { background: var(--accent); color: var(--page); }
  fieldset label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: -3px; }
  input[type=search] { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 7px; padding: 5px 10px; min-width: 220px; }
  .legend { display: flex; flex-wrap: wrap; gap: 4px 14px; font-size: 12px; color: var(--quiet); margin-bottom: 8px; }
  .legend i, td i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 5px; }
  .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
  table { border-collapse: collapse; width: 100%; }
  th { text-align: right; font-weight: 600; font-size: 12px; color: var(--quiet); padding: 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
  th button { all: unset; cursor: pointer; padding: 7px 10px; display: block; }
  th button:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
  th[aria-sort] button::after { content: " \25BE"; } th[aria-sort=ascending] button::after { content: " \25B4"; }
  td { padding: 5px 10px; border-bottom: 1px solid var(--line); text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; vertical-align: top; }
  tr:last-child td { border-bottom: 0; }
  th.text, td.text { text-align: left; }
  td.what { white-space: normal; overflow-wrap: anywhere; min-width: 240px; max-width: 460px; }
  td.what small { display: block; color: var(--quiet); }
  td.bar { min-width: 170px; width: 24%; }
  .track { height: 16px; background: var(--track); border-radius: 3px; overflow: hidden; }
  .track div { height: 100%; min-width: 1px; border-radius: 3px; }
  code { font: 12.5px ui-monospace, monospace; }
  p.note { color: var(--quiet); font-size: 12.5px; max-width: 900px; }
</style>
<h1></h1>
<div class="quiet" id="about"></div>
<div class="tiles"></div>
<div class="controls">
  <fieldset id="engines" aria-label="Engine"></fieldset>
  <fieldset id="groups" aria-label="One row for each"></fieldset>
  <input type="search" placeholder="Kernel, node or shape" aria-label="Kernel, node or shape">
  <span class="quiet" id="shown"></span>
</div>
<div class="legend"></div>
<div class="scroll"><table><thead></thead><tbody></tbody></table></div>
<p class="note">Each step was timed on its own, where it stands in a run; its time is the median of the rounds, without what a
call takes. GFLOP/s and GB/s count what the model asks for at the bounds of its extents. % of limit is the time that this machine
takes at least, for the operations or for the bytes, over the time of the step: 128-bit fused multiply-adds and copies of about
as many bytes, measured in the same process. Products of bytes and Winograd's transforms take fewer instructions than counted, and
may pass 100 %. A loop or branch is one step with all inside.</p>
<script type="application/json" id="report">)";

constexpr char tail[] = R"(</script>
<script>
  const report = JSON.parse(document.getElementById('report').textContent), $ = query => document.querySelector(query);
  const make = (tag, text, properties = {}) => Object.assign(document.createElement(tag), text === undefined ? {} : { textContent: text }, properties);
  const number = (value, digits) => (value === null || value === undefined ? '\u2013' : value.toFixed(digits));
  const ms = value => (value === null ? '\u2013' : `${value.toFixed(value < 10 ? 3 : 2)} ms`);
  const hues = ['light-dark(#2a6fc9,#6aa5f5)', 'light-dark(#d9730d,#f2a154)', 'light-dark(#2f8f5b,#63c08c)', 'light-dark(#9b4fc0,#c58be6)',
    'light-dark(#c23b4e,#ee7f8d)', 'light-dark(#0f8f9c,#57c4cf)', 'light-dark(#9a7b0a,#d3b545)'], other = 'light-dark(#8a929c,#7d8691)';
  const strategyOf = step => step.strategy || step.kind;
  const groupings = {
    steps: { title: 'steps', key: step => step.step },
    kernels: { title: 'kernels', key: step => step.kernel || `(${step.kind})` },
    strategies: { title: 'strategies', key: strategyOf },
  };
  const columns = [
    { name: 'step', title: '#', of: row => row.order, show: row => row.label },
    { name: 'kernel', title: 'kernel', isText: true, of: row => row.kernel },
    { name: 'what', title: 'nodes; shape', isText: true, of: row => row.what },
    { name: 'ms', title: 'ms', of: row => row.ms, show: row => number(row.ms, 4) },
    { name: 'bar', title: 'share of the sum', isText: true, of: row => row.share },
    { name: 'share', title: '%', of: row => row.share, show: row => number(row.share * 100, 1) },
    { name: 'gflops', title: 'GFLOP/s', of: row => row.gflops, show: row => number(row.gflops, 1) },
    { name: 'gbs', title: 'GB/s', of: row => row.gbs, show: row => number(row.gbs, 2) },
    { name: 'limit', title: '% of limit', of: row => row.limitShare, show: row => number(row.limitShare === null ? null : row.limitShare * 100, 0) },
    { name: 'vector', title: '% vector', of: row => row.vectorisedShare, show: row => number(row.vectorisedShare === null ? null : row.vectorisedShare * 100, 1) },
  ];
  const state = { engine: 0, grouping: 'steps', column: 'ms', isAscending: false, filter: '' };
  const sum = (steps, value) => steps.reduce((total, step) => total + value(step), 0);

  // Of several steps: rates are those of all of them together, where each is known.
  function rowOf(steps, grouping) {
    const [first] = steps, all = sum(steps, step => step.ms), known = steps.every(step => step.limitShare !== null);
    const counted = steps.filter(step => step.vectorisedShare !== null), flops = sum(counted, step => step.flops);
    const nodes = [...new Set(steps.flatMap(step => step.nodes))];
    return {
      order: first.step, label: grouping === 'steps' ? first.step : `${steps.length} \u00d7`,
      kernel: groupings[grouping].key(first) === first.step ? first.kernel || `(${first.kind})` : groupings[grouping].key(first),
      what: nodes.join(', '), shape: steps.length === 1 ? first.shape : '', strategy: strategyOf(first), ms: all, share: sum(steps, step => step.share),
      gflops: known && sum(steps, step => step.flops) ? sum(steps, step => step.flops) / all / 1e6 : null,
      gbs: known ? sum(steps, step => step.bytes) / all / 1e6 : null,
      limitShare: known ? sum(steps, step => step.limitShare * step.ms) / all : null,
      vectorisedShare: !counted.length ? null : flops ? sum(counted, step => step.vectorisedShare * step.flops) / flops : Math.min(...counted.map(step => step.vectorisedShare)),
    };
  }

  function draw() {
    const engine = report.engines[state.engine], timed = engine.steps.filter(step => step.ms !== null);
    const totals = new Map();
    for (const step of timed) totals.set(strategyOf(step), (totals.get(strategyOf(step)) ?? 0) + step.ms);
    const ranked = [...totals].sort((a, b) => b[1] - a[1]);
    const colours = new Map(ranked.map(([strategy], rank) => [strategy, hues[rank] ?? other]));
    $('.tiles').replaceChildren(...[
      [ms(engine.wholeMs), `a whole run (fastest ${ms(engine.wholeMinMs)})`],
      [ms(engine.sumMs), `the steps together (fastest ${ms(engine.sumMinMs)})`],
      [ms(engine.firstMs), 'the first run'],
      ...(engine.prepareMs === null ? [] : [[ms(engine.prepareMs), 'preparing weights, once, ahead of it']]),
      [`${number(engine.limits.fmaGflops, 1)} GFLOP/s`, 'limit of multiply-adds'],
      [`${number(engine.limits.copy.at(-1).gbs, 1)} GB/s`, 'limit of copies in main memory'],
      [`${(report.arena.byteLength / 1e6).toFixed(2)} MB`, `arena, ${number(report.arena.byteLength / Math.max(report.arena.leastByteLength, 1), 3)} \u00d7 the least`],
    ].map(([value, name]) => {
      const tile = make('div', undefined, { className: 'tile' });
      tile.append(make('b', value), make('span', name));
      return tile;
    }));
    $('.legend').replaceChildren(...ranked.slice(0, hues.length + 1).map(([strategy, time], rank) => {
      const rest = rank === hues.length, entry = make('span'), mark = make('i');
      mark.style.background = colours.get(strategy);
      const shown = rest ? sum(ranked.slice(rank), each => each[1]) : time;
      entry.append(mark, `${rest ? 'others' : strategy} ${number((shown / engine.sumMs) * 100, 1)} %`);
      return entry;
    }));
    const groups = new Map(), { key } = groupings[state.grouping];
    for (const step of timed) groups.set(key(step), [...(groups.get(key(step)) ?? []), step]);
    const words = state.filter.toLowerCase().split(/\s+/).filter(Boolean), column = columns.find(({ name }) => name === state.column);
    const rows = [...groups.values()].map(steps => rowOf(steps, state.grouping))
      .filter(row => words.every(word => `${row.kernel} ${row.what} ${row.shape}`.toLowerCase().includes(word)));
    const sign = state.isAscending ? 1 : -1;
    rows.sort((a, b) => {
      const x = column.of(a), y = column.of(b);
      if (x === null || y === null) return (x === null) - (y === null);
      return sign * (typeof x === 'string' ? x.localeCompare(y) : x - y);
    });
    $('#shown').textContent = `${rows.length} of ${groups.size}`;
    const longest = Math.max(...[...groups.values()].map(steps => sum(steps, step => step.ms)), 1e-9);
    $('thead').replaceChildren(make('tr'));
    for (const each of columns) {
      const cell = make('th', undefined, { className: each.isText ? 'text' : '', scope: 'col' }), button = make('button', each.title, { type: 'button' });
      if (each.name === state.column) cell.setAttribute('aria-sort', state.isAscending ? 'ascending' : 'descending');
      button.onclick = () => {
        state.isAscending = state.column === each.name ? !state.isAscending : Boolean(each.isText && each.name !== 'bar') || each.name === 'step';
        state.column = each.name;
        draw();
      };
      cell.append(button);
      $('thead tr').append(cell);
    }
    $('tbody').replaceChildren(...rows.map(row => {
      const line = make('tr');
      for (const each of columns) {
        const cell = make('td', each.show ? each.show(row) : undefined, { className: `${each.isText ? 'text ' : ''}${each.name}` });
        if (each.name === 'kernel') {
          const mark = make('i');
          mark.style.background = colours.get(row.strategy);
          cell.append(mark, make('code', row.kernel));
        } else if (each.name === 'what') {
          const most = 300;
          cell.append(row.what.length > most ? `${row.what.slice(0, most)}\u2026` : row.what || '\u2013', make('small', row.shape));
          cell.title = row.what;
        } else if (each.name === 'bar') {
          const track = make('div', undefined, { className: 'track' }), bar = make('div');
          bar.style.cssText = `width: ${(row.ms / longest) * 100}%; background: ${colours.get(row.strategy)}`;
          track.append(bar);
          cell.append(track);
        }
        line.append(cell);
      }
      return line;
    }));
  }

  function choices(box, name, options, chosen, choose) {
    for (const [value, title] of options) {
      const label = make('label'), radio = make('input', undefined, { type: 'radio', name, checked: value === chosen });
      radio.onchange = () => { choose(value); draw(); };
      label.append(radio, title);
      box.append(label);
    }
  }
  document.title = `Profile of ${report.model}`;
  $('h1').textContent = report.model;
  const extents = Object.entries(report.dims).map(([name, value]) => `${name} = ${value}`);
  $('#about').textContent = [report.features.join(', '), ...extents, `${report.repeat} rounds`, `${report.engines[0].steps.length} steps`].join(' \u00b7 ');
  choices($('#engines'), 'engine', report.engines.map(({ engine, version }, index) => [index, version ? `${engine} ${version}` : engine]), 0, value => { state.engine = value; });
  choices($('#groups'), 'group', Object.entries(groupings).map(([name, { title }]) => [name, title]), 'steps', value => { state.grouping = value; });
  $('input[type=search]').oninput = event => { state.filter = event.target.value; draw(); };
  draw();
</script>
</html>
)";

} // namespace

std::string pageOfProfile(const Json &report) {
  std::string data;
  for (char each : jsonText(report))
    if (each == '<') // nothing in a name ends the script
      data += "\\u003c";
    else
      data += each;
  return head + data + tail;
}

} // namespace wasmind::tools
