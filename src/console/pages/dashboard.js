// Dashboard: tokens by state, requests of the last day by outcome, unused tokens.

import * as api from '../api.js';
import { button, el, empty, heading, svg, table } from '../dom.js';
import { number } from '../format.js';
import { LOCALE, text } from '../text.js';
import { tokenTable } from './access.js';

const STATES = ['active', 'expires_soon', 'unused', 'disabled', 'expired'];
const OUTCOMES = ['succeeded', 'refused', 'mistaken', 'failed'];

export async function dashboardPage(context) {
  const { tokens, unused, hours } = await api.get('/system/dashboard');
  const card = (name) => el('div', { class: `figure ${name}` }, el('dt', {}, text.dashboard.state[name]), el('dd', {}, number(tokens[name])));
  return [
    heading(text.dashboard.title, undefined, button(text.action.refresh, () => context.reload())),
    el('section', { 'aria-labelledby': 'by-state' }, el('h2', { id: 'by-state' }, text.dashboard.byState), el('dl', { class: 'figures' }, STATES.map(card))),
    el('section', { class: 'card', 'aria-labelledby': 'requests' }, el('h2', { id: 'requests' }, text.dashboard.requests), requests(hours)),
    el('section', { 'aria-labelledby': 'unused' },
      el('h2', { id: 'unused' }, text.dashboard.unused), el('p', { class: 'quiet' }, text.dashboard.unusedHelp),
      unused.length ? await tokenTable(text.dashboard.unused, unused) : empty(text.dashboard.noneUnused)),
  ];
}

const hourOf = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const sum = (hours, outcome) => hours.reduce((total, hour) => total + hour[outcome], 0);

function requests(hours) {
  const totals = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, sum(hours, outcome)]));
  const legend = el('ul', { class: 'legend' }, OUTCOMES.map((outcome) =>
    el('li', { class: outcome }, el('span', { class: 'key', 'aria-hidden': 'true' }), `${text.dashboard.outcome[outcome]}: ${number(totals[outcome])}`)));
  const busy = hours.filter((hour) => OUTCOMES.some((outcome) => hour[outcome] > 0));
  return [
    chart(hours, text.dashboard.summary(OUTCOMES.map((outcome) => `${text.dashboard.outcome[outcome]} ${number(totals[outcome])}`).join(', '))),
    legend,
    el('details', {}, el('summary', {}, text.dashboard.asTable),
      table(text.dashboard.requests, [text.column.hour, ...OUTCOMES.map((outcome) => text.dashboard.outcome[outcome])], busy.map((hour) => ({
        id: String(hour.at), cells: [hourOf.format(hour.at), ...OUTCOMES.map((outcome) => number(hour[outcome]))],
      })))),
  ];
}

/** Bars of an hour each, the outcomes one upon the other. */
function chart(hours, summary) {
  const [width, height, bottom, left] = [600, 160, 22, 60];
  const most = nice(Math.max(1, ...hours.map((hour) => OUTCOMES.reduce((total, outcome) => total + hour[outcome], 0))));
  const step = (width - left) / hours.length;
  const tall = (count) => (count / most) * (height - bottom - 12);
  const bars = hours.map((hour, at) => {
    let base = height - bottom;
    const words = `${hourOf.format(hour.at)}: ${OUTCOMES.map((outcome) => `${text.dashboard.outcome[outcome]} ${number(hour[outcome])}`).join(', ')}`;
    return svg('g', {}, svg('title', {}, words), OUTCOMES.map((outcome) => {
      // What happened is seen, however seldom it was.
      const size = hour[outcome] ? Math.max(2, tall(hour[outcome])) : 0;
      base -= size;
      return size > 0 && svg('rect', { class: outcome, x: (left + at * step + 1.5).toFixed(1), y: base.toFixed(1), width: (step - 3).toFixed(1), height: size.toFixed(1), rx: '1.5' });
    }));
  });
  const lines = [0, most / 2, most].map((count) => {
    const y = height - bottom - tall(count);
    return [svg('line', { class: 'grid', x1: left, x2: width, y1: y, y2: y }), svg('text', { x: left - 6, y: y + 3, 'text-anchor': 'end' }, number(count))];
  });
  const hoursBelow = hours.map((hour, at) => at % 6 === 5 && svg('text', { x: left + (at + 1) * step - 1, y: height - 5, 'text-anchor': 'end' }, hourOf.format(hour.at)));
  return svg('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': summary }, lines, bars, hoursBelow);
}

/** The next number that is good to read on an axis, and even, so that its half is whole. */
function nice(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  const found = [1, 2, 4, 6, 8, 10].map((times) => times * power).find((value) => value >= most);
  return Math.max(2, found);
}
